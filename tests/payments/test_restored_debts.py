"""While the book is behind Stripe, a payment that may have gone already pays no debt: then nobody could say that it went."""

from payments.models import Alarm, Payee, PaymentOperation, Recovery, Remittance
from payments.services import operations, reconciliation, remittances, setting_off
from tests.payments.conftest import YUSUF, Play
from tests.payments.test_recoveries import asks_back, credits, paid, right, short_of_it
from tests.payments.test_restored import lost_transfer, say

__all__ = ["paid"]  # a fixture


def in_debt(play: Play, paid: Payee) -> Remittance:
    """They owe £50 that their account could not give back; £30 of another's waits for them, and went already, as this book does not know."""
    short_of_it(play, paid)
    play.lot(9000, owner=YUSUF, about="call:2")
    asks_back(play, 5000)
    credits(play)
    operations.perform_due(at=play.at)
    assert Recovery.objects.get().state == "owed"
    [row] = play.owe(paid, 3000, owner=YUSUF, about="share:10")
    lost_transfer(row, paid)
    reconciliation.run(at=play.at)
    assert Alarm.objects.open().filter(kind="book_is_behind").exists()
    return row


def test_nothing_is_set_off_until_it_is_known_what_went(play: Play, paid: Payee) -> None:
    row = in_debt(play, paid)
    assert setting_off.set_off_due(at=play.at) == 0
    say(play, "ours", f"remittance:{row.pk}")
    play.run()
    row.refresh_from_db()
    assert (row.state, len(play.transfers())) == ("paid", 2)
    assert Recovery.objects.get().left_pence == 5000
    right(play)


def test_what_was_planned_is_not_put_back_until_then(play: Play, paid: Payee) -> None:
    play.lot(9000, owner=YUSUF, about="call:2")
    [row] = play.owe(paid, 3000, owner=YUSUF, about="share:10")
    assert remittances.plan_due(at=play.at) == 1
    Payee.objects.filter(pk=paid.pk).update(bank_changed_at=play.at)
    operation = PaymentOperation.objects.get(remittance=row)
    lost_transfer(row, paid)
    reconciliation.run(at=play.at)
    assert remittances.plan_due(at=play.at) == 0
    row.refresh_from_db()
    assert (row.state, row.operation_id) == ("planned", operation.pk)
