"""Payments meets the Stripe sandbox over HTTP, through the real SDK, with every step committed as in life."""

import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.selectors import balance
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, post
from payments.models import Payee, Payment, PaymentOperation
from payments.services import arrivals, floats, inbox, operations, payees, payins, refunds, remittances, setting_off
from tests.sandbox_process import CONNECT_SECRET, KEY, PLATFORM_SECRET, SandboxProcess, start_sandbox

COUNCIL = "E09000028"
AMINA, YUSUF, HALIMA = "member:1/portion:1", "member:2/portion:2", "member:3/portion:3"
PAYS, DECLINED = "4242424242424242", "4000000000000002"


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(Path(tmp_path_factory.mktemp("stripe")))
    yield process
    process.stop()


@pytest.fixture
def stripe_settings(sandbox_process: SandboxProcess, settings: Any) -> Any:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, sandbox_process.url
    settings.STRIPE_WEBHOOK_SECRET_PLATFORM, settings.STRIPE_WEBHOOK_SECRET_CONNECT = PLATFORM_SECRET, CONNECT_SECRET
    # What risk dates and ceilings do is test_risk's matter: in the other tests money goes on at once.
    settings.NEW_PAYEE_RISK_DAYS, settings.NEW_PAYEE_LONG_RISK_DAYS, settings.BACS_HOLD_WORKING_DAYS = 0, 0, 0
    settings.NEW_PAYEE_CEILING_PENCE = settings.BANK_CHANGE_CAP_PENCE = 10**12
    return settings


@dataclass
class Play:
    """One council's payments played against Stripe. `at` is the moment it is, for us and for Stripe."""

    stripe: SandboxProcess
    at: datetime
    journals: int = field(default=0)

    def later(self, *, days: int = 0, seconds: int = 0) -> datetime:
        """Moves both clocks and runs the timers until nothing moves."""
        self.skip(days=days, seconds=seconds)
        self.run()
        return self.at

    def skip(self, *, days: int = 0, seconds: int = 0) -> datetime:
        self.stripe.move_clock(days=days, seconds=seconds)
        self.at += timedelta(days=days, seconds=seconds)
        return self.at

    def run(self) -> None:
        for _ in range(20):
            moved = operations.perform_due(at=self.at) + inbox.process_due(at=self.at) + arrivals.clear_due(at=self.at)
            moved += (
                payees.refresh_due(at=self.at) + setting_off.set_off_due(at=self.at) + remittances.plan_due(at=self.at) + refunds.plan_due(at=self.at)
            )
            if not moved:
                return
        raise AssertionError("the timers never came to rest")

    # --- people's doings ---

    def float(self, pence: int = 100_000) -> Payment:
        payment = floats.top_up(council_code=COUNCIL, pence=pence, by=None, at=self.at)
        self.run()
        self.later(days=2)
        payment.refresh_from_db()
        return payment

    def start(self, pence: int = 8000, owner: str = AMINA, about: str = "call:1") -> Payment:
        payment = payins.start_card(
            payer_owner="person:1001",
            lot_owner=owner,
            credit=Account("SHARE", COUNCIL, owner),
            pence=pence,
            council_code=COUNCIL,
            about=about,
            success_url="http://127.0.0.1:8000/paid/",
            cancel_url="http://127.0.0.1:8000/not-paid/",
            by=None,
            at=self.at,
        )
        operations.perform(payment.operation_id, at=self.at)
        payment.refresh_from_db()
        return payment

    def start_bank(self, pence: int = 8000, owner: str = AMINA, about: str = "call:1", payer: str = "organisation:2") -> Payment:
        payment = payins.start_bank_transfer(
            payer_owner=payer,
            lot_owner=owner,
            credit=Account("SHARE", COUNCIL, owner),
            pence=pence,
            council_code=COUNCIL,
            about=about,
            by=None,
            at=self.at,
        )
        operations.perform(payment.operation_id, at=self.at)
        payment.refresh_from_db()
        return payment

    def type_card(self, payment: Payment, number: str = PAYS) -> None:
        """What the payer does on Stripe's page."""
        body = urllib.parse.urlencode({"number": number}).encode()
        opener = urllib.request.build_opener(_Stay)
        opener.open(urllib.request.Request(payment.checkout_url, body), timeout=10).close()

    def send_money(self, payment: Payment, pence: int) -> None:
        """What the payer does at their bank."""
        assert payment.payer is not None
        payment.payer.refresh_from_db()
        from payments.gateways import stripe_gateway

        helper = stripe_gateway._stripe().test_helpers.customers
        params = {"amount": pence, "currency": "gbp", "reference": payment.instructions["reference"]}
        helper.fund_cash_balance(payment.payer.stripe_customer_id, params)

    def lot(self, pence: int = 8000, owner: str = AMINA, about: str = "call:1") -> Payment:
        """Paid by card and available."""
        payment = self.start(pence, owner, about)
        self.type_card(payment)
        arrivals.refresh(payment_id=payment.pk, at=self.at)
        self.later(days=8)
        payment.refresh_from_db()
        assert payment.state == "available"
        return payment

    def payee(self, owner: str = "enterprise:5") -> Payee:
        """Set up and ready."""
        payee = payees.open_payee(owner=owner, council_code=COUNCIL, by=None, at=self.at)
        self.run()
        payee.refresh_from_db()
        self.stripe.act("onboard", account=payee.stripe_account_id)
        return payees.refresh(payee=payee, at=self.at)

    def owe(self, payee: Payee, pence: int, owner: str = AMINA, about: str = "share:9") -> list[Any]:
        """A share was agreed: the lots are named, and what was held becomes due."""
        rows = remittances.owe(payee_id=payee.pk, lot_owner=owner, pence=pence, council_code=COUNCIL, about=about, at=self.at)
        self.move("SHARE", owner, "DUE", f"payee:{payee.pk}", pence)
        return rows

    def move(self, debit: str, debit_owner: str, credit: str, credit_owner: str, pence: int) -> None:
        """Stands in for the rooms above, which move money between its owners' accounts."""
        transfer = Transfer(Account(debit, COUNCIL, debit_owner), Account(credit, COUNCIL, credit_owner), pence)
        post(Journal(uuid4(), "test_move", COUNCIL, (transfer,), self.at))

    def journal(self, debit: str, debit_owner: str, credit: str, credit_owner: str, pence: int, *, key: UUID | None = None) -> UUID:
        """The same under a key that rows name; below nothing it goes the other way."""
        first, second = Account(debit, COUNCIL, debit_owner), Account(credit, COUNCIL, credit_owner)
        pair = Transfer(first, second, pence) if pence > 0 else Transfer(second, first, -pence)
        key = key or uuid4()
        post(Journal(key, "test_move", COUNCIL, (pair,), self.at))
        return key

    # --- what there is to see ---

    def has(self, code: str, owner: str = "") -> int:
        return balance(Account(code, COUNCIL, owner))

    def dump(self) -> Any:
        return self.stripe.control("dump")

    def transfers(self) -> list[Any]:
        from payments.gateways import stripe_gateway

        return list(stripe_gateway._stripe().transfers.list({"limit": 100}).auto_paging_iter())

    def topups(self) -> list[Any]:
        from payments.gateways import stripe_gateway

        return list(stripe_gateway._stripe().topups.list({"limit": 100}).auto_paging_iter())

    def operation(self, **where: Any) -> PaymentOperation:
        return PaymentOperation.objects.get(**where)


class _Stay(urllib.request.HTTPRedirectHandler):
    """The payer's browser would go back to our page, which is not there in these tests."""

    def http_error_303(self, request: Any, response: Any, code: int, message: str, headers: Any) -> Any:
        return response


@pytest.fixture
def play(transactional_db: None, stripe_settings: Any, sandbox_process: SandboxProcess) -> Play:
    sandbox_process.control("reset", {})
    return Play(sandbox_process, datetime.now(UTC))
