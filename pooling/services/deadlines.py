"""What the clock does to calls and promises: missed calls, unpaid orders, promises whose weeks are over."""

from datetime import datetime, timedelta

from audit.clock import london_date
from audit.services import trail
from payments.services.one_by_one import one_by_one
from places.calendar import add_working_days
from pooling.models import Call, Earmark, Pledge
from pooling.rules import EARMARK, MISS_WORKING_DAYS, ORDER_PAID_WITHIN_DAYS, PLEDGE, Promised, step
from pooling.selectors.promises import news_on_the_way
from pooling.services.call_records import lock_call, miss
from pooling.services.earmarks import lock_pledge
from pooling.services.transactions import all_or_nothing

State = Call.State


def advance_due(*, at: datetime) -> int:
    """Returns how many calls were missed and promises finished. Each in its own transaction; safe to repeat."""
    today = london_date(at)
    called = Call.objects.due_before(today).order_by("pk").values_list("pk", flat=True)
    ordered = Call.objects.said_yes_to_before(at - timedelta(days=ORDER_PAID_WITHIN_DAYS)).order_by("pk").values_list("pk", flat=True)
    pledged = Pledge.objects.live().over_before(today).order_by("pk").values_list("pk", flat=True)
    moved = one_by_one(list(called), lambda pk: _miss(pk, at)) + one_by_one(list(ordered), lambda pk: _overdue(pk, at))
    return moved + one_by_one(list(pledged), lambda pk: _finish(pk, at))


@all_or_nothing
def _miss(pk: int, at: datetime) -> int:
    """Ten working days after it was asked for, and after the day it was due."""
    row = lock_call(pk)
    today = london_date(at)
    if news_on_the_way([pk]):
        return 0
    if row.state != State.CALLED or today <= max(row.due_on, add_working_days(london_date(row.opened_at), MISS_WORKING_DAYS)):
        return 0
    miss(row, "miss", at)
    return 1


@all_or_nothing
def _overdue(pk: int, at: datetime) -> int:
    """An order not paid 30 days after the person's yes."""
    row = lock_call(pk)
    if news_on_the_way([pk]):
        return 0
    if row.state != State.ORDERED or row.billed_at is None or at <= row.billed_at + timedelta(days=ORDER_PAID_WITHIN_DAYS):
        return 0
    miss(row, "overdue", at)
    return 1


@all_or_nothing
def _finish(pk: int, at: datetime) -> int:
    """The weeks are over, every call is dealt with, and nothing that it was kept for is still to be asked for: visits may run longer, or be moved."""
    row = lock_pledge(pk)
    is_over = Promised(row.starts_on, row.weeks, row.weekly_pence).ends_on < london_date(at)
    if row.state != Pledge.State.PLEDGED or not is_over or row.calls.unended().exists() or row.earmarks.to_be_called().exists():
        return 0
    row.state = step(PLEDGE, row.state, "finish")
    row.save(update_fields=["state"])
    for kept in Earmark.objects.live().filter(pledge=row).locked():
        kept.state = step(EARMARK, kept.state, "use_up")
        kept.save(update_fields=["state"])
    trail.write(by=None, verb="pooling.finish_promise", about_kind="pledge", about_id=row.pk, at=at, council_code=row.council_code)
    return 1
