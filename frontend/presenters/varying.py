"""A change to visits that are on, as one person may see it: their own old and new price, never another's; and a week that is short."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.one_question import Row, by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from frontend.presenters.agreements import days_of
from marketplace import policies
from marketplace.models import Agreement, Change, ChangeAnswer, Milestone, MilestoneShare, Payer, ShortAnswer, SuspendedFor
from marketplace.querysets import people_seen_by
from marketplace.services.answering import answers_to
from marketplace.services.funding import missing_pence
from marketplace.services.shortfalls import all_want_fewer, visits_left
from people.models import Person
from pooling.models import Membership

_TITLES = {"price": "Another price", "visits": "Other days", "payers": "A new price for those who stay", "end": "End these visits"}
_STANDS = {
    "asking": "Waiting for answers.",
    "applied": "Everybody said yes. It is agreed.",
    "refused": "It stays as it was signed.",
    "withdrawn": "It was taken back. It stays as it was signed.",
    "lapsed": "Not everybody answered in time. It stays as it was signed.",
    "overtaken": "Another question took its place.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """What it means for one payer that the viewer may see."""

    answer: ChangeAnswer
    name: str
    is_own: bool
    said: str
    answers: frozenset[str]

    @property
    def is_coming(self) -> bool:
        return self.answer.payer.state == Payer.State.COMING


@dataclass(frozen=True, slots=True)
class ChangePage:
    change: Change
    title: str
    stands: str
    rows: list[dict[str, str]]
    parts: list[Part]
    asks: Part | None
    waits_for: int
    may_sign: bool
    may_take_back: bool
    is_provider: bool

    @property
    def waits_said(self) -> str:
        """ "2 people"."""
        return words.count(self.waits_for, "person", "people")


@dataclass(frozen=True, slots=True)
class Varying:
    """What the page of an agreement offers: the open question, asking for a change, stopping."""

    change: Change | None
    title: str
    may_change: bool
    may_stop: bool
    may_end: bool
    may_suspend: bool
    may_resume: bool
    short: list[Milestone]
    leaves_on: str


def of_agreement(agreement: Agreement, person: Person, at: datetime) -> Varying:
    """Six queries; some more for who may stop new visits."""
    change = agreement.changes.asking().first()
    payers = list(agreement.payers.signed().select_related("person", "agreement__enterprise").order_by("pk"))
    mine = [payer for payer in payers if policies.may_sign_for(by=person, payer=payer, at=at)]
    is_provider = policies.may_speak_for_enterprise(by=person, enterprise=agreement.enterprise)
    runs = agreement.state == Agreement.State.ACTIVE
    own = next((payer for payer in mine if payer.person_id == person.pk), None)
    short = list(Milestone.objects.filter(agreement=agreement, state="short").order_by("number")) if runs and agreement.together else []
    return Varying(
        change=change,
        title=_TITLES[change.kind] if change else "",
        may_change=runs and change is None and bool(mine or is_provider),
        may_stop=agreement.state in {"active", "suspended"} and own is not None and own.leaves_on is None,
        may_end=runs and change is None and own is not None and len(payers) > 1,
        may_suspend=_may_suspend(agreement, person, at),
        may_resume=agreement.state == Agreement.State.SUSPENDED and policies.may_resume(by=person, agreement=agreement, at=at),
        short=short,
        leaves_on=words.day(own.leaves_on) if own is not None and own.leaves_on else "",
    )


def _may_suspend(agreement: Agreement, person: Person, at: datetime) -> bool:
    """What runs; or a worry about what is stopped for a check only."""
    is_open = agreement.state == Agreement.State.ACTIVE or agreement.suspended_for == SuspendedFor.CHECK
    return is_open and policies.may_manage(by=person, agreement=agreement, at=at)


def page(change: Change, person: Person, at: datetime) -> ChangePage:
    """The change with this person's own part, and the parts of those they help."""
    agreement, is_open = change.agreement, change.state == Change.State.ASKING
    rows = list(change.answers.select_related("payer__person", "payer__agreement__enterprise"))
    seen = set(people_seen_by(person).values_list("pk", flat=True))
    parts = [_part(change, row, person, at, is_open=is_open) for row in rows if row.payer.person_id in seen]
    is_provider = policies.may_speak_for_enterprise(by=person, enterprise=agreement.enterprise)
    return ChangePage(
        change=change,
        title=_TITLES[change.kind],
        stands=_STANDS[change.state],
        rows=_rows(change),
        parts=parts,
        asks=next((part for part in parts if part.answers and not part.answer.answer), next((part for part in parts if part.answers), None)),
        waits_for=sum(row.needs_yes and not row.answer for row in rows) if is_open else 0,
        may_sign=is_open and is_provider and change.needs_provider and not change.provider_has_signed,
        may_take_back=is_open and change.proposed_by_id == person.pk,
        is_provider=is_provider,
    )


def _part(change: Change, row: ChangeAnswer, person: Person, at: datetime, *, is_open: bool) -> Part:
    may = is_open and policies.may_sign_for(by=person, payer=row.payer, at=at)
    answers = answers_to(change, row.payer, needs_yes=row.needs_yes) if may else frozenset()
    said = row.get_answer_display() if row.answer else ""
    return Part(row, row.payer.person.known_as, row.payer.person_id == person.pk, said, answers if row.needs_yes else frozenset())


def _rows(change: Change) -> list[dict[str, str]]:
    agreement = change.agreement
    week = Milestone.objects.filter(agreement=agreement, number=change.first_week).first()
    rows = [{"key": "Who comes", "value": agreement.enterprise.name}, {"key": "What", "value": agreement.title}]
    if change.kind != Change.Kind.END:
        rows += [
            {"key": "Price of a visit", "value": words.pounds(change.visit_pence)},
            {"key": "Days", "value": days_of(change.weekdays)},
        ]
    if week is not None:
        rows.append({"key": "From", "value": f"{words.day(week.starts_on)}. Earlier weeks stay as they are"})
    if change.why:
        rows.append({"key": "Why", "value": change.why})
    if change.state == Change.State.ASKING:
        rows.append({"key": "Answer by", "value": words.day(change.closes_at)})
    return rows


def could_take_the_place(change: Change) -> list[Membership]:
    """People in the group who never paid anything here and were not asked."""
    agreement = change.agreement
    there = agreement.payers.exclude(state="declined").values("membership_id")
    asked = ChangeAnswer.objects.filter(change__agreement=agreement, answer="close").values("payer__membership_id")
    places = agreement.cluster.memberships.inside().exclude(pk__in=there).exclude(pk__in=asked)
    return list(places.select_related("person").order_by("pk"))


@dataclass(frozen=True, slots=True)
class ShortPage:
    """A short week: what is missing, and what this person may do. `again`: parts that may be asked for again, for who helps the group.
    `to_pay`: parts of theirs that can still be paid."""

    week: Milestone
    missing_pence: int
    left_pence: int
    visits: int
    mine: MilestoneShare | None
    said: str
    again: list[MilestoneShare]
    all_want_fewer: bool
    to_pay: list[MilestoneShare]
    is_nobody_covered: bool


def short(week: Milestone, person: Person, at: datetime) -> ShortPage:
    shares = list(week.shares.select_related("payer__person", "payer__agreement__enterprise", "call", "portion").order_by("pk"))
    offers = list(ShortAnswer.objects.live().filter(milestone=week))
    may = [one for one in shares if one.state == "covered" and policies.may_sign_for(by=person, payer=one.payer, at=at)]
    mine = next((one for one in may if one.payer.person_id == person.pk), may[0] if may else None)
    own = next((row for row in offers if mine is not None and row.payer_id == mine.payer_id), None)
    missing = missing_pence(week, shares)
    others = sum(row.pence for row in offers if row is not own)
    said = "" if own is None else f"You take over {words.pounds(own.pence)}." if own.kind == "cover" else "You would like fewer visits."
    helps = person.is_staff or policies.is_helper_of(by=person, agreement=week.agreement)
    again = [one for one in shares if one.state == "planned" and one.call is not None and one.call.state == "missed"]
    yours = [one for one in again if helps or one.payer.person_id == person.pk]
    payable = [one for one in shares if one.state == "planned" and one.call is not None and one.call.state == "called"]
    to_pay = [one for one in payable if policies.may_sign_for(by=person, payer=one.payer, at=at)]
    fewer, covered = all_want_fewer(week, shares), any(one.state == "covered" for one in shares)
    return ShortPage(week, missing, missing - others, visits_left(week, shares), mine, said, yours, fewer, to_pay, not covered)


def missing_part(week: Milestone) -> int | None:
    """One part of a short week that was asked for and did not come."""
    return week.shares.filter(state="planned", call__isnull=False).order_by("pk").values_list("pk", flat=True).first()


def fewer_said(week: Milestone) -> str:
    """ "1 visit", where everybody whose part is covered asked for fewer; else nothing."""
    shares = list(week.shares.all())
    return words.count(visits_left(week, shares), "visit") if all_want_fewer(week, shares) else ""


def waiting(person: Person, *, provides: bool = True) -> list[QuerySet[Any, Any]]:
    """Changes that wait for this person's own yes, or of somebody they help, and for the provider they speak for, if they may be one."""
    answers = ChangeAnswer.objects.filter(change__state="asking", needs_yes=True, answer="", payer__person__in=people_seen_by(person))
    told = {"title": "change__agreement__title", "closes_at": "change__closes_at", "pence": "new_weekly_pence"}
    whose = {"person": "payer__person_id", "known_as": "payer__person__known_as"}
    asked = [listed(answers, "change", pk="change_id", **told, **whose)]
    if provides:
        unsigned = Change.objects.asking().filter(needs_provider=True, provider_signed_at__isnull=True, agreement__enterprise__owner=person)
        asked.append(listed(unsigned, "change_of_provider", title="agreement__title", closes_at="closes_at"))
    return asked


def said_of(found: Iterable[Row], person: Person) -> Iterator[dict[str, Any]]:
    """In words, what of it was asked."""
    for row in by_list(found, "change", "change_of_provider"):
        if row.of == "change":
            whose = "You" if row["person"] == person.pk else row["known_as"]
            text = f"{whose} would pay {words.pounds(row['pence'])} a week. Nothing changes without that yes."
            yield _task(f"Something would change: {row['title']}", text, row)
        else:
            yield _task(f"A group asks for a change: {row['title']}", "Look at it, and say yes or no.", row)


def _task(title: str, text: str, row: Row) -> dict[str, Any]:
    closes_at = row.moment("closes_at")
    day = {"when": f"By {words.day(closes_at)}", "kind": "wait"} if closes_at else {}
    return {"of": "change", "title": title, "text": text, "action": "Look at it", "url": address("change", row.pk), **day}
