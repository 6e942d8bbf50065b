"""What schemathesis makes up from our own OpenAPI document, asked in the middle of Amina's story: no fault, and answers as the document says.

The short form of `make fuzz` (tests/api/__main__.py): every operation a few times, each as another person.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client

from marketplace import selectors as market
from payments import selectors as money
from pooling import selectors as pool
from tests import cast, cast_market
from tests.api.conftest import Api
from tests.api.made_up import SEED, Seen, Things, ask, made_up

WHO = ("amina", "hodan", "operator", "sam", "colin", "ruth", "halima")


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests end without closing the test's own connection, as with Django's test client (which, used inside, puts the signals back)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.mark.django_db
def test_nothing_made_up_is_a_fault(set_clock: Any) -> None:
    set_clock(cast_market.asked().at)
    people = {who: Api(getattr(cast, who)()) for who in WHO} | {"nobody": Api(None)}
    app, chance, seen, turns = get_wsgi_application(), random.Random(SEED), Seen(), cycle(people.values())
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", app)
    lists = sorted({path.split("/")[3] for path in schema.raw_schema["paths"] if path.count("/") == 4})
    things = Things.read(lambda path: people["operator"].ask("get", path.removeprefix("/api/v1/")), lists)

    def send(case: Any) -> Any:
        cache.clear()  # nobody is slowed down here
        return case.call(headers={"Authorization": who} if (who := next(turns).client._credentials.get("HTTP_AUTHORIZATION")) else None)

    with one_connection():
        for result in schema.get_all_operations():
            for case in made_up(result.ok(), 2):
                ask(case, things, send, seen, chance)
    assert not seen.wrong, "\n\n".join(f"{label}: {kind}\n{words}" for (label, kind), words in seen.wrong.items())
    assert seen.asked > 800
    assert seen.statuses[200] > 100  # made up well enough to be about something
    assert (money.proof(), pool.proof(), market.proof()) == ([], [], [])


def test_an_address_that_is_not_there_is_a_problem_for_a_program_and_a_page_for_a_person(client: Client, db: None) -> None:
    for path in ("/api/v1/nothing/", "/api/v1/books/E09%0A028/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (404, "application/problem+json", "not_found")
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")
