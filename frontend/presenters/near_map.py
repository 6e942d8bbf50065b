"""Where what fits lies: a tile for each outcode round the place, the same in a table, each with a link to what is near it."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from frontend.navigation import address
from frontend.pictures.tiles import Tile, spots, tiles
from frontend.presenters.asking import near_other
from marketplace.selectors.search import Asked, where_found
from places.distance import around
from places.models import Outcode

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
class MapPage:
    """`picture`: the tiles; "" where we can't place the outcode. `lines`: nearest first. `further`: how many lie beyond the tiles."""

    where: str
    picture: SafeString
    lines: list[Line]
    further: int
    count: int


def page(said: QueryDict, asked: Asked, *, on: date) -> MapPage:
    """Six queries."""
    counts = where_found(asked, on=on)
    near = [code for code, _ in around(asked.outcode, asked.miles or ROUND_MILES) if code[-1].isdigit() or code[-2:-1].isdigit()]
    # Outcodes with something first, so that none of them is lost among empty ones; then the nearest.
    shown = set(sorted(near, key=lambda code: (code != asked.outcode, not counts.get(code), near.index(code)))[:MOST])
    rows = {row.code: row for row in Outcode.objects.filter(pk__in=shown)}
    drawn = [Tile(code, counts.get(code, 0), _to(said, code, counts), code == asked.outcode) for code in near if code in rows]
    where = spots({code: (float(row.latitude), float(row.longitude)) for code, row in rows.items()}, asked.outcode)
    lines = [Line(one.code, rows[one.code].town, one.count, one.href) for one in drawn if one.count]
    picture = mark_safe(tiles(drawn, where, f"What is near {asked.outcode}, by the first part of the postcode"))  # noqa: S308 - drawn and escaped here
    return MapPage(asked.outcode, picture, lines, sum(counts.values()) - sum(one.count for one in lines), sum(counts.values()))


def _to(said: QueryDict, code: str, counts: dict[str, int]) -> str:
    return f"{address('near')}?{near_other(said, code)}" if counts.get(code) else ""
