"""Where the story is played: both clocks, Stripe's pages as their visitors use them, and everything that falls due."""

import urllib.parse
import urllib.request
from datetime import datetime
from typing import Any

from audit import clock
from audit.services import clock as clock_service
from config import demo_clock, sandbox
from payments.models import Payment
from payments.services import arrivals, operations
from people.models import Person
from pooling.models import Call
from pooling.services import call_payments, calls

PAYS = "4242424242424242"
ADDRESS = "http://127.0.0.1:8000/payments/"


class Stage:
    """`at` is the moment it is in the story."""

    def __init__(self, sandbox_url: str) -> None:
        self.sandbox_url = sandbox_url
        self.at = clock.now()

    def begin(self, moment: datetime) -> None:
        """Sets both clocks, before anything happened."""
        sandbox.control("clock", {"at": round(moment.timestamp())})
        clock_service.move(seconds=round((moment - clock.now()).total_seconds()))
        self.at = moment

    def go_to(self, moment: datetime) -> None:
        """Moves both clocks forward to a moment, and lets everything happen that falls due."""
        seconds = round((moment - clock.now()).total_seconds())
        if seconds > 0:
            clock_service.move(seconds=seconds)
            sandbox.control("clock", {"seconds": seconds})
        self.at = moment
        self.settle()

    def settle(self) -> None:
        demo_clock.settle()

    # --- what people do at Stripe and at their bank ---

    def pays_by_card(self, call: Call, by: Person) -> Payment:
        """Their own card, on Stripe's page."""
        payment = call_payments.pay_by_card(call=call, success_url=ADDRESS, cancel_url=ADDRESS, by=by, at=self.at)
        operations.perform(payment.operation_id, at=self.at)
        payment.refresh_from_db()
        body = urllib.parse.urlencode({"number": PAYS}).encode()
        opener = urllib.request.build_opener(_StayThere)
        opener.open(urllib.request.Request(payment.checkout_url, body), timeout=10).close()  # noqa: S310 - the sandbox's own page
        return arrivals.refresh(payment_id=payment.pk, at=self.at)

    def pays_by_bank(self, call: Call, by: Person) -> Payment:
        """A transfer from the bank of who looks after the money: ahead, or for an order after the yes."""
        start = call_payments.pay_order_by_bank if call.mode == "on_yes" else call_payments.pay_by_bank
        payment = start(call=call, by=by, at=self.at)
        operations.perform(payment.operation_id, at=self.at)
        payment.refresh_from_db()
        sandbox.control("dashboard", {"action": "bank_transfer", "payment_intent": payment.intent_id, "amount": payment.pence})
        return arrivals.refresh(payment_id=payment.pk, at=self.at)

    def sends_part_of(self, payment: Payment, pence: int) -> None:
        """A transfer of less than was asked for."""
        sandbox.control("dashboard", {"action": "bank_transfer", "payment_intent": payment.intent_id, "amount": pence})
        arrivals.refresh(payment_id=payment.pk, at=self.at)
        self.settle()

    def gives_an_order(self, call: Call, by: Person) -> Call:
        return calls.accept_order(call=call, reference=f"SWK-2026-{call.pk:04d}", by=by, at=self.at)


class _StayThere(urllib.request.HTTPRedirectHandler):
    """The visitor's browser would come back to our page; the story does not need it."""

    def http_error_303(self, request: Any, response: Any, code: int, message: str, headers: Any) -> Any:
        return response
