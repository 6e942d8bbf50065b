"""The timers of every room, in the order their effects travel: facts and money first, what depends on them after.

A timer is `name(*, at) -> int`: how many things it moved. Each is safe to repeat and commits item by item.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import cycle, islice, takewhile

import structlog
from django.db import connection
from django.utils.module_loading import import_string

from payments.services import first_look

log = structlog.get_logger()

Timer = Callable[..., int]

# --- rooms add here, in this order ---
TIMERS = [
    "audit.services.deliveries.deliver_due",
    "payments.services.operations.perform_due",
    "payments.services.inbox.process_due",
    "payments.services.arrivals.clear_due",
    "payments.services.cash.send_back_due",
    "payments.services.payees.refresh_due",
    "payments.services.ages.advance_due",
    "providers.services.search_rows.refresh_due",
    "pooling.services.aged.advance_due",
    "pooling.services.idle.advance_due",
    "pooling.services.weekly_money.advance_due",
    "pooling.services.calls.advance_due",
    "pooling.services.memberships.advance_due",
    "pooling.services.removals.advance_due",
    "pooling.services.leaving.advance_due",
    "pooling.services.unheard.advance_due",
    "pooling.services.interests.advance_due",
    "pooling.services.proposals.advance_due",
    "pooling.services.endings.advance_due",
    "marketplace.services.brief_clock.advance_due",
    "marketplace.services.offer_clock.advance_due",
    "marketplace.services.changing.advance_due",
    "marketplace.services.exits.advance_due",
    "marketplace.services.agreements.advance_due",
    "marketplace.services.booking_clock.advance_due",
    "marketplace.services.milestones.advance_due",
    "marketplace.services.shares.advance_due",
    "marketplace.services.counting.counted_due",
    "pooling.services.setbacks.advance_due",
    "pooling.services.settlement.advance_due",
    "payments.services.setting_off.set_off_due",
    "payments.services.remittances.plan_due",
    "payments.services.refunds.plan_due",
    "payments.services.reconciliation.run_due",
    "ledger.services.upkeep.roll_up",
    "ledger.services.upkeep.keep_days",
    "frontend.notices.send_due",
    "people.services.messages.send_due",
    "config.services.kept_answers.forget_old",
    "config.services.sessions.forget_over",
    "ledger.services.seals.seal_due",
]
# These send or take money, or choose what does. None of them runs before this copy of the book was compared with Stripe: it may have been put
# back in time. The first in line finds out.
OUTGOING = frozenset(
    {
        "payments.services.operations.perform_due",
        "payments.services.cash.send_back_due",
        "pooling.services.weekly_money.advance_due",
        "payments.services.setting_off.set_off_due",
        "payments.services.remittances.plan_due",
        "payments.services.refunds.plan_due",
    }
)
# No other timer has anything to do because one of these moved something.
ENDS = frozenset(
    {
        "providers.services.search_rows.refresh_due",
        "marketplace.services.counting.counted_due",
        "people.services.messages.send_due",
        "config.services.kept_answers.forget_old",
        "ledger.services.seals.seal_due",
    }
)
MOST_ROUNDS = 50


TIMERS_LOCK = 20_260_302  # any number that no other advisory lock of ours uses


def run_all(*, at: datetime, wait: bool = True) -> int:
    """Runs every timer, round after round, until each has rested since anything moved that it could go on from. Returns how many things moved.

    One run at a time in the whole platform: while another is at it, waits for it, or with `wait=False` leaves it to it and returns 0.
    One timer's failure is logged and does not keep the others from their work: its items wait for the next time.
    """
    with _alone(wait=wait) as is_ours:
        return _rounds(at) if is_ours else 0


@contextmanager
def _alone(*, wait: bool) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s) is not null" if wait else "select pg_try_advisory_lock(%s)", [TIMERS_LOCK])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [TIMERS_LOCK])


def _rounds(at: datetime) -> int:
    moved = resting = 0
    names = _allowed(at)
    for name in islice(cycle(names), MOST_ROUNDS * len(names)):
        now_moved = _to_the_end(name, at) if name in ENDS else _run(name, at)
        moved += now_moved
        resting = 0 if now_moved and name not in ENDS else resting + 1
        if resting == len(names):
            return moved
    log.error("timers_never_rest", rounds=MOST_ROUNDS, moved=moved)
    return moved


def _to_the_end(name: str, at: datetime) -> int:
    """What it leaves for its next time is done now. One that never rests keeps nobody else from theirs."""
    return sum(takewhile(bool, (_run(name, at) for _ in range(MOST_ROUNDS))))


def _allowed(at: datetime) -> list[str]:
    """All of them; without those that send money while Stripe can't be asked what it did before this database was started."""
    if OUTGOING.isdisjoint(TIMERS):
        return TIMERS
    try:
        has_read = first_look.has_been_taken(at=at)
    except Exception:
        log.exception("first_reconciliation_failed")
        has_read = False
    return TIMERS if has_read else [name for name in TIMERS if name not in OUTGOING]


def _run(name: str, at: datetime) -> int:
    try:
        timer: Timer = import_string(name)
        return timer(at=at)
    except Exception:
        log.exception("timer_failed", timer=name)
        return 0
