"""Reading what people type as a postcode, and keeping only its first part."""

import re

from audit.errors import Refusal
from audit.kept import prepared
from places.areas import AREAS
from places.models import Outcode

OUTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)")
POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)[0-9][A-Z]{2}")


class UnknownOutcode(Refusal):
    code = "unknown_outcode"
    sentence = "We don't know this place. Look at a letter sent to you. It is the part of the postcode before the gap. For example, SE15."
    field = "outcode"


def outcode_of(text: str) -> str:
    """`SE15` from `se15`, ` SE15 4AB ` or `SE154AB`. The rest is forgotten. Raises UnknownOutcode."""
    return place_of(text)[0]


def place_of(text: str) -> tuple[str, str]:
    """The outcode, and its council as `council_of` tells it, in one question. Raises UnknownOutcode.

    In an area that our table covers, the outcode must be in it; elsewhere a known area is enough.
    """
    typed = re.sub(r"[\s-]+", "", text).upper()
    shown = " ".join(text.split())[:10]
    match = POSTCODE.fullmatch(typed) or OUTCODE.fullmatch(typed)
    if match is None:
        raise UnknownOutcode(f"We don't know “{shown}”. {_HINT}" if shown else None)
    code = match.group(1)
    area, council = area_of(code), _council(code)
    if area not in AREAS or (council is None and is_covered(area)):
        raise UnknownOutcode(f"We don't know “{shown}”. {_HINT}")
    return code, council or ""


_HINT = "Look at a letter sent to you. It is the part of the postcode before the gap. For example, SE15."


def area_of(code: str) -> str:
    """`SE` of `SE15`."""
    return re.match(r"[A-Z]*", code)[0]  # type: ignore[index]  # matches always, if only nothing


def is_covered(area: str) -> bool:
    """Whether our table has this postcode area's outcodes."""
    return Outcode.objects.filter(code__regex=rf"^{re.escape(area)}[0-9]").exists()


def council_of(code: str) -> str:
    """The GSS code of the council that most of the outcode lies in; empty when we don't know. An outcode may lie in two: people can say otherwise."""
    return _council(code) or ""


def _council(code: str) -> str | None:
    """As the table has it, which may be empty; None when the outcode is not in it. Every search asks, so it is planned once."""
    rows = prepared("select council_code from places_outcode where code = $1::text", code)
    return rows[0][0] if rows else None
