"""The same thing done by several at the same moment happens once."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from audit.errors import Refusal
from people.models import Message, Person
from people.services import approvals, messages, people
from people.services.approvals import NeedsApproval
from people.services.people import AlreadyHasAPage
from tests import cast
from tests.cast import AT

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


def at_once(deed: Callable[[], object]) -> list[object]:
    """What each of many threads got: a result, or the class of its refusal."""
    start, results = threading.Barrier(MANY), []

    def work() -> None:
        try:
            start.wait()
            results.append(deed())
        except Refusal as refusal:
            results.append(type(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == MANY
    return results


def test_pressing_twice_makes_one_page() -> None:
    results = at_once(lambda: people.register(full_name="Mary Lamb", email="mary@example.com", phone="07700900412", at=AT))
    assert results.count(AlreadyHasAPage) == MANY - 1
    assert Person.objects.count() == 1


def test_one_yes_is_used_once() -> None:
    thing = {"what": "remittance.give_up", "about_kind": "remittance", "about_id": 9}
    approval = approvals.ask(**thing, reason="x", by=cast.operator(), at=AT)
    approvals.give(approval=approval, by=cast.second_operator(), at=AT)
    results = at_once(lambda: approvals.require(**thing, at=AT))
    assert results.count(NeedsApproval) == MANY - 1


def test_the_same_message_is_written_once() -> None:
    amina = cast.amina()
    at_once(lambda: messages.send(person=amina, kind="x", subject="x", body="x", at=AT, dedup_key="call:1/opened"))
    assert Message.objects.count() == 1
