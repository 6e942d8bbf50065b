"""Every page there is, in a browser: axe finds nothing, nothing goes sideways on a phone. The list is made from the routes.

Each page as whoever has most to do with it sees it, and each form with its problems. `make axe` (AXE=all) looks at each as everybody who may see
it, on a phone and wide, in light and dark: pages that differ in words only once.
"""

import os
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.architecture import looking, roles
from tests.architecture.routes import ROUTES
from tests.architecture.test_roles_and_routes import address
from tests.story import Story, inside

pytestmark = [pytest.mark.xdist_group("story"), pytest.mark.browser]
EVERYBODY = os.environ.get("AXE") == "all"


@pytest.fixture(scope="module")
def pages(story_told: Story, django_db_blocker: DjangoDbBlocker) -> list[looking.Page]:
    """All of them, asked for before the browser opens: between its steps no rows are read."""
    with inside(story_told, django_db_blocker), roles.taken_back():
        roles.arrive()
        door, things = roles.Door.open(), roles.things()
        return looking.pages(door, _where(things), things, everybody=EVERYBODY)


def _where(things: dict[str, Any]) -> list[tuple[Any, str]]:
    return [(route, address(route, things)) for route in ROUTES]


def test_axe_finds_nothing_on_any_page_and_nothing_goes_sideways_on_a_phone(pages: list[looking.Page]) -> None:
    assert len(pages) > 150
    assert looking.look(pages, width=320) == []


def test_what_is_written_can_be_read_in_the_dark(pages: list[looking.Page]) -> None:
    """One page in five, or with AXE=all each."""
    assert looking.look(pages[:: 1 if EVERYBODY else 5], width=1280, scheme="dark", rules=["color-contrast"]) == []


@pytest.mark.skipif(not EVERYBODY, reason="of `make axe`: takes some minutes")
def test_axe_finds_nothing_on_a_wide_screen(pages: list[looking.Page]) -> None:
    assert looking.look(pages, width=1280) == []
