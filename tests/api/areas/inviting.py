"""Inviting somebody a provider helps: see the package."""

from typing import Any

from providers.models import Enterprise
from providers.services import invitations
from tests import cast
from tests.cast_market import Walk

ROWS: dict[str, frozenset[str]] = {"invitations": frozenset({"hodan"})}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    """Hodan has made a code."""
    shop = Enterprise.objects.get(owner=cast.hodan())
    made, _ = invitations.invite(enterprise=shop, by=cast.hodan(), at=story.at)
    return {"invitations": made.pk}
