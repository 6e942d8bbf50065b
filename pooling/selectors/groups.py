"""Groups as the people in them, and strangers, may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from audit.clock import LONDON
from audit.kept import answers
from people.models import Person
from pooling.models import Charter, CharterSignature, Cluster, Membership, Pledge
from pooling.rules import MEMBERSHIP_FINAL, MEMBERSHIP_IN
from pooling.selectors.promises import has_something_on


@dataclass(frozen=True, slots=True)
class ClusterMoney:
    """What one person may know of a group's promises: their own pence a week, everybody's together, and how many promise."""

    own_weekly_pence: int
    total_weekly_pence: int | None
    payers: int


def cluster_money(cluster: Cluster, viewer: Person) -> ClusterMoney:
    """Each sees their own pence, the total and the number of payers; never another person's.

    With fewer than three payers the total is None: of two, it would tell the other one's.
    """
    payers, own, total = next(iter(answers(_money_in, cluster, viewer)), (0, 0, 0))
    return ClusterMoney(own, total if payers > 2 else None, payers)


def _money_in(cluster: Cluster, viewer: Person) -> QuerySet[Any, Any]:
    own = Sum("weekly_pence", filter=Q(membership__person=viewer), default=0)
    payers = Count("membership", distinct=True)
    found = Pledge.objects.live().filter(membership__cluster=cluster).order_by().values("membership__cluster")
    return found.annotate(payers=payers, own=own, total=Sum("weekly_pence", default=0)).values_list("payers", "own", "total")


@dataclass(frozen=True, slots=True)
class PublicCard:
    """What strangers see of a listed group: what for, where, how many, what joining asks. No names, no list of people, no words of its own.

    `people` and `room_for` are as the week began: a card that changed on the day would tell who watches it that somebody joined (abuse.md).
    """

    cluster_id: int
    purpose: str
    outcode: str
    people: int
    room_for: int
    trial_days: int
    notice_days: int


def public_cards(*, council_code: str, on: date, purpose: str = "", outcode: str = "") -> list[PublicCard]:
    """Listed groups of a council that still have room, by purpose and area if given. One query."""
    groups = answers(_listed, Cluster(council_code=council_code), _monday(on))
    cards = [_card(one, max(1, vars(one)["people"] or 0)) for one in groups]
    return [card for card in cards if card.room_for > 0 and purpose in ("", card.purpose) and outcode in ("", card.outcode)]


def _listed(beside: Cluster, monday: date) -> QuerySet[Any, Any]:
    """Those of the same council."""
    rules = Charter.objects.filter(cluster=OuterRef("pk"), state="in_force")
    groups = Cluster.objects.listed().filter(council_code=beside.council_code, state__in=("forming", "active"))
    people = _inside_since(monday).filter(cluster=OuterRef("pk")).order_by().values("cluster").annotate(people=Count("pk")).values("people")
    said = {name: Subquery(rules.values(name)) for name in ("trial_days", "notice_days")}
    return groups.annotate(**said, people=Subquery(people))


def _card(group: Any, people: int) -> PublicCard:
    room = group.size_max - people
    return PublicCard(group.pk, group.purpose, group.outcode, people, room, group.trial_days or 0, group.notice_days or 0)


def sizes_shown(cluster_ids: Sequence[int], *, on: date) -> dict[int, int]:
    """How many people each group had when this week began; a newer one says 1. One query."""
    rows = _inside_since(_monday(on)).filter(cluster__in=cluster_ids)
    counted = dict(rows.order_by().values_list("cluster").annotate(people=Count("pk")))
    return {pk: max(1, counted.get(pk, 0)) for pk in cluster_ids}


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _inside_since(monday: date) -> QuerySet[Membership]:
    """Who was inside as this day began."""
    began = datetime.combine(monday, time(), LONDON)
    return Membership.objects.filter(Q(state__in=MEMBERSHIP_IN) | Q(ended_at__gte=began), joined_at__lt=began)


def notice_days_for(membership: Membership) -> int:
    """How many days before leaving this person must say so: none in the first days, with nothing on, or while they have not signed the rules.

    Whoever does not sign new rules may leave without notice (state-machines.md 2, amend_charter).
    """
    signed = Charter.objects.filter(cluster=membership.cluster_id, state="in_force", signatures__membership=membership).first()
    return notice_days_under(membership, signed) if signed else 0


def notice_days_under(membership: Membership, signed: Charter) -> int:
    """As `notice_days_for`, of somebody who signed these rules, which are in force."""
    has_none = membership.state == Membership.State.TRIAL or not has_something_on(membership)
    return 0 if has_none else signed.notice_days


def name_for(place: Membership, viewer: Membership | None) -> str:
    """What `viewer` (their place; None: somebody with none, like who helps the group) may call somebody.

    Only a first name, but for people who are both past their first days, and for oneself.
    """
    name = place.person.known_as
    settled = viewer is not None and place.is_in and Membership.State.TRIAL not in (place.state, viewer.state)
    is_mine = viewer is not None and viewer.pk == place.pk
    return name if settled or is_mine else (name.split() or [name])[0]


def rules_to_sign(person: Person) -> QuerySet[Membership]:
    """This person's places in groups whose rules are newer than what they signed."""
    signed = CharterSignature.objects.filter(membership=OuterRef("pk"), charter__state="in_force")
    return Membership.objects.inside().of(person).filter(~Exists(signed)).select_related("cluster", "person").order_by("pk")


def places_of(person: Person) -> list[Membership]:
    """The groups this person is in, asked into, or asked to join."""
    return list(Membership.objects.of(person).in_groups().exclude(state__in=MEMBERSHIP_FINAL).select_related("cluster", "person").order_by("pk"))


def questions_for(person: Person) -> QuerySet[Membership]:
    """People about whom this person may still say yes or no: may they join?"""
    waiting = Q(answers_about__voter__person=person, answers_about__question="admit", answers_about__yes__isnull=True)
    asked = Membership.objects.filter(waiting, state__in=["proposed", "applied"], answers_about__voter__state__in=MEMBERSHIP_IN)
    return asked.select_related("cluster", "person").order_by("pk").distinct()


def strands_in(cluster_id: int) -> list[int]:
    """The strands of those inside, in the order they joined: as many as a picture holds."""
    strands = Membership.objects.inside().filter(cluster=cluster_id, strand__isnull=False).order_by("joined_at").values_list("strand", flat=True)
    return [strand for strand in strands[:4] if strand]
