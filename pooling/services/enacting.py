"""Carrying out what a group decided: once, when nobody may challenge it any more. It opens each person's own yes; it moves nobody's money."""

from datetime import datetime

from django.db import transaction
from django.utils.module_loading import import_string

from audit.errors import Refusal
from pooling.models import Enactment, Proposal
from pooling.selectors.deciding import promises_cover
from pooling.services.proposal_records import end, lock_question
from pooling.services.transactions import all_or_nothing

ENACTED_HERE = {
    "rules": "pooling.services.charters.adopt",
    "remove": "pooling.services.removals.decided",
    "wind_down": "pooling.services.endings.wind_down_decided",
}
"""This room's own kinds: called with `proposal` and `at`. All others are for the rooms above, which hear `pooling.question_settled`."""

GONE = "gone"
"""In `detail` of a challenged question whose thing went away meanwhile; its `explanation` says why."""


@all_or_nothing
def enact_due(*, proposal: Proposal, at: datetime) -> bool:
    """Carries out a decision whose challenge time is over; what can't be done any more lapses, and says why. Whether it moved."""
    row = lock_question(proposal)
    if row.state != Proposal.State.PASSED or row.challenge_until is None or at < row.challenge_until:
        return False
    why_not = row.explanation if GONE in row.detail else "" if promises_cover(row) else "What people promised does not cover it any more."
    if why_not:
        end(proposal=row, verb="cannot_enact", ending="lapsed", by=None, at=at, explanation=why_not)
        return True
    try:
        with transaction.atomic():
            Enactment.objects.create(proposal=row, at=at)
            if row.kind in ENACTED_HERE:
                import_string(ENACTED_HERE[row.kind])(proposal=row, at=at)
    except Refusal as refusal:
        end(proposal=row, verb="cannot_enact", ending="lapsed", by=None, at=at, explanation=refusal.sentence)
        return True
    end(proposal=row, verb="enact", ending="enacted", by=None, at=at)
    return True
