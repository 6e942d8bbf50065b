"""A need as somebody may read it: its person and their supporters all of it, the group only what they ticked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from marketplace.models import Need, NeedJoin
from marketplace.querysets import people_seen_by
from people.models import Person


@dataclass(frozen=True, slots=True)
class NeedView:
    """What this viewer may read; what was not shared is empty. `is_mine`: the viewer's own, or of somebody they support."""

    need: Need
    is_mine: bool
    known_as: str
    words: str
    part_of_week: str
    times_a_week: int | None
    access: tuple[str, ...]
    language: str
    weekly_pence: tuple[int, int] | None
    joins: tuple[NeedJoin, ...] = ()

    @property
    def people(self) -> int:
        """How many in the group would like it."""
        return 1 + len(self.joins)


def views(needs: Iterable[Need], viewer: Person) -> list[NeedView]:
    """Each need as `viewer` may read it. Whoever calls filtered by `visible_to`. Two queries besides the needs'."""
    rows = list(needs)
    mine = set(people_seen_by(viewer).values_list("pk", flat=True))
    joins: dict[int, list[NeedJoin]] = {}
    for join in NeedJoin.objects.live().filter(need__in=rows).select_related("person"):
        joins.setdefault(join.need_id, []).append(join)
    return [_view(row, row.person_id in mine, tuple(joins.get(row.pk, ()))) for row in rows]


def shared_part(need: Need, *, is_mine: bool) -> dict[str, Any]:
    """The fields of a need that may be read: all of one's own; of another's only those its person ticked."""
    empty: dict[str, Any] = {"words": "", "part_of_week": "", "times_a_week": None, "access": [], "language": ""}
    seen = {name: getattr(need, name) if is_mine or name in need.shared_fields else nothing for name, nothing in empty.items()}
    money = ("weekly_pence_low", "weekly_pence_high")
    return seen | {name: getattr(need, name) if is_mine or "money" in need.shared_fields else None for name in money}


def _view(need: Need, is_mine: bool, joins: tuple[NeedJoin, ...]) -> NeedView:
    seen = shared_part(need, is_mine=is_mine)
    low, high = seen.pop("weekly_pence_low"), seen.pop("weekly_pence_high")
    seen["access"] = tuple(seen["access"])
    weekly = None if low is None or high is None else (low, high)
    known_as = need.person.known_as if need.person else ""
    return NeedView(need=need, is_mine=is_mine, known_as=known_as, weekly_pence=weekly, joins=joins, **seen)
