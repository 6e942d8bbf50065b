"""Counting for councils, once a night: what may be told is worked out and kept, and nothing else. A quarter that is over is counted a last time."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, When

from audit.clock import london_date
from marketplace.models import CountedCell, CountRun, Need, NeedJoin
from marketplace.querysets import NeedJoinQuerySet, NeedQuerySet
from marketplace.rules.counting import Asking, Figures, bounds, final, midnight, quarters_until, running, tally
from marketplace.selectors.market import market
from payments.services.one_by_one import one_by_one
from people.models import Council
from vocabulary.models import Term

_FIELDS = (
    "category",
    "state",
    "met_how",
    "agreement_id",
    "reason",
    "outcode",
    "part_of_week",
    "unmet_at",
    "cluster_id",
    "weekly_pence_low",
    "weekly_pence_high",
)


def counted_due(*, at: datetime) -> int:
    """Once a night, each council's quarters that are not counted to midnight yet. Returns how many were counted."""
    until = midnight(at)
    return one_by_one(sorted(_due(until)), lambda one: count_quarter(council_code=one[0], quarter=one[1], at=at))


def _due(until: datetime) -> set[tuple[str, date]]:
    """This quarter and the three before it; and any older one that nobody counted to its end."""
    quarters = quarters_until(until)
    wanted = {(code, quarter) for code in Council.objects.values_list("pk", flat=True) for quarter in quarters}
    counted = CountRun.objects.filter(quarter__in=quarters)
    done = set(counted.filter(is_final=True).values_list("council_code", "quarter"))
    done |= set(counted.filter(counted_until__gte=until).values_list("council_code", "quarter"))
    return (wanted - done) | set(CountRun.objects.filter(is_final=False, quarter__lt=quarters[-1]).values_list("council_code", "quarter"))


@transaction.atomic
def count_quarter(*, council_code: str, quarter: date, at: datetime) -> bool:
    """Counts one quarter of one council to last midnight, or to its end and for good. False when it was counted meanwhile."""
    first, after = bounds(quarter)
    until = min(midnight(at), after)
    run, is_new = CountRun.objects.locked().get_or_create(council_code=council_code, quarter=quarter, defaults={"counted_until": until})
    if run.is_final or (run.counted_until >= until and not is_new):
        return False
    counted = tally(_askings(council_code, first, until))
    kinds = list(Term.objects.categories().values_list("slug", flat=True))
    run.counted_until, run.is_final = until, until == after
    if run.is_final:
        _keep(run, final(counted, kinds) if counted else {})
    else:
        before = {cell.category: figures_of(cell) for cell in run.cells.all()}
        secret, of = settings.SECRET_KEY.encode(), f"{council_code}/{quarter.isoformat()}"
        _keep(run, running(counted, kinds, before, secret=secret, of=of) if counted or before else {})
    run.market = asdict(market(council_code, quarter=quarter, today=london_date(at)))
    run.save(update_fields=["counted_until", "is_final", "market"])
    return True


def _askings(council_code: str, first: datetime, until: datetime) -> Iterable[Asking]:
    """Newest first: what each asked for, and who joined in what somebody else shared: theirs from the day they joined."""
    own = Need.objects.counted_for(council_code).filter(created_at__gte=first, created_at__lt=until).order_by("-created_at", "-pk")
    joined = NeedJoin.objects.counted_for(council_code).filter(joined_at__gte=first, joined_at__lt=until).order_by("-joined_at", "-pk")
    dated = [*_own(own), *_joined(joined)]
    return (asking for _, asking in sorted(dated, key=lambda one: one[0], reverse=True))


def _own(rows: NeedQuerySet) -> Iterable[tuple[datetime, Asking]]:
    for since, person, language, may_say, *rest in rows.values_list("created_at", "person_id", "language", "language_counted", *_FIELDS):
        yield since, _asking(person, language if may_say else "", *rest)


def _joined(rows: NeedJoinQuerySet) -> Iterable[tuple[datetime, Asking]]:
    """Their own part of the week where they said one. The language is of who asked first: nobody else is counted by it."""
    found = rows.annotate(when=Case(When(part_of_week="", then=F("need__part_of_week")), default=F("part_of_week")))
    names = ["when" if name == "part_of_week" else f"need__{name}" for name in _FIELDS]
    for since, person, *rest in found.values_list("joined_at", "person_id", *names):
        yield since, _asking(person, "", *rest)


def _asking(
    person: int | None,
    language: str,
    category: str,
    state: str,
    how: str,
    agreement: int | None,
    reason: str,
    outcode: str,
    part: str,
    unmet_at: datetime | None,
    group: int | None,
    low: int | None,
    high: int | None,
) -> Asking:
    is_free = how not in ("", Need.MetHow.BOUGHT) or (not how and agreement is None)
    return Asking(person, category, state, is_free, reason, outcode, part, language, unmet_at, group, low, high)


def figures_of(cell: CountedCell) -> Figures:
    """A kept row as the rules see it."""
    low, high = cell.weekly_pence_low, cell.weekly_pence_high
    weekly = None if low is None or high is None else (low, high)
    return Figures(cell.told, cell.kept, cell.words, cell.waiting_since, weekly)


def _keep(run: CountRun, found: Mapping[str, Figures]) -> None:
    """Writes them over those of the night before."""
    run.cells.all().delete()
    CountedCell.objects.bulk_create(
        CountedCell(
            run=run,
            council_code=run.council_code,
            category=kind,
            told=dict(one.told),
            kept=dict(one.kept),
            words=dict(one.words),
            waiting_since=one.since,
            weekly_pence_low=one.weekly[0] if one.weekly else None,
            weekly_pence_high=one.weekly[1] if one.weekly else None,
        )
        for kind, one in found.items()
    )
