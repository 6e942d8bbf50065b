"""Reading the book: balances and statements. Balances and amounts are in pence (or minutes), in the sign natural to the code:
what is owed to people, the platform's own money and income count up when credited; money at Stripe, debts to us and costs when debited."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import BigIntegerField, Max, Min, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from ledger import models
from ledger.codes import natural
from ledger.services.accounts import Account
from ledger.statements import Line, NotACursor, Statement, ends, statement

__all__ = [
    "Account",
    "Entry",
    "Line",
    "NotACursor",
    "Statement",
    "balance",
    "balance_as_of",
    "balances",
    "balances_on",
    "closed_everywhere",
    "closed_through",
    "ends",
    "entries",
    "journal_exists",
    "moved",
    "owned",
    "recorded_since",
    "statement",
    "unsealed",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement: what one transfer did to one account. On a lazy account (the platform's own) no line has a balance."""

    key: uuid.UUID
    line: int
    kind: str
    effective_at: datetime
    recorded_at: datetime
    account: Account
    pence: int
    balance_pence: int | None
    about: str
    reason: str

    @property
    def code(self) -> str:
        return self.account.code


def balance(account: Account) -> int:
    """What the account holds, in its natural sign; 0 if it was never opened."""
    return _natural_of(account, "select balance from ledger_standing where id = %s", account.number)


def balance_as_of(account: Account, *, recorded_at: datetime | None = None, effective_on: date | None = None) -> int:
    """What the account held at an earlier moment, in its natural sign: as written down by `recorded_at`, or at the end of the London day
    `effective_on` by when things happened, as known now. What was recorded by a moment is final once that moment's transactions have
    ended. Raises ValueError unless exactly one is given.
    """
    if recorded_at is not None and effective_on is None:
        return _natural_of(account, "select balance from ledger_balance_at(%s, %s)", account.number, recorded_at)
    if effective_on is not None and recorded_at is None:
        return _natural_of(account, "select ledger_balance_on(%s, %s)", account.number, effective_on)
    raise ValueError("as of when: recorded_at or effective_on, one of them")


def _natural_of(account: Account, sql: str, *values: int | date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return natural(account.code, row[0] if row else 0)


def balances(
    *, codes: Iterable[str] = (), council: str = "", owner_prefix: str = "", owners: Iterable[str] | None = None, with_money: bool = False
) -> dict[Account, int]:
    """Every open account that fits all that is given, with its balance; ones at zero are included, but for `with_money`. One query."""
    rows = models.Standing.objects.order_by("owner", "code", "council")
    if codes := tuple(codes):
        rows = rows.filter(code__in=codes)
    if council:
        rows = rows.filter(council=council)
    if owner_prefix:
        rows = rows.filter(owner__startswith=owner_prefix)
    if owners is not None:
        rows = rows.filter(owner__in=list(owners))
    if with_money:
        rows = rows.exclude(balance=0)
    found = rows.values_list("code", "council", "owner", "unit", "balance")
    return {Account(code, where, owner, unit): natural(code, stored) for code, where, owner, unit, stored in found}


def balances_on(days: Mapping[str, date]) -> dict[str, dict[str, int]]:
    """What the accounts of each code together held in each of these councils at the end of a London day, by when things happened, as known now.

    Pence in natural sign, by council and code; nothing for what holds nothing. One query, a look at each of their accounts.
    """
    found: dict[str, dict[str, int]] = {council: {} for council in days}
    sql = """
        select a.council, a.code, sum(ledger_balance_on(a.id, d.day))::bigint from unnest(%s::text[], %s::date[]) d(council, day)
        join ledger_account a using (council) where a.unit = 'GBP' group by 1, 2 order by 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(days), list(days.values())])
        for council, code, stored in cursor.fetchall():
            if stored:
                found[council][code] = natural(code, stored)
    return found


def owned(owners: Iterable[str]) -> list[Account]:
    """Every open account of these owners, of any code and council. One query."""
    rows = models.Account.objects.filter(owner__in=list(owners)).order_by("id")
    return [Account(*name) for name in rows.values_list("code", "council", "owner", "unit")]


def closed_through(council: str) -> date | None:
    """The last day of the council's books that is closed; None before the first closing."""
    return models.Period.objects.filter(council=council).order_by("-through").values_list("through", flat=True).first()


def closed_everywhere() -> dict[str, date]:
    """The last closed day of every council whose books were ever closed. One query."""
    return dict(models.Period.objects.order_by().values_list("council").annotate(last=Max("through")))


def recorded_since(moment: datetime) -> datetime | None:
    """When the first of what happened at `moment` or later was written down; None while nothing of it is. Reads every journal: only for
    where the clock of people is not the database's, as in a demo.
    """
    first: datetime | None = models.Journal.objects.filter(effective_at__gte=moment).aggregate(first=Min("recorded_at"))["first"]
    return first


def unsealed() -> QuerySet[models.Journal]:
    """Journals that no seal holds yet. By number the first is the oldest, or almost."""
    sealed = models.Seal.objects.order_by("-number").values("last_journal")[:1]
    return models.Journal.objects.filter(pk__gt=Coalesce(Subquery(sealed), Value(0), output_field=BigIntegerField()))


def journal_exists(key: uuid.UUID) -> bool:
    """True once the journal of that key is in the book."""
    return models.Journal.objects.filter(key=key).exists()


def entries(*, owner: str = "", about: str = "", codes: Iterable[str] = (), limit: int = 100) -> list[Entry]:
    """The newest lines first, at most `limit`, of the accounts of one owner, of one `about`, or both; `codes` narrows.

    Raises ValueError with neither: a statement is always somebody's or about something.
    """
    if not owner and not about:
        raise ValueError("entries of whom, or about what?")
    lines = [*_side("debit", owner, about, tuple(codes), limit), *_side("credit", owner, about, tuple(codes), limit)]
    lines.sort(key=lambda pair: pair[0], reverse=True)
    return [entry for _, entry in lines[:limit]]


def _side(side: str, owner: str, about: str, codes: tuple[str, ...], limit: int) -> list[tuple[tuple[int, int, str], Entry]]:
    """One side's lines with what to sort them by: journal, line, and credits after debits when read oldest first."""
    where = Q()
    if owner:
        where &= Q(**{f"{side}__owner": owner})
    if about:
        where &= Q(journal__about=about)
    if codes:
        where &= Q(**{f"{side}__code__in": codes})
    rows: QuerySet[models.Transfer] = models.Transfer.objects.filter(where).select_related("journal", side).order_by("-journal_id", "-line")
    sign = -1 if side == "debit" else 1
    return [((row.journal_id, row.line, "a" if side == "debit" else "b"), _entry(row, side, sign)) for row in rows[:limit]]


def _entry(row: models.Transfer, side: str, sign: int) -> Entry:
    held: models.Account = getattr(row, side)
    after: int | None = getattr(row, f"{side}_after")
    return Entry(
        key=row.journal.key,
        line=row.line,
        kind=row.journal.kind,
        effective_at=row.journal.effective_at,
        recorded_at=row.journal.recorded_at,
        account=Account(held.code, held.council, held.owner, held.unit),
        pence=natural(held.code, sign * row.pence),
        balance_pence=None if after is None else natural(held.code, after),
        about=row.journal.about,
        reason=row.journal.reason,
    )


def moved(*, code: str, keys: Iterable[uuid.UUID] | None = None) -> dict[uuid.UUID, int]:
    """What each journal moved on the accounts of one code, over all councils, in its natural sign; all journals without `keys`.

    For proofs: a journal that moved nothing there, or that is not in the book, is not in the answer.
    """
    total: dict[uuid.UUID, int] = {}
    for side, sign in (("debit", -1), ("credit", 1)):
        rows = models.Transfer.objects.filter(**{f"{side}__code": code})
        if keys is not None:
            rows = rows.filter(journal__key__in=list(keys))
        for key, pence in rows.values_list("journal__key").annotate(sum=Sum("pence")):
            total[key] = total.get(key, 0) + natural(code, sign * pence)
    return {key: pence for key, pence in total.items() if pence}
