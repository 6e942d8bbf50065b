"""The sandbox proves its own books before every commit: a balance that is not the sum of its lines never gets in."""

import pytest

from payments.sandbox.store import BooksUnequal, Store


def line(store, number, pence, status="available", account="acct_1"):
    value = {"id": f"txn_{number}", "object": "balance_transaction", "net": pence, "status": status, "created": 1}
    store.put(value, account=account)


def move(store, pence, bucket="available", account="acct_1"):
    store.run("INSERT INTO balances VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET pence = pence + excluded.pence", account, bucket, pence)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "state.sqlite3")


def test_line_and_balance_together_are_kept(store):
    with store.transaction():
        line(store, 1, 500, "pending")
        move(store, 500, "pending")
    with store.transaction():
        line(store, 1, 500, "available")
        move(store, -500, "pending")
        move(store, 500)
    assert dict(store.rows("SELECT bucket, pence FROM balances")) == {"available": 500, "pending": 0}


@pytest.mark.parametrize(
    "wrong", [lambda store: line(store, 1, 500), lambda store: move(store, 500), lambda store: move(store, 1, "pending", "acct_2")]
)
def test_one_without_the_other_is_refused_and_nothing_is_kept(store, wrong):
    with pytest.raises(BooksUnequal), store.transaction():
        wrong(store)
    assert store.rows("SELECT 1 FROM objects UNION ALL SELECT 1 FROM balances UNION ALL SELECT 1 FROM line_sums") == []


def test_line_that_changes_its_mind_alone_is_refused(store):
    with store.transaction():
        line(store, 1, 500, "pending")
        move(store, 500, "pending")
    with pytest.raises(BooksUnequal), store.transaction():
        line(store, 1, 500, "available")


def test_books_from_before_the_sums_were_kept_are_summed_up_once(tmp_path):
    path = tmp_path / "state.sqlite3"
    older = Store(path)
    with older.transaction():
        line(older, 1, 500)
        move(older, 500)
    older.run("DROP TABLE line_sums")
    again = Store(path)
    assert again.rows("SELECT * FROM line_sums") == [("acct_1", "available", 500)]
