"""Statements of money, composed from whose money it is: a person, a group, an organisation that looks after money, a council.

Each is of what was recorded from `since` and before `until`, in pages of `limit` lines. Set aside, held and questioned money of theirs is in
it as well: a line between two of their own accounts is there twice, out of one and into the other.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from ledger import selectors as book
from ledger.selectors import Statement
from ledger.services.accounts import Account
from people.models import Organisation, Person
from pooling.books import Lot, Wallet
from pooling.models import Cluster, Hold, Membership, Portion

# The platform's own accounts in a council's book, in the order an operator reads them.
COUNCIL_CODES = ("BANK", "CLEAR", "OUT", "FLOAT", "FEE_INCOME", "FEE_COST", "LOSS", "SUSPENSE")


def for_person(person: Person, *, since: datetime, until: datetime, cursor: str = "", limit: int = 100) -> Statement:
    """All of a person's money in all their groups. Five queries."""
    return _of(_lots_of(Portion.objects.filter(budget__person=person)), since, until, cursor, limit)


def for_cluster(cluster: Cluster, *, since: datetime, until: datetime, cursor: str = "", limit: int = 100) -> Statement:
    """The money of everybody in a group, there or held for them: for those who may see all of it. Five queries."""
    return _of(_lots_in(cluster), since, until, cursor, limit)


def for_holder(organisation: Organisation, *, since: datetime, until: datetime, cursor: str = "", limit: int = 100) -> Statement:
    """The money an organisation looks after: what it paid in ahead, and that of its people's portions in every group. Five queries."""
    return _of(_lots_of(Portion.objects.filter(holder=organisation)), since, until, cursor, limit, also=[Wallet(organisation.pk, "").owner])


def for_council(council_code: str, *, since: datetime, until: datetime, code: str = "BANK", cursor: str = "", limit: int = 100) -> Statement:
    """One of the platform's own accounts in a council's book (`COUNCIL_CODES`): money at Stripe, on its way, the platform's own. Two queries."""
    return book.statement([Account(code, council_code)], since=since, until=until, cursor=cursor, limit=limit)


def council_ends(council_code: str, *, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """What each of `COUNCIL_CODES` held at the start and at the end, in natural signs. One query."""
    found = book.ends([Account(code, council_code) for code in COUNCIL_CODES], since=since, until=until)
    return {account.code: both for account, both in found.items()}


def _lots_of(portions: QuerySet[Portion]) -> dict[tuple[int, int], Lot]:
    """Each portion's lot in every group that its person is or was in."""
    rows = portions.filter(budget__person__memberships__isnull=False)
    pairs = rows.values_list("budget__person__memberships__pk", "pk", "council_code")
    return {(membership, portion): Lot(membership, portion, council) for membership, portion, council in pairs}


def _lots_in(cluster: Cluster) -> dict[tuple[int, int], Lot]:
    pairs = Membership.objects.filter(cluster=cluster, person__budgets__portions__isnull=False).values_list(
        "pk", "person__budgets__portions__pk", "person__budgets__portions__council_code"
    )
    return {(membership, portion): Lot(membership, portion, council) for membership, portion, council in pairs}


def _of(lots: dict[tuple[int, int], Lot], since: datetime, until: datetime, cursor: str, limit: int, also: Iterable[str] = ()) -> Statement:
    holds = Hold.objects.filter(membership__in={one for one, _ in lots}, portion__in={one for _, one in lots})
    owners = {lot.owner for lot in lots.values()} | set(also)
    for pk, membership, portion, kind, about in holds.values_list("pk", "membership_id", "portion_id", "about_kind", "about_id"):
        lot = lots[membership, portion]
        owners |= {lot.hold(pk).owner, lot.reserve(f"{kind}:{about}").owner}
    return book.statement(book.owned(owners), since=since, until=until, cursor=cursor, limit=limit)
