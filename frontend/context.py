"""What every page's frame needs: whose page, which words in the navigation, the easy view. Kept to facts of the request itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from audit import clock
from frontend import navigation
from frontend.presenters.demo import people_to_be
from people.models import Person


def help_line() -> dict[str, str]:
    """The number that a person answers, and when: settings HELP_PHONE and HELP_HOURS."""
    return {
        "phone": getattr(settings, "HELP_PHONE", "0800 000 0000"),
        "hours": getattr(settings, "HELP_HOURS", "Monday to Friday, 9am to 5pm"),
    }


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. A view's own `nav_items`, `strip_of` or `demo_people` win over these.

    Nothing here asks the database until the frame is drawn: a page drawn by an error handler may have no database.
    """
    user = getattr(request, "user", None)
    is_known = bool(user and user.is_authenticated)
    easy = bool(getattr(user, "easy_view", False)) if is_known else bool(request.session.get("easy_view"))
    given: dict[str, Any] = {"nav_items": SimpleLazyObject(lambda: _navigation(request)), "easy_view": easy, "demo": settings.DEMO}
    if settings.DEMO:
        given |= {"demo_people": SimpleLazyObject(lambda: people_to_be(at=clock.now())), "demo_now": SimpleLazyObject(clock.now)}
    return given


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    known = isinstance(user, Person) and user.is_active
    items = navigation.items_for(navigation.hats_worn(request, at=clock.now())) if known else navigation.PUBLIC
    return navigation.shown(items, path=request.path)
