"""Committed, with real threads: closing, taking back and adding up while others post."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from ledger import models, selectors
from ledger.services import upkeep
from ledger.services.accounts import account_id
from ledger.services.journals import Posted, Refused, post, post_many
from ledger.services.periods import Closed, ClosedAlready, close_period
from ledger.services.proof import prove
from ledger.services.retry import retrying
from tests.ledger.book import AT, BANK, OUT, SOUTHWARK, hold, holds, journal, make_lazy, pay_in, share
from tests.money.test_many_at_once import at_once, one_way, set_way, words

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.mark.parametrize("way", [one_way, set_way])
def test_of_twelve_who_take_back_the_same_money_exactly_one_succeeds(way):
    pay_in(1000)
    placed = post(journal((share(), hold(), 300))).key
    post(journal((share(), hold(), 700)))
    results = at_once(*[way(journal((hold(), share(), 200), reverses=placed)) for _ in range(12)])
    assert words(results) == {"posted": 1, "over_reversed": 11}
    holds((share(), 200), (hold(), 800))


@pytest.mark.parametrize("way", [one_way, set_way])
def test_the_same_between_two_lazy_accounts_that_nobody_locks(owner_cursor, way):
    make_lazy(owner_cursor, BANK, OUT)
    sent = post(journal((OUT, BANK, 300))).key
    results = at_once(*[way(journal((BANK, OUT, 200), reverses=sent)) for _ in range(12)])
    assert words(results) == {"posted": 1, "over_reversed": 11}
    holds((BANK, -100), (OUT, 100))


@pytest.mark.parametrize("lazy", [False, True])
def test_nothing_slips_into_a_day_while_it_is_closed(owner_cursor, lazy):
    if lazy:
        make_lazy(owner_cursor, BANK, OUT)
    pay_in(1)
    through = AT.date() - timedelta(days=2)
    early = AT - timedelta(days=3)

    def spend(n: int):
        transfers = [(BANK, share(), 1)] if n % 3 else [(OUT, BANK, 1)]
        asked = [journal(*transfers, effective_at=early) for _ in range(15)]
        return lambda: [one(item) for item in asked] if n % 2 else post_many(asked)

    results = at_once(*[spend(n) for n in range(8)], lambda: close_period(council=SOUTHWARK, through=through, by="operator:1", at=AT))
    assert sum(isinstance(result, Closed) for result in results) == 1
    [period] = models.Period.objects.all()
    assert not models.Journal.objects.filter(effective_at=early, recorded_at__gt=period.recorded_at).exists()
    said = words([item for result in results if isinstance(result, list) for item in result])
    assert said["posted"] == models.Journal.objects.filter(effective_at=early).count()
    assert set(said) <= {"posted", "period_closed"}
    for account in (BANK, OUT, share()):
        assert selectors.balance_as_of(account, effective_on=AT.date()) == selectors.balance(account)
    assert prove() == []


def one(asked):
    try:
        return post(asked)
    except Refused as refused:
        return refused


def test_two_who_close_the_same_days_close_them_once():
    def close() -> object:
        try:
            return close_period(council=SOUTHWARK, through=AT.date() - timedelta(days=2), by="operator:1", at=AT)
        except ClosedAlready as refused:
            return refused

    assert sum(isinstance(result, Closed) for result in at_once(*[close] * 4)) == 1


def pay(owner) -> None:
    """25 payments, each a transaction: one by one and in sets, also between two lazy accounts. BANK gains 37."""
    for n in range(25):
        in_a_set = n % 2 == 0
        asked = journal((BANK, owner, 1), (OUT, BANK, 1), (BANK, OUT, 1)) if in_a_set else journal((BANK, owner, 2))
        assert isinstance(retrying(set_way(asked) if in_a_set else one_way(asked)), Posted)


def until(over: threading.Event, work) -> None:
    while not over.is_set():
        work()


def test_lazy_accounts_are_exact_while_many_post_and_several_add_up(owner_cursor):
    make_lazy(owner_cursor, BANK, OUT)
    owners = [share(f"member:{n}/portion:{n}") for n in range(6)]
    for owner in owners:
        account_id(owner)
    over, seen, left = threading.Event(), [0], list(owners)

    def add_up() -> None:
        until(over, lambda: upkeep.roll_up(at=AT, most=7))

    def pay_and_go(owner) -> None:
        pay(owner)
        left.remove(owner)
        if not left:
            over.set()

    with ThreadPoolExecutor(9) as pool:
        works = [
            pool.submit(alone, add_up),
            pool.submit(alone, add_up),
            pool.submit(alone, lambda: until(over, lambda: seen.append(selectors.balance(BANK)))),
        ]
        works += [pool.submit(alone, lambda owner=owner: pay_and_go(owner)) for owner in owners]
        for work in works:
            work.result(timeout=60)
    assert seen == sorted(seen)
    holds((BANK, 6 * 37), (OUT, 0))
    while upkeep.roll_up(at=AT):
        pass
    holds((BANK, 6 * 37), (OUT, 0))
    assert prove() == []


def alone(work) -> None:
    try:
        work()
    finally:
        connections.close_all()


def test_several_who_keep_the_days_count_every_line_once():
    for batch in range(6):
        post_many([journal((BANK, share(), 1), effective_at=AT - timedelta(days=n % 5)) for n in range(50 + batch)])

    def keep() -> int:
        return sum(upkeep.keep_days(at=AT, fewest=1, most=20) for _ in range(12))

    kept = sum(count for count in at_once(*[keep] * 4) if isinstance(count, int))
    while more := upkeep.keep_days(at=AT, fewest=1):
        kept += more
    assert kept == 2 * sum(models.Day.objects.filter(account=share().number).values_list("lines", flat=True)) == 2 * models.Journal.objects.count()
    assert prove() == []
