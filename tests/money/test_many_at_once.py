"""Committed, with real threads and connections: what two people, two clicks or two workers do at the same moment."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connections

from ledger import models, selectors
from ledger.services.journals import KeyReused, Posted, Refused, post, post_many
from ledger.services.proof import prove
from ledger.services.retry import retrying
from tests.ledger.book import BANK, FLOAT, A, B, C, H, hold, holds, journal, pay_in, share

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
THREADS = 12


def at_once(*works: Callable[[], object]) -> list[object]:
    """Runs them in threads that start together, each on its own connection; refusals are results."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            start.wait(timeout=20)
            return retrying(work)
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def words(results: list[object]) -> Counter[str]:
    said = [r.reason if isinstance(r, Refused) else ("replayed" if isinstance(r, Posted) and r.replayed else "posted") for r in results]
    return Counter(said)


def one_way(asked):
    return lambda: post(asked)


def set_way(asked):
    return lambda: post_many([asked])[0]


@pytest.mark.parametrize("way", [one_way, set_way])
def test_of_twelve_spends_of_thirty_pounds_from_a_hundred_exactly_three_succeed(way):
    pay_in(10000)
    results = at_once(*[way(journal((share(), hold(), 3000))) for _ in range(THREADS)])
    assert words(results) == {"posted": 3, "not_enough": 9}
    holds((share(), 1000), (hold(), 9000))
    assert prove() == []


@pytest.mark.parametrize("way", [one_way, set_way])
def test_the_same_key_twelve_times_at_once_is_one_journal(way):
    asked = journal((BANK, share(), 5000))
    results = at_once(*[way(asked)] * THREADS)
    assert words(results) == {"posted": 1, "replayed": 11}
    assert len({result.journal_id for result in results}) == 1
    holds((share(), 5000))
    assert prove() == []


@pytest.mark.parametrize("way", [one_way, set_way])
def test_one_key_for_twelve_different_things_at_once_is_one_journal_and_eleven_errors(way):
    key = uuid.uuid4()
    results = at_once(*[way(journal((BANK, share(f"member:{n}/portion:{n}"), 5000), key=key)) for n in range(THREADS)])
    assert words(results) == {"posted": 1, "key_reused": 11}
    assert sum(isinstance(result, KeyReused) for result in results) == 11
    assert models.Journal.objects.count() == 1
    assert selectors.balance(BANK) == 5000
    assert prove() == []


def test_accounts_locked_from_both_ends_at_once_wait_and_do_not_fail():
    owners = (A, B, C, H)
    for owner in owners:
        pay_in(100000, owner)

    def wander(seed: int) -> Callable[[], object]:
        chance = Random(seed)
        asked = []
        for _ in range(10):
            one, other = chance.sample(owners, 2)
            asked.append(journal((share(one), hold(one), 7), (share(other), hold(other), 3), (hold(one), share(one), 5)))
        return lambda: post_many(asked)

    results = at_once(*[wander(seed) for seed in range(8)])
    assert words([result for several in results for result in several]) == {"posted": 80}
    assert sum(selectors.balance(share(o)) + selectors.balance(hold(o)) for o in owners) == 400000
    assert prove() == []


def test_two_transactions_that_lock_crosswise_both_end_well():
    pay_in(1000, A)
    pay_in(1000, B)
    met = threading.Barrier(2)

    def crosswise(first: str, second: str) -> Callable[[], object]:
        here = [journal((share(owner), hold(owner), 100)) for owner in (first, second)]
        tries = []

        def work() -> object:
            post(here[0])
            tries.append(1)
            if len(tries) == 1:
                met.wait(timeout=20)
            return post(here[1])

        return work

    assert words(at_once(crosswise(A, B), crosswise(B, A))) == {"posted": 2}
    holds((share(A), 800), (share(B), 800))
    assert prove() == []


def test_a_spend_and_its_repeat_race_with_other_spends_and_nothing_is_doubled():
    pay_in(3000)
    spend = journal((share(), hold(), 3000))
    results = at_once(*[one_way(spend), set_way(spend)] * 3, *[one_way(spend._replace(key=uuid.uuid4())) for _ in range(6)])
    said = words(results)
    assert said["posted"] == 1
    holds((share(), 0), (hold(), 3000))
    assert models.Journal.objects.count() == 2


def test_what_is_rolled_back_leaves_no_trace_and_no_gap():
    pay_in(3000)

    def undone() -> None:
        post(journal((share(), hold(), 10)))
        raise Refused("linked")

    at_once(*[undone] * 4, *[one_way(journal((share(), hold(), 1))) for _ in range(4)])
    holds((share(), 2996), (hold(), 4))
    assert prove() == []


def test_the_platforms_float_pays_fees_in_parallel_and_never_below_zero():
    post(journal((BANK, FLOAT, 1000)))
    results = at_once(*[one_way(journal((FLOAT, BANK, 140))) for _ in range(THREADS)])
    assert words(results) == {"posted": 7, "not_enough": 5}
    holds((FLOAT, 20), (BANK, 20))
