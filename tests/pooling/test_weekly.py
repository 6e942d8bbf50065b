"""The weekly list of who looks after money: what is in it and in which order, sent once, paid whole weeks at a time from the top."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import NotAllowed
from audit.models import Fact
from ledger.selectors import balance
from payments.models import Payer, Payment, PaymentOperation
from payments.selectors import proof as payments_proof
from payments.services import cash, taking
from pooling.books import Wallet
from pooling.models import Call, Earmark, Membership, Portion, WalletMove, WeeklyDay, WeeklyList, WeeklyListRow
from pooling.rules import NotNow
from pooling.rules.weekly import Asked, goes_to, newest_list_day, reordered, usual_order
from pooling.selectors import proof
from pooling.selectors import weekly as reading
from pooling.services import budgets, calls, wallets, weekly_lists, weekly_money
from pooling.services.weekly_lists import NoOrdersWait, NotADay, NothingToList, NothingToPay, NotInThisList
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town, build_town
from tests.worlds import again, kept

DAY = AT.date()


@dataclass
class Desk:
    """Kasmo Together looks after the ISF of Amina, Yusuf and Halima; Southwark pays ISF money ahead, or by order. All have promised."""

    town: Town
    places: list[Membership]
    parts: list[Portion]
    earmarks: list[Earmark]
    shares: int = 0

    def call(self, who: int, pence: int, *, due: int = 5) -> Call:
        self.shares += 1
        return cast.called(self.earmarks[who], share=self.shares, pence=pence, at=AT, due_on=DAY + timedelta(days=due))

    def made(self) -> WeeklyList:
        return weekly_lists.make(organisation=self.town.kasmo, council_code=SOUTHWARK, by=self.town.sam, at=AT)

    def sent(self, weekly_list: WeeklyList | None = None) -> WeeklyList:
        row = weekly_lists.send(weekly_list=weekly_list or self.made(), by=self.town.sam, at=AT)
        self.go_on(row)
        return row

    def go_on(self, weekly_list: WeeklyList) -> None:
        while weekly_money.go_on(weekly_list_id=weekly_list.pk, at=AT):
            pass
        weekly_list.refresh_from_db()

    def comes(self, weekly_list: WeeklyList, pence: int) -> None:
        """So much is in the wallet: what was asked for is closed first, when it is another sum."""
        waiting = self.waiting
        if waiting is not None and waiting.pence != pence:
            wallets.close_waiting(Wallet(self.town.kasmo.pk, SOUTHWARK), by=None, at=AT)
        payment = wallets.pay_in(organisation=self.town.kasmo, council_code=SOUTHWARK, pence=pence, by=self.town.sam, at=AT)
        self.town.bank.pays(payment)
        self.go_on(weekly_list)

    @property
    def waiting(self) -> Payment | None:
        return Payment.objects.filter(about=Wallet(self.town.kasmo.pk, SOUTHWARK).about, state__in=("started", "open")).first()

    @property
    def here(self) -> int:
        return balance(Wallet(self.town.kasmo.pk, SOUTHWARK).money)


def desk_of(town: Town) -> Desk:
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="ahead", by=town.operator, at=AT)
    people = (town.amina, town.yusuf, town.halima)
    _, places = cast.group(*people, at=AT, facilitator=town.ruth)
    parts = [cast.isf(person, holder=town.kasmo, confirmed_by=town.sam, at=AT) for person in people]
    kept = [cast.earmarked(cast.promised(place, part, at=AT), at=AT) for place, part in zip(places, parts, strict=True)]
    return Desk(town, places, parts, kept)


told = kept(lambda: desk_of(build_town()))


@pytest.fixture
def desk(told: Desk) -> Desk:
    return again(told)


@pytest.fixture
def by_order(desk: Desk) -> Desk:
    """From now on ISF money is paid by order."""
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="on_yes", by=desk.town.operator, at=AT)
    return desk


def all_is_well() -> bool:
    assert proof() == []
    assert payments_proof() == []
    return True


def names(weekly_list: WeeklyList) -> list[str]:
    return [row.membership.person.known_as for row in reading.rows_of(weekly_list)]


def states(weekly_list: WeeklyList) -> list[str]:
    return [row.state for row in reading.rows_of(weekly_list)]


# --- the pure rules ---


def asked(key: int, person: int, day: int, paid: int | None) -> Asked:
    return Asked(key, person, f"P{person}", date(2026, 3, day), date(2026, 2, paid) if paid else None)


def test_the_first_visit_comes_first_then_who_has_gone_without_for_longest() -> None:
    rows = [asked(1, 1, 5, 20), asked(2, 2, 5, None), asked(3, 3, 4, 27), asked(4, 2, 9, None), asked(5, 4, 5, 6)]
    assert [one.key for one in usual_order(rows)] == [3, 2, 4, 5, 1]


def test_numbers_put_people_in_order_and_who_has_none_comes_after() -> None:
    assert reordered([7, 8, 9, 7], {9: 1}) == [9, 7, 8]
    assert reordered([7, 8, 9], {7: 2, 8: 2, 9: 1}) == [9, 7, 8]


@given(st.lists(st.integers(1, 10_000), max_size=40), st.integers(0, 200_000))
def test_a_sum_reaches_the_longest_beginning_of_the_list_that_it_pays_whole(sums: list[int], pence: int) -> None:
    reached = goes_to(sums, pence)
    assert sum(sums[:reached]) <= pence
    assert reached == len(sums) or sum(sums[: reached + 1]) > pence


@given(st.dates(), st.integers(1, 7))
def test_the_newest_day_of_lists_is_that_weekday_within_a_week(today: date, weekday: int) -> None:
    day = newest_list_day(max(today, date(1, 1, 8)), weekday)
    assert (day.isoweekday(), 0 <= (max(today, date(1, 1, 8)) - day).days < 7) == (weekday, True)


# --- making, ordering ---


@pytest.mark.django_db
def test_a_list_holds_what_is_asked_until_ten_days_from_now_and_no_more(desk: Desk) -> None:
    desk.call(1, 4_000, due=3)
    desk.call(0, 3_000, due=10)
    desk.call(2, 2_000, due=11)
    made = desk.made()
    assert (made.state, names(made), [row.pence for row in made.rows.all()]) == ("ready", ["Yusuf", "Amina"], [4_000, 3_000])
    assert Fact.objects.filter(kind="pooling.weekly_list_made").count() == 1


@pytest.mark.django_db
def test_a_new_list_takes_the_place_of_one_that_was_not_sent(desk: Desk) -> None:
    desk.call(0, 3_000)
    first = desk.made()
    second = desk.made()
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "ready")


@pytest.mark.django_db
def test_nothing_asked_for_makes_no_list(desk: Desk) -> None:
    with pytest.raises(NothingToList):
        desk.made()
    assert weekly_lists.make_due(at=AT) == 0


@pytest.mark.django_db
def test_the_clock_makes_one_list_a_week_on_the_day_that_was_chosen(desk: Desk) -> None:
    desk.call(0, 3_000)
    weekly_lists.set_day(organisation=desk.town.kasmo, weekday=AT.isoweekday(), by=desk.town.sam, at=AT)
    assert [weekly_lists.make_due(at=AT), weekly_lists.make_due(at=AT)] == [1, 0]
    assert weekly_lists.make_due(at=AT + timedelta(days=6)) == 0
    assert weekly_lists.make_due(at=AT + timedelta(days=7)) == 1
    assert WeeklyDay.objects.get().weekday == AT.isoweekday()
    for wrong in (0, 8):
        with pytest.raises(NotADay):
            weekly_lists.set_day(organisation=desk.town.kasmo, weekday=wrong, by=desk.town.sam, at=AT)


@pytest.mark.django_db
def test_people_are_put_in_another_order_and_only_those_of_the_list(desk: Desk) -> None:
    for who, due in ((0, 3), (1, 4), (2, 5)):
        desk.call(who, 1_000, due=due)
    made = desk.made()
    weekly_lists.reorder(weekly_list=made, numbers={desk.town.halima.pk: 1, desk.town.amina.pk: 2}, by=desk.town.sam, at=AT)
    assert names(made) == ["Halima", "Amina", "Yusuf"]
    with pytest.raises(NotInThisList):
        weekly_lists.reorder(weekly_list=made, numbers={desk.town.ruth.pk: 1}, by=desk.town.sam, at=AT)


# --- paying ---


@pytest.mark.django_db
def test_one_sum_is_asked_for_and_pays_everybody(desk: Desk) -> None:
    paid = [desk.call(who, 1_000 * (who + 1)) for who in range(3)]
    row = desk.sent()
    assert (row.sum_pence, row.send_pence, desk.waiting is not None and desk.waiting.pence) == (6_000, 6_000, 6_000)
    desk.comes(row, 6_000)
    assert (row.state, states(row), desk.here) == ("done", ["funded"] * 3, 0)
    assert {call.state for call in Call.objects.filter(pk__in=[one.pk for one in paid])} == {"funded"}
    assert not Fact.objects.filter(kind="pooling.weekly_list_part_paid").exists()
    assert all_is_well()


@pytest.mark.django_db
def test_part_of_the_sum_pays_whole_weeks_from_the_top_and_the_rest_is_asked_for(desk: Desk) -> None:
    desk.call(0, 2_000, due=3)
    desk.call(0, 2_000, due=9)
    desk.call(1, 3_000, due=4)
    desk.call(2, 100, due=5)
    row = desk.sent()
    desk.comes(row, 6_900)
    # Halima's £1.00 is not paid before Yusuf's £30.00: she stands below him.
    assert (states(row), desk.here) == (["funded", "funded", "waiting", "waiting"], 2_900)
    assert desk.waiting is not None
    assert desk.waiting.pence == 200
    assert Fact.objects.filter(kind="pooling.weekly_list_part_paid").count() == 1
    desk.comes(row, 200)
    assert (row.state, desk.here) == ("done", 0)
    assert all_is_well()


@pytest.mark.django_db
def test_what_is_in_the_wallet_already_is_not_asked_for(desk: Desk) -> None:
    desk.call(0, 2_000)
    payment = wallets.pay_in(organisation=desk.town.kasmo, council_code=SOUTHWARK, pence=2_500, by=desk.town.sam, at=AT)
    desk.town.bank.pays(payment)
    row = desk.sent()
    assert (row.send_pence, row.state, desk.here, desk.waiting) == (0, "done", 500, None)
    assert all_is_well()


@pytest.mark.django_db
def test_what_is_asked_for_less_than_thirty_pence_asks_for_thirty(desk: Desk) -> None:
    desk.call(0, 2_010)
    payment = wallets.pay_in(organisation=desk.town.kasmo, council_code=SOUTHWARK, pence=2_000, by=desk.town.sam, at=AT)
    desk.town.bank.pays(payment)
    row = desk.sent()
    assert desk.waiting is not None
    assert desk.waiting.pence == 30
    desk.comes(row, 30)
    assert (row.state, desk.here) == ("done", 20)


@pytest.mark.django_db
def test_what_is_not_needed_any_more_is_left_out_and_keeps_nobody_waiting(desk: Desk) -> None:
    first, second = desk.call(0, 2_000, due=3), desk.call(1, 3_000, due=4)
    row = desk.sent()
    calls.drop_call(call=first, at=AT)
    desk.comes(row, 3_000)
    second.refresh_from_db()
    assert (states(row), second.state, row.state, desk.here) == (["dropped", "funded"], "funded", "done", 0)
    assert all_is_well()


@pytest.mark.django_db
def test_one_paid_another_way_meanwhile_is_passed_over_and_paid_if_that_fails(desk: Desk) -> None:
    first, second = desk.call(0, 2_000, due=3), desk.call(1, 3_000, due=4)
    row = desk.sent()
    alone = desk.town.bank.takes(calls.pay_by_bank(call=first, by=desk.town.sam, at=AT))
    desk.comes(row, 3_000)
    assert states(row) == ["waiting", "funded"]
    desk.town.bank.fails(alone)
    desk.go_on(row)
    assert desk.waiting is not None
    assert desk.waiting.pence == 2_000
    desk.comes(row, 2_000)
    second.refresh_from_db()
    assert (row.state, second.state, desk.here) == ("done", "funded", 0)
    assert all_is_well()


@pytest.mark.django_db
def test_a_list_that_was_sent_is_not_put_in_order_nor_sent_again(desk: Desk) -> None:
    desk.call(0, 2_000)
    row = desk.sent()
    with pytest.raises(NotNow):
        weekly_lists.reorder(weekly_list=row, numbers={desk.town.amina.pk: 1}, by=desk.town.sam, at=AT)
    with pytest.raises(NotNow):
        weekly_lists.send(weekly_list=row, by=desk.town.sam, at=AT)


@pytest.mark.django_db
def test_a_newer_list_takes_over_what_comes_for_the_older_one(desk: Desk) -> None:
    desk.call(0, 2_000, due=3)
    old = desk.sent()
    asked_for = desk.waiting
    assert asked_for is not None
    on_its_way = desk.town.bank.takes(asked_for)
    desk.call(1, 500, due=1)
    new = desk.sent()
    old.refresh_from_db()
    assert (old.state, new.state, new.sum_pence, new.send_pence) == ("superseded", "sent", 2_500, 500)
    desk.town.bank.clears(on_its_way)
    desk.go_on(new)
    assert (names(new), states(new), states(old), desk.here) == (["Yusuf", "Amina"], ["funded", "waiting"], ["waiting"], 1_500)
    desk.comes(new, 500)
    assert (new.state, desk.here) == ("done", 0)
    assert all_is_well()


@pytest.mark.django_db
def test_a_list_that_was_stopped_asks_for_nothing_more(desk: Desk) -> None:
    desk.call(0, 2_000)
    row = desk.sent()
    weekly_lists.stop(weekly_list=row, by=desk.town.sam, at=AT)
    desk.go_on(row)
    assert (row.state, desk.waiting) == ("stopped", None)
    again = desk.sent()
    wallets.stop_waiting(organisation=desk.town.kasmo, council_code=SOUTHWARK, by=desk.town.sam, at=AT)
    desk.go_on(again)
    assert (again.state, desk.waiting) == ("stopped", None)


@pytest.mark.django_db
def test_a_part_that_stripe_shows_closes_the_payment_and_becomes_one_of_its_own(desk: Desk) -> None:
    desk.call(0, 2_000, due=3)
    desk.call(1, 3_000, due=4)
    row = desk.sent()
    payment = desk.waiting
    assert payment is not None
    shown = {"reference": "CT1", "remaining_pence": 2_900}
    Payment.objects.filter(pk=payment.pk).update(state="open", intent_id="pi_1", instructions=shown, checked_at=AT)
    desk.go_on(row)
    assert PaymentOperation.objects.get(kind="cancel_intent").reference == f"payment:{payment.pk}"
    # Stripe closes it, and keeps the £21.00 for them.
    with transaction.atomic():
        taking.end(Payment.objects.locked().get(pk=payment.pk), "cancel", AT)
    WeeklyList.objects.filter(pk=row.pk).update(looked_at=AT, must_look=False)
    Payer.objects.update(cash_pence=2_100, cash_since=AT)
    assert weekly_money.ask(weekly_list_id=row.pk, looked=True, at=AT)
    part = desk.waiting
    assert part is not None
    assert (part.pence, cash.left_of(f"organisation:{desk.town.kasmo.pk}")) == (2_100, 0)
    desk.town.bank.pays(part)
    desk.go_on(row)
    rest = desk.waiting
    assert rest is not None
    assert (states(row), desk.here, rest.pence) == (["funded", "waiting"], 100, 2_900)
    assert all_is_well()


@pytest.mark.django_db
def test_more_than_was_asked_for_stays_in_the_wallet_in_the_holders_name(desk: Desk) -> None:
    desk.call(0, 2_000)
    row = desk.sent()
    assert desk.waiting is not None
    desk.town.bank.pays(desk.waiting)
    desk.go_on(row)
    WeeklyList.objects.filter(pk=row.pk).update(looked_at=AT)
    Payer.objects.update(cash_pence=2_000, cash_since=AT)  # sent twice
    assert not weekly_money.ask(weekly_list_id=row.pk, looked=False, at=AT)
    assert weekly_money.ask(weekly_list_id=row.pk, looked=True, at=AT)
    assert desk.waiting is not None
    desk.town.bank.pays(desk.waiting)
    assert weekly_money.advance_due(at=AT) == 0
    assert (desk.here, desk.waiting) == (2_000, None)
    assert all_is_well()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_whatever_comes_is_paid_out_or_left_and_nobody_twice_nor_out_of_order(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    asked_for = [desk.call(dice.randrange(3), dice.randrange(30, 3_000), due=dice.randrange(1, 10)) for _ in range(dice.randrange(2, 8))]
    made = desk.made()
    people = [desk.town.amina.pk, desk.town.yusuf.pk, desk.town.halima.pk]
    there = {row.membership.person_id for row in reading.rows_of(made)}
    wished = {pk: dice.randrange(1, 4) for pk in people if pk in there}
    weekly_lists.reorder(weekly_list=made, numbers=wished, by=desk.town.sam, at=AT)
    row, came = desk.sent(made), 0
    while row.state == "sent":
        pence = dice.choice([desk.waiting.pence if desk.waiting else 30, dice.randrange(30, 2_500)])
        desk.comes(row, pence)
        came += pence
        rows = reading.rows_of(row)
        paid = [one.state == "funded" for one in rows]
        assert paid == sorted(paid, reverse=True)
        assert sum(one.funded_pence for one in rows) + desk.here == came
        assert all(one.funded_pence in (0, one.pence) for one in rows)
    assert sum(move.pence for move in WalletMove.objects.all()) == sum(call.asked_pence for call in asked_for)
    assert all_is_well()


# --- orders ---


@pytest.mark.django_db
def test_orders_are_accepted_all_at_once_or_one_by_one(by_order: Desk) -> None:
    desk, town = by_order, by_order.town
    for who in range(3):
        desk.call(who, 1_000)
    made = desk.made()
    rows = reading.rows_of(made)
    one = {"weekly_list": made, "reference": "PO-7", "by": town.sam, "at": AT}
    with pytest.raises(calls.ReferenceIsMissing):
        weekly_lists.accept_orders(rows=None, **one | {"reference": " "})
    weekly_lists.accept_orders(rows=[rows[1].pk], **one)
    assert states(made) == ["waiting", "ordered", "waiting"]
    with pytest.raises(NotInThisList):
        weekly_lists.accept_orders(rows=[rows[0].pk, rows[1].pk], **one)
    weekly_lists.accept_orders(rows=None, **one)
    made.refresh_from_db()
    assert (made.state, states(made)) == ("done", ["ordered"] * 3)
    assert set(Call.objects.values_list("order_reference", "state")) == {("PO-7", "ordered")}
    with pytest.raises(NotNow):
        weekly_lists.accept_orders(rows=None, **one)


@pytest.mark.django_db
def test_orders_alone_ask_for_no_money_and_what_was_said_yes_to_is_paid(by_order: Desk) -> None:
    desk, town = by_order, by_order.town
    first = desk.call(0, 1_000)
    made = desk.made()
    with pytest.raises(NothingToPay):
        weekly_lists.send(weekly_list=made, by=town.sam, at=AT)
    calls.accept_order(call=first, reference="PO-1", by=town.sam, at=AT)
    with pytest.raises(NoOrdersWait):
        weekly_lists.accept_orders(weekly_list=made, rows=None, reference="PO-2", by=town.sam, at=AT)
    calls.bill_order(call=first, about_id=1, pence=900, at=AT)
    row = desk.sent()
    desk.comes(row, 900)
    first.refresh_from_db()
    assert (row.state, first.state, first.owed_pence) == ("done", "funded", 900)
    assert all_is_well()


# --- who may, and every state with every verb ---

VERBS: dict[str, Callable[..., Any]] = {
    "reorder": lambda row, by, at: weekly_lists.reorder(weekly_list=row, numbers={}, by=by, at=at),
    "send": lambda row, by, at: weekly_lists.send(weekly_list=row, by=by, at=at),
    "stop": lambda row, by, at: weekly_lists.stop(weekly_list=row, by=by, at=at),
    "accept_orders": lambda row, by, at: weekly_lists.accept_orders(weekly_list=row, rows=None, reference="PO-1", by=by, at=at),
}
ALLOWED = {("ready", "reorder"), ("ready", "send"), ("sent", "stop"), ("ready", "accept_orders"), ("sent", "accept_orders")}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["ready", "sent", "done", "superseded", "stopped"])
def test_each_verb_is_done_in_its_states_and_refused_in_others(desk: Desk, state: str) -> None:
    town = desk.town
    desk.call(0, 1_000)
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="on_yes", by=town.operator, at=AT)
    desk.call(1, 1_000)
    made = desk.made()
    over = None if state in ("ready", "sent") else AT
    WeeklyList.objects.filter(pk=made.pk).update(state=state, ended_at=over, sent_by=town.sam, sent_at=AT)
    for name, verb in VERBS.items():
        with transaction.atomic():
            if (state, name) in ALLOWED:
                verb(made, town.sam, AT)
            else:
                with pytest.raises(NotNow):
                    verb(made, town.sam, AT)
            transaction.set_rollback(True)
        for somebody in (town.colin, town.amina, town.ruth, town.operator, town.stranger):
            with pytest.raises(NotAllowed):
                verb(made, somebody, AT)
    with pytest.raises(NotAllowed):
        weekly_lists.make(organisation=town.kasmo, council_code=SOUTHWARK, by=town.colin, at=AT)
    with pytest.raises(NotAllowed):
        weekly_lists.set_day(organisation=town.kasmo, weekday=2, by=town.ruth, at=AT)


@pytest.mark.django_db
def test_the_proof_sees_a_row_that_says_another_sum_than_was_paid(desk: Desk) -> None:
    desk.call(0, 2_000)
    row = desk.sent()
    desk.comes(row, 2_000)
    WeeklyListRow.objects.filter(weekly_list=row).update(funded_pence=1_999)
    assert any("weekly list" in sentence for sentence in proof())
