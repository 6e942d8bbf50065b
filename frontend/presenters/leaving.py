"""Leaving, in words: what it costs to stop today, a statement's lines, and what waits for whom. Every sum comes from `pooling`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from audit.clock import london_date
from audit.one_question import Row, by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from frontend.presenters.money import goes_back_to
from marketplace.models import Agreement, Milestone, MilestoneShare
from marketplace.selectors import exits
from people.models import Person
from places.calendar import add_working_days
from pooling import policies
from pooling.models import EndReport, Leaving, LeavingMove, Membership, Portion, Removal, Statement, StatementPart, StatementQuery, Withdrawal
from pooling.rules import APPEAL_ANSWER_WORKING_DAYS
from pooling.selectors import leaving as reading
from pooling.selectors.groups import strands_in

SECTIONS = (
    ("put_in", "Put in"),
    ("recovered", "Given back by a provider"),
    ("paid", "Paid for what happened"),
    ("home", "Went back before"),
    ("bank", "Taken back by your bank"),
    ("open", "Still open"),
    ("owed", "Kept to pay what your bank took back"),
    ("back", "Comes back"),
)
# One line of each kind, where no week says what it is about; and the kinds that make what comes back more.
_ONE = {
    "put_in": "Paid in",
    "recovered": "Given back",
    "paid": "Paid",
    "home": "Went back",
    "bank": "Taken back by your bank",
    "open": "Still open",
    "owed": "Kept for your bank",
    "back": "Comes back",
}
_ADDS = frozenset({"put_in", "recovered"})
COLUMNS = ("What", "Day", "For", "Pounds", "Part of the budget")


@dataclass(frozen=True, slots=True)
class Cost:
    """Before somebody leaves: the day, what may still be billed and by whom, and what comes back. The statement uses the same function."""

    place: Membership
    until: date
    lines: list[dict[str, Any]]
    bill_pence: int
    back_pence: int
    to_pay_in_pence: int
    leaving: Leaving | None
    removal: Removal | None


def cost(place: Membership, at: datetime) -> Cost:
    """If they say so today; when they have said so already, until the day they are out."""
    whole = exits.cost_of_leaving(place, at=at)
    titles = {one.pk: one.title for one in Agreement.objects.filter(pk__in=[term.agreement_id for term in whole.terms])}
    return Cost(
        place=place,
        until=whole.until,
        lines=[{"key": titles[term.agreement_id], "value": words.pounds(term.bill_pence)} for term in whole.terms],
        bill_pence=whole.bill_pence,
        back_pence=whole.back_pence,
        to_pay_in_pence=whole.to_pay_in_pence,
        leaving=reading.open_leaving(place),
        removal=place.removals.order_by("-pk").first(),
    )


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: list[dict[str, str]]
    total: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement as its reader may see it: theirs whole; for who looks after a part of the money, that part.

    `strand`, `others`: whose strand goes out, and whose run on in the group, for the picture. `went`: what was sent home since they left, by
    any statement and after, and how far each sum is. `asked`: the newest question, also about the statement that this one replaces.
    """

    row: Statement
    strand: int
    others: list[int]
    sections: list[Section]
    sums: list[dict[str, str]]
    has_open: bool
    back_pence: int
    goes_to: list[str]
    went: list[dict[str, str]]
    asked: StatementQuery | None
    may_answer: bool
    may_resolve: bool

    @property
    def name(self) -> str:
        return self.row.membership.person.known_as

    @property
    def is_drawn(self) -> bool:
        """No picture stands beside a death."""
        return self.row.leaving.why != Leaving.Why.DIED


def sheet(row: Statement, viewer: Person, at: datetime) -> Sheet:
    """Eight queries, however long it is."""
    person = row.membership.person
    parts = list(StatementPart.objects.filter(statement=row).visible_to(viewer).select_related("portion__holder", "portion__budget"))
    lines = lines_of(row, {part.portion_id for part in parts})
    questions = StatementQuery.objects.filter(statement__leaving=row.leaving_id, statement__version__lte=row.version)
    mine = policies.may_decide(by=viewer, person=person, decision="payments", at=at)
    return Sheet(
        row=row,
        strand=row.membership.strand or 1,
        others=strands_in(row.membership.cluster_id),
        sections=_sections(lines),
        sums=_sums(lines),
        has_open=any(line["kind"] == "open" for line in lines),
        back_pence=sum(part.payable_pence for part in parts),
        goes_to=sorted({goes_back_to(part.portion) for part in parts if part.payable_pence or part.open_pence}),
        went=_went(row, parts),
        asked=questions.order_by("-statement__version").first(),
        may_answer=mine and row.state == Statement.State.SENT,
        may_resolve=row.state == Statement.State.QUERIED and policies.may_resolve(by=viewer, statement=row, person=person, at=at),
    )


_WENT = {
    "returning": "on its way to %s; a bank may take up to ten working days",
    "returned": "back with %s",
    "failed": "could not be sent to %s yet; we are looking into it",
    "kept": "did not go to %s; it stayed here, or pays for what a bank took back",
}


def _went(row: Statement, parts: Iterable[StatementPart]) -> list[dict[str, str]]:
    # By their journals: what stayed of one because its owner's bank took money back is a sum of its own.
    went = LeavingMove.objects.filter(leaving=row.leaving_id, kind=LeavingMove.Kind.HOME)
    home = Withdrawal.objects.filter(journal_key__in=went.values("journal_key"), portion__in=[part.portion_id for part in parts])
    return [
        {"on": words.day(one.asked_at), "money": words.pounds(one.pence), "what": _WENT[one.state] % goes_back_to(one.portion)}
        for one in home.select_related("portion__holder").order_by("pk")
    ]


def lines_of(row: Statement, portions: Iterable[int]) -> list[dict[str, Any]]:
    """Each line with its number, in words. Only of these portions."""
    wanted = set(portions)
    rows = [{**line, "number": number} for number, line in enumerate(row.lines) if line["portion"] in wanted]
    shares = MilestoneShare.objects.filter(pk__in=_ids(rows, "share")).select_related("milestone__agreement").in_bulk()
    weeks = Milestone.objects.filter(pk__in=_ids(rows, "milestone")).select_related("agreement").in_bulk()
    titles = {f"share:{pk}": _week(one.milestone) for pk, one in shares.items()} | {f"milestone:{pk}": _week(one) for pk, one in weeks.items()}
    known = dict(SECTIONS)
    return [{**line, "on": date.fromisoformat(line["on"]), "what": titles.get(line["about"], ""), "title": known[line["kind"]]} for line in rows]


def _week(milestone: Milestone) -> str:
    return f"{milestone.agreement.title}, {words.which_week(milestone)}"


def _ids(rows: Iterable[Mapping[str, Any]], kind: str) -> list[int]:
    return [int(row["about"].partition(":")[2]) for row in rows if row["about"].partition(":")[0] == kind]


def _sections(lines: Iterable[dict[str, Any]]) -> list[Section]:
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_kind.setdefault(line["kind"], []).append(line)
    found = []
    for kind, title in SECTIONS:
        rows = by_kind.get(kind, [])
        if rows and kind != "back":
            shown = [{"on": words.day(line["on"]), "what": line["what"] or _ONE[kind], "money": words.pounds(line["pence"])} for line in rows]
            found.append(Section(title, shown, words.pounds(sum(line["pence"] for line in rows))))
    return found


def _sums(lines: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """How what comes back is reckoned: each section's sum, those that make it less with a minus."""
    found: dict[str, int] = {}
    for line in lines:
        found[line["kind"]] = found.get(line["kind"], 0) + (line["pence"] if line["kind"] in _ADDS else -line["pence"])
    return [{"what": title, "money": words.pounds(found[kind])} for kind, title in SECTIONS if kind in found and kind != "back"]


def csv_rows(row: Statement, viewer: Person) -> list[tuple[str, ...]]:
    """Every line, for a table to take away."""
    portions = StatementPart.objects.filter(statement=row).visible_to(viewer).values_list("portion", flat=True)
    names = {one.pk: one.get_route_display() for one in Portion.objects.filter(pk__in=portions)}
    rows = lines_of(row, portions)
    return [(line["title"], line["on"].isoformat(), line["what"], f"{line['pence'] / 100:.2f}", names[line["portion"]]) for line in rows]


def choices(row: Statement, viewer: Person) -> list[tuple[str, str]]:
    """The lines somebody may ask about, by number."""
    portions = StatementPart.objects.filter(statement=row).visible_to(viewer).values_list("portion", flat=True)
    return [(str(line["number"]), f"{_line(line)}, {words.day(line['on'])}: {words.pounds(line['pence'])}") for line in lines_of(row, portions)]


def _line(line: Mapping[str, Any]) -> str:
    return f"{line['title']}, {line['what']}" if line["what"] else _ONE[line["kind"]]


# --- what waits for whom ---


def waiting(person: Person) -> list[QuerySet[Any, Any]]:
    """A statement to look at, a reply to write, a second look to ask for."""
    statements = Statement.objects.filter(membership__person=person).waiting()
    removals = Removal.objects.filter(membership__person=person, state__in=("asked", "decided"))
    return [
        listed(statements, "statement", name="membership__cluster__name", pence="payable_pence"),
        listed(removals, "removal", state="state"),
    ]


def said_of(found: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """In words, what of it was asked."""
    for row in by_list(found, "statement", "removal"):
        if row.of == "statement":
            text = f"You left {row['name']}. {words.pounds(row['pence'])} comes back. Is it right?"
            yield _task("statement", "What is left of your money", text, "Look at it", "leaving-statement", row.pk)
        else:
            title = "Your group is asked about you" if row["state"] == "asked" else "Your group decided that you leave"
            text = "Read why, and write your answer." if row["state"] == "asked" else "You can ask us to look at it again."
            yield _task("removal", title, text, "Read it", "removal", row.pk)


def _task(of: str, title: str, text: str, action: str, page: str, *args: object) -> dict[str, Any]:
    return {"of": of, "title": title, "text": text, "action": action, "url": address(page, *args)}


@dataclass(frozen=True, slots=True)
class Goodbyes:
    """For operators: removals somebody asked us to look at again, with the day to answer by, and questions about statements."""

    appeals: list[tuple[Removal, date]]
    asked: list[StatementQuery]


def goodbyes() -> Goodbyes:
    """Oldest first. Two queries."""
    waiting = Removal.objects.filter(state="appealed").select_related("membership__person", "membership__cluster").order_by("appealed_at", "pk")
    return Goodbyes(
        [(row, add_working_days(london_date(row.appealed_at), APPEAL_ANSWER_WORKING_DAYS)) for row in waiting if row.appealed_at],
        list(StatementQuery.objects.open().select_related("statement__membership__person", "statement__membership__cluster").order_by("pk")),
    )


@dataclass(frozen=True, slots=True)
class Gone:
    """For who looks after money: what we were told, questions about statements, and people nobody heard of."""

    reports: list[EndReport]
    asked: list[StatementQuery]
    quiet: list[Membership]


def gone(person: Person, at: datetime) -> Gone:
    """Only of people whose money they look after. Eight queries, however many."""
    reports = EndReport.objects.visible_to(person).open().select_related("membership__person", "membership__cluster", "told_by").order_by("pk")
    portions = Portion.objects.filter(holder__roles__in=person.roles.live(at).filter(kind="holder_staff")).select_related("budget").distinct()
    asked = StatementQuery.objects.visible_to(person).open().select_related("statement__membership__person").order_by("pk")
    mine = policies.places_to_end(by=person, places=[one.membership for one in reports], at=at)
    return Gone(
        [one for one in reports if one.membership_id in mine],
        [one for one in asked if one.statement.membership.person_id != person.pk],
        reading.quiet_people(portions, at=at),
    )
