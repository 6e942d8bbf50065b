"""What an organisation's bank took back is paid before anybody in its weekly list; what came of a list that it stopped goes back to it."""

from datetime import timedelta

import pytest
from django.db import transaction

from payments.models import Payer, Payment
from payments.services import taking
from pooling.services import setbacks, weekly_lists, weekly_money
from tests.pooling.conftest import AT, build_town
from tests.pooling.weekly_desk import Desk, all_is_well, desk_of, states
from tests.worlds import again, kept

told = kept(lambda: desk_of(build_town()))


@pytest.fixture
def desk(told: Desk) -> Desk:
    return again(told)


@pytest.mark.django_db
def test_nobody_in_a_list_is_paid_before_the_debt_and_what_that_took_is_asked_for_again(desk: Desk) -> None:
    desk.call(0, 2_000)
    first = desk.sent()
    desk.comes(first, 2_000)
    payment = Payment.objects.get(about__startswith="wallet:")
    dispute = desk.town.bank.takes_back(payment, ends="lost")
    assert (first.state, dispute.owed_pence) == ("done", 2_000)
    desk.call(1, 3_000)
    row = desk.sent()
    desk.comes(row, 3_000)
    assert (states(row), desk.here, desk.waiting and desk.waiting.pence) == (["waiting"], 3_000, 2_000)
    setbacks.advance_due(at=AT)
    desk.go_on(row)
    assert (states(row), desk.here, desk.waiting and desk.waiting.pence) == (["waiting"], 1_000, 2_000)
    desk.comes(row, 2_000)
    dispute.refresh_from_db()
    assert (row.state, desk.here, dispute.state) == ("done", 0, "settled")
    assert all_is_well()


@pytest.mark.django_db
def test_what_stripe_refused_is_asked_for_again_after_an_hour_and_not_every_round(desk: Desk) -> None:
    desk.call(0, 2_000)
    row = desk.sent()
    assert desk.waiting is not None
    with transaction.atomic():
        taking.end(Payment.objects.locked().get(pk=desk.waiting.pk), "refuse", AT)
    assert not weekly_money.ask(weekly_list_id=row.pk, looked=False, at=AT)
    assert weekly_money.ask(weekly_list_id=row.pk, looked=False, at=AT + timedelta(hours=1))
    assert desk.waiting is not None


@pytest.mark.django_db
def test_what_came_of_a_list_that_was_stopped_is_not_taken_in_for_an_older_one(desk: Desk) -> None:
    desk.call(0, 2_000)
    first = desk.sent()
    desk.comes(first, 2_000)
    Payer.objects.update(cash_pence=1_000, cash_since=AT)
    assert weekly_money._done_with_more() == [first.pk]
    Payer.objects.update(cash_pence=0, cash_since=None)
    desk.call(1, 3_000)
    second = desk.sent()
    Payer.objects.update(cash_pence=1_000, cash_since=AT)
    assert weekly_money._done_with_more() == []
    weekly_lists.stop(weekly_list=second, by=desk.town.sam, at=AT)
    assert weekly_money._done_with_more() == []
