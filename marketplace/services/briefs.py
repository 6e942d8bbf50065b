"""A brief from the day providers may read it: published, asked about, answered, changed, taken back, ended without a choice.

Writing it is `brief_drafts`, the group's and the payers' yes `brief_yeses`, its clock `brief_clock`; other rooms import all of it from here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from marketplace import policies_of_briefs as policies
from marketplace.models import Brief, BriefAmendment, BriefQuestion, Need
from marketplace.policies import may_speak_for_enterprise
from marketplace.rules.briefs import AMEND_DAYS, BRIEF, KEPT_DAYS, MOST_AMENDMENTS, MOST_OPEN_DAYS, halfway, least_open_days
from marketplace.rules.tables import NotNow, after
from marketplace.selectors.briefs import is_covered
from marketplace.services.brief_drafts import check, draft_brief, drop, edit, edit_parts, lock, return_
from marketplace.services.brief_ends import cancel, end_without_award, withdraw_brief
from marketplace.services.brief_words import (
    MOST_LETTERS,
    BriefDraft,
    BriefIsNotComplete,
    LotDraft,
    TellsTooMuch,
    must_be_as_read,
    refuse_what_tells,
    texts_of,
)
from marketplace.services.brief_yeses import (
    GroupHasNotDecided,
    YesDoesNotFit,
    ask_group,
    group_decided,
    say_no,
    say_yes,
    share_again,
)
from marketplace.services.writing import log, tell
from people.models import Person
from pooling.models import Proposal
from pooling.services import proposals
from pooling.services.transactions import all_or_nothing
from providers.models import Enterprise

__all__ = [
    "BriefDraft",
    "BriefIsNotComplete",
    "GroupHasNotDecided",
    "LotDraft",
    "NotCovered",
    "NotForYou",
    "QuestionsAreClosed",
    "TellsTooMuch",
    "YesDoesNotFit",
    "amend_brief",
    "answer",
    "ask",
    "ask_group",
    "ask_to_withdraw",
    "cancel",
    "check",
    "draft_brief",
    "drop",
    "edit",
    "edit_parts",
    "end_without_award",
    "group_decided",
    "publish",
    "return_",
    "say_no",
    "say_yes",
    "share_again",
    "withdraw_brief",
]

MOST_QUESTIONS = 10
AMENDABLE = ("problem", "people_words", "outcome_words", "must_haves")


class NotCovered(Refusal):
    code = "brief_not_covered"
    sentence = "Not everybody who would pay has said yes yet. Together their yeses must cover the most it can cost."


class NotForYou(NotAllowed):
    """Not a provider whose checks for this kind of help are live."""

    sentence = "Only providers whose checks for this kind of help are up to date can read and answer this."


class QuestionsAreClosed(Refusal):
    code = "questions_are_closed"
    sentence = "Questions were taken in the first half of the time. You can still read the answers."
    field = "words"


@all_or_nothing
def publish(*, brief: Brief, by: Person, at: datetime, open_days: int | None = None, version: int | None = None) -> Brief:
    """Shows it to checked providers: by a second pair of eyes, after the group's yes, with every pence covered by the payers' own yeses.

    `open_days`: at least 5 to 14 by its value, at most 28; the least when None. `version`: the one they read. Raises NotAllowed, NotNow,
    BriefHasChanged, GroupHasNotDecided, NotCovered, BriefIsNotComplete, TellsTooMuch.
    """
    row = lock(brief)
    if not policies.may_look_over(by=by, brief=row, at=at):
        raise NotAllowed("Somebody else looks it over and shows it to providers: not who wrote it, and nobody who sells this kind of help.")
    state = after(BRIEF, row.state, "publish")
    must_be_as_read(row, version)
    if row.decided_at is None or row.need.state != Need.State.COMMISSIONING:
        raise GroupHasNotDecided
    refuse_what_tells(row, texts_of(row))
    if not is_covered(row):
        raise NotCovered
    least = least_open_days(row.ceiling_pence)
    days = least if open_days is None else open_days
    if not least <= days <= MOST_OPEN_DAYS:
        raise BriefIsNotComplete(f"Give providers between {least} and {MOST_OPEN_DAYS} days to answer.", field="open_days")
    row.state, row.published_by, row.opens_at = state, by, at
    row.questions_close_at, row.closes_at = at + halfway(days), at + timedelta(days=days)
    row.kept_until = row.closes_at + timedelta(days=KEPT_DAYS)
    if row.starts_on <= london_date(row.closes_at):
        raise BriefIsNotComplete(
            "The first day is before providers have answered. Have it sent back, and choose a later first day.", field="starts_on"
        )
    row.save(update_fields=["state", "published_by", "opens_at", "questions_close_at", "closes_at", "kept_until"])
    log(by=by, verb="publish_brief", row=row, at=at, closes_at=row.closes_at.isoformat(), ceiling_pence=row.ceiling_pence)
    tell(kind="brief_published", row=row, at=at)
    return row


@all_or_nothing
def ask(*, brief: Brief, enterprise: Enterprise, words: str, by: Person, at: datetime) -> BriefQuestion:
    """A checked provider asks; every provider and the group read it, nobody reads who asked. Until halfway.

    Raises NotAllowed, NotForYou, NotNow, QuestionsAreClosed, BriefIsNotComplete, TellsTooMuch.
    """
    row = lock(brief)
    if not may_speak_for_enterprise(by=by, enterprise=enterprise):
        raise NotAllowed
    if not Brief.objects.visible_to_enterprise(enterprise, london_date(at)).filter(pk=row.pk).exists():
        raise NotForYou
    after(BRIEF, row.state, "ask")
    if row.questions_close_at is None or at >= row.questions_close_at:
        raise QuestionsAreClosed
    if row.questions.filter(enterprise=enterprise).count() >= MOST_QUESTIONS:
        raise QuestionsAreClosed(f"You have asked {MOST_QUESTIONS} questions. That is as many as each provider can.")
    text = _said(row, words, "words")
    asked = BriefQuestion.objects.create(brief=row, council_code=row.council_code, enterprise=enterprise, asked_by=by, words=text, at=at)
    log(by=by, verb="ask_about_brief", row=row, at=at, question=asked.pk, enterprise=enterprise.pk)
    tell(kind="brief_question_asked", row=row, at=at, question=asked.pk)
    return asked


@all_or_nothing
def answer(*, question: BriefQuestion, words: str, by: Person, at: datetime) -> BriefQuestion:
    """The group's answer, for every provider. Said once: what changes afterwards is an amendment. Raises NotAllowed, NotNow, TellsTooMuch."""
    row = lock(Brief.objects.get(pk=question.brief_id))
    if not policies.may_answer_providers(by=by, brief=row, at=at):
        raise NotAllowed
    after(BRIEF, row.state, "answer")
    asked = BriefQuestion.objects.locked().get(pk=question.pk)
    if asked.answer or row.closes_at is None or at >= row.closes_at:
        raise NotNow("This has its answer already." if asked.answer else "It is closed: no more answers.")
    asked.answer, asked.answered_by, asked.answered_at = _said(row, words, "words"), by, at
    asked.save(update_fields=["answer", "answered_by", "answered_at"])
    log(by=by, verb="answer_about_brief", row=row, at=at, question=asked.pk)
    tell(kind="brief_question_answered", row=row, at=at, question=asked.pk)
    return asked


@all_or_nothing
def amend_brief(*, brief: Brief, why: str, by: Person, at: datetime, **words: Any) -> Brief:
    """The one who helps the group changes words while it is open (`words`: some of AMENDABLE). It stays open three days longer; offerers are told.

    The work and the money stay as the group decided and the payers said yes to. Raises NotAllowed, NotNow, BriefIsNotComplete, TellsTooMuch.
    """
    row = lock(brief)
    if not policies.may_check(by=by, brief=row, at=at):
        raise NotAllowed
    after(BRIEF, row.state, "amend_brief")
    if row.closes_at is None or row.questions_close_at is None or at >= row.closes_at:
        raise NotNow("It is closed: it can't be changed any more.")
    if row.amendments.count() >= MOST_AMENDMENTS:
        raise NotNow(f"It was changed {MOST_AMENDMENTS} times already. Ask the group to take it back, and write a new one.")
    _change_words(row, why, words)
    before = {name: getattr(brief_before, name) for brief_before in [Brief.objects.get(pk=row.pk)] for name in words}
    row.version += 1
    closed_at_before, row.closes_at = row.closes_at, row.closes_at + timedelta(days=AMEND_DAYS)
    row.questions_close_at = max(row.questions_close_at, min(at + timedelta(days=AMEND_DAYS) / 2, row.closes_at - timedelta(days=1)))
    row.kept_until = row.closes_at + timedelta(days=KEPT_DAYS)
    row.save(update_fields=[*words, "version", "closes_at", "questions_close_at", "kept_until"])
    BriefAmendment.objects.create(
        brief=row,
        council_code=row.council_code,
        version=row.version,
        why=why.strip(),
        before=before,
        closed_at_before=closed_at_before,
        by=by,
        at=at,
    )
    log(by=by, verb="amend_brief", row=row, at=at, version=row.version, closes_at=row.closes_at.isoformat())
    tell(kind="brief_amended", row=row, at=at)
    return row


@all_or_nothing
def ask_to_withdraw(*, brief: Brief, reason: str, by: Person, at: datetime) -> Proposal:
    """Puts it to the group to take the brief back. `reason` is what providers will read. Raises NotAllowed, NotNow, TellsTooMuch."""
    row = lock(brief)
    if not policies.may_write(by=by, cluster=row.cluster, category=row.category, at=at):
        raise NotAllowed
    after(BRIEF, row.state, "withdraw_brief")
    text = _said(row, reason, "reason")
    kind = Proposal.Kind.WITHDRAW_BRIEF
    title = "Shall we stop asking providers for this?"
    return proposals.put_to_group(cluster=row.cluster, kind=kind, title=title, text=text, about_kind="brief", about_id=row.pk, by=by, at=at)


def _said(row: Brief, words: str, field: str) -> str:
    text = words.strip()
    if not 3 <= len(text) <= MOST_LETTERS:
        raise BriefIsNotComplete(f"Write up to {MOST_LETTERS} letters.", field=field)
    refuse_what_tells(row, [(field, text)])
    return text


def _change_words(row: Brief, why: str, words: dict[str, Any]) -> None:
    if not words or not set(words) <= set(AMENDABLE):
        raise BriefIsNotComplete("Change at least one of the words. The work and the money stay as they are.", field="problem")
    _said(row, why, "why")
    for name, new in words.items():
        setattr(row, name, _kept_short(name, new))
    refuse_what_tells(row, texts_of(row))


def _kept_short(name: str, new: str | Sequence[str]) -> str | list[str]:
    if isinstance(new, str):
        if not 1 <= len(new.strip()) <= MOST_LETTERS:
            raise BriefIsNotComplete(f"Write up to {MOST_LETTERS} letters.", field=name)
        return new.strip()
    lines = [one.strip() for one in new if one.strip()]
    if len(lines) > 5 or any(len(one) > 200 for one in lines):
        raise BriefIsNotComplete("Up to 5 of them, each up to 200 letters.", field=name)
    return lines
