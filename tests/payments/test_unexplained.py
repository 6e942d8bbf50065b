"""Lines of Stripe's that are one of ours to another sum, that come to nothing, or that undo what was done by hand: two people say what they were."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from ledger.selectors import balances
from payments.gateways import stripe_gateway
from payments.models import Alarm, Dispute, Payer, StripeLine
from payments.selectors import frozen, proof
from payments.services import alarms, disputes, fitting, reconciliation, suspense
from payments.services.proof import prove_against_stripe
from people.models import Approval
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, Play


@pytest.fixture
def fees(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What Stripe keeps of each line of a kind, which the sandbox does not know of."""
    found: dict[str, int] = {}
    line_of = stripe_gateway.line_of

    def charged(raw: Any) -> Any:
        line = line_of(raw)
        fee = found.get(line.kind, line.fee_pence)
        return replace(line, fee_pence=fee, net_pence=line.pence - fee)

    monkeypatch.setattr(stripe_gateway, "line_of", charged)
    return found


def suspended(play: Play) -> StripeLine:
    reconciliation.run(at=play.at)
    return StripeLine.objects.get(state="suspense")


def said(play: Play, row: StripeLine, kind: str, about: str = "") -> None:
    suspense.propose(line_id=row.pk, kind=kind, about=about, reason="Seen at the dashboard.", by=cast.operator(), at=play.at)
    suspense.confirm(line_id=row.pk, by=cast.second_operator(), at=play.at)


def is_right(play: Play) -> None:
    reconciliation.run(at=play.at)
    assert not frozen(COUNCIL)
    assert not Alarm.objects.open().exists()
    assert sum(balances(codes=("SUSPENSE",)).values()) == 0
    assert proof() == prove_against_stripe() == []


def nobody_closes(play: Play, kind: str) -> None:
    with pytest.raises(alarms.StillUnexplained):
        alarms.close(alarm_id=Alarm.objects.open().get(kind=kind).pk, by=cast.operator(), at=play.at)
    assert frozen(COUNCIL)


def test_a_line_of_another_sum_stops_releases_until_two_people_have_said_what_the_rest_was(play: Play, fees: dict[str, int]) -> None:
    play.float()
    play.lot()
    own = play.has("FLOAT")
    play.owe(play.payee(), 2000)
    play.run()
    fees["transfer"] = 10
    row = suspended(play)
    assert (row.unknown_pence, play.has("SUSPENSE")) == (-10, -10)
    nobody_closes(play, "line_differs")
    reconciliation.run(at=play.at)
    assert (proof(), len(prove_against_stripe())) == ([], 1)
    for kind, about in (("top_up", ""), ("nothing", ""), ("refund_by_hand", "payment:1")):
        with pytest.raises(fitting.DoesNotFit):
            said(play, row, kind, about)
    said(play, row, "fee")
    assert (play.has("FLOAT"), play.has("FEE_COST"), play.has("BANK")) == (own - 10, 0, own - 10 + 6000)
    is_right(play)


def test_what_is_not_available_yet_can_not_be_explained_away_by_one(play: Play) -> None:
    play.float()
    sums = {"pence": 5000, "fee_pence": 0, "net_pence": 5000, "currency": "gbp", "is_available": False}
    later = play.at.replace(year=play.at.year + 1)
    StripeLine.objects.create(id="txn_pending", kind="adjustment", source="adj_1", available_on=later, created_at=play.at, **sums)
    reconciliation.run(at=play.at)
    nobody_closes(play, "unexplained_line")


def test_a_line_that_comes_to_nothing_is_explained_by_two_people_and_moves_nothing(play: Play, fees: dict[str, int]) -> None:
    play.float()
    play.stripe.act("unexplained", amount=700)
    fees["adjustment"] = 700
    row = suspended(play)
    assert (row.journal_key, play.has("SUSPENSE"), len(prove_against_stripe())) == (None, 0, 1)
    for kind in ("fee", "top_up", "loss"):
        with pytest.raises(fitting.DoesNotFit):
            said(play, row, kind)
    said(play, row, "nothing")
    row.refresh_from_db()
    assert (row.state, row.explanations.get().journal_key) == ("explained", None)
    is_right(play)


def test_money_that_is_no_pounds_stops_releases_until_two_people_say_that_it_is_gone(play: Play) -> None:
    play.float()
    reconciliation.run(at=play.at)
    before = sum(balances(codes=("BANK", "SUSPENSE")).values())
    sums = {"pence": 5000, "fee_pence": 0, "net_pence": 5000, "currency": "eur", "is_available": True}
    StripeLine.objects.create(id="txn_eur", kind="adjustment", source="adj_1", available_on=play.at, created_at=play.at, **sums)
    row = suspended(play)
    nobody_closes(play, "unexplained_line")
    assert proof() == []
    with pytest.raises(fitting.DoesNotFit):
        said(play, row, "top_up")
    said(play, row, "nothing")
    assert sum(balances(codes=("BANK", "SUSPENSE")).values()) == before
    is_right(play)


# --- a refund made by hand that its bank sends back weeks later ---


@pytest.fixture
def by_hand(play: Play) -> Dispute:
    """£30 of Amina's £80, sent back by hand at Stripe and explained: she owes it."""
    play.float()
    payment = play.lot(8000)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=3000)
    said(play, suspended(play), "refund_by_hand", f"payment:{payment.pk}")
    return Dispute.objects.get()


def came_back(play: Play, case: Dispute) -> StripeLine:
    play.later(days=20)
    play.stripe.act("fail_refund", refund=case.stripe_id)
    row = suspended(play)
    assert row.net_pence == 3000
    return row


def test_what_the_bank_sent_back_is_the_payers_again(play: Play, by_hand: Dispute) -> None:
    with transaction.atomic():
        key = play.journal("RECEIVABLE", AMINA, "SHARE", AMINA, -3000)
        disputes.take(dispute_id=by_hand.pk, pence=3000, journal_key=key, at=play.at)
    row = came_back(play, by_hand)
    for kind, about in (("came_back", "dispute:404"), ("came_back", ""), ("repayment", f"dispute:{by_hand.pk}"), ("nothing", "")):
        with pytest.raises(fitting.DoesNotFit):
            said(play, row, kind, about)
    said(play, row, "came_back", f"dispute:{by_hand.pk}")
    by_hand.refresh_from_db()
    assert (by_hand.state, by_hand.owed_pence) == ("won", -3000)
    with transaction.atomic():
        key = play.journal("RECEIVABLE", AMINA, "SHARE", AMINA, 3000)
        assert disputes.give_back(dispute_id=by_hand.pk, journal_key=key, at=play.at) == 3000
    assert (play.has("SHARE", AMINA), play.has("RECEIVABLE", AMINA), by_hand.payment.lost_pence) == (8000, 0, 0)
    is_right(play)


def test_what_the_platform_bore_and_the_bank_sent_back_is_the_platforms_again(play: Play, by_hand: Dispute) -> None:
    own = play.has("FLOAT")
    disputes.propose_write_off(dispute_id=by_hand.pk, reason="They are gone.", by=cast.operator(), at=play.at)
    disputes.confirm_write_off(dispute_id=by_hand.pk, pence=3000, by=cast.second_operator(), at=play.at)
    assert play.has("FLOAT") == own - 3000
    said(play, came_back(play, by_hand), "came_back", f"dispute:{by_hand.pk}")
    assert (play.has("FLOAT"), play.has("RECEIVABLE", AMINA), play.has("SHARE", AMINA)) == (own, 0, 8000)
    is_right(play)


def test_only_the_line_of_that_very_refund_undoes_it(play: Play, by_hand: Dispute) -> None:
    play.stripe.act("unexplained", amount=3000)
    row = suspended(play)
    with pytest.raises(fitting.DoesNotFit):
        said(play, row, "came_back", f"dispute:{by_hand.pk}")


def test_what_was_paid_back_for_nothing_rings_until_it_was_paid_to_its_payer_by_hand(play: Play, by_hand: Dispute) -> None:
    """She paid the £30 back, and then it came back as well: £30 of hers were the platform's for good."""
    about = f"dispute:{by_hand.pk}"
    play.stripe.act("unexplained", amount=3000)
    said(play, suspended(play), "repayment", about)
    for _ in range(2):
        play.stripe.act("unexplained", amount=-3000)
    reconciliation.run(at=play.at)
    row, other = StripeLine.objects.filter(state="suspense").order_by("pk")
    with pytest.raises(fitting.DoesNotFit):
        said(play, row, "repayment", about)
    play.later(days=20)
    play.stripe.act("fail_refund", refund=by_hand.stripe_id)
    reconciliation.run(at=play.at)
    said(play, StripeLine.objects.get(state="suspense", net_pence=3000), "came_back", about)
    assert (play.has("RECEIVABLE", AMINA), Alarm.objects.open().filter(kind="repaid_for_nothing").count()) == (-3000, 1)
    said(play, row, "repayment", about)
    assert play.has("RECEIVABLE", AMINA) == 0
    with pytest.raises(fitting.DoesNotFit):
        said(play, other, "repayment", about)
    said(play, other, "payout", f"council:{COUNCIL}")
    is_right(play)


def test_a_yes_to_what_was_taken_back_is_no_yes_to_what_was_said_after_it(play: Play) -> None:
    play.stripe.act("unexplained", amount=-700)
    row = suspended(play)
    asked = {"line_id": row.pk, "reason": "Seen.", "by": cast.operator(), "at": play.at}
    suspense.propose(kind="fee", **asked)
    read = Approval.objects.get()
    suspense.refuse(line_id=row.pk, by=cast.operator(), at=play.at)
    read.refresh_from_db()
    assert read.refused_at == play.at
    suspense.propose(kind="loss", **asked)
    assert Approval.objects.exclude(pk=read.pk).count() == 1


def test_nobody_is_one_of_two_people_about_what_they_owe_themselves(play: Play, by_hand: Dispute) -> None:
    mine, other = cast.operator(), cast.second_operator()
    Payer.objects.filter(owner="person:1001").update(owner=f"person:{mine.pk}")
    with pytest.raises(NotAllowed):
        disputes.propose_write_off(dispute_id=by_hand.pk, reason="I will not pay.", by=mine, at=play.at)
    disputes.propose_write_off(dispute_id=by_hand.pk, reason="They will not pay.", by=other, at=play.at)
    with pytest.raises(NotAllowed):
        disputes.confirm_write_off(dispute_id=by_hand.pk, pence=3000, by=mine, at=play.at)
    assert play.has("RECEIVABLE", AMINA) == 3000
