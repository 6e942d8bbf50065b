"""Template filters over `frontend.words`: {{ pence|pounds }}, {{ when|day }}, {{ minutes|duration }}."""

from collections.abc import Callable, Iterable
from typing import Any

from django import template

from frontend import words
from frontend.context import signature

register = template.Library()


def _or_nothing(say: Callable[[Any], str]) -> Callable[[Any], str]:
    """A missing value is an empty string, so that a template may ask for a date there is not yet."""

    def filter_(value: Any) -> str:
        return "" if value is None or value == "" else say(value)

    return filter_


register.simple_tag(signature)
register.filter("pounds", _or_nothing(words.pounds))
register.filter("day", _or_nothing(words.day))
register.filter("day_year", _or_nothing(words.day_year))
register.filter("short_day", _or_nothing(words.short_day))
register.filter("clock", _or_nothing(words.clock))
register.filter("duration", _or_nothing(words.duration))
register.filter("which_week", _or_nothing(words.which_week))
register.filter("week_and_days", _or_nothing(words.week_and_days))
register.filter("of_group", _or_nothing(words.of_group))
register.filter("greeting", _or_nothing(words.greeting))
register.filter("most_hidden", _or_nothing(words.most_hidden))


@register.filter
def people_names(people: Iterable[object]) -> str:
    """ "Amina, Yusuf and Halima", by what each is called."""
    return words.names(getattr(each, "known_as", each) for each in people)


@register.filter
def count_of(number: int, noun: str) -> str:
    """{{ 3|count_of:"visit" }} is "3 visits"; {{ 2|count_of:"person,people" }} is "2 people"."""
    one, _, many = noun.partition(",")
    return words.count(number, one, many)
