"""Sealed ranges: one chain whatever happens, and what a superuser changes is found with its accounts named."""

import json
import re
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from config import metrics
from config.bench import book, loading
from ledger import models, selectors
from ledger.services import seals
from ledger.services.accounts import Account
from ledger.services.journals import Posted, post, post_many
from ledger.services.proof import prove
from tests.conftest import EMBEDDED, alone, point_connections_at
from tests.ledger.book import AT, BANK, CLEAR, OUT, SOUTHWARK, A, B, Here, hold, journal, pay_in, share

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

S, H, K = share().number, hold().number, BANK.number
HASH = (
    "update ledger_journal j set request_hash = ledger_request_hash(j.kind, j.council, t.d, t.c, t.p, j.reverses, j.group_key, j.about) from "
    "(select journal_id, array_agg(debit_id order by line) d, array_agg(credit_id order by line) c, array_agg(pence order by line) p "
    "from ledger_transfer group by 1) t where t.journal_id = j.id"
)


@pytest.fixture(scope="module")
def django_db_setup(django_db_setup, django_db_blocker):
    """The sealer waits for every transaction on the server: so not on the one where other tests keep theirs open."""
    if not EMBEDDED:
        yield django_db_setup
        return
    folder = Path(tempfile.mkdtemp(prefix="ct-seals-"))
    with django_db_blocker.unblock():
        with alone(folder) as clone:
            yield clone
        point_connections_at(django_db_setup)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(seals, "_PATIENCE", "20 seconds")


@pytest.fixture(autouse=True)
def numbered_from_one(owner_cursor):
    """Plain tests before these may have drawn numbers of journals that were rolled back."""
    owner_cursor.execute("alter sequence ledger_journal_id_seq restart")


def given_back() -> None:
    """A number is drawn and never used."""
    with transaction.atomic():
        pay_in(700)
        transaction.set_rollback(True)


def a_sealed_book() -> None:
    """£5 paid in (journal 1), £1 held (2), £3 paid in by B (3); sealed in one range."""
    pay_in(500)
    post(journal((share(), hold(), 100), about="hold:1", reason="she said yes"))
    pay_in(300, B)
    assert seals.seal_now() == 1


def waits() -> int:
    """What Prometheus is told."""
    return next(int(line.split()[1]) for line in metrics.lines(AT) if line.startswith("clubtogether_seals_lag_seconds "))


def as_superuser(cursor, *statements: str) -> None:
    cursor.execute("set session_replication_role = replica")
    for statement in statements:
        cursor.execute(statement)
    cursor.execute("set session_replication_role = default")


# Every later balance and hash is put right as well, so that everything but the seals agrees.
EDITS = {
    "an amount": (
        [
            "update ledger_transfer set pence = 90, debit_after = 410, credit_after = 90 where journal_id = 2",
            f"update ledger_account set balance = 410 where id = {S}",
            f"update ledger_account set balance = 90 where id = {H}",
            HASH,
        ],
        f"Journal 2 does not say what it said when range 1 was sealed; it touches SHARE {SOUTHWARK} {A}, HOLD {SOUTHWARK} hold:1/{A}.",
    ),
    "a journal taken out": (
        [
            "delete from ledger_transfer where journal_id = 2",
            "delete from ledger_journal where id = 2",
            f"update ledger_account set balance = 500, version = 1 where id = {S}",
            f"update ledger_account set balance = 0, version = 0 where id = {H}",
        ],
        f"Journal 2 was taken out of sealed range 1; it touched SHARE {SOUTHWARK} {A}, HOLD {SOUTHWARK} hold:1/{A}.",
    ),
    "whose money it was": (
        [
            f"update ledger_transfer set credit_version = 2, credit_after = 400 where credit_id = {share(B).number}",
            f"update ledger_transfer set credit_id = {share(B).number}, credit_version = 1, credit_after = 100 where journal_id = 2",
            f"update ledger_account set balance = 400, version = 2 where id = {share(B).number}",
            f"update ledger_account set balance = 0, version = 0 where id = {H}",
            HASH,
        ],
        f"it touches SHARE {SOUTHWARK} {A}, HOLD {SOUTHWARK} hold:1/{A}, SHARE {SOUTHWARK} {B}.",
    ),
    "when it happened": (
        ["update ledger_journal set effective_at = effective_at - interval '1 day' where id = 3"],
        f"Journal 3 does not say what it said when range 1 was sealed; it touches BANK {SOUTHWARK}, SHARE {SOUTHWARK} {B}.",
    ),
    "why it happened": (["update ledger_journal set reason = 'x' where id = 2"], "Journal 2 does not say"),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_after_which_everything_else_agrees_is_found_and_the_accounts_named(owner_cursor, what):
    a_sealed_book()
    assert prove() == []
    statements, sentence = EDITS[what]
    as_superuser(owner_cursor, *statements)
    found = prove()
    assert found == seals.verify(), "everything but the seals should agree"
    assert any(sentence in line for line in found), found


def test_a_journal_put_into_a_sealed_range_is_found(owner_cursor):
    given_back()
    a_sealed_book()
    post(journal((share(), hold(), 100)))
    newest = models.Journal.objects.order_by("-id").values_list("id", flat=True)[0]
    as_superuser(
        owner_cursor,
        f"update ledger_transfer set journal_id = 1 where journal_id = {newest}",
        f"update ledger_journal set id = 1 where id = {newest}",
    )
    assert prove() == [f"Journal 1 was put into sealed range 1 afterwards; it touches SHARE {SOUTHWARK} {A}, HOLD {SOUTHWARK} hold:1/{A}."]


def test_a_journal_numbered_below_every_range_is_found(owner_cursor):
    a_sealed_book()
    post(journal((share(), hold(), 100)))
    as_superuser(owner_cursor, "update ledger_transfer set journal_id = -4 where journal_id = 4", "update ledger_journal set id = -4 where id = 4")
    assert prove() == ["Journal -4 has a number that no journal can have."]


def test_a_comparing_function_that_was_taught_to_lie_is_found(owner_cursor):
    a_sealed_book()
    as_superuser(owner_cursor, *EDITS["an amount"][0])
    owner_cursor.execute(
        "create or replace function ledger_seal_leaves(p_first bigint, p_last bigint) returns bytea language sql as "
        "'select leaves from ledger_seal where first_journal = p_first'"
    )
    assert prove() == seals.verify_file(seals.export()) == ["The function ledger_seal_leaves is not the one of this program."]


def reseal(cursor) -> None:
    """What a superuser would do who knows the seals: makes them all again over the changed book."""
    as_superuser(cursor, "delete from ledger_seal")
    assert seals.seal_now() == 1


def test_whoever_rewrites_the_seals_too_is_found_by_the_exported_file(owner_cursor):
    a_sealed_book()
    file = list(seals.export())
    statements, sentence = EDITS["an amount"]
    as_superuser(owner_cursor, *statements)
    reseal(owner_cursor)
    assert prove() == []
    assert seals.verify_file(file) == ["Seal 1 in the book is not the one in the file.", sentence]
    as_superuser(owner_cursor, "delete from ledger_seal")
    assert "Seal 1 is in the file and no longer in the book." in seals.verify_file(file)


SEAL_EDITS = [
    ("update ledger_seal set leaves = ''", "Seal 1 does not hold what it was made from."),
    ("update ledger_seal set content = sha256('')", "Seal 1 does not hold what it was made from."),
    ("update ledger_seal set journals = 2 where number = 1", "Seal 1 is not the hash of what it says."),
    ("update ledger_seal set sealed_at = now() where number = 2", "Seal 2 is not the hash of what it says."),
    ("delete from ledger_seal where number = 1", "Seal 2 does not follow seal 0."),
    ("update ledger_seal set previous = sha256('') where number = 2", "Seal 2 does not follow seal 1."),
]


@pytest.mark.parametrize(("edit", "sentence"), SEAL_EDITS)
def test_a_changed_seal_is_found(owner_cursor, edit, sentence):
    a_sealed_book()
    pay_in(100)
    assert (seals.seal_now(), seals.verify()) == (1, [])
    as_superuser(owner_cursor, edit)
    assert sentence in seals.verify()


# --- when a range may be closed ---


def test_a_lower_number_that_commits_late_is_waited_for(django_db_setup):
    pay_in(500)
    with psycopg.connect(django_db_setup.web_url) as slow:
        slow.execute("select ledger_open('SHARE', %s, 'member:8/portion:8', 'GBP'), ledger_open('SUSPENSE', %s, '', 'GBP')", [SOUTHWARK, SOUTHWARK])
        slow.execute(
            "select ledger_post(gen_random_uuid(), 'late', %s, ledger_account_number('SUSPENSE', %s, '', 'GBP'), "
            "ledger_account_number('SHARE', %s, 'member:8/portion:8', 'GBP'), 5, now(), '', '', '', null, null)",
            [SOUTHWARK] * 3,
        )
        pay_in(600)  # the higher number is committed, the lower one is not
        assert list(models.Journal.objects.order_by("id").values_list("id", flat=True)) == [1, 3]
        with connection.cursor() as cursor:
            cursor.execute("select ledger_seal(1, '0', '50 milliseconds')")
            assert cursor.fetchone() == (None,)
        waiting = ThreadPoolExecutor(1).submit(in_a_thread, seals.seal_now)
        slow.commit()
        assert waiting.result(timeout=20) == 1
    assert models.Seal.objects.get().journals == 3
    assert seals.verify() == []


def in_a_thread(work):
    try:
        return work()
    finally:
        connections.close_all()


@pytest.mark.parametrize("sides", [(BANK, share()), (CLEAR, share()), (CLEAR, OUT)], ids=["locked", "half lazy", "lazy"])
@pytest.mark.parametrize("in_a_set", [False, True])
def test_every_way_to_post_has_a_transaction_number_before_it_draws_a_journals(owner_cursor, sides, in_a_set):
    """Without one the sealer could not see that somebody holds a lower number. A row trigger runs between the two."""
    post_many([journal((BANK, CLEAR, 10), (BANK, OUT, 10), (BANK, share(), 10))])
    owner_cursor.execute("select ledger_set_mode(%s, 1::smallint), ledger_set_mode(%s, 1::smallint)", [CLEAR.number, OUT.number])
    owner_cursor.execute(
        "create function has_one() returns trigger language plpgsql as $$ begin "
        "if pg_current_xact_id_if_assigned() is null then raise exception 'no transaction number'; end if; return new; end $$;"
        "create trigger has_one before insert on ledger_journal for each row execute function has_one()"
    )
    asked = journal((*sides, 5))
    assert (post_many([asked])[0] if in_a_set else post(asked)) == Posted(asked.key, models.Journal.objects.latest("id").pk)


def test_sealing_refuses_a_transaction_that_could_not_see_what_came_meanwhile():
    pay_in(500)
    with transaction.atomic():
        pay_in(5)
        assert seals.seal_due(at=AT) == 0
        with pytest.raises(DatabaseError, match="transaction of its own"), transaction.atomic():
            seals.seal_now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        with pytest.raises(DatabaseError, match="read committed"), transaction.atomic():
            seals.seal_now()


def test_sealers_side_by_side_while_others_post_make_one_chain():
    start, is_over = threading.Barrier(6), threading.Event()

    def post_some(mine: int) -> int:
        start.wait(timeout=20)
        for turn in range(400):
            pay_in(100 + turn, f"member:{mine}/portion:1")
            if turn > 10 and models.Seal.objects.count() >= 6:
                break
        is_over.set()
        return 0

    def seal_some(_: int) -> int:
        start.wait(timeout=20)
        made = 0
        while not is_over.is_set():
            made += seals.seal_now()
        return made

    with ThreadPoolExecutor(6) as pool:
        works = [pool.submit(in_a_thread, lambda mine=mine, work=work: work(mine)) for mine, work in enumerate([post_some, seal_some] * 3)]
        made = sum(work.result(timeout=60) for work in works) + seals.seal_now()
    assert models.Seal.objects.count() == made >= 6
    assert sum(models.Seal.objects.values_list("journals", flat=True)) == models.Journal.objects.count()
    assert seals.verify() == []


def test_a_sealer_killed_before_its_commit_leaves_nothing(django_db_setup, owner_cursor):
    pay_in(500)
    with psycopg.connect(django_db_setup.web_url) as killed:
        assert killed.execute("select ledger_seal(1, '0', '1 second')").fetchone() == (1,)
        owner_cursor.execute("select pg_terminate_backend(%s)", [killed.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            killed.commit()
    assert models.Seal.objects.count() == 0
    assert (seals.seal_now(), seals.verify()) == (1, [])


def test_numbers_drawn_and_never_used_leave_no_gap_in_the_ranges():
    pay_in(100)
    given_back()
    assert (seals.seal_now(), seals.seal_now()) == (1, 0)
    pay_in(100)
    assert seals.seal_now() == 1
    assert list(models.Seal.objects.order_by("number").values_list("first_journal", "last_journal", "journals")) == [(1, 1, 1), (2, 3, 1)]


def test_the_timer_waits_for_a_minute_or_a_thousand_journals(owner_cursor):
    pay_in(500)
    assert seals.seal_due(at=AT + timedelta(days=400)) == 0
    as_superuser(owner_cursor, "update ledger_journal set recorded_at = recorded_at - interval '61 seconds'")
    pay_in(10)
    assert 61 <= waits() < 120
    assert seals.seal_due(at=AT) == 1
    assert waits() == 0
    for _ in range(10):
        post_many([journal((BANK, share(), 1)) for _ in range(110)])
    assert seals.seal_due(at=AT) == 1
    assert models.Seal.objects.get(number=2).journals == 1000
    assert seals.verify() == []
    assert seals.verify(after=1) == []


# --- the file, and the page of Python ---


def test_the_command_adds_to_its_file_and_compares_with_it(tmp_path, owner_cursor):
    a_sealed_book()
    file, said = tmp_path / "seals.jsonl", StringIO()
    call_command("seals", "export", str(file), stdout=said)
    pay_in(50)
    call_command("seals", "make", stdout=said)
    call_command("seals", "export", str(file), stdout=said)
    call_command("seals", "verify", str(file), stdout=said)
    assert said.getvalue().splitlines() == [
        f"1 seals written to {file}, after number 0.",
        "1 ranges sealed.",
        f"1 seals written to {file}, after number 1.",
        "Sealed ranges are whole.",
    ]
    assert [json.loads(line)["number"] for line in file.read_text().splitlines()] == [1, 2]
    as_superuser(owner_cursor, *EDITS["an amount"][0])
    with pytest.raises(SystemExit):
        call_command("seals", "verify", str(file), stdout=said)
    assert EDITS["an amount"][1] in said.getvalue()


def test_the_command_says_when_a_file_is_not_of_seals(tmp_path):
    (tmp_path / "notes").write_text("hello\n")
    with pytest.raises(CommandError):
        call_command("seals", "verify", str(tmp_path / "notes"))
    with pytest.raises(CommandError, match="Export to which file"):
        call_command("seals", "export")


def test_the_page_of_python_in_the_recipe_finds_the_same(django_db_setup, owner_cursor, tmp_path, capsys):
    post(journal((BANK, share(), 500), reason='says "yes" – ✓\n\ttwice \x1f \\ é', about="a/b"))
    a_sealed_book()
    file = tmp_path / "seals.jsonl"
    file.write_text("\n".join(seals.export()) + "\n")
    recipe = (Path(settings.BASE_DIR) / "docs" / "recipes" / "check-a-seal.md").read_text()
    [page] = re.findall(r"```python\n(.*?)```", recipe, re.DOTALL)
    check = {}
    exec(compile(page, "check-a-seal.md", "exec"), check)
    assert list(check["differences"](file, django_db_setup.owner_url)) == []
    as_superuser(owner_cursor, "update ledger_journal set reason = 'x' where id = 3")
    assert list(check["differences"](file, django_db_setup.owner_url)) == ["Seal 1: journal 3 differs."]
    file.write_text(file.read_text().replace('"journals": 4', '"journals": 5'))
    assert "Seal 1 is not whole." in check["differences"](file, django_db_setup.owner_url)


def test_the_book_that_the_bench_loads_is_right_sealed_and_as_well_guarded_as_before(django_db_setup, tmp_path, owner_cursor):
    server = Here(tmp_path, django_db_setup.owner_url)
    shape = (
        "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid in ('ledger_transfer'::regclass, 'ledger_journal'::regclass) "
        "union all select indexname, indexdef from pg_indexes where tablename in ('ledger_transfer', 'ledger_journal') "
        "union all select tgname, tgenabled::text from pg_trigger where tgrelid = 'ledger_transfer'::regclass order by 1, 2"
    )
    before = owner_cursor.execute(shape).fetchall()
    loading.fill(server, 12_000, 1_000)
    assert owner_cursor.execute(shape).fetchall() == before
    assert prove() == []
    assert (seals.seal_now(), seals.verify()) == (13, [])
    assert book.size(server)[:2] == (13_000, 12_001)
    assert models.Account.objects.filter(code="SHARE").count() == 1_000
    assert selectors.balance(Account("BANK", loading.COUNCIL)) == 1_000_000 * 1_000 + 7 * 1_000
