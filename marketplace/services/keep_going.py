"""The plan that each agreement holds for when visits can't go on: who to ring, what the person wants (state-machines.md 1, "Kept going")."""

from datetime import datetime

from marketplace.models import Agreement, Milestone
from marketplace.services.writing import log, tell

WHY = ("suspended", "short", "ending", "called_off", "stopped")


def start(*, agreement: Agreement, why: str, at: datetime, milestone: Milestone | None = None) -> None:
    """Tells everybody who pays, and who helps them, the same day. `why`: a slug of WHY. Moves nothing."""
    if why not in WHY:
        raise ValueError(f"{why!r} does not start the plan")
    week = None if milestone is None else milestone.pk
    log(by=None, verb="keep_going_started", row=agreement, at=at, why=why, milestone=week)
    tell(kind="keep_going_started", row=agreement, at=at, why=why, milestone=week)
