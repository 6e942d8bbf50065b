"""What people of a council asked for and did not find, by kind of help and quarter, never who. Small numbers are hidden here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncQuarter

from audit.clock import LONDON
from marketplace.models import Need
from marketplace.rules.counting import told
from vocabulary.models import Term

QUARTERS = 4
Counts = dict[tuple[object, ...], int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of help in one quarter, in people. None: 1 to 7, so not told. `reason`: the commonest, when 8 or more gave it; else ""."""

    asked: int | None
    not_found: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Quarter:
    """`starts`: its first moment in London. `rows`: (kind of help, its cell) of every kind, whether or not anybody asked."""

    starts: datetime
    is_over: bool
    rows: list[tuple[str, Cell]]

    @property
    def is_empty(self) -> bool:
        return all(cell.asked == 0 for _, cell in self.rows)


def counted_until(at: datetime) -> datetime:
    """Last midnight in London: numbers stand still for a day, so that nobody sees one person more come in."""
    return at.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)


def asked_and_not_found(council_code: str, *, at: datetime) -> list[Quarter]:
    """This quarter so far and the three before it, newest first. Whoever calls has checked who asks. Four queries.

    People are counted, not askings: one person who asks ten times is one. Somebody who was not signed in counts for themselves.
    """
    until = counted_until(at)
    firsts = _quarters(until)
    needs = Need.objects.counted_for(council_code).filter(created_at__gte=firsts[-1], created_at__lt=until)
    cells = needs.annotate(quarter=TruncQuarter("created_at", tzinfo=LONDON)).order_by()
    missing = cells.filter(state=Need.State.UNMET)
    counts = (_people(cells, "category"), _people(missing, "category"), _people(missing, "category", "reason"))
    kinds = [(term.slug, term.label) for term in Term.objects.categories()]
    return [Quarter(first, index > 0, [(label, _cell(counts, first, slug)) for slug, label in kinds]) for index, first in enumerate(firsts)]


def _quarters(until: datetime) -> list[datetime]:
    first = until.replace(month=3 * ((until.month - 1) // 3) + 1, day=1)
    found = [first]
    while len(found) < QUARTERS:
        before = found[-1] - timedelta(days=1)
        found.append(before.replace(month=3 * ((before.month - 1) // 3) + 1, day=1))
    return found


def _people(needs: "QuerySet[Need]", *by: str) -> Counts:
    people = Count("person", distinct=True) + Count("pk", filter=Q(person__isnull=True))
    rows = needs.values("quarter", *by).annotate(people=people).values_list("quarter", *by, "people")
    return {tuple(key): count for *key, count in rows}


def _cell(counts: tuple[Counts, Counts, Counts], quarter: datetime, kind: str) -> Cell:
    asked, missing, why = counts
    reasons = {str(reason): count for (when, what, reason), count in why.items() if (when, what) == (quarter, kind)}
    commonest = max(reasons, key=lambda reason: reasons[reason], default="")
    return Cell(
        asked=told(asked.get((quarter, kind), 0)),
        not_found=told(missing.get((quarter, kind), 0)),
        reason=str(Need.Reason(commonest).label) if commonest and told(reasons[commonest]) else "",
    )
