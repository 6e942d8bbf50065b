"""A map of outcodes: a tile for each, about where it lies, with how many are there. The same stands in a table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians

SIDE, GAP = 92, 8
DARK, LIGHT = "#2B1422", "#FFF"
# Up to so many: the ground and the letters on it (look/README.md, hexagon steps). More than the last is mulberry.
STEPS = ((0, LIGHT, DARK), (10, "#F8DDD1", DARK), (20, "#E9B4A6", DARK), (40, "#A94A62", LIGHT))
MOST_STEP = ("#6B1A3F", LIGHT)
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tile:
    """One outcode. `href`: what is there; "" where there is nothing to see."""

    code: str
    count: int
    href: str
    is_here: bool


def spots(positions: Mapping[str, tuple[float, float]], here: str) -> dict[str, Spot]:
    """Column and row of each outcode, counted from the one somebody looks near: north is up. Who finds a place taken takes the nearest free one.

    `positions`: latitude and longitude. The middle distance between neighbours is one tile.
    """
    if here not in positions:
        return {}
    latitude, longitude = positions[here]
    wide = cos(radians(latitude))
    flat = {code: ((lon - longitude) * wide, latitude - lat) for code, (lat, lon) in positions.items()}
    near = sorted((max(abs(x), abs(y)), code) for code, (x, y) in flat.items())
    # So many tiles in a square whose half side is the furthest of them.
    step = 2 * near[-1][0] / max(len(near) ** 0.5, 1) or 1.0
    taken: dict[Spot, str] = {}
    for _, code in near:
        taken[_free(flat[code][0] / step, flat[code][1] / step, taken)] = code
    return {code: spot for spot, code in taken.items()}


def _free(x: float, y: float, taken: Mapping[Spot, str]) -> Spot:
    column, row = round(x), round(y)
    for far in range(30):
        ring = [(column + i, row + j) for i in range(-far, far + 1) for j in range(-far, far + 1) if max(abs(i), abs(j)) == far]
        free = [spot for spot in ring if spot not in taken]
        if free:
            return min(free, key=lambda spot: ((spot[0] - x) ** 2 + (spot[1] - y) ** 2, spot))
    raise ValueError("more tiles than there is room for")


def tiles(drawn: Sequence[Tile], where: Mapping[str, Spot], label: str) -> str:
    """The map. Each tile with something in it is a link."""
    if not where:
        return ""
    left, top = min(x for x, _ in where.values()), min(y for _, y in where.values())
    right, low = max(x for x, _ in where.values()), max(y for _, y in where.values())
    width, height = (right - left + 1) * SIDE, (low - top + 1) * SIDE
    inside = "".join(_tile(one, where[one.code][0] - left, where[one.code][1] - top) for one in drawn if one.code in where)
    return f'<svg viewBox="0 0 {width} {height}" role="group" aria-label="{escape(label)}">{inside}</svg>'


def _tile(tile: Tile, column: int, row: int) -> str:
    x, y = column * SIDE + GAP / 2, row * SIDE + GAP / 2
    side, middle = SIDE - GAP, SIDE / 2 - GAP / 2
    ground, letters = next(((ground, letters) for most, ground, letters in STEPS if tile.count <= most), MOST_STEP)
    edge = f'stroke="{DARK}" stroke-width="{6 if tile.is_here else 2}"'
    number = f'<text x="{middle:g}" y="70" font-weight="700">{tile.count}</text>' if tile.count else ""
    body = (
        f'<g transform="translate({x:g} {y:g})" text-anchor="middle" font-size="28" fill="{letters}">'
        f'<rect width="{side}" height="{side}" rx="14" fill="{ground}" {edge}/>'
        f'<text x="{middle:g}" y="{38 if tile.count else 52}">{escape(tile.code)}</text>'
        f"{number}</g>"
    )
    said = f"{tile.code}: {tile.count} found"
    return f'<a href="{escape(tile.href)}" aria-label="{escape(said)}">{body}</a>' if tile.href else body
