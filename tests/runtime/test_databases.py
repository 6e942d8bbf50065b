"""The ground the other tests stand on: two logins, roll-back, and a fresh copy after a committed test."""

import socket
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections

from config import postgres


@pytest.mark.django_db
def test_plain_tests_work_as_the_web_login_and_roll_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == (postgres.WEB,)
    ContentType.objects.create(app_label="left", model="behind")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_committed_tests_start_from_a_fresh_copy(time: int, owner_cursor: psycopg.Cursor[tuple[Any, ...]]) -> None:
    owner_cursor.execute("select count(*) from django_content_type where app_label = 'left'")
    assert owner_cursor.fetchone() == (0,)
    ContentType.objects.create(app_label="left", model="behind")
    owner_cursor.execute("select count(*) from django_content_type where app_label = 'left'")
    assert owner_cursor.fetchone() == (1,)


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_connection_is_the_owner_of_the_same_database() -> None:
    with connections["owner"].cursor() as owner, connection.cursor() as web:
        owner.execute("select current_database(), current_user")
        web.execute("select current_database()")
        name, user = owner.fetchone()
        assert (name,) == web.fetchone()
        assert user == postgres.OWNER


def test_a_live_test_gets_its_own_copy(clone_database: Callable[[str], Any]) -> None:
    clone = clone_database("elsewhere")
    with psycopg.connect(clone.web_url) as db:
        assert db.execute("select count(*) > 0 from django_content_type").fetchone() == (True,)


def test_tests_stay_on_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(AssertionError, match="stay on this machine"):
        outside.connect(("192.0.2.1", 80))
