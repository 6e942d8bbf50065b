"""A brief as providers read it, and as its group does. Providers learn no name, no group, no whole address, no hour."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet, Sum

from audit.clock import london_date
from marketplace.models import Brief, BriefAmendment, BriefLot, BriefPayer, BriefQuestion
from marketplace.querysets import people_seen_by
from people.models import Person
from pooling.rules import MEMBERSHIP_IN
from providers.models import Enterprise
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer. `is_mine`: this provider asked it; nobody else learns who did."""

    question_id: int
    words: str
    at: datetime
    answer: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class BriefCard:
    """What a checked provider reads of an open brief. Ceilings are for everybody together. `people`: how many would pay."""

    brief_id: int
    version: int
    category: str
    outcode: str
    problem: str
    people_words: str
    outcome_words: str
    must_haves: tuple[str, ...]
    criteria: tuple[tuple[str, int], ...]
    together: bool
    people: int
    weeks: int
    starts_on: date
    weekly_ceiling_pence: int
    ceiling_pence: int
    lots: tuple[BriefLot, ...]
    questions_close_at: datetime
    closes_at: datetime
    takes_questions: bool
    questions: tuple[Asked, ...]
    changes: tuple[BriefAmendment, ...]


@dataclass(frozen=True, slots=True)
class BriefPage:
    """A brief as somebody of its group reads it. `mine`: parts that the viewer may answer for. The others' sums are not told, only how many."""

    brief: Brief
    mine: tuple[BriefPayer, ...]
    payers: int
    said_yes: int
    said_no: int
    covered_pence: int
    lots: tuple[BriefLot, ...]
    questions: tuple[BriefQuestion, ...]
    changes: tuple[BriefAmendment, ...]

    @property
    def is_covered(self) -> bool:
        return self.covered_pence >= self.brief.ceiling_pence


def open_for(enterprise: Enterprise, *, at: datetime) -> list[BriefCard]:
    """Open briefs that this provider may answer, the first to close first. A fixed number of queries."""
    rows = Brief.objects.visible_to_enterprise(enterprise, london_date(at)).filter(closes_at__gt=at).order_by("closes_at", "pk")
    return _cards(rows, enterprise, at)


def card(brief: Brief, enterprise: Enterprise, *, at: datetime) -> BriefCard | None:
    """One of them; None when this provider may not read it now."""
    rows = Brief.objects.visible_to_enterprise(enterprise, london_date(at)).filter(pk=brief.pk, closes_at__gt=at)
    return next(iter(_cards(rows, enterprise, at)), None)


def page(brief: Brief, viewer: Person) -> BriefPage:
    """Whoever calls found the brief by `visible_to`. A fixed number of queries."""
    payers = list(brief.payers.select_related("person", "pledge").order_by("pk"))
    seen = set(people_seen_by(viewer).values_list("pk", flat=True))
    return BriefPage(
        brief=brief,
        mine=tuple(one for one in payers if one.person_id in seen),
        payers=len(payers),
        said_yes=sum(one.state == BriefPayer.State.YES for one in payers),
        said_no=sum(one.state == BriefPayer.State.NO for one in payers),
        covered_pence=covered_pence(brief),
        lots=tuple(brief.lots.all()),
        questions=tuple(brief.questions.all()),
        changes=tuple(brief.amendments.all()),
    )


def covered_pence(brief: Brief) -> int:
    """What the yeses that stand come to, of those who are still in the group."""
    standing = brief.payers.filter(state=BriefPayer.State.YES, earmark__state="live", membership__state__in=MEMBERSHIP_IN)
    return int(standing.aggregate(pence=Sum("earmark__pence"))["pence"] or 0)


def is_covered(brief: Brief) -> bool:
    """Every pence of the most it can cost has a yes behind it."""
    return covered_pence(brief) >= brief.ceiling_pence


def _cards(rows: QuerySet[Brief], enterprise: Enterprise, at: datetime) -> list[BriefCard]:
    payers = Prefetch("payers", BriefPayer.objects.exclude(state=BriefPayer.State.NO))
    found = list(rows.prefetch_related("lots", "questions", "amendments", payers))
    labels = dict(Term.objects.filter(kind=Term.Kind.CATEGORY, slug__in={row.category for row in found}).values_list("slug", "label"))
    return [_card(row, enterprise, labels.get(row.category, row.category), at) for row in found]


def _card(row: Brief, enterprise: Enterprise, category: str, at: datetime) -> BriefCard:
    if row.questions_close_at is None or row.closes_at is None:
        raise AssertionError("an open brief has its times")
    asked = (Asked(one.pk, one.words, one.at, one.answer, one.enterprise_id == enterprise.pk) for one in row.questions.all())
    return BriefCard(
        brief_id=row.pk,
        version=row.version,
        category=category,
        outcode=row.outcode,
        problem=row.problem,
        people_words=row.people_words,
        outcome_words=row.outcome_words,
        must_haves=tuple(row.must_haves),
        criteria=tuple((str(one["label"]), int(one["weight"])) for one in row.criteria),
        together=row.together,
        people=len(row.payers.all()),
        weeks=row.weeks,
        starts_on=row.starts_on,
        weekly_ceiling_pence=row.weekly_ceiling_pence,
        ceiling_pence=row.ceiling_pence,
        lots=tuple(row.lots.all()),
        questions_close_at=row.questions_close_at,
        closes_at=row.closes_at,
        takes_questions=at < row.questions_close_at,
        questions=tuple(asked),
        changes=tuple(row.amendments.all()),
    )
