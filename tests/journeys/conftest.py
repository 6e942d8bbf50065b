"""Whole stories, through services, with Stripe's stand-in as the process it is and every step committed. Timers run here, without Celery."""

import dataclasses
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from config import timers
from ledger.selectors import balances
from payments.models import Payment
from payments.services import arrivals, floats, operations, payees
from pooling.services import calls
from providers.services import payouts
from tests import cast, cast_market
from tests.sandbox_process import CONNECT_SECRET, KEY, PLATFORM_SECRET, SandboxProcess, start_sandbox

PAYS, DECLINED = "4242424242424242", "4000000000000002"
LIABILITIES = ("PENDING", "DUE", "REFUND", "WALLET", "SHARE", "RESERVE", "HOLD", "DISPUTE", "LEAVING")


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(Path(tmp_path_factory.mktemp("stripe")))
    yield process
    process.stop()


@pytest.fixture
def stripe(transactional_db: None, settings: Any, sandbox_process: SandboxProcess) -> SandboxProcess:
    """Stripe's stand-in, empty, on the day our stories begin."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, sandbox_process.url
    settings.STRIPE_WEBHOOK_SECRET_PLATFORM, settings.STRIPE_WEBHOOK_SECRET_CONNECT = PLATFORM_SECRET, CONNECT_SECRET
    sandbox_process.control("reset", {})
    sandbox_process.control("clock", {"at": int(cast.AT.timestamp())})
    return sandbox_process


@dataclasses.dataclass
class Journey(cast_market.Walk):
    """A walk in which Stripe takes part: its clock moves with ours, and every timer of the platform runs."""

    stripe: SandboxProcess = dataclasses.field(kw_only=True)

    def run(self) -> None:
        """Every timer, in the platform's order, until nothing moves. What goes wrong in one fails the test. The books hold at every rest."""
        # Stripe's clock runs on while we work: it is only ever moved forward.
        ahead = int(self.at.timestamp()) - self.stripe.control("clock")["now"]
        self.stripe.move_clock(seconds=max(0, ahead))
        with capture_logs() as said:
            timers.run_all(at=self.at)
        assert [each for each in said if each["log_level"] == "error"] == []
        assert_members_money_is_covered()

    # --- Stripe's pages and people's banks ---

    def by_card(self, name: str, *, week: int = 1, card: str = PAYS) -> Payment:
        url = "http://127.0.0.1:8000/back"
        payment = calls.pay_by_card(call=self.call(name, week), success_url=url, cancel_url=url, by=self.person(name), at=self.at)
        self.perform(payment)
        body = urllib.parse.urlencode({"number": card}).encode()
        opener = urllib.request.build_opener(_Stay)
        opener.open(urllib.request.Request(payment.checkout_url, body), timeout=10).close()
        return arrivals.refresh(payment_id=payment.pk, at=self.at)

    def by_bank(self, payment: Payment) -> Payment:
        """The bank of whoever pays sends exactly what was asked for."""
        self.perform(payment)
        self.stripe.act("bank_transfer", payment_intent=payment.intent_id, amount=payment.pence)
        return arrivals.refresh(payment_id=payment.pk, at=self.at)

    def perform(self, payment: Payment) -> None:
        assert payment.operation_id is not None
        operations.perform(payment.operation_id, at=self.at)
        payment.refresh_from_db()


class _Stay(urllib.request.HTTPRedirectHandler):
    """The payer's browser would go back to our page, which is not there in these tests."""

    def http_error_303(self, request: Any, response: Any, code: int, message: str, headers: Any) -> Any:
        return response


def assert_members_money_is_covered() -> None:
    """BANK + CLEAR + OUT are at least everything owed to anybody (money.md 5, 1)."""
    found = balances(council=cast.SOUTHWARK)
    real = sum(pence for account, pence in found.items() if account.code in {"BANK", "CLEAR", "OUT"})
    owed = sum(pence for account, pence in found.items() if account.code in LIABILITIES)
    assert real >= owed, found


@pytest.fixture
def journey(stripe: SandboxProcess) -> Journey:
    """The group has promised, Hodan can be paid, the platform has £50 of its own for Stripe's fees. Nothing is proposed yet."""
    can_be_paid(stripe, cast.AT)
    story = cast_market.walk()
    fields = {one.name: getattr(story, one.name) for one in dataclasses.fields(story) if one.init}
    journey = Journey(**fields, stripe=stripe)
    floats.top_up(council_code=cast.SOUTHWARK, pence=5_000, by=None, at=journey.at)
    journey.run()
    return journey


def can_be_paid(stripe: SandboxProcess, at: datetime) -> None:
    """Hodan fills in Stripe's page."""
    enterprise = cast.barwaaqo()
    here = "http://127.0.0.1:8000/"
    payouts.begin_onboarding(enterprise=enterprise, return_url=here, refresh_url=here, by=cast.hodan(), at=at)
    enterprise.refresh_from_db()
    payee = enterprise.payee
    assert payee is not None
    stripe.act("onboard", account=payee.stripe_account_id)
    payees.refresh(payee=payee, at=at)
