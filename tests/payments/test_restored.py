"""A book put back in time: what our own software did at Stripe since is unknown here, stops everything, and is taken over by two people, once."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from audit.errors import NotAllowed
from config import timers
from ledger.selectors import balances
from payments.gateways import stripe_gateway as gateway
from payments.models import Alarm, Payee, PaymentOperation, ReconcileCursor, Refund, Remittance, StripeLine
from payments.selectors import frozen, proof
from payments.services import alarms, operations, planning, reconciliation, refunds, restored, suspense
from payments.services.proof import prove_against_stripe
from payments.services.restored import ItIsOurs, NotThatRow
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play


def approve(play: Play, pence: int, owner: str = AMINA) -> Refund:
    [row] = refunds.approve(lot_owner=owner, pence=pence, council_code=COUNCIL, about="leave:1", by=None, at=play.at)
    play.move("SHARE", owner, "REFUND", owner, pence)
    return row


def lost_refund(row: Refund) -> str:
    """What the worker did after the moment this book was put back to."""
    name = str(uuid4())
    gateway.make("refund", {"charge": row.payment.charge_id, "amount": row.pence, "metadata": {"operation": name}}, f"{name}-1")
    return name


def lost_transfer(row: Remittance, payee: Payee) -> str:
    name = str(uuid4())
    params = {"amount": row.pence, "currency": "gbp", "destination": payee.stripe_account_id, "transfer_group": row.group}
    gateway.make("transfer", params | {"metadata": {"operation": name}}, f"{name}-1")
    return name


def say(play: Play, kind: str, about: str) -> None:
    line = StripeLine.objects.get(state="suspense")
    suspense.propose(line_id=line.pk, kind=kind, about=about, reason="It went before the backup.", by=cast.operator(), at=play.at)
    suspense.confirm(line_id=line.pk, by=cast.second_operator(), at=play.at)


def all_is_well(play: Play) -> None:
    """And stays so when the worker goes on, for as long as Stripe remembers a key and longer."""
    for _ in range(2):
        play.later(days=2)
        reconciliation.run(at=play.at)
    assert proof() == prove_against_stripe() == []
    assert sum(balances(codes=("SUSPENSE",)).values()) == 0
    assert not Alarm.objects.open().exists()
    assert not frozen(COUNCIL)
    assert play.dump()["equal"]


def sent_back(play: Play) -> list[int]:
    return [one.amount for one in gateway._stripe().refunds.list({"limit": 100}).data]


def test_half_a_pound_of_a_lost_operation_stops_refunds_and_payments_to_providers_of_all_councils(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    lost_refund(approve(play, 50))
    reconciliation.run(at=play.at)
    approve(play, 700)
    play.owe(payee, 2000)
    play.run()
    assert (sent_back(play), play.transfers()) == ([50], [])
    assert set(Refund.objects.values_list("state", flat=True)) == {"approved"}
    alarm = Alarm.objects.get(kind="book_is_behind")
    assert (alarm.stops_releases, alarm.council_code) == (True, "")
    alarms.settle(kind="book_is_behind", at=play.at)
    play.run()
    assert (sent_back(play), play.transfers()) == ([50], []), "whatever becomes of the alarm lets nothing go"


def test_what_was_planned_before_does_not_go_while_the_book_is_behind(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    first, second = approve(play, 600), approve(play, 700)
    assert refunds.plan_due(at=play.at) == 2
    kinds = ("refund", "reversal", "transfer", "cash_refund")
    debit = {"customer": "cus_1", "off_session": True, "amount": 500}
    asked = [planning.plan(kind=kind, reference=f"x:{kind}", params={"id": "tr_1"}, council_code=COUNCIL, at=play.at, pence=5) for kind in kinds]
    asked.append(planning.plan(kind="payment_intent", reference="payment:0", params=debit, council_code=COUNCIL, at=play.at, pence=500))
    lost_transfer(Remittance(pence=50, group="agreement:1"), payee)
    reconciliation.run(at=play.at)
    planned = [*asked, *PaymentOperation.objects.filter(refund__in=[first, second])]
    for operation in planned:
        assert operations.perform(operation.pk, at=play.at) is None
        operation.refresh_from_db()
        assert (operation.state, operation.tries) == ("planned", 0)
    assert sent_back(play) == []


def test_a_lost_refund_is_taken_over_once_and_by_two_people(play: Play) -> None:
    play.float()
    play.lot()
    row = approve(play, 3000)
    name = lost_refund(row)
    reconciliation.run(at=play.at)
    line = StripeLine.objects.get(state="suspense")
    assert [restored.about(one) for one in restored.candidates(line)] == [f"refund:{row.pk}"]
    suspense.propose(line_id=line.pk, kind="ours", about=f"refund:{row.pk}", reason="It went.", by=cast.operator(), at=play.at)
    with pytest.raises(NotAllowed):
        suspense.confirm(line_id=line.pk, by=cast.operator(), at=play.at)
    assert PaymentOperation.objects.filter(kind="refund").count() == 0
    suspense.confirm(line_id=line.pk, by=cast.second_operator(), at=play.at)
    with pytest.raises(suspense.NotInSuspense):
        suspense.confirm(line_id=line.pk, by=cast.second_operator(), at=play.at)
    play.run()
    row.refresh_from_db()
    assert (row.state, str(row.operation_id)) == ("succeeded", name)
    all_is_well(play)
    line.refresh_from_db()
    assert (line.state, line.journal_key, sent_back(play)) == ("matched", row.done_journal, [3000])


def test_a_lost_payment_to_a_provider_is_taken_over_once(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    [row] = play.owe(payee, 2000)
    name = lost_transfer(row, payee)
    reconciliation.run(at=play.at)
    say(play, "ours", f"remittance:{row.pk}")
    play.run()
    row.refresh_from_db()
    assert (row.state, str(row.operation_id)) == ("paid", name)
    all_is_well(play)
    assert len(play.transfers()) == 1


def test_another_payment_another_sum_another_account_or_another_explanation_is_refused(play: Play) -> None:
    play.float()
    play.lot(owner=YUSUF, about="call:2")
    play.lot()
    payee, other = play.payee(), play.payee("enterprise:6")
    row, of_yusuf, of_another_sum = approve(play, 500), approve(play, 500, YUSUF), approve(play, 501)
    [due] = play.owe(other, 500)
    lost_refund(row)
    reconciliation.run(at=play.at)
    wrong = [f"refund:{of_yusuf.pk}", f"refund:{of_another_sum.pk}", f"remittance:{due.pk}", "refund:999999", "refund:x", ""]
    for about in wrong:
        with pytest.raises(NotThatRow):
            say(play, "ours", about)
    for kind, about in (("refund_by_hand", f"payment:{row.payment_id}"), ("loss", "")):
        with pytest.raises(ItIsOurs):
            say(play, kind, about)
    say(play, "ours", f"refund:{row.pk}")
    lost_transfer(Remittance(pence=500, group=due.group), payee)
    reconciliation.run(at=play.at)
    with pytest.raises(NotThatRow):
        say(play, "ours", f"remittance:{due.pk}")
    due.refresh_from_db()
    assert due.state == "waiting"


def test_a_line_of_strangers_is_never_ours(play: Play) -> None:
    play.float()
    payment = play.lot()
    row = approve(play, 500)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=500)
    reconciliation.run(at=play.at)
    assert not alarms.book_is_behind()
    with pytest.raises(NotThatRow):
        say(play, "ours", f"refund:{row.pk}")


class Killed(BaseException):
    """The process ends here."""


def by_reconcile(play: Play) -> None:
    reconciliation.run(at=play.at)


def by_the_worker(play: Play) -> None:
    play.later(days=3)


@pytest.mark.parametrize("finish", [by_reconcile, by_the_worker])
@pytest.mark.parametrize("step", ["settle", "settle_behind"])
def test_killed_between_the_steps_it_is_finished_and_nothing_goes_twice(
    play: Play, monkeypatch: pytest.MonkeyPatch, step: str, finish: Callable[[Play], None]
) -> None:
    play.float()
    play.lot()
    payee, back = play.payee(), approve(play, 500)
    [due] = play.owe(payee, 2000)
    lost_refund(back)
    reconciliation.run(at=play.at)
    with monkeypatch.context() as patch:
        patch.setattr(alarms, step, _killed)
        with pytest.raises(Killed):
            say(play, "ours", f"refund:{back.pk}")
    finish(play)
    reconciliation.run(at=play.at)
    play.run()
    back.refresh_from_db()
    due.refresh_from_db()
    assert (back.state, due.state, sent_back(play), len(play.transfers())) == ("succeeded", "paid", [500], 1)
    all_is_well(play)


def _killed(*_: Any, **__: Any) -> None:
    raise Killed


def test_a_lost_refund_that_the_bank_sent_back_is_a_failed_one(play: Play) -> None:
    play.float()
    play.lot()
    row = approve(play, 500)
    lost_refund(row)
    [made] = gateway._stripe().refunds.list({"limit": 1}).data
    play.stripe.act("fail_refund", refund=made.id)
    reconciliation.run(at=play.at)
    assert StripeLine.objects.filter(state="suspense").count() == 2
    line = StripeLine.objects.get(state="suspense", net_pence=-500)
    suspense.propose(line_id=line.pk, kind="ours", about=f"refund:{row.pk}", reason="It went.", by=cast.operator(), at=play.at)
    suspense.confirm(line_id=line.pk, by=cast.second_operator(), at=play.at)
    play.run()
    row.refresh_from_db()
    assert (row.state, play.has("REFUND", AMINA)) == ("failed", 500)
    all_is_well(play)


def test_a_payment_this_book_has_lost_stops_everything_too(play: Play) -> None:
    play.float()
    payment = play.start()
    play.type_card(payment)
    lost = PaymentOperation.objects.filter(payment=payment).get()
    payment.delete()
    lost.delete()
    reconciliation.run(at=play.at)
    assert (alarms.book_is_behind(), alarms.may_have_collected()) == (False, True), "on its way for days: only what may be it must wait"
    debit = {"customer": "cus_1", "off_session": True, "amount": 500}
    asked = planning.plan(kind="payment_intent", reference="payment:0", params=debit, council_code=COUNCIL, at=play.at, pence=500)
    operations.perform(asked.pk, at=play.at)
    asked.refresh_from_db()
    assert (asked.state, asked.tries) == ("planned", 0)
    asked.delete()
    play.skip(days=8)
    reconciliation.run(at=play.at)
    assert alarms.book_is_behind()
    say(play, "top_up", f"council:{COUNCIL}")
    all_is_well(play)


def test_a_worker_started_too_early_finds_out_first(play: Play) -> None:
    """The database was started anew: nothing goes out before Stripe was asked what it did meanwhile."""
    play.float()
    play.lot()
    row = approve(play, 500)
    timers.run_all(at=play.at)
    row.refresh_from_db()
    assert row.state == "succeeded"
    later = approve(play, 700)
    lost_refund(later)
    ReconcileCursor.objects.update(read_of="another start", read_at=play.at)
    timers.run_all(at=play.at)
    later.refresh_from_db()
    assert (later.state, sorted(sent_back(play)), alarms.book_is_behind()) == ("approved", [500, 700], True)
    say(play, "ours", f"refund:{later.pk}")
    timers.run_all(at=play.at)
    all_is_well(play)


def test_while_stripe_is_silent_a_worker_just_started_sends_nothing_and_does_the_rest(play: Play, stripe_settings: Any) -> None:
    play.float()
    play.lot()
    row = approve(play, 500)
    ReconcileCursor.objects.update(read_of="another start")
    stripe_settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    timers.run_all(at=play.at)
    row.refresh_from_db()
    assert row.state == "approved"
    stripe_settings.STRIPE_API_BASE = play.stripe.url
    timers.run_all(at=play.at)
    row.refresh_from_db()
    assert row.state == "succeeded"


def test_a_payment_to_a_provider_waits_while_one_of_its_sum_stands_unexplained(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    play.stripe.act("transfer_by_hand", destination=payee.stripe_account_id, amount=50)
    reconciliation.run(at=play.at)
    assert not frozen(COUNCIL)
    play.owe(payee, 50)
    play.run()
    assert len(play.transfers()) == 1
