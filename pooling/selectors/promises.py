"""What is free: to promise, or of the money that is here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F

from audit.models import Delivery, Fact
from ledger import selectors as book
from ledger.services.accounts import Account
from payments.services.ways import owners_by_debit
from pooling.books import Lot
from pooling.models import Call, FundingMode, Membership, Pledge, Portion
from pooling.rules import CALL_WAITS_FOR_MONEY, DEFAULT_MODES, Promised, most_promised_at_once

State = Call.State


def mode_of(portion: Portion) -> str:
    """`ahead` or `on_yes`: the council's choice for this route, else the default."""
    return modes_in(portion.council_code)[portion.route]


def modes_in(council_code: str) -> dict[str, str]:
    """`mode_of` for every route, in one query."""
    return {**DEFAULT_MODES, **dict(FundingMode.objects.filter(council_code=council_code).values_list("route", "mode"))}


def paid_by_debit(portions: Iterable[Portion]) -> set[int]:
    """Those whose money comes by Direct Debit: one stands for its own payer. Then it takes a little longer than by any other way."""
    owners = {one.pk: one.payer_owner for one in portions if not one.is_held}
    by_debit = owners_by_debit(owners.values())
    return {pk for pk, owner in owners.items() if owner in by_debit}


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
    """As `free_shares`, of one."""
    lot = Lot(membership_id, portion_id, council_code)
    return free_shares([lot])[lot]


def free_of_debt(membership_id: int, portion_id: int, council_code: str, *, counted_pence: int = 0) -> int:
    """As `free_share`, less what they owe because their bank took a payment back: in a moment `setbacks` takes that from the same money.

    Only this may go home, or cover anything new. `counted_pence`: so much of it was paid for the same thing until this moment, and stays paid for it.
    """
    lot = Lot(membership_id, portion_id, council_code)
    now = standing([lot])
    return max(now.free[lot] - now.owed[lot], min(counted_pence, now.free[lot]))


def free_shares(lots: Iterable[Lot]) -> dict[Lot, int]:
    """A payer's own money here that nothing counts on: what is here, less what funded calls need, less what open calls were reduced by.

    Money that is here for a call which has not heard of it yet is that call's, not free. Ask with the membership locked, before promising any of
    it. Three queries, however many are asked for.
    """
    return standing(lots).free


@dataclass(frozen=True, slots=True)
class Standing:
    """What is free of each lot, as `free_shares`, and what its payer owes; the calls on them that are funded or wait for money, soonest first; and
    which of those that wait have it here already.
    """

    free: dict[Lot, int]
    owed: dict[Lot, int]
    calls: list[Call]
    come: set[int]


def standing(lots: Iterable[Lot]) -> Standing:
    """`free_shares`, with what it was found from."""
    free = dict.fromkeys(lots, 0)
    owed = dict.fromkeys(free, 0)
    # The balance is read first: money that comes meanwhile is then counted as needed and not as here, never the other way round.
    here = book.balances(codes=("SHARE", "RECEIVABLE"), owners=[lot.owner for lot in free])
    lot_of = {(lot.membership_id, lot.portion_id): lot for lot in free}
    members, portions = {lot.membership_id for lot in free}, {lot.portion_id for lot in free}
    asked = Call.objects.filter(membership__in=members, portion__in=portions, state__in={State.FUNDED, *CALL_WAITS_FOR_MONEY})
    calls = [call for call in asked.order_by("due_on", "pk") if (call.membership_id, call.portion_id) in lot_of]
    come = arrived(call for call in calls if call.state != State.FUNDED)
    for lot in free:
        free[lot] = here.get(lot.share, 0)
        owed[lot] = max(0, here.get(Account("RECEIVABLE", lot.council, lot.owner), 0))
    for call in calls:
        lot = lot_of[call.membership_id, call.portion_id]
        if call.state == State.FUNDED:
            free[lot] -= call.pence if call.owed_pence is None else call.owed_pence
        elif call.unwanted_at is None:
            free[lot] -= call.spare_pence + (call.to_pay_pence if call.pk in come else 0)
    return Standing(free, owed, calls, come)


def arrived(waiting: Iterable[Call]) -> set[int]:
    """Which of these waiting calls have their money here already, by a payment whose fact is still on its way to them."""
    calls = {call.pk: call for call in waiting}
    here = ((pk, fact) for pk, fact in news_on_the_way(calls) if fact.kind == "payments.payment_available")
    return {pk for pk, fact in here if fact.payload["pence"] >= calls[pk].to_pay_pence}


def news_on_the_way(calls: Iterable[int]) -> list[tuple[int, Fact]]:
    """What payments has told about these calls (by id) that has not reached them yet: written with the payment's own journal, so never missed."""
    subjects = {f"call:{pk}": pk for pk in calls}
    open_ones = Delivery.objects.filter(room="pooling", subject__in=subjects).exclude(state=Delivery.State.DONE).select_related("fact")
    return [(subjects[one.subject], one.fact) for one in open_ones]


def has_something_on(membership: Membership) -> bool:
    """Visits said yes to, money asked for and not dealt with, or money held."""
    kept = membership.pledges.live().filter(earmarks__state="live")
    held = membership.holds.filter(placed_pence__gt=F("released_pence") + F("returned_pence"))
    return Membership.objects.filter(Exists(kept) | Exists(membership.calls.unended()) | Exists(held), pk=membership.pk).exists()


def money_in_group(membership: Membership) -> int:
    """Pence of this person's own money in the group, free or on its way in."""
    portions = Portion.objects.filter(budget__person_id=membership.person_id)
    lots = [Lot(membership.pk, portion.pk, portion.council_code) for portion in portions]
    return sum(book.balance(lot.share) + book.balance(lot.pending) for lot in lots)
