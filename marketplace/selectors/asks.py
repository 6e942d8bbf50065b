"""What officers asked, and what they may read of the answers: words, and a name where somebody chose one; in no order that tells who."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from marketplace.models import OfficerAnswer, OfficerQuestion
from people.models import Person
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Said:
    """One answer. `name`: "" when they gave none."""

    words: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an officer. `answers`: None until it is closed: one that comes in today would tell who was asked today."""

    question: OfficerQuestion
    kind: str
    answers: list[Said] | None


def answers_to(question: OfficerQuestion, *, at: datetime) -> list[Said] | None:
    """Of one question; None while it is open."""
    if question.closes_at > at:
        return None
    rows = OfficerAnswer.objects.filter(question=question, answered_at__isnull=False).order_by("words", "name")
    return [Said(one.words, one.name) for one in rows]


def asked_by_council(council_code: str, *, at: datetime) -> list[Asked]:
    """Newest first. Whoever calls has checked who asks. Three queries. Answers are in the order of their words."""
    rows = list(OfficerQuestion.objects.filter(council_code=council_code))
    kinds = {term.slug: term.label for term in Term.objects.categories()}
    said: dict[int, list[Said]] = {}
    for one in OfficerAnswer.objects.filter(question__in=rows, answered_at__isnull=False).order_by("words", "name"):
        said.setdefault(one.question_id, []).append(Said(one.words, one.name))
    return [Asked(row, kinds.get(row.category, row.category), said.get(row.pk, []) if row.closes_at <= at else None) for row in rows]


def questions_to(person: Person, *, at: datetime) -> QuerySet[OfficerAnswer]:
    """What this person is asked by an officer and has not answered."""
    return OfficerAnswer.objects.filter(person=person).open_at(at).select_related("question").order_by("question__closes_at", "pk")
