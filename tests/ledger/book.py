"""Names for ledger tests: one council, its accounts, and short ways to make journals."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from config.bench.server import Server
from ledger import selectors
from ledger.services.accounts import Account, account_id
from ledger.services.journals import Journal, Posted, Transfer, post

SOUTHWARK, LAMBETH = "E09000028", "E09000022"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

BANK = Account("BANK", SOUTHWARK)
CLEAR = Account("CLEAR", SOUTHWARK)
OUT = Account("OUT", SOUTHWARK)
FLOAT = Account("FLOAT", SOUTHWARK)
FEE_COST = Account("FEE_COST", SOUTHWARK)
DUE = Account("DUE", SOUTHWARK, "payee:1")
A, B, C, H = "member:1/portion:1", "member:2/portion:2", "member:3/portion:3", "member:4/portion:4"


def share(owner: str = A, council: str = SOUTHWARK) -> Account:
    return Account("SHARE", council, owner)


def reserve(owner: str) -> Account:
    return Account("RESERVE", SOUTHWARK, f"milestone:1/{owner}")


def hold(owner: str = A) -> Account:
    return Account("HOLD", SOUTHWARK, f"hold:1/{owner}")


def journal(*transfers: tuple[Account, Account, int], key: uuid.UUID | None = None, council: str = SOUTHWARK, **more: Any) -> Journal:
    """(debit, credit, pence) triples."""
    asked = {"kind": "test", "effective_at": AT, **more}
    return Journal(key=key or uuid.uuid4(), council=council, transfers=tuple(Transfer(*t) for t in transfers), **asked)


def pay_in(pence: int, owner: str = A) -> Posted:
    """Money at Stripe that is this member's."""
    return post(journal((BANK, share(owner), pence)))


def holds(*expected: tuple[Account, int]) -> None:
    """Asserts balances, all at once so that a failure shows all."""
    assert {account: selectors.balance(account) for account, _ in expected} == dict(expected)


def make_lazy(owner_cursor: Any, *accounts: Account) -> None:
    """Opens accounts, for good, and has the owner make them lazy."""
    for account in accounts:
        owner_cursor.execute("select ledger_set_mode(%s, 1::smallint)", [account_id(account)])


@dataclass(frozen=True, slots=True)
class Here(Server):
    """The test's own database in place of a server of the bench's."""

    address: str = ""

    def url(self, *, owner: bool = False, database: str = "") -> str:
        return self.address
