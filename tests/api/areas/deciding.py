"""Deciding: see the package."""

from typing import Any

from pooling.models import Proposal
from pooling.services import proposals
from tests.cast_market import Walk

GROUP = frozenset({"amina", "yusuf", "halima", "ruth", "operator"})
ROWS: dict[str, frozenset[str]] = {
    "proposals": GROUP,
    "ballots": frozenset({"amina", "operator"}),
    "challenges": GROUP,
    "stoppable-groups": frozenset({"sam", "colin", "operator"}),
}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    """A question to answer, and a decision that Amina says was not made right."""
    amina = story.places["Amina"].person
    words: dict[str, Any] = {"cluster": story.cluster, "kind": "other", "text": "", "urgent": True, "by": amina, "at": story.at}
    running = proposals.put_to_group(title="Shall we meet on Tuesdays?", **words)
    decided: Proposal = proposals.put_to_group(title="Shall we sing?", **words)
    for place in story.places.values():
        proposals.cast(proposal=decided, membership=place, answer="yes", by=place.person, at=story.at)
    made = proposals.challenge(proposal=decided, membership=story.places["Amina"], reason="I was not told.", by=amina, at=story.at)
    ballot = running.ballots.get(membership=story.places["Amina"])
    return {"proposals": running.pk, "ballots": ballot.pk, "challenges": made.pk, "stoppable-groups": story.cluster.pk}
