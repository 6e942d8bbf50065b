"""Leaving a group: notice, taking it back, and a place that ends by itself when a budget ends or somebody dies (state-machines.md 3).

The market works out what providers may still bill when it hears `pooling.leaving_began`, and lets later weeks go when it hears `pooling.left`;
then the statement is made (`settlement`). Locks: the group, then the place in it.
"""

from datetime import date, datetime

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts
from payments.services.one_by_one import one_by_one
from people.models import Person
from pooling import policies
from pooling.models import EndReport, EndWhy, Leaving, Membership, Removal
from pooling.rules import END_REPORT, LEAVING, MEMBERSHIP, NEW, step
from pooling.selectors import leaving as reading
from pooling.services.membership_records import lock_place, write_trail
from pooling.services.transactions import all_or_nothing

State = Membership.State


class WhyIsUnknown(Refusal):
    code = "why_is_unknown"
    sentence = "Choose what happened."
    field = "why"


class TooManyWords(Refusal):
    code = "too_many_words"
    sentence = "That is too long. Use at most 400 letters."
    field = "words"


# --- notice ---


@all_or_nothing
def give_notice(*, membership: Membership, by: Person, at: datetime) -> Leaving:
    """Somebody says that they leave: out after the notice of the rules they signed, or today when nothing of theirs is on.

    Facts: `pooling.leaving_began`, and with no notice `pooling.left`. Raises NotAllowed, NotNow.
    """
    place = lock_place(membership)
    if not policies.may_decide(by=by, person=place.person, decision="groups", at=at):
        raise NotAllowed
    until = reading.last_day_if_told(place, at)
    leaving = begin(place=place, verb="give_notice", why=Leaving.Why.NOTICE, until=until, by=by, at=at)
    if until <= london_date(at):
        go(place=place, leaving=leaving, verb="effective", at=at)
    return leaving


@all_or_nothing
def take_back_notice(*, membership: Membership, by: Person, at: datetime) -> Leaving:
    """They stay after all, before the day. Fact: `pooling.leaving_taken_back`. Raises NotAllowed, NotNow."""
    place = lock_place(membership)
    if not policies.may_decide(by=by, person=place.person, decision="groups", at=at):
        raise NotAllowed
    return stay(place=place, verb="take_back_notice", by=by, at=at)


# --- a place that ends by itself ---


@all_or_nothing
def eligibility_ended(*, membership: Membership, why: str, words: str = "", by: Person, at: datetime) -> list[Leaving]:
    """Their budget has ended, they have died or moved: out today, whatever the notice. Somebody who died is out of every group.

    By who looks after their money (`policies.may_end_place`); anybody may `report_end`. What was already done is still paid.
    Raises NotAllowed, NotNow, WhyIsUnknown, TooManyWords.
    """
    place = lock_place(membership)
    if not policies.may_end_place(by=by, membership=place, at=at):
        raise NotAllowed
    if why not in EndWhy.values:
        raise WhyIsUnknown
    if len(words.strip()) > 400:
        raise TooManyWords
    ended = [_end(place, why, words, by, at)]
    if why == EndWhy.DIED:
        others = Membership.objects.inside().of(place.person).exclude(pk=place.pk).order_by("pk")
        ended += [_end(lock_place(other), why, words, by, at) for other in others]
    return ended


def _end(place: Membership, why: str, words: str, by: Person, at: datetime) -> Leaving:
    step(MEMBERSHIP, place.state, "eligibility_ended")
    leaving = reading.open_leaving(place)
    if leaving is None:
        leaving = begin(place=place, verb="", why=why, until=london_date(at), by=by, at=at, words=words)
    else:
        leaving.why, leaving.until, leaving.words = why, london_date(at), words.strip()
        leaving.save(update_fields=["why", "until", "words"])
        tell("pooling.leaving_began", place, leaving, at)
    for report in EndReport.objects.open().filter(membership=place).locked().order_by("pk"):
        _close_report(report, "end", by, at)
    go(place=place, leaving=leaving, verb="eligibility_ended", at=at)
    return leaving


@all_or_nothing
def report_end(*, membership: Membership, why: str, words: str = "", by: Person, at: datetime) -> EndReport:
    """Anybody who may see the place tells us; nothing changes until who looks after the money has looked. Said twice, it is one report.

    Fact: `pooling.end_reported`. Raises NotAllowed, NotNow, WhyIsUnknown, TooManyWords.
    """
    place = lock_place(membership)
    if not Membership.objects.visible_to(by).filter(pk=place.pk).exists() and not policies.may_end_place(by=by, membership=place, at=at):
        raise NotAllowed
    step(MEMBERSHIP, place.state, "eligibility_ended")
    if why not in EndWhy.values:
        raise WhyIsUnknown
    if len(words.strip()) > 400:
        raise TooManyWords
    return note_end(place=place, why=why, words=words, by=by, at=at)


def note_end(*, place: Membership, why: str, words: str = "", by: Person, at: datetime) -> EndReport:
    """The report itself, for a caller that has locked the place and knows that `by` may tell. Fact: `pooling.end_reported`."""
    already = EndReport.objects.open().filter(membership=place, told_by=by).first()
    if already is not None:
        return already
    report = EndReport.objects.create(
        membership=place,
        council_code=place.council_code,
        why=why,
        words=words.strip(),
        state=step(END_REPORT, NEW, "report"),
        told_by=by,
        told_at=at,
    )
    write_trail(membership=place, verb="pooling.report_end", by=by, at=at, report=report.pk)
    payload = {"membership": place.pk, "report": report.pk, "why": why}
    facts.record(kind="pooling.end_reported", subject=f"membership:{place.pk}", payload=payload, at=at, council_code=place.council_code)
    return report


@all_or_nothing
def dismiss_report(*, report: EndReport, by: Person, at: datetime) -> EndReport:
    """It was not so. By who may end the place. Raises NotAllowed, NotNow."""
    place = lock_place(Membership(pk=report.membership_id))
    row = EndReport.objects.locked().get(pk=report.pk)
    if not policies.may_end_place(by=by, membership=place, at=at):
        raise NotAllowed
    return _close_report(row, "dismiss", by, at)


def _close_report(row: EndReport, verb: str, by: Person, at: datetime) -> EndReport:
    row.state, row.ended_by, row.ended_at = step(END_REPORT, row.state, verb), by, at
    row.save(update_fields=["state", "ended_by", "ended_at"])
    return row


# --- what every way out shares (`removals` calls these too); the place is locked ---


def begin(*, place: Membership, verb: str, why: str, until: date, by: Person | None, at: datetime, words: str = "") -> Leaving:
    """The leaving's row, the place's state by `verb` ("" leaves it to `go`), and the fact. Raises NotNow."""
    if verb:
        place.state = step(MEMBERSHIP, place.state, verb)
        place.save(update_fields=["state"])
    leaving = Leaving.objects.create(
        membership=place,
        council_code=place.council_code,
        why=why,
        state=step(LEAVING, NEW, "begin"),
        words=words.strip(),
        told_at=at,
        told_by=by,
        until=until,
    )
    write_trail(membership=place, verb=f"pooling.leaving_{why}", by=by, at=at, leaving=leaving.pk)
    tell("pooling.leaving_began", place, leaving, at)
    return leaving


def stay(*, place: Membership, verb: str, by: Person | None, at: datetime) -> Leaving:
    """The leaving is over before its day. Raises NotNow."""
    place.state = step(MEMBERSHIP, place.state, verb)
    place.save(update_fields=["state"])
    leaving = Leaving.objects.locked().get(membership=place, state=Leaving.State.BEGAN)
    leaving.state = step(LEAVING, leaving.state, "take_back")
    leaving.save(update_fields=["state"])
    write_trail(membership=place, verb=f"pooling.{verb}", by=by, at=at, leaving=leaving.pk)
    tell("pooling.leaving_taken_back", place, leaving, at)
    return leaving


def go(*, place: Membership, leaving: Leaving, verb: str, at: datetime) -> None:
    """Out: the market lets later weeks go, and the statement follows. Fact: `pooling.left`. Raises NotNow."""
    place.state, place.ended_at = step(MEMBERSHIP, place.state, verb), at
    place.save(update_fields=["state", "ended_at"])
    leaving.state, leaving.left_at = step(LEAVING, leaving.state, "go"), at
    leaving.save(update_fields=["state", "left_at"])
    write_trail(membership=place, verb=f"pooling.{verb}", by=None, at=at, leaving=leaving.pk)
    tell("pooling.left", place, leaving, at)


def tell(kind: str, place: Membership, leaving: Leaving, at: datetime) -> None:
    """A fact about a leaving: ids, the day and why."""
    payload = {"membership": place.pk, "leaving": leaving.pk, "until": leaving.until.isoformat(), "reason_kind": leaving.why}
    facts.record(kind=kind, subject=f"membership:{place.pk}", payload=payload, at=at, council_code=place.council_code)


# --- the clock ---


def advance_due(*, at: datetime) -> int:
    """People whose day has come are out; one whose appeal is still open is not. Returns how many."""
    due = Leaving.objects.filter(state=Leaving.State.BEGAN, until__lte=london_date(at)).order_by("pk")
    return one_by_one(list(due), lambda one: _go_if_due(one.pk, at))


@all_or_nothing
def _go_if_due(pk: int, at: datetime) -> bool:
    place = lock_place(Membership(pk=Leaving.objects.values_list("membership_id", flat=True).get(pk=pk)))
    leaving = Leaving.objects.locked().get(pk=pk)
    is_appealed = Removal.objects.filter(leaving=leaving, state=Removal.State.APPEALED).exists()
    if (place.state, "effective") not in MEMBERSHIP or leaving.state != Leaving.State.BEGAN or leaving.until > london_date(at) or is_appealed:
        return False
    go(place=place, leaving=leaving, verb="effective", at=at)
    return True
