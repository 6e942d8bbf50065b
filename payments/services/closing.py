"""Closing a council's books: two operators write down for good what happened there up to a day. Nothing opens them again.

Everything here posts with the moment at which it is worked on, never with an older one of Stripe's: news that comes late is an entry of
its own day, so a closed day keeps nothing out. Only the last entries of a day may still be on their way when it ends, and they are
waited for.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from audit.clock import london_date
from audit.errors import Refusal
from audit.services import trail
from ledger.selectors import closed_through
from ledger.services.periods import Closed, ClosedAlready, close_period
from payments.models import StripeLine
from payments.services import planning, two_people
from people.models import Approval, Person

CLOSE = "books.close"
ABOUT = "books"
LAST_ENTRIES = timedelta(hours=1)
"""How long after its end a day's last entries may still be on their way into the book."""


class DayIsNotOver(Refusal):
    """The day goes on in London, or ended less than an hour ago."""

    code = "day_is_not_over"
    sentence = "That day is not over yet, or only just. Nothing was changed. Choose an earlier day, or wait until one in the morning."
    field = "through"


class DayIsClosed(ClosedAlready):
    """That day is closed, or one after it."""

    field = "through"


class ClosingIsAskedFor(Refusal):
    """Somebody else asked to close the same days, and waits for an answer."""

    code = "closing_is_asked_for"
    sentence = "Somebody else asked for this already. Answer them under “Others ask for a second yes”."


class SomethingIsUnexplained(Refusal):
    """SUSPENSE is not empty: nobody knows yet whose money that is, and so what the days to be closed came to."""

    code = "something_is_unexplained"
    sentence = "Stripe’s balance moved there and we don’t know why. Nothing was changed. Open “Lines to explain” and say what it was, then close."


def about_of(council_code: str, through: date) -> str:
    """What such a request is about, in `people.Approval`."""
    return f"{council_code}:{through.isoformat()}"


def read_about(about_id: str) -> tuple[str, date]:
    """The council and the last day that a request is about."""
    council_code, day = about_id.split(":")
    return council_code, date.fromisoformat(day)


@transaction.atomic
def propose(*, council_code: str, through: date, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two operators asks to close a council's books up to and with a London day. Nothing is closed.

    Operators only may answer: the request names no council, whose own staff could otherwise say yes to it.
    Raises NotAllowed, DayIsNotOver, DayIsClosed, SomethingIsUnexplained, ClosingIsAskedFor, ReasonIsMissing.
    """
    two_people.must_be_operator(by)
    must_fit(council_code=council_code, through=through, at=at)
    about_id = about_of(council_code, through)
    if Approval.objects.about(CLOSE, ABOUT, about_id).open(at).exclude(asked_by=by).exists():
        raise ClosingIsAskedFor
    asked = two_people.first(what=CLOSE, about_kind=ABOUT, about_id=about_id, reason=reason, by=by, at=at, council_code="")
    _note("propose_close_books", council_code, through, by, at)
    return asked


@transaction.atomic
def confirm(*, council_code: str, through: date, by: Person, at: datetime) -> Closed:
    """Another operator agrees, and the books are closed at once. Posting in that council waits for it.

    From then on the database refuses an entry for those days. Raises NotAllowed (also who asked), NeedsApproval, DayIsNotOver, DayIsClosed,
    SomethingIsUnexplained, BooksAreBusy.
    """
    two_people.must_be_operator(by)
    must_fit(council_code=council_code, through=through, at=at)
    two_people.second(what=CLOSE, about_kind=ABOUT, about_id=about_of(council_code, through), by=by, at=at)
    _note("close_books", council_code, through, by, at)
    return close_period(council=council_code, through=through, by=planning.actor(by), at=at)


def must_fit(*, council_code: str, through: date, at: datetime) -> None:
    """Only a day that is over, in order, with every line of Stripe's explained. The book checks the days again under its locks.

    Raises DayIsNotOver, DayIsClosed, SomethingIsUnexplained.
    """
    if through >= london_date(at - LAST_ENTRIES):
        raise DayIsNotOver
    closed = closed_through(council_code)
    if closed is not None and through <= closed:
        raise DayIsClosed
    if StripeLine.objects.filter(council_code=council_code, state=StripeLine.State.SUSPENSE).exists():
        raise SomethingIsUnexplained


def _note(verb: str, council_code: str, through: date, by: Person, at: datetime) -> None:
    detail = {"through": through.isoformat()}
    trail.write(by=by, verb=f"payments.{verb}", about_kind="council", about_id=council_code, at=at, council_code=council_code, detail=detail)
