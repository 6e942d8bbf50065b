"""What stands in the frame of every page and is not the same on each: the navigation, the way to the easy view and to one's own page.

In Python, because templates took longer over these dozen words than search over its answer."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from frontend.navigation import address

register = template.Library()


@register.simple_tag
def nav(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """The words of the navigation, as `navigation.shown` gives them; nothing where there are none. The summary opens it on a phone."""
    said = [f'<li><a href="{escape(one["url"])}"{_CURRENT if one["current"] else ""}>{escape(str(one["label"]))}</a></li>' for one in items or ()]
    if not said:
        return SafeString()
    opened = f'<details class="menu"><summary>{escape(_("Menu"))}</summary></details>'
    return _html(f'<nav aria-label="{escape(_("Main"))}">{opened}<ul class="nav">{"".join(said)}</ul></nav>')


_CURRENT = ' aria-current="page"'


@register.simple_tag(takes_context=True)
def focused(context: template.Context, header: str, value: str) -> SafeString:
    """Inside a tag: takes focus where the script asked for this page with such a header. `header`: as WSGI names it."""
    asked = context.get("request")
    return _html(" autofocus" if asked and asked.META.get(header) == value else "")


@register.simple_tag(takes_context=True)
def top_right(context: template.Context) -> SafeString:
    """Between the easy and the full view, and to one's own page or to sign in. An installation may lack any of these pages."""
    return _html(_views(context) + _door(context.get("user")))


def _views(context: template.Context) -> str:
    request, url = context.get("request"), address("easy-view")
    if not (request and url):
        return ""
    is_easy = bool(context.get("easy_view"))
    token = CsrfTokenNode().render(context)
    back = f'<input type="hidden" name="next" value="{escape(request.get_full_path())}">'
    value, word = ("no", _("Full view")) if is_easy else ("yes", _("Easy view"))
    press = f'<button class="link-btn" type="submit" name="easy" value="{value}">{escape(word)}</button>'
    return f'<form method="post" action="{escape(url)}">{token}{back}{press}</form>'


def _door(user: Any) -> str:
    if user and user.is_authenticated:
        url = address("me") or address("account_logout")
        return f'<a href="{escape(url)}">{escape(user.known_as or "Your page")}</a>'
    url = address("account_login")
    return f'<a class="btn btn-quiet" href="{escape(url)}">{escape(_("Sign in"))}</a>' if url else ""


def _html(said: str) -> SafeString:
    """What came from a request or a row went through `escape`."""
    return SafeString(said)
