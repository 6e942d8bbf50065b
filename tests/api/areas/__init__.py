"""Addresses of one area of the story each: ROWS, INSIDE, DOORS as in test_roles_and_routes.py, and `things(story)`: ids by first word."""

from typing import Any

from tests.api.areas import booking, calendar, counting, deciding, finding, holding, inviting, keeping, leaving, needs, offers, searching, varying
from tests.cast_market import Walk

AREAS = (deciding, finding, needs, offers, varying, leaving, counting, holding, calendar, keeping, searching, booking, inviting)
ROWS = {first: who for area in AREAS for first, who in area.ROWS.items()}
INSIDE = {path: who for area in AREAS for path, who in area.INSIDE.items()}
DOORS = {path: who for area in AREAS for path, who in area.DOORS.items()}


def things(story: Walk) -> dict[str, Any]:
    return {first: thing for area in AREAS for first, thing in area.things(story).items()}
