"""The weekly list of who looks after money: what is in it and in which order, sent once, paid whole weeks at a time from the top."""

import random
from datetime import timedelta

import pytest
from django.db import transaction

from audit.models import Fact
from payments.models import Payer, Payment, PaymentOperation
from payments.services import cash, taking
from pooling.books import Wallet
from pooling.models import Call, WalletMove, WeeklyDay, WeeklyList
from pooling.rules import NotNow
from pooling.selectors import weekly as reading
from pooling.services import calls, wallets, weekly_lists, weekly_money
from pooling.services.weekly_lists import NotADay, NothingToList, NotInThisList
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, build_town
from tests.pooling.weekly_desk import Desk, all_is_well, desk_of, names, states
from tests.worlds import again, kept

told = kept(lambda: desk_of(build_town()))


@pytest.fixture
def desk(told: Desk) -> Desk:
    return again(told)


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


@pytest.mark.django_db
def test_the_order_set_by_a_holder_is_kept_for_the_next_list_and_new_people_come_last(desk: Desk) -> None:
    town = desk.town
    desk.call(0, 1_000, due=3)
    of_yusuf = Call.objects.filter(pk=desk.call(1, 1_000, due=4).pk)
    weekly_lists.reorder(weekly_list=desk.made(), numbers={town.yusuf.pk: 1}, by=town.sam, at=AT)
    desk.call(2, 1_000, due=1)
    assert names(desk.made()) == ["Yusuf", "Amina", "Halima"], "Halima is new, though her visits come soonest"
    of_yusuf.update(state="missed")
    weekly_lists.reorder(weekly_list=desk.made(), numbers={town.amina.pk: 1, town.halima.pk: 2}, by=town.sam, at=AT)
    assert WeeklyList.objects.latest("pk").own_order == [town.amina.pk, town.halima.pk, town.yusuf.pk], "nobody is forgotten for a week without"
    of_yusuf.update(state="called")
    assert names(desk.made()) == ["Amina", "Halima", "Yusuf"]
    assert names(weekly_lists.reorder(weekly_list=desk.made(), numbers={}, by=town.sam, at=AT)) == ["Halima", "Amina", "Yusuf"]
    assert WeeklyList.objects.latest("pk").own_order == []


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
    assert (part.pence, cash.left_of(Wallet(desk.town.kasmo.pk, SOUTHWARK).payer)) == (2_100, 0)
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
