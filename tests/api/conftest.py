"""The API reads the clock: these tests set it. `api(person)` speaks as somebody, by token as scripts do."""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from audit.models import ClockOffset
from people.models import Person
from tests.sandbox_process import KEY, SandboxProcess, start_sandbox


class Api:
    """Requests of one person, JSON in and out."""

    def __init__(self, person: Person | None) -> None:
        self.client = APIClient()
        if person is not None:
            token, _ = Token.objects.get_or_create(user=person)
            self.client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")

    def ask(self, method: str, path: str, body: Any = None, *, status: int | None = None, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        sent = {"data": body, "format": "json"} if body is not None else {}
        answer = getattr(self.client, method)(f"/api/v1/{path}", headers=headers, **sent)
        if status is not None:
            assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.content.decode()}"
        if answer.status_code >= 400:
            assert answer["Content-Type"].startswith("application/problem+json"), path
        return answer.json() if answer.content else None

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask("get", path, status=status)

    def post(self, path: str, body: Any = None, status: int = 200, key: str = "") -> Any:
        return self.ask("post", path, body, status=status, key=key)

    def rows(self, path: str) -> list[Any]:
        found = self.get(path)
        assert set(found) == {"count", "next", "previous", "results"}
        return list(found["results"])


@pytest.fixture
def set_clock(db: None) -> Callable[[datetime], None]:
    """Makes it this moment for people, by the row that moves the demo's clock."""

    def set_to(at: datetime) -> None:
        seconds = math.ceil((at - timezone.now()).total_seconds())  # never a moment before
        ClockOffset.objects.update_or_create(pk=1, defaults={"seconds": seconds})

    return set_to


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(Path(tmp_path_factory.mktemp("stripe")))
    yield process
    process.stop()


@pytest.fixture
def stripe(sandbox_process: SandboxProcess, settings: Any) -> SandboxProcess:
    """Stripe's stand-in, where the settings point."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, sandbox_process.url
    return sandbox_process
