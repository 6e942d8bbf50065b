"""Money to those who helped: out of the right lots, once, and not while something stands in the way."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from audit.models import Entry
from ledger.services.journals import NotEnough
from payments.models import Alarm, Payment, PaymentUse, Remittance
from payments.selectors import proof, remittances_about, remittances_of
from payments.services import alarms, operations, remittances
from people.models import Person
from people.services import approvals
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play


@pytest.fixture
def two_lots(play: Play) -> tuple[Payment, Payment]:
    """Amina paid £30, then £50."""
    play.float()
    return play.lot(3000), play.lot(5000, about="call:2")


def about(row: Remittance) -> dict[str, Any]:
    return {"about_kind": "remittance", "about_id": row.pk}


def allowed(what: str, row: Remittance, play: Play) -> Person:
    """Two people agree."""
    first, second = cast.operator(), cast.second_operator()
    asked = approvals.ask(what=what, **about(row), by=first, reason="A worry was raised.", at=play.at)
    approvals.give(approval=asked, by=second, at=play.at)
    return first


def test_one_transfer_for_each_lot_the_oldest_first(play: Play, two_lots: tuple[Payment, Payment]) -> None:
    old, new = two_lots
    payee = play.payee()
    rows = play.owe(payee, 4000)
    assert [(row.payment_id, row.pence) for row in rows] == [(old.pk, 3000), (new.pk, 1000)]
    play.run()
    sent = {(transfer.source_transaction, transfer.amount) for transfer in play.transfers()}
    assert sent == {(old.charge_id, 3000), (new.charge_id, 1000)}
    assert {transfer.transfer_group for transfer in play.transfers()} == {"share:9"}
    assert sorted(PaymentUse.objects.values_list("payment", "pence")) == sorted([(old.pk, 3000), (new.pk, 1000)])
    assert proof() == []


def test_nobody_elses_lot_pays(play: Play, two_lots: tuple[Payment, Payment]) -> None:
    payee = play.payee()
    for owner, pence in ((YUSUF, 1), (AMINA, 8001), (AMINA, 0)):
        with pytest.raises(remittances.LotsFallShort), transaction.atomic():
            remittances.owe(payee_id=payee.pk, lot_owner=owner, pence=pence, council_code=COUNCIL, about="share:1", at=play.at)
    with pytest.raises(remittances.LotsFallShort):
        remittances.owe(payee_id=payee.pk, lot_owner=AMINA, pence=1, council_code="E09000001", about="share:1", at=play.at)
    assert not Remittance.objects.exists()


def test_twelve_at_once_take_what_there_is_and_no_more(play: Play) -> None:
    play.float()
    play.lot(10_000)
    payee = play.payee()
    together, won = threading.Barrier(12), []

    def spend(number: int) -> None:
        together.wait()
        try:
            with transaction.atomic():
                remittances.owe(payee_id=payee.pk, lot_owner=AMINA, pence=3000, council_code=COUNCIL, about=f"share:{number}", at=play.at)
                play.move("SHARE", AMINA, "DUE", f"payee:{payee.pk}", 3000)
            won.append(number)
        except (remittances.LotsFallShort, NotEnough):
            pass
        finally:
            connections.close_all()

    workers = [threading.Thread(target=spend, args=(number,)) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(won) == 3
    assert Payment.objects.filter(kind="card").get().free_pence == 1000
    play.run()
    assert len(play.transfers()) == 3
    assert proof() == []


def test_it_waits_until_the_payee_is_ready(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    play.stripe.act("lose_transfers", account=payee.stripe_account_id)
    [row] = play.owe(payee, 2000)
    play.run()
    row.refresh_from_db()
    assert (row.state, play.has("DUE", f"payee:{payee.pk}"), play.has("OUT")) == ("waiting", 2000, 0)
    assert remittances_of(payee.pk, today=play.at.date())[0].bank_on is None
    play.stripe.act("regain_transfers", account=payee.stripe_account_id)
    play.later(seconds=700)
    row.refresh_from_db()
    assert row.state == "paid"


def test_it_waits_five_working_days_after_bank_details_changed_even_if_no_event_said_so(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    play.stripe.act("change_bank", account=payee.stripe_account_id, sort_code="200000", account_number="55779911")
    [row] = play.owe(payee, 2000)
    play.run()
    row.refresh_from_db()
    assert row.state == "waiting"
    play.later(days=4)
    row.refresh_from_db()
    assert row.state == "waiting"
    play.later(days=10)
    row.refresh_from_db()
    assert row.state == "paid"


def short_for_an_hour(play: Play, row: Remittance) -> None:
    """Planned, refused, and tried again in an hour; before that its payee's bank details change, and no event says so."""
    account = row.payee.stripe_account_id
    assert remittances.plan_due(at=play.at) == 1
    play.stripe.act("lose_transfers", account=account)
    operations.perform_due(at=play.at)
    play.stripe.act("regain_transfers", account=account)
    play.stripe.act("change_bank", account=account, sort_code="200000", account_number="55779911")
    play.skip(seconds=3700)


def test_what_was_planned_before_bank_details_changed_waits_like_the_rest(play: Play) -> None:
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    short_for_an_hour(play, row)
    operations.perform_due(at=play.at)
    assert play.transfers() == []
    play.run()
    row.refresh_from_db()
    assert (row.state, row.operation, play.has("OUT"), play.has("DUE", f"payee:{row.payee_id}")) == ("waiting", None, 0, 2000)
    assert Entry.objects.filter(verb="payments.put_back", about_id=str(row.pk)).count() == 1
    assert proof() == []
    play.later(days=4)
    assert play.transfers() == []
    play.later(days=10)
    row.refresh_from_db()
    assert (row.state, len(play.transfers())) == ("paid", 1)
    assert proof() == []


def test_what_was_planned_before_bank_details_changed_is_cut_to_the_cap(play: Play, stripe_settings: Any) -> None:
    stripe_settings.BANK_CHANGE_CAP_PENCE = 500
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    short_for_an_hour(play, row)
    play.run()
    play.later(days=14)
    assert [one.amount for one in play.transfers()] == [500]


def test_while_stripe_can_not_be_asked_about_the_bank_nothing_planned_long_ago_goes(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    [row] = play.owe(payee, 2000)
    assert remittances.plan_due(at=play.at) == 1
    play.skip(seconds=3700)
    play.stripe.fault("500_before", f"/v1/accounts/{payee.stripe_account_id}", method="GET")
    operations.perform_due(at=play.at)
    assert play.transfers() == []
    operations.perform_due(at=play.at)
    row.refresh_from_db()
    assert (row.state, len(play.transfers())) == ("paid", 1)


def test_nothing_goes_out_while_an_alarm_stops_releases(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    [row] = play.owe(payee, 2000)
    assert remittances.plan_due(at=play.at) == 1
    alarm = alarms.ring(kind="unexplained_line", about="line:1", sentence="Look.", at=play.at, council_code=COUNCIL, stops_releases=True)
    operations.perform_due(at=play.at)
    [second] = play.owe(payee, 1000, about="share:10")
    play.run()
    assert play.transfers() == []
    alarms.close(alarm_id=alarm.pk, by=cast.operator(), at=play.at)
    play.run()
    assert len(play.transfers()) == 2
    assert Remittance.objects.filter(state="paid").count() == 2
    assert {row.pk, second.pk} == set(Remittance.objects.values_list("pk", flat=True))


def test_the_day_it_is_in_their_bank_is_told(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    play.owe(payee, 2000)
    play.run()
    [seen] = remittances_about(["share:9"], today=play.at.date())["share:9"]
    assert seen.bank_on is not None
    assert timedelta(days=2) <= seen.bank_on - play.at.date() <= timedelta(days=10)


# --- two people ---


def test_two_people_hold_it_and_let_it_go_on(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    [row] = play.owe(payee, 2000)
    remittances.plan_due(at=play.at)
    with pytest.raises(approvals.NeedsApproval):
        remittances.hold(remittance_id=row.pk, by=cast.operator(), at=play.at)
    remittances.hold(remittance_id=row.pk, by=allowed("remittance.hold", row, play), at=play.at)
    assert (play.has("OUT"), play.has("DUE", f"payee:{payee.pk}")) == (0, 2000)
    play.run()
    assert play.transfers() == []
    assert proof() == []
    remittances.unhold(remittance_id=row.pk, by=allowed("remittance.unhold", row, play), at=play.at)
    play.run()
    row.refresh_from_db()
    assert (row.state, len(play.transfers())) == ("paid", 1)
    assert proof() == []


def test_a_yes_that_was_left_over_lets_nothing_go_that_two_people_held_since(play: Play) -> None:
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    for _ in range(2):
        remittances.hold(remittance_id=row.pk, by=allowed("remittance.hold", row, play), at=play.at)
        other = approvals.ask(what="remittance.unhold", **about(row), by=cast.second_operator(), reason="It was nothing.", at=play.at)
        by = allowed("remittance.unhold", row, play)
        approvals.give(approval=other, by=by, at=play.at)
        remittances.unhold(remittance_id=row.pk, by=by, at=play.at)
    remittances.hold(remittance_id=row.pk, by=allowed("remittance.hold", row, play), at=play.at)
    with pytest.raises(approvals.NeedsApproval):
        remittances.unhold(remittance_id=row.pk, by=cast.operator(), at=play.at)
    play.run()
    assert play.transfers() == []


def test_what_may_have_reached_stripe_is_not_held(play: Play) -> None:
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    remittances.plan_due(at=play.at)
    play.stripe.fault("drop_after_commit", "/v1/transfers")
    operations.perform_due(at=play.at)
    by = allowed("remittance.hold", row, play)
    with pytest.raises(remittances.TooLateToHold):
        remittances.hold(remittance_id=row.pk, by=by, at=play.at)
    play.later(seconds=10)
    row.refresh_from_db()
    assert row.state == "paid"


def test_given_up_by_two_it_stays_owed(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    [row] = play.owe(payee, 2000)
    remittances.plan_due(at=play.at)
    play.stripe.act("reject_account", account=payee.stripe_account_id)
    operations.perform_due(at=play.at)
    assert Alarm.objects.open().filter(kind="transfer_refused").exists()
    row = remittances.give_up(remittance_id=row.pk, by=allowed("remittance.give_up", row, play), at=play.at)
    assert (row.state, play.has("OUT"), play.has("DUE", f"payee:{payee.pk}")) == ("cancelled", 0, 2000)
    play.later(days=1)
    assert play.transfers() == []
    assert proof() == []
