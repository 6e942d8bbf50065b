"""A weekly list while money arrives from two sides and a newer list is sent: one outcome, to the penny."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from payments.models import Payment
from pooling.models import Call, WalletMove, WeeklyListRow
from pooling.services import wallets, weekly_lists, weekly_money
from pooling.services.weekly_lists import NothingToPay
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town
from tests.pooling.weekly_desk import all_is_well, desk_of


@pytest.mark.django_db(transaction=True)
def test_two_payments_and_a_newer_list_at_once_lose_and_double_nothing(committed_town: Town) -> None:
    desk = desk_of(committed_town)
    for who in range(3):
        desk.call(who, 1_000, due=3 + who)
    old = desk.sent()
    first = desk.waiting
    assert first is not None
    desk.town.bank.takes(first)
    second = wallets.pay_in(organisation=desk.town.kasmo, council_code=SOUTHWARK, pence=700, by=desk.town.sam, at=AT)
    desk.town.bank.takes(second)
    new = desk.made()
    together, failed = threading.Barrier(4), []

    def clear(payment: Payment) -> None:
        desk.town.bank.clears(payment)
        weekly_money.fund(weekly_list_id=old.pk, at=AT)

    def send() -> None:
        try:
            weekly_lists.send(weekly_list=new, by=desk.town.sam, at=AT)
        except NothingToPay:
            return  # all of it was paid by then
        weekly_money.fund(weekly_list_id=new.pk, at=AT)

    def press(deed: Callable[[], object]) -> None:
        together.wait()
        try:
            deed()
        except Exception as error:
            failed.append(error)
        connections.close_all()

    deeds = [lambda: clear(first), lambda: clear(second), send, lambda: weekly_money.fund(weekly_list_id=old.pk, at=AT)]
    threads = [threading.Thread(target=press, args=(deed,)) for deed in deeds]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    new.refresh_from_db()
    if new.state == "sent":
        desk.go_on(new)
    assert set(Call.objects.values_list("state", flat=True)) == {"funded"}
    assert (desk.here, sum(move.pence for move in WalletMove.objects.all())) == (700, 3_000)
    assert WeeklyListRow.objects.filter(state="funded").count() == 3
    assert all_is_well()
