"""What there is to pay, order and expect: for whoever looks after money, and for people who pay themselves."""

from dataclasses import dataclass

from django.db.models import QuerySet

from audit.kept import answers
from people.models import Organisation, Person
from pooling.models import Call

State = Call.State


@dataclass(frozen=True, slots=True)
class HolderList:
    """What an organisation that looks after money has to do, and what it may expect. Each row is a call; the funder sees names."""

    to_pay: list[Call]
    orders_to_accept: list[Call]
    bills: list[Call]
    on_the_way: list[Call]
    waiting_for_a_yes: list[Call]
    missed: list[Call]

    @property
    def to_pay_pence(self) -> int:
        return sum(call.to_pay_pence for call in (*self.to_pay, *self.bills))


def holder_list(organisation: Organisation) -> HolderList:
    """Calls to pay ahead, orders to accept, bills after a yes, what is on its way, what waits for a yes, what was missed. One query."""
    found = answers(_unended, organisation)
    return HolderList(
        to_pay=[call for call in found if call.state == State.CALLED and call.mode == "ahead"],
        orders_to_accept=[call for call in found if call.state == State.CALLED and call.mode == "on_yes"],
        bills=[call for call in found if call.state == State.ORDERED and call.owed_pence is not None],
        on_the_way=[call for call in found if call.state == State.CLEARING],
        waiting_for_a_yes=[call for call in found if call.state == State.ORDERED and call.owed_pence is None],
        missed=[call for call in found if call.state == State.MISSED],
    )


def _unended(organisation: Organisation) -> QuerySet[Call]:
    calls = Call.objects.unended().filter(portion__holder=organisation)
    return calls.select_related("membership__person", "membership__cluster", "portion__budget").order_by("due_on", "pk")


def calls_to_pay(person: Person) -> list[Call]:
    """What this person is asked to pay from money in their own hands, soonest first."""
    return list(own_calls_to_pay(person).select_related("membership__cluster", "portion__budget").order_by("due_on", "pk"))


def own_calls_to_pay(person: Person) -> QuerySet[Call]:
    """Those of `calls_to_pay`."""
    return Call.objects.filter(membership__person=person, portion__holder__isnull=True, state=State.CALLED)
