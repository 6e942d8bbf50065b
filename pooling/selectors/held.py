"""Held money by age, for operators: what waits longest for a yes, an answer or a decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from payments.console import A_PAGE, Page
from people.querysets import is_operator
from pooling.models import Hold


@dataclass(frozen=True, slots=True)
class HoldSeen:
    """One payer's held money for one thing: days since it was placed, what is held and what is questioned, in pence."""

    hold: Hold
    days: int
    held_pence: int
    disputed_pence: int


def holds_by_age(person: Any, *, at: datetime, page: int = 1) -> Page[HoldSeen]:
    """Everything still held or questioned, the oldest first. Empty for anybody but an operator. Two queries."""
    rows = Hold.objects.filter(placed_pence__gt=F("released_pence") + F("returned_pence"))
    rows = rows.select_related("membership__cluster", "portion").order_by("placed_at", "pk") if is_operator(person) else rows.none()
    total = rows.count()
    pages = max(1, (total + A_PAGE - 1) // A_PAGE)
    number = min(max(page, 1), pages)
    found = [HoldSeen(one, (at - one.placed_at).days, one.held_pence, one.disputed_pence) for one in rows[(number - 1) * A_PAGE : number * A_PAGE]]
    return Page(found, number, pages, total)
