"""Statements through the API: the same lines as on the page, page by page and day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from marketplace.selectors.statements import FIRST, LAST, moments
from tests import cast, cast_market
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(set_clock: Any) -> cast_market.Walk:
    told = cast_market.asked()
    told.yes("Amina")
    set_clock(told.at + timedelta(minutes=1))
    return told


def adds_up(found: dict[str, Any]) -> bool:
    return bool(found["opening_pence"] + sum(line["pence"] for line in found["lines"]) == found["closing_pence"])


def test_ones_own_statement_adds_up_in_pages_of_any_size_and_by_day(story: cast_market.Walk) -> None:
    amina = Api(cast.amina())
    whole = amina.get("statements/")
    assert whole["lines"]
    assert (whole["opening_pence"], whole["cursor"], adds_up(whole)) == (0, "", True)
    found, cursor = [], ""
    while True:
        page = amina.get(f"statements/?page_size=3&cursor={cursor.replace('+', '%2B')}")
        assert page["closing_pence"] == whole["closing_pence"]
        found += page["lines"]
        cursor = page["cursor"]
        if not cursor:
            break
    assert found == whole["lines"]
    last = date.fromisoformat(found[-1]["effective_at"][:10])
    before, after = amina.get(f"statements/?last={last - timedelta(days=1)}"), amina.get(f"statements/?first={last}&last={last}")
    assert before["lines"]
    assert before["lines"] + after["lines"] == whole["lines"]
    assert before["closing_pence"] == after["opening_pence"]
    assert adds_up(before)
    assert adds_up(after)


def test_what_a_provider_and_a_council_have_adds_up_too(story: cast_market.Walk) -> None:
    shop = cast.barwaaqo()
    theirs = Api(cast.hodan()).get(f"statements/provider/{shop.pk}/")
    assert theirs["closing_pence"] > 0
    assert adds_up(theirs)
    operator = Api(cast.operator())
    for path in (
        f"group/{story.cluster.pk}/",
        f"holder/{cast.kasmo().pk}/",
        f"council/{cast.SOUTHWARK}/",
        f"council/{cast.SOUTHWARK}/?account=CLEAR",
    ):
        found = operator.get(f"statements/{path}?page_size=500" if "?" not in path else f"statements/{path}")
        assert adds_up(found) or found["cursor"], path
        assert found["lines"], path


def test_what_is_no_day_no_cursor_no_size_and_no_account_is_told() -> None:
    amina, council = Api(cast.amina()), f"statements/council/{cast.SOUTHWARK}/?account=SHARE"
    for asked in ("first=soon", "first=2026-03-02&last=2026-03-01", "cursor=nonsense", "page_size=0", "page_size=501"):
        assert amina.get(f"statements/?{asked}", 400)["errors"][0]["field"] in asked
    amina.get(council, 404)
    assert Api(cast.operator()).get(council, 400)["errors"][0]["field"] == "account"


def test_days_are_londons_and_nothing_lies_outside_what_there_is() -> None:
    """On 29 March 2026 the clocks go forward: the day after begins at 23:00 by Greenwich."""
    day = date(2026, 3, 29)
    assert moments(day, day, clock_is_moved=False) == (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 23, tzinfo=UTC))
    assert moments(None, None, clock_is_moved=False) == moments(date.min, date.max, clock_is_moved=False) == (FIRST, LAST)
    assert moments(date.max, None, clock_is_moved=False) == (LAST, LAST)
    assert moments(None, date.min, clock_is_moved=False) == (FIRST, FIRST)
