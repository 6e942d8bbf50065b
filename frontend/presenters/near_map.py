"""Where what fits lies, and the same in a table with a link to what is near each outcode.

By councils where an installation has loaded their outlines (`import_areas`); else a tile for each outcode round the place.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from frontend.navigation import address
from frontend.pictures.areas import areas
from frontend.pictures.tiles import Tile, spots, tiles
from frontend.presenters.asking import near_other
from marketplace.selectors.search import Asked, where_found
from places.distance import around
from places.models import Outcode
from places.shapes import Shape, Window, round_a_place

MOST = 21
ROUND_MILES = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One outcode that has something, in the table."""

    code: str
    town: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Council:
    """One council that has something, with its outcodes."""

    name: str
    count: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class MapPage:
    """`picture`: "" where we can't place the outcode. `lines`: nearest first; instead of them `councils`, where their outlines are drawn.

    `further`: how many lie beyond the picture. `source`: whose outlines they are.
    """

    where: str
    picture: SafeString
    lines: list[Line]
    further: int
    count: int
    councils: list[Council] | None = None
    source: str = ""


def page(said: QueryDict, asked: Asked, *, on: date) -> MapPage:
    """Seven queries at most."""
    counts = where_found(asked, on=on)
    outlined = round_a_place(asked.outcode, asked.miles or ROUND_MILES)
    if outlined:
        return _by_council(said, asked, counts, *outlined)
    near = [code for code, _ in around(asked.outcode, asked.miles or ROUND_MILES) if code[-1].isdigit() or code[-2:-1].isdigit()]
    # Outcodes with something first, so that none of them is lost among empty ones; then the nearest.
    shown = set(sorted(near, key=lambda code: (code != asked.outcode, not counts.get(code), near.index(code)))[:MOST])
    rows = {row.code: row for row in Outcode.objects.filter(pk__in=shown)}
    drawn = [Tile(code, counts.get(code, 0), _to(said, code, counts), code == asked.outcode) for code in near if code in rows]
    where = spots({code: (float(row.latitude), float(row.longitude)) for code, row in rows.items()}, asked.outcode)
    lines = [Line(one.code, rows[one.code].town, one.count, one.href) for one in drawn if one.count]
    picture = mark_safe(tiles(drawn, where, f"What is near {asked.outcode}, by the first part of the postcode"))  # noqa: S308 - drawn and escaped here
    return MapPage(asked.outcode, picture, lines, sum(counts.values()) - sum(one.count for one in lines), sum(counts.values()))


def _by_council(said: QueryDict, asked: Asked, counts: Mapping[str, int], seen: Window, shapes: list[Shape]) -> MapPage:
    found: dict[str, list[Line]] = defaultdict(list)
    for row in Outcode.objects.filter(pk__in=counts).order_by("code"):
        found[row.council_code].append(Line(row.code, row.town, counts[row.code], _to(said, row.code, counts)))
    there = {shape.code: sum(line.count for line in found[shape.code]) for shape in shapes if found[shape.code]}
    councils = [Council(shape.name, there[shape.code], found[shape.code]) for shape in shapes if shape.code in there]
    picture = mark_safe(areas(shapes, seen, there, f"What is near {asked.outcode}, by council"))  # noqa: S308 - drawn and escaped there
    count = sum(counts.values())
    return MapPage(asked.outcode, picture, [], count - sum(there.values()), count, councils, shapes[0].source)


def _to(said: QueryDict, code: str, counts: Mapping[str, int]) -> str:
    return f"{address('near')}?{near_other(said, code)}" if counts.get(code) else ""
