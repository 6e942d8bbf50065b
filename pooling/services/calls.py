"""Asking for money: one call for one payer's share of one piece of work, in both modes (money.md 2). Paying it, or ordering it in writing.

`ahead`: called → clearing → funded. `on_yes`: called → ordered; the person's own yes fixes what is owed (`bill_order`); then it is paid.
Locks: the place in the group, then the promise, then the earmark, then the call.
"""

from datetime import date, datetime

from audit.errors import NotAllowed, Refusal
from people.models import Person
from pooling import policies, selectors
from pooling.models import Call, Earmark, Hold, Mode
from pooling.rules import CALL, CALL_FINAL, EARMARK, NEW, PLEDGE, NotNow, step, to_ask
from pooling.services.call_payments import (
    IsAnOrder,
    NoCard,
    NotAnOrder,
    NoYesYet,
    pay_by_bank,
    pay_by_bank_app,
    pay_by_card,
    pay_by_debit,
    pay_order_by_bank,
    send_cash_back,
    set_up_debit,
    stop_payment,
)
from pooling.services.call_records import close_open_payment, lock_call, lock_to_pay, tell, tell_opened_or_covered, tell_paid, uncall, write_trail
from pooling.services.deadlines import advance_due
from pooling.services.earmarks import lock_pledge
from pooling.services.transactions import all_or_nothing

__all__ = [
    "EarmarkIsExhausted",
    "IsAnOrder",
    "MoreThanOrdered",
    "NoCard",
    "NoYesYet",
    "NotAnOrder",
    "ReferenceIsMissing",
    "accept_order",
    "advance_due",
    "bill_order",
    "call_again",
    "drop_call",
    "drop_order",
    "open_call",
    "pay_by_bank",
    "pay_by_bank_app",
    "pay_by_card",
    "pay_by_debit",
    "pay_order_by_bank",
    "send_cash_back",
    "set_up_debit",
    "stop_payment",
    "take_bill_back",
]

State = Call.State


class EarmarkIsExhausted(Refusal):
    code = "ceiling_reached"
    sentence = "This would be more than the most you said yes to. Nobody is asked for more than that."


class ReferenceIsMissing(Refusal):
    code = "reference_is_missing"
    sentence = "Give your order's number or name, of at most 60 letters."
    field = "reference"


class MoreThanOrdered(Refusal):
    code = "more_than_ordered"
    sentence = "This is more than was ordered."


@all_or_nothing
def open_call(*, earmark: Earmark, about_kind: str, about_id: int, pence: int, due_on: date, at: datetime, counted_pence: int = 0) -> Call:
    """Asks the earmark's owner for one share, less what is free of their own money here and not owed. Nothing more to pay: funded at once.

    Never above what they said yes to. `counted_pence`: what the call counted on that was dropped for it this moment.
    Facts: `pooling.call_opened`, or `pooling.call_covered`. Raises EarmarkIsExhausted, NotNow.
    """
    pledge = lock_pledge(earmark.pledge_id)
    kept = Earmark.objects.locked().get(pk=earmark.pk)
    step(EARMARK, kept.state, "call")
    step(PLEDGE, pledge.state, "call")
    if pence < 1 or kept.called_pence + pence > kept.pence:
        raise EarmarkIsExhausted
    free = selectors.free_of_debt(pledge.membership_id, pledge.portion_id, pledge.council_code, counted_pence=counted_pence)
    asked = to_ask(pence, free)
    kept.called_pence += pence
    kept.save(update_fields=["called_pence"])
    pledge.called_pence += pence
    pledge.save(update_fields=["called_pence"])
    call = Call.objects.create(
        pledge=pledge,
        earmark=kept,
        membership=pledge.membership,
        portion=pledge.portion,
        council_code=pledge.council_code,
        about_kind=about_kind,
        about_id=about_id,
        pence=pence,
        asked_pence=asked,
        mode=selectors.mode_of(pledge.portion),
        state=step(CALL, NEW, "open_call" if asked else "open_covered"),
        opened_at=at,
        due_on=due_on,
    )
    write_trail(row=call, verb="pooling.open_call", by=None, at=at)
    tell_opened_or_covered(call, at)
    return call


@all_or_nothing
def accept_order(*, call: Call, reference: str, by: Person, at: datetime) -> Call:
    """Who looks after the money gives a written order for this share, to be paid after the person's yes. It covers the share.

    Fact: `pooling.call_covered` by order. Raises NotAllowed, NotAnOrder, ReferenceIsMissing, NotNow.
    """
    row = lock_to_pay(call=call, by=by, at=at)
    if row.mode != Mode.ON_YES:
        raise NotAnOrder
    if not 1 <= len(reference.strip()) <= 60:
        raise ReferenceIsMissing
    row.state = step(CALL, row.state, "accept_order")
    row.order_reference, row.ordered_by, row.ordered_at = reference.strip(), by, at
    row.save(update_fields=["state", "order_reference", "ordered_by", "ordered_at"])
    write_trail(row=row, verb="pooling.accept_order", by=by, at=at)
    tell("call_covered", row, at, covered_by="order")
    return row


@all_or_nothing
def bill_order(*, call: Call, about_id: int, pence: int, at: datetime) -> Call:
    """The payer's own yes fixed what is owed of an order. Returns the call that the holder now pays.

    The first bill is that call itself. A later one, for another share split off the same one (`about_id`), is a follow-up call under the same
    order. All bills together never exceed what was ordered. Free money of theirs here pays first; nothing left to pay: funded at once.
    A share that was billed, and then held back and decided, keeps its one bill, of what it comes to now.
    Raises MoreThanOrdered, NotNow (also of an order that is not needed any more); ValueError below 1p.
    """
    if pence < 1:
        raise ValueError("A bill is at least 1p.")
    row = lock_call(call.follows_id or call.pk)
    if row.state == State.CANCELLED or row.unwanted_at is not None:
        raise NotNow
    bills = _bills(row)
    earlier = next((one for one in bills if one.about_id == about_id), None)
    if earlier is not None:
        return _bill_less(earlier, pence, at)
    if sum(one.owed_pence or 0 for one in bills) + pence > row.pence:
        raise MoreThanOrdered
    if row.owed_pence is None:
        after = step(CALL, row.state, "bill")
        row.state, row.about_id, row.owed_pence, row.billed_at = after, about_id, pence, at
        row.save(update_fields=["state", "about_id", "owed_pence", "billed_at"])
    else:
        row = _follow_up(row, about_id, pence, at)
    write_trail(row=row, verb="pooling.bill_order", by=None, at=at)
    _cover_if_nothing_is_to_pay(row, at)
    return row


@all_or_nothing
def take_bill_back(*, call: Call, about_id: int, at: datetime) -> None:
    """What this share (`about_id`) was billed comes to nothing: nobody owes it, and other shares under the same order may be billed as much.

    The first bill is the order itself, which stands for the others until `drop_order`. Money that came for it, or is on its way, stays its
    owner's, free. Never billed, or used already: nothing changes.
    """
    first = lock_call(call.follows_id or call.pk)
    found = next((one for one in _bills(first) if one.about_id == about_id and not _is_over(one)), None)
    if found is None:
        return
    if found.follows_id is not None:
        drop_call(call=found, at=at)
        return
    close_open_payment(first, at)
    if first.state in (State.ORDERED, State.MISSED):
        first.state = step(CALL, first.state, "cover_bill" if first.state == State.ORDERED else "cover_again")
    first.owed_pence = 0
    first.save(update_fields=["state", "owed_pence"])
    write_trail(row=first, verb="pooling.take_bill_back", by=None, at=at)


@all_or_nothing
def drop_order(*, call: Call, at: datetime) -> None:
    """Nothing more is asked under this order: what of it was not used is not needed."""
    first = lock_call(call.follows_id or call.pk)
    for one in (*first.followed_by.order_by("pk"), first):
        if not _is_over(one):
            drop_call(call=one, at=at)


def _is_over(one: Call) -> bool:
    """Not needed, or used: also where its payer's bank took the money back since."""
    return one.state in CALL_FINAL or Hold.objects.filter(about_kind="order", about_id=one.pk).exists()


def _bills(first: Call) -> list[Call]:
    """What was billed under this order and not taken back."""
    return [one for one in (first, *first.followed_by.exclude(state=State.CANCELLED)) if one.owed_pence is not None]


def _bill_less(earlier: Call, pence: int, at: datetime) -> Call:
    """The same share's bill, of no more than before. Paid already, or on its way: what is over is its owner's, free, once the rest is used."""
    row = lock_call(earlier.pk)
    if row.owed_pence is None or pence > row.owed_pence:
        raise MoreThanOrdered
    if pence < row.owed_pence and row.state in (State.ORDERED, State.MISSED):
        row.owed_pence = pence
        row.save(update_fields=["owed_pence"])
        close_open_payment(row, at)
        write_trail(row=row, verb="pooling.bill_less", by=None, at=at)
        if row.state == State.ORDERED:
            _cover_if_nothing_is_to_pay(row, at)
    return row


def _cover_if_nothing_is_to_pay(row: Call, at: datetime) -> None:
    if row.to_pay_pence == 0:
        row.state = step(CALL, row.state, "cover_bill")
        row.save(update_fields=["state"])
        tell_paid(row, at)


def _follow_up(first: Call, about_id: int, pence: int, at: datetime) -> Call:
    asked = to_ask(pence, selectors.free_of_debt(first.membership_id, first.portion_id, first.council_code))
    return Call.objects.create(
        pledge=first.pledge,
        earmark=first.earmark,
        membership=first.membership,
        portion=first.portion,
        council_code=first.council_code,
        about_kind=first.about_kind,
        about_id=about_id,
        pence=pence,
        asked_pence=asked,
        mode=first.mode,
        state=step(CALL, NEW, "open_bill"),
        opened_at=at,
        due_on=first.due_on,
        order_reference=first.order_reference,
        ordered_by=first.ordered_by,
        ordered_at=first.ordered_at,
        owed_pence=pence,
        billed_at=at,
        follows=first,
    )


@all_or_nothing
def drop_call(*, call: Call, at: datetime) -> Call:
    """The work does not need this money: called off, or gone ahead without it. Money already here stays its owner's, free again.

    A payment that is open is closed; one on its way stays its owner's when it comes. Raises NotNow.
    """
    row = lock_call(call.pk)
    row.state = step(CALL, row.state, "drop_call")
    if row.state == State.CLEARING:
        row.unwanted_at = at
        row.save(update_fields=["unwanted_at"])
    else:
        row.save(update_fields=["state"])
        uncall(row)
        close_open_payment(row, at)
    write_trail(row=row, verb="pooling.drop_call", by=None, at=at)
    return row


@all_or_nothing
def call_again(*, call: Call, due_on: date, by: Person, at: datetime) -> Call:
    """The group's facilitator, or the payer, asks again for what was missed; money that came meanwhile counts. Raises NotAllowed, NotNow."""
    row = lock_call(call.pk)
    if not (
        policies.is_facilitator_of(by=by, cluster=row.membership.cluster)
        or by.is_operator
        or policies.may_pay(by=by, membership=row.membership, portion=row.portion, at=at)
    ):
        raise NotAllowed
    if row.owed_pence is not None:
        row.state, row.billed_at = step(CALL, row.state, "order_again"), at
        # The free money it was made less by may be gone: a missed order counts on nothing.
        free = selectors.free_of_debt(row.membership_id, row.portion_id, row.council_code)
        row.asked_pence = row.pence - min(row.spare_pence, max(0, free))
    else:
        step(CALL, row.state, "call_again")
        row.asked_pence = to_ask(row.pence, selectors.free_of_debt(row.membership_id, row.portion_id, row.council_code))
        row.state = step(CALL, row.state, "call_again" if row.asked_pence else "cover_again")
    row.due_on = due_on
    row.save(update_fields=["state", "asked_pence", "due_on", "billed_at"])
    write_trail(row=row, verb="pooling.call_again", by=by, at=at)
    tell_opened_or_covered(row, at)
    return row
