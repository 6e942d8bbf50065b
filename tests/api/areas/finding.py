"""Finding: see the package."""

from datetime import timedelta
from typing import Any

from pooling.services import in_common, interests, meetings
from tests import cast
from tests.cast_market import Walk

ALL = frozenset(("nobody", "stranger", "neighbour", "rival", "priya", "yusuf", "halima", "sam", "colin", "ruth", "hodan", "operator", "amina"))
SIGNED_IN = ALL - {"nobody"}

ROWS: dict[str, frozenset[str]] = {
    "interests": frozenset({"amina", "ruth"}),
    "introductions": frozenset({"amina", "halima", "yusuf", "ruth"}),
    "in-common": frozenset({"amina"}),
}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {"interests/matches/": SIGNED_IN, "prices-by-size/": SIGNED_IN}


def things(story: Walk) -> dict[str, Any]:
    """Amina's wish, the meeting she was asked to with Yusuf and Halima, and what she said of herself."""
    wish = {"category": "garden_repairs", "outcode": "SE15", "parts_of_week": ["weekend"], "at": story.at}
    people = [cast.amina(), cast.yusuf(), cast.halima()]
    rows = [interests.would_like(by=person, **wish) for person in people]
    interests.match_due(at=story.at)
    meeting = meetings.introduce(interests=rows, meets_at=story.at + timedelta(days=3), place="The library", by=cast.ruth(), at=story.at)
    said = in_common.say(kind="language", word="somali", agreed=True, shown=True, by=cast.amina(), at=story.at)
    return {"interests": rows[0].pk, "introductions": meeting.pk, "in-common": said.pk}
