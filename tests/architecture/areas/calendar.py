"""A provider's calendar: see the package. Hodan has made an address for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demo_story.cast import HODAN, person
from providers.models import CalendarLink, Enterprise
from providers.rules import print_of
from providers.services import calendar_links
from tests.architecture.route import EVERYBODY, Route, act, page, press

SECRET = "an-address-nobody-else-knows"
# fmt: off
ROUTES: tuple[Route, ...] = (
    page("provider/calendar/", "i..+.. ......+..."),
    page("provider/calendar/month/", "i..+.. ......+..."),
    page("provider/calendar/link/", "i..+.. ......+...", "i..+.. ......+..."),
    press("provider/calendar/link/stop/", "i..>.. ......>..."),
    page("calendar/<slug:secret>.ics", EVERYBODY, secret="address of the calendar"),  # whoever has it: it holds no word of anybody
    # The API
    page("api/v1/enterprises/<int:pk>/calendar/", "i..... ......?.?.", pk="shop"),
    act("api/v1/enterprises/<int:pk>/calendar-link/", "ixxxxx xxxxxx+xxx", pk="shop"),
    act("api/v1/enterprises/<int:pk>/stop-calendar-link/", "ixxxxx xxxxxx+xxx", pk="shop"),
)
# fmt: on
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    shop = Enterprise.objects.get(owner=person(HODAN))
    calendar_links.make(enterprise=shop, by=person(HODAN), at=at)
    CalendarLink.objects.filter(enterprise=shop).update(address_print=print_of(SECRET))


def things() -> dict[str, Any]:
    return {"address of the calendar": SECRET}
