"""The guide's examples, run one after the other; the OpenAPI document."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from config.guide import EXAMPLES, codes, filled
from tests import cast, cast_market
from tests.api.conftest import Api


@pytest.mark.django_db
def test_the_examples_of_the_guide_are_true(set_clock: Callable[[datetime], None]) -> None:
    story = cast_market.asked()
    set_clock(story.at)
    order = next(call for call in (story.call("Halima", week) for week in (2, 3)) if call.state == "called")
    ids = {
        "share": story.share("Amina").pk,
        "call": order.pk,
        "place": story.places["Amina"].pk,
        "portion": story.portions["Amina"].pk,
        "listing": story.listing.pk,
    }
    who = {"": Api(None), "Amina": Api(cast.amina()), "Colin": Api(cast.colin())}
    seen: list[Any] = []
    for example in EXAMPLES:
        path, body = filled(example.path, ids), filled(example.body, ids)
        seen.append(who[example.who].ask(example.method.lower(), path, body, status=example.status, key=example.key))
        ids |= {example.keeps: seen[-1]["id"]} if example.keeps else {}
        assert {name: seen[-1][name] for name in example.gives} == filled(dict(example.gives), ids), example.title
    again = [example.title for example in EXAMPLES].index("The same again")
    assert seen[again] == seen[again - 1]


@pytest.mark.django_db
def test_the_guide_is_a_page_for_anybody() -> None:
    page = Client().get("/api/v1/").content.decode()
    assert all(f'id="{each.code}"' in page for each in codes())
    assert "/api/v1/schema/" in page


@pytest.mark.django_db
def test_the_schema_is_whole(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    schema = Client().get("/api/v1/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    every = [(verb, one) for path in schema["paths"].values() for verb, one in path.items()]
    assert len({one["operationId"] for _, one in every}) == len(every)
    for verb, one in every:
        assert one["tags"], one["operationId"]
        assert one.get("description") or one.get("summary"), one["operationId"]
        problems = {code for code, answer in one["responses"].items() if code >= "400" and "application/problem+json" in answer["content"]}
        assert problems, one["operationId"]
        assert verb == "get" or {"400", "409", "422"} <= problems | {"409"}, one["operationId"]
