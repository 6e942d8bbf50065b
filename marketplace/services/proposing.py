"""Writing an agreement from a listing and a wish, and sending it to who must sign (state-machines.md 8, the short way)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Agreement, Payer
from marketplace.rules.dates import LONDON
from marketplace.rules.tables import AGREEMENT, NEW, after
from marketplace.rules.weeks import DEFAULT_BANDS, spread_weekdays
from marketplace.services.plans import plans_for, price_of_visit, set_plan
from marketplace.services.writing import log, tell
from people.models import Person
from people.policies import may_act_for
from places.calendar import add_working_days
from pooling.models import Cluster, Membership
from pooling.services.transactions import all_or_nothing
from providers.models import Listing
from providers.selectors import checks_live

SOONEST_WORKING_DAYS = 3
"""Money that is in or ordered needs so long before a first visit (product.md, "The short way")."""
FURTHEST_DAYS = 366


class WishIsNotComplete(Refusal):
    """Something that an agreement needs is missing or silly; `field` says which."""

    code = "wish_not_complete"
    sentence = "Something is missing."


class ServiceIsNotOnSale(Refusal):
    """The listing is not live, or a check that it needs is not."""

    code = "service_not_on_sale"
    sentence = "This service can't be booked just now. Choose another, or ask them when they are back."
    field = "listing"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: how often, how long, from when, on which days, for how many weeks, together or each their own visits."""

    together: bool
    visits_per_week: int
    minutes: int
    weeks: int
    starts_on: date
    weekdays: Sequence[int] = ()
    parts_of_day: Sequence[str] = ()
    start_time: time | None = None
    keep_going: Mapping[str, str] = field(default_factory=dict)


@all_or_nothing
def propose(
    *,
    cluster: Cluster,
    listing: Listing,
    together: bool,
    visits_per_week: int,
    minutes: int,
    weeks: int,
    starts_on: date,
    weekdays: Sequence[int] = (),
    keep_going: Mapping[str, str],
    payers: Sequence[Membership],
    by: Person,
    at: datetime,
    parts_of_day: Sequence[str] = (),
    start_time: time | None = None,
) -> Agreement:
    """Writes an agreement from a listing and sends it to each payer and the provider. Moves no money and promises none.

    `weekdays`: 1 Monday to 7 Sunday, as many as visits a week; none: spread evenly from the first day. `keep_going`: `who_to_ring` and
    `what_i_want` if the provider can't come. `by` is in the group, acts for somebody in it, or helps it; never somebody linked to the provider.
    Raises WishIsNotComplete, ServiceIsNotOnSale, NoPriceForSoMany, NotAllowed.
    """
    wish = Wish(together, visits_per_week, minutes, weeks, starts_on, weekdays, parts_of_day, start_time, keep_going)
    _may_propose(by, cluster, listing, at)
    _is_complete(wish, payers, cluster, at)
    _is_on_sale(listing, at)
    agreement = _build(cluster, listing, wish, payers, by, at)
    agreement.state = after(AGREEMENT, agreement.state, "send")
    agreement.sent_at = at
    agreement.save(update_fields=["state", "sent_at"])
    log(by=by, verb="propose", row=agreement, at=at, listing=listing.pk, payers=[one.pk for one in payers])
    tell(kind="agreement_sent", row=agreement, at=at, version=agreement.version)
    return agreement


def _may_propose(by: Person, cluster: Cluster, listing: Listing, at: datetime) -> None:
    if policies.is_linked_to(person=by, enterprise=listing.enterprise):
        raise NotAllowed("You work with this provider, so you can't book it for the group. Ask somebody else in the group to.")
    members = [one for one in cluster.memberships.select_related("person") if one.is_in]
    if cluster.facilitator_id != by.pk and not any(may_act_for(by=by, person=one.person, decision="promises", at=at) for one in members):
        raise NotAllowed("Only people in the group can do this.")


def _is_complete(wish: Wish, payers: Sequence[Membership], cluster: Cluster, at: datetime) -> None:
    today = at.astimezone(LONDON).date()
    soonest = add_working_days(today, SOONEST_WORKING_DAYS)
    wrong: list[tuple[bool, str, str]] = [
        (not payers, "payers", "Choose who takes part. One person is enough."),
        (len({one.pk for one in payers}) < len(payers), "payers", "Choose each person once."),
        (any(one.cluster_id != cluster.pk or not one.is_in for one in payers), "payers", "Choose only people who are in the group now."),
        (not 1 <= wish.visits_per_week <= 7, "visits_per_week", "Choose between 1 and 7 visits a week."),
        (not 15 <= wish.minutes <= 720, "minutes", "A visit is between 15 minutes and 12 hours."),
        (not 1 <= wish.weeks <= 52, "weeks", "Choose between 1 and 52 weeks."),
        (wish.starts_on < soonest, "starts_on", f"Choose {soonest:%A} {soonest.day} {soonest:%B} or later, so that there is time to pay."),
        ((wish.starts_on - today).days > FURTHEST_DAYS, "starts_on", "Choose a day in the next 12 months."),
        (bool(wish.weekdays) and len(set(wish.weekdays)) != wish.visits_per_week, "weekdays", "Choose as many days as you want visits in a week."),
        (any(not 1 <= day <= 7 for day in wish.weekdays), "weekdays", "Choose days of the week from the list."),
        (not wish.keep_going.get("who_to_ring", "").strip(), "who_to_ring", "Write who we should ring if they can't come."),
        (not wish.keep_going.get("what_i_want", "").strip(), "what_i_want", "Write what you want to happen if they can't come."),
    ]
    for is_wrong, name, sentence in wrong:
        if is_wrong:
            raise WishIsNotComplete(sentence, field=name)


def _is_on_sale(listing: Listing, at: datetime) -> None:
    if listing.charge != Listing.Charge.PAID:
        raise ServiceIsNotOnSale("This is free, or for time. There is nothing to pay, so there is nothing to sign.")
    today = at.astimezone(LONDON).date()
    missing = checks_live(enterprise=listing.enterprise, worker=None, category=listing.category, on=today)
    if listing.state != "live" or listing.enterprise.state != "live" or missing:
        raise ServiceIsNotOnSale


def _build(cluster: Cluster, listing: Listing, wish: Wish, payers: Sequence[Membership], by: Person, at: datetime) -> Agreement:
    days = sorted(set(wish.weekdays)) or list(spread_weekdays(wish.starts_on, wish.visits_per_week))
    agreement = Agreement.objects.create(
        cluster=cluster,
        listing=listing,
        enterprise=listing.enterprise,
        category=listing.category.slug,
        council_code=cluster.council_code,
        state=after(AGREEMENT, NEW, "build"),
        title=listing.title,
        frozen=frozen_copy(listing),
        together=wish.together,
        visits_per_week=wish.visits_per_week,
        minutes=wish.minutes,
        weeks=wish.weeks,
        starts_on=wish.starts_on,
        weekdays=days,
        parts_of_day=list(wish.parts_of_day),
        start_time=wish.start_time,
        visit_pence=price_of_visit(listing=listing, people=len(payers), together=wish.together, minutes=wish.minutes),
        notice_days=notice_days_of(cluster),
        bands=[{"under_hours": band.under_hours, "percent": band.percent, "of_minutes": band.of_minutes} for band in DEFAULT_BANDS],
        keep_going={name: text.strip() for name, text in wish.keep_going.items()},
        proposed_by=by,
        created_at=at,
    )
    for membership, plan in zip(payers, plans_for(agreement=agreement, memberships=payers), strict=True):
        payer = Payer(agreement=agreement, membership=membership, person_id=membership.person_id, council_code=membership.council_code)
        set_plan(payer=payer, plan=plan)
        payer.save()
    if min(min(payer.weeks_pence) for payer in agreement.payers.all()) == 0:
        raise WishIsNotComplete("The price is too small to share between so many people.", field="payers")
    return agreement


def frozen_copy(listing: Listing) -> dict[str, Any]:
    """The listing as it was when the agreement was written, with its price table."""
    return {
        "listing": listing.pk,
        "title": listing.title,
        "description": listing.description,
        "category": listing.category.slug,
        "unit": listing.unit,
        "price_pence": listing.price_pence,
        "group_prices": {str(row.people): row.pence for row in listing.group_prices.order_by("people")},
        "enterprise": listing.enterprise.name,
    }


def notice_days_of(cluster: Cluster) -> int:
    """How long before somebody says that they stop, by the group's rules."""
    charter = cluster.charters.filter(state="in_force").first()
    return 28 if charter is None else charter.notice_days
