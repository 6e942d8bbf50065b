"""Money that an organisation looks after for people: what to pay, what to order, what comes. The one who pays sees full names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from audit.clock import london_date
from audit.kept import answers
from audit.one_question import asked_of, together
from frontend.presenters import approvals, booking_tasks, owed, paying, standing_by
from frontend.presenters.owed import OwedNote
from frontend.presenters.paying import Due
from marketplace.selectors.helping import tasks_among, waiting_beside
from people import roles
from people.models import Organisation, Person
from pooling import selectors
from pooling.models import Budget, Call


@dataclass(frozen=True, slots=True)
class Line:
    """One payment that is asked for, with whom it is for."""

    due: Due
    name: str
    reference: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget that waits for the word of those who pay."""

    budget_id: int
    name: str
    weekly_pence: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything of one organisation. `ahead` and `bills` are paid now; `orders` are said yes to; the rest is to know."""

    organisation: Organisation
    ahead: list[Line]
    bills: list[Line]
    orders: list[Line]
    missed: list[Line]
    coming: list[Line]
    unsaid: list[Line]
    budgets: list[BudgetLine]
    to_pay_pence: int
    owed: OwedNote

    @property
    def to_pay(self) -> list[Line]:
        return [*self.bills, *self.ahead]


@dataclass(frozen=True, slots=True)
class LookingAfterPage:
    desks: list[Desk]
    tasks: list[standing_by.TaskLine]
    approvals: list[approvals.Asked]
    may_book_for: list[str]


def page(person: Person, *, at: datetime) -> LookingAfterPage:
    """For each organisation this person works for: a fixed number of queries each."""
    desks = [_desk(organisation, london_date(at)) for organisation in roles.organisations_of(person, at=at)]
    found = asked_of(_waiting, person, at)
    return LookingAfterPage(
        desks=desks,
        tasks=standing_by.lines(tasks_among(found)),
        approvals=approvals.waiting(person, at=at),
        may_book_for=booking_tasks.may_book_for(found),
    )


def _waiting(person: Person, at: datetime) -> QuerySet[Any, Any]:
    return together(waiting_beside(person), booking_tasks.waiting_to_book(person, at))


def _desk(organisation: Organisation, today: date) -> Desk:
    found = selectors.holder_list(organisation)
    lists = [found.to_pay, found.bills, found.orders_to_accept, found.missed, found.on_the_way, found.waiting_for_a_yes]
    lines = _lines([call for calls in lists for call in calls], today)
    ahead, bills, orders, missed, coming, unsaid = ([lines[call.pk] for call in calls] for calls in lists)
    return Desk(
        organisation=organisation,
        ahead=ahead,
        bills=bills,
        orders=orders,
        missed=missed,
        coming=coming,
        unsaid=unsaid,
        budgets=_budgets(organisation),
        to_pay_pence=found.to_pay_pence,
        owed=OwedNote(owed.of_holder(organisation), for_staff=True),
    )


def _lines(calls: Sequence[Call], today: date) -> dict[int, Line]:
    dues = paying.dues(calls)
    return {
        call.pk: Line(due, call.membership.person.full_name, call.order_reference, call.due_on < today) for call, due in zip(calls, dues, strict=True)
    }


def line_of(call: Call, today: date) -> Line:
    """One of them, for its own page."""
    return _lines([call], today)[call.pk]


def _budgets(organisation: Organisation) -> list[BudgetLine]:
    return [BudgetLine(row.pk, row.person.full_name, row.weekly_cost_pence, row.recorded_at) for row in answers(_unsure, organisation)]


def _unsure(organisation: Organisation) -> QuerySet[Budget]:
    rows = Budget.objects.current().filter(portions__holder=organisation, kind=Budget.Kind.AGREED).exclude(sureness=Budget.Sureness.CONFIRMED)
    return rows.select_related("person").order_by("recorded_at", "pk").distinct()
