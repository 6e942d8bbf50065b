import pytest
from django.db import DatabaseError, connection, transaction

from ledger import models
from ledger.codes import CODES
from ledger.services.accounts import Account, NotAnAccount, account_id
from tests.ledger.book import BANK, DUE, SOUTHWARK, hold, pay_in, share

pytestmark = pytest.mark.django_db


def _ask(sql: str, *arguments: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(arguments))
        return cursor.fetchall()


def test_the_database_knows_the_same_codes_as_the_table():
    for code, terms in CODES.items():
        assert _ask("select kind, floor from ledger_terms(%s)", code) == [(terms.kind.value, terms.floor)], code
    assert _ask("select kind, floor from ledger_terms('POT')") == [(None, None)]


@pytest.mark.parametrize("account", [BANK, DUE, share(), hold(), Account("TIME", SOUTHWARK, "person:1", "TIME")])
def test_python_and_the_database_number_an_account_alike(account):
    assert _ask("select ledger_account_number(%s, %s, %s, %s)", account.code, account.council, account.owner, account.unit) == [(account.number,)]


def test_an_account_opens_once_with_the_floor_of_its_code():
    assert account_id(share()) == account_id(share()) == share().number
    row = models.Account.objects.get(pk=share().number)
    assert (row.code, row.council, row.owner, row.unit, row.balance, row.version, row.floor) == ("SHARE", SOUTHWARK, share().owner, "GBP", 0, 0, 0)
    account_id(BANK)
    assert models.Account.objects.get(pk=BANK.number).floor is None


def test_the_platforms_accounts_are_locked_last():
    assert BANK.number > share().number > 0


@pytest.mark.parametrize(
    ("code", "council", "owner", "unit"),
    [
        ("POT", SOUTHWARK, "", "GBP"),
        ("SHARE", "Southwark", "member:1", "GBP"),
        ("SHARE", SOUTHWARK, "Amina Yusuf", "GBP"),
        ("SHARE", SOUTHWARK, "member:1", "TIME"),
        ("TIME", SOUTHWARK, "member:1", "GBP"),
        ("SHARE", SOUTHWARK, "member:1", "EUR"),
        ("SHARE", SOUTHWARK, "m" * 121, "GBP"),
    ],
)
def test_neither_python_nor_the_database_opens_an_account_with_a_bad_name(code, council, owner, unit):
    with pytest.raises(NotAnAccount):
        Account(code, council, owner, unit)
    with pytest.raises(DatabaseError), transaction.atomic():
        _ask("select ledger_open(%s, %s, %s, %s)", code, council, owner, unit)


def test_an_account_that_was_rolled_back_is_opened_again():
    with transaction.atomic():
        pay_in(500)
        transaction.set_rollback(True)
    assert pay_in(300).replayed is False
    assert models.Account.objects.get(pk=share().number).balance == 300
