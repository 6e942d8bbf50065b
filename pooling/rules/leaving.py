"""Leaving: what is still to pay and what comes back (state-machines.md S5), the days it takes, and the tables of what belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pooling.rules.tables import NEW

ANSWER_WORKING_DAYS = 10
APPEAL_WORKING_DAYS = 10
APPEAL_ANSWER_WORKING_DAYS, APPEAL_REMINDER_WORKING_DAYS = 10, 5
"""An operator answers an appeal within ten working days (state-machines.md 3), and is reminded half way."""
REMINDER_WORKING_DAYS = (4, 7)
"""Two reminders, the second by another channel; silence counts only after both."""
QUIET_DAYS = 42
"""No sign of life from a person for six weeks: who looks after their money asks (abuse.md 19)."""

UNSIGNED_DAYS = (14, 28)
"""New rules are not signed: asked again after so many days, twice. Then it is left to them: they may leave without notice (state-machines.md 2)."""

LEAVING = {
    (NEW, "begin"): "began",
    ("began", "take_back"): "taken_back",
    ("began", "go"): "left",
    ("left", "settle"): "settled",
}
STATEMENT = {
    (NEW, "send"): "sent",
    ("sent", "agree"): "agreed",
    ("sent", "silence"): "silent",
    ("sent", "query"): "queried",
    ("queried", "resolve"): "replaced",
}
REMOVAL = {
    (NEW, "ask"): "asked",
    ("asked", "reply"): "asked",
    ("asked", "turn_down"): "turned_down",
    ("asked", "decide"): "decided",
    ("decided", "appeal"): "appealed",
    ("appealed", "uphold"): "upheld",
    ("appealed", "refuse"): "refused",
    # Silence is never yes: where nobody answered, they stay (adr/0019).
    ("appealed", "run_out"): "unanswered",
    # They are out for another reason meanwhile: nothing is left to answer.
    ("appealed", "overtake"): "turned_down",
}
END_REPORT = {
    (NEW, "report"): "open",
    ("open", "end"): "ended",
    ("open", "dismiss"): "dismissed",
}


def out_on(told: date, notice_days: int) -> date:
    """The first day that notice given on `told` leaves free. What begins before it may still be billed, what begins on it or later never happens.

    The one rule of leaving a group, stopping one agreement and ending one (state-machines.md S5: until the day told plus the agreed notice).
    """
    return told + timedelta(days=notice_days)


@dataclass(frozen=True, slots=True)
class Term:
    """What one provider may still bill one person out of one part of their budget, for what happens before `until`, and how they get out.

    `route`: `run_off`, `shrink` or `cover`. `bill_pence` counts what is held for it already, and what is still to be paid in.
    """

    agreement_id: int
    portion_id: int
    until: date
    bill_pence: int
    route: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one portion's money in one group is: free, set aside, held for or counted on by visits, and owed because a bank took it back."""

    free_pence: int
    reserved_pence: int
    held_pence: int
    owed_pence: int


@dataclass(frozen=True, slots=True)
class Settled:
    """`payable`: comes back. `bill`: the most still to pay. `to_pay_in`: what of that, and of what is owed, is not here yet."""

    payable_pence: int
    bill_pence: int
    to_pay_in_pence: int


def settle(standing: Standing, bill_pence: int) -> Settled:
    """S5: payable = free + reserved + (held − what may still be billed) − owed; never below zero: the rest is still to be paid in."""
    here = standing.free_pence + standing.reserved_pence + standing.held_pence
    left = here - bill_pence - standing.owed_pence
    return Settled(max(0, left), bill_pence, max(0, -left))


def bill_of(terms: Iterable[Term], portion_id: int) -> int:
    """What may still be billed out of one portion, in pence."""
    return sum(term.bill_pence for term in terms if term.portion_id == portion_id)
