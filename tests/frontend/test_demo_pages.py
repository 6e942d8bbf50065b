"""The demonstration's own pages: be anybody, read what was written, press the button of a pretend bank."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import config.urls  # noqa: F401 - read before any test says that this is the demo: it decides then which addresses there are
from payments.models import Payment
from payments.services import operations
from people.services import messages
from pooling.services import calls
from tests import cast, cast_market
from tests.frontend.test_groups import _as, _text
from tests.sandbox_process import CONNECT_SECRET, KEY, PLATFORM_SECRET, SandboxProcess, start_sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.frontend.demo_urls")]


@pytest.fixture(autouse=True)
def _in_the_demo(settings: Any, set_clock: Any) -> None:
    settings.DEMO = True
    set_clock(cast.AT)


@pytest.fixture
def stripe(tmp_path: Path, settings: Any) -> Iterator[SandboxProcess]:
    process = start_sandbox(tmp_path)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, process.url
    settings.STRIPE_WEBHOOK_SECRET_PLATFORM, settings.STRIPE_WEBHOOK_SECRET_CONNECT = PLATFORM_SECRET, CONNECT_SECRET
    yield process
    process.stop()


def test_the_bar_lets_one_be_anybody():
    amina, ruth = cast.amina(), cast.ruth()
    client = Client()
    shown = _text(client.get("/"))
    assert "Amina Farah: has a budget" in shown
    assert "Ruth Bello: helps groups" in shown
    assert '<span id="demo-now" role="status">It is Monday 2 March' in shown
    assert 'hx-post="/demo/clock/" hx-target="#main"' in shown  # with a script the page stays; without, the same form is sent
    assert 'hx-post="/demo/switch/" hx-target="#page"' in shown
    assert shown.count("<script") == 1
    client.post(reverse("demo:switch"), {"person": amina.pk})
    assert "Good morning, Amina" in _text(client.get(reverse("start")))
    client.post(reverse("demo:switch"), {"person": ruth.pk})
    assert client.session["_auth_user_id"] == str(ruth.pk)


@pytest.mark.parametrize("person", ["", "nobody", "999999"])
def test_nobody_else_can_be_picked(person):
    response = Client().post(reverse("demo:switch"), {"person": person})
    assert response.status_code in (404, 422)
    assert Client().get(reverse("demo:switch")).status_code == 405


def test_what_was_written_is_there_to_read():
    messages.send(person=cast.amina(), kind="x", subject="A letter", body="Dear Amina", at=cast.AT)
    messages.send(person=cast.yusuf(), kind="x", subject="Another", body="Dear Yusuf", at=cast.AT)
    page = _text(Client().get(reverse("demo:outbox")))
    assert page.index("Dear Yusuf") < page.index("Dear Amina")
    assert "Dear Yusuf" not in _text(Client().get(reverse("demo:outbox"), {"to": "AMINA@example.com"}))


def _waiting(story: cast_market.Walk) -> Payment:
    """Yusuf's share, to be sent from the bank of those who look after his money."""
    payment = calls.pay_by_bank(call=story.call("Yusuf"), by=cast.sam(), at=story.at)
    while operations.perform_due(at=story.at):  # first the customer, then what waits for it
        pass
    payment.refresh_from_db()
    return payment


def test_a_pretend_bank_sends_what_is_asked_for(stripe: SandboxProcess):
    story = cast_market.running()
    payment = _waiting(story)
    assert payment.state == "open"
    page = reverse("demo:bank", args=[payment.pk])
    for who in (cast.amina(), cast.yusuf(), cast.colin(), cast.operator()):
        assert _as(who).get(page).status_code == 404
    sam = _as(cast.sam())
    assert payment.instructions["reference"] in _text(sam.get(page))
    wrong = sam.post(page, {"pence": "lots"})
    assert wrong.status_code == 422
    assert "Write an amount in pounds" in _text(wrong)
    assert 'value="lots"' in _text(wrong)
    sam.post(page, {"pence": "18.00"})
    found = stripe.control("dump")
    assert "1800" in str(found)


def test_a_bank_that_is_away_says_so(stripe: SandboxProcess):
    payment = _waiting(cast_market.running())
    stripe.stop()
    answer = _as(cast.sam()).post(reverse("demo:bank", args=[payment.pk]), {"pence": "18.00"})
    assert answer.status_code == 422
    assert "The pretend bank did not answer." in _text(answer)
    assert 'value="18.00"' in _text(answer)
