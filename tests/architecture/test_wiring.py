"""What is named in words is there: timers, consumers, tasks."""

import ast
import inspect
import textwrap
from importlib import import_module
from importlib.util import find_spec

import pytest
from celery import current_app
from django.conf import settings
from django.utils.module_loading import import_string

from config.timers import TIMERS
from config.timetable import TIMETABLE
from tests.architecture.source import ROOMS


@pytest.mark.parametrize("name", TIMERS)
def test_every_timer_is_there(name: str) -> None:
    assert callable(import_string(name))


def test_every_consumer_of_a_fact_is_there() -> None:
    assert [name for names in settings.FACT_ROUTES.values() for name in names if not callable(import_string(name))] == []


def test_who_says_who_is_close_to_a_payee_is_there() -> None:
    assert callable(import_string(settings.CLOSE_TO_PAYEE))


def test_every_task_of_the_timetable_is_there() -> None:
    for room in ROOMS:
        if find_spec(f"{room}.tasks"):
            import_module(f"{room}.tasks")
    assert [name for name, _ in TIMETABLE if name not in current_app.tasks] == []


@pytest.mark.parametrize("name", [name for name in TIMERS if name.startswith(("payments.", "pooling.", "marketplace."))])
def test_a_timer_of_these_rooms_does_its_rows_one_by_one(name: str) -> None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(import_string(name))))
    sums = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "sum"]
    assert [one for one in sums if "at)" in one or "at=at" in one] == [], "a row that raises would end the round for all behind it"
