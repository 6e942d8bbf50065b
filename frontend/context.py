"""What every page's frame needs: whose page, which words in the navigation, the easy view. Kept to facts of the request itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

PUBLIC_NAV = (("home", _("Start")), ("how", _("How it works")), ("services", _("Find support")))


def help_line() -> dict[str, str]:
    """The number that a person answers, and when: settings HELP_PHONE and HELP_HOURS."""
    return {
        "phone": getattr(settings, "HELP_PHONE", "0800 000 0000"),
        "hours": getattr(settings, "HELP_HOURS", "Monday to Friday, 9am to 5pm"),
    }


def nav(request: HttpRequest, items: tuple[tuple[str, Any], ...]) -> list[dict[str, Any]]:
    """Words and addresses of the navigation, without those this installation has no page for; the current one is marked."""
    shown = []
    for name, label in items:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        current = request.path == url or (url != "/" and request.path.startswith(url))
        shown.append({"label": label, "url": url, "current": current})
    return shown


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. A view's own `nav_items`, `strip_of` or `demo_people` win over these."""
    user = getattr(request, "user", None)
    easy = bool(getattr(user, "easy_view", False)) if user and user.is_authenticated else bool(request.session.get("easy_view"))
    return {"nav_items": nav(request, PUBLIC_NAV), "easy_view": easy, "demo": getattr(settings, "DEMO", False)}
