"""A world made once for a test file: each test starts from it, and what the test does is taken back."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker


def kept(make: Callable[[], Any]) -> Any:
    """A fixture for a whole file: what `make` returns, made in a transaction around those of the tests. Tests that want another world stand first."""

    @pytest.fixture(scope="module")
    def world(django_db_setup: object, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
        with django_db_blocker.unblock(), transaction.atomic():
            yield make()
            transaction.set_rollback(True)

    return world


def stage(make: Callable[..., Any], *, on: str = "") -> Any:
    """A fixture for a whole file, which gives a test its own copy when called: `story = asked()`.

    `on` names the stage it goes on from: `make` is given that world. Tests of an earlier stage stand before those of a later one.
    """

    @pytest.fixture(scope="module")
    def world(request: pytest.FixtureRequest, django_db_setup: object, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[], Any]]:
        before = [request.getfixturevalue(on)()] if on else []
        with django_db_blocker.unblock(), transaction.atomic():
            made = make(*before)
            yield lambda: again(made)
            transaction.set_rollback(True)

    return world


def again(world: Any) -> Any:
    """The world's rows as objects of the test's own, as they were when it was made."""
    return copy.deepcopy(world)
