"""The one way in: `post` and `post_many`. Only `payments` and `pooling` call them, last in their transaction."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from uuid_utils import compat

from audit.errors import Refusal
from ledger.services import accounts, early
from ledger.services.accounts import Account
from ledger.services.line import Row, bare, line, texts

MOST_JOURNALS = 200
MOST_TRANSFERS = 2000
_BIGGEST = 2**63


def new_key() -> uuid.UUID:
    """A key for a journal that is to be. Keys rise with time (RFC 9562, version 7): the index of keys grows at its end, page after page."""
    return compat.uuid7()


class Transfer(NamedTuple):
    """`pence` (or minutes) from the debit account's side to the credit account's; both in one council and one unit."""

    debit: Account
    credit: Account
    pence: int


class Journal(NamedTuple):
    """One event. `key` is made by the caller beforehand, so that its own rows can point at it.

    `kind`: a slug such as "call_available". `effective_at`: when it happened for people. `actor`, `about`: opaque codes.
    `reverses`: the key of the journal this one takes back, all of it or a part: each pair is one of its pairs the other way round, and
    together they come to no more than it moved. `group_key`: shared by the journals of one event over several councils.
    """

    key: uuid.UUID
    kind: str
    council: str
    transfers: tuple[Transfer, ...]
    effective_at: datetime
    actor: str = ""
    reason: str = ""
    about: str = ""
    reverses: uuid.UUID | None = None
    group_key: uuid.UUID | None = None


class Posted(NamedTuple):
    """The journal is in the book. `replayed`: it already was, from an earlier call with the same key."""

    key: uuid.UUID
    journal_id: int
    replayed: bool = False


class Refused(Refusal):
    """The book would not take this journal; nothing was changed.

    `reason` is the database's word: not_enough, key_reused, amount, same_account, council, unit, empty, too_large,
    reverses_unknown, not_a_reversal, over_reversed, period_closed, linked. `account` is the one that stood in the way, where one
    did; `available_pence` what it could still give.
    """

    code = "journal_refused"
    sentence = "The money could not be moved. Nothing was changed. Please tell the people who run this site."

    def __init__(self, reason: str, account: Account | None = None, available_pence: int | None = None) -> None:
        self.reason = reason
        self.account = account
        self.available_pence = available_pence
        super().__init__()


class NotEnough(Refused):
    """A floor would be broken: there is less in `account` than asked for."""

    code = "not_enough_money"
    sentence = "There is not enough money here for that. Nothing was changed. Choose a smaller amount, or wait until more has been paid in."


class KeyReused(Refused):
    """The key is in the book for a different journal: a bug in the caller, never a repeat."""

    code = "journal_key_reused"


class OverReversed(Refused):
    """More would be taken back than the journal moved and earlier ones left; `available_pence` is what still may be."""

    code = "over_reversed"
    sentence = "That was taken back already, all of it or in part. Nothing was changed. Look at what was taken back before."


class PeriodClosed(Refused):
    """It happened on a day whose books are closed: it is written down as of today, naming what it puts right."""

    code = "period_closed"
    sentence = "The books of that day are closed. Nothing was changed. Put it right with an entry of today."


_CLASSES: dict[str, type[Refused]] = {
    "not_enough": NotEnough,
    "key_reused": KeyReused,
    "over_reversed": OverReversed,
    "period_closed": PeriodClosed,
}

_POST = (
    "select ledger_post($1::uuid, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint, "
    f"$7::timestamptz, $8::text, $9::text, $10::text, $11::uuid, $12::uuid), {early.lets_go('$13')}"
)
_POST_MANY = (
    f"select row(outcome, journal, account, available), {early.lets_go('$15')} from "  # noqa: S608 - put together from constants
    "ledger_post_many($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], "
    "$10::integer[], $11::bigint[], $12::bigint[], $13::bigint[], $14::boolean) order by item"
)


def post(journal: Journal) -> Posted:
    """Posts one journal. The same key and content again gives `Posted(replayed=True)`.

    Raises NotEnough, KeyReused or another Refused. Runs in the caller's transaction; with `retrying` when others post at once.
    """
    _check_shape(journal)
    result = _post_pair(journal, journal.transfers[0]) if len(journal.transfers) == 1 else _post_set([journal], False)[0]
    if isinstance(result, Refused):
        raise result
    return result


def _post_pair(journal: Journal, transfer: Transfer) -> Posted | Refused:
    """The commonest by far, a journal of one transfer, has a function of its own in the database."""
    debit, credit = transfer.debit.number, transfer.credit.number
    values: list[str | None] = [journal.key.hex, journal.kind, journal.council, str(debit), str(credit), str(_amount(transfer))]
    values += [_moment(journal.effective_at), journal.actor, journal.reason, journal.about, _hex(journal.reverses), _hex(journal.group_key)]
    [row] = _ask(_POST, values, [debit, credit], [journal])
    return _result(journal, row)


def post_many(journals: Sequence[Journal], linked: bool = False) -> list[Posted | Refused]:
    """Posts journals in order, one result each, in sets of at most 200. A refused one does not stop the others.

    `linked`: all or none; then at most 200, because a set is what the database decides at once. The guilty one's result says why,
    the others' reason is "linked". Raises ValueError for more than that, or for a journal that is too long.
    """
    if linked and len(journals) > MOST_JOURNALS:
        raise ValueError(f"{len(journals)} linked journals: at most {MOST_JOURNALS}")
    for journal in journals:
        _check_shape(journal)
    return [result for chunk in _chunks(journals) for result in _post_set(chunk, linked)]


def _check_shape(journal: Journal) -> None:
    """Stops what is a bug in the caller rather than a refusal: it could not even be asked of the database."""
    if len(journal.transfers) > MOST_TRANSFERS:
        raise ValueError(f"{len(journal.transfers)} transfers in one journal: at most {MOST_TRANSFERS}")
    if journal.effective_at.tzinfo is None:
        raise ValueError("effective_at has no time zone")
    for transfer in journal.transfers:
        if type(transfer.pence) is not int:
            raise TypeError(f"pence must be a whole number, not {type(transfer.pence).__name__}")


def _amount(transfer: Transfer) -> int:
    """The pence as the database can read them; what is too large for it is refused there like any other silly amount."""
    return transfer.pence if abs(transfer.pence) < _BIGGEST else 0


# The journals of one event happen at one moment, and to write one out is a twelfth of all that is done here for a journal.
_moment = lru_cache(maxsize=256)(str)


def _hex(key: uuid.UUID | None) -> str | None:
    return key.hex if key else None


def _chunks(journals: Sequence[Journal]) -> list[list[Journal]]:
    """Splits in order, each set within both limits of the database's function."""
    if 0 < len(journals) <= MOST_JOURNALS and sum([len(journal.transfers) for journal in journals]) <= MOST_TRANSFERS:
        return [list(journals)]
    sets: list[list[Journal]] = []
    room = 0
    for journal in journals:
        if not sets or len(sets[-1]) == MOST_JOURNALS or room < len(journal.transfers):
            sets.append([])
            room = MOST_TRANSFERS
        sets[-1].append(journal)
        room -= len(journal.transfers)
    return sets


def _post_set(journals: list[Journal], linked: bool) -> list[Posted | Refused]:
    transfers = [t for journal in journals for t in journal.transfers]
    debits, credits = [t.debit.number for t in transfers], [t.credit.number for t in transfers]
    pence = [t.pence for t in transfers]
    if max(map(abs, pence), default=0) >= _BIGGEST:
        pence = [_amount(t) for t in transfers]
    values = [
        bare([journal.key.hex for journal in journals]),
        texts([journal.kind for journal in journals]),
        texts([journal.council for journal in journals]),
        texts([_moment(journal.effective_at) for journal in journals]),
        texts([journal.actor for journal in journals]),
        texts([journal.reason for journal in journals]),
        texts([journal.about for journal in journals]),
        bare([journal.reverses and journal.reverses.hex for journal in journals]),
        bare([journal.group_key and journal.group_key.hex for journal in journals]),
    ]
    values += [_items([len(journal.transfers) for journal in journals]), bare(debits), bare(credits), bare(pence), str(linked)]
    rows = _ask(_POST_MANY, values, [*debits, *credits], journals)
    return [Posted(journal.key, row[1]) if row[0] == "posted" else _result(journal, row) for journal, row in zip(journals, rows, strict=True)]


def _items(sizes: list[int]) -> str:
    """Which journal (1..n) each transfer belongs to, written out; of journals of one transfer each, the commonest, only once."""
    if sizes.count(1) == len(sizes):
        return _counted(len(sizes))
    return bare([item for item, size in enumerate(sizes, start=1) for _ in range(size)])


@lru_cache(maxsize=MOST_JOURNALS)
def _counted(many: int) -> str:
    return bare(range(1, many + 1))


def _ask(sql: str, values: Sequence[str | None], numbers: Sequence[int], journals: Sequence[Journal]) -> list[Row]:
    """Asks the database, opening accounts it does not know. An unknown account means that nothing at all was written."""
    here = line()
    if not here.known.issuperset(numbers):
        accounts.open_accounts(_named(journals))
    goes_early = early.is_wanted(here.lazy, numbers)
    values = [*values, str(goes_early)]
    rows = here.ask(sql, values)
    if rows[0][0] == "unknown_account":
        accounts.open_accounts(_named(journals), again=True)
        rows = here.ask(sql, values)
    if goes_early:
        early.answer_after_the_disk()
    return rows


def _named(journals: Sequence[Journal]) -> set[Account]:
    return {account for journal in journals for t in journal.transfers for account in (t.debit, t.credit)}


def _result(journal: Journal, row: Row) -> Posted | Refused:
    outcome, journal_id, culprit, available = row
    if outcome == "posted" or outcome == "replayed":
        return Posted(journal.key, journal_id, outcome == "replayed")
    named = {account.number: account for account in _named([journal])}
    return _CLASSES.get(outcome, Refused)(outcome, named.get(culprit), available)
