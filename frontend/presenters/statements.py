"""A statement in words: when, what, out of which money into which, how much, and what was there after it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from frontend import words
from ledger.selectors import Line, Statement

A_PAGE = 200
MOST_PAGES = 50
COLUMNS = ("Day", "What", "Out of or into", "How much", "Then")
PLACES = {
    "SHARE": "free",
    "RESERVE": "set aside",
    "HOLD": "held for visits",
    "DISPUTE": "questioned",
    "LEAVING": "owed to who left",
    "WALLET": "paid in, not handed out",
    "PENDING": "on its way in",
    "REFUND": "on its way back",
    "DUE": "owed to the provider",
    "OUT": "on its way out",
    "BANK": "at Stripe",
    "CLEAR": "taken by Stripe, not there yet",
    "RECEIVABLE": "owed to the platform",
    "FLOAT": "the platform’s own",
    "FEE_COST": "Stripe’s fees",
    "FEE_INCOME": "the platform’s fee",
    "LOSS": "lost",
    "SUSPENSE": "not explained yet",
}
KINDS = {
    "payment_clearing": "Paid in, on its way",
    "payment_available": "Paid in, here now",
    "place": "Held for visits",
    "release": "For visits that happened",
    "give_back": "Not needed, free again",
    "dispute": "Questioned",
    "settle": "A question was settled",
    "withdraw": "Sent back",
    "keep": "Could not be sent back, free again",
    "refund_sent": "On its way back",
    "refund_left": "Gone back",
    "refund_failed": "The bank sent it back to us",
    "remittance_planned": "On its way to the provider",
    "remittance_paid": "Sent to the provider",
    "release_by_order": "For visits that happened, by order",
    "wallet_sent_back": "Sent back",
    "dispute_withdrawn": "A bank took a payment back",
    "dispute_reinstated": "The bank gave it back",
    "debt_taken": "Pays for what a bank took back",
    "debt_given_back": "The bank gave it back, free again",
    "recover": "Came back from the provider",
    "recovery_reversed": "Taken back from the provider",
    "recovery_set_off": "Kept back from the provider’s pay",
}
Read = Callable[[str], Statement]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a statement. `then`: the address of the next page; "" on the last."""

    rows: list[list[str]]
    opening: str
    closing: str
    then: str


def _row(line: Line) -> list[str]:
    here, there = PLACES.get(line.account.code, line.account.code), PLACES.get(line.other_code, line.other_code)
    way = f"{here}, to {there}" if line.pence < 0 else f"{here}, from {there}"
    what = KINDS.get(line.kind, line.kind.replace("_", " ").capitalize())
    return [words.day_year(line.effective_at), what, way, words.pounds(line.pence), words.pounds(line.balance_pence)]


def sheet(statement: Statement) -> Sheet:
    """One page, oldest first."""
    rows = [_row(line) for line in statement.lines]
    return Sheet(rows, words.pounds(statement.opening_pence), words.pounds(statement.closing_pence), statement.cursor)


def all_rows(read: Read) -> Iterator[list[str]]:
    """Every line, page after page, for a file to take away."""
    return (row for page in islice(_pages(read), MOST_PAGES) for row in map(_row, page.lines))


def _pages(read: Read) -> Iterator[Statement]:
    cursor = ""
    while True:
        page = read(cursor)
        yield page
        cursor = page.cursor
        if not cursor:
            return
