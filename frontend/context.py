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


def signature() -> str:
    """Whom a message is from, and who helps with it."""
    return "From Clubtogether. Help with this: {phone}, {hours}.".format_map(help_line())


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. A view's own `nav_items`, `strip_of` or `demo_people` win over these.

    Nothing here asks the database until the frame is drawn: a page drawn by an error handler may have no database.
    """
    user = getattr(request, "user", None)
    is_known = bool(user and user.is_authenticated)
    easy = bool(getattr(user, "easy_view", False)) if is_known else bool(request.session.get("easy_view"))
    given: dict[str, Any] = {"nav_items": SimpleLazyObject(lambda: _navigation(request)), "easy_view": easy, "demo": settings.DEMO}
    given |= {"strip_of": lambda: _strand(request), "own_strand": lambda: _own_strand(request)}
    if settings.DEMO:
        given |= {"demo_people": SimpleLazyObject(lambda: people_to_be(at=clock.now())), "demo_now": SimpleLazyObject(clock.now)}
    return given


def _hats(request: HttpRequest) -> dict[str, int]:
    """What who asks comes here as; nothing for somebody who has not signed in."""
    user = getattr(request, "user", None)
    return navigation.hats_worn(request, at=clock.now()) if isinstance(user, Person) and user.is_active else {}


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    hats = _hats(request)
    return navigation.shown(navigation.items_for(hats) if hats else navigation.PUBLIC, path=request.path)


def _strand(request: HttpRequest) -> int:
    return navigation.strand_of_page(_hats(request), path=request.path)


def _own_strand(request: HttpRequest) -> int:
    return _hats(request).get("person") or 1
