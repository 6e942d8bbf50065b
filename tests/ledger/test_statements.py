"""Statements: what there was, what happened line by line, what there then was; exact, in pages, in a fixed number of queries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import models
from ledger.selectors import NotACursor, Statement, balance, statement
from ledger.services import upkeep
from ledger.services.accounts import Account
from ledger.services.journals import post, post_many
from tests.ledger.book import AT, BANK, OUT, SOUTHWARK, A, B, hold, journal, make_lazy, pay_in, share

pytestmark = pytest.mark.django_db
LONG_AGO, LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
OWN = [share(A), hold(A), share(B), BANK, OUT]


def pages(accounts, since=LONG_AGO, until=LATER, limit=100) -> list[Statement]:
    found = [statement(accounts, since=since, until=until, limit=limit)]
    while found[-1].cursor:
        found.append(statement(accounts, since=since, until=until, limit=limit, cursor=found[-1].cursor))
    return found


def told(page: Statement) -> list[tuple[str, str, int, int]]:
    return [(line.account.code, line.other_code, line.pence, line.balance_pence) for line in page.lines]


def test_a_statement_tells_what_happened_to_all_its_accounts_together():
    pay_in(500)
    post(journal((share(), hold(), 120), (hold(), share(), 20), kind="place", about="hold:1", reason="her yes", effective_at=AT - timedelta(days=1)))
    post(journal((hold(), OUT, 100)))
    page = statement([share(), hold()], since=LONG_AGO, until=LATER)
    assert told(page) == [
        ("SHARE", "BANK", 500, 500),
        ("SHARE", "HOLD", -120, 380),
        ("HOLD", "SHARE", 120, 500),
        ("HOLD", "SHARE", -20, 480),
        ("SHARE", "HOLD", 20, 500),
        ("HOLD", "OUT", -100, 400),
    ]
    assert (page.opening_pence, page.brought_pence, page.closing_pence, page.cursor) == (0, 0, 400, "")
    line = page.lines[1]
    assert (line.kind, line.about, line.reason, line.effective_at) == ("place", "hold:1", "her yes", AT - timedelta(days=1))


def test_money_at_stripe_counts_up_and_what_is_owed_to_us_counts_down():
    pay_in(500)
    post(journal((Account("RECEIVABLE", SOUTHWARK, A), BANK, 80)))
    assert [line.pence for line in statement([BANK], since=LONG_AGO, until=LATER).lines] == [500, -80]
    assert statement([share(), Account("RECEIVABLE", SOUTHWARK, A)], since=LONG_AGO, until=LATER).closing_pence == 420


def test_a_statement_is_of_what_was_recorded_from_since_up_to_until():
    keys = [pay_in(pence).key for pence in (1, 2, 4, 8)]
    moments = [models.Journal.objects.get(key=key).recorded_at for key in keys]
    page = statement([share()], since=moments[1], until=moments[3])
    assert (page.opening_pence, [line.pence for line in page.lines], page.closing_pence) == (1, [2, 4], 7)
    empty = statement([share()], since=moments[3], until=moments[3])
    assert (empty.opening_pence, empty.lines, empty.closing_pence) == (7, (), 7)
    assert statement([], since=LONG_AGO, until=LATER).closing_pence == 0


def test_pages_follow_one_another_and_each_takes_two_queries():
    pay_in(500)
    post_many([journal((share(), hold(), n), (hold(), share(), n)) for n in range(1, 30)])
    whole = told(statement([share(), hold()], since=LONG_AGO, until=LATER, limit=500))
    assert len(whole) == 1 + 29 * 4
    for limit in (1, 3, 50):
        with CaptureQueriesContext(connection) as queries:
            found = pages([share(), hold()], limit=limit)
        assert len(queries) == 2 * len(found)
        assert [line for page in found for line in told(page)] == whole
        assert [page.brought_pence for page in found][1:] == [page.lines[-1].balance_pence for page in found][:-1]


@pytest.mark.parametrize("cursor", ["x", "2026-01-01T00:00:00~1~1~1~1", "2026-01-01T00:00:00+00:00~1~1", "2026-01-01T00:00:00+00:00~-1~1~0~5"])
def test_a_cursor_that_is_none_is_refused(cursor):
    with pytest.raises(NotACursor):
        statement([share()], since=LONG_AGO, until=LATER, cursor=cursor)


def test_a_statement_of_nothing_sensible_is_refused():
    for wrong in ({"limit": 0}, {"limit": 501}, {"since": LATER, "until": LONG_AGO}):
        with pytest.raises(ValueError, match="not a statement"):
            statement([share()], **({"since": LONG_AGO, "until": LATER} | wrong))


moves = st.tuples(st.sampled_from(OWN), st.sampled_from(OWN), st.integers(1, 60)).filter(lambda move: move[0] != move[1])
steps = st.one_of(st.lists(moves, min_size=1, max_size=3), st.lists(st.lists(moves, min_size=1, max_size=2), min_size=1, max_size=4))


def check(history, chosen, cut, limit) -> None:
    with transaction.atomic():
        for step in history:
            post_many([journal(*moves) for moves in ([step] if isinstance(step[0], tuple) else step)])
            upkeep.roll_up(at=AT, most=3)
        moments = [LONG_AGO, *models.Journal.objects.order_by("id").values_list("recorded_at", flat=True), LATER]
        since, until = sorted(moments[n % len(moments)] for n in cut)
        found = pages(chosen, since, until, limit)
        lines = [line for page in found for line in page.lines]
        assert {(page.opening_pence, page.closing_pence) for page in found} == {(found[0].opening_pence, found[0].closing_pence)}
        held = found[0].opening_pence
        for line in lines:
            held += line.pence
            assert line.balance_pence == held
        assert held == found[0].closing_pence
        assert len({(line.key, line.line, line.account) for line in lines}) == len(lines)
        everything = pages(chosen, limit=limit)
        assert everything[0].opening_pence == 0
        if len({account.code for account in chosen} & {"BANK", "OUT"}) in {0, len(set(chosen))}:
            assert everything[0].closing_pence == sum(balance(account) for account in set(chosen))
        transaction.set_rollback(True)


any_history = given(
    history=st.lists(steps, max_size=8),
    chosen=st.lists(st.sampled_from(OWN), min_size=1, max_size=4),
    cut=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    limit=st.sampled_from([1, 2, 7, 100]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@any_history
def test_opening_and_lines_are_closing_whatever_happened(history, chosen, cut, limit):
    check(history, chosen, cut, limit)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@any_history
def test_the_same_over_lazy_accounts(owner_cursor, history, chosen, cut, limit):
    if not models.Account.objects.filter(mode=1).exists():
        make_lazy(owner_cursor, BANK, OUT)
    check(history, chosen, cut, limit)
