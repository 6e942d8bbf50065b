"""A payer's bank takes a payment back: nobody else's money pays for it, whatever comes first, and twice is once."""

from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Fact
from ledger.services.journals import post
from ledger.services.proof import prove
from payments.models import Alarm, Dispute, OwedMove, Payment, Refund, Remittance, StripeLine
from payments.selectors import frozen, proof
from payments.services import disputes, floats, inbox, reconciliation, refunds, remittances, unsent
from payments.services.proof import prove_against_stripe
from payments.services.remittances import LotsFallShort
from payments.services.two_people import SumHasChanged
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play
from tests.payments.test_ways import collected, set_up

FEE = 2000


def right(play: Play) -> None:
    reconciliation.run(at=play.at)
    assert proof() == prove_against_stripe() == []
    assert play.dump()["equal"]


def disputed(play: Play, payment: Payment, **asked: Any) -> Dispute:
    case = play.stripe.act("dispute", charge=payment.charge_id, **asked)
    inbox.see_dispute(case["id"], play.at)
    return Dispute.objects.get(stripe_id=case["id"])


def takes(play: Play, case: Dispute, pence: int) -> None:
    """What pooling does: so much of the payer's own money here goes to what they owe."""
    with transaction.atomic():
        key = play.journal("RECEIVABLE", case.lot_owner, "SHARE", case.lot_owner, -pence)
        disputes.take(dispute_id=case.pk, pence=pence, journal_key=key, at=play.at)


def stays(play: Play, case: Dispute) -> None:
    """What pooling does: what was to go home and has not gone pays it."""
    with transaction.atomic():
        for one in unsent.of(disputes.owing(case.pk)):
            for journal in unsent.keep(one=one, pence=one.pence, about=one.about, at=play.at):
                post(journal)
            play.move("REFUND", AMINA, "SHARE", AMINA, one.pence)
            takes(play, case, one.pence)


def gives_back(play: Play, case: Dispute) -> int:
    with transaction.atomic():
        from uuid import uuid4

        key = uuid4()
        pence = disputes.give_back(dispute_id=case.pk, journal_key=key, at=play.at)
        play.journal("RECEIVABLE", case.lot_owner, "SHARE", case.lot_owner, pence, key=key)
    return pence


def test_what_left_is_owed_by_its_payer_and_the_fee_is_the_platforms(play: Play) -> None:
    play.float()
    payment = play.lot(8000)
    own = play.has("FLOAT")
    case = disputed(play, payment)
    assert (case.state, case.owed_pence) == ("open", 8000)
    assert (play.has("RECEIVABLE", AMINA), play.has("FLOAT"), play.has("FEE_COST")) == (8000, own - FEE, 0)
    assert Fact.objects.filter(kind="payments.money_withdrawn").count() == 1
    assert not frozen(COUNCIL)
    right(play)
    assert StripeLine.objects.exclude(state="matched").count() == 0


def test_told_ten_times_it_is_one(play: Play) -> None:
    play.float()
    case = disputed(play, play.lot(8000))
    for _ in range(10):
        inbox.see_dispute(case.stripe_id, play.at)
    assert play.has("RECEIVABLE", AMINA) == 8000
    assert OwedMove.objects.count() == Dispute.objects.count() == 1
    right(play)


def test_only_its_line_tells_of_it_and_that_is_enough(play: Play) -> None:
    play.float()
    payment = play.lot(8000)
    reconciliation.run(at=play.at)
    case = play.stripe.act("dispute", charge=payment.charge_id)
    report = reconciliation.run(at=play.at)
    assert (report.matched, report.suspended) == (1, 0)
    play.stripe.act("close_dispute", dispute=case["id"], won=True)
    reconciliation.run(at=play.at)
    assert Dispute.objects.get().state == "won"
    assert (play.has("RECEIVABLE", AMINA), play.has("SHARE", AMINA)) == (0, 8000)
    right(play)


def test_where_float_can_not_stand_in_for_it_nothing_goes_out_until_a_top_up(play: Play) -> None:
    play.float(2500)
    payment, _ = play.lot(8000), play.lot(8000, owner=YUSUF, about="call:2")
    case = disputed(play, payment)
    assert play.has("FLOAT") >= 0
    assert floats.spare(COUNCIL) < 0
    assert Alarm.objects.open().filter(kind="not_covered", council_code=COUNCIL, stops_releases=True).exists()
    assert any("owes people" in sentence for sentence in prove("default"))
    play.owe(play.payee(), 3000, owner=YUSUF)
    play.run()
    assert play.transfers() == []
    play.float(20_000)
    assert floats.spare(COUNCIL) >= 0
    play.run()
    assert len(play.transfers()) == 1
    assert not frozen(COUNCIL)
    assert case.state == "open"
    right(play)


def test_the_fee_waits_for_float_too(play: Play) -> None:
    play.float(300)
    case = disputed(play, play.lot(8000))
    assert (play.has("FLOAT"), play.has("FEE_COST")) == (0, FEE - (300 - 140))
    assert case.owed_pence == 8000
    play.float(20_000)
    play.run()
    assert (play.has("FLOAT"), play.has("FEE_COST")) == (20_000 + (300 - 140) - FEE, 0)
    right(play)


def test_its_payers_own_money_pays_and_the_lot_has_lost_it(play: Play) -> None:
    play.float()
    case = disputed(play, play.lot(8000))
    takes(play, case, 8000)
    payment = Payment.objects.get(kind="card")
    assert (payment.lost_pence, payment.free_pence, play.has("RECEIVABLE", AMINA)) == (8000, 0, 0)
    right(play)


def test_another_lot_of_theirs_pays_for_what_was_spent_and_nobody_elses(play: Play) -> None:
    play.float()
    first, second = play.lot(8000), play.lot(5000, about="call:2")
    play.lot(9000, owner=YUSUF, about="call:3")
    play.owe(play.payee(), 6000)
    play.run()
    case = disputed(play, first)
    takes(play, case, 7000)
    assert list(Payment.objects.filter(pk__in=[first.pk, second.pk]).order_by("charged_at").values_list("lost_pence", flat=True)) == [2000, 5000]
    assert (play.has("RECEIVABLE", AMINA), play.has("SHARE", YUSUF)) == (1000, 9000)
    with pytest.raises(LotsFallShort), transaction.atomic():
        disputes.take(dispute_id=case.pk, pence=1, journal_key=case.payment_id, at=play.at)
    right(play)


def test_dispute_won(play: Play) -> None:
    play.float()
    case = disputed(play, play.lot(8000))
    takes(play, case, 8000)
    play.stripe.act("close_dispute", dispute=case.stripe_id, won=True)
    inbox.see_dispute(case.stripe_id, play.at)
    case.refresh_from_db()
    assert (case.state, case.owed_pence, play.has("RECEIVABLE", AMINA)) == ("won", -8000, -8000)
    assert gives_back(play, case) == 8000
    assert gives_back_nothing(play, case)
    assert (play.has("RECEIVABLE", AMINA), play.has("SHARE", AMINA)) == (0, 8000)
    assert Payment.objects.get(kind="card").free_pence == 8000
    right(play)


def gives_back_nothing(play: Play, case: Dispute) -> bool:
    with transaction.atomic():
        return disputes.give_back(dispute_id=case.pk, journal_key=case.payment_id, at=play.at) == 0


def test_dispute_lost_stays_owed_until_two_people_write_it_off(play: Play) -> None:
    play.float()
    case = disputed(play, play.lot(8000))
    takes(play, case, 3000)
    play.stripe.act("close_dispute", dispute=case.stripe_id, won=False)
    inbox.see_dispute(case.stripe_id, play.at)
    case.refresh_from_db()
    assert (case.state, case.owed_pence) == ("lost", 5000)
    own = play.has("FLOAT")
    first, second = cast.operator(), cast.second_operator()
    with pytest.raises(NotAllowed):
        disputes.propose_write_off(dispute_id=case.pk, reason="Gone abroad.", by=cast.stranger(), at=play.at)
    disputes.propose_write_off(dispute_id=case.pk, reason="Gone abroad.", by=first, at=play.at)
    with pytest.raises(NotAllowed):
        disputes.confirm_write_off(dispute_id=case.pk, pence=5000, by=first, at=play.at)
    with pytest.raises(SumHasChanged):
        disputes.confirm_write_off(dispute_id=case.pk, pence=4999, by=second, at=play.at)
    disputes.confirm_write_off(dispute_id=case.pk, pence=5000, by=second, at=play.at)
    case.refresh_from_db()
    assert (case.state, case.owed_pence, play.has("RECEIVABLE", AMINA)) == ("settled", 0, 0)
    assert (play.has("FLOAT"), play.has("LOSS")) == (own - 5000, 0)
    right(play)


def test_a_loss_is_not_borne_by_a_float_that_is_short(play: Play) -> None:
    play.float(3000)
    case = disputed(play, play.lot(8000))
    play.stripe.act("close_dispute", dispute=case.stripe_id, won=False)
    inbox.see_dispute(case.stripe_id, play.at)
    disputes.propose_write_off(dispute_id=case.pk, reason="Gone abroad.", by=cast.operator(), at=play.at)
    with pytest.raises(disputes.FloatIsShort):
        disputes.confirm_write_off(dispute_id=case.pk, pence=8000, by=cast.second_operator(), at=play.at)
    case.refresh_from_db()
    assert (case.state, case.owed_pence, play.has("LOSS")) == ("lost", 8000, 0)


def test_partial_dispute_with_partial_refund(play: Play) -> None:
    play.float()
    payment = play.lot(8000)
    with transaction.atomic():
        refunds.approve(lot_owner=AMINA, pence=1500, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 1500)
    play.run()
    case = disputed(play, payment, amount=4000)
    assert (case.owed_pence, play.has("SHARE", AMINA)) == (4000, 6500)
    takes(play, case, 4000)
    payment.refresh_from_db()
    assert (payment.refunded_pence, payment.lost_pence, payment.free_pence) == (1500, 4000, 2500)
    right(play)


def test_what_is_left_of_a_disputed_payment_waits_until_it_is_decided(play: Play) -> None:
    play.float()
    payment = play.lot(8000)
    case = disputed(play, payment, amount=3000)
    takes(play, case, 3000)
    [row] = play.owe(play.payee(), 2000)
    with transaction.atomic():
        [back] = refunds.approve(lot_owner=AMINA, pence=1000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 1000)
    play.run()
    for waits in (row, back):
        waits.refresh_from_db()
    assert (row.state, back.state) == ("waiting", "approved")
    play.stripe.act("close_dispute", dispute=case.stripe_id, won=True)
    inbox.see_dispute(case.stripe_id, play.at)
    gives_back(play, case)
    play.run()
    for went in (row, back):
        went.refresh_from_db()
    assert (row.state, back.state) == ("paid", "succeeded")
    right(play)


@pytest.mark.parametrize("won", [True, False])
def test_what_was_planned_before_the_dispute_waits_too_and_then_goes(play: Play, won: bool) -> None:
    """£30 to a provider and £10 home were planned when the bank took all £80 back. Lost: the provider is paid out of FLOAT's standing in, and
    what was to go home pays what is owed."""
    play.float()
    payment = play.lot(8000)
    [row] = play.owe(play.payee(), 3000)
    with transaction.atomic():
        [back] = refunds.approve(lot_owner=AMINA, pence=1000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 1000)
    remittances.plan_due(at=play.at)
    refunds.plan_due(at=play.at)
    case = disputed(play, payment)
    takes(play, case, 4000)
    play.later(seconds=10)
    for waits in (row, back):
        waits.refresh_from_db()
    assert (row.state, back.state, play.transfers()) == ("planned", "sent", [])
    assert proof() == []
    play.stripe.act("close_dispute", dispute=case.stripe_id, won=won)
    inbox.see_dispute(case.stripe_id, play.at)
    if won:
        gives_back(play, case)
    else:
        stays(play, case)
    play.later(seconds=4000)
    play.later(seconds=4000)
    for went in (row, back):
        went.refresh_from_db()
    assert (row.state, back.state) == ("paid", "succeeded" if won else "cancelled")
    right(play)


def test_bacs_disputed_after_release(play: Play) -> None:
    """Clawed back weeks after the provider was paid, whole: the payer owes it, the provider keeps it, FLOAT stands in."""
    play.float()
    set_up(play)
    payment = collected(play)
    play.later(days=12)
    payment.refresh_from_db()
    assert (payment.kind, payment.state) == ("bacs", "available")
    play.owe(play.payee(), 8000)
    play.run()
    play.later(days=40)
    case = disputed(play, payment)
    assert (play.has("RECEIVABLE", AMINA), play.has("SHARE", AMINA)) == (8000, 0)
    assert Remittance.objects.get().state == "paid"
    assert floats.spare(COUNCIL) == play.has("FLOAT") - 8000
    assert case.owed_pence == 8000
    right(play)


def test_a_payment_disputed_before_it_is_available(play: Play) -> None:
    play.float()
    payment = play.start(8000)
    play.type_card(payment)
    inbox.see_intent(_intent(play, payment), play.at)
    payment.refresh_from_db()
    assert payment.state == "clearing"
    case = disputed(play, payment)
    assert (case.owed_pence, play.has("PENDING", AMINA)) == (8000, 8000)
    play.later(days=8)
    takes(play, case, 8000)
    assert (play.has("SHARE", AMINA), play.has("RECEIVABLE", AMINA)) == (0, 0)
    right(play)


def _intent(play: Play, payment: Payment) -> str:
    from payments.gateways import stripe_gateway

    return stripe_gateway.session(payment.session_id).intent_id


@pytest.mark.parametrize("order", list(permutations(("refund", "dispute", "transfer"))), ids=" ".join)
def test_every_permutation_of_refund_dispute_and_transfer_events(play: Play, order: tuple[str, ...]) -> None:
    """£80: £20 goes to a provider, £10 home, and the bank takes £30 back; what Stripe tells of them comes in every order, twice."""
    play.float()
    payment = play.lot(8000)
    play.owe(play.payee(), 2000)
    with transaction.atomic():
        refunds.approve(lot_owner=AMINA, pence=1000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 1000)
    remittances.plan_due(at=play.at)
    refunds.plan_due(at=play.at)
    for path in ("/v1/transfers", "/v1/refunds"):
        play.stripe.fault("drop_after_commit", path)
    from payments.services import operations

    operations.perform_due(at=play.at)
    case = play.stripe.act("dispute", charge=payment.charge_id, amount=3000)
    transfer, refund = play.transfers()[0].id, _refund_id(payment)
    see = {
        "refund": lambda: inbox.see_refund(refund, play.at),
        "dispute": lambda: inbox.see_dispute(case["id"], play.at),
        "transfer": lambda: inbox.see_transfer(transfer, play.at),
    }
    for name in (*order, *order):
        see[name]()
    assert (Remittance.objects.get().state, Refund.objects.get().state, Dispute.objects.get().state) == ("paid", "succeeded", "open")
    assert (play.has("SHARE", AMINA), play.has("RECEIVABLE", AMINA), play.has("OUT")) == (5000, 3000, 0)
    takes(play, Dispute.objects.get(), 3000)
    right(play)


def _refund_id(payment: Payment) -> str:
    from payments.gateways import stripe_gateway

    [refund] = stripe_gateway._stripe().refunds.list({"charge": payment.charge_id}).data
    return str(refund.id)
