"""Searching through the API: not signed in, each choice by its name, pages, and a plain refusal of what is no choice."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests import cast
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def nobody(set_clock: Callable[[datetime], None]) -> Api:
    cast.home_visits()
    set_clock(cast.AT)
    return Api(None)


def test_anybody_finds_what_is_near_with_the_numbers_of_each_choice(nobody: Api) -> None:
    found = nobody.get("search/?outcode=se15+4ab&miles=3")
    assert (found["count"], found["is_more_than"], found["pages"], found["put_right"]) == (1, False, 1, "")
    card = found["cards"][0]
    assert (card["title"], card["price_pence"], card["group_pence"]) == ("Help at home in Somali", 2000, {"2": 2400, "3": 2700})
    assert [paper["kind"] for paper in card["checks"]] == ["identity", "insurance", "dbs_enhanced", "references"]
    languages = next(facet for facet in found["facets"] if facet["name"] == "language")
    assert [option["value"] for option in languages["options"] if option["count"]] == ["somali"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("words=somali&category=home_jobs&language=somali&weekday=1&part=morning&charge=paid&most_pence=2000&groups=true&checked=true", 1),
        ("miles=1", 1),
        ("weekday=6", 0),
        ("access=step_free,toilet", 0),
        ("outcome=nutrition", 0),
        ("most_pence=1999", 0),
        ("groups=false&checked=false", 1),
        ("page=50", 1),
    ],
)
def test_each_choice_has_a_name(nobody: Api, asked: str, count: int) -> None:
    assert nobody.get(f"search/?outcode=SE15&{asked}")["count"] == count


@pytest.mark.parametrize(
    ("asked", "field", "status"),
    [
        ("", "outcode", 400),
        ("outcode=XX1", "outcode", 422),
        ("outcode=SE15&category=magic", "category", 400),
        ("outcode=SE15&access=step_free,magic", "access", 400),
        ("outcode=SE15&language=%00", "language", 400),
        ("outcode=SE15&weekday=8", "weekday", 400),
        ("outcode=SE15&part=noon", "part", 400),
        ("outcode=SE15&miles=0", "miles", 400),
        ("outcode=SE15&page=51", "page", 400),
        ("outcode=SE15&charge=barter", "charge", 400),
    ],
)
def test_what_is_no_choice_is_refused_with_its_field(nobody: Api, asked: str, field: str, status: int) -> None:
    problem: Any = nobody.get(f"search/?{asked}", status=status)
    assert field in {error["field"] for error in problem["errors"]}
