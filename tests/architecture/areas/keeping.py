"""What people find near them and put by: for everybody to look, for each their own list."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demo_story.cast import AMINA, person
from marketplace.models import Kept
from marketplace.services import keeping
from providers.models import Listing
from tests.architecture.route import PRESS_ONLY_FOR_ALL, Route, act, own, page, press, public

# fmt: off
ROUTES: tuple[Route, ...] = (
    public("near/compare/"),
    page("near/map/", ">>>>>> >>>>>>>>>>"),  # without a place it goes to the list, which asks for one
    page("near/picked/", PRESS_ONLY_FOR_ALL, ">>>>>> >>>>>>>>>>"),
    press("start/kept/<int:pk>/let-go/", "i..... .........>", pk="kept by Amina"),
    page("provider/join/left/", "i>>>>> >>>>>>>>>>", "i>>>>> >>>>>>>>>>"),
    public("provider/join/free/"),
    page("provider/join/free/<slug:name>/", "+++>++ ++++++>+++", "???>?? ??????>???", name="gift"),
    page("provider/join/free/left/", "i>>>>> >>>>>>>>>>", "i>>>>> >>>>>>>>>>"),
    own("api/v1/kept/", "i????? ??????????"),
    page("api/v1/kept/<int:pk>/", "i..... .........+", pk="kept by Amina"),
    act("api/v1/kept/<int:pk>/let-go/", "i..... .........+", pk="kept by Amina"),
)
# fmt: on
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    """Amina puts a service by."""
    keeping.keep(listing=Listing.objects.on_sale().order_by("pk")[0], by=person(AMINA), at=at)


def things() -> dict[str, Any]:
    return {"kept by Amina": Kept.objects.get().pk}
