"""What people put by: see the package."""

from typing import Any

from marketplace.services import keeping
from providers.models import Listing
from tests import cast
from tests.cast_market import Walk

ROWS: dict[str, frozenset[str]] = {"kept": frozenset({"amina"})}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    listing = Listing.objects.on_sale().order_by("pk")[0]
    return {"kept": keeping.keep(listing=listing, by=cast.amina(), at=story.at).pk}
