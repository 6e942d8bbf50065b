"""The leaver's statement (state-machines.md S5): sent once what is theirs is known, agreed, asked about, or left unanswered; then it goes home.

Nobody types a sum: every figure comes out of the book, and a correction is a new version. Locks: the group, the place in it; the ledger last.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts
from payments.services.one_by_one import one_by_one
from people.models import Person
from places.calendar import add_working_days, working_days_between
from pooling import policies, selectors
from pooling.models import ExitTerm, Leaving, Membership, Portion, Statement, StatementPart, StatementQuery
from pooling.rules import (
    ANSWER_WORKING_DAYS,
    LEAVING,
    MEMBERSHIP,
    NEW,
    REMINDER_WORKING_DAYS,
    STATEMENT,
    step,
)
from pooling.selectors import leaving as reading
from pooling.selectors.leaving import Line, Reckoned
from pooling.services import leaving_money
from pooling.services.leaving_money import Going
from pooling.services.leaving_promises import end_promises, end_promises_due
from pooling.services.membership_records import end_place, lock_place, write_trail
from pooling.services.transactions import all_or_nothing

State = Membership.State


class WordsAreMissing(Refusal):
    code = "words_are_missing"
    sentence = "Say what it is about, in at most 1,000 letters."
    field = "words"


class ReasonsAreMissing(Refusal):
    code = "reasons_are_missing"
    sentence = "Say why, in at most 1,000 letters. The person reads it."
    field = "reasons"


class NoSuchLine(Refusal):
    code = "no_such_line"
    sentence = "Choose the line you ask about."
    field = "line"


# --- before the day ---


@all_or_nothing
def record_exit_terms(
    *, membership: Membership, agreement_id: int, until: date, bill_pence: int, route: str, at: datetime, portion: Portion | None = None
) -> ExitTerm | None:
    """What one provider may still bill a leaver, and the way out of that agreement; again with newer figures whenever they change.

    `portion`: the part of their budget it comes out of; found by their own yes when not given. None when nobody is leaving any more.
    """
    place = lock_place(membership)
    leaving = place.leavings.open().first()
    money = portion or reading.portion_for(place, agreement_id)
    if leaving is None or money is None:
        return None
    known = {"until": until, "bill_pence": bill_pence, "route": route, "at": at}
    term, _ = ExitTerm.objects.update_or_create(leaving=leaving, agreement_id=agreement_id, portion=money, defaults=known)
    write_trail(membership=place, verb="pooling.exit_terms", by=None, at=at, agreement=agreement_id, bill_pence=bill_pence)
    return term


# --- the statement ---


@all_or_nothing
def issue_statement(*, membership: Membership, at: datetime) -> Statement | None:
    """Adds up what is a leaver's: what comes back waits in LEAVING, what is still open is named. None when no money was ever here.

    Promises that nothing counts on end with it. Fact: `pooling.statement_sent`. Raises NotNow.
    """
    place = lock_place(membership)
    step(MEMBERSHIP, place.state, "issue_statement")
    leaving = Leaving.objects.locked().get(membership=place, state=Leaving.State.LEFT)
    end_promises(place, at)
    if not reading.has_ever_paid(place) and not selectors.has_something_on(place):
        end_place(membership=place, verb="nothing_left", at=at)
        _settle(leaving, at)
        return None
    place.state = step(MEMBERSHIP, place.state, "issue_statement")
    place.save(update_fields=["state"])
    return _send(place, leaving, at)


def _send(place: Membership, leaving: Leaving, at: datetime, by: Person | None = None) -> Statement:
    """A version of the statement, and its journal. What an earlier version put aside and did not send home is in this one too."""
    reckoned = reading.reckon(place, None)
    waiting = {one.portion.pk: reading.waiting_to_go(place, one.portion) for one in reckoned}
    payable = {one.portion.pk: one.settled.payable_pence + waiting[one.portion.pk] for one in reckoned}
    row = Statement.objects.create(
        leaving=leaving,
        membership=place,
        council_code=place.council_code,
        version=leaving.statements.count() + 1,
        state=step(STATEMENT, NEW, "send"),
        lines=[line.as_row() for line in _lines(place, reckoned, payable, at)],
        payable_pence=sum(payable.values()),
        sent_at=at,
        answer_by=add_working_days(london_date(at), ANSWER_WORKING_DAYS),
    )
    StatementPart.objects.bulk_create(_part(row, one, payable[one.portion.pk]) for one in reckoned)
    write_trail(membership=place, verb="pooling.issue_statement", by=by, at=at, statement=row.pk, pence=row.payable_pence)
    _tell("pooling.statement_sent", row, at)
    leaving_money.put_aside(going=Going(leaving, by, at, row), reckoned=reckoned)
    return row


def _part(row: Statement, one: Reckoned, payable_pence: int) -> StatementPart:
    return StatementPart(
        statement=row,
        portion=one.portion,
        council_code=one.portion.council_code,
        payable_pence=payable_pence,
        open_pence=one.standing.held_pence,
        owed_pence=one.standing.owed_pence,
    )


def _lines(place: Membership, reckoned: Sequence[Reckoned], payable: dict[int, int], at: datetime) -> list[Line]:
    today, lines = london_date(at), []
    for one in reckoned:
        pk = one.portion.pk
        held = reading.still_open(place, one.portion)
        lines += reading.history(place, one.portion) + held
        counted_on = one.standing.held_pence - sum(line.pence for line in held)
        ends = (("open", counted_on, "calls"), ("owed", one.standing.owed_pence, ""), ("back", payable[pk], ""))
        lines += [Line(kind, today, pence, pk, about) for kind, pence, about in ends if pence]
    return lines


# --- what they say to it ---


def _lock(statement: Statement) -> tuple[Membership, Statement]:
    place = lock_place(Membership(pk=statement.membership_id))
    return place, Statement.objects.locked().select_related("leaving").get(pk=statement.pk)


def _answer(row: Statement, verb: str, by: Person | None, at: datetime) -> None:
    row.state, row.answered_at, row.answered_by = step(STATEMENT, row.state, verb), at, by
    row.save(update_fields=["state", "answered_at", "answered_by"])


@all_or_nothing
def agree(*, statement: Statement, by: Person, at: datetime) -> Statement:
    """The person who left, or a supporter for payments, says it is right: it goes home. Raises NotAllowed, NotNow."""
    place, row = _lock(statement)
    if not policies.may_decide(by=by, person=place.person, decision="payments", at=at):
        raise NotAllowed
    return _close(place, row, "agree", by, at)


def _close(place: Membership, row: Statement, verb: str, by: Person | None, at: datetime) -> Statement:
    place.state = step(MEMBERSHIP, place.state, verb)
    place.save(update_fields=["state"])
    _answer(row, verb, by, at)
    _settle(row.leaving, at)
    write_trail(membership=place, verb=f"pooling.statement_{verb}", by=by, at=at, statement=row.pk)
    _tell("pooling.settled", row, at)
    leaving_money.send_home(going=Going(row.leaving, by, at, row))
    return row


def _settle(leaving: Leaving, at: datetime) -> None:
    leaving.state, leaving.settled_at = step(LEAVING, leaving.state, "settle"), at
    leaving.save(update_fields=["state", "settled_at"])


@all_or_nothing
def query(*, statement: Statement, line: int, words: str, by: Person, at: datetime) -> StatementQuery:
    """They ask about one line (its number, from 0). The rest goes home now; what waits is the money of a line that says where money goes.

    Raises NotAllowed, NotNow, NoSuchLine, WordsAreMissing.
    """
    place, row = _lock(statement)
    if not policies.may_decide(by=by, person=place.person, decision="payments", at=at):
        raise NotAllowed
    if not 1 <= len(words.strip()) <= 1_000:
        raise WordsAreMissing
    if not 0 <= line < len(row.lines):
        raise NoSuchLine
    place.state = step(MEMBERSHIP, place.state, "query")
    place.save(update_fields=["state"])
    _answer(row, "query", by, at)
    asked = StatementQuery.objects.create(statement=row, council_code=row.council_code, line=line, words=words.strip(), asked_by=by, asked_at=at)
    write_trail(membership=place, verb="pooling.statement_query", by=by, at=at, statement=row.pk, line=line)
    _tell("pooling.statement_queried", row, at)
    about = row.lines[line]
    leaving_money.send_home(going=Going(row.leaving, by, at, row), keep_portions=[about["portion"]] if about["kind"] == "back" else [])
    return asked


@all_or_nothing
def resolve(*, asked: StatementQuery, reasons: str, by: Person, at: datetime) -> Statement:
    """An operator, or who looks after that money, answers with reasons; a new version, added up again from the book, is sent.

    Whoever left, and who helps them, may not. Raises NotAllowed, NotNow, ReasonsAreMissing.
    """
    place, row = _lock(asked.statement)
    question = StatementQuery.objects.locked().get(pk=asked.pk)
    if not policies.may_resolve(by=by, statement=row, person=place.person, at=at):
        raise NotAllowed
    if not 1 <= len(reasons.strip()) <= 1_000:
        raise ReasonsAreMissing
    place.state = step(MEMBERSHIP, place.state, "resolve")
    place.save(update_fields=["state"])
    row.state = step(STATEMENT, row.state, "resolve")
    row.save(update_fields=["state"])
    question.reasons, question.resolved_by, question.resolved_at = reasons.strip(), by, at
    question.save(update_fields=["reasons", "resolved_by", "resolved_at"])
    write_trail(membership=place, verb="pooling.statement_resolve", by=by, at=at, statement=row.pk)
    return _send(place, row.leaving, at, by)


# --- the clock ---


@all_or_nothing
def remind(*, statement: Statement, at: datetime) -> int:
    """The two reminders, the second by another channel. Fact: `pooling.statement_reminded`. 1 if one is due now."""
    _, row = _lock(statement)
    sent, today = london_date(row.sent_at), london_date(at)
    if row.state != Statement.State.SENT or row.reminders >= len(REMINDER_WORKING_DAYS):
        return 0
    is_today = row.reminded_at is not None and london_date(row.reminded_at) >= today
    if is_today or working_days_between(sent, today) < REMINDER_WORKING_DAYS[row.reminders]:
        return 0
    row.reminders, row.reminded_at = row.reminders + 1, at
    row.save(update_fields=["reminders", "reminded_at"])
    _tell("pooling.statement_reminded", row, at, times=row.reminders)
    return 1


@all_or_nothing
def silence(*, statement: Statement, at: datetime) -> int:
    """Ten working days and two reminders without a word: it goes home as the statement says. 1 if so."""
    place, row = _lock(statement)
    if row.state != Statement.State.SENT or row.reminded_at is None or row.reminders < len(REMINDER_WORKING_DAYS):
        return 0
    heard_by = max(row.answer_by, add_working_days(london_date(row.reminded_at), 2))
    if london_date(at) <= heard_by:
        return 0
    _close(place, row, "silence", None, at)
    return 1


def _tell(kind: str, row: Statement, at: datetime, **more: int) -> None:
    place = row.membership_id
    payload = {"membership": place, "statement": row.pk, "pence": row.payable_pence, **more}
    facts.record(kind=kind, subject=f"membership:{place}", payload=payload, at=at, council_code=row.council_code)


def _issue_due(leaving: Leaving, at: datetime) -> bool:
    if reading.is_still_being_told(leaving.membership):
        return False
    issue_statement(membership=leaving.membership, at=at)
    return True


def advance_due(*, at: datetime) -> int:
    """Statements sent, reminders, silence, and what came free for people who have left. Returns how many things moved."""
    left = list(Leaving.objects.filter(state=Leaving.State.LEFT, membership__state=State.SETTLING).select_related("membership").order_by("pk"))
    moved = one_by_one(left, lambda one: _issue_due(one, at))
    waiting = list(Statement.objects.waiting().filter(sent_at__lt=at - timedelta(days=1)).order_by("pk"))
    moved += one_by_one(waiting, lambda one: remind(statement=one, at=at) or silence(statement=one, at=at))
    moved += one_by_one(reading.with_late_money(), lambda one: leaving_money.true_up(membership=one, at=at) > 0)
    return moved + end_promises_due(at=at)
