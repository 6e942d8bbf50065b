"""A statement in words: when, what, out of which money into which, how much, and what was there after it."""

from collections.abc import Callable, Iterator, Sequence
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
    "kept_for_debt": "Not sent back after all",
    "refund_sent": "On its way back",
    "refund_stopped": "Stopped before it went",
    "refund_left": "Gone back",
    "refund_failed": "The bank sent it back to us",
    "remittance_planned": "On its way to the provider",
    "remittance_paid": "Sent to the provider",
    "remittance_stopped": "Stopped before it went",
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


def _moves_on(line: Line, then: Line | None) -> bool:
    """Whether the two lines are the two ends of one movement between places that are both here."""
    if then is None or (line.kind, line.effective_at) != (then.kind, then.effective_at):
        return False
    return line.pence == -then.pence and (line.account.code, line.other_code) == (then.other_code, then.account.code)


def _rows(lines: Sequence[Line]) -> Iterator[list[str]]:
    """Lines for somebody who reads: what only moved from one place to another is one row. In a file it is two, so that every place adds up."""
    rest = iter(zip(lines, [*lines[1:], None], strict=False))
    for line, then in rest:
        if then is None or not _moves_on(line, then):
            yield _row(line)
            continue
        next(rest)
        from_, to = (line, then) if line.pence < 0 else (then, line)
        day, what, *_, after = _row(then)
        way = f"{PLACES.get(from_.account.code, from_.account.code)}, to {PLACES.get(to.account.code, to.account.code)}"
        yield [day, what, way, f"{words.pounds(to.pence)} moved", after]


def sheet(statement: Statement) -> Sheet:
    """One page, oldest first."""
    rows = list(_rows(list(statement.lines)))
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
