"""docs/money.md is true: its worked journal is posted row by row, and its table of accounts is the code's."""

import re
import uuid
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest

from ledger.codes import CODES
from ledger.services.accounts import Account
from ledger.services.journals import NotEnough, post
from ledger.services.proof import prove
from tests.ledger.book import BANK, CLEAR, DUE, FEE_COST, FLOAT, LAMBETH, SOUTHWARK, A, B, C, H, hold, holds, journal, reserve, share

PAPER = (Path(__file__).resolve().parents[2] / "docs" / "money.md").read_text()
D = "member:5/portion:5"
PEOPLE = {"A": A, "B": B, "C": C, "D": D, "H": H, "K": "holder:2"}
TABLES = {"The worked journal": 42, "The leaver's journal": 13}


def pending(owner: str) -> Account:
    return Account("PENDING", SOUTHWARK, owner)


def dispute(owner: str) -> Account:
    return Account("DISPUTE", SOUTHWARK, f"hold:1/{owner}")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    text = PAPER.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = list(takewhile(lambda line: line.startswith("|"), dropwhile(lambda line: not line.startswith("|"), text.splitlines())))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def account(written: str) -> Account:
    """`HOLD(A)` and the like; the platform's accounts stand alone."""
    code, who = re.fullmatch(r"([A-Z_]+)(?:\((\w)\))?", written).groups()
    made = {"SHARE": share, "RESERVE": reserve, "HOLD": hold, "DISPUTE": dispute, "PENDING": pending}
    if who == "p":
        return Account(code, SOUTHWARK, DUE.owner)
    if who and code in ("RECEIVABLE", "REFUND", "WALLET", "LEAVING"):
        return Account(code, SOUTHWARK, PEOPLE[who])
    return made[code](PEOPLE[who]) if who else Account(code, SOUTHWARK)


def listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";")]


def test_the_papers_table_of_accounts_is_the_codes():
    told = {code.strip("`"): (kind, floor, owner, by, meaning) for code, kind, floor, owner, by, meaning in rows("Accounts")}
    terms = {code: (t.kind.value, "" if t.floor is None else str(t.floor), t.owner, t.posted_by, t.meaning) for code, t in CODES.items()}
    assert told == terms


@pytest.mark.django_db
@pytest.mark.parametrize("heading", TABLES)
def test_each_worked_journal_comes_out_as_the_paper_says_row_by_row(heading):
    for event, debits, credits, pence, then in rows(heading):
        pairs = zip(listed(debits), listed(credits), listed(pence), strict=True)
        post(journal(*[(account(debit), account(credit), int(amount)) for debit, credit, amount in pairs], reason=event))
        expected = [part.rsplit(" ", 1) for part in listed(then)]
        holds(*[(account(name), int(amount)) for name, amount in expected])
        assert prove("default") == [], event
    assert len(rows(heading)) == TABLES[heading]


@pytest.mark.django_db
def test_a_card_payment_can_not_be_spent_before_it_is_available():
    post(journal((CLEAR, pending(B), 8000)))
    with pytest.raises(NotEnough):
        post(journal((share(B), reserve(B), 8000), (reserve(B), hold(B), 8000)))
    holds((pending(B), 8000), (share(B), 0), (hold(B), 0))


@pytest.mark.django_db
def test_funding_together_needs_everybodys_money():
    for owner in (A, B):
        post(journal((BANK, share(owner), 8000)))
    with pytest.raises(NotEnough) as refusal:
        post(journal(*[(share(owner), reserve(owner), 8000) for owner in (A, B, C)]))
    assert refusal.value.account == share(C)
    holds((share(A), 8000), (share(B), 8000), (reserve(A), 0))


@pytest.mark.django_db
def test_the_provider_is_never_sent_more_than_was_released():
    post(journal((BANK, hold(A), 2000), (hold(A), DUE, 2000)))
    with pytest.raises(NotEnough):
        post(journal((DUE, Account("OUT", SOUTHWARK), 2001)))


@pytest.mark.django_db
def test_the_platforms_float_never_pays_what_it_does_not_have():
    post(journal((BANK, FLOAT, 100)))
    post(journal((CLEAR, pending(B), 8000)))
    with pytest.raises(NotEnough) as refusal:
        post(journal((BANK, CLEAR, 8000), (pending(B), share(B), 8000), (FEE_COST, BANK, 140), (FLOAT, FEE_COST, 140)))
    assert (refusal.value.account, refusal.value.available_pence) == (FLOAT, 100)
    holds((CLEAR, 8000), (pending(B), 8000), (share(B), 0), (BANK, 100))


@pytest.mark.django_db
def test_an_event_over_two_councils_is_one_journal_each_under_one_group():
    group = uuid.uuid4()
    post(journal((BANK, share(A), 10), group_key=group))
    post(journal((Account("BANK", LAMBETH), share(A, LAMBETH), 10), council=LAMBETH, group_key=group))
    assert prove("default") == []
