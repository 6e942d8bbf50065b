"""Held money: placed for all payers at once, paid on, given back, questioned, settled; by order. Home again: `test_going_home`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.selectors import balance, balances, entries
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
from payments.models import Payment, Remittance
from payments.services import payees
from pooling.books import Lot
from pooling.models import Call, Hold, HoldMove, Membership, Portion
from pooling.selectors import free_share, money_of, proof
from pooling.services import calls, holds
from pooling.services.holds import AlreadyPaidFor, HoldIsExhausted, HoldPart, NotCovered
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town

URLS = {"success_url": "http://127.0.0.1/paid", "cancel_url": "http://127.0.0.1/not-paid"}


@dataclass
class Week:
    """Three people who each paid £80 ahead for one week of visits, share numbers 1 to 3, held; and the provider."""

    town: Town
    places: list[Membership]
    portions: list[Portion]
    held: dict[int, Hold]
    payee_id: int

    def lot(self, share: int) -> Lot:
        return Lot(self.places[share - 1].pk, self.portions[share - 1].pk, SOUTHWARK)

    def hold(self, share: int) -> Hold:
        return Hold.objects.get(pk=self.held[share].pk)

    def has(self, share: int) -> dict[str, int]:
        """Pence of one payer's accounts, zero ones left out."""
        lot, hold = self.lot(share), self.held[share].pk
        named = {"SHARE": lot.share, "HOLD": lot.hold(hold), "DISPUTE": lot.dispute(hold), "REFUND": lot.refund}
        return {code: balance(account) for code, account in named.items() if balance(account)}

    @property
    def due(self) -> int:
        return balance(Account("DUE", SOUTHWARK, f"payee:{self.payee_id}"))

    def release(self, share: int, pence: int, about: str = "") -> HoldMove:
        return holds.release(hold=self.held[share], pence=pence, payee_id=self.payee_id, about=about or f"share:{share}", by=None, at=AT)

    def settle(self, share: int, pay: int, back: int, about: str = "") -> list[HoldMove]:
        about = about or f"share:{share}"
        return holds.settle(hold=self.held[share], pay_pence=pay, return_pence=back, payee_id=self.payee_id, about=about, by=None, at=AT)


def funded(town: Town, place: Membership, portion: Portion, *, share: int, pence: int, paid_at: datetime = AT) -> Call:
    earmark = cast.earmarked(cast.promised(place, portion, at=AT, weekly_pence=pence, weeks=2), at=AT)
    call = cast.called(earmark, share=share, pence=pence, at=AT)
    cast.Bank(paid_at).pays(calls.pay_by_card(call=call, **URLS, by=place.person, at=AT))
    return call


def build_week(town: Town) -> Week:
    _, places = cast.group(town.amina, town.yusuf, town.halima, at=AT)
    portions = [cast.direct_payment(place.person, seen_by=town.ruth, at=AT) for place in places]
    for share, (place, portion) in enumerate(zip(places, portions, strict=True), 1):
        funded(town, place, portion, share=share, pence=8_000)
    parts = [HoldPart(share, place.pk, portion.pk, 8_000) for share, (place, portion) in enumerate(zip(places, portions, strict=True), 1)]
    held = holds.place(about_kind="milestone", about_id=7, parts=parts, at=AT)
    payee = payees.open_payee(owner="enterprise:1", council_code=SOUTHWARK, by=None, at=AT)
    return Week(town, places, portions, held, payee.pk)


@pytest.fixture
def week(town: Town) -> Week:
    return build_week(town)


def test_place_holds_everybodys_money_in_one_journal_and_uses_up_the_calls(week: Week) -> None:
    assert [week.has(share) for share in (1, 2, 3)] == [{"HOLD": 8_000}] * 3
    assert len({hold.place_journal for hold in week.held.values()}) == 1
    assert set(Call.objects.values_list("state", flat=True)) == {"consumed"}
    moved = entries(about="milestone:7", codes=("RESERVE",))
    assert len(moved) == 6
    assert not any(balances(codes=("RESERVE",)).values())
    assert proof() == []


def test_the_worked_journal_of_one_milestone_ends_to_the_penny(week: Week) -> None:
    week.release(1, 2_000)
    week.release(2, 2_000)
    holds.dispute(hold=week.held[3], pence=2_000, by=week.town.halima, at=AT)
    assert week.has(3) == {"HOLD": 6_000, "DISPUTE": 2_000}
    week.settle(3, 2_000, 0)
    for share in (1, 2, 3):
        holds.give_back(hold=week.held[share], pence=6_000, by=None, at=AT)
    assert [week.has(share) for share in (1, 2, 3)] == [{"SHARE": 6_000}] * 3
    assert week.due == 6_000
    assert [(row.pence, row.state, row.about) for row in Remittance.objects.order_by("about")] == [
        (2_000, "waiting", "share:1"),
        (2_000, "waiting", "share:2"),
        (2_000, "waiting", "share:3"),
    ]
    assert {payment.used_pence for payment in Payment.objects.all()} == {2_000}
    assert proof() == []


def test_two_yeses_of_three_pay_two_thirds_and_the_third_stays_held(week: Week) -> None:
    week.release(1, 8_000)
    week.release(2, 8_000)
    assert (week.due, week.has(1), week.has(2), week.has(3)) == (16_000, {}, {}, {"HOLD": 8_000})


def test_a_thing_is_paid_for_once(week: Week) -> None:
    week.release(1, 2_000)
    with pytest.raises(AlreadyPaidFor):
        week.release(1, 2_000)
    holds.dispute(hold=week.held[1], pence=2_000, by=None, at=AT)
    with pytest.raises(AlreadyPaidFor):
        week.settle(1, 2_000, 0)
    assert week.settle(1, 0, 2_000)[0].kind == "settle_return"
    assert (week.due, week.has(1)) == (2_000, {"HOLD": 4_000, "SHARE": 2_000})


@pytest.mark.parametrize("pence", [8_001, 2**62])
def test_no_verb_moves_more_than_is_held(week: Week, pence: int) -> None:
    deeds = [
        lambda: week.release(1, pence),
        lambda: holds.give_back(hold=week.held[1], pence=pence, by=None, at=AT),
        lambda: holds.dispute(hold=week.held[1], pence=pence, by=None, at=AT),
        lambda: week.settle(1, pence, 0),
        lambda: week.settle(1, 0, 1),
    ]
    for deed in deeds:
        with pytest.raises(HoldIsExhausted):
            deed()
    assert week.has(1) == {"HOLD": 8_000}
    assert not Remittance.objects.exists()


@pytest.mark.parametrize("pence", [0, -1])
def test_no_verb_moves_nothing_or_less(week: Week, pence: int) -> None:
    for deed in (
        lambda: week.release(1, pence),
        lambda: holds.give_back(hold=week.held[1], pence=pence, by=None, at=AT),
        lambda: holds.dispute(hold=week.held[1], pence=pence, by=None, at=AT),
        lambda: week.settle(1, pence, 0),
    ):
        with pytest.raises(ValueError):
            deed()


def test_what_is_questioned_can_be_neither_paid_nor_returned_before_it_is_settled(week: Week) -> None:
    holds.dispute(hold=week.held[1], pence=8_000, by=None, at=AT)
    with pytest.raises(HoldIsExhausted):
        week.release(1, 1)
    with pytest.raises(HoldIsExhausted):
        holds.give_back(hold=week.held[1], pence=1, by=None, at=AT)
    pay, back = week.settle(1, 5_000, 3_000)
    assert (pay.kind, back.kind, pay.journal_key == back.journal_key) == ("settle_pay", "settle_return", True)
    assert (week.due, week.has(1), week.hold(1).disputed_pence) == (5_000, {"SHARE": 3_000}, 0)
    assert proof() == []


def test_place_refuses_whoever_has_not_paid_and_then_holds_nobodys_money(town: Town) -> None:
    _, [amina, yusuf] = cast.group(town.amina, town.yusuf, at=AT)
    hers, his = [cast.direct_payment(person, seen_by=town.ruth, at=AT) for person in (town.amina, town.yusuf)]
    funded(town, amina, hers, share=1, pence=5_000)
    cast.called(cast.earmarked(cast.promised(yusuf, his, at=AT), at=AT), share=2, pence=5_000, at=AT)
    for parts in (
        [HoldPart(1, amina.pk, hers.pk, 5_000), HoldPart(2, yusuf.pk, his.pk, 5_000)],
        [HoldPart(1, amina.pk, hers.pk, 5_001)],
        [HoldPart(1, yusuf.pk, his.pk, 5_000)],
        [HoldPart(99, amina.pk, hers.pk, 5_000)],
    ):
        with pytest.raises(NotCovered):
            holds.place(about_kind="milestone", about_id=1, parts=parts, at=AT)
    assert not Hold.objects.exists()
    assert free_share(amina.pk, hers.pk, SOUTHWARK) == 0
    assert balance(Lot(amina.pk, hers.pk, SOUTHWARK).share) == 5_000


def test_a_share_is_held_once(week: Week) -> None:
    with pytest.raises(NotCovered):
        holds.place(about_kind="milestone", about_id=7, parts=[HoldPart(1, week.places[0].pk, week.portions[0].pk, 1)], at=AT)


def test_less_than_the_call_may_be_held_and_the_rest_is_free(town: Town) -> None:
    _, [amina, _] = cast.group(town.amina, town.yusuf, at=AT)
    hers = cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    funded(town, amina, hers, share=1, pence=5_000)
    holds.place(about_kind="milestone", about_id=1, parts=[HoldPart(1, amina.pk, hers.pk, 4_000)], at=AT)
    assert free_share(amina.pk, hers.pk, SOUTHWARK) == 1_000
    assert proof() == []


def test_my_money_says_where_each_pound_is(week: Week, django_assert_max_num_queries: Any) -> None:
    week.release(1, 2_000)
    holds.dispute(hold=week.held[1], pence=1_000, by=None, at=AT)
    holds.give_back(hold=week.held[1], pence=1_500, by=None, at=AT)
    with django_assert_max_num_queries(7):
        [money] = money_of(week.town.amina)
    assert (money.held_pence, money.disputed_pence, money.paid_pence, money.yours_pence, money.free_pence) == (3_500, 1_000, 2_000, 1_500, 1_500)


@pytest.mark.parametrize(("who", "sees"), [("amina", 1), ("yusuf", 1), ("ruth", 0), ("sam", 0), ("operator", 3), ("stranger", 0)])
def test_a_hold_is_its_payers_business(week: Week, who: str, sees: int) -> None:
    assert Hold.objects.visible_to(getattr(week.town, who)).count() == sees
    assert HoldMove.objects.visible_to(getattr(week.town, who)).count() == sees


# --- by order ---


def test_an_order_is_paid_on_once_its_money_is_here_in_one_journal(town: Town) -> None:
    _, [_, halima] = cast.group(town.amina, town.halima, at=AT)
    hers = cast.council_managed(town.halima, council=town.council, confirmed_by=town.colin, at=AT)
    payee = payees.open_payee(owner="enterprise:1", council_code=SOUTHWARK, by=None, at=AT)
    call = cast.called(cast.earmarked(cast.promised(halima, hers, at=AT), at=AT), share=4, pence=6_000, at=AT)
    calls.accept_order(call=call, reference="PO 1", by=town.colin, at=AT)
    call = calls.bill_order(call=call, about_id=4, pence=5_000, at=AT)

    def pay_on(pence: int = 5_000) -> HoldMove:
        return holds.release_by_order(call=call, pence=pence, payee_id=payee.pk, about="share:4", by=None, at=AT)

    with pytest.raises(NotCovered):
        pay_on()
    with pytest.raises(NotCovered):
        holds.place(about_kind="milestone", about_id=1, parts=[HoldPart(4, halima.pk, hers.pk, 5_000)], at=AT)
    town.bank.pays(calls.pay_order_by_bank(call=call, by=town.colin, at=AT))
    with pytest.raises(NotCovered):
        pay_on(5_001)
    move = pay_on()
    lot = Lot(halima.pk, hers.pk, SOUTHWARK)
    assert [(line.code, line.pence) for line in reversed(entries(about="share:4")) if line.pence > 0] == [
        ("RESERVE", 5_000),
        ("HOLD", 5_000),
        ("DUE", 5_000),
    ]
    assert (balance(lot.share), balance(Account("DUE", SOUTHWARK, f"payee:{payee.pk}"))) == (0, 5_000)
    assert (move.hold.released_pence, move.hold.held_pence, Call.objects.get(pk=call.pk).state) == (5_000, 0, "consumed")
    with pytest.raises(NotCovered):
        pay_on()
    assert proof() == []


def test_an_orders_money_is_not_held_before_the_yes_even_when_it_is_here(town: Town) -> None:
    _, [_, halima] = cast.group(town.amina, town.halima, at=AT)
    hers = cast.council_managed(town.halima, council=town.council, confirmed_by=town.colin, at=AT)
    call = cast.called(cast.earmarked(cast.promised(halima, hers, at=AT), at=AT), share=4, pence=6_000, at=AT)
    calls.accept_order(call=call, reference="PO 1", by=town.colin, at=AT)
    with pytest.raises(NotCovered):
        holds.place(about_kind="milestone", about_id=1, parts=[HoldPart(4, halima.pk, hers.pk, 5_000)], at=AT)


# --- the proof finds what is wrong ---


@pytest.mark.parametrize(
    ("table", "change", "word"),
    [
        (Hold, {"released_pence": 1}, "hold"),
        (HoldMove, {"pence": 7_999}, "journal"),
        (HoldMove, {"journal_key": "another"}, "journal"),
        (Hold, {"place_journal": "another"}, "journal"),
    ],
)
def test_the_proof_finds_a_row_that_says_something_else_than_the_book(week: Week, table: type[Any], change: dict[str, Any], word: str) -> None:
    another = entries(owner=week.lot(1).owner, codes=("SHARE",))[-1].key
    change = {name: another if value == "another" else value for name, value in change.items()}
    first = table.objects.order_by("pk").first()
    table.objects.filter(pk=first.pk).update(**change)
    assert any(word in sentence for sentence in proof())


def test_no_row_names_a_journal_that_is_not_in_the_book(week: Week) -> None:
    for table, column in ((Hold, "place_journal"), (HoldMove, "journal_key")):
        with transaction.atomic():
            table.objects.update(**{column: "00000000-0000-0000-0000-000000000009"})
            with pytest.raises(IntegrityError), transaction.atomic():
                connection.cursor().execute("set constraints all immediate")
            transaction.set_rollback(True)


def test_the_proof_finds_calls_that_do_not_add_up(week: Week) -> None:
    call = Call.objects.order_by("pk")[0]
    Call.objects.filter(pk=call.pk).update(pence=call.pence - 1, asked_pence=1)
    assert any("earmark" in sentence for sentence in proof())


def test_the_proof_finds_money_that_rests_where_none_may(week: Week) -> None:
    reserve, pair = (lot := week.lot(1)).reserve("milestone:7"), Transfer(lot.hold(week.hold(1).pk), lot.reserve("milestone:7"), 1)
    post(Journal(new_key(), "test_move", SOUTHWARK, (pair,), AT))
    assert f"RESERVE of {reserve.owner}: the book has 1p, the holds 0p" in proof()
