"""Many lists read with one question to the database: each gives its rows in one shape, and they come back together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Expression, F, Func, JSONField, QuerySet, TextField, Value

from audit.kept import answers

# Made once: a start page puts some thirty lists together, and most of its time is spent on writing the question.
_TEXT: "TextField[str, str]" = TextField()
_CELLS = JSONField()


class _Cells(Func):
    """The names of the columns, which list, its number, and the columns: one value a row, so that lists of any shape fit together."""

    function = "JSONB_BUILD_ARRAY"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one of the lists. `of`: which list; `said`: the columns that were named, dates and moments as text."""

    of: str
    pk: int
    said: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.said[name]

    def day(self, name: str) -> date | None:
        return date.fromisoformat(self.said[name]) if self.said[name] else None

    def moment(self, name: str) -> datetime | None:
        return datetime.fromisoformat(self.said[name]) if self.said[name] else None


def rows(query: QuerySet[Any, Any], of: str | Expression, *, pk: str = "pk", **columns: Any) -> QuerySet[Any, Any]:
    """A list in the shape that `asked` puts together. `columns`: paths of fields, or expressions. The list's own order is lost."""
    named = Value(",".join(columns), output_field=_TEXT)
    name = Value(of, output_field=_TEXT) if isinstance(of, str) else of
    return query.order_by().values_list(_Cells(named, name, F(pk), *columns.values(), output_field=_CELLS), flat=True)


def asked(*lists: QuerySet[Any, Any]) -> list[Row]:
    """All of them. One query, however many lists and however long."""
    return _read(together(*lists)) if lists else []


def asked_of(lists: Callable[..., QuerySet[Any, Any]], *args: Any) -> list[Row]:
    """All the lists of `lists(*args)`, which gives them `together`: its SQL is kept, as audit/kept.py says."""
    return _read(answers(lists, *args))


def together(*lists: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Lists as one question."""
    first, *others = lists
    return first.union(*others, all=True)


def _read(found: Iterable[Any]) -> list[Row]:
    return [Row(of, pk, dict(zip(named.split(","), cells, strict=False))) for named, of, pk, *cells in found]


def by_list(found: Iterable[Row], *order: str) -> list[Row]:
    """Those of these lists, in the order they are named, each by its `on` where it has one, then by number."""
    rank = {of: place for place, of in enumerate(order)}
    mine = [row for row in found if row.of in rank]
    return sorted(mine, key=lambda row: (rank[row.of], str(row.said.get("on") or ""), row.pk))
