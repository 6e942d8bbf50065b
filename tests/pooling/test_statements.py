"""Statements of a person, a group, an organisation that looks after money, a council and a provider."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.selectors import Statement, balance
from ledger.services.accounts import Account
from payments import statements as provider_statements
from payments.models import Payee
from pooling.selectors import statements
from pooling.services import holds
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT
from tests.pooling.test_holds import Week, build_week
from tests.pooling.test_wallets import circle_of

pytestmark = pytest.mark.django_db
ALWAYS = {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": datetime(2100, 1, 1, tzinfo=UTC)}


@pytest.fixture
def week(town) -> Week:
    week = build_week(town)
    week.release(1, 5_000)
    holds.dispute(hold=week.held[2], pence=8_000, about="share:2", by=None, at=AT)
    week.settle(2, 6_000, 2_000)
    return week


def adds_up(page: Statement) -> bool:
    return page.opening_pence + sum(line.pence for line in page.lines) == page.closing_pence


def count(work) -> int:
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)


def test_a_persons_statement_tells_what_came_what_is_held_and_what_was_paid(week):
    page = statements.for_person(week.places[0].person, **ALWAYS)
    assert adds_up(page)
    assert page.closing_pence == 3_000
    told = [(line.account.code, line.other_code, line.pence) for line in page.lines]
    assert told[:3] == [("PENDING", "CLEAR", 8_000), ("PENDING", "SHARE", -8_000), ("SHARE", "PENDING", 8_000)]
    assert told[-1] == ("HOLD", "DUE", -5_000)
    assert {line.other_code for line in page.lines if line.account.code == "SHARE"} == {"PENDING", "RESERVE"}


def test_a_groups_statement_is_that_of_everybody_in_it(week):
    page = statements.for_cluster(week.places[0].cluster, **ALWAYS)
    assert adds_up(page)
    assert page.closing_pence == sum(statements.for_person(place.person, **ALWAYS).closing_pence for place in week.places) == 13_000


def test_a_providers_statement_is_what_they_are_owed(week):
    page = provider_statements.for_payee(Payee.objects.get(pk=week.payee_id), **ALWAYS)
    assert [(line.other_code, line.pence, line.balance_pence) for line in page.lines] == [("HOLD", 5_000, 5_000), ("DISPUTE", 6_000, 11_000)]
    assert adds_up(page)
    assert page.closing_pence == week.due


def test_a_councils_statement_is_of_one_of_the_platforms_accounts(week):
    page = statements.for_council(SOUTHWARK, **ALWAYS)
    assert adds_up(page)
    assert page.closing_pence == balance(Account("BANK", SOUTHWARK)) == 24_000
    found = statements.council_ends(SOUTHWARK, **ALWAYS)
    assert list(found) == list(statements.COUNCIL_CODES)
    assert (found["BANK"], found["CLEAR"]) == ((0, 24_000), (0, 0))


def test_each_takes_as_many_queries_for_many_lines_as_for_few(week):
    person, cluster, payee = week.places[0].person, week.places[0].cluster, Payee.objects.get(pk=week.payee_id)
    works = [
        (5, lambda: statements.for_person(person, **ALWAYS)),
        (5, lambda: statements.for_cluster(cluster, **ALWAYS)),
        (2, lambda: statements.for_council(SOUTHWARK, **ALWAYS)),
        (1, lambda: statements.council_ends(SOUTHWARK, **ALWAYS)),
        (3, lambda: provider_statements.for_payee(payee, **ALWAYS)),
    ]
    assert [count(work) for _, work in works] == [number for number, _ in works]
    week.release(1, 100, "share:1/a")
    week.release(3, 100)
    assert [count(work) for _, work in works] == [number for number, _ in works]


def test_pages_of_a_persons_statement_follow_one_another(week):
    person = week.places[1].person
    whole = statements.for_person(person, **ALWAYS).lines
    found, cursor = [], ""
    while not found or cursor:
        page = statements.for_person(person, **ALWAYS, cursor=cursor, limit=3)
        found += page.lines
        cursor = page.cursor
    assert tuple(found) == whole


def test_an_organisations_statement_is_what_it_paid_in_and_what_its_people_have_of_it(town):
    circle = circle_of(town)
    circle.paid_in(50_000)
    circle.hand_out(circle.slice(0, 8_000), circle.slice(1, 6_000))
    page = statements.for_holder(town.kasmo, **ALWAYS)
    assert adds_up(page)
    assert page.closing_pence == circle.here + circle.share(0) + circle.share(1) == 50_000
    assert count(lambda: statements.for_holder(town.kasmo, **ALWAYS)) == 5
    assert [(line.account.code, line.pence) for line in page.lines if line.other_code == "CLEAR"] == [("PENDING", 50_000)]
