"""Questions whose SQL is kept: the same rows as written afresh, for whoever asks and on whatever day; what can't be kept is not."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from audit import kept
from audit.clock import LONDON, london_date
from audit.models import Entry
from people.models import Person

AT = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_kept", {})


def entry(*, by: int, at: datetime = AT, about: str = "1") -> int:
    row = Entry.objects.create(at=at, by_id=by, verb="test.done", about_kind="100%", about_id=about, council_code="E09000028")
    return int(row.pk)


def somebody(pk: int, council_code: str = "E09000028") -> Person:
    return Person(pk=pk, council_code=council_code, is_staff=False)


def of_day(person: Person, at: datetime) -> QuerySet[Entry]:
    """From London's midnight of that day, for a fortnight; in ways a parameter may be made from who asks, and when."""
    day = london_date(at)
    begins = datetime.combine(day, time.min, tzinfo=LONDON)
    mine = Entry.objects.filter(by_id=person.pk, council_code=person.council_code, about_kind__contains="%")
    return mine.filter(at__gte=begins, at__lt=at + timedelta(days=14), at__date__gte=day - timedelta(days=1)).exclude(about_id=f"person:{person.pk}")


@pytest.mark.django_db
@pytest.mark.parametrize("at", [AT, AT - timedelta(days=180), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)])
def test_what_is_filled_in_is_this_persons_and_this_days(at: datetime) -> None:
    rows = {by: [entry(by=by, at=at), entry(by=by, at=at - timedelta(days=2)), entry(by=by, at=at, about=f"person:{by}")] for by in (7, 70_000)}
    for by, (found, *_) in rows.items():
        assert [row.pk for row in kept.answers(of_day, somebody(by), at)] == [found]
        assert kept.answers(of_day, somebody(by, "E08000001"), at) == []
    assert len(kept._kept) == 1


def between(first: date, last: date) -> QuerySet[Entry, int]:
    return Entry.objects.filter(at__date__gte=first, at__date__lte=last).values_list("pk", flat=True)


@pytest.mark.django_db
def test_one_day_is_not_taken_for_so_long_after_another() -> None:
    found = entry(by=7)
    day = london_date(AT)
    assert kept.answers(between, day, day) == [found]
    assert kept.answers(between, day - timedelta(days=9), day - timedelta(days=1)) == []
    assert kept.answers(between, day - timedelta(days=400), day) == [found]


def for_staff(person: Person, kind: str) -> QuerySet[Entry, int]:
    seen = Entry.objects.filter(about_kind=kind).values_list("pk", flat=True)
    return seen if person.is_staff else seen.filter(by_id=person.pk)


@pytest.mark.django_db
def test_a_yes_or_no_of_a_row_and_every_word_have_a_text_of_their_own() -> None:
    theirs = entry(by=8)
    operator = Person(pk=9, is_staff=True)
    assert kept.answers(for_staff, operator, "100%") == [theirs]
    assert kept.answers(for_staff, somebody(9), "100%") == []
    assert kept.answers(for_staff, operator, "other") == []


@pytest.mark.django_db
def test_a_question_is_counted_like_any_other_and_planned_once_for_a_connection() -> None:
    with CaptureQueriesContext(connection) as seen:
        for by in range(8):
            kept.answers(for_staff, somebody(by), "100%")
    assert len(seen) == 8
    with connection.cursor() as cursor:
        cursor.execute("SELECT custom_plans, generic_plans > 2 FROM pg_prepared_statements WHERE statement LIKE '%audit_entry%100\\%%'", None)
        assert [5, True] in [list(row) for row in cursor.fetchall()]


def only_for_staff(person: Person, at: datetime) -> QuerySet[Entry]:
    return Entry.objects.filter(at=at) if person.is_staff else Entry.objects.none()


@pytest.mark.django_db
def test_where_nothing_can_be_found_nothing_is_asked(django_assert_num_queries: Any) -> None:
    found = entry(by=7)
    with django_assert_num_queries(0):
        assert kept.answers(only_for_staff, somebody(7), AT) == []
    assert [row.pk for row in kept.answers(only_for_staff, Person(pk=7, is_staff=True), AT)] == [found]


def by_weekday(day: date) -> QuerySet[Entry]:
    return Entry.objects.filter(at__date__gte=day) if day.weekday() % 2 else Entry.objects.filter(at__date__lt=day)


def by_name(person: Person) -> QuerySet[Entry]:
    return Entry.objects.filter(verb=person.known_as)


def at_the_same_hour(at: datetime) -> QuerySet[Entry]:
    return Entry.objects.filter(at__gt=at - timedelta(days=180))


def by_half(person: Person) -> QuerySet[Entry]:
    return Entry.objects.filter(by_id=(person.pk or 0) // 2)


def by_what_is_there(person: Person) -> QuerySet[Entry]:
    return Entry.objects.filter(pk__in=list(Entry.objects.filter(by_id=person.pk).values_list("pk", flat=True)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("build", "given"),
    [
        (by_weekday, date(2026, 6, 30)),
        (by_name, Person(pk=7, known_as="test.done")),
        (by_half, Person(pk=14)),
        (at_the_same_hour, AT.astimezone(LONDON)),
        (by_what_is_there, Person(pk=7)),
        (lambda person: Entry.objects.filter(by_id=person.pk), Person(pk=7)),
    ],
)
def test_what_does_not_depend_on_numbers_and_days_alone_is_written_afresh(build: Any, given: Any, settings: Any) -> None:
    found = entry(by=7)
    with pytest.raises(kept.CantBeKept):
        kept.answers(build, given)
    settings.KEPT_QUESTIONS_ARE_COMPARED = False
    assert [row.pk for row in kept.answers(build, given)] == [found]


def wrong_in_leap_years(day: date) -> QuerySet[Entry]:
    return Entry.objects.filter(at__date=day) if day.year % 4 else Entry.objects.none()


@pytest.mark.django_db
def test_tests_notice_a_text_that_is_not_for_everybody() -> None:
    kept.answers(wrong_in_leap_years, date(2027, 2, 28))
    with pytest.raises(AssertionError):
        kept.answers(wrong_in_leap_years, date(2028, 2, 28))
