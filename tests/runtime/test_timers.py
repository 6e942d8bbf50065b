"""The timers' frame: one run at a time, one timer's failure in nobody else's way, and the demo's address absent elsewhere."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.test import Client

from audit import clock
from audit.services import clock as clock_service
from config import tasks, timers
from config.services import sessions
from tests.conftest import Clone

AT = datetime(2026, 3, 9, 9, tzinfo=UTC)
ran: list[str] = []


def moves_twice(*, at: datetime) -> int:
    ran.append("moves_twice")
    return 1 if ran.count("moves_twice") <= 2 else 0


def fails(*, at: datetime) -> int:
    ran.append("fails")
    raise ValueError("broken")


def rests(*, at: datetime) -> int:
    ran.append("rests")
    return 0


@pytest.fixture(autouse=True)
def our_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three timers of this file in the place of the rooms'."""
    ran.clear()
    monkeypatch.setattr(timers, "TIMERS", [f"{__name__}.{name}" for name in ("moves_twice", "fails", "rests")])


@pytest.mark.django_db
def test_timers_run_until_each_has_rested_since_anything_moved_and_go_on_past_a_failure() -> None:
    assert timers.run_all(at=AT) == 2
    assert ran == [*["moves_twice", "fails", "rests"] * 2, "moves_twice"]


@pytest.mark.django_db
@pytest.mark.parametrize(("ends", "others"), [(set(), 3), ({f"{__name__}.moves_twice"}, 1)])
def test_nothing_runs_again_for_what_no_other_timer_waits_for(ends: set[str], others: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "TIMERS", [f"{__name__}.{name}" for name in ("rests", "fails", "moves_twice")])
    monkeypatch.setattr(timers, "ENDS", ends)
    assert timers.run_all(at=AT) == 2
    assert (ran.count("rests"), ran.count("moves_twice")) == (others, 3)


@pytest.mark.django_db
def test_a_second_worker_leaves_a_run_to_the_first(django_db_setup: Clone) -> None:
    with psycopg.connect(django_db_setup.web_url, autocommit=True) as first:
        first.execute("select pg_advisory_lock(%s)", [timers.TIMERS_LOCK])
        assert tasks.run_timers() == 0
        assert ran == []
        first.execute("select pg_advisory_unlock(%s)", [timers.TIMERS_LOCK])
    assert tasks.run_timers() == 2


@pytest.mark.django_db
def test_moving_the_clock_moves_now_for_everybody() -> None:
    before = clock.now()
    clock_service.move(seconds=86_400)
    clock_service.move(seconds=86_400)
    assert (clock.now() - before).days == 2


@pytest.mark.django_db
def test_the_demos_addresses_do_not_exist_elsewhere(client: Client) -> None:
    assert client.post("/demo/clock/", {"days": 1}).status_code == 404


@pytest.mark.django_db
def test_what_a_browser_was_remembered_by_is_gone_when_its_time_is_over() -> None:
    for name, days in (("over", -1), ("still", 1)):
        Session.objects.create(session_key=name, session_data="a name and a postcode", expire_date=Now() + timedelta(days=days))
    assert sessions.forget_over(at=AT) == 1
    assert Session.objects.get().pk == "still"
