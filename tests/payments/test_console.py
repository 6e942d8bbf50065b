"""What operators watch: theirs alone, page by page, and as many queries for a thousand rows as for one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from payments import console
from payments.models import Payee, ReconcileRun, Recovery, StripeLine, WebhookEvent
from payments.services import planning, suspense
from pooling.selectors import holds_by_age
from tests import cast
from tests.payments.conftest import COUNCIL

pytestmark = pytest.mark.django_db
AT = cast.AT
LISTS: dict[str, Callable[..., Any]] = {
    "operations": console.operations,
    "events": console.events,
    "suspense": lambda person, **more: console.suspense(person, state="waiting", **more),
    "runs": console.runs,
    "disputes": console.disputes,
    "recoveries": console.recoveries,
    "failed_refunds": console.failed_refunds,
    "negative_payees": console.negative_payees,
    "holds_by_age": lambda person, **more: holds_by_age(person, at=AT, **more),
}
FILLED = {"operations", "events", "suspense", "runs", "recoveries", "negative_payees"}


def fill(first: int, last: int) -> None:
    for number in range(first, last):
        planning.plan(kind="customer", reference=f"payer:{number}", params={}, council_code=COUNCIL, at=AT + timedelta(seconds=number))
        WebhookEvent.objects.create(pk=f"evt_{number}", endpoint="platform", kind="charge.succeeded", state="parked")
        fields = {"kind": "adjustment", "pence": -5, "fee_pence": 0, "net_pence": -5, "currency": "gbp", "is_available": True}
        StripeLine.objects.create(pk=f"txn_{number}", available_on=AT, created_at=AT + timedelta(seconds=number), **fields)
        ReconcileRun.objects.create(at=AT + timedelta(seconds=number), read=1, matched=0, suspended=1, waiting=0, caught_up=0)
        payee = Payee.objects.create(owner=f"enterprise:{number}", council_code=COUNCIL)
        for _ in range(2):
            Recovery.objects.create(payee=payee, pence=100 + number, council_code=COUNCIL, about=f"line:{number}", state="owed", opened_at=AT)


def test_each_list_is_an_operators_and_paged_in_a_constant_number_of_queries() -> None:
    operator, stranger = cast.operator(), cast.stranger()
    fill(0, 3)
    few = {name: _queries(read, operator) for name, read in LISTS.items()}
    fill(3, 60)
    for name, read in LISTS.items():
        assert _queries(read, operator) <= few[name] <= 4, name
        for who in (stranger, None):
            assert (read(who).rows, read(who).total) == ([], 0), name
        if name in FILLED:
            first, second, beyond = read(operator), read(operator, page=2), read(operator, page=99)
            assert (len(first.rows), len(second.rows) > 0, first.pages) == (50, True, beyond.number), name
            assert not {str(row) for row in first.rows} & {str(row) for row in second.rows} or name == "runs", name


def _queries(read: Callable[..., Any], person: Any) -> int:
    from django.db import connection

    with CaptureQueriesContext(connection) as seen:
        read(person)
    return len(seen)


def test_the_figures_add_up_and_are_an_operators() -> None:
    fill(0, 4)
    seen = console.counts(cast.operator())
    assert (seen.operations, seen.events, seen.owed_by_payees_pence) == ({"planned": 4}, {"parked": 4}, 2 * (100 + 101 + 102 + 103))
    assert console.counts(cast.stranger()).operations == {}
    [worst, *_] = console.negative_payees(cast.operator()).rows
    assert (worst.payee.owner, worst.owed_pence, worst.recoveries) == ("enterprise:3", 206, 2)
    assert console.operations(cast.operator(), state="succeeded").total == 0
    assert console.operations(cast.operator(), kind="customer", state="planned").total == 4


def test_a_line_shows_who_said_what_it_was_and_its_alarm() -> None:
    fill(0, 1)
    StripeLine.objects.filter(pk="txn_0").update(council_code=COUNCIL)
    with pytest.raises(suspense.NotInSuspense):
        suspense.propose(line_id="txn_0", kind="fee", reason="A fee.", by=cast.operator(), at=AT)
    [seen] = console.suspense(cast.operator(), state="waiting").rows
    assert (seen.line.pk, seen.explanation, seen.net_pence, seen.alarm_id) == ("txn_0", None, -5, None)
