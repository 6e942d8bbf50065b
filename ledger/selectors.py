"""Reading the book: balances and statements. Balances and amounts are in pence (or minutes), in the sign natural to the code:
what is owed to people, the platform's own money and income count up when credited; money at Stripe, debts to us and costs when debited."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from ledger import models
from ledger.codes import natural
from ledger.services.accounts import Account, number


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement: what one transfer did to one account."""

    key: uuid.UUID
    line: int
    kind: str
    effective_at: datetime
    recorded_at: datetime
    account: Account
    pence: int
    balance_pence: int
    about: str
    reason: str

    @property
    def code(self) -> str:
        return self.account.code


def balance(account: Account) -> int:
    """What the account holds, in its natural sign; 0 if it was never opened."""
    stored = models.Account.objects.filter(pk=number(account)).values_list("balance", flat=True).first()
    return natural(account.code, stored or 0)


def balances(*, codes: Iterable[str] = (), council: str = "", owner_prefix: str = "") -> dict[Account, int]:
    """Every open account that fits all that is given, with its balance; ones at zero are included."""
    rows = models.Account.objects.order_by("owner", "code", "council")
    if codes := tuple(codes):
        rows = rows.filter(code__in=codes)
    if council:
        rows = rows.filter(council=council)
    if owner_prefix:
        rows = rows.filter(owner__startswith=owner_prefix)
    found = rows.values_list("code", "council", "owner", "unit", "balance")
    return {Account(code, where, owner, unit): natural(code, stored) for code, where, owner, unit, stored in found}


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
    after: int = getattr(row, f"{side}_after")
    return Entry(
        key=row.journal.key,
        line=row.line,
        kind=row.journal.kind,
        effective_at=row.journal.effective_at,
        recorded_at=row.journal.recorded_at,
        account=Account(held.code, held.council, held.owner, held.unit),
        pence=natural(held.code, sign * row.pence),
        balance_pence=natural(held.code, after),
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
