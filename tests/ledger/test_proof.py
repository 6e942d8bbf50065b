"""The proof finds what a superuser changes with triggers off, and says which account."""

import json
from datetime import date, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command

from ledger import models
from ledger.services import proof
from ledger.services.accounts import Account
from ledger.services.journals import Transfer, post
from ledger.services.proof import prove
from tests.ledger.book import AT, BANK, CLEAR, LAMBETH, SOUTHWARK, A, B, hold, journal, pay_in, share

S, H, K = share().number, hold().number, BANK.number

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
    (f"update ledger_transfer set debit_id = {share(B).number} where debit_id = {S}", "no longer says what was asked"),
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


# --- what was added up later: lazy accounts, days, periods, taking back ---

C = CLEAR.number


def a_lazy_book(cursor) -> None:
    """CLEAR is lazy: two lines rolled up, one waiting; one day summed and closed."""
    post(journal((BANK, CLEAR, 90)))
    cursor.execute("select ledger_set_mode(%s, 1::smallint)", [C])
    post(journal((CLEAR, share(), 100)))
    post(journal((CLEAR, share(), 200)))
    cursor.execute("select ledger_roll_up(%s, 1000), ledger_keep_days(%s, 1, 1000, 1000)", [SOUTHWARK, SOUTHWARK])
    post(journal((CLEAR, share(), 400), effective_at=AT + timedelta(days=2)))
    cursor.execute("select ledger_close_period(%s, %s, 'test', %s)", [SOUTHWARK, date(2026, 3, 2), AT + timedelta(days=3)])


LAZY_EDITS = [
    (f"update ledger_checkpoint set net = net + 1, balance = balance + 1 where account_id = {C} and lines > 0", "lines there come to"),
    (f"update ledger_checkpoint set lines = lines + 1, version = version + 1 where account_id = {C} and lines > 0", "lines there come to"),
    (f"update ledger_account set rolled_to = rolled_to - 5 where id = {C}", f"CLEAR {SOUTHWARK} was added up to place"),
    (f"update ledger_account set balance = balance + 1 where id = {C}", f"CLEAR {SOUTHWARK} holds -609, but its transfers add up to -610"),
    (f"update ledger_account set version = version - 1 where id = {C}", f"CLEAR {SOUTHWARK} says it was touched 3 times, but has 4 transfers"),
    (f"update ledger_account set mode = 0 where id = {C}", f"CLEAR {SOUTHWARK} was added up to place"),
    (f"update ledger_day set net = net + 1 where account_id = {C}", f"CLEAR {SOUTHWARK} on 2026-03-02 moved"),
    (f"delete from ledger_day where account_id = {S}", f"{A} on 2026-03-02 moved 300 in 2 lines, but its sum of that day says 0 in 0."),
    ("update ledger_journal set effective_at = '2026-03-01', recorded_at = recorded_at + interval '1 day'", "had closed its days up to 2026-03-02"),
]  # fmt: skip


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(("edit", "sentence"), LAZY_EDITS)
def test_an_edit_to_what_was_added_up_later_is_found_and_named(owner_cursor, edit, sentence):
    a_lazy_book(owner_cursor)
    assert prove() == []
    owner_cursor.execute("set session_replication_role = replica")
    owner_cursor.execute(edit)
    owner_cursor.execute("set session_replication_role = default")
    assert any(sentence in found for found in prove()), prove()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_more_taken_back_than_was_moved_is_found(owner_cursor):
    pay_in(500)
    first = journal((share(), hold(), 100))
    post(first)
    back = journal((hold(), share(), 60), reverses=first.key)
    post(back)
    assert prove() == []
    again = back._replace(key=journal().key, transfers=(Transfer(hold(), share(), 40),))
    post(again)
    assert prove() == []
    smaller = models.Journal.objects.get(key=first.key).pk
    owner_cursor.execute("set session_replication_role = replica")
    owner_cursor.execute(f"update ledger_transfer set pence = 99 where journal_id = {smaller}")
    owner_cursor.execute("set session_replication_role = default")
    assert f"Journal {first.key} moved 99 pence between two accounts, and 100 were taken back." in prove()


# --- part by part ---


@pytest.mark.django_db
def test_a_large_book_is_proved_in_pieces_with_nothing_between_them(monkeypatch):
    monkeypatch.setattr(proof, "JOURNALS_A_PART", 2)
    for owner in range(9):
        pay_in(100, f"member:{owner}/portion:1")
    for claims in ("every running balance follows from the one before", "no journal is empty, and every transfer has its journal"):
        pieces = [part for part in proof.parts("default") if part.claims == claims]
        assert len(pieces) > 4
        assert (pieces[0].low, pieces[-1].high) == (-(2**63), 2**63 - 1)
        assert all(after.low == before.high + 1 for before, after in pairwise(pieces))
    assert prove("default") == []
    lately = proof.parts("default", lately=True)
    assert {part.claims for part in lately} == {part.claims for part in proof.parts("default")}
    assert len(lately) == len(proof.QUESTIONS) + 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_proof_that_was_stopped_goes_on_and_still_says_what_it_had_found(monkeypatch, owner_cursor):
    monkeypatch.setattr(proof, "JOURNALS_A_PART", 2)
    for owner in range(5):
        pay_in(100, f"member:{owner}/portion:1")
    owner_cursor.execute("set session_replication_role = replica")
    owner_cursor.execute("update ledger_account set balance = balance + 5 where owner = 'member:3/portion:1'")
    whole = [part.name for part in proof.parts()]
    done: dict[str, list[str]] = {}

    def stop_half_way() -> None:
        if len(done) == len(whole) // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prove(done=done, note=stop_half_way)
    asked = []
    found = prove(done=done, note=lambda: asked.append(1))
    assert len(asked) == len(whole) - len(whole) // 2
    assert list(done) == whole
    assert "SHARE E09000028 member:3/portion:1 holds 105, but its transfers add up to 100." in found


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_check_books_keeps_its_place_in_a_file(tmp_path):
    pay_in(100)
    place, said = tmp_path / "place.json", StringIO()
    place.write_text(json.dumps({"every account has the number of its name": ["Found before it was stopped."]}))
    with pytest.raises(SystemExit):
        call_command("check_books", "--without-stripe", "--resume", str(place), stdout=said)
    assert "Found before it was stopped." in said.getvalue()
    assert not place.exists()
