"""Leaving: see the package."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.architecture.route import Route

ROUTES: tuple[Route, ...] = ()
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    """Nothing yet."""


def things() -> dict[str, Any]:
    return {}
