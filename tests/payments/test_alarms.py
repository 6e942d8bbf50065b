"""Alarms that say how things stand: they end with that, and nobody closes them by hand."""

import pytest

from payments.models import Alarm
from payments.selectors import frozen
from payments.services import alarms, floats, reconciliation
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play


def nobody_closes(play: Play, kind: str) -> None:
    with pytest.raises(alarms.StillSo):
        alarms.close(alarm_id=Alarm.objects.open().get(kind=kind).pk, by=cast.operator(), at=play.at)


def test_while_stripe_pays_our_balance_out_by_itself_no_press_lets_payments_go(play: Play) -> None:
    play.float()
    play.lot()
    play.owe(play.payee(), 2000)
    play.stripe.act("set_payouts", interval="daily")
    reconciliation.run(at=play.at)
    nobody_closes(play, "automatic_payouts")
    play.run()
    assert (frozen(COUNCIL), play.transfers()) == (True, [])
    play.stripe.act("set_payouts", interval="manual")
    reconciliation.run(at=play.at)
    play.run()
    assert (frozen(COUNCIL), len(play.transfers())) == (False, 1)


def test_one_that_has_ended_meanwhile_is_closed_whoever_presses(play: Play) -> None:
    play.stripe.act("set_payouts", interval="daily")
    reconciliation.run(at=play.at)
    alarm = Alarm.objects.open().get(kind="automatic_payouts")
    alarms.settle(kind=alarm.kind, at=play.at)
    assert alarms.close(alarm_id=alarm.pk, by=cast.operator(), at=play.at).closed_by_id is None


def test_nobody_says_that_peoples_money_is_covered_while_it_is_not(play: Play) -> None:
    play.float()
    play.lot()
    play.move("FLOAT", "", "SHARE", YUSUF, play.has("FLOAT"))
    play.move("RECEIVABLE", AMINA, "SHARE", YUSUF, 500)
    assert floats.watch(council_code=COUNCIL, at=play.at) == -500
    nobody_closes(play, "not_covered")
    play.move("SHARE", YUSUF, "RECEIVABLE", AMINA, 500)
    assert floats.watch(council_code=COUNCIL, at=play.at) == 0
    assert not frozen(COUNCIL)


def test_nobody_closes_that_the_book_is_behind(play: Play) -> None:
    alarms.ring_behind(at=play.at)
    nobody_closes(play, "book_is_behind")
    alarms.settle_behind(at=play.at)
    assert not frozen(COUNCIL)
