"""How much a set may be, asked of the database itself: our own callers cut what is longer into sets before they ask."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import models
from ledger.services.accounts import account_id
from tests.ledger.book import AT, BANK, SOUTHWARK, share

pytestmark = pytest.mark.django_db

POST_MANY = """
    select outcome from ledger_post_many(
        %(keys)s::uuid[], array_fill('test'::text, array[%(n)s]), array_fill(%(council)s::text, array[%(n)s]),
        array_fill(%(at)s::timestamptz, array[%(n)s]), array_fill(''::text, array[%(n)s]), array_fill(''::text, array[%(n)s]),
        array_fill(''::text, array[%(n)s]), array_fill(null::uuid, array[%(n)s]), array_fill(null::uuid, array[%(n)s]),
        %(items)s::int[], array_fill(%(debit)s::bigint, array[%(m)s]), array_fill(%(credit)s::bigint, array[%(m)s]),
        array_fill(1::bigint, array[%(m)s]), %(linked)s)
"""


def asked(journals: int, lines: int, *, linked: bool) -> list[str]:
    """So many pennies in so many journals, as even as may be."""
    items = [1 + line * journals // lines for line in range(lines)]
    given = {"keys": [uuid.uuid4() for _ in range(journals)], "n": journals, "m": lines, "items": items, "linked": linked}
    given |= {"council": SOUTHWARK, "at": AT, "debit": account_id(BANK), "credit": account_id(share())}
    with connection.cursor() as cursor:
        cursor.execute(POST_MANY, given)
        return [outcome for (outcome,) in cursor.fetchall()]


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize(("journals", "lines"), [(200, 200), (200, 2000), (1, 2000)])
def test_a_set_may_be_two_hundred_journals_and_two_thousand_lines(journals, lines, linked):
    assert asked(journals, lines, linked=linked) == ["posted"] * journals
    assert models.Transfer.objects.count() == lines


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize(("journals", "lines"), [(201, 201), (201, 2000), (200, 2001), (1, 2001)])
def test_the_database_itself_refuses_a_larger_set(journals, lines, linked):
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        asked(journals, lines, linked=linked)
    assert (refusal.value.__cause__.sqlstate, refusal.value.__cause__.diag.message_primary) == ("22023", "not a set of journals")
    assert models.Journal.objects.count() == 0
