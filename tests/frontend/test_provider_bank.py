"""Where a provider's money is sent: to Stripe's page and back, over HTTP, through the real SDK."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.services.deliveries import deliver_due
from payments.models import Payee
from providers.models import Enterprise
from tests import cast
from tests.sandbox_process import KEY, SandboxProcess, start_sandbox
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def stripe_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(Path(tmp_path_factory.mktemp("stripe")))
    yield process
    process.stop()


@pytest.fixture
def stripe(stripe_process: SandboxProcess, settings: Any, set_clock: Any) -> SandboxProcess:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, stripe_process.url
    set_clock(cast.AT)
    cast.barwaaqo()
    return stripe_process


def _hodan() -> Client:
    return signed_in(cast.hodan())


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_bank_details_are_given_on_stripes_page_and_asked_after_on_the_way_back(stripe: SandboxProcess) -> None:
    client = _hodan()
    sent = client.post(reverse("provider-bank"))
    assert sent.headers["Location"].startswith(stripe.url)
    back = _text(client.get(reverse("provider-bank-back"), follow=True))
    assert "Stripe still needs something from you." in back
    stripe.act("onboard", account=Payee.objects.get().stripe_account_id)
    back = _text(client.get(reverse("provider-bank-back"), follow=True))
    assert "To your bank account that ends in" in back
    while deliver_due(at=clock.now()):
        pass
    assert Enterprise.objects.get().can_be_paid
    assert "Say where to send your money" not in _text(client.get(reverse("provider")))


def test_when_stripe_does_not_answer_nothing_is_lost(stripe: SandboxProcess) -> None:
    stripe.fault("drop_after_commit", "/v1/accounts")
    page = _text(_hodan().post(reverse("provider-bank"), follow=True))
    assert "Nothing is lost. Try again in a few minutes." in page


def test_a_stranger_has_no_bank_page(stripe: SandboxProcess) -> None:
    client = signed_in(cast.stranger())
    assert client.post(reverse("provider-bank")).status_code == 404
    assert client.get(reverse("provider-bank-back")).status_code == 404
    assert not Payee.objects.exists()
