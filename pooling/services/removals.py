"""Asking somebody to leave: the reason, their reply, the group's decision (two thirds of the others), and an appeal to an operator.

They stay in, and are helped, until ten working days are over and no appeal is open; an appeal that nobody answers runs out in their favour
(adr/0019). Locks: the group, then the place in it.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts
from payments.services.one_by_one import one_by_one
from people.models import Person
from places.calendar import add_working_days
from pooling import policies
from pooling.models import Leaving, Membership, Removal
from pooling.rules import (
    APPEAL_ANSWER_WORKING_DAYS,
    APPEAL_REMINDER_WORKING_DAYS,
    APPEAL_WORKING_DAYS,
    MEMBERSHIP,
    NEW,
    REMOVAL,
    NotNow,
    step,
)
from pooling.services.leaving import begin, stay
from pooling.services.leaving import tell as tell_leaving
from pooling.services.membership_records import lock_place, write_trail
from pooling.services.transactions import all_or_nothing

if TYPE_CHECKING:
    from pooling.models import Proposal

MOST = 1_000


class ReasonIsMissing(Refusal):
    code = "reason_is_missing"
    sentence = "Say why, in at most 1,000 letters. The person reads it and can answer."
    field = "reason"


class ReplyIsMissing(Refusal):
    code = "reply_is_missing"
    sentence = "Write your answer, in at most 1,000 letters."
    field = "reply"


class AppealIsMissing(Refusal):
    code = "appeal_is_missing"
    sentence = "Say why you think it is wrong, in at most 1,000 letters."
    field = "appeal"


class AnswerIsMissing(Refusal):
    code = "answer_is_missing"
    sentence = "Say why, in at most 1,000 letters. Both sides read it."
    field = "answer"


class AppealIsTooLate(Refusal):
    code = "appeal_is_too_late"
    sentence = "The ten working days to ask for a second look are over. Ring us."


@all_or_nothing
def ask(*, membership: Membership, reason: str, by: Person, at: datetime) -> Removal:
    """Somebody past their first days puts it to the group; the person may reply at once, and does not vote.

    Raises NotAllowed, NotNow, ReasonIsMissing; what `proposals.put_to_group` raises.
    """
    from pooling.services import proposals

    place = lock_place(membership)
    settled = place.cluster.memberships.inside().exclude(state=Membership.State.TRIAL).exclude(pk=place.pk)
    if not settled.of(by).exists():
        raise NotAllowed
    step(MEMBERSHIP, place.state, "remove")
    words = _words(reason, ReasonIsMissing)
    if Removal.objects.filter(membership=place, state__in=("asked", "decided", "appealed")).exists():
        raise NotNow("The group is being asked about this already.")
    row = Removal.objects.create(
        membership=place, council_code=place.council_code, state=step(REMOVAL, NEW, "ask"), reason=words, asked_by=by, asked_at=at
    )
    question = proposals.put_to_group(
        cluster=place.cluster,
        kind="remove",
        title=f"Should {place.person.known_as} leave the group?",
        text=words,
        about_kind="membership",
        about_id=place.pk,
        by=by,
        at=at,
    )
    row.proposal_id = question.pk
    row.save(update_fields=["proposal_id"])
    write_trail(membership=place, verb="pooling.ask_removal", by=by, at=at, removal=row.pk)
    _tell("pooling.removal_asked", row, at)
    return row


@all_or_nothing
def reply(*, removal: Removal, reply: str, by: Person, at: datetime) -> Removal:
    """The person's own answer, which everybody who decides can read; they may change it until then. Raises NotAllowed, NotNow, ReplyIsMissing."""
    place, row = _lock(removal)
    _must_be_theirs(place, by, at)
    row.state = step(REMOVAL, row.state, "reply")
    row.reply, row.replied_at = _words(reply, ReplyIsMissing), at
    row.save(update_fields=["state", "reply", "replied_at"])
    write_trail(membership=place, verb="pooling.removal_reply", by=by, at=at, removal=row.pk)
    return row


@all_or_nothing
def decided(*, proposal: "Proposal", at: datetime) -> Leaving | None:
    """The group said yes: ten working days' notice, in which they may appeal. Called once, when the decision is enacted; safe to repeat.

    None where the place is not what it was: they said themselves that they leave, or are out.
    """
    place = lock_place(Membership(pk=proposal.about_id or 0))
    row = Removal.objects.locked().filter(membership=place, proposal_id=proposal.pk, state=Removal.State.ASKED).first()
    if row is None:
        return None
    if (place.state, "remove") not in MEMBERSHIP:
        row.state = step(REMOVAL, row.state, "turn_down")
        row.save(update_fields=["state"])
        return None
    last = add_working_days(london_date(at), APPEAL_WORKING_DAYS)
    # The tenth day is theirs, whole: they are out on the one after.
    leaving = begin(place=place, verb="remove", why=Leaving.Why.REMOVAL, until=last + timedelta(days=1), by=None, at=at)
    row.state, row.decided_at, row.appeal_by, row.leaving = step(REMOVAL, row.state, "decide"), at, last, leaving
    row.save(update_fields=["state", "decided_at", "appeal_by", "leaving"])
    _tell("pooling.removal_decided", row, at)
    return leaving


@all_or_nothing
def turned_down(*, proposal: "Proposal", at: datetime) -> int:
    """The group said no, or took the question back: they stay, and nothing is held against them. Safe to repeat."""
    place = lock_place(Membership(pk=proposal.about_id or 0))
    row = Removal.objects.locked().filter(membership=place, proposal_id=proposal.pk, state=Removal.State.ASKED).first()
    if row is None:
        return 0
    row.state = step(REMOVAL, row.state, "turn_down")
    row.save(update_fields=["state"])
    write_trail(membership=place, verb="pooling.removal_turned_down", by=None, at=at, removal=row.pk)
    return 1


@all_or_nothing
def appeal(*, removal: Removal, appeal: str, by: Person, at: datetime) -> Removal:
    """The person asks an operator to look at it again: they stay in, and are helped as before, until that is answered.

    Raises NotAllowed, NotNow, AppealIsTooLate, AppealIsMissing.
    """
    place, row = _lock(removal)
    _must_be_theirs(place, by, at)
    after = step(REMOVAL, row.state, "appeal")
    if place.state != Membership.State.REMOVAL_NOTICE or row.appeal_by is None or london_date(at) > row.appeal_by:
        raise AppealIsTooLate
    row.state, row.appeal, row.appealed_at = after, _words(appeal, AppealIsMissing), at
    row.save(update_fields=["state", "appeal", "appealed_at"])
    write_trail(membership=place, verb="pooling.removal_appeal", by=by, at=at, removal=row.pk)
    _tell("pooling.removal_appealed", row, at)
    # Their visits go on until it is answered, however long that takes: for the rooms above they stay.
    tell_leaving("pooling.leaving_taken_back", place, _open_leaving(place), at)
    return row


@all_or_nothing
def answer_appeal(*, removal: Removal, uphold: bool, answer: str, by: Person, at: datetime) -> Removal:
    """An operator decides, with reasons that both sides read: they stay (`uphold`), or the decision stands.

    Not an operator with an interest (`policies.may_answer_appeal`). Raises NotAllowed, NotNow, AnswerIsMissing.
    """
    place, row = _lock(removal)
    if not policies.may_answer_appeal(by=by, removal=row, membership=place, at=at):
        raise NotAllowed
    row.state = step(REMOVAL, row.state, "uphold" if uphold else "refuse")
    row.answer, row.answered_by, row.answered_at = _words(answer, AnswerIsMissing), by, at
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    write_trail(membership=place, verb="pooling.appeal_answered", by=by, at=at, removal=row.pk, upheld=int(uphold))
    if (place.state, "appeal_upheld") in MEMBERSHIP:
        if uphold:
            stay(place=place, verb="appeal_upheld", by=by, at=at)
        else:
            _leave_after_all(place, at)
    _tell("pooling.appeal_answered", row, at)
    return row


def _leave_after_all(place: Membership, at: datetime) -> None:
    """On the day the group decided, or today when that is over; the rooms above work out again what may still be billed."""
    leaving = _open_leaving(place)
    leaving.until = max(leaving.until, london_date(at))
    leaving.save(update_fields=["until"])
    tell_leaving("pooling.leaving_began", place, leaving, at)


def _open_leaving(place: Membership) -> Leaving:
    return Leaving.objects.locked().get(membership=place, state=Leaving.State.BEGAN)


# --- the clock ---


def advance_due(*, at: datetime) -> int:
    """Appeals nobody answered: operators are told again half way, and after ten working days the person stays. Returns how many moved.

    Facts: `pooling.appeal_waits`, `pooling.appeal_ran_out`.
    """
    waiting = Removal.objects.filter(state=Removal.State.APPEALED, appealed_at__lt=at - timedelta(days=APPEAL_REMINDER_WORKING_DAYS)).order_by("pk")
    return one_by_one(list(waiting), lambda one: _run_out_or_remind(one, at))


@all_or_nothing
def _run_out_or_remind(removal: Removal, at: datetime) -> bool:
    place, row = _lock(removal)
    if row.state != Removal.State.APPEALED or row.appealed_at is None:
        return False
    asked_on, today = london_date(row.appealed_at), london_date(at)
    if (place.state, "appeal_upheld") not in MEMBERSHIP:
        return _end(place, row, "overtake", at)
    if today > add_working_days(asked_on, APPEAL_ANSWER_WORKING_DAYS):
        stay(place=place, verb="appeal_upheld", by=None, at=at)
        return _end(place, row, "run_out", at)
    if today > add_working_days(asked_on, APPEAL_REMINDER_WORKING_DAYS) and not facts.is_recorded(**_fact("pooling.appeal_waits", row)):
        _tell("pooling.appeal_waits", row, at)
        return True
    return False


def _end(place: Membership, row: Removal, verb: str, at: datetime) -> bool:
    row.state = step(REMOVAL, row.state, verb)
    row.save(update_fields=["state"])
    write_trail(membership=place, verb=f"pooling.appeal_{verb}", by=None, at=at, removal=row.pk)
    if verb == "run_out":
        _tell("pooling.appeal_ran_out", row, at)
    return True


def _lock(removal: Removal) -> tuple[Membership, Removal]:
    place = lock_place(Membership(pk=removal.membership_id))
    return place, Removal.objects.locked().get(pk=removal.pk)


def _must_be_theirs(place: Membership, by: Person, at: datetime) -> None:
    if not policies.may_decide(by=by, person=place.person, decision="groups", at=at):
        raise NotAllowed


def _words(text: str, missing: type[Refusal]) -> str:
    words = text.strip()
    if not 1 <= len(words) <= MOST:
        raise missing
    return words


def _fact(kind: str, row: Removal) -> dict[str, Any]:
    return {"kind": kind, "subject": f"membership:{row.membership_id}", "payload": {"membership": row.membership_id, "removal": row.pk}}


def _tell(kind: str, row: Removal, at: datetime) -> None:
    facts.record(**_fact(kind, row), at=at, council_code=row.council_code)
