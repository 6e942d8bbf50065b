"""The proof finds what a superuser changes with triggers off, and says which account."""

import pytest

from ledger.services.accounts import Account, number
from ledger.services.journals import post
from ledger.services.proof import prove
from tests.ledger.book import BANK, LAMBETH, SOUTHWARK, A, B, hold, journal, pay_in, share

S, H, K = number(share()), number(hold()), number(BANK)

# an edit, and what the proof's sentences must hold
EDITS = [
    (f"update ledger_account set balance = balance + 5 where id = {S}", f"SHARE {SOUTHWARK} {A} holds 405"),
    (f"update ledger_account set version = version + 1 where id = {S}", f"SHARE {SOUTHWARK} {A} says it was touched 3 times"),
    (f"update ledger_transfer set pence = 90 where debit_id = {S}", f"SHARE {SOUTHWARK} {A} holds 400, but its transfers add up to 410"),
    (f"update ledger_transfer set debit_after = 401 where debit_id = {S}", f"SHARE {SOUTHWARK} {A} after its transfer number 2 should hold 400"),
    (f"update ledger_transfer set credit_version = 7 where credit_id = {H}", f"HOLD {SOUTHWARK} hold:1/{A} after its transfer number 1"),
    (f"delete from ledger_transfer where debit_id = {S}", "has no transfers"),
    ("delete from ledger_journal where id = 1", "Transfer 1 line 1 has no journal"),
    (f"delete from ledger_account where id = {H}", f"Account number {H} has transfers but is not in the book"),
    (f"update ledger_account set owner = 'member:9/portion:9' where id = {S}", "member:9/portion:9 has a number that is not its own"),
    (f"update ledger_account set floor = null where id = {S}", f"SHARE {SOUTHWARK} {A} has floor none; its code says 0"),
    (f"update ledger_transfer set debit_id = {number(share(B))} where debit_id = {S}", "no longer says what was asked"),
    ("update ledger_journal set about = 'hold:2' where id = 2", "no longer says what was asked"),
    ("update ledger_journal set council = 'E09000022' where id = 1", "is in E09000022, but line 1"),
    ("update ledger_journal set reverses = gen_random_uuid() where id = 1", "which is not in the book"),
]  # fmt: skip


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(("edit", "sentence"), EDITS)
def test_a_planted_edit_is_found_and_named(owner_cursor, edit, sentence):
    pay_in(500)
    post(journal((share(), hold(), 100), about="hold:1"))
    assert prove() == []
    owner_cursor.execute("set session_replication_role = replica")
    owner_cursor.execute(edit)
    owner_cursor.execute("set session_replication_role = default")
    assert any(sentence in found for found in prove()), prove()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_balance_below_its_floor_is_found_even_without_the_check(owner_cursor):
    pay_in(500)
    owner_cursor.execute("alter table ledger_account drop constraint ledger_account_keeps_its_floor")
    owner_cursor.execute(f"update ledger_account set balance = -1 where id = {S}")
    assert f"SHARE {SOUTHWARK} {A} holds -1, below its floor of 0." in prove()


@pytest.mark.django_db
def test_peoples_money_must_be_covered_in_each_council():
    pay_in(500)
    post(journal((Account("BANK", LAMBETH), share(A, LAMBETH), 100), council=LAMBETH))
    post(journal((Account("RECEIVABLE", LAMBETH, A), Account("BANK", LAMBETH), 30), council=LAMBETH))
    assert prove("default") == [f"In {LAMBETH} the book owes people 100 pence, but only 70 pence is at Stripe or on its way."]


@pytest.mark.django_db
def test_money_nobody_can_explain_covers_nobody():
    pay_in(500)
    post(journal((BANK, Account("SUSPENSE", SOUTHWARK), 40)))
    post(journal((Account("RECEIVABLE", SOUTHWARK, A), BANK, 30)))
    assert len(prove("default")) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_proof_writes_nothing_and_works_as_either_login():
    pay_in(500)
    assert prove() == prove("default") == []
