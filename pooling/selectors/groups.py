"""Groups as the people in them, and strangers, may see them."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, Sum

from people.models import Person
from pooling.models import Cluster, Membership, Pledge
from pooling.rules import MEMBERSHIP_FINAL


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
    live = Pledge.objects.live().filter(membership__cluster=cluster)
    payers = live.values("membership").distinct().count()
    own = live.filter(membership__person=viewer).aggregate(pence=Sum("weekly_pence"))["pence"] or 0
    total = live.aggregate(pence=Sum("weekly_pence"))["pence"] or 0
    return ClusterMoney(own_weekly_pence=own, total_weekly_pence=total if payers > 2 else None, payers=payers)


@dataclass(frozen=True, slots=True)
class PublicCard:
    """What strangers see of a listed group: no names, no list of people."""

    cluster_id: int
    name: str
    purpose: str
    outcode: str
    people: int
    room_for: int


def public_cards(*, council_code: str, purpose: str = "") -> list[PublicCard]:
    """Listed groups of a council that still have room, by purpose if given. Two queries at most."""
    groups = Cluster.objects.listed().filter(council_code=council_code)
    if purpose:
        groups = groups.filter(purpose=purpose)
    inside: dict[int, int] = defaultdict(int)
    for cluster_id in Membership.objects.inside().filter(cluster__in=groups).values_list("cluster_id", flat=True):
        inside[cluster_id] += 1
    cards = [PublicCard(one.pk, one.name, one.purpose, one.outcode, inside[one.pk], one.size_max - inside[one.pk]) for one in groups]
    return [card for card in cards if card.room_for > 0]


def places_of(person: Person) -> list[Membership]:
    """The groups this person is in, asked into, or asked to join."""
    return list(Membership.objects.of(person).exclude(state__in=MEMBERSHIP_FINAL).select_related("cluster", "person").order_by("pk"))


def questions_for(person: Person) -> list[Membership]:
    """People about whom this person may still say yes or no: may they join?"""
    waiting = Q(answers_about__voter__person=person, answers_about__question="admit", answers_about__yes__isnull=True)
    asked = Membership.objects.filter(waiting, state__in=["proposed", "applied"], answers_about__voter__state__in=["trial", "active"])
    return list(asked.select_related("cluster", "person").order_by("pk").distinct())
