"""Each payer's own yes that it happened, for their own share: visit by visit, by them or who may say it for them (state-machines.md 8)."""

from collections.abc import Iterable
from datetime import datetime

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import MilestoneShare, ShareNotice, VisitPart
from marketplace.rules.dates import CLOCK_OUT_DAYS, HELD_BACK_REMIND_DAYS, LONDON, NO_ANSWER_DAYS, REMIND_DAYS, answer_by, is_past
from marketplace.rules.silence import ANSWER_WORKING_DAYS, why_silence_may_not_pay
from marketplace.rules.tables import SHARE, NotNow, after
from marketplace.selectors.silence import silence_facts
from marketplace.services import money
from marketplace.services.answers import AnswerIsNotClear, Said, as_said, ask_person, conclude, keep, open_parts
from marketplace.services.away import away
from marketplace.services.decisions import clock_out, pay_as_decided
from marketplace.services.writing import log, tell
from payments.services.one_by_one import one_by_one
from people.models import Person
from people.services import approvals
from places.calendar import add_working_days
from pooling.services.transactions import all_or_nothing

__all__ = ["advance_due", "agree_to_large_payment", "answer", "away", "not_sure", "part_yes", "question", "record_for_person", "record_notice", "yes"]

MAY_NOT_SAY = "Only the person who pays can say this, or somebody who may for them and did not book it alone. Nobody from the provider can."
Answers = Iterable[tuple[VisitPart, str, int | None]]


class WordsAreMissing(Refusal):
    """A question without words, or an answer written down without saying how the person gave it."""

    code = "words_missing"
    sentence = "Write a few words, so that the provider knows what was not right."
    field = "words"


def answer(*, share: MilestoneShare, answers: Answers, words: str = "", by: Person, at: datetime) -> MilestoneShare:
    """A payer's answers about visits: (visit part, yes | part | no | not_sure, accepted pence for `part`).

    Before the week is sent in they are kept and count then. Once every visit has an answer: what is said yes to is paid, what is not waits, what
    they are not sure of is asked again tomorrow. Raises NotAllowed, NotNow, AnswerIsNotClear, WordsAreMissing (a no or part without words).
    """
    return _answer(share, as_said(answers), words, by, at)


def yes(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """It all happened: pay my part."""
    return _answer(share, None, "", by, at, everything=VisitPart.Answer.YES)


def part_yes(*, share: MilestoneShare, answers: Answers, words: str, by: Person, at: datetime) -> MilestoneShare:
    """Some of it happened; the rest waits as a question."""
    return _answer(share, as_said(answers), words, by, at)


def question(*, share: MilestoneShare, words: str, by: Person, at: datetime) -> MilestoneShare:
    """It did not happen, or not as it should: the whole share waits."""
    return _answer(share, None, words, by, at, everything=VisitPart.Answer.NO)


def not_sure(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """Ask me tomorrow. After three times a human asks."""
    return _answer(share, None, "", by, at, everything=VisitPart.Answer.NOT_SURE)


@all_or_nothing
def record_for_person(*, share: MilestoneShare, answers: Answers, words: str, by: Person, at: datetime) -> MilestoneShare:
    """A named human asked the person, when the system asked for it, and writes down the person's own answer. `words`: how they answered.

    Raises NotAllowed (linked to the provider, or not one of those who may), NotNow, WordsAreMissing.
    """
    row = money.lock_share(share)
    if not policies.may_write_down_answer(by=by, share=row, at=at):
        raise NotAllowed("You can't write down this person's answer.")
    if row.state != MilestoneShare.State.WITH_HELPER:
        raise NotNow("Nobody was asked to help with this answer.")
    if not words.strip():
        raise WordsAreMissing("Write how they answered: in their words, by a nod, on the phone.")
    keep(share=row, said=as_said(answers), by=by, at=at)
    log(by=by, verb="record_for_person", row=row, at=at, on_behalf_of=row.payer.person)
    conclude(share=row, by=by, at=at, words=words.strip())
    _remember(row, words)
    return row


def record_notice(*, share: MilestoneShare, kind: str, channel: str, at: datetime) -> ShareNotice:
    """A notice about this share went out: `frontend.notices` calls down, so that the silence rules can count it. Told twice is written once."""
    notice, _ = ShareNotice.objects.get_or_create(share=share, kind=kind, channel=channel, at=at)
    return notice


@all_or_nothing
def agree_to_large_payment(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """The second person's yes to a payment above £500 from one payer to one provider in 28 days. Raises NotAllowed, NotNow."""
    row = money.lock_share(share)
    if not policies.may_be_second_person(by=by, share=row, at=at):
        raise NotAllowed
    if row.state not in {"agreed", "questioned"} or not money.is_large(share=row, pence=row.pence, at=at):
        raise NotNow("This payment does not need a second person.")
    asked = row.answered_by or row.payer.person
    approval = approvals.ask(
        what=money.LARGE_PAYMENT,
        about_kind=money.ABOUT_SHARE,
        about_id=row.pk,
        by=asked,
        reason="A large payment to one provider in 28 days.",
        at=at,
        council_code=row.council_code,
    )
    approvals.give(approval=approval, by=by, at=at, room_says_may=True)
    log(by=by, verb="agree_to_large_payment", row=row, at=at, pence=row.pence)
    if row.state == MilestoneShare.State.AGREED:
        money.try_release(share=row, at=at)
    return row


@all_or_nothing
def _answer(
    share: MilestoneShare, said: list[Said] | None, words: str, by: Person, at: datetime, everything: VisitPart.Answer | None = None
) -> MilestoneShare:
    row = money.lock_share(share)
    if not policies.may_say_it_happened(by=by, share=row, at=at):
        raise NotAllowed(MAY_NOT_SAY)
    if row.state not in {"covered", "asked", "with_helper"}:
        raise NotNow("This has been answered already.")
    said = _everything(row, everything) if said is None and everything is not None else said or []
    if not said:
        raise AnswerIsNotClear
    if any(one.answer in {"no", "part"} for one in said) and not words.strip():
        raise WordsAreMissing
    keep(share=row, said=said, by=by, at=at)
    log(by=by, verb="answer", row=row, at=at, on_behalf_of=row.payer.person, parts=[one.part_id for one in said])
    if row.state != MilestoneShare.State.COVERED:
        conclude(share=row, by=by, at=at, words=words.strip() or row.question)
    _remember(row, words)
    return row


def _remember(share: MilestoneShare, words: str) -> None:
    """Words about a visit whose answer does not count yet are still there when it does."""
    if words.strip() and share.state in {"covered", "asked", "with_helper"}:
        share.question = words.strip()
        share.save(update_fields=["question"])


def _everything(share: MilestoneShare, answer: VisitPart.Answer) -> list[Said]:
    return [Said(part.pk, answer) for part in open_parts(share)]


# --- the timer ---


def advance_due(*, at: datetime) -> int:
    """Asks again, applies the silence rules, calls a human, reminds who decides, pays what waited. Returns how many shares moved."""
    due = MilestoneShare.objects.due(at).order_by("pk").values_list("pk", flat=True)
    return one_by_one(due, lambda pk: advance_share(share_id=pk, at=at))


@all_or_nothing
def advance_share(*, share_id: int, at: datetime) -> int:
    """What the clock, or money that has come in, does to one share: 1 if it moved."""
    share = money.lock_share(MilestoneShare.objects.only("pk", "milestone_id").get(pk=share_id))
    if share.state == MilestoneShare.State.DECIDED:
        return int(bool(share.waits_for) and money.pay_decided_order(share=share, at=at))
    step = STEPS.get(share.state)
    return int(step(share, at)) if step else 0


def _when_asked(share: MilestoneShare, at: datetime) -> bool:
    assert share.asked_at is not None
    if at < answer_by(asked_at=share.asked_at, working_days=ANSWER_WORKING_DAYS, add_working_days=add_working_days):
        return _ask_again(share, at)
    # What they did answer counts by itself; only what they did not is silence.
    conclude(share=share, by=None, at=at, words=share.question, unanswered=True)
    if share.state != MilestoneShare.State.ASKED:
        return True
    why = why_silence_may_not_pay(silence_facts(share=share, at=at))
    if why or share.not_sure_count:
        ask_person(share=share, why=why or ["not_sure"], at=at)
    else:
        money.agree(share=share, verb="silence", by=None, at=at, by_silence=True)
    return True


def _ask_again(share: MilestoneShare, at: datetime) -> bool:
    if share.ask_again_on is None or at.astimezone(LONDON).date() < share.ask_again_on:
        return False
    share.ask_again_on = None
    share.save(update_fields=["ask_again_on"])
    tell(kind="share_asked", row=share, at=at, pence=share.pence)
    return True


def _when_with_helper(share: MilestoneShare, at: datetime) -> bool:
    assert share.asked_at is not None
    if not is_past(share.asked_at, NO_ANSWER_DAYS, at):
        return False
    # What was answered counts as it was said, as in `_when_asked`.
    conclude(share=share, by=None, at=at, words=share.question, unanswered=True)
    if share.state == MilestoneShare.State.WITH_HELPER:
        money.question(share=share, verb="no_answer", words="", by=None, at=at)
    return True


def _when_questioned(share: MilestoneShare, at: datetime) -> bool:
    assert share.questioned_at is not None
    if share.pay_decided_at is not None:
        return pay_as_decided(share=share, at=at)
    if is_past(share.questioned_at, CLOCK_OUT_DAYS, at):
        return clock_out(share=share, at=at)
    days = HELD_BACK_REMIND_DAYS if share.held_back_at else REMIND_DAYS
    if share.reminders < len(days) and is_past(share.questioned_at, days[share.reminders], at):
        share.state = after(SHARE, share.state, "remind")
        share.reminders, share.reminded_at = share.reminders + 1, at
        share.save(update_fields=["state", "reminders", "reminded_at"])
        log(by=None, verb="remind", row=share, at=at, times=share.reminders)
        tell(kind="share_reminded", row=share, at=at, times=share.reminders)
        return True
    return False


def _when_agreed(share: MilestoneShare, at: datetime) -> bool:
    return money.try_release(share=share, at=at, by_two=share.pay_decided_at is not None)


STEPS = {"asked": _when_asked, "with_helper": _when_with_helper, "questioned": _when_questioned, "agreed": _when_agreed}
