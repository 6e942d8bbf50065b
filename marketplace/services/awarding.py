"""From a choice that stands to an agreement everybody can sign, and back to the offers when it never comes about (state-machines.md 7 and 8).

Locks: an agreement, then its need, its brief, offers, places and promises.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import Agreement, Brief, BriefLot, BriefPayer, Offer, Payer
from marketplace.rules.briefs import BRIEF, KEPT_DAYS
from marketplace.rules.dates import LONDON, answer_by
from marketplace.rules.offering import OFFER
from marketplace.rules.tables import AGREEMENT, NEW, after
from marketplace.rules.weeks import DEFAULT_BANDS
from marketplace.services.brief_drafts import lock
from marketplace.services.plans import plans_for, set_plan
from marketplace.services.proposing import SOONEST_WORKING_DAYS, WishIsNotComplete, notice_days_of
from marketplace.services.writing import log, tell
from people.models import Person
from places.calendar import add_working_days
from pooling.models import Earmark, Pledge
from pooling.services import earmarks
from pooling.services.transactions import all_or_nothing

ANOTHER_WAS_CHOSEN = "Another offer was chosen."


def stands_from(*, picked_at: datetime) -> datetime:
    """When a choice may no longer be called unfair: some working days after it (a setting; public contracts ask for more)."""
    return answer_by(asked_at=picked_at, working_days=settings.STAND_STILL_WORKING_DAYS, add_working_days=add_working_days)


@all_or_nothing
def award_if_due(*, brief_id: int, at: datetime) -> int:
    """Every part has a winner that said yes, the days to object are over and nobody objects: an agreement each. Returns 1 if it was awarded."""
    brief = Brief.objects.locked().select_related("cluster").get(pk=brief_id)
    if brief.state != Brief.State.AWARD_PENDING:
        return 0
    running = list(brief.offers.live().locked().select_related("lot", "enterprise"))
    winners = [one for one in running if one.is_winner]
    waits = any(one.state != Offer.State.ACCEPTED or one.picked_at is None or at < stands_from(picked_at=one.picked_at) for one in winners)
    if waits or not winners or any(one.challenge == Offer.Challenge.OPEN for one in brief.offers.all()):
        return 0
    if not payers_of(brief):
        return 0
    brief.state = after(BRIEF, brief.state, "stand_still")
    brief.kept_until = at + timedelta(days=KEPT_DAYS)
    brief.save(update_fields=["state", "kept_until"])
    log(by=None, verb="award", row=brief, at=at, offers=[one.pk for one in winners])
    for loser in (one for one in running if not one.is_winner):
        not_chosen(offer=loser, feedback=loser.feedback or ANOTHER_WAS_CHOSEN, by=None, at=at)
    for winner in winners:
        if not Agreement.objects.filter(offer=winner).exists():
            _build(brief, winner, at)
    if not _lots_waiting(brief).exists():
        _free_the_rest(brief, at)
    tell(kind="brief_awarded", row=brief, at=at, offers=[one.pk for one in winners])
    return 1


def not_chosen(*, offer: Offer, feedback: str, by: Person | None, at: datetime) -> None:
    """Says no to an offer, with the reason its provider reads. The offer and its brief are locked by the caller."""
    offer.state = after(OFFER, offer.state, "not_chosen")
    offer.feedback, offer.ended_at = feedback, at
    offer.save(update_fields=["state", "feedback", "ended_at"])
    log(by=by, verb="offer_not_chosen", row=offer, at=at)
    tell(kind="offer_not_chosen", row=offer, at=at, brief=offer.brief_id)


def payers_of(brief: Brief) -> list[BriefPayer]:
    """Those who would pay and are in the group still. Where their yes to the brief grew too old, the one to the agreement is their next."""
    rows = brief.payers.taking_part().select_related("membership__person").order_by("pk")
    return [one for one in rows if one.membership.is_in]


def _build(brief: Brief, offer: Offer, at: datetime) -> Agreement:
    """The agreement as a draft: a frozen copy of brief and offer. It is sent when the group has said what happens if nobody can come."""
    lot, payers = offer.lot, [one.membership for one in payers_of(brief)]
    agreement = Agreement.objects.create(
        cluster=brief.cluster,
        offer=offer,
        enterprise=offer.enterprise,
        category=brief.category,
        council_code=brief.council_code,
        state=after(AGREEMENT, NEW, "build"),
        title=lot.title,
        frozen=frozen_copy(brief, offer),
        together=brief.together,
        visits_per_week=lot.visits_per_week,
        minutes=lot.minutes,
        weeks=brief.weeks,
        starts_on=_first_start(offer.starts_on, at),
        weekdays=sorted(offer.weekdays),
        parts_of_day=list(lot.parts_of_day),
        start_time=offer.start_time,
        visit_pence=offer.visit_pence,
        notice_days=notice_days_of(brief.cluster),
        bands=[{"under_hours": band.under_hours, "percent": band.percent, "of_minutes": band.of_minutes} for band in DEFAULT_BANDS],
        proposed_by=brief.written_by,
        created_at=at,
    )
    for membership, plan in zip(payers, plans_for(agreement=agreement, memberships=payers), strict=True):
        payer = Payer(agreement=agreement, membership=membership, person_id=membership.person_id, council_code=membership.council_code)
        set_plan(payer=payer, plan=plan)
        payer.save()
    log(by=None, verb="build_agreement", row=agreement, at=at, offer=offer.pk)
    tell(kind="agreement_built", row=agreement, at=at, offer=offer.pk)
    return agreement


def frozen_copy(brief: Brief, offer: Offer) -> dict[str, Any]:
    """What was asked and what was offered, as both stood when the choice was made."""
    return {
        "brief": brief.pk,
        "brief_version": brief.version,
        "offer": offer.pk,
        "offer_version": offer.version,
        "title": offer.lot.title,
        "problem": brief.problem,
        "people": brief.people_words,
        "outcome": brief.outcome_words,
        "must_haves": list(brief.must_haves),
        "category": brief.category,
        "price_pence": offer.visit_pence,
        "words": offer.words,
        "who_comes": offer.people_words,
        "by_when": offer.milestones_words,
        "enterprise": offer.enterprise.name,
    }


def _first_start(wanted: date, at: datetime) -> date:
    """The offered day, or as many weeks later as leave time to pay: the days of the week stay."""
    soonest = add_working_days(at.astimezone(LONDON).date(), SOONEST_WORKING_DAYS)
    return wanted + timedelta(weeks=max(0, -(-(soonest - wanted).days // 7)))


@all_or_nothing
def send(*, agreement: Agreement, keep_going: Mapping[str, str], by: Person, at: datetime) -> Agreement:
    """Whoever helps the group, or somebody in it, says what happens when nobody can come, and sends the agreement to be signed.

    `keep_going`: `who_to_ring` and `what_i_want`. Raises NotAllowed, NotNow, WishIsNotComplete.
    """
    row = Agreement.objects.locked().select_related("cluster", "enterprise").get(pk=agreement.pk)
    if policies.is_linked_to(person=by, enterprise=row.enterprise) or not policies.chooses_in(by=by, cluster=row.cluster, at=at):
        raise NotAllowed("Only people in the group, or who helps it, can do this.")
    row.state = after(AGREEMENT, row.state, "send", "This was sent already, or it did not come about.")
    for name, sentence in (
        ("who_to_ring", "Write who we should ring if they can't come."),
        ("what_i_want", "Write what you want to happen if they can't come."),
    ):
        if not keep_going.get(name, "").strip():
            raise WishIsNotComplete(sentence, field=name)
    row.keep_going = {name: text.strip() for name, text in keep_going.items()}
    row.starts_on, row.sent_at = _first_start(row.starts_on, at), at
    row.save(update_fields=["state", "keep_going", "starts_on", "sent_at"])
    log(by=by, verb="send_agreement", row=row, at=at)
    tell(kind="agreement_sent", row=row, at=at, version=row.version)
    return row


def lock_brief(*, agreement: Agreement) -> None:
    """An agreement made from an offer moves its need and brief too: they are locked right after the agreement."""
    if agreement.offer_id is not None:
        lock(Brief.objects.get(offers=agreement.offer_id))


# --- promises: what was kept for the brief passes to the agreement with each signature ---


def keep(*, agreement: Agreement, payer: Payer, pledge: Pledge, by: Person, at: datetime) -> Earmark:
    """A payer's own yes: keeps the most it can cost them for the agreement. What they kept for its brief passes to it; never before this yes.

    What is left of it stays with the brief only while another part of the brief waits for its own agreement.
    """
    kept = [] if agreement.offer_id is None else list(_kept_for_brief(agreement, payer))
    for one in kept:
        earmarks.drop(about_kind="brief", about_id=one.about_id, pledge=one.pledge, at=at)
    made = earmarks.earmark(pledge=pledge, about_kind="agreement", about_id=agreement.pk, pence=payer.ceiling_pence, by=by, at=at)
    rest = sum(one.pence for one in kept) - payer.ceiling_pence
    if kept and rest > 0 and _waits_elsewhere(agreement):
        again = earmarks.earmark(pledge=kept[0].pledge, about_kind="brief", about_id=kept[0].about_id, pence=rest, by=by, at=at)
        BriefPayer.objects.filter(brief=kept[0].about_id, membership=payer.membership_id).update(earmark=again)
    return made


def let_go(*, agreement: Agreement, payer: Payer, at: datetime) -> None:
    """A payer's no to the agreement is a no to its brief: their promise is free again, unless another part of the brief still waits."""
    if agreement.offer_id is None or _waits_elsewhere(agreement):
        return
    for one in _kept_for_brief(agreement, payer):
        earmarks.drop(about_kind="brief", about_id=one.about_id, pledge=one.pledge, at=at)
    BriefPayer.objects.filter(brief__offers=agreement.offer_id, membership=payer.membership_id).update(state=BriefPayer.State.NO)


def came_about(*, agreement: Agreement, at: datetime) -> None:
    """Everybody signed: what was kept for the brief and did not pass is free, once no other part waits. The agreement is locked by the caller."""
    if agreement.offer_id is None or _waits_elsewhere(agreement):
        return
    _free_the_rest(Brief.objects.get(offers=agreement.offer_id), at)


def _free_the_rest(brief: Brief, at: datetime) -> None:
    earmarks.drop(about_kind="brief", about_id=brief.pk, at=at)
    brief.kept_until = None
    brief.save(update_fields=["kept_until"])


def fell_through(*, agreement: Agreement, at: datetime) -> None:
    """The agreement never came about: the group may choose again, by a new decision. Its yeses are kept for another 30 days.

    The agreement is locked by the caller, and its own earmarks are dropped.
    """
    if agreement.offer_id is None:
        return
    brief = Brief.objects.locked().get(offers=agreement.offer_id)
    offer = Offer.objects.locked().get(pk=agreement.offer_id)
    if offer.fell_through_at is not None or brief.is_over:
        return
    offer.fell_through_at = at
    offer.save(update_fields=["fell_through_at"])
    if brief.state == Brief.State.AWARDED:
        brief.state = after(BRIEF, brief.state, "agreement_void")
    brief.kept_until = at + timedelta(days=KEPT_DAYS)
    brief.save(update_fields=["state", "kept_until"])
    for payer in brief.payers.who_said_yes().select_related("earmark"):
        if payer.earmark is not None and (again := earmarks.keep_again(earlier=payer.earmark, at=at)) is not None:
            payer.earmark = again
            payer.save(update_fields=["earmark"])
    log(by=None, verb="agreement_fell_through", row=brief, at=at, offer=offer.pk)
    tell(kind="brief_open_again", row=brief, at=at, offer=offer.pk)


def _kept_for_brief(agreement: Agreement, payer: Payer) -> Any:
    brief = Brief.objects.filter(offers=agreement.offer_id).values("pk")
    rows = Earmark.objects.live().filter(about_kind="brief", about_id__in=brief, pledge__membership=payer.membership_id)
    return rows.select_related("pledge").order_by("pk")


def _waits_elsewhere(agreement: Agreement) -> bool:
    """Whether another part of the same brief has no signed agreement yet."""
    return _lots_waiting(Brief.objects.get(offers=agreement.offer_id)).exclude(offers=agreement.offer_id).exists()


def _lots_waiting(brief: Brief) -> QuerySet[BriefLot]:
    """Parts that may still come to a signed agreement: once the choice stands, those with a winner; before that, all."""
    lots: QuerySet[BriefLot] = brief.lots.all()
    if brief.state == Brief.State.AWARDED:
        lots = lots.filter(offers__in=Offer.objects.winners().filter(brief=brief))
    return lots.exclude(pk__in=Agreement.objects.filter(offer__lot__in=lots, active_at__isnull=False).values("offer__lot"))
