"""A provider's calendar: see the package."""

from typing import Any

from tests.cast_market import Walk

ROWS: dict[str, frozenset[str]] = {}
INSIDE: dict[str, frozenset[str]] = {"enterprises/{}/calendar/": frozenset({"hodan", "operator"})}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    return {}
