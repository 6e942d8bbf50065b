"""Addresses of one area of the story each: ROUTES, SECRETS, `arrive` (rows that nobody in the story made), `things` (names for rows)."""

from datetime import datetime
from typing import Any

from tests.architecture.areas import (
    booking,
    calendar,
    counting,
    deciding,
    finding,
    holding,
    inviting,
    keeping,
    leaving,
    needs,
    offers,
    searching,
    varying,
)

AREAS = (deciding, finding, needs, offers, varying, leaving, counting, holding, calendar, keeping, searching, booking, inviting)
ROUTES = tuple(route for area in AREAS for route in area.ROUTES)
SECRETS = {words: who for area in AREAS for words, who in area.SECRETS.items()}


def arrive(at: datetime) -> None:
    for area in AREAS:
        area.arrive(at)


def things() -> dict[str, Any]:
    return {name: thing for area in AREAS for name, thing in area.things().items()}
