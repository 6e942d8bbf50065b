"""Naming accounts and opening them on first use."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection, transaction

from ledger.codes import CODES
from ledger.services.line import line

_COUNCIL = re.compile(r"[A-Z][0-9]{8}")
_OWNER = re.compile(r"[A-Za-z0-9:/._-]{0,120}")
OF_THE_PLATFORM = 1 << 62  # the numbers of accounts without an owner begin here
_MOST_KNOWN = 50_000
# Every account's number, and whether it is lazy: a join would open none where nothing is lazy.
_OPEN = """
    with opened as materialized (
        select ledger_open(code, council, owner, unit) as id
        from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) names(code, council, owner, unit))
    select id, exists (select from ledger_account a where a.id = opened.id and a.mode = 1) from opened
"""


class NotAnAccount(ValueError):
    """A name that can't be an account: unknown code, not a council's GSS code, an owner with words in it. A bug in the caller."""


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Names an account; it is opened when first posted to.

    `council`: GSS code. `owner`: opaque, "" for the platform's own, else such as "member:12/portion:7", never a person's name.
    `unit`: "GBP" (pence) or "TIME" (minutes).
    """

    code: str
    council: str
    owner: str = ""
    unit: str = "GBP"
    # Made from the name alone (as SQL's ledger_account_number does); says nothing of whether the account is open.
    number: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", _numbered(self.code, self.council, self.owner, self.unit))


# A process says the same names again and again: each is checked and turned into its number once.
@lru_cache(maxsize=_MOST_KNOWN)
def _numbered(code: str, council: str, owner: str, unit: str) -> int:
    if code not in CODES or unit != ("TIME" if code in {"TIME", "TIME_ISSUED"} else "GBP"):
        raise NotAnAccount(f"no account code {code} in {unit}")
    if not _COUNCIL.fullmatch(council) or not _OWNER.fullmatch(owner):
        raise NotAnAccount(f"council {council!r} or owner {owner!r} is not a code")
    low = int.from_bytes(hashlib.sha256("\x1f".join((code, council, owner, unit)).encode()).digest()[:8], "big") & (OF_THE_PLATFORM - 1)
    return low if owner else low | OF_THE_PLATFORM


def account_id(account: Account) -> int:
    """The account's number; opens the account if it is new."""
    open_accounts([account])
    return account.number


def open_accounts(accounts: Iterable[Account], *, again: bool = False) -> None:
    """Opens those not known to be open, in order of number so that two openers can't wait for each other. `again`: asks for all.

    Known are numbers open for good, by database connection: added only once the opening is committed, because whoever takes another's
    uncommitted opening for done would meet it again while holding locks that the opener waits for; and gone with the connection,
    because the database may have been put back to an earlier state behind it. Which of them are lazy is kept too; it may be long ago.
    """
    here = line()
    known = here.known
    wanted = {account.number: account for account in accounts}
    new = sorted(key for key in wanted if again or key not in known)
    if not new:
        return
    names = [wanted[key] for key in new]
    columns = [[getattr(name, part) for name in names] for part in ("code", "council", "owner", "unit")]
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, columns)
        here.lazy.update(number for number, is_lazy in cursor.fetchall() if is_lazy)
    transaction.on_commit(lambda: _remember(known, new))


def _remember(known: set[int], new: list[int]) -> None:
    if len(known) > _MOST_KNOWN:
        known.clear()
    known.update(new)
