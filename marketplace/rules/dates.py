"""When each thing is due. Working days come in as functions, so that this stays arithmetic."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from payments.rules import CLEARING_WORKING_DAYS as CLEARING
from payments.rules import NEW_DEBIT_WORKING_DAYS
from pooling.rules.leaving import out_on

LONDON = ZoneInfo("Europe/London")

SIGHT_WORKING_DAYS = 5
"""Everybody sees what they are asked to pay for so long before it is due."""
SPARE_WORKING_DAYS = 2
"""Between the last day to pay and the first visit."""
CLEARING_WORKING_DAYS = {"debit": NEW_DEBIT_WORKING_DAYS, "card": CLEARING["card"], "bank": CLEARING["bank_transfer"], "order": 0}
"""How long money takes to become available, at the slowest usual; a bank's app is quicker than a card, a debit slower the first time."""
LONGEST_LEAD = timedelta(days=29)
"""Fifteen working days are never more days than this, whatever holidays fall between: where the timer begins to look."""
LONGEST_SHORT = timedelta(days=8)
"""The same for two working days."""
SIGN_WORKING_DAYS = 10
SHORT_WORKING_DAYS = 2
"""So long before the start a week that is not covered is called short."""
SAY_NO_HOURS = 24
"""Until so long before the start a provider may say no to going ahead for those who are covered."""
OVERDUE_NEVER_BEGUN_DAYS = 7
OVERDUE_BEGUN_DAYS = 14
CALL_OFF_DAYS = 60
NO_ANSWER_DAYS = 15
REMIND_DAYS = (15, 30)
HELD_BACK_REMIND_DAYS = (7, *REMIND_DAYS)
"""What two people hold back is looked at again after five working days (state-machines.md 8, `hold_back`)."""
CLOCK_OUT_DAYS = 45
LARGE_PENCE_IN_28_DAYS = 50_000
"""Above this, from one payer to one provider in 28 days, a second person must agree (state-machines.md 8, `release`)."""
BOOKING_ANSWER_DAYS = 3
"""So long a provider has to answer a booking, and never less than a day before it begins (state-machines.md 9)."""
BOOKING_ANSWER_HOURS = 24
HELD_MOVES_DAYS = 42
"""A visit moves to at most so long after its money was held: thirty days of asking whether it happened still fit into the 88 (docs/adr/0012)."""
UNCLAIMED_DAYS = 14
"""So long after a booked visit nobody has recorded it: people are asked whether anybody came."""
LATE_QUESTION_DAYS = 28
"""So long after a payment made without an answer a payer may say that it was wrong (state-machines.md 8, `query_late`)."""

WorkingDays = Callable[[date, int], date]


def last_day_of_notice(told: date, notice_days: int) -> date:
    """Weeks that begin up to this day may still be billed, later ones never happen: the day before `out_on`, as in leaving a group."""
    return out_on(told, notice_days) - timedelta(days=1)


def clearing_kind(*, route: str, mode: str, by_debit: bool = False) -> str:
    """How this payer's money comes: an order, a bank transfer by who looks after the money, their own card, or the Direct Debit they set up."""
    if mode == "on_yes":
        return "order"
    if by_debit:
        return "debit"
    return "card" if route in {"direct_payment", "phb_direct", "self_funded", "top_up"} else "bank"


def pay_by(*, starts_on: date, kind: str, add_working_days: WorkingDays) -> date:
    """The last day to pay (or accept the order) for a week that starts on `starts_on`."""
    return add_working_days(starts_on, -(SPARE_WORKING_DAYS + CLEARING_WORKING_DAYS[kind]))


def ask_funding_on(*, starts_on: date, kinds: list[str], add_working_days: WorkingDays) -> date:
    """When to ask for money: sight, the slowest payer's clearing, and two days to spare, all before the start (money.md 2, "A promise")."""
    slowest = max((CLEARING_WORKING_DAYS[kind] for kind in kinds), default=0)
    return add_working_days(starts_on, -(SIGHT_WORKING_DAYS + SPARE_WORKING_DAYS + slowest))


def answer_by(*, asked_at: datetime, working_days: int, add_working_days: WorkingDays) -> datetime:
    """So many working days after asking, at the same time of day in London."""
    local = asked_at.astimezone(LONDON)
    return datetime.combine(add_working_days(local.date(), working_days), local.time(), tzinfo=LONDON)


def start_of(day: date, at_time: time | None = None) -> datetime:
    """The moment a visit or a day begins in London. Without a time: nine in the morning."""
    return datetime.combine(day, at_time or time(9), tzinfo=LONDON)


def last_day_to_question(released_at: datetime) -> date:
    """The last whole day, in London, on which a payment made without an answer may be questioned."""
    return released_at.astimezone(LONDON).date() + timedelta(days=LATE_QUESTION_DAYS)


def is_past(moment: datetime, days: int, at: datetime) -> bool:
    """Whether `days` whole days have gone since `moment`."""
    return at >= moment + timedelta(days=days)
