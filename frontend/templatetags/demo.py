"""What stands in a page only when it is the demonstration's."""

from typing import Any

from django import template

from frontend.presenters import demo

register = template.Library()


@register.inclusion_tag("parts/app_shows.html")
def app_shows(form: Any) -> dict[str, str]:
    """The numbers of an app that nobody here has."""
    return {"numbers": demo.app_shows(form)}
