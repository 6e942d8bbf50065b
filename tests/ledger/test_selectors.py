import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import selectors
from ledger.services.accounts import Account
from ledger.services.journals import post
from tests.ledger.book import BANK, CLEAR, FEE_COST, FLOAT, LAMBETH, OUT, A, B, hold, journal, pay_in, share

pytestmark = pytest.mark.django_db


def test_an_account_never_opened_holds_nothing():
    assert selectors.balance(share()) == 0
    assert selectors.balances() == {}


def test_balances_are_in_the_sign_natural_to_the_code():
    post(journal((BANK, FLOAT, 700)))
    post(journal((FLOAT, OUT, 200)))
    assert [selectors.balance(account) for account in (BANK, FLOAT, OUT)] == [700, 500, -200]


def test_balances_narrow_by_code_council_and_owner():
    pay_in(500, A)
    pay_in(300, B)
    post(journal((share(A), hold(A), 100)))
    post(journal((Account("BANK", LAMBETH), share(A, LAMBETH), 9), council=LAMBETH))
    assert selectors.balances(owner_prefix="member:1/") == {share(A): 400, share(A, LAMBETH): 9}
    assert selectors.balances(codes=["HOLD"]) == {hold(A): 100}
    assert selectors.balances(codes=["SHARE", "HOLD"], council=LAMBETH) == {share(A, LAMBETH): 9}
    assert selectors.balances(owner_prefix="member:_") == {}


def test_entries_tell_an_owners_story_newest_first():
    pay_in(500, A)
    key = post(journal((share(A), hold(A), 120), (hold(A), share(A), 20), kind="place", about="hold:1", reason="her yes")).key
    told = [(entry.key, entry.kind, entry.pence, entry.balance_pence, entry.about) for entry in selectors.entries(owner=A)]
    assert told == [(key, "place", 20, 400, "hold:1"), (key, "place", -120, 380, "hold:1"), (told[2][0], "test", 500, 500, "")]


def test_entries_about_something_show_both_sides():
    pay_in(500, A)
    post(journal((share(A), hold(A), 120), about="hold:1"))
    found = selectors.entries(about="hold:1")
    assert [(entry.code, entry.pence, entry.balance_pence) for entry in found] == [("HOLD", 120, 120), ("SHARE", -120, 380)]
    assert [entry.code for entry in selectors.entries(about="hold:1", codes=["HOLD"])] == ["HOLD"]
    assert [entry.code for entry in selectors.entries(about="hold:1", owner=A)] == ["SHARE"]


def test_entries_stop_at_the_limit_and_take_two_queries():
    for pence in range(1, 8):
        pay_in(pence)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert [entry.pence for entry in selectors.entries(owner=A, limit=3)] == [7, 6, 5]
    assert len(queries) == 2


def test_entries_of_nobody_are_refused():
    with pytest.raises(ValueError, match="of whom"):
        selectors.entries()


def test_a_journal_exists_once_posted():
    assert selectors.journal_exists(pay_in(5).key)
    assert not selectors.journal_exists(uuid.uuid4())


def test_what_journals_moved_on_one_code_is_told_by_journal_without_those_that_came_to_nothing():
    one = pay_in(500).key
    two = post(journal((BANK, CLEAR, 90), (FEE_COST, BANK, 20))).key
    post(journal((BANK, CLEAR, 7), (CLEAR, BANK, 7)))
    post(journal((share(), hold(), 1)))
    assert selectors.moved(code="BANK") == {one: 500, two: 70}
    assert selectors.moved(code="BANK", keys=[two, uuid.uuid4()]) == {two: 70}
