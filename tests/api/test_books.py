"""Closing a council's books through the API: asked by one operator, done by another, and the same sentences as on the page."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.services.journals import post
from payments.services import suspense, two_people
from tests import cast
from tests.api.conftest import Api
from tests.ledger.book import BANK, journal, share

pytestmark = pytest.mark.django_db


def test_one_operator_asks_and_another_closes(set_clock: Any) -> None:
    set_clock(cast.AT + timedelta(minutes=1))
    cast.southwark()
    post(journal((BANK, share(), 700), effective_at=cast.AT - timedelta(days=1)))
    post(journal((BANK, share(), 40)))
    first, second, books = Api(cast.operator()), Api(cast.second_operator()), f"books/{cast.SOUTHWARK}/"
    assert first.get(books)["closed_through"] is None
    day = {"through": "2026-03-01"}
    second.post(f"{books}close/", day, 409, key="alone")
    asked = first.post(f"{books}propose/", {**day, "reason": "February is over."})
    assert asked["approval"]
    first.post(f"{books}close/", day, 403, key="own")
    second.post(f"{books}close/", {"through": "2026-02-28"}, 409, key="another day")
    closed = second.post(f"{books}close/", day, key="yes")
    held = [{"account": "BANK", "pence": 700}, {"account": "SHARE", "pence": 700}]
    assert closed == {"code": cast.SOUTHWARK, "name": "Southwark", "closed_through": "2026-03-01", "held": held}
    assert second.post(f"{books}close/", day, key="yes") == closed
    assert first.rows("books/") == [closed]
    late = first.post(f"{books}propose/", {"through": "2026-03-02", "reason": "Quick."}, 422)
    assert late["code"] == "day_is_not_over"
    assert late["errors"][0]["field"] == "through"
    assert first.post(f"{books}propose/", {**day, "reason": "Again."}, 422)["code"] == "period_closed_already"


def test_nobody_else_sees_or_closes_books(set_clock: Any) -> None:
    set_clock(cast.AT + timedelta(minutes=1))
    for who in (cast.amina(), cast.colin(), cast.priya()):
        somebody = Api(who)
        assert somebody.rows("books/") == []
        somebody.get(f"books/{cast.SOUTHWARK}/", 404)
        for verb in ("propose", "close"):
            somebody.post(f"books/{cast.SOUTHWARK}/{verb}/", {"through": "2026-03-01", "reason": "Mine."}, 404)


def test_a_yes_by_itself_to_what_operators_carry_out_is_not_taken(set_clock: Any) -> None:
    """It would explain no line, stand in the way of every other explanation, and could come from who is no operator."""
    set_clock(cast.AT + timedelta(minutes=1))
    of_line = {"what": suspense.EXPLAIN, "about_kind": "stripe_line", "about_id": "txn_1", "council_code": cast.SOUTHWARK}
    asked = two_people.first(**of_line, reason="A fee.", by=cast.operator(), at=cast.AT)
    for who in (cast.colin(), cast.second_operator()):
        for verb in ("give", "refuse"):
            assert Api(who).post(f"approvals/{asked.pk}/{verb}/", None, 409)["code"] == "operators_answer_it"
    asked.refresh_from_db()
    assert (asked.given_at, asked.refused_at) == (None, None)
