"""The trail is only added to, and shows nobody what others did."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction

from audit.models import Entry, Fact
from audit.services import facts, trail
from people.models import Person

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def amina(db: None) -> Person:
    return Person.objects.create_user("amina@example.com", full_name="Amina Yusuf")


def test_a_line_says_who_did_what_for_whom(amina: Person) -> None:
    friend = Person.objects.create_user("friend@example.com", full_name="A Friend")
    entry = trail.write(by=friend, verb="pooling.promise", about_kind="pledge", about_id=7, at=AT, detail={"pence": 6000}, on_behalf_of=amina)
    entry.refresh_from_db()
    assert (entry.by_id, entry.on_behalf_of_id, entry.about_id, entry.detail) == (friend.pk, amina.pk, "7", {"pence": 6000})
    assert entry.recorded_at is not None


def test_acting_for_oneself_is_just_acting(amina: Person) -> None:
    assert trail.write(by=amina, verb="x.y", about_kind="a", about_id=1, at=AT, on_behalf_of=amina).on_behalf_of_id is None


def test_a_person_sees_their_own_lines_only(amina: Person) -> None:
    stranger = Person.objects.create_user("stranger@example.com")
    operator = Person.objects.create_user("operator@example.com", is_staff=True)
    trail.write(by=amina, verb="x.y", about_kind="a", about_id=1, at=AT)
    assert Entry.objects.visible_to(amina).count() == 1
    assert Entry.objects.visible_to(operator).count() == 1
    assert Entry.objects.visible_to(stranger).count() == 0
    assert Entry.objects.visible_to(None).count() == 0


def test_a_line_that_says_nothing_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError, match="entry_says_what_was_done"):
        trail.write(by=None, verb="", about_kind="a", about_id=1, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Entry, Fact])
def test_the_web_login_may_not_change_or_remove(model: type[Entry] | type[Fact]) -> None:
    trail.write(by=None, verb="x.y", about_kind="a", about_id=1, at=AT)
    facts.record(kind="x.y", subject="a:1", payload={}, at=AT)
    for change in (lambda: model.objects.update(council_code="E1"), lambda: model.objects.all()._raw_delete("default")):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()
    assert model.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["audit_entry", "audit_fact"])
def test_even_the_owner_may_not_change_or_remove(table: str, owner_cursor: psycopg.Cursor[tuple[object, ...]]) -> None:
    trail.write(by=None, verb="x.y", about_kind="a", about_id=1, at=AT)
    facts.record(kind="x.y", subject="a:1", payload={}, at=AT)
    for statement in (f"update {table} set council_code = 'E1'", f"delete from {table}", f"truncate {table} cascade"):
        with pytest.raises((psycopg.errors.RestrictViolation, DatabaseError), match="is append-only"):
            owner_cursor.execute(statement)
