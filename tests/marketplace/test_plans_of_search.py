"""How PostgreSQL carries out a search among ten thousand services: by the index of places alone, by that of words, never through the table."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from marketplace.selectors.search import Asked, _question, _terms
from providers import search
from providers.models import Listing
from providers.services import search_rows
from tests import cast
from tests.cast import AT
from tests.conftest import Clone

pytestmark = pytest.mark.django_db(transaction=True)
MANY = """
insert into providers_listing (enterprise_id, council_code, title, description, category_id, unit, charge, price_pence, minutes, state, outcode,
    radius_miles, weekdays, parts_of_day)
select l.enterprise_id, l.council_code, case when n % 50 = 0 then 'Quilting' else 'Cooking at home' end, '', l.category_id, 'hour', 'paid', 2000, 60,
    'live', 'SE' || 1 + n % 28, 3, '{}', '{}' from providers_listing l, generate_series(1, 10000) n"""


def shapes(question: search.Question) -> list[str]:
    """What touches the table of search rows, each with its index."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((statement, params))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        search.ask(question, freed=("category", "language"))
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, costs off, timing off, format json) {sent[0][0]}", sent[0][1])
        return sorted(set(_reads(cursor.fetchone()[0][0]["Plan"])))


def _reads(node: dict[str, Any]) -> list[str]:
    """Of those that ran at all."""
    if node["Actual Loops"] == 0:
        return []
    read = node.get("Index Name") or node.get("Relation Name") or ""
    own = [f"{node['Node Type']} {read}"] if "searchrow" in read else []
    return own + [one for below in node.get("Plans", ()) for one in _reads(below)]


def test_a_search_reads_the_index_it_was_made_for(django_db_setup: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.home_visits()
    with connection.cursor() as cursor:
        cursor.execute(MANY)
    search_rows.refresh(listings=Listing.objects.all())
    search_rows.count_words(on=AT.date())
    with psycopg.connect(django_db_setup.owner_url, autocommit=True) as db:
        db.execute("vacuum analyze providers_searchrow")
    terms = _terms()

    def read(**asked: Any) -> list[str]:
        return shapes(_question(Asked(**{"outcode": "SE15", "miles": 10, **asked}), terms, AT.date()))

    by_place, by_words = ["Index Only Scan searchrow_near"], ["Bitmap Heap Scan providers_searchrow", "Bitmap Index Scan searchrow_words"]
    assert read() == by_place
    assert read(category="home_jobs", language="somali", weekday=3, charge="free", most_pence=500) == by_place
    assert read(miles=None, category="home_jobs") == by_place
    assert read(words="quilting", category="home_jobs") == by_words
    often = _question(Asked("SE15", words="cooking", miles=10, category="home_jobs", most_pence=2_000), terms, AT.date())
    monkeypatch.setattr(search, "SELDOM", 100_000)
    at_once = search.ask(often, freed=("category",))
    monkeypatch.setattr(search, "SELDOM", 100)
    assert read(words="cooking", language="english") == by_words
    # What nobody there has is asked for first: no word is looked up.
    assert read(words="cooking", access=("hoist",)) == by_place
    assert len(at_once.found) == 1_001
    assert search.ask(often, freed=("category",)) == at_once
