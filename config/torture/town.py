"""A small town's money: three people who paid in, those who are paid, and the clock of both worlds."""

import time
import urllib.parse
import urllib.request
import uuid
from datetime import datetime
from typing import Any

from audit import clock
from audit.services import clock as moving
from config.torture import COUNCIL, OWNERS, stripe, work
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.models import Alarm, Payee, Payment, PaymentOperation, Refund, Remittance, WebhookEvent
from payments.services import arrivals, floats, inbox, operations, payees, reconciliation, refunds, remittances

LOTS_PENCE = (151, 40_000, 90_000, 2_000_000)  # each owner's, oldest first: small ones, so that much comes out of several
# Stripe is quicker here than in life, so that a hundred rounds stay within the days in which no lot is old.
WAITS = {"card_seconds_first": 300, "card_seconds": 300, "topup_seconds": 60}
SECONDS_TO_CLEAR = 400
PAYEES = 3


def timers(*, at: datetime) -> int:
    """Every timer of `payments` once. Returns how many things moved."""
    moved = operations.perform_due(at=at) + inbox.process_due(at=at) + arrivals.clear_due(at=at)
    return moved + remittances.plan_due(at=at) + refunds.plan_due(at=at)


class NeverRests(Exception):
    """Something stays unfinished whatever the timers do."""


class Town:
    """Its doings go through the services and Stripe's own pages."""

    payees: list[int]

    def build(self) -> None:
        """The platform's own money, those who are paid, and everybody's first lots, all available."""
        stripe.control("settings", WAITS)
        floats.top_up(council_code=COUNCIL, pence=5_000_000, by=None, at=clock.now())
        rows = [payees.open_payee(owner=f"enterprise:{n}", council_code=COUNCIL, by=None, at=clock.now()) for n in range(1, PAYEES + 1)]
        self.settle()
        for row in rows:
            account = Payee.objects.get(pk=row.pk).stripe_account_id
            stripe.control("dashboard", {"action": "onboard", "account": account})
            payees.refresh(payee=Payee.objects.get(pk=row.pk), at=clock.now())
        self.payees = [row.pk for row in rows]
        for pence in LOTS_PENCE:
            for owner in OWNERS:
                work.do({"kind": "pay", "key": str(uuid.uuid4()), "owner": owner, "pence": pence}, at=clock.now())
        self.settle()

    def skip(self, *, seconds: int) -> None:
        """Both clocks: ours for every process, and Stripe's."""
        moving.move(seconds=seconds)
        stripe.control("clock", {"seconds": seconds})

    def settle(self) -> None:
        """Until nothing is on its way: cards are typed, leases run out, money becomes available. Another worker may be at it too."""
        for attempt in range(1, 400):
            self.type_cards()
            moved = timers(at=clock.now())
            if moved:
                continue
            waits = self.unfinished()
            if not waits:
                return
            if set(waits) == {"clearing"}:
                self.skip(seconds=SECONDS_TO_CLEAR)
            elif attempt % 5 == 0:
                self.skip(seconds=100)  # longer than a lease: what a killed worker was at is free again
            elif attempt % 19 == 0:
                self.reconcile()
            time.sleep(0.01)
        raise NeverRests(str(self.unfinished()))

    def unfinished(self) -> dict[str, int]:
        """What still waits for something, counted."""
        counts = {
            "operations": PaymentOperation.objects.filter(state__in=("planned", "sent", "unknown")).count(),
            "remittances": Remittance.objects.exclude(state="paid").count(),
            "refunds": Refund.objects.exclude(state="succeeded").count(),
            "payments": Payment.objects.filter(state__in=("started", "open")).count(),
            "clearing": Payment.objects.filter(state="clearing").count(),
            "events": WebhookEvent.objects.filter(state="waiting").count(),
        }
        return {name: count for name, count in counts.items() if count}

    def type_cards(self) -> None:
        """What payers do on Stripe's page; then we ask Stripe, as the page they come back to does."""
        for payment in Payment.objects.filter(state="open", kind="card").exclude(checkout_url=""):
            try:
                _press(payment.checkout_url)
                arrivals.refresh(payment_id=payment.pk, at=clock.now())
            except (OSError, AnswerLost, StripeIsBusy):
                continue

    def reconcile(self) -> None:
        """`manage.py reconcile`, again while Stripe is not to be reached."""
        for _ in range(20):
            try:
                reconciliation.run(at=clock.now())
                return
            except (AnswerLost, StripeIsBusy):
                time.sleep(0.05)
        raise NeverRests("Stripe does not answer")

    def alarms(self) -> list[str]:
        """What rings, in words."""
        return list(Alarm.objects.open().values_list("sentence", flat=True))


def _press(page: str) -> None:
    body = urllib.parse.urlencode({"number": "4242424242424242"}).encode()
    opener = urllib.request.build_opener(_Stay)
    opener.open(urllib.request.Request(page, body), timeout=20).close()  # noqa: S310 - our own address


class _Stay(urllib.request.HTTPRedirectHandler):
    """There is no page of ours to go back to."""

    def http_error_303(self, request: Any, response: Any, code: int, message: str, headers: Any) -> Any:
        return response
