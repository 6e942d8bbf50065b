"""What nobody types, and somebody sends: every field of every page filled with it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

GARBAGE = (
    "\0",
    "-1",
    "9" * 40,
    "0001-01-01",
    "31 December 9999",
    "1 January 0001",
    "1e400",
    "x" * 10_000,
    "\u202e﷽💛\ud7ff\uffff",
    "24:60",
    "<script>alert(1)</script>",
    "{'a': [None]}",
    "٣",
    " ",
)
_NAMED = re.compile(r'<(?:input|select|textarea|button)\b[^>]*?\bname="([^"]+)"')
_OURS = {"csrfmiddlewaretoken"}


def names(body: str) -> list[str]:
    """Of all fields of a page."""
    return sorted(set(_NAMED.findall(body)) - _OURS)


def filled(fields: list[str], sent: Mapping[str, Any], *, turns: int) -> Iterator[dict[str, Any]]:
    """All fields with garbage, each of another kind; then what would have been right, with one field after the other spoilt."""
    for turn in range(turns):
        yield {name: GARBAGE[(turn + place) % len(GARBAGE)] for place, name in enumerate(fields)}
        for place, name in enumerate(sent):
            yield {**sent, name: GARBAGE[(turn + place) % len(GARBAGE)]}
