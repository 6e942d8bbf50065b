"""Money that follows the yes: an order accepted in writing, billed by what was said yes to, paid later; overdue, dropped."""

from datetime import timedelta

import pytest

from audit.errors import NotAllowed
from payments.models import Alarm, Refund
from payments.services import ages, payees
from pooling.models import Call
from pooling.rules import NotNow
from pooling.selectors import holder_list, proof
from pooling.services import aged, calls, holds, shares
from pooling.services.calls import (
    IsAnOrder,
    MoreThanOrdered,
    NotAnOrder,
    NoYesYet,
    ReferenceIsMissing,
)
from tests import cast_pooling as cast
from tests.pooling.conftest import AT, Town
from tests.pooling.test_calls import Payer, facts, payer


@pytest.fixture
def halima(town: Town) -> Payer:
    _, [_, place] = cast.group(town.amina, town.halima, at=AT, facilitator=town.ruth)
    return payer(town, place, cast.council_managed(town.halima, council=town.council, confirmed_by=town.colin, at=AT))


def ordered(halima: Payer, share: int = 1, pence: int = 1_800) -> Call:
    return calls.accept_order(call=halima.call(share, pence), reference=" PO 7741 ", by=halima.town.colin, at=AT)


def test_an_order_covers_the_share_and_asks_for_no_money_yet(halima: Payer) -> None:
    call = halima.call()
    assert (call.mode, holder_list(halima.town.council).orders_to_accept) == ("on_yes", [call])
    with pytest.raises(IsAnOrder):
        calls.pay_by_bank(call=call, by=halima.town.colin, at=AT)
    with pytest.raises(NotAnOrder):
        calls.pay_order_by_bank(call=call, by=halima.town.colin, at=AT)
    with pytest.raises(ReferenceIsMissing):
        calls.accept_order(call=call, reference="  ", by=halima.town.colin, at=AT)
    for who in (halima.town.halima, halima.town.sam, halima.town.ruth, halima.town.operator):
        with pytest.raises(NotAllowed):
            calls.accept_order(call=call, reference="PO 7741", by=who, at=AT)
    call = calls.accept_order(call=call, reference=" PO 7741 ", by=halima.town.colin, at=AT)
    assert (call.state, call.order_reference, facts("call_covered")[0]["covered_by"]) == ("ordered", "PO 7741", "order")
    with pytest.raises(NoYesYet):
        calls.pay_order_by_bank(call=call, by=halima.town.colin, at=AT)
    assert holder_list(halima.town.council).waiting_for_a_yes == [call]


def test_after_the_yes_the_holder_pays_what_was_said_yes_to(halima: Payer) -> None:
    call = calls.bill_order(call=ordered(halima), about_id=1, pence=1_200, at=AT)
    assert (call.state, call.owed_pence, call.to_pay_pence) == ("ordered", 1_200, 1_200)
    todo = holder_list(halima.town.council)
    assert (todo.bills, todo.to_pay_pence) == ([call], 1_200)
    payment = calls.pay_order_by_bank(call=call, by=halima.town.colin, at=AT)
    assert payment.pence == 1_200
    halima.town.bank.takes(payment)
    assert holder_list(halima.town.council).on_the_way == [call]
    halima.town.bank.clears(payment)
    assert halima.see(call).state == "funded"
    assert facts("call_paid") == [
        {"call": call.pk, "about_kind": "milestone_share", "about_id": 1, "membership": halima.membership.pk, "pence": 1_200}
    ]
    assert proof() == []


def test_a_part_said_yes_to_later_is_billed_under_the_same_order(halima: Payer) -> None:
    first = calls.bill_order(call=ordered(halima), about_id=1, pence=1_200, at=AT)
    later = calls.bill_order(call=first, about_id=2, pence=500, at=AT)
    assert (later.follows_id, later.order_reference, later.about_id, later.to_pay_pence) == (first.pk, "PO 7741", 2, 500)
    with pytest.raises(MoreThanOrdered):
        calls.bill_order(call=later, about_id=3, pence=101, at=AT)
    calls.bill_order(call=later, about_id=3, pence=100, at=AT)
    halima.earmark.refresh_from_db()
    assert halima.earmark.called_pence == 1_800
    halima.town.bank.pays(calls.pay_order_by_bank(call=later, by=halima.town.colin, at=AT))
    assert (halima.see(later).state, halima.see(first).state) == ("funded", "ordered")
    assert proof() == []


@pytest.mark.parametrize("is_on_its_way", [False, True])
def test_nothing_more_is_said_yes_to_under_an_order_that_is_not_needed(halima: Payer, is_on_its_way: bool) -> None:
    first = calls.bill_order(call=ordered(halima), about_id=1, pence=1_200, at=AT)
    if is_on_its_way:
        halima.town.bank.takes(calls.pay_order_by_bank(call=first, by=halima.town.colin, at=AT))
    calls.drop_order(call=first, at=AT)
    for share in (1, 2):
        with pytest.raises(NotNow):
            calls.bill_order(call=halima.see(first), about_id=share, pence=500, at=AT)
    assert (first.followed_by.exists(), holder_list(halima.town.council).bills, proof()) == (False, [], [])


@pytest.mark.parametrize("number", [0, 1])
def test_what_was_used_is_not_taken_back_although_a_bank_took_its_money(halima: Payer, number: int) -> None:
    first = calls.bill_order(call=ordered(halima), about_id=1, pence=1_200, at=AT)
    call = [first, calls.bill_order(call=first, about_id=2, pence=500, at=AT)][number]
    halima.town.bank.pays(calls.pay_order_by_bank(call=call, by=halima.town.colin, at=AT))
    payee = payees.open_payee(owner="enterprise:1", council_code=call.council_code, by=None, at=AT)
    holds.release_by_order(call=call, pence=400, payee_id=payee.pk, about="share:1", by=None, at=AT)
    Call.objects.filter(pk=call.pk).update(state="shortfall", short_for=1)
    calls.take_bill_back(call=call, about_id=call.about_id, at=AT)
    assert (halima.see(call).state, halima.see(call).owed_pence) == ("shortfall", (1_200, 500)[number])


def test_an_order_uses_free_money_first(halima: Payer) -> None:
    first = calls.bill_order(call=ordered(halima, 1, 2_000), about_id=1, pence=2_000, at=AT)
    halima.town.bank.pays(calls.pay_order_by_bank(call=first, by=halima.town.colin, at=AT))
    calls.drop_call(call=first, at=AT)
    assert halima.free == 2_000
    second = ordered(halima, 2, 2_500)
    assert (second.asked_pence, halima.free) == (500, 0)
    billed = calls.bill_order(call=second, about_id=2, pence=2_300, at=AT)
    assert billed.to_pay_pence == 300
    halima.town.bank.pays(calls.pay_order_by_bank(call=billed, by=halima.town.colin, at=AT))
    assert (halima.see(second).state, halima.free) == ("funded", 0)


def lent(halima: Payer) -> Call:
    """£20.00 of an earlier order is free, and an order of £25.00 counts on it."""
    first = calls.bill_order(call=ordered(halima, 1, 2_000), about_id=1, pence=2_000, at=AT)
    halima.town.bank.pays(calls.pay_order_by_bank(call=first, by=halima.town.colin, at=AT))
    calls.drop_call(call=first, at=AT)
    return ordered(halima, 2, 2_500)


def test_free_money_of_88_days_that_an_order_counts_on_goes_home_and_the_order_is_paid_in_full(halima: Payer) -> None:
    call, day_88 = lent(halima), AT + timedelta(days=88)
    assert (aged.advance_due(at=day_88 - timedelta(days=1)), aged.advance_due(at=day_88)) == (0, 1)
    back, call = Refund.objects.get(), halima.see(call)
    assert (back.pence, call.state, call.asked_pence, halima.free) == (2_000, "ordered", 2_500, 0)
    assert calls.bill_order(call=call, about_id=2, pence=2_300, at=day_88).to_pay_pence == 2_300
    cast.Bank(day_88).pays(calls.pay_order_by_bank(call=call, by=halima.town.colin, at=day_88))
    assert (halima.see(call).state, halima.free, proof()) == ("funded", 0, [])
    ages.advance_due(at=day_88 + timedelta(days=3))
    assert Alarm.objects.count() == 0


def test_an_order_that_is_being_paid_on_day_88_keeps_its_sum(halima: Payer) -> None:
    call, day_88 = lent(halima), AT + timedelta(days=88)
    calls.bill_order(call=call, about_id=2, pence=2_300, at=day_88)
    payment = calls.pay_order_by_bank(call=call, by=halima.town.colin, at=day_88)
    aged.advance_due(at=day_88)
    assert (payment.pence, halima.see(call).to_pay_pence, Refund.objects.count()) == (300, 300, 0)
    halima.town.bank.pays(payment)
    assert (halima.see(call).state, proof()) == ("funded", [])


def test_a_missed_order_that_is_asked_for_again_counts_on_no_money_that_went_home(halima: Payer) -> None:
    call = calls.bill_order(call=lent(halima), about_id=2, pence=2_300, at=AT)
    assert call.to_pay_pence == 300
    later = AT + timedelta(days=31)
    calls.advance_due(at=later)
    assert (halima.see(call).state, halima.free) == ("missed", 2_000)
    shares.withdraw(membership=halima.membership, portion=call.portion, pence=2_000, by=halima.town.colin, at=later)
    again = calls.call_again(call=call, due_on=later.date(), by=halima.town.ruth, at=later)
    assert (again.state, again.to_pay_pence, halima.free) == ("ordered", 2_300, 0)
    halima.town.bank.pays(calls.pay_order_by_bank(call=call, by=halima.town.colin, at=later))
    assert (halima.see(call).state, halima.free, proof()) == ("funded", 0, [])


def test_an_order_that_free_money_pays_in_full_needs_no_payment(halima: Payer) -> None:
    first = calls.bill_order(call=ordered(halima, 1, 2_000), about_id=1, pence=2_000, at=AT)
    halima.town.bank.pays(calls.pay_order_by_bank(call=first, by=halima.town.colin, at=AT))
    second = ordered(halima, 2, 2_500)
    calls.drop_call(call=first, at=AT)
    assert second.asked_pence == 2_500
    third = halima.call(3, 1_500)
    assert (third.state, third.asked_pence, halima.free) == ("funded", 0, 500)


def test_an_order_not_paid_thirty_days_after_the_yes_is_missed_and_asked_for_again(halima: Payer) -> None:
    call = calls.bill_order(call=ordered(halima), about_id=1, pence=1_800, at=AT)
    waiting = ordered(halima, 2)
    assert calls.advance_due(at=AT + timedelta(days=30)) == 0
    assert calls.advance_due(at=AT + timedelta(days=30, seconds=1)) == 1
    assert (halima.see(call).state, halima.see(waiting).state) == ("missed", "ordered")
    again = calls.call_again(call=call, due_on=AT.date(), by=halima.town.ruth, at=AT + timedelta(days=31))
    assert (again.state, again.owed_pence) == ("ordered", 1_800)
    halima.town.bank.pays(calls.pay_order_by_bank(call=call, by=halima.town.colin, at=AT))
    assert halima.see(call).state == "funded"


def test_an_orders_failed_payment_leaves_the_order(halima: Payer) -> None:
    call = calls.bill_order(call=ordered(halima), about_id=1, pence=1_800, at=AT)
    halima.town.bank.fails(halima.town.bank.takes(calls.pay_order_by_bank(call=call, by=halima.town.colin, at=AT)))
    assert halima.see(call).state == "ordered"


def test_an_order_with_nothing_owed_is_dropped(halima: Payer) -> None:
    call = ordered(halima)
    assert calls.drop_call(call=call, at=AT).state == "cancelled"
    with pytest.raises(NotNow):
        calls.bill_order(call=call, about_id=1, pence=1, at=AT)
