"""What calendar programs were told of each visit, so that a change has a higher number than what it changes."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.models import VisitShown
from marketplace.selectors.calendar import FeedVisit
from pooling.services.transactions import all_or_nothing
from providers.models import Enterprise


def remember(*, enterprise: Enterprise, lines: Sequence[FeedVisit], at: datetime) -> dict[int, VisitShown]:
    """The memory of each line, by its visit: new ones begin at 0, changed ones go up by one. Asking again with the same lines writes nothing.

    Called by the reading of a feed, which has no person: it says nothing of the world, only what was told of it.
    """
    there = _there(lines)
    return there if _same(lines, there) else _write(enterprise, lines, at)


@all_or_nothing
def _write(enterprise: Enterprise, lines: Sequence[FeedVisit], at: datetime) -> dict[int, VisitShown]:
    Enterprise.objects.locked().get(pk=enterprise.pk)  # two programs that ask at once count a change once
    there = _there(lines)
    new = [VisitShown(visit_id=one.visit_id, shown_print=one.print, changed_at=at) for one in lines if one.visit_id not in there]
    VisitShown.objects.bulk_create(new)
    changed = []
    for one in lines:
        row = there.get(one.visit_id)
        if row is not None and row.shown_print != one.print:
            row.shown_print, row.sequence, row.changed_at = one.print, row.sequence + 1, at
            changed.append(row)
    VisitShown.objects.bulk_update(changed, ["shown_print", "sequence", "changed_at"])
    return there | {row.visit_id: row for row in new}


def _there(lines: Sequence[FeedVisit]) -> dict[int, VisitShown]:
    return VisitShown.objects.in_bulk([one.visit_id for one in lines])


def _same(lines: Sequence[FeedVisit], there: dict[int, VisitShown]) -> bool:
    return all(one.visit_id in there and there[one.visit_id].shown_print == one.print for one in lines)
