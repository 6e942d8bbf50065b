"""Asking for money that is paid ahead: missed, dropped, paid late, paid twice. Orders: `test_orders`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from payments.models import Payment
from pooling.models import Call, Earmark, Membership, Portion
from pooling.rules import CALL, NotNow
from pooling.selectors import calls_to_pay, free_share, holder_list, money_of, proof
from pooling.services import arrivals, budgets, calls, memberships
from pooling.services.calls import (
    EarmarkIsExhausted,
    NoCard,
    NotAnOrder,
)
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town

URLS = {"success_url": "http://127.0.0.1/paid", "cancel_url": "http://127.0.0.1/not-paid"}


@dataclass
class Payer:
    """One person's place, money and yes to an agreement."""

    town: Town
    membership: Membership
    portion: Portion
    earmark: Earmark

    def call(self, share: int = 1, pence: int = 1_800) -> Call:
        return cast.called(self.earmark, share=share, pence=pence, at=AT)

    @property
    def free(self) -> int:
        return free_share(self.membership.pk, self.portion.pk, self.portion.council_code)

    def see(self, call: Call) -> Call:
        return Call.objects.get(pk=call.pk)


def payer(town: Town, membership: Membership, portion: Portion) -> Payer:
    return Payer(town, membership, portion, cast.earmarked(cast.promised(membership, portion, at=AT), at=AT))


@pytest.fixture
def amina(town: Town) -> Payer:
    _, [place, _] = cast.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    return payer(town, place, cast.direct_payment(town.amina, seen_by=town.ruth, at=AT))


@pytest.fixture
def halima(town: Town) -> Payer:
    _, [_, place] = cast.group(town.amina, town.halima, at=AT, facilitator=town.ruth)
    return payer(town, place, cast.council_managed(town.halima, council=town.council, confirmed_by=town.colin, at=AT))


def facts(kind: str) -> list[dict[str, Any]]:
    return [fact.payload for fact in Fact.objects.filter(kind=f"pooling.{kind}").order_by("pk")]


# --- ahead ---


def test_a_call_asks_for_the_share_and_tells(amina: Payer) -> None:
    call = amina.call()
    assert (call.state, call.mode, call.asked_pence, call.pence) == ("called", "ahead", 1_800, 1_800)
    [told] = facts("call_opened")
    assert told == {"call": call.pk, "about_kind": "milestone_share", "about_id": 1, "membership": amina.membership.pk, "pence": 1_800}
    assert calls_to_pay(amina.town.amina) == [call]
    amina.earmark.refresh_from_db()
    assert amina.earmark.called_pence == 1_800


def test_a_card_payment_covers_the_call_once_it_is_available(amina: Payer) -> None:
    call = amina.call()
    payment = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    assert (payment.pence, payment.about, payment.credit_code) == (1_800, f"call:{call.pk}", "SHARE")
    assert payment.lot_owner == f"member:{amina.membership.pk}/portion:{amina.portion.pk}"
    amina.town.bank.takes(payment)
    assert amina.see(call).state == "clearing"
    [money] = money_of(amina.town.amina)
    assert (money.clearing_pence, money.yours_pence, money.asked_pence) == (1_800, 0, 0)
    amina.town.bank.clears(payment)
    assert amina.see(call).state == "funded"
    [told] = facts("call_covered")
    assert (told["call"], told["covered_by"]) == (call.pk, "money")
    [money] = money_of(amina.town.amina)
    assert (money.clearing_pence, money.yours_pence, money.free_pence) == (0, 1_800, 0)
    assert proof() == []


def test_two_presses_are_one_payment(amina: Payer) -> None:
    call = amina.call()
    first = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    again = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    assert first.pk == again.pk
    assert Payment.objects.count() == 1


def test_somebody_who_changes_from_card_to_bank_has_one_open_payment(amina: Payer) -> None:
    call = amina.call()
    card = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    bank = calls.pay_by_bank(call=call, by=amina.town.amina, at=AT)
    amina.town.bank.tell()
    card.refresh_from_db()
    assert (card.state, bank.kind, amina.see(call).payment_id) == ("cancelled", "bank_transfer", bank.pk)


@pytest.mark.parametrize("who", ["yusuf", "ruth", "sam", "colin", "operator", "stranger"])
def test_nobody_else_pays_a_persons_own_call(amina: Payer, who: str) -> None:
    call = amina.call()
    for pay in (lambda by: calls.pay_by_card(call=call, **URLS, by=by, at=AT), lambda by: calls.pay_by_bank(call=call, by=by, at=AT)):
        with pytest.raises(NotAllowed):
            pay(getattr(amina.town, who))
    assert not Payment.objects.exists()


def test_a_payment_that_comes_to_nothing_leaves_the_call_to_be_paid(amina: Payer) -> None:
    call = amina.call()
    payment = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    amina.town.bank.fails(payment)
    assert amina.see(call).state == "called"
    other = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    assert other.pk != payment.pk
    amina.town.bank.takes(other)
    amina.town.bank.fails(other)
    assert (amina.see(call).state, len(facts("call_opened"))) == ("called", 3)
    amina.town.bank.pays(calls.pay_by_bank(call=call, by=amina.town.amina, at=AT))
    assert amina.see(call).state == "funded"


def test_a_payment_thought_dead_that_is_paid_after_all_pays_the_call(amina: Payer) -> None:
    call = amina.call()
    payment = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    amina.town.bank.fails(payment)
    bank = calls.pay_by_bank(call=call, by=amina.town.amina, at=AT)
    amina.town.bank.pays(payment)
    bank.refresh_from_db()
    assert (amina.see(call).state, amina.see(call).payment_id, bank.state) == ("funded", payment.pk, "cancelled")


def test_money_paid_twice_is_free_and_used_by_the_next_call(amina: Payer) -> None:
    call = amina.call()
    card = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    bank = calls.pay_by_bank(call=call, by=amina.town.amina, at=AT)
    amina.town.bank.pays(bank)
    amina.town.bank.pays(card)
    assert (amina.see(call).state, amina.free) == ("funded", 1_800)
    following = amina.call(share=2, pence=2_000)
    assert (following.asked_pence, following.state, amina.free) == (200, "called", 0)
    assert amina.call(share=3, pence=100).asked_pence == 100
    assert proof() == []


def test_money_here_for_a_call_that_has_not_heard_of_it_is_not_free(amina: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the payment's journal and its fact's delivery the next week may be asked for: it must not be met by the first week's money."""
    first = amina.call()
    payment = amina.town.bank.takes(calls.pay_by_card(call=first, **URLS, by=amina.town.amina, at=AT))
    monkeypatch.setattr(type(amina.town.bank), "tell", lambda self: None)
    amina.town.bank.clears(payment)
    assert (amina.see(first).state, amina.free) == ("clearing", 0)
    [money] = money_of(amina.town.amina)
    assert (money.yours_pence, money.free_pence) == (1_800, 0)
    following = amina.call(share=2)
    assert (following.state, following.asked_pence) == ("called", 1_800)


def test_a_share_that_is_free_already_is_covered_at_once(amina: Payer) -> None:
    cast.paid_in(amina.membership, amina.portion, pence=2_000, at=AT)
    told = len(facts("call_opened"))
    call = amina.call()
    assert (call.state, call.asked_pence, amina.free) == ("funded", 0, 200)
    assert len(facts("call_opened")) == told
    assert facts("call_covered")[-1]["call"] == call.pk


def test_calls_never_exceed_what_was_said_yes_to(amina: Payer) -> None:
    amina.call(share=1, pence=amina.earmark.pence)
    with pytest.raises(EarmarkIsExhausted):
        amina.call(share=2, pence=1)
    with pytest.raises(EarmarkIsExhausted):
        amina.call(share=2, pence=0)


def test_a_dropped_call_may_be_called_for_something_else_and_its_page_is_closed(amina: Payer) -> None:
    call = amina.call(pence=amina.earmark.pence)
    payment = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    assert calls.drop_call(call=call, at=AT).state == "cancelled"
    payment.refresh_from_db()
    assert payment.state == "cancelled"
    assert amina.call(share=2, pence=amina.earmark.pence).state == "called"


def test_money_that_comes_for_a_dropped_call_stays_its_owners(amina: Payer) -> None:
    call = amina.call()
    payment = amina.town.bank.takes(calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT))
    dropped = calls.drop_call(call=call, at=AT)
    assert (dropped.state, dropped.unwanted_at) == ("clearing", AT)
    amina.town.bank.clears(payment)
    assert (amina.see(call).state, amina.free) == ("cancelled", 1_800)
    assert not facts("call_covered")
    assert calls.drop_call(call=amina.call(share=2), at=AT).state == "cancelled"
    assert proof() == []


def test_a_call_is_missed_after_ten_working_days_and_called_again_with_what_came_late(amina: Payer) -> None:
    call = amina.call()
    payment = calls.pay_by_bank(call=call, by=amina.town.amina, at=AT)
    assert calls.advance_due(at=AT + timedelta(days=14)) == 0
    assert calls.advance_due(at=AT + timedelta(days=15)) == 1
    assert (amina.see(call).state, facts("call_missed")[0]["call"]) == ("missed", call.pk)
    with pytest.raises(NotNow):
        calls.pay_by_bank(call=call, by=amina.town.amina, at=AT)
    amina.town.bank.pays(payment)
    assert (amina.see(call).state, amina.free) == ("missed", 1_800)
    with pytest.raises(NotAllowed):
        calls.call_again(call=call, due_on=AT.date(), by=amina.town.yusuf, at=AT)
    again = calls.call_again(call=call, due_on=AT.date(), by=amina.town.ruth, at=AT)
    assert (again.state, again.asked_pence) == ("funded", 0)
    assert facts("call_covered")[-1]["call"] == call.pk


def test_late_money_that_another_call_used_is_not_counted_on_twice(amina: Payer) -> None:
    call = amina.call()
    payment = calls.pay_by_bank(call=call, by=amina.town.amina, at=AT)
    calls.advance_due(at=AT + timedelta(days=15))
    amina.town.bank.pays(payment)
    other = amina.call(share=2, pence=1_000)
    assert (other.state, amina.free) == ("funded", 800)
    again = calls.call_again(call=call, due_on=AT.date(), by=amina.town.ruth, at=AT)
    assert (again.state, again.asked_pence, amina.free) == ("called", 1_000, 0)
    assert proof() == []


def test_a_call_is_not_missed_while_its_money_is_here_unheard_of(amina: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    call = amina.call()
    payment = calls.pay_by_bank(call=call, by=amina.town.amina, at=AT)
    monkeypatch.setattr(type(amina.town.bank), "tell", lambda self: None)
    amina.town.bank.takes(payment)
    assert calls.advance_due(at=AT + timedelta(days=15)) == 0
    amina.town.bank.clears(payment)
    assert calls.advance_due(at=AT + timedelta(days=15)) == 0
    monkeypatch.undo()
    amina.town.bank.tell()
    assert amina.see(call).state == "funded"


def test_a_call_is_not_missed_before_its_due_day(amina: Payer) -> None:
    call = cast.called(amina.earmark, share=1, pence=100, at=AT, due_on=AT.date() + timedelta(days=60))
    assert calls.advance_due(at=AT + timedelta(days=60)) == 0
    assert calls.advance_due(at=AT + timedelta(days=61)) == 1
    assert amina.see(call).state == "missed"


def test_an_isf_that_the_council_switched_to_ahead_is_paid_by_its_holder(town: Town) -> None:
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="ahead", by=town.colin, at=AT)
    _, [_, place] = cast.group(town.amina, town.yusuf, at=AT)
    yusuf = payer(town, place, cast.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT))
    call = yusuf.call()
    assert (call.mode, holder_list(town.kasmo).to_pay) == ("ahead", [call])
    with pytest.raises(NotAllowed):
        calls.pay_by_bank(call=call, by=town.yusuf, at=AT)
    with pytest.raises(NotAllowed):
        calls.pay_by_bank(call=call, by=town.colin, at=AT)
    with pytest.raises(NoCard):
        calls.pay_by_card(call=call, **URLS, by=town.sam, at=AT)
    with pytest.raises(NotAnOrder):
        calls.accept_order(call=call, reference="PO 1", by=town.sam, at=AT)
    payment = calls.pay_by_bank(call=call, by=town.sam, at=AT)
    assert payment.payer is not None
    assert payment.payer.owner == f"organisation:{town.kasmo.pk}/portion:{call.portion_id}"
    town.bank.pays(payment)
    assert yusuf.see(call).state == "funded"
    assert not holder_list(town.kasmo).to_pay


# --- every state and verb, and who sees ---


def test_each_verb_of_a_call_is_refused_in_every_state_its_table_does_not_name(amina: Payer, halima: Payer) -> None:
    ahead, order = amina.call(share=11), halima.call(share=12)
    town = amina.town
    deeds: list[tuple[str, Call, Callable[[Call], object]]] = [
        ("pay", ahead, lambda call: calls.pay_by_card(call=call, **URLS, by=town.amina, at=AT)),
        ("pay", ahead, lambda call: calls.pay_by_bank(call=call, by=town.amina, at=AT)),
        ("accept_order", order, lambda call: calls.accept_order(call=call, reference="PO", by=town.colin, at=AT)),
        ("bill", order, lambda call: calls.bill_order(call=call, about_id=12, pence=1, at=AT)),
        ("drop_call", ahead, lambda call: calls.drop_call(call=call, at=AT)),
        ("call_again", ahead, lambda call: calls.call_again(call=call, due_on=AT.date(), by=town.ruth, at=AT)),
    ]
    proper = {"order_reference": "PO", "ordered_by": town.colin, "ordered_at": AT, "payment_id": "00000000-0000-0000-0000-000000000001"}
    proper["short_for"] = 1
    for state in Call.State.values:
        for verb, call, deed in deeds:
            if (state, verb) in CALL:
                continue
            Call.objects.filter(pk=call.pk).update(state=state, **proper)
            with pytest.raises(NotNow):
                deed(Call.objects.get(pk=call.pk))
            assert Call.objects.get(pk=call.pk).state == state


def test_news_of_a_payment_changes_no_call_that_does_not_wait_for_it(amina: Payer) -> None:
    call = amina.call()
    payment = calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT)
    for state in ("missed", "cancelled", "funded", "consumed"):
        Call.objects.filter(pk=call.pk).update(state=state)
        arrivals.note_clearing(call_id=call.pk, payment_id=payment.pk, pence=1_800, at=AT)
        arrivals.note_available(call_id=call.pk, payment_id=payment.pk, pence=1_800, at=AT)
        assert amina.see(call).state == state
    Call.objects.filter(pk=call.pk).update(state="called")
    arrivals.note_clearing(call_id=call.pk, payment_id=payment.pk, pence=1_799, at=AT)
    assert amina.see(call).state == "called"


def test_the_same_news_twice_has_one_effect(amina: Payer) -> None:
    call = amina.call()
    payment = amina.town.bank.pays(calls.pay_by_card(call=call, **URLS, by=amina.town.amina, at=AT))
    arrivals.note_available(call_id=call.pk, payment_id=payment.pk, pence=1_800, at=AT)
    arrivals.note_clearing(call_id=call.pk, payment_id=payment.pk, pence=1_800, at=AT)
    assert (amina.see(call).state, len(facts("call_covered"))) == ("funded", 1)


@pytest.mark.parametrize(("who", "sees"), [("halima", 1), ("colin", 1), ("operator", 1), ("amina", 0), ("sam", 0), ("ruth", 0), ("stranger", 0)])
def test_a_call_is_seen_by_the_payer_and_who_looks_after_the_money(halima: Payer, who: str, sees: int) -> None:
    halima.call()
    assert Call.objects.visible_to(getattr(halima.town, who)).count() == sees


def test_lists_of_calls_take_one_query(halima: Payer, django_assert_num_queries: Any) -> None:
    for share in range(1, 4):
        halima.call(share)
    with django_assert_num_queries(1):
        assert len(holder_list(halima.town.council).orders_to_accept) == 3
    with django_assert_num_queries(1):
        assert calls_to_pay(halima.town.halima) == []


def test_somebody_with_a_call_open_does_not_leave(town: Town) -> None:
    _, [_, place] = cast.group(town.amina, town.yusuf, at=AT, settled=False)
    yusuf = payer(town, place, cast.direct_payment(town.yusuf, seen_by=town.ruth, at=AT))
    yusuf.call()
    with pytest.raises(memberships.SomethingStillOn):
        memberships.leave_now(membership=place, by=town.yusuf, at=AT)
