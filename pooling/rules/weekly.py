"""A weekly list: whom it holds, in which order, and how far a sum goes in it. No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pooling.rules.tables import NEW

COVERS_DAYS = 10
"""A week, and the three days that the money of the next list may take: what is due by then would be too late for the next list."""
USUAL_WEEKDAY = 1
"""Monday, as ISO counts: the money is there before the weekend."""

WEEKLY_LIST = {
    (NEW, "make"): "ready",
    ("ready", "reorder"): "ready",
    ("ready", "accept_orders"): "ready",
    ("ready", "send"): "sent",
    ("ready", "supersede"): "superseded",
    ("ready", "finish"): "done",
    ("sent", "accept_orders"): "sent",
    ("sent", "fund"): "sent",
    ("sent", "finish"): "done",
    ("sent", "supersede"): "superseded",
    ("sent", "stop"): "stopped",
}
WEEKLY_ROW = {
    (NEW, "list"): "waiting",
    ("waiting", "fund"): "funded",
    ("waiting", "accept"): "ordered",
    ("waiting", "drop"): "dropped",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked for a person. `paid_until`: the newest day for which anything of theirs was paid; None: never."""

    key: int
    person: int
    name: str
    due_on: date
    paid_until: date | None


def usual_order(asked: Iterable[Asked]) -> list[Asked]:
    """By person: whose first visit is soonest, then who has gone without for longest, then by name. Each person's own soonest first."""
    rows = sorted(asked, key=lambda one: (one.due_on, one.key))
    first: dict[int, date] = {}
    for one in rows:
        first.setdefault(one.person, one.due_on)
    return sorted(rows, key=lambda one: (first[one.person], one.paid_until or date.min, one.name, one.person, one.due_on, one.key))


def reordered(people: Sequence[int], wished: Mapping[int, int]) -> list[int]:
    """People in the order of the numbers given to them; who has the same number as another stays as they were to each other. Without one: after."""
    return sorted(dict.fromkeys(people), key=lambda person: (person not in wished, wished.get(person, 0)))


def goes_to(asked_pence: Sequence[int], pence: int) -> int:
    """How many from the top a sum pays whole. It stops at the first whom it does not: nobody is paid before who stands above them."""
    for number, each in enumerate(asked_pence):
        if each > pence:
            return number
        pence -= each
    return len(asked_pence)


def newest_list_day(today: date, weekday: int) -> date:
    """The last day, today or before, that is this day of the week (1 Monday to 7 Sunday)."""
    return today - timedelta(days=(today.isoweekday() - weekday) % 7)
