"""Leaving: see the package."""

from typing import Any

from pooling.services import leaving, removals, settlement
from tests import cast, cast_pooling
from tests.cast_market import Walk

OWN = frozenset({"amina", "operator"})
ROWS: dict[str, frozenset[str]] = {
    "leavings": OWN,
    "leaving-statements": OWN,
    "statement-questions": OWN,
    "removals": frozenset({"amina", "yusuf", "operator"}),
    "end-reports": frozenset({"amina", "colin", "operator"}),
}
INSIDE: dict[str, frozenset[str]] = {"memberships/{}/cost-of-leaving/": frozenset({"amina"})}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    """Amina left a group and asks about a line; another asks whether she should leave; she says that somebody in it moved."""
    amina, at = story.places["Amina"].person, story.at
    _, [place, _] = cast_pooling.group(amina, cast.yusuf(), at=at)
    cast_pooling.paid_in(place, story.portions["Amina"], pence=400, at=at, share=9_700, agreement=9_700)
    leaving.give_notice(membership=place, by=amina, at=at)
    statement = settlement.issue_statement(membership=place, at=at)
    assert statement is not None
    asked = settlement.query(statement=statement, line=0, words="Is it so?", by=amina, at=at)
    _, [here, there, _] = cast_pooling.group(amina, cast.yusuf(), cast.somebody("dora@example.com", "Dora Day", is_seen=True), at=at)
    removal = removals.ask(membership=here, reason="We do not get on.", by=cast.yusuf(), at=at)
    third = here.cluster.memberships.exclude(pk__in=(here.pk, there.pk)).get()
    report = leaving.report_end(membership=third, why="moved", by=amina, at=at)
    return {
        "leavings": statement.leaving_id,
        "leaving-statements": statement.pk,
        "statement-questions": asked.pk,
        "removals": removal.pk,
        "end-reports": report.pk,
    }
