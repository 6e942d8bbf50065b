"""Which tests stay together on one worker, and in what order they are begun: so that both workers work all the time and end together."""

from collections.abc import Generator
from pathlib import Path

import pytest

# One platform at a time on the machine: these wait for processes more than they work, so one worker has them all, beside whatever works hard.
PLATFORM = ("walk", "live")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Names the groups and puts the tests in order.

    A wrapper: xdist reads the groups before any plain hook of ours would have named them, and pytest-django puts the tests in an order of its own.
    """
    made_once = {item.path for item in items if _makes_something_for_its_file(item)}
    for item in items:
        if group := _group(item, made_once):
            item.add_marker(pytest.mark.xdist_group(group))
    answer = yield
    items.sort(key=_turn)
    return answer


def _turn(item: pytest.Item) -> int:
    """The platform's first, for they take longest. While their worker makes the database and tells the story, the other has what needs neither.

    Then what stays together, what needs the story last; and then all that fits anywhere.
    """
    is_alone = item.get_closest_marker("xdist_group") is None
    fixtures = getattr(item, "fixturenames", ())
    has_database = "django_db_setup" in fixtures or item.get_closest_marker("django_db") is not None
    turns = [_is_of_a_platform(item), is_alone and not has_database, not is_alone and "story_kept" not in fixtures, not is_alone]
    return turns.index(True) if any(turns) else len(turns)


def _group(item: pytest.Item, made_once: set[Path]) -> str:
    if _is_of_a_platform(item):
        return "platform"
    if item.get_closest_marker("browser"):
        return "browser"
    is_free = item.path in made_once and not item.get_closest_marker("xdist_group")
    return f"{item.path.parent.name}_{item.path.stem}" if is_free else ""


def _is_of_a_platform(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in PLATFORM)


def _makes_something_for_its_file(item: pytest.Item) -> bool:
    fixtures = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return any(each.scope == "module" and each.baseid.startswith("tests") for found in fixtures.values() for each in found)
