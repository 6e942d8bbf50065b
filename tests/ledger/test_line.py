"""How the book is asked: prepared once on a connection, and for everybody else a query of Django's like any other."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DataError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from ledger import models
from ledger.services.journals import Posted, post, post_many
from ledger.services.line import line
from tests.ledger.book import BANK, holds, journal, pay_in, share

pytestmark = pytest.mark.django_db(transaction=True)
ODD = ['"', "\\", '\\"', "NULL", "", "a,b", "{}", "a b", " ", "\t\n", "Zoë €", "$1 %s"]


def _prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select name from pg_prepared_statements where statement like '%ledger_post(%'")
        return [name for (name,) in cursor.fetchall()]


def test_each_way_of_posting_is_prepared_once_on_a_connection():
    for pence in (1, 40_000, 10**12):
        pay_in(pence)
    assert len(_prepared()) == 1
    post(journal((share(), BANK, 1), reverses=pay_in(1).key, group_key=pay_in(1).key))
    assert len(_prepared()) == 1, "what is null or large makes no second one"


def test_words_of_every_kind_arrive_as_they_were_said_in_both_ways():
    asked = [journal((BANK, share(), 1), actor=words, reason=words, about=words) for words in ODD]
    for each in asked[:6]:
        post(each)
    results = post_many(asked)
    assert [isinstance(result, Posted) and result.replayed for result in results] == [True] * 6 + [False] * 6
    assert list(models.Journal.objects.order_by("id").values_list("actor", "reason", "about")) == [(words,) * 3 for words in ODD]


def test_a_word_no_database_can_keep_is_refused_whole_and_in_django_s_words():
    for way in (post, lambda one: post_many([one])):
        with pytest.raises(DataError):
            way(journal((BANK, share(), 1), reason="a\0b"))
    holds((share(), 0))


def test_a_post_is_one_query_that_django_counts_and_its_wrappers_see():
    pay_in(5)
    seen: list[str] = []

    def see(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with CaptureQueriesContext(connection) as queries, connection.execute_wrapper(see):
        pay_in(5)
        post_many([journal((share(), BANK, 1)), journal((share(), BANK, 1))])
    assert len(queries) == len(seen) == 2
    assert "ledger_post(" in seen[0]
    assert "ledger_post_many(" in queries[1]["sql"]


def test_after_a_rollback_a_savepoint_and_a_new_connection_it_is_prepared_again_by_itself():
    pay_in(5)
    with transaction.atomic():
        with transaction.atomic():
            pay_in(5)
            transaction.set_rollback(True)
        pay_in(7)
    with transaction.atomic():
        pay_in(100)
        transaction.set_rollback(True)
    pay_in(11)
    known = line().known
    connection.close()
    pay_in(13)
    assert line().known is not known
    assert len(_prepared()) == 1
    holds((share(), 36))


def test_a_broken_transaction_and_a_lost_connection_are_said_as_django_says_them(owner_cursor):
    pay_in(5)
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            pay_in(5)
    owner_cursor.execute("select pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        pay_in(5)
    connection.close_if_unusable_or_obsolete()
    pay_in(6)
    holds((share(), 11))


def test_who_waits_for_another_s_lock_can_be_interrupted_and_nothing_is_posted(owner_cursor):
    pay_in(5)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    with owner_cursor.connection.transaction():
        owner_cursor.execute("select 1 from ledger_account for update")
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            pay_in(6)
    signal.signal(signal.SIGALRM, before)
    holds((share(), 5))


def test_a_connection_that_threads_hand_to_one_another_is_not_prepared_twice():
    pay_in(5)
    raw = connection.connection

    def elsewhere() -> None:
        connection.connection = raw
        pay_in(6)
        connection.connection = None

    with ThreadPoolExecutor(1) as others:
        others.submit(elsewhere).result()
    pay_in(7)
    assert len(_prepared()) == 1
    holds((share(), 18))
