"""What needs doing, for whoever looks: as a payer, a supporter, a provider, who helps the group, who looks after money, an operator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When

from audit.one_question import Row, asked, asked_of, by_list, rows
from marketplace.models import Agreement, Milestone, MilestoneShare, Payer, Visit
from marketplace.querysets import enterprises_worked_for, holders_of, is_operator, people_seen_by
from people.models import Person

AS_PAYER = {"say_it_happened": "share", "sign": "agreement"}
AS_PROVIDER = {"sign_as_provider": "agreement", "record_visit": "visit", "short_week": "milestone", "send_week_in": "milestone", "reply": "share"}
BESIDE = {"ask_person": "share", "second_person": "share", "decide": "share", "decide_late": "share"}
"""Kinds of task, and which row each is about."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `kind` says which; `about_kind` and `about_id` which row; `by` when at the latest, if there is a day."""

    kind: str
    about_kind: str
    about_id: int
    title: str
    known_as: str
    pence: int
    by: date | None = None
    is_once: bool = False
    """To sign: it is a single visit, so that the pence are not of a week."""


def to_do(person: Person, *, today: date) -> list[Task]:
    """Everything of this room that waits for this person, in the order in which it matters. One query.

    Kinds: say_it_happened, sign, sign_as_provider, record_visit, send_week_in, reply, short_week, ask_person, second_person, decide, decide_late.
    """
    return tasks_among(asked(*waiting(person, today=today)))


def to_help(person: Person) -> list[Task]:
    """What waits for this person as somebody beside others: who helps the group, who looks after money, an operator. One query.

    Kinds: ask_person, second_person, decide; decide_late only for those who may look after that money or run the site.
    Whether they have an interest in it is asked again before each is done.
    """
    return tasks_among(asked_of(waiting_beside, person))


def waiting(person: Person, *, today: date, provides: bool = True) -> list[QuerySet[Any, Any]]:
    """The lists of `to_do`, for who asks more in the same question. `provides` False: it is known that they neither own nor work in an enterprise."""
    return [*_as_payer(person), *(waiting_as_provider(person, today=today) if provides else []), waiting_beside(person)]


def waiting_beside(person: Person) -> QuerySet[Any, Any]:
    """The list of `to_help`."""
    held = Q(portion__holder__in=holders_of(person))
    mine = held | Q(milestone__agreement__cluster__facilitator=person) & ~Q(state="queried_late")
    shares = MilestoneShare.objects.filter(Q(state__in=["with_helper", "questioned", "queried_late"]) | Q(waits_for="second_person"))
    shares = shares if is_operator(person) else shares.filter(mine).exclude(payer__person=person)
    kind = _kind(Q(waits_for="second_person"), "second_person", Q(state="with_helper"), "ask_person", Q(state="questioned"), "decide", "decide_late")
    return _shares(shares, kind)


def tasks_among(found: Iterable[Row]) -> list[Task]:
    """The tasks of this room among what was asked, in the order in which they matter; those beside others by number."""
    found = list(found)
    beside = sorted((row for row in found if row.of in BESIDE), key=lambda row: row.pk)
    weeks = sorted(by_list(found, "short_week", "send_week_in"), key=lambda row: (row["on"], row.pk))
    first = by_list(found, "say_it_happened", "sign", "sign_as_provider", "record_visit")
    about = AS_PAYER | AS_PROVIDER | BESIDE
    return [
        Task(row.of, about[row.of], row.pk, row["title"], row["known_as"], row["pence"], row.day("on"), row["visits"] == 1)
        for row in (*first, *weeks, *by_list(found, "reply"), *beside)
    ]


def _kind(*cases: Any) -> Case:
    """`cases`: when and what, in turn; the last is what else."""
    *pairs, other = cases
    whens = [When(when, then=Value(of)) for when, of in zip(pairs[::2], pairs[1::2], strict=True)]
    return Case(*whens, default=Value(other), output_field=TextField())


def _rows(
    query: QuerySet[Any, Any], of: Any, *, title: str, known_as: Any = "", pence: Any = 0, on: Any = None, visits: Any = 0, pk: str = "pk"
) -> QuerySet[Any, Any]:
    """All of them name the same things. `visits`: how many in all, of what is to be signed."""
    empty, none = Value("", TextField()), Value(0)
    more = {"pence": pence or none, "on": on or Value(None, TextField()), "visits": visits or none}
    return rows(query, of, pk=pk, title=title, known_as=known_as or empty, **more)


def _shares(query: QuerySet[Any, Any], of: Any) -> QuerySet[Any, Any]:
    return _rows(query, of, title="milestone__agreement__title", known_as="payer__person__known_as", pence="pence")


def _as_payer(person: Person) -> list[QuerySet[Any, Any]]:
    seen = people_seen_by(person)
    to_say = MilestoneShare.objects.filter(state__in=["asked", "with_helper"], payer__person__in=seen)
    to_sign = Payer.objects.filter(person__in=seen, state="asked", agreement__state__in=["with_parties", "half_signed"])
    return [
        _shares(to_say, "say_it_happened"),
        _rows(
            to_sign,
            "sign",
            pk="agreement_id",
            title="agreement__title",
            known_as="person__known_as",
            pence="weekly_pence",
            visits=F("agreement__weeks") * F("agreement__visits_per_week"),
        ),
    ]


def waiting_as_provider(person: Person, *, today: date) -> list[QuerySet[Any, Any]]:
    """Of the lists of `to_do`, those for who owns an enterprise or works in one."""
    worked = Q(milestone__agreement__enterprise__owner=person) | Q(milestone__agreement__enterprise__in=enterprises_worked_for(person))
    to_sign = Agreement.objects.filter(enterprise__owner=person).open_to_sign().exclude(provider_signed_version=F("version"))
    visits = Visit.objects.filter(worked, state__in=["planned", "begun"], on__lte=today, milestone__state__in=["funded", "in_delivery", "overdue"])
    running = Q(state__in=["in_delivery", "overdue"], ends_on__lte=today) | Q(state="short")
    weeks = Milestone.objects.filter(running, agreement__enterprise__owner=person)
    questions = MilestoneShare.objects.filter(state="questioned", reply="", milestone__agreement__enterprise__owner=person)
    return [
        _rows(to_sign, "sign_as_provider", title="title", pence=F("visit_pence") * F("visits_per_week"), visits=F("weeks") * F("visits_per_week")),
        _rows(visits, "record_visit", title="milestone__agreement__title", on="on"),
        _rows(weeks, _kind(Q(state="short"), "short_week", "send_week_in"), title="agreement__title", pence="pence", on="ends_on"),
        _shares(questions, "reply"),
    ]
