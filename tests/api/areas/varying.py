"""Varying: see the package."""

from typing import Any

from marketplace.models import Change
from marketplace.services import changing
from tests import cast
from tests.cast_market import Walk

ROWS: dict[str, frozenset[str]] = {
    "changes": frozenset({"amina", "yusuf", "halima", "ruth", "hodan", "operator", "sam", "colin"}),
    "change-answers": frozenset({"amina", "ruth", "operator"}),
}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    """Hodan asks for another price, and takes it back."""
    change = changing.propose(agreement=story.agreement, kind="price", visit_pence=3_000, by=cast.hodan(), at=story.at)
    mine = change.answers.get(payer=story.payer("Amina"))
    changing.take_back(change=Change.objects.get(pk=change.pk), by=cast.hodan(), at=story.at)
    return {"changes": change.pk, "change-answers": mine.pk}
