"""Edge cases of money at Stripe, by name, that no other test holds: the real services, the real SDK, the sandbox as its own process.

The list of all of them, and where each is tested, is in `test_edge_cases.py`.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from ledger.models import Journal
from ledger.selectors import balance
from payments.gateways import stripe_gateway
from payments.gateways.shapes import Charge, Intent, Line
from payments.models import Alarm, Payment, PaymentOperation, Refund, Remittance, StripeLine, WebhookEvent
from payments.sandbox import faults
from payments.selectors import proof
from payments.services import arrivals, operations, payees, reconciliation, remittances
from payments.services.proof import prove_against_stripe
from pooling.books import Lot
from pooling.models import Hold
from pooling.selectors import proof as pooling_proof
from pooling.services import calls, holds, shares
from tests import cast, cast_pooling
from tests.payments.conftest import AMINA, COUNCIL, Play, play, sandbox_process, stripe_settings
from tests.payments.test_inbox import CONNECT, PLATFORM, post, sign, stripes_events
from tests.payments.test_refunds import back
from tests.sandbox_process import CONNECT_SECRET, PLATFORM_SECRET

__all__ = ["play", "sandbox_process", "stripe_settings"]  # fixtures of the payments tests, used here too


def empty_stripe(play: Play) -> int:
    """Somebody at the dashboard sends all that is available to the platform's own bank."""
    pence = int(play.dump()["balances"]["acct_platform"]["available"])
    play.stripe.act("payout_by_hand", amount=pence)
    return pence


def give_back_by_hand(play: Play, pence: int) -> None:
    """And it comes back as a top-up that is made there too, available the next day."""
    stripe_gateway._stripe().topups.create({"amount": pence, "currency": "gbp"})
    play.skip(days=1)


def waiting_transfer(play: Play) -> Remittance:
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    assert remittances.plan_due(at=play.at) == 1
    row.refresh_from_db()
    return row


def still_at_it(play: Play) -> None:
    """A call cut off on our side may still be under way at Stripe (it says 409): asked again, an hour later each time, until it is done."""
    for _ in range(200):
        if not PaymentOperation.objects.exclude(state__in=("succeeded", "refused")).exists():
            return
        play.later(seconds=3600)


# What `tests/payments/test_operations.py` and `test_refunds.py` go through already.
ELSEWHERE = {"500_before", "500_stored_after", "drop_after_commit", "truncated", "429", "409"}


@pytest.mark.parametrize("kind", sorted((faults.BEFORE | faults.AFTER) - ELSEWHERE))
def test_whatever_befalls_a_transfer_and_a_refund_there_is_one_of_each(play: Play, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Every other fault the sandbox knows, before the work and after it, with keys that Stripe forgets meanwhile."""
    monkeypatch.setattr(stripe_gateway, "READ_SECONDS", 0.3)
    row = waiting_transfer(play)
    [refund] = back(play, 1000)
    for path in ("/v1/transfers", "/v1/refunds"):
        play.stripe.fault(kind, path, seconds=0.4)
    play.run()
    monkeypatch.setattr(stripe_gateway, "READ_SECONDS", 20)  # a slow machine is no fault of Stripe's
    play.later(seconds=120)
    play.stripe.control("forget_keys", {})
    play.later(days=2)
    still_at_it(play)
    reconciliation.run(at=play.at)
    for each in (row, refund):
        each.refresh_from_db()
    assert (row.state, refund.state) == ("paid", "succeeded")
    assert (len(play.transfers()), len(stripe_gateway._stripe().refunds.list().data)) == (1, 1)
    assert play.stripe.control("faults")["faults"] == []
    assert (play.has("OUT"), play.has("REFUND", AMINA), play.has("SHARE", AMINA)) == (0, 0, 5000)
    assert proof() == prove_against_stripe() == []


def test_insufficient_balance_then_top_up(play: Play) -> None:
    row = waiting_transfer(play)
    pence = empty_stripe(play)
    operations.perform_due(at=play.at)
    row.refresh_from_db()
    operation = play.operation(kind="transfer")
    assert (row.state, operation.state, operation.attempt, play.transfers()) == ("planned", "planned", 2, [])
    assert play.has("OUT") == -2000
    give_back_by_hand(play, pence)
    play.later(seconds=3700)
    row.refresh_from_db()
    assert (row.state, len(play.transfers()), play.has("OUT")) == ("paid", 1, 0)
    # What the hand did is found, rings, and is in SUSPENSE: out and in again, nothing in sum.
    reconciliation.run(at=play.at)
    assert {line.net_pence for line in StripeLine.objects.filter(state="suspense")} == {-pence, pence}
    assert proof() == []


def test_refund_short_of_balance_by_card_waits_at_stripe(play: Play) -> None:
    play.float()
    play.lot(3000)
    pence = empty_stripe(play)
    [row] = back(play, 1000)
    play.run()
    row.refresh_from_db()
    # Stripe has it and will send it; our book says it is still to go.
    assert (row.state, play.dump()["balances"]["acct_platform"]["available"]) == ("sent", 0)
    give_back_by_hand(play, pence)
    reconciliation.run(at=play.at)
    row.refresh_from_db()
    assert (row.state, Refund.objects.count(), play.has("REFUND", AMINA), play.has("OUT")) == ("succeeded", 1, 0, 0)
    assert proof() == []


def test_refund_short_of_balance_by_bank_is_refused_and_made_once_the_money_is_back(play: Play) -> None:
    play.float()
    payment = play.start_bank(3000)
    play.send_money(payment, 3000)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    play.later(days=2)
    pence = empty_stripe(play)
    [row] = back(play, 1000)
    play.run()
    row.refresh_from_db()
    assert row.state in ("planned", "sent")
    assert list(stripe_gateway._stripe().refunds.list()) == []
    give_back_by_hand(play, pence)
    play.later(seconds=3700)
    play.skip(days=3)
    reconciliation.run(at=play.at)
    row.refresh_from_db()
    assert (row.state, len(list(stripe_gateway._stripe().refunds.list())), play.has("REFUND", AMINA)) == ("succeeded", 1, 0)
    assert proof() == []


def test_webhooks_lost_for_four_days_and_then_all_at_once(play: Play, settings: Any) -> None:
    settings.ROOT_URLCONF = "payments.api.webhook_urls"
    play.float()
    payment = play.start_bank(8000)
    play.send_money(payment, 8000)
    left = play.start(9000, about="call:left")
    payee = play.payee()
    for day in range(4):
        play.skip(days=1)
        reconciliation.run(at=play.at)
        if day == 1:
            play.owe(payee, 5000)
            back(play, 1000)
        play.run()
    reconciliation.run(at=play.at)
    left.refresh_from_db()
    assert (left.state, play.has("SHARE", AMINA), len(play.transfers())) == ("expired", 2000, 1)
    assert [row.state for row in Refund.objects.all()] == ["succeeded"]
    before = Journal.objects.count()
    for body in stripes_events():
        path, secret = (CONNECT, CONNECT_SECRET) if b'"account": "acct_' in body else (PLATFORM, PLATFORM_SECRET)
        assert post(path, body, sign(body, secret)) == 200
    play.run()
    assert WebhookEvent.objects.count() > 10
    assert not WebhookEvent.objects.exclude(state="done").exists()
    assert Journal.objects.count() == before
    assert proof() == prove_against_stripe() == []


@pytest.mark.parametrize(("pence", "currency"), [(7999, "gbp"), (8001, "gbp"), (8000, "eur")])
def test_wrong_amount_or_currency_on_a_payment_credits_nobody(play: Play, pence: int, currency: str) -> None:
    payment = play.start(8000)
    line = Line("txn_1", "charge", "ch_1", pence, 140, pence - 140, currency, False, play.at, play.at)
    charge = Charge("ch_1", pence, currency, True, "pi_1", play.at, line)
    with transaction.atomic():
        arrivals.see_intent(Payment.objects.locked().get(pk=payment.pk), Intent("pi_1", "succeeded", str(payment.pk), charge), play.at)
    payment.refresh_from_db()
    assert (payment.state, payment.problem, payment.clearing_journal) == ("open", "amount_differs", None)
    assert (play.has("CLEAR"), play.has("PENDING", AMINA)) == (0, 0)


def test_account_rejected_while_money_is_owed(play: Play) -> None:
    play.float()
    play.lot()
    payee = play.payee()
    [row] = play.owe(payee, 2000)
    play.stripe.act("reject_account", account=payee.stripe_account_id)
    play.later(days=3)
    row.refresh_from_db()
    assert (row.state, play.transfers(), play.has("DUE", f"payee:{payee.pk}")) == ("waiting", [], 2000)
    # What is not owed yet stays its owner's, and can go home.
    [home] = back(play, 6000)
    play.run()
    home.refresh_from_db()
    assert (home.state, play.has("SHARE", AMINA)) == ("succeeded", 0)
    reconciliation.run(at=play.at)
    assert proof() == prove_against_stripe() == []


def held_week(play: Play) -> tuple[Lot, Hold]:
    """Amina's £80 at Stripe, called for a week of visits and held for it."""
    amina = cast.amina()
    _, [place, _] = cast_pooling.group(amina, cast.yusuf(), at=play.at)
    portion = cast_pooling.direct_payment(amina, seen_by=cast.ruth(), at=play.at)
    earmark = cast_pooling.earmarked(cast_pooling.promised(place, portion, at=play.at), at=play.at)
    call = cast_pooling.called(earmark, share=1, pence=8000, at=play.at, due_on=play.at.date() + timedelta(days=30))
    page = "http://127.0.0.1/back"
    payment = calls.pay_by_card(call=call, success_url=page, cancel_url=page, by=amina, at=play.at)
    play.run()
    payment.refresh_from_db()
    play.type_card(payment)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    play.later(days=8)
    cast_pooling.Bank(play.at).tell()
    held = holds.place(about_kind="milestone", about_id=7, parts=[holds.HoldPart(1, place.pk, portion.pk, 8000)], at=play.at)
    return Lot(place.pk, portion.pk, COUNCIL), held[1]


def test_account_rejected_while_money_is_held(play: Play, settings: Any) -> None:
    """It stays held, hers: what she says yes to is owed and waits, the rest comes back and goes home to her card."""
    settings.FACT_ROUTES = {kind: [one for one in to if one.startswith("pooling.")] for kind, to in settings.FACT_ROUTES.items()}
    play.float()
    (lot, hold), payee = held_week(play), play.payee()
    play.stripe.act("reject_account", account=payee.stripe_account_id)
    play.later(days=3)
    payees.refresh(payee=payee, at=play.at)
    assert (balance(lot.hold(hold.pk)), play.has("DUE", f"payee:{payee.pk}"), play.has("OUT")) == (8000, 0, 0)
    holds.release(hold=hold, pence=3000, payee_id=payee.pk, about="share:1", by=None, at=play.at)
    play.later(days=1)
    assert (Remittance.objects.get().state, play.transfers(), play.has("DUE", f"payee:{payee.pk}")) == ("waiting", [], 3000)
    holds.give_back(hold=hold, pence=5000, by=None, at=play.at)
    place, portion = hold.membership, hold.portion
    shares.withdraw(membership=place, portion=portion, pence=5000, by=place.person, at=play.at)
    play.run()
    assert [(row.state, row.pence) for row in Refund.objects.all()] == [("succeeded", 5000)]
    assert [balance(account) for account in (lot.hold(hold.pk), lot.share, lot.refund)] == [0, 0, 0]
    reconciliation.run(at=play.at)
    assert [*proof(), *pooling_proof(), *prove_against_stripe()] == []


def test_payout_failing_after_paid_posts_nothing_and_sends_nothing_again(play: Play) -> None:
    row = waiting_transfer(play)
    play.run()
    play.skip(days=3)
    account = row.payee.stripe_account_id
    theirs = {"stripe_account": account}
    [payout] = stripe_gateway._stripe().payouts.list(options=theirs).data
    assert (payout.amount, payout.status) == (2000, "paid")
    reconciliation.run(at=play.at)
    before = Journal.objects.count()
    play.stripe.act("fail_payout", payout=payout.id)
    payees.refresh(payee=row.payee, at=play.at)
    play.later(days=1)
    reconciliation.run(at=play.at)
    row.refresh_from_db()
    assert (row.state, len(play.transfers()), Journal.objects.count()) == ("paid", 1, before)
    assert not Alarm.objects.open().filter(stops_releases=True).exists()
    assert proof() == prove_against_stripe() == []
