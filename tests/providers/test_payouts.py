"""A provider tells Stripe where their money goes, and we learn whether they can be paid."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audit.services import deliveries
from payments.services import payees
from providers.services import payouts
from tests import cast
from tests.sandbox_process import KEY, SandboxProcess, start_sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stripe(tmp_path: Path, settings: Any) -> Iterator[SandboxProcess]:
    process = start_sandbox(tmp_path)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, process.url
    yield process
    process.stop()


def test_the_owner_gets_stripe_s_page_and_the_page_says_what_stripe_says(stripe: SandboxProcess) -> None:
    enterprise, at = cast.barwaaqo(), datetime.now(UTC)
    url = payouts.begin_onboarding(enterprise=enterprise, return_url="http://127.0.0.1/r", refresh_url="http://127.0.0.1/a", by=cast.hodan(), at=at)
    assert url.startswith(stripe.url)
    again = payouts.begin_onboarding(enterprise=enterprise, return_url="http://127.0.0.1/r", refresh_url="http://127.0.0.1/a", by=cast.hodan(), at=at)
    assert again != url
    enterprise.refresh_from_db()
    assert enterprise.payee is not None
    assert enterprise.payee.owner == f"enterprise:{enterprise.pk}"
    assert not enterprise.can_be_paid
    stripe.act("onboard", account=enterprise.payee.stripe_account_id)
    payees.refresh(payee=enterprise.payee, at=at)
    while deliveries.deliver_due(at=at):
        pass
    enterprise.refresh_from_db()
    assert enterprise.can_be_paid
