"""Questions whose SQL is written once in each process: what differs from one asking to the next is only what is filled in.

Building and writing the SQL of a wide page takes Django longer than PostgreSQL takes to answer, and PostgreSQL plans it longer than it reads.
`answers(build, person, today)` has `build` make its question twice for nobody, with made-up numbers and days, and keeps the text. Where one of
those, or what was worked out from one, stands among the parameters, the real one's goes in when it is asked; everything else is written into
the text. Each connection prepares the text, so PostgreSQL keeps its plan too. Rows are never kept.

`build` is a plain function of its arguments only. Rows of models (number, council, purpose), dates and moments in UTC are filled in; all else,
and every yes or no of a row, belongs to the shape: another value, another text. What can't be kept is built afresh each time: where the two
texts differ, a parameter can't be explained, or `build` reads anything else. Tests set KEPT_QUESTIONS_ARE_COMPARED: each question is then
built afresh as well, once for each hour, council and purpose it is asked with, and must be the same in text and parameters; and what can't be
kept is a fault.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NoReturn
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, Model, QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal

Build = Callable[..., QuerySet[Any, Any]]
Fill = Callable[[Mapping[str, Any]], Any]

FILLED = ("council_code", "council_id", "purpose")
MOST = 500  # kept in one process; then all are written anew
WAYS = (ModelIterable, ValuesListIterable, FlatValuesListIterable)
TYPES = ((int, "bigint"), (str, "text"), (datetime, "timestamptz"), (date, "date"))
LONDON = ZoneInfo("Europe/London")
_kept: dict[Any, "_Kept | None"] = {}
_asker = ""  # of tests


class CantBeKept(Exception):
    """Why a question is built afresh each time."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """`text`, `params` and how each of them is filled in, if at all: as Django writes it. `sent`: with what stays the same in its place."""

    queryset: Any
    compiler: SQLCompiler
    text: str
    params: tuple[Any, ...]
    fills: tuple[Fill | None, ...]
    sent: str
    filled: tuple[Fill, ...]
    compared: set[Any] = field(default_factory=set, compare=False)  # for what it was built afresh as well


# What each connection has prepared, for as long as it is open. By connection, not by thread: the web server's threads take theirs from a pool.
_prepared: "WeakKeyDictionary[Any, dict[str, str]]" = WeakKeyDictionary()


def answers(build: Build, *args: Any) -> list[Any]:
    """The rows of `build(*args)`, as a list. One query."""
    return list(build(*args)) if (kept := _find(build, args)) is None else _asked(kept, build, args)


def _find(build: Build, args: tuple[Any, ...]) -> "_Kept | None":
    if any(isinstance(one, Model) and isinstance(one.pk, int) and not 0 <= one.pk < NUMBERS[0] for one in args):
        return None  # no column holds such a number: Django knows that nothing is found
    key = (build, *map(_shape, args))
    if key not in _kept:
        if len(_kept) >= MOST:
            _kept.clear()
        try:
            _kept[key] = _write(build, args)
        except CantBeKept:
            if settings.KEPT_QUESTIONS_ARE_COMPARED:
                raise
            _kept[key] = None
    return _kept[key]


def _asked(kept: _Kept, build: Build, args: tuple[Any, ...]) -> list[Any]:
    given = _given(args)
    if settings.KEPT_QUESTIONS_ARE_COMPARED:
        _compare(kept, given, build, args)
    if not kept.sent:
        return []
    rows = _rows(kept, [fill(given) for fill in kept.filled])
    compiler: Any = copy.copy(kept.compiler)
    compiler.connection, compiler.execute_sql = connections[kept.queryset.db], lambda *args, **kwargs: [rows]
    asked: Any = QuerySet(kept.queryset.model, query=_Written(compiler), using=kept.queryset.db)  # type: ignore[arg-type]
    return list(kept.queryset._iterable_class(asked))


def _rows(kept: _Kept, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    return prepared(kept.sent, *params, using=kept.queryset.db)


def prepared(text: str, *params: Any, using: str = "default") -> list[tuple[Any, ...]]:
    """The rows of a question in SQL, what is filled in written as `$1::bigint`: planned once on each connection. For texts that are few."""
    connection: Any = connections[using]
    with connection.cursor() as cursor:
        known = _prepared.setdefault(connection.connection, {})
        if text not in known:
            name = f"kept_{len(known)}"
            connection.validate_no_broken_transaction()
            with connection.wrap_database_errors:  # psycopg's own way to prepare says DEALLOCATE ALL at a rollback, of the ledger's too
                connection.connection.execute(f"PREPARE {name} AS {text}")
            known[text] = name
        slots = f"({', '.join(['%s'] * len(params))})" if params else ""
        cursor.execute(f"EXECUTE {known[text]}{slots}", params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


class _Written:
    """As much of a query as reading its rows takes."""

    def __init__(self, compiler: SQLCompiler) -> None:
        self.compiler = compiler

    def get_compiler(self, using: str) -> SQLCompiler:
        return self.compiler


def _compare(kept: _Kept, given: Mapping[str, Any], build: Build, args: tuple[Any, ...]) -> None:
    """Not again where only the numbers of rows and the minute are others."""
    kind = (_asker, *map(_kind, given.values()))
    if kind in kept.compared:
        return
    params = tuple(fill(given) if fill else one for fill, one in zip(kept.fills, kept.params, strict=True))
    fresh = _sql(build(*args))[1:]
    if fresh != (kept.text, params):
        raise AssertionError(f"the kept question is not the one written afresh: {(kept.text, params)} and {fresh}")
    kept.compared.add(kind)


def _kind(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(minute=0, second=0, microsecond=0)
    return type(value) if isinstance(value, int) else value


def compare_for(who: str) -> None:
    """For tests that ask the same for one person after the other: from now on questions are compared once for this one."""
    global _asker
    _asker = who


# --- writing one ---


def _shape(value: Any) -> Any:
    """What must be the same for a text to be the same."""
    if isinstance(value, Model):
        return (value.__class__, *(getattr(value, name) for name in _flags(value.__class__)))
    if isinstance(value, datetime):
        return datetime, value.utcoffset()
    return date if isinstance(value, date) else (type(value), value)


@cache
def _flags(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if isinstance(field, BooleanField)]


@cache
def _filled(model: type[Model]) -> list[str]:
    """The fields whose values are filled in."""
    return [field.attname for field in model._meta.concrete_fields if field.primary_key or field.attname in FILLED]


def _given(args: tuple[Any, ...]) -> dict[str, Any]:
    return {name: value for place, one in enumerate(args) for name, value in _values(place, one).items()}


def _values(place: int, value: Any) -> dict[str, Any]:
    """What of one argument may be filled in."""
    if isinstance(value, Model):
        return {f"{place}.{name}": getattr(value, name) for name in _filled(value.__class__)}
    return {str(place): value} if isinstance(value, date) else {}


def _write(build: Build, args: tuple[Any, ...]) -> _Kept:
    if "<" in build.__qualname__ or getattr(build, "__closure__", None):
        raise CantBeKept(f"{build.__qualname__} is not a function of its arguments only")
    first, second = (tuple(_nobody(number, place, value) for place, value in enumerate(args)) for number in (0, 1))
    with _asking_nothing():
        (compiler, text, found), (_, other_text, other) = _sql(query := build(*first)), _sql(build(*second))
    if text != other_text or len(found) != len(other):
        raise CantBeKept(f"{build.__qualname__} is written in more than one way")
    given: Any = query
    if given._iterable_class not in WAYS or given._known_related_objects or given._prefetch_related_lookups or compiler.has_extra_select:
        raise CantBeKept(f"{build.__qualname__} gives its rows in a way of its own")
    of_first, of_second, known = _given(first), _given(second), {}
    for pair in zip(found, other, strict=True):
        key = (type(pair[0]), str(pair))
        if key not in known:
            known[key] = _explain(*pair, of_first, of_second)
    fills = tuple(known[type(one), str((one, another))] for one, another in zip(found, other, strict=True))
    return _Kept(query, compiler, text, found, fills, *_to_send(text, found, fills, query.db))


def _to_send(text: str, params: Sequence[Any], fills: Sequence[Fill | None], alias: str) -> tuple[str, tuple[Fill, ...]]:
    """What is prepared, with what is always the same in its place, and what is filled in: each thing once, however often it stands there."""
    connections[alias].ensure_connection()
    left, places, whole = list(zip(params, fills, strict=True))[::-1], dict[Fill, int](), list[str]()
    for part in re.split("(%s|%%)", text):
        if part != "%s":
            whole.append("%" if part == "%%" else part)
            continue
        param, fill = left.pop()
        if fill is None:
            whole.append(Literal(param).as_string(connections[alias].connection))
        else:
            type_ = next(name for kind, name in TYPES if isinstance(param, kind))
            whole.append(f"${places.setdefault(fill, len(places) + 1)}::{type_}")
    return "".join(whole), tuple(places)


def _sql(query: QuerySet[Any, Any]) -> tuple[SQLCompiler, str, tuple[Any, ...]]:
    compiler = query.query.get_compiler(query.db)
    try:
        text, params = compiler.as_sql()
    except EmptyResultSet:
        return compiler, "", ()  # nothing can be found: there is nothing to ask
    return compiler, text, tuple(params)


@contextmanager
def _asking_nothing() -> Iterator[None]:
    def refuse(*args: Any) -> NoReturn:
        raise CantBeKept("more is read than numbers and days")

    with connections["default"].execute_wrapper(refuse):
        yield


# One in winter, one in summer and at a week's end, before midnight in UTC: so that London's day is not taken for Greenwich's, nor turned round.
MOMENTS = (datetime(2031, 1, 16, 23, 41, 7, 133, UTC), datetime(2033, 7, 9, 23, 17, 31, 977, UTC))
DAYS = (date(2041, 2, 7), date(2043, 8, 30))
NUMBERS = (4_611_686_018_427_001, 4_722_366_482_869_003)


def _nobody(number: int, place: int, value: Any) -> Any:
    """Something like the argument that is nobody's: one of two. Anything of a row that is not made up is asked of the database, which is refused."""
    if isinstance(value, Model):
        made_up = {name: f"~{name}.{number}.{place}~" for name in _filled(value.__class__)} | {
            name: getattr(value, name) for name in _flags(value.__class__)
        }
        if isinstance(value.pk, int):
            made_up[value._meta.pk.attname] = NUMBERS[number] + 20 * place
        names = [field.attname for field in value._meta.concrete_fields if field.attname in made_up]
        return value.__class__.from_db("default", names, [made_up[name] for name in names])
    apart = timedelta(days=(365 + 14 * number) * place)  # two days of one asking lie not as far apart as those of the other
    if isinstance(value, datetime):
        if value.utcoffset() != timedelta():
            raise CantBeKept("a moment is not in UTC")
        return MOMENTS[number] + apart
    return DAYS[number] + apart if isinstance(value, date) else value


# --- where a parameter comes from ---


def _explain(one: Any, another: Any, first: Mapping[str, Any], second: Mapping[str, Any]) -> Fill | None:
    """How a parameter follows from what is filled in, for it was `one` with the first and `another` with the second; None if always the same."""
    if type(one) is not type(another):
        raise CantBeKept("a parameter changes its kind")
    if one == another:
        return None
    if isinstance(one, str):
        fill = _in_words(one, first)
        if fill(first) == one and fill(second) == another:
            return fill
    for name in first:
        for fill in _ways(name, one, first[name]):
            if fill(first) == one and fill(second) == another:
                return fill
    raise CantBeKept(f"a parameter can't be explained: {one} and {another}")


def _ways(name: str, one: Any, value: Any) -> Iterator[Fill]:
    """How `one` may have been made from this value: the same, so long or so many days before or after, a time of that day."""
    if one == value and (type(one) is type(value) or (isinstance(one, int) and isinstance(value, int))):  # Django has whole numbers of its own
        yield lambda given: given[name]
    elif isinstance(one, datetime) and isinstance(value, date):
        if isinstance(value, datetime):
            yield lambda given: given[name] + (one - value)
        yield lambda given: datetime.combine(_day(given[name]) + (one.date() - _day(value)), one.timetz())
    elif isinstance(one, date) and isinstance(value, date):
        yield lambda given: _day(given[name]) + (one - _day(value))


def _in_words(one: str, first: Mapping[str, Any]) -> Fill:
    """Words with such numbers or councils in them: "person:3"."""
    names = {str(value): name for name, value in first.items() if not isinstance(value, date)}
    pieces = re.split(f"({'|'.join(map(re.escape, names))})", one) if names else [one]
    return lambda given: "".join(str(given[names[piece]]) if piece in names else piece for piece in pieces)


def _day(value: date) -> date:
    return value.astimezone(LONDON).date() if isinstance(value, datetime) else value
