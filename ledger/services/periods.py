"""Closing a council's books: what happened up to a day is then written down for good."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from audit.errors import Refusal
from ledger.services.retry import retrying


class ClosedAlready(Refusal):
    """That day is closed, or one after it: closing goes forward only."""

    code = "period_closed_already"
    sentence = "The books are closed up to a later day, or to this one. Nothing was changed. Choose a later day."


class PeriodNotOver(Refusal):
    """The day is not over."""

    code = "period_not_over"
    sentence = "That day is not over yet. Nothing was changed. Choose a day that has ended."


class BooksAreBusy(Refusal):
    """So much is posted there that the council's accounts could not all be had at one moment."""

    code = "books_are_busy"
    sentence = "Money is moving there at this very moment, so nothing could be closed. Nothing was changed. Try again in a minute."


@dataclass(frozen=True, slots=True)
class Closed:
    """The council's books are closed up to and with `through`."""

    council: str
    through: date


_WHY: dict[str, type[Refusal]] = {"not_after": ClosedAlready, "not_over": PeriodNotOver, "busy": BooksAreBusy}


def close_period(*, council: str, through: date, by: str, at: datetime) -> Closed:
    """Closes a council's days up to and with `through` (London days of `effective_at`); nothing opens them again.

    From then on the database refuses a journal of an earlier moment (`PeriodClosed`): what was wrong is put right by a journal of today
    that names what it takes back. Posting to the council waits while its accounts are locked. `council`: GSS code. `by`: an opaque
    code, as `Journal.actor`; who may close is for the room that asks. Raises ClosedAlready, PeriodNotOver, BooksAreBusy.
    """

    def once() -> tuple[str, date]:
        with connection.cursor() as cursor:
            cursor.execute("select outcome, closed_through from ledger_close_period(%s, %s, %s, %s)", [council, through, by, at])
            outcome, closed_through = cursor.fetchone()
            return outcome, closed_through

    outcome, closed_through = retrying(once)
    if outcome in _WHY:
        raise _WHY[outcome]
    return Closed(council, closed_through)
