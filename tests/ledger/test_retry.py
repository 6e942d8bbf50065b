import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from ledger import models
from ledger.services.journals import post
from ledger.services.retry import retrying
from tests.ledger.book import BANK, holds, journal, share


def _raise(code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"do $$ begin raise exception 'again' using errcode = '{code}'; end $$")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
def test_a_whole_transaction_runs_again_with_the_same_key(code):
    asked = journal((BANK, share(), 500))
    tries = []

    def work():
        tries.append(post(asked).replayed)
        if len(tries) < 3:
            _raise(code)
        return "done"

    assert retrying(work) == "done"
    assert tries == [False, False, False]
    holds((share(), 500))


@pytest.mark.django_db(transaction=True)
def test_it_gives_up_after_so_many_tries_and_leaves_nothing():
    def work():
        post(journal((BANK, share(), 500)))
        _raise("40001")

    with pytest.raises(OperationalError):
        retrying(work, tries=3)
    assert models.Journal.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["23514", "57014"])
def test_other_failures_are_not_tried_again(code):
    tries = []

    def work():
        tries.append(1)
        _raise(code)

    with pytest.raises(DatabaseError):
        retrying(work)
    assert len(tries) == 1


@pytest.mark.django_db
def test_inside_a_transaction_it_runs_once():
    tries = []

    def work():
        tries.append(1)
        _raise("40001")

    with pytest.raises(OperationalError), transaction.atomic():
        retrying(work)
    assert len(tries) == 1
