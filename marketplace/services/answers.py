"""What a payer's answers, visit by visit, do to their share: one part is paid, one part waits, one part is asked again.

Everything here runs in the caller's transaction, with the milestone and the share locked, after the caller has checked who is answering.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.errors import Refusal
from marketplace.models import MilestoneShare, VisitPart
from marketplace.rules.dates import LONDON
from marketplace.rules.silence import NOT_SURE_TIMES
from marketplace.rules.tables import SHARE, after
from marketplace.services import money
from marketplace.services.writing import log, tell
from people.models import Person

Answer = VisitPart.Answer


class AnswerIsNotClear(Refusal):
    """An answer that is not on the list, about another's visit, or of more money than the visit costs."""

    code = "answer_not_clear"
    sentence = "Choose one answer for each visit."
    field = "answer"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: to which visit part, which, and for `part` how many pence of it are accepted."""

    part_id: int
    answer: str
    accepted_pence: int | None = None


def as_said(answers: Iterable[tuple[VisitPart, str, int | None]]) -> list[Said]:
    """The contract's triples (visit part, answer, accepted pence) as rows."""
    return [Said(part.pk, answer, accepted) for part, answer, accepted in answers]


def keep(*, share: MilestoneShare, said: Sequence[Said], by: Person, at: datetime) -> None:
    """Writes answers into the share's visit parts. Raises AnswerIsNotClear."""
    parts = {part.pk: part for part in open_parts(share)}
    for one in said:
        part = parts.get(one.part_id)
        if part is None:
            raise AnswerIsNotClear("That visit is not yours to answer.")
        part.answer, part.accepted_pence = _checked(one, part)
        part.answered_by, part.answered_at = by, at
        part.save(update_fields=["answer", "accepted_pence", "answered_by", "answered_at"])


def open_parts(share: MilestoneShare) -> list[VisitPart]:
    """The visits of this share that somebody came to, in order; each is asked about."""
    parts = VisitPart.objects.locked().filter(share=share, is_away=False, visit__state__in=["done", "not_recorded"])
    return sorted(parts.select_related("visit"), key=lambda part: (part.visit.on, part.visit.number))


def _checked(one: Said, part: VisitPart) -> tuple[str, int | None]:
    if one.answer not in {Answer.YES, Answer.PART, Answer.NO, Answer.NOT_SURE}:
        raise AnswerIsNotClear
    if one.answer != Answer.PART:
        return one.answer, {Answer.YES: part.pence, Answer.NO: 0}.get(Answer(one.answer))
    if one.accepted_pence is None or not 0 < one.accepted_pence < part.pence:
        raise AnswerIsNotClear("Write how much of it you say yes to: more than nothing, and less than all of it.", field="accepted_pence")
    return one.answer, one.accepted_pence


def conclude(*, share: MilestoneShare, by: Person | None, at: datetime, words: str = "", early: bool = False, unanswered: bool = False) -> None:
    """Acts on the answers of a share that is asked (or with a helper).

    Nothing happens while a visit is unanswered, unless `unanswered`: then the answered ones count and the rest stays in this row.
    `early`: at sending in, from answers given before; "not sure" then does not count as one of the three times.
    """
    parts = open_parts(share)
    silent = [part for part in parts if part.answer == Answer.NONE]
    unsure = [part for part in parts if part.answer == Answer.NOT_SURE]
    if (silent and not unanswered) or len(silent) == len(parts) or (early and len(silent) + len(unsure) == len(parts)):
        return
    by = by or next(part.answered_by for part in parts if part.answered_by is not None)
    accepted, contested = _sort(share, [part for part in parts if part not in silent and part not in unsure])
    rows = _cut(share, accepted, contested, waiting=[*silent, *unsure])
    if rows.contested is not None:
        money.question(share=rows.contested, verb="question", words=words, by=by, at=at)
    if rows.accepted is not None:
        verb = "yes" if rows.contested is None and rows.waiting is None else "part_yes"
        money.agree(share=rows.accepted, verb=verb, by=by, at=at)
    if rows.waiting is not None and unsure and not early:
        _not_sure(rows.waiting, by, at)


@dataclass(slots=True)
class _Rows:
    accepted: MilestoneShare | None = None
    contested: MilestoneShare | None = None
    waiting: MilestoneShare | None = None


def _sort(share: MilestoneShare, answered: list[VisitPart]) -> tuple[list[VisitPart], list[VisitPart]]:
    """Splits answered parts into what is accepted and what is not; a part accepted in part becomes two rows."""
    accepted, contested = [], []
    for part in answered:
        yes = part.accepted_pence or 0
        if yes == part.pence:
            accepted.append(part)
        elif yes == 0:
            contested.append(part)
        else:
            accepted.append(part)
            contested.append(
                VisitPart(
                    visit=part.visit,
                    share=share,
                    pence=part.pence - yes,
                    note=part.note,
                    answer=Answer.NO,
                    accepted_pence=0,
                    answered_by=part.answered_by,
                    answered_at=part.answered_at,
                )
            )
            part.pence = yes
    return accepted, contested


def _cut(share: MilestoneShare, accepted: list[VisitPart], contested: list[VisitPart], *, waiting: list[VisitPart]) -> _Rows:
    """One row for each kind of part. The row we have keeps what waits, else what is accepted, else all of it."""
    groups = [("waiting", waiting), ("accepted", accepted), ("contested", contested)]
    rows = _Rows()
    kept = False
    for name, parts in groups:
        if not parts:
            continue
        row = money.cut(share=share, pence=sum(part.pence for part in parts)) if kept else share
        kept = True
        setattr(rows, name, row)
        if row is not share:
            row.milestone, row.payer, row.portion, row.call, row.hold = share.milestone, share.payer, share.portion, share.call, share.hold
            for part in parts:
                part.share = row
                part.save()
        else:
            for part in parts:
                part.save()
    return rows


def _not_sure(share: MilestoneShare, by: Person, at: datetime) -> None:
    """Asked again tomorrow, three times at most; then a human asks (or, with a helper, the helper asks again)."""
    if share.state == MilestoneShare.State.WITH_HELPER:
        return
    share.state = after(SHARE, share.state, "not_sure")
    share.not_sure_count += 1
    share.ask_again_on = at.astimezone(LONDON).date() + timedelta(days=1)
    share.save(update_fields=["state", "not_sure_count", "ask_again_on"])
    log(by=by, verb="not_sure", row=share, at=at, on_behalf_of=share.payer.person, times=share.not_sure_count)
    if share.not_sure_count >= NOT_SURE_TIMES:
        ask_person(share=share, why=["not_sure"], at=at)


def ask_person(*, share: MilestoneShare, why: Sequence[str], at: datetime) -> None:
    """Silence may not pay this: a human is asked to ask. `why`: slugs of the rules that stand in the way."""
    share.state = after(SHARE, share.state, "ask_person")
    share.with_helper_at, share.ask_again_on = at, None
    share.save(update_fields=["state", "with_helper_at", "ask_again_on"])
    log(by=None, verb="ask_person", row=share, at=at, why=list(why))
    tell(kind="share_with_helper", row=share, at=at, pence=share.pence, why=list(why))
