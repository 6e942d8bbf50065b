"""`/healthz` and `/readyz`: which part fails is named, and the answer is 503."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F
from django.test import Client

from audit.models import Delivery, Fact
from config.models import Pulse
from config.services import books, pulses

pytestmark = pytest.mark.django_db


def _everything_is_fine() -> None:
    pulses.note(name=Pulse.Name.WORKER)
    pulses.note(name=Pulse.Name.BOOKS)


def _parts(client: Client) -> tuple[int, dict[str, bool]]:
    answer = client.get("/readyz")
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    return answer.status_code, {name: part["ok"] for name, part in answer.json()["parts"].items()}


def test_healthz_says_that_the_process_is_up(client: Client) -> None:
    assert client.get("/healthz").json() == {"ok": True}


def test_readyz_is_200_when_every_part_is_fine(client: Client) -> None:
    _everything_is_fine()
    assert _parts(client) == (200, {"database": True, "worker": True, "outbox": True, "books": True})


def test_readyz_names_a_silent_worker(client: Client) -> None:
    _everything_is_fine()
    Pulse.objects.filter(name="worker").update(at=F("at") - timedelta(seconds=60))
    assert _parts(client) == (503, {"database": True, "worker": False, "outbox": True, "books": True})
    pulses.forget(name=Pulse.Name.WORKER)
    assert client.get("/readyz").json()["parts"]["worker"]["says"] == "The worker has not done anything yet."


@pytest.mark.parametrize(("tries", "fine"), [(0, False), (3, True)])
def test_readyz_names_facts_that_wait_but_not_those_a_consumer_refused(client: Client, tries: int, fine: bool) -> None:
    _everything_is_fine()
    fact = Fact.objects.create(
        kind="test.happened", subject="test:1", payload={}, effective_at=datetime.now(UTC), recorded_at=datetime.now(UTC) - timedelta(hours=1)
    )
    Delivery.objects.create(fact=fact, consumer="test.consumers.nothing", room="test", subject="test:1", tries=tries)
    assert _parts(client) == (200 if fine else 503, {"database": True, "worker": True, "outbox": fine, "books": True})


def test_readyz_names_books_that_differ_or_are_old(client: Client) -> None:
    _everything_is_fine()
    pulses.note(name=Pulse.Name.BOOKS, is_fine=False, says="one penny")
    assert _parts(client)[1]["books"] is False
    assert "penny" not in client.get("/readyz").content.decode()
    pulses.note(name=Pulse.Name.BOOKS)
    Pulse.objects.filter(name="books").update(at=F("at") - timedelta(hours=2))
    assert _parts(client)[1]["books"] is False


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_quick_proof_notes_its_result(client: Client) -> None:
    assert books.prove_and_note() == []
    assert Pulse.objects.get(name="books").is_fine
