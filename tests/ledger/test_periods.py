"""Closed days, and balances of earlier moments and days."""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import errors

from ledger import models, selectors
from ledger.services import upkeep
from ledger.services.accounts import Account, account_id
from ledger.services.journals import PeriodClosed, Posted, post, post_many
from ledger.services.periods import BooksAreBusy, Closed, ClosedAlready, PeriodNotOver, close_period
from ledger.services.proof import prove
from tests.ledger.book import AT, BANK, LAMBETH, SOUTHWARK, A, B, journal, make_lazy, pay_in, share
from tests.ledger.test_journals import in_a_set, one

pytestmark = pytest.mark.django_db
FEBRUARY = date(2026, 2, 28)


def close(through: date = FEBRUARY, council: str = SOUTHWARK, at: datetime = AT) -> Closed:
    return close_period(council=council, through=through, by="operator:1", at=at)


def paid(pence: int, at: datetime, owner: str = A) -> object:
    return journal((BANK, share(owner), pence), effective_at=at)


@pytest.fixture(params=[one, in_a_set], ids=["one", "set"])
def way(request):
    return request.param


def test_nothing_is_written_down_for_a_closed_day(way):
    pay_in(500)
    assert close() == Closed(SOUTHWARK, FEBRUARY)
    last_moment = datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
    refused = way(paid(1, last_moment))
    assert isinstance(refused, PeriodClosed)
    assert (refused.reason, refused.account, refused.available_pence) == ("period_closed", None, None)
    assert isinstance(way(paid(1, last_moment + timedelta(microseconds=1))), Posted)
    assert isinstance(way(journal((Account("BANK", LAMBETH), share(A, LAMBETH), 1), council=LAMBETH, effective_at=last_moment)), Posted)
    assert selectors.closed_through(SOUTHWARK) == FEBRUARY
    assert selectors.closed_through(LAMBETH) is None
    assert prove("default") == []


def test_an_account_opened_later_knows_what_is_closed(way):
    close()
    assert way(journal((BANK, share("member:77/portion:1"), 5), effective_at=AT - timedelta(days=3))).reason == "period_closed"


def test_a_day_ends_with_londons_clock(way):
    """On 29 March 2026 the clocks go forward: the day after begins at 23:00 by Greenwich."""
    pay_in(5)
    close(date(2026, 3, 29), at=datetime(2026, 3, 30, 9, tzinfo=UTC))
    assert way(paid(1, datetime(2026, 3, 29, 22, 59, tzinfo=UTC))).reason == "period_closed"
    assert isinstance(way(paid(1, datetime(2026, 3, 29, 23, 0, tzinfo=UTC))), Posted)


def test_closing_goes_forward_only_and_waits_for_the_day_to_end():
    close()
    with pytest.raises(ClosedAlready):
        close()
    with pytest.raises(ClosedAlready):
        close(FEBRUARY - timedelta(days=1))
    with pytest.raises(PeriodNotOver):
        close(AT.date())
    close(AT.date() - timedelta(days=1))
    assert list(models.Period.objects.order_by("through").values_list("through", "actor")) == [
        (FEBRUARY, "operator:1"),
        (date(2026, 3, 1), "operator:1"),
    ]


def test_a_closed_day_is_put_right_today_by_naming_what_was_wrong(way):
    wrong = post(paid(500, AT - timedelta(days=5))).key
    close()
    assert isinstance(way(journal((share(), BANK, 500), reverses=wrong)), Posted)
    assert selectors.balance_as_of(share(), effective_on=FEBRUARY) == 500
    assert selectors.balance_as_of(share(), effective_on=AT.date()) == 0


def test_the_sums_of_closed_days_are_complete_and_stay():
    post(paid(500, AT - timedelta(days=5)))
    post(paid(40, AT - timedelta(days=4)))
    post(paid(3, AT))
    close()
    kept = models.Day.objects.filter(account=share().number).order_by("day").values_list("day", "net", "lines")
    assert list(kept) == [(date(2026, 2, 25), 500, 1), (date(2026, 2, 26), 40, 1), (date(2026, 3, 2), 3, 1)]
    assert prove("default") == []


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_changes_the_sums_of_a_closed_day(owner_cursor):
    post(paid(500, AT - timedelta(days=5)))
    close()
    for change in [
        "update ledger_day set net = net + 1",
        "insert into ledger_day select account_id, day - 1, 1, 1 from ledger_day",
        "delete from ledger_day",
    ]:
        with pytest.raises(errors.InsufficientPrivilege):
            owner_cursor.execute(change)
    for change in ["update ledger_period set through = through + 1", "delete from ledger_period"]:
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            owner_cursor.execute(change)


def test_late_lines_count_on_the_day_they_say_before_and_after_days_are_kept():
    post(paid(500, AT - timedelta(days=5)))
    post(paid(40, AT))
    days = [AT.date() - timedelta(days=n) for n in (6, 5, 3, 2, 0)]

    def held() -> list[int]:
        return [selectors.balance_as_of(share(), effective_on=day) for day in days]

    assert held() == [0, 500, 500, 500, 540]
    assert upkeep.keep_days(at=AT, fewest=1) == 4
    assert held() == [0, 500, 500, 500, 540]
    post(paid(7, AT - timedelta(days=3)))
    assert held() == [0, 500, 507, 507, 547]
    assert upkeep.keep_days(at=AT, fewest=1) == 2
    assert upkeep.keep_days(at=AT, fewest=1) == 0
    assert held() == [0, 500, 507, 507, 547]
    assert selectors.balance_as_of(BANK, effective_on=days[1]) == 500
    assert prove("default") == []


def test_days_are_kept_in_bounded_batches_and_only_of_busy_accounts():
    for n in range(5):
        post(paid(1, AT - timedelta(days=n)))
    post(paid(1, AT, B))
    assert upkeep.keep_days(at=AT) == 0
    assert [upkeep.keep_days(at=AT, fewest=3, most=2) for _ in range(3)] == [4, 4, 0]
    assert upkeep.keep_days(at=AT, fewest=1) == 4
    assert selectors.balance_as_of(share(), effective_on=AT.date() - timedelta(days=1)) == 4
    assert prove("default") == []


def test_a_balance_as_recorded_is_that_of_the_moment_and_takes_one_query():
    moments = []
    for n in range(1, 21):
        post(journal((BANK, share(), n)) if n % 3 else journal((share(), BANK, 1)))
        moments.append((models.Journal.objects.latest("id").recorded_at, selectors.balance(share())))
    first = moments[0][0]
    with CaptureQueriesContext(connection) as queries:
        for moment, held in moments:
            assert selectors.balance_as_of(share(), recorded_at=moment) == held
            assert selectors.balance_as_of(BANK, recorded_at=moment) == held
    assert len(queries) == 40
    assert selectors.balance_as_of(share(), recorded_at=first - timedelta(microseconds=1)) == 0
    assert selectors.balance_as_of(share(B), recorded_at=first) == 0
    with pytest.raises(ValueError, match="as of when"):
        selectors.balance_as_of(share())


# How many seconds after the one before each of 130 lines came.
GAPS = {
    "evenly": [60] * 130,
    "all at once": [0] * 130,
    "ever later": [round(1.1**n) for n in range(130)],
    "ever sooner": [round(1.1**n) for n in reversed(range(130))],
    "heaps with years between": [0 if n % 40 else 10**8 for n in range(130)],
    "one long ago": [0, 10**9, *[1] * 128],
    "one long after": [*[1] * 129, 10**9],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gaps", GAPS.values(), ids=GAPS)
def test_a_balance_as_recorded_is_found_however_the_lines_came(owner_cursor, gaps):
    post_many([journal((BANK, share(), n)) for n in range(1, 131)])
    ids = list(models.Journal.objects.order_by("id").values_list("id", flat=True))
    times = [AT + timedelta(seconds=seconds) for seconds in accumulate(gaps)]
    change = "update ledger_journal j set recorded_at = t.at from unnest(%s::bigint[], %s::timestamptz[]) t(id, at) where j.id = t.id"
    owner_cursor.execute("set session_replication_role = replica")
    owner_cursor.execute(change, [ids, times])
    owner_cursor.execute("update ledger_account set opened_at = %s, last_at = %s", [AT - timedelta(days=1), times[-1]])
    for moment in {at + timedelta(microseconds=by) for at in times for by in (-1, 0, 1)} | {AT - timedelta(days=80_000)}:
        held = sum(n for n, at in enumerate(times, start=1) if at <= moment)
        assert (moment, selectors.balance_as_of(share(), recorded_at=moment)) == (moment, held)
    ends = "select a.balance, b.balance from ledger_balance_at(%s, '-infinity') a, ledger_balance_at(%s, 'infinity') b"
    assert owner_cursor.execute(ends, [share().number] * 2).fetchall() == [(0, sum(range(131)))]


@pytest.mark.django_db(transaction=True)
def test_recorded_times_never_go_back_along_an_account_even_where_the_clock_does(owner_cursor, way):
    pay_in(5)
    ahead = datetime(2199, 1, 1, tzinfo=UTC)
    owner_cursor.execute("update ledger_account set last_at = %s where id = %s", [ahead, share().number])
    way(journal((share(), share(B), 1)))
    way(journal((BANK, share(B), 1)))
    assert list(models.Journal.objects.order_by("-id").values_list("recorded_at", flat=True)[:2]) == [ahead, ahead]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_lazy_accounts_are_closed_too(owner_cursor):
    make_lazy(owner_cursor, BANK, Account("OUT", SOUTHWARK))
    post(paid(500, AT - timedelta(days=5)))
    close()
    both_lazy = journal((Account("OUT", SOUTHWARK), BANK, 1), effective_at=AT - timedelta(days=3))
    assert one(both_lazy).reason == in_a_set(both_lazy).reason == "period_closed"
    assert models.Day.objects.get(account=BANK.number).net == -500
    assert selectors.balance_as_of(BANK, effective_on=FEBRUARY) == 500
    assert prove() == []


def test_the_web_login_can_not_write_periods_and_days():
    for statement in [
        "insert into ledger_period values ('E09000028', now(), 'x', now(), now())",
        "update ledger_day set net = 1",
        "update ledger_day_mark set counted = 1",
        "delete from ledger_checkpoint",
        "update ledger_account set closed_until = null",
    ]:
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_sets_may_hold_open_and_closed_days():
    account_id(share())
    close()
    results = post_many([paid(1, AT), paid(1, AT - timedelta(days=9)), paid(1, AT)])
    assert [getattr(result, "reason", "posted") for result in results] == ["posted", "period_closed", "posted"]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_account_that_forgot_what_is_closed_is_found(owner_cursor):
    pay_in(5)
    close()
    owner_cursor.execute("update ledger_account set closed_until = null where code = 'SHARE'")
    assert prove() == [
        "SHARE E09000028 member:1/portion:1 says that its days before none are closed; those of E09000028 are before 2026-03-01 00:00:00+00."
    ]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("lazy", [False, True])
def test_a_line_left_out_of_a_closed_day_is_found(owner_cursor, lazy):
    if lazy:
        make_lazy(owner_cursor, BANK)
    pay_in(5)
    post(paid(500, AT - timedelta(days=5)))
    close()
    left_out = BANK.number if lazy else share().number
    owner_cursor.execute("set session_replication_role = replica")
    owner_cursor.execute("update ledger_day_mark set version = 0, position = 4611686018427387904, counted = 0 where account_id = %s", [left_out])
    owner_cursor.execute("delete from ledger_day where account_id = %s", [left_out])
    [found] = prove()
    assert found.endswith("has lines of closed days that are not in the sums of its days.")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_where_somebody_never_lets_go_nothing_is_closed_and_that_is_said(owner_cursor):
    pay_in(5)
    with owner_cursor.connection.transaction():
        owner_cursor.execute("select from ledger_account where id = %s for no key update", [share().number])
        with pytest.raises(BooksAreBusy):
            close()
    assert close() == Closed(SOUTHWARK, FEBRUARY)
