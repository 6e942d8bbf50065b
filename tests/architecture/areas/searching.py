"""Searching near a place: see the package. Anybody may; without a place it is asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.architecture.route import ANYBODY_ASKS, Route, page

ROUTES: tuple[Route, ...] = (page("api/v1/search/", ANYBODY_ASKS),)
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    """Nothing: what is on sale in the story is enough."""


def things() -> dict[str, Any]:
    return {}
