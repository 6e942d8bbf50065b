"""What was paid because the person did not answer: until when they may say that it was wrong, and what became of that."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from audit.clock import london_date
from audit.kept import answers
from frontend import words
from marketplace.models import MilestoneShare
from marketplace.rules.dates import LATE_QUESTION_DAYS, last_day_to_question
from people.models import Person


@dataclass(frozen=True, slots=True)
class SilentLine:
    """One such payment. `may_ask`: it can still be said that it was wrong."""

    share_id: int
    title: str
    provider: str
    week: str
    pence: int
    paid_on: datetime | None
    stands: str
    may_ask: bool


def paid_without_answer(person: Person, at: datetime) -> list[SilentLine]:
    """This person's own, of the last 28 days or still looked at, newest first. One query."""
    return [
        SilentLine(
            share_id=share.pk,
            title=share.milestone.agreement.title,
            provider=share.milestone.agreement.enterprise.name,
            week=words.which_week(share.milestone),
            pence=share.pence,
            paid_on=share.released_at,
            stands=stands(share, london_date(at)),
            may_ask=may_still_be_questioned(share, at),
        )
        for share in answers(_recent, person, at)
    ]


def _recent(person: Person, at: datetime) -> QuerySet[MilestoneShare]:
    since = at - timedelta(days=LATE_QUESTION_DAYS + 1)
    rows = MilestoneShare.objects.of(person.pk).paid_silently().select_related("milestone__agreement__enterprise")
    return (rows.filter(released_at__gte=since) | rows.filter(state="queried_late")).order_by("-released_at", "-pk")


def may_still_be_questioned(share: MilestoneShare, at: datetime) -> bool:
    """Paid without an answer, nobody said yet that it was wrong, and the 28 days are not over. Whose right it is, policies say."""
    if share.state != "released" or not share.by_silence or share.late_at is not None or share.released_at is None:
        return False
    return london_date(at) <= last_day_to_question(share.released_at)


def stands(share: MilestoneShare, today: date) -> str:
    """How it stands with saying that it was wrong."""
    if share.state == "queried_late" and share.late_at is not None:
        return f"You told us on {words.day(share.late_at)} that it was wrong. Two people look at it. It stays paid while they do."
    if share.late_ended_at is not None:
        return f"You told us that it was wrong. Two people looked at it and say it was right: “{' '.join(share.late_reason.split())}”"
    if share.released_at is None:
        return f"Once it is paid you have {LATE_QUESTION_DAYS} days to tell us it was wrong."
    last = last_day_to_question(share.released_at)
    if today > last:
        return f"The {LATE_QUESTION_DAYS} days to tell us it was wrong are over."
    return f"Was it wrong? Tell us by {words.day(last)}."
