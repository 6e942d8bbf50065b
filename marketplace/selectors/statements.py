"""Who may read whose statement, and of which days: one rule for the pages and the API.

Each `of_…` gives None both where there is nothing of that kind and where it is not theirs to read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from audit.clock import LONDON
from ledger.selectors import Statement, recorded_since
from payments.models import Payee
from payments.statements import for_payee
from people.models import Council, Organisation, Person
from people.roles import HOLDER_STAFF, has_role
from pooling.models import Cluster
from pooling.selectors import statements
from pooling.selectors.statements import COUNCIL_CODES
from providers.models import Enterprise
from providers.policies import may_run

# From before there was a book, to after whatever the clock of a demo says.
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Whose:
    """A statement that may be read. `read(since=, until=, cursor=, limit=)` gives a page of it; `name` is empty where it is one's own."""

    name: str
    read: Callable[..., Statement]


def moments(first: date | None, last: date | None, *, clock_is_moved: bool) -> tuple[datetime, datetime]:
    """From the beginning of one London day to the end of another, as the moments a statement is asked for; None is as far as there is.

    A statement goes by when things were written down. That is when they happened, but where a demo's clock was moved: there the days
    people know are looked up in the book, so that days which follow each other still meet.
    """
    since = FIRST if first is None or first <= FIRST.date() else LAST if first >= LAST.date() else _begins(first)
    until = LAST if last is None or last >= LAST.date() else max(since, _begins(last + timedelta(days=1)))
    if not clock_is_moved:
        return since, until
    return tuple(moment if moment in (FIRST, LAST) else recorded_since(moment) or LAST for moment in (since, until))  # type: ignore[return-value]


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)


def of_person(*, by: Person) -> Whose:
    """Their own money, in all their groups."""
    return Whose("", lambda **page: statements.for_person(by, **page))


def of_holder(pk: int, *, by: Person, at: datetime) -> Whose | None:
    """The money an organisation looks after: for who works there, and operators."""
    holder = Organisation.objects.filter(pk=pk).first()
    if holder is None or not (by.is_operator or has_role(by, HOLDER_STAFF, organisation=holder, at=at)):
        return None
    return Whose(holder.name, lambda **page: statements.for_holder(holder, **page))


def of_provider(pk: int, *, by: Person) -> Whose | None:
    """What became owed to a provider and what was sent: for its owner, and operators."""
    shop = Enterprise.objects.filter(pk=pk).first()
    if shop is None or not (by.is_operator or may_run(by=by, enterprise=shop)):
        return None
    payee = Payee.objects.filter(pk=shop.payee_id).first() if shop.payee_id else None
    return None if payee is None else Whose(shop.name, lambda **page: for_payee(payee, **page))


def of_group(pk: int, *, by: Person) -> Whose | None:
    """Everybody's money in a group: for operators, never for the group, where each sees their own."""
    group = Cluster.objects.filter(pk=pk).first() if by.is_operator else None
    return None if group is None else Whose(group.name, lambda **page: statements.for_cluster(group, **page))


def of_council(code: str, *, account: str, by: Person) -> Whose | None:
    """One of the platform's own accounts in a council's book (`COUNCIL_CODES`): for operators."""
    council = Council.objects.filter(pk=code).first() if by.is_operator and account in COUNCIL_CODES else None
    return None if council is None else Whose(council.name, lambda **page: statements.for_council(code, code=account, **page))
