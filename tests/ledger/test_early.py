"""Who posts to an account that many post to lets its locks go before the disk is waited for, and is answered after it."""

import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from ledger.selectors import balance
from ledger.services import early
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Transfer, post, post_many
from ledger.services.upkeep import set_lazy

HERE = "E09000028"
CLEAR, OUT = Account("CLEAR", HERE), Account("OUT", HERE)
HERS, HIS = (Account("TIME", HERE, f"person:{number}", "TIME") for number in (1, 2))

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def a_journal(debit: Account, credit: Account, amount: int = 5) -> Journal:
    return Journal(uuid.uuid4(), "probe", HERE, (Transfer(debit, credit, amount),), datetime(2026, 3, 2, tzinfo=UTC))


def asked(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def waits_at_commit() -> bool:
    return bool(asked("show synchronous_commit") == "on")


@pytest.mark.parametrize("many", [False, True])
def test_only_a_post_to_an_account_of_the_platform_lets_go_early_and_only_its_own_transaction(many: bool) -> None:
    def posts(journal: Journal) -> None:
        _ = post_many([journal, a_journal(HERS, HIS, 0)]) if many else post(journal)

    issued = Account("TIME_ISSUED", HERE, "", "TIME")
    with transaction.atomic():
        posts(a_journal(issued, HERS, 30))
        assert not waits_at_commit()
    assert waits_at_commit()
    with transaction.atomic():
        posts(a_journal(HERS, HIS))
        assert waits_at_commit()


def test_nobody_waits_for_a_lazy_account_and_a_connection_that_knows_wrongly_posts_all_the_same() -> None:
    issued = Account("TIME_ISSUED", HERE, "", "TIME")
    for lazy in (True, False):
        post(a_journal(issued, HERS))
        set_lazy(issued, lazy=lazy)
        with transaction.atomic():
            post(a_journal(issued, HERS))
            assert waits_at_commit() is not lazy, "it still thinks what was so when it asked"
        connection.close()
        with transaction.atomic():
            post(a_journal(issued, HERS))
            assert waits_at_commit() is lazy
    assert balance(HERS) == 30


def test_what_was_rolled_back_leaves_nothing_of_it() -> None:
    with transaction.atomic():
        with pytest.raises(NotEnough), transaction.atomic():
            post(a_journal(HERS, Account("TIME_ISSUED", HERE, "", "TIME"), 9999))
        assert waits_at_commit()
        assert not transaction.get_connection().run_on_commit


@pytest.mark.parametrize("in_a_block", [False, True])
def test_whoever_posted_goes_on_when_it_is_on_the_disk(in_a_block: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the commit and the wait the end of the log is looked up; after the wait the log is on the disk up to there."""
    ends: list[str] = []
    real = early._wait_for_the_disk

    def looked_up() -> None:
        ends.append(asked("select pg_current_wal_insert_lsn()::text"))
        real()

    monkeypatch.setattr(early, "_wait_for_the_disk", looked_up)
    if in_a_block:
        with transaction.atomic():
            for _ in range(3):
                post(a_journal(CLEAR, OUT))
    else:
        post(a_journal(CLEAR, OUT))
    assert len(ends) == 1, "once for each transaction"
    assert asked(f"select pg_current_wal_flush_lsn() >= '{ends[0]}'") is True


def test_another_may_post_while_the_disk_is_waited_for(django_db_setup: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def looked_on() -> None:
        with psycopg.connect(django_db_setup.owner_url, autocommit=True) as other:
            other.execute("set lock_timeout = '5s'")
            locked = other.execute("select 1 from ledger_account where code = 'CLEAR' and council = %s for update nowait", [HERE]).fetchone()
            seen.append("free" if locked else "not there")

    monkeypatch.setattr(early, "_wait_for_the_disk", looked_on)
    with transaction.atomic():
        post(a_journal(CLEAR, OUT))
    assert seen == ["free"]


def test_who_can_not_be_sure_of_the_disk_is_not_told_that_it_was_done(django_db_setup: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends the connection between the commit and the wait: the caller hears an error, and asks again with its key."""
    real = early._wait_for_the_disk
    journal = a_journal(CLEAR, OUT)

    def cut() -> None:
        with psycopg.connect(django_db_setup.owner_url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        real()

    monkeypatch.setattr(early, "_wait_for_the_disk", cut)
    with pytest.raises(OperationalError):
        post(journal)
    monkeypatch.setattr(early, "_wait_for_the_disk", real)
    connection.close()
    assert post(journal).replayed
