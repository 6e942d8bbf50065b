"""Lazy accounts: lines are only written, and added up later. What they hold is exact at every moment."""

import re
import uuid

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from ledger import models, selectors
from ledger.services import upkeep
from ledger.services.accounts import Account, account_id
from ledger.services.journals import NotEnough, post, post_many
from ledger.services.proof import prove
from tests.ledger.book import AT, BANK, CLEAR, FLOAT, LAMBETH, OUT, SOUTHWARK, A, B, holds, journal, make_lazy, pay_in, share

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def rolled(account: Account) -> tuple[int, int]:
    return models.Account.objects.values_list("balance", "version").get(pk=account.number)


def test_a_lazy_account_is_written_to_without_being_touched_and_holds_what_it_should(owner_cursor):
    make_lazy(owner_cursor, BANK)
    pay_in(500)
    pay_in(300, B)
    assert rolled(BANK) == (0, 0)
    holds((BANK, 800), (share(A), 500))
    assert selectors.balances(codes=["BANK"]) == {BANK: 800}
    assert upkeep.roll_up(at=AT) == 2
    assert rolled(BANK) == (-800, 2)
    assert upkeep.roll_up(at=AT) == 0
    pay_in(5)
    holds((BANK, 805), (share(A), 505))
    assert prove() == []


def test_both_sides_may_be_lazy_and_sets_know_them_too(owner_cursor):
    make_lazy(owner_cursor, BANK, OUT)
    post(journal((OUT, BANK, 70)))
    results = post_many([journal((OUT, BANK, 5), (CLEAR, BANK, 9)), journal((share(), OUT, 1)), journal((BANK, share(), 40), (share(), OUT, 40))])
    assert [type(result) for result in results][1] is NotEnough
    holds((BANK, -44), (OUT, 35), (CLEAR, 9), (share(), 0))
    assert upkeep.roll_up(at=AT) == 7
    holds((BANK, -44), (OUT, 35), (CLEAR, 9), (share(), 0))
    assert prove() == []


def test_rolling_up_goes_in_bounded_batches_that_leave_one_checkpoint_each(owner_cursor):
    make_lazy(owner_cursor, BANK)
    for pence in range(1, 8):
        pay_in(pence)
    assert [upkeep.roll_up(at=AT, most=3) for _ in range(4)] == [3, 3, 1, 0]
    steps = models.Checkpoint.objects.filter(lines__gt=0).order_by("position").values_list("lines", "net", "balance", "version")
    assert list(steps) == [(3, -6, -6, 3), (3, -15, -21, 6), (1, -7, -28, 7)]
    assert prove() == []


def test_a_line_that_is_committed_after_later_ones_is_rolled_up_none_the_less(owner_cursor, django_db_setup):
    """Two whose numbers were drawn earlier commit last: while they are open nothing is rolled up, afterwards everything is."""
    make_lazy(owner_cursor, BANK)
    pay_in(1)
    others = [share(owner) for owner in ("member:8/portion:8", "member:9/portion:9")]
    asked = """select left(ledger_post(gen_random_uuid(), 'slow', %s, %s, %s, 100, now(),
        '', '', '', null, null), 8)"""
    for account in others:
        account_id(account)
    with psycopg.connect(django_db_setup.web_url) as slow, psycopg.connect(django_db_setup.web_url) as fails:
        assert slow.execute(asked, [SOUTHWARK, BANK.number, others[0].number]).fetchone() == ("(posted,",)
        assert fails.execute(asked, [SOUTHWARK, BANK.number, others[1].number]).fetchone() == ("(posted,",)
        pay_in(10)
        assert upkeep.roll_up(at=AT) == 0
        holds((BANK, 11))
        slow.commit()
        fails.rollback()
    holds((BANK, 111))
    assert upkeep.roll_up(at=AT) == 3
    holds((BANK, 111))
    assert prove() == []


def test_an_account_is_locked_and_lazy_by_turns_without_losing_count(owner_cursor):
    pay_in(100)
    for turn, lazy in enumerate((True, False, True, False), start=1):
        upkeep.set_lazy(BANK, lazy=lazy)
        pay_in(10)
        pay_in(1)
        holds((BANK, 100 + 11 * turn))
    assert rolled(BANK) == (-144, 9)
    assert prove() == []


def test_an_operator_makes_an_account_lazy_and_locked_again_by_a_command(owner_cursor, capsys):
    pay_in(100)
    for mode, says in (("on", "lazy"), ("on", "lazy"), ("off", "locked")):
        call_command("lazy", mode, "BANK", SOUTHWARK)
        assert capsys.readouterr().out == f"BANK in {SOUTHWARK} is {says} now.\n"
        assert models.Account.objects.values_list("mode", flat=True).get(pk=BANK.number) == (says == "lazy")
    for words, why in (
        (("FLOAT", SOUTHWARK), "invalid choice: 'FLOAT'"),
        (("BANK", "Southwark"), "'Southwark' or owner '' is not a code"),
        (("BANK", LAMBETH), f"Nothing was ever posted to BANK in {LAMBETH}."),
    ):
        with pytest.raises(CommandError, match=re.escape(why)):
            call_command("lazy", "on", *words)


def test_a_command_that_meets_who_posts_all_the_time_changes_nothing_and_says_so(owner_cursor, django_db_setup):
    pay_in(100)
    with psycopg.connect(django_db_setup.owner_url) as posting:
        posting.execute("select 1 from ledger_account where id = %s for no key update", [BANK.number])
        with pytest.raises(CommandError, match="try again"):
            call_command("lazy", "on", "BANK", SOUTHWARK)
    assert models.Account.objects.values_list("mode", flat=True).get(pk=BANK.number) == 0


@pytest.mark.parametrize("account", [FLOAT, share(), Account("RECEIVABLE", SOUTHWARK, A)])
def test_what_has_a_floor_or_an_owner_is_never_lazy(owner_cursor, account):
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="can not be lazy"):
        make_lazy(owner_cursor, account)
    with pytest.raises(psycopg.errors.CheckViolation):
        owner_cursor.execute("update ledger_account set mode = 1, rolled_to = 4611686018427387905 where id = %s", [account.number])


def test_only_the_owner_makes_an_account_lazy():
    with pytest.raises(DatabaseError, match="permission denied"):
        upkeep.set_lazy(BANK, lazy=True, using="default")


def test_a_lazy_account_is_posted_to_in_read_committed_only(owner_cursor):
    """A snapshot taken earlier would not see what was taken back or closed meanwhile."""
    make_lazy(owner_cursor, BANK)
    asked = journal((BANK, share(), 5), key=uuid.uuid4())
    for way in (lambda: post(asked), lambda: post_many([asked]), lambda: upkeep.roll_up(at=AT)):
        with pytest.raises(DatabaseError, match=r"read committed|just committed"):
            in_an_older_snapshot(way)


def in_an_older_snapshot(work) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
        work()


def test_balances_of_a_moment_are_exact_over_lazy_and_locked_times(owner_cursor):
    moments = []
    for turn in range(12):
        if turn in (3, 9):
            upkeep.set_lazy(BANK, lazy=True)
        if turn == 6:
            upkeep.set_lazy(BANK, lazy=False)
        if turn in (4, 5, 11):
            upkeep.roll_up(at=AT, most=2)
        pay_in(2**turn)
        [moment] = models.Journal.objects.order_by("-id").values_list("recorded_at", flat=True)[:1]
        moments.append((moment, 2 ** (turn + 1) - 1))
    for moment, held in moments:
        assert selectors.balance_as_of(BANK, recorded_at=moment) == held
        assert selectors.balance_as_of(share(), recorded_at=moment) == held
    assert prove() == []
