"""What somebody asks of the search, as it stands in the address: read leniently, said in words, each part able to be taken off again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from frontend import words
from frontend.forms.near import NOT_SURE
from marketplace.selectors.search import Asked, Facet

DISTANCES = (
    ("", "They come to me"),
    ("1", "Up to 1 mile away"),
    ("3", "Up to 3 miles away"),
    ("5", "Up to 5 miles away"),
    ("10", "Up to 10 miles away"),
)
_MILES = {value: int(value) for value, _ in DISTANCES if value}
_SLUG = re.compile(r"[a-z0-9_-]{1,40}", re.ASCII)
_ONE_OF = ("outcome", "weekday", "part", "language", "charge")
TRAITS = ("groups", "checked")


def slug(said: QueryDict, name: str) -> str:
    """One word of a list; what is no such word was never asked."""
    value = said.get(name, "")
    return value if _SLUG.fullmatch(value) else ""


def asked_of(said: QueryDict, *, where: str, typed: str, most_pence: int | None) -> Asked:
    """As `find` takes it. `where` and `typed` were looked at by a form; what else is not understood is left out."""
    what, day = slug(said, "what"), said.get("weekday", "")
    return Asked(
        outcode=where,
        words=typed,
        miles=_MILES.get(said.get("miles", "")),
        category="" if what == NOT_SURE or (typed and what == "other") else what,
        outcome="" if slug(said, "outcome") == NOT_SURE else slug(said, "outcome"),
        weekday=int(day) if day in {"1", "2", "3", "4", "5", "6", "7"} else None,
        part=slug(said, "part"),
        language=slug(said, "language"),
        access=tuple(dict.fromkeys(value for value in said.getlist("access") if _SLUG.fullmatch(value))),
        charge=slug(said, "charge"),
        most_pence=most_pence,
        groups=said.get("groups") == "yes",
        checked=said.get("checked") == "yes",
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that narrows the search, and the address without it."""

    label: str
    without: str


def chosen(said: QueryDict, asked: Asked, facets: Iterable[Facet]) -> list[Chosen]:
    """In the order of the page. The kind of help, the words and the place stand at the top of it, and are changed there."""
    labels = {(facet.name, option.value): option.label for facet in facets for option in facet.options}
    found = [("miles", str(asked.miles), f"Up to {words.count(asked.miles, 'mile')} away")] if asked.miles else []
    for name in _ONE_OF:
        value = str(getattr(asked, name) or "")
        found += [(name, value, labels.get((name, value), value))] if value else []
    found += [("access", value, labels.get(("access", value), value)) for value in asked.access]
    found += [("most", "", f"At most {words.pounds(asked.most_pence)}")] if asked.most_pence is not None else []
    found += [(name, "yes", labels.get(("trait", name), name)) for name in TRAITS if getattr(asked, name)]
    return [Chosen(label, without(said, name, value)) for name, value, label in found]


def without(said: QueryDict, name: str, value: str = "") -> str:
    """The same search without one thing, from its first page."""
    kept = [one for one in said.getlist(name) if name == "access" and one != value]
    return _address(said, **{name: kept, "page": []})


def on_page(said: QueryDict, number: int) -> str:
    """Another page of the same search."""
    return _address(said, page=[str(number)])


def near_other(said: QueryDict, where: str) -> str:
    """The same search near another place."""
    return _address(said, where=[where], page=[])


def _address(said: QueryDict, **instead: list[str]) -> str:
    """The same search with other values for these names; with none where the list is empty."""
    return urlencode(dict(said.lists()) | instead, doseq=True)
