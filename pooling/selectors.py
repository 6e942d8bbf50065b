"""Reads that pages and other rooms need. Sums are in pence. What is promised, asked for and here are three different things, never added up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from ledger import selectors as book
from people.models import Organisation, Person
from pooling.books import Lot
from pooling.models import Call, Cluster, FundingMode, Hold, Membership, Pledge, Portion, Withdrawal
from pooling.rules import CALL_FINAL, CALL_WAITS_FOR_MONEY, DEFAULT_MODES, MEMBERSHIP_FINAL, Promised, most_promised_at_once

State = Call.State


def mode_of(portion: Portion) -> str:
    """`ahead` or `on_yes`: the council's choice for this route, else the default."""
    chosen = FundingMode.objects.filter(council_code=portion.council_code, route=portion.route).values_list("mode", flat=True).first()
    return chosen or DEFAULT_MODES[portion.route]


def free_to_promise(portion: Portion, *, starts_on: date | None = None, weeks: int | None = None, leaving_out: Pledge | None = None) -> int:
    """What of a portion is free to promise, in pence a week: what there is, less what is spent elsewhere, less the most promised at once.

    In the weeks given, or in all weeks. Below zero when the budget was cut after promises were made.
    """
    live = portion.pledges.live().exclude(pk=leaving_out.pk if leaving_out else 0)
    promised = [Promised(one.starts_on, one.weeks, one.weekly_pence) for one in live]
    if starts_on is None or weeks is None:
        first = min((one.starts_on for one in promised), default=date.min)
        last = max((one.ends_on for one in promised), default=date.min)
    else:
        first, last = starts_on, starts_on + timedelta(weeks=weeks, days=-1)
    return portion.weekly_pence - portion.spent_elsewhere_weekly_pence - most_promised_at_once(promised, starts_on=first, ends_on=last)


def free_share(membership_id: int, portion_id: int, council_code: str) -> int:
    """A payer's own money here that nothing counts on: what is here, less what funded calls need, less what open calls were reduced by.

    Ask with the membership locked, before promising any of it.
    """
    here = book.balance(Lot(membership_id, portion_id, council_code).share)
    calls = Call.objects.filter(membership_id=membership_id, portion_id=portion_id)
    needed = calls.filter(state=State.FUNDED).aggregate(pence=Sum(Coalesce("owed_pence", "pence")))["pence"] or 0
    waiting = calls.filter(state__in=CALL_WAITS_FOR_MONEY, unwanted_at__isnull=True)
    counted_on: int = waiting.aggregate(pence=Sum(F("pence") - F("asked_pence")))["pence"] or 0
    return here - int(needed) - counted_on


def has_something_on(membership: Membership) -> bool:
    """Visits said yes to, money asked for and not dealt with, or money held."""
    kept = membership.pledges.live().filter(earmarks__state="live").exists()
    return kept or membership.calls.unended().exists() or membership.holds.filter(placed_pence__gt=F("released_pence") + F("returned_pence")).exists()


def money_in_group(membership: Membership) -> int:
    """Pence of this person's own money in the group, free or on its way in."""
    portions = Portion.objects.filter(budget__person_id=membership.person_id)
    lots = [Lot(membership.pk, portion.pk, portion.council_code) for portion in portions]
    return sum(book.balance(lot.share) + book.balance(lot.pending) for lot in lots)


# --- my money ---


@dataclass(frozen=True, slots=True)
class Money:
    """One portion's money in one group. `paid` is what providers got or are owed; `came_back` is home again. A promise is not money."""

    membership: Membership
    portion: Portion
    promised_pence: int
    asked_pence: int
    clearing_pence: int
    yours_pence: int
    free_pence: int
    held_pence: int
    disputed_pence: int
    paid_pence: int
    going_back_pence: int
    came_back_pence: int


def money_of(person: Person) -> list[Money]:
    """Where a person's money is, per group and portion, in order; only where something was promised. Five queries and one a group."""
    memberships = {one.pk: one for one in Membership.objects.filter(person=person).select_related("cluster")}
    pledges = list(Pledge.objects.filter(membership__in=memberships).select_related("portion__holder"))
    portions = {one.portion_id: one.portion for one in pledges}
    sums = _sums(memberships, pledges)
    accounts = _accounts(memberships)
    return [
        _money(memberships[key[0]], portions[key[1]], sums[key], accounts[key])
        for key in sorted({(one.membership_id, one.portion_id) for one in pledges})
    ]


Key = tuple[int, int]


def _sums(memberships: Iterable[int], pledges: Iterable[Pledge]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for pledge in pledges:
        if pledge.state == Pledge.State.PLEDGED:
            found[pledge.membership_id, pledge.portion_id]["promised"] += pledge.pence
    for call in Call.objects.filter(membership__in=memberships).exclude(state__in=CALL_FINAL):
        row = found[call.membership_id, call.portion_id]
        if call.state == State.CALLED or (call.state == State.ORDERED and call.owed_pence is not None):
            row["asked"] += call.to_pay_pence
        if call.state == State.FUNDED:
            row["needed"] += call.pence if call.owed_pence is None else call.owed_pence
        elif call.state in CALL_WAITS_FOR_MONEY and call.unwanted_at is None:
            row["needed"] += call.spare_pence
    for hold in Hold.objects.filter(membership__in=memberships):
        row = found[hold.membership_id, hold.portion_id]
        row["held"] += hold.held_pence
        row["disputed"] += hold.disputed_pence
        row["paid"] += hold.released_pence
    for back in Withdrawal.objects.filter(membership__in=memberships):
        row = found[back.membership_id, back.portion_id]
        row["came_back"] += back.returned_pence
        row["going_back"] += back.pence - back.returned_pence - back.kept_pence
    return found


def _accounts(memberships: Iterable[int]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for membership_id in memberships:
        for account, pence in book.balances(codes=("SHARE", "PENDING"), owner_prefix=f"member:{membership_id}/").items():
            found[membership_id, int(account.owner.rpartition(":")[2])][account.code] += pence
    return found


def _money(membership: Membership, portion: Portion, sums: dict[str, int], accounts: dict[str, int]) -> Money:
    return Money(
        membership=membership,
        portion=portion,
        promised_pence=sums["promised"],
        asked_pence=sums["asked"],
        clearing_pence=accounts["PENDING"],
        yours_pence=accounts["SHARE"],
        free_pence=max(0, accounts["SHARE"] - sums["needed"]),
        held_pence=sums["held"],
        disputed_pence=sums["disputed"],
        paid_pence=sums["paid"],
        going_back_pence=sums["going_back"],
        came_back_pence=sums["came_back"],
    )


# --- the group ---


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


# --- who looks after money ---


@dataclass(frozen=True, slots=True)
class HolderList:
    """What an organisation that looks after money has to do, and what it may expect. Each row is a call; the funder sees names."""

    to_pay: list[Call]
    orders_to_accept: list[Call]
    bills: list[Call]
    on_the_way: list[Call]
    waiting_for_a_yes: list[Call]
    missed: list[Call]

    @property
    def to_pay_pence(self) -> int:
        return sum(call.to_pay_pence for call in (*self.to_pay, *self.bills))


def holder_list(organisation: Organisation) -> HolderList:
    """Calls to pay ahead, orders to accept, bills after a yes, what is on its way, what waits for a yes, what was missed. One query."""
    calls = Call.objects.unended().filter(portion__holder=organisation).select_related("membership__person", "membership__cluster", "portion__budget")
    found = list(calls.order_by("due_on", "pk"))
    return HolderList(
        to_pay=[call for call in found if call.state == State.CALLED and call.mode == "ahead"],
        orders_to_accept=[call for call in found if call.state == State.CALLED and call.mode == "on_yes"],
        bills=[call for call in found if call.state == State.ORDERED and call.owed_pence is not None],
        on_the_way=[call for call in found if call.state == State.CLEARING],
        waiting_for_a_yes=[call for call in found if call.state == State.ORDERED and call.owed_pence is None],
        missed=[call for call in found if call.state == State.MISSED],
    )


def calls_to_pay(person: Person) -> list[Call]:
    """What this person is asked to pay from money in their own hands, soonest first."""
    own = Call.objects.filter(membership__person=person, portion__holder__isnull=True, state=State.CALLED)
    return list(own.select_related("membership__cluster", "portion__budget").order_by("due_on", "pk"))


def places_of(person: Person) -> list[Membership]:
    """The groups this person is in, asked into, or asked to join."""
    return list(Membership.objects.of(person).exclude(state__in=MEMBERSHIP_FINAL).select_related("cluster", "person").order_by("pk"))


def questions_for(person: Person) -> list[Membership]:
    """People about whom this person may still say yes or no: may they join?"""
    waiting = Q(answers_about__voter__person=person, answers_about__question="admit", answers_about__yes__isnull=True)
    asked = Membership.objects.filter(waiting, state__in=["proposed", "applied"], answers_about__voter__state__in=["trial", "active"])
    return list(asked.select_related("cluster", "person").order_by("pk").distinct())
