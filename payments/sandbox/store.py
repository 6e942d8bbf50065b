"""Where the sandbox keeps what it has said: one SQLite file, one writer at a time, safe against being killed."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, account TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_by_source ON objects (json_extract(body, '$.source')) WHERE kind = 'balance_transaction';
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (json_extract(body, '$.payment_intent'))
    WHERE kind IN ('charge', 'refund', 'checkout.session');
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects (json_extract(body, '$.customer')) WHERE kind = 'payment_intent';
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (json_extract(body, '$.charge')) WHERE kind = 'refund';
CREATE INDEX IF NOT EXISTS objects_by_source_transaction ON objects (json_extract(body, '$.source_transaction')) WHERE kind = 'transfer';
CREATE INDEX IF NOT EXISTS objects_by_transfer ON objects (json_extract(body, '$.transfer')) WHERE kind = 'transfer_reversal';
CREATE TABLE IF NOT EXISTS balances (account TEXT, bucket TEXT, pence INTEGER NOT NULL, PRIMARY KEY (account, bucket));
CREATE TABLE IF NOT EXISTS timers (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, verb TEXT NOT NULL, subject TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_by_time ON timers (at, seq);
CREATE TABLE IF NOT EXISTS answers (
    account TEXT, key TEXT, print TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, request_id TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (account, key));
CREATE INDEX IF NOT EXISTS answers_by_time ON answers (at);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (endpoint, seq) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS line_sums (account TEXT, bucket TEXT, pence INTEGER NOT NULL, PRIMARY KEY (account, bucket));
CREATE TABLE IF NOT EXISTS touched (account TEXT PRIMARY KEY);
INSERT INTO line_sums SELECT account, json_extract(body, '$.status'), sum(json_extract(body, '$.net')) FROM objects
    WHERE kind = 'balance_transaction' AND NOT EXISTS (SELECT 1 FROM line_sums) GROUP BY 1, 2;
CREATE TRIGGER IF NOT EXISTS line_written AFTER INSERT ON objects WHEN new.kind = 'balance_transaction' BEGIN
    INSERT INTO line_sums VALUES (new.account, json_extract(new.body, '$.status'), json_extract(new.body, '$.net'))
        ON CONFLICT (account, bucket) DO UPDATE SET pence = pence + excluded.pence;
    INSERT INTO touched SELECT new.account WHERE NOT EXISTS (SELECT 1 FROM touched WHERE account = new.account);
END;
CREATE TRIGGER IF NOT EXISTS line_changed AFTER UPDATE OF body ON objects WHEN new.kind = 'balance_transaction' BEGIN
    INSERT INTO line_sums VALUES (old.account, json_extract(old.body, '$.status'), -json_extract(old.body, '$.net'))
        ON CONFLICT (account, bucket) DO UPDATE SET pence = pence + excluded.pence;
    INSERT INTO line_sums VALUES (new.account, json_extract(new.body, '$.status'), json_extract(new.body, '$.net'))
        ON CONFLICT (account, bucket) DO UPDATE SET pence = pence + excluded.pence;
    INSERT INTO touched SELECT new.account WHERE NOT EXISTS (SELECT 1 FROM touched WHERE account = new.account);
END;
CREATE TRIGGER IF NOT EXISTS balance_opened AFTER INSERT ON balances BEGIN
    INSERT INTO touched SELECT new.account WHERE NOT EXISTS (SELECT 1 FROM touched WHERE account = new.account);
END;
CREATE TRIGGER IF NOT EXISTS balance_moved AFTER UPDATE ON balances BEGIN
    INSERT INTO touched SELECT new.account WHERE NOT EXISTS (SELECT 1 FROM touched WHERE account = new.account);
END;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
UNEQUAL = """
SELECT t.account, b.bucket, coalesce((SELECT pence FROM balances WHERE account = t.account AND bucket = b.bucket), 0) AS said,
    coalesce((SELECT pence FROM line_sums WHERE account = t.account AND bucket = b.bucket), 0) AS summed
FROM touched t, (SELECT 'available' AS bucket UNION ALL SELECT 'pending') b WHERE said <> summed"""
TABLE_NAMES = ("objects", "balances", "line_sums", "touched", "timers", "answers", "deliveries", "settings")


class BooksUnequal(RuntimeError):
    """A balance is not the sum of its lines: a bug of the sandbox's own. Nothing of the request is kept."""


class Store:
    """Objects are stored whole as JSON. Every read gives a fresh copy, so a change counts only when it is `put`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # WAL with NORMAL: a killed process loses nothing it has acknowledged; only a power cut could.
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;" + TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One writer at a time; all or nothing. Inside another it joins the outer one."""
        with self.lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._prove()
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    def _prove(self) -> None:
        """Each account's balances, pending and available, against what the database itself has summed up from its lines: before every commit."""
        if self.rows("SELECT 1 FROM touched LIMIT 1"):
            if wrong := self.rows(UNEQUAL):
                raise BooksUnequal(f"account, bucket, balance, lines: {wrong}")
            self.run("DELETE FROM touched")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.lock:
            return self._db.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Runs one statement; gives how many rows it touched."""
        with self.lock:
            return self._db.execute(sql, values).rowcount

    def put(self, value: Json, *, account: str = "") -> Json:
        """Stores a new object (its owner's account is then needed) or its new form."""
        body = json.dumps(value, separators=(",", ":"))
        if not self.run("UPDATE objects SET body = ? WHERE id = ?", body, value["id"]):
            self.run(
                "INSERT INTO objects (id, kind, account, created, body) VALUES (?, ?, ?, ?, ?)",
                value["id"],
                value["object"],
                account,
                value.get("created", 0),
                body,
            )
        return value

    def get(self, object_id: str) -> tuple[Json, str] | None:
        """The object and the account that owns it."""
        found = self.rows("SELECT body, account FROM objects WHERE id = ?", object_id)
        return (json.loads(found[0][0]), found[0][1]) if found else None

    def find(
        self,
        kind: str,
        account: str = "",
        /,
        *,
        more: str = "",
        values: tuple[object, ...] = (),
        newest: bool = False,
        limit: int = -1,
        **where: object,
    ) -> list[Json]:
        """Objects of a kind whose fields equal `where`; `more` is further SQL over the columns."""
        tests = [f"kind = '{kind}'", *(["account = ?"] if account else []), *(f"json_extract(body, '$.{name}') = ?" for name in where)]
        bound = [*([account] if account else []), *where.values(), *values]
        order = "DESC" if newest else "ASC"
        sql = f"SELECT body FROM objects WHERE {' AND '.join(tests)} {more} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - names come from our code, values are bound
        return [json.loads(body) for (body,) in self.rows(sql, *bound, limit)]

    def setting(self, name: str, default: Any) -> Any:
        found = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    def set(self, name: str, value: object) -> None:
        self.run("INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, json.dumps(value))

    def clear(self, *tables: str) -> None:
        """Empties these tables; all of them when none is named."""
        for table in tables or TABLE_NAMES:
            self.run(f"DELETE FROM {table}")  # noqa: S608 - our own names
