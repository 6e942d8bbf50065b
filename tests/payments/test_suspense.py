"""Lines that nobody could explain: two operators say what each was, it is booked to that, and releases go on. And refunds sent another way."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Fact
from payments.models import Alarm, Dispute, Payer, Payment, Recovery, Refund, Remittance, StripeLine
from payments.selectors import frozen, proof
from payments.services import alarms, disputes, fitting, inbox, reconciliation, recoveries, refunds, rerouting, suspense
from payments.services.proof import prove_against_stripe
from people.rules import APPROVAL_LASTS
from people.services.approvals import NeedsApproval, ReasonIsMissing
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, Play


def right(play: Play) -> None:
    reconciliation.run(at=play.at)
    assert proof() == prove_against_stripe() == []
    assert play.dump()["equal"]


def line(play: Play) -> StripeLine:
    reconciliation.run(at=play.at)
    return StripeLine.objects.get(state="suspense")


def explained(play: Play, kind: str, about: str = "") -> StripeLine:
    row = line(play)
    suspense.propose(line_id=row.pk, kind=kind, about=about, reason="Seen at the dashboard.", by=cast.operator(), at=play.at)
    suspense.confirm(line_id=row.pk, by=cast.second_operator(), at=play.at)
    row.refresh_from_db()
    return row


def everywhere(play: Play, code: str) -> int:
    from ledger.selectors import balances

    return sum(balances(codes=(code,)).values())


def is_over(play: Play, row: StripeLine) -> None:
    assert row.state == "explained"
    assert everywhere(play, "SUSPENSE") == 0
    assert not Alarm.objects.open().filter(kind="unexplained_line").exists()
    assert not frozen(COUNCIL)
    right(play)


def test_nobody_closes_the_alarm_of_a_line_that_two_people_have_not_explained(play: Play) -> None:
    play.float()
    payment = play.lot(8000)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=3000)
    row = line(play)
    with pytest.raises(alarms.StillUnexplained):
        alarms.close(alarm_id=Alarm.objects.get(kind="unexplained_line").pk, by=cast.operator(), at=play.at)
    assert frozen(COUNCIL)
    is_over(play, explained(play, "refund_by_hand", f"payment:{payment.pk}"))
    assert row.pk == StripeLine.objects.get(state="explained").pk


def test_a_refund_made_by_hand_in_the_dashboard(play: Play) -> None:
    """The payer has it already: they owe it here, and it is taken from their own money as after a chargeback."""
    play.float()
    payment = play.lot(8000)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=3000)
    row = explained(play, "refund_by_hand", f"payment:{payment.pk}")
    case = Dispute.objects.get()
    assert (case.kind, case.state, case.owed_pence, play.has("RECEIVABLE", AMINA)) == ("by_hand", "lost", 3000, 3000)
    with transaction.atomic():
        key = play.journal("RECEIVABLE", AMINA, "SHARE", AMINA, -3000)
        disputes.take(dispute_id=case.pk, pence=3000, journal_key=key, at=play.at)
    case.refresh_from_db()
    payment.refresh_from_db()
    assert (case.state, payment.free_pence, play.has("SHARE", AMINA)) == ("settled", 5000, 5000)
    is_over(play, row)


def test_what_stripe_says_a_line_was_about_is_named_and_nobody_can_make_it_another_persons(play: Play) -> None:
    play.float()
    amina, bilal = play.lot(8000), play.lot(8000, owner="member:14/portion:9", about="call:2")
    payee, other = play.payee(), play.payee(owner="enterprise:6")
    for by_hand, names, wrong in (
        (lambda: play.stripe.act("refund_by_hand", charge=amina.charge_id, amount=3000), f"payment:{amina.pk}", f"payment:{bilal.pk}"),
        (lambda: play.stripe.act("transfer_by_hand", destination=payee.stripe_account_id, amount=1500), f"payee:{payee.pk}", f"payee:{other.pk}"),
    ):
        by_hand()
        row, kind = line(play), "refund_by_hand" if "payment" in names else "transfer_by_hand"
        assert row.touched == names
        with pytest.raises(fitting.DoesNotFit, match=names):
            suspense.propose(line_id=row.pk, kind=kind, about=wrong, reason="It was them.", by=cast.operator(), at=play.at)
        is_over(play, explained(play, kind, names))


@pytest.mark.parametrize("who", ["operator", "second_operator"])
def test_nobody_says_what_became_of_money_they_paid_in_themselves(play: Play, who: str) -> None:
    play.float()
    payment = play.lot(8000)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=3000)
    row = line(play)
    assert payment.payer is not None
    Payer.objects.filter(pk=payment.payer.pk).update(owner=f"person:{getattr(cast, who)().pk}")
    with pytest.raises(NotAllowed, match="You paid this in yourself"):
        explained(play, "refund_by_hand", f"payment:{payment.pk}")
    row.refresh_from_db()
    assert (row.state, Dispute.objects.count()) == ("suspense", 0)


def test_a_transfer_by_hand_is_kept_back_from_their_next_pay(play: Play) -> None:
    play.float()
    play.lot(8000)
    payee = play.payee()
    play.stripe.act("transfer_by_hand", destination=payee.stripe_account_id, amount=1500)
    row = explained(play, "transfer_by_hand", f"payee:{payee.pk}")
    assert (Recovery.objects.get().state, play.has("RECEIVABLE", f"payee:{payee.pk}")) == ("owed", 1500)
    play.owe(payee, 4000)
    play.run()
    assert sorted(Remittance.objects.values_list("state", "pence")) == [("paid", 2500), ("set_off", 1500)]
    is_over(play, row)


def test_a_fee_a_payout_and_a_top_up_by_hand_are_the_platforms_own(play: Play) -> None:
    play.float()
    own = play.has("FLOAT")
    play.stripe.act("unexplained", amount=-700)
    is_over(play, explained(play, "fee", f"council:{COUNCIL}"))
    play.stripe.act("payout_by_hand", amount=1500)
    is_over(play, explained(play, "payout", f"council:{COUNCIL}"))
    play.stripe.act("unexplained", amount=5000)
    is_over(play, explained(play, "top_up", f"council:{COUNCIL}"))
    assert (play.has("FLOAT"), play.has("FEE_COST")) == (own - 700 - 1500 + 5000, 0)


def test_what_nobody_ever_explains_is_borne_by_float_and_not_by_more_than_it_has(play: Play) -> None:
    play.float(1000)
    play.lot(8000)
    play.stripe.act("unexplained", amount=-2500)
    row = line(play)
    suspense.propose(line_id=row.pk, kind="loss", about=f"council:{COUNCIL}", reason="Nobody knows.", by=cast.operator(), at=play.at)
    with pytest.raises(disputes.FloatIsShort):
        suspense.confirm(line_id=row.pk, by=cast.second_operator(), at=play.at)
    row.refresh_from_db()
    assert (row.state, frozen(COUNCIL)) == ("suspense", True)
    play.float(5000)
    suspense.confirm(line_id=row.pk, by=cast.second_operator(), at=play.at)
    row.refresh_from_db()
    assert play.has("FLOAT") == 1000 - 140 + 5000 - 2500
    is_over(play, row)


def test_somebody_pays_back_what_they_owe(play: Play) -> None:
    play.float()
    payment = play.lot(8000)
    play.owe(play.payee(), 8000)
    play.run()
    case = play.stripe.act("dispute", charge=payment.charge_id)
    inbox.see_dispute(case["id"], play.at)
    play.stripe.act("close_dispute", dispute=case["id"], won=False)
    inbox.see_dispute(case["id"], play.at)
    play.stripe.act("unexplained", amount=8000)
    row = explained(play, "repayment", f"dispute:{Dispute.objects.get().pk}")
    assert (Dispute.objects.get().state, play.has("RECEIVABLE", AMINA)) == ("settled", 0)
    is_over(play, row)


def test_a_transfer_taken_back_by_hand_is_its_payers_again(play: Play) -> None:
    play.float()
    play.lot(8000)
    play.owe(play.payee(), 5000)
    play.run()
    [transfer] = play.transfers()
    from payments.gateways import stripe_gateway

    stripe_gateway._stripe().transfers.reversals.create(transfer.id, {"amount": 2000})
    sent = Remittance.objects.get()
    row = explained(play, "repayment", f"remittance:{sent.pk}")
    [one] = recoveries.to_credit()
    with transaction.atomic():
        key = uuid4()
        recoveries.credit(recovery_id=one.recovery_id, journal_key=key, at=play.at)
        play.journal("RECEIVABLE", one.payee_owner, "SHARE", one.lot_owner, one.pence, key=key)
    sent.refresh_from_db()
    assert (sent.state, sent.reversed_pence, sent.recovered_pence, play.has("SHARE", AMINA)) == ("paid", 2000, 2000, 5000)
    assert recoveries.to_credit() == []
    is_over(play, row)


def test_one_person_explains_nothing(play: Play) -> None:
    play.float()
    play.stripe.act("unexplained", amount=-700)
    row = line(play)
    with pytest.raises(NotAllowed):
        suspense.propose(line_id=row.pk, kind="fee", reason="A fee.", by=cast.stranger(), at=play.at)
    with pytest.raises(suspense.NotInSuspense):
        suspense.confirm(line_id=row.pk, by=cast.second_operator(), at=play.at)
    with pytest.raises(ReasonIsMissing):
        suspense.propose(line_id=row.pk, kind="fee", reason=" ", by=cast.operator(), at=play.at)
    suspense.propose(line_id=row.pk, kind="fee", about=f"council:{COUNCIL}", reason="A fee.", by=cast.operator(), at=play.at)
    for who in (cast.operator(), cast.stranger()):
        with pytest.raises(NotAllowed):
            suspense.confirm(line_id=row.pk, by=who, at=play.at)
    suspense.refuse(line_id=row.pk, by=cast.second_operator(), at=play.at)
    suspense.propose(line_id=row.pk, kind="loss", about=f"council:{COUNCIL}", reason="A loss.", by=cast.second_operator(), at=play.at)
    suspense.confirm(line_id=row.pk, by=cast.operator(), at=play.at)
    with pytest.raises(suspense.NotInSuspense):
        suspense.confirm(line_id=row.pk, by=cast.operator(), at=play.at)
    right(play)


def test_what_nobody_answered_in_time_can_be_said_again(play: Play) -> None:
    play.float()
    play.stripe.act("unexplained", amount=-700)
    row = line(play)
    own = {"line_id": row.pk, "about": f"council:{COUNCIL}", "by": cast.operator()}
    suspense.propose(kind="fee", reason="A fee.", at=play.at, **own)
    with pytest.raises(suspense.NotInSuspense):
        suspense.propose(kind="loss", reason="A loss.", at=play.at, **own)
    later = play.at + APPROVAL_LASTS
    with pytest.raises(NeedsApproval):
        suspense.confirm(line_id=row.pk, by=cast.second_operator(), at=later)
    suspense.propose(kind="loss", reason="A loss.", at=later, **own)
    assert suspense.confirm(line_id=row.pk, by=cast.second_operator(), at=later).kind == "loss"
    row.refresh_from_db()
    is_over(play, row)


@pytest.mark.parametrize(
    ("pence", "kind", "about"),
    [
        (-700, "top_up", ""),
        (-700, "repayment", "dispute:1"),
        (700, "payout", ""),
        (700, "refund_by_hand", "payment:1"),
        (-700, "refund_by_hand", "payee:1"),
        (-700, "transfer_by_hand", "payee:404"),
        (-700, "failed_refund_paid", "refund:1"),
        (-700, "fee", "council:everybody"),
        (-700, "gift", ""),
    ],
)
def test_a_line_is_not_explained_as_what_it_can_not_be(play: Play, pence: int, kind: str, about: str) -> None:
    play.stripe.act("unexplained", amount=pence)
    row = line(play)
    with pytest.raises(fitting.DoesNotFit):
        suspense.propose(line_id=row.pk, kind=kind, about=about, reason="Because.", by=cast.operator(), at=play.at)


# --- refunds that could not go back the way they came ---


@pytest.fixture
def failed(play: Play) -> Refund:
    """Amina's £10 home, and her card was closed."""
    play.float()
    play.lot(3000)
    with transaction.atomic():
        [row] = refunds.approve(lot_owner=AMINA, pence=1000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 1000)
    play.run()
    row.refresh_from_db()
    assert row.operation is not None
    play.stripe.act("fail_refund", refund=row.operation.stripe_id)
    reconciliation.run(at=play.at)
    row.refresh_from_db()
    assert row.state == "failed"
    return row


def rerouted(play: Play, row: Refund, **other: Any) -> None:
    asked = {
        "to_owner": "person:1001",
        "allowed_owner": "person:1001",
        "reference": "Letter of 3 May from the payer.",
        "reason": "The card is closed.",
    }
    rerouting.propose(refund_id=row.pk, **asked | other, by=cast.operator(), at=play.at)
    rerouting.confirm(refund_id=row.pk, by=cast.second_operator(), at=play.at)


def test_paid_by_hand_by_two_people_and_only_once_stripe_shows_it(play: Play, failed: Refund) -> None:
    rerouted(play, failed)
    failed.refresh_from_db()
    assert (failed.state, play.has("REFUND", AMINA)) == ("rerouted", 1000)
    play.run()
    right(play)
    play.stripe.act("payout_by_hand", amount=1000)
    row = explained(play, "failed_refund_paid", f"refund:{failed.pk}")
    failed.refresh_from_db()
    assert (failed.state, play.has("REFUND", AMINA), Payment.objects.get(kind="card").refunded_pence) == ("by_hand", 0, 1000)
    assert Fact.objects.filter(kind="payments.refund_succeeded", subject=f"refund:{failed.pk}").count() == 2
    is_over(play, row)


def test_another_sum_is_not_that_refund(play: Play, failed: Refund) -> None:
    rerouted(play, failed)
    play.stripe.act("payout_by_hand", amount=1001)
    row = line(play)
    with pytest.raises(fitting.DoesNotFit):
        suspense.propose(line_id=row.pk, kind="failed_refund_paid", about=f"refund:{failed.pk}", reason="It is.", by=cast.operator(), at=play.at)


def test_to_nobody_but_whom_it_came_from(play: Play, failed: Refund) -> None:
    """abuse.md 14: leave, close the card, and have it sent to me."""
    for to_owner in ("person:2", "organisation:1", "", "person:11"):
        with pytest.raises(rerouting.NotTheirMoney):
            rerouted(play, failed, to_owner=to_owner)
    with pytest.raises(rerouting.ReferenceIsMissing):
        rerouted(play, failed, reference=" ")
    rerouting.propose(
        refund_id=failed.pk,
        to_owner="person:1001",
        allowed_owner="person:1001",
        reference="Letter.",
        reason="Closed.",
        by=cast.operator(),
        at=play.at,
    )
    with pytest.raises(NotAllowed):
        rerouting.confirm(refund_id=failed.pk, by=cast.operator(), at=play.at)
    with pytest.raises(NotAllowed):
        rerouting.confirm(refund_id=failed.pk, by=cast.stranger(), at=play.at)
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_nobody_is_one_of_two_people_about_their_own_refund(play: Play, failed: Refund) -> None:
    mine = f"person:{cast.operator().pk}"
    Payer.objects.filter(owner="person:1001").update(owner=mine)
    asked = {"refund_id": failed.pk, "to_owner": mine, "allowed_owner": mine, "reference": "Letter.", "reason": "Closed.", "at": play.at}
    with pytest.raises(NotAllowed):
        rerouting.propose(**asked, by=cast.operator())
    rerouting.propose(**asked, by=cast.second_operator())
    with pytest.raises(NotAllowed):
        rerouting.confirm(refund_id=failed.pk, by=cast.operator(), at=play.at)
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_a_refund_that_went_is_not_sent_another_way(play: Play, failed: Refund) -> None:
    Refund.objects.filter(pk=failed.pk).update(state="cancelled")
    with pytest.raises(rerouting.NotFailed):
        rerouted(play, failed)
    Refund.objects.filter(pk=failed.pk).update(state="failed")
    with pytest.raises(NeedsApproval):
        rerouting.confirm(refund_id=failed.pk, by=cast.second_operator(), at=play.at)


@pytest.mark.parametrize(
    "about",
    ["payment:abc", "payment:00000000-0000-4000-8000-000000000000", "payment:", "refund:x", f"payee:{10**30}", "payee:-1", "nothing", "refund:7", ""],
)
def test_what_names_no_row_is_refused_with_a_sentence(play: Play, about: str) -> None:
    play.float()
    payment = play.lot(8000)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=3000)
    row = line(play)
    with pytest.raises(fitting.DoesNotFit):
        suspense.propose(line_id=row.pk, kind="refund_by_hand", about=about, reason="Seen.", by=cast.operator(), at=play.at)
