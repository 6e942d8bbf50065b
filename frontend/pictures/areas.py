"""A map of councils round a place: each in the colour of how many are there, with its name and number. The same stands in a table beside it."""

from collections.abc import Mapping, Sequence
from html import escape

from frontend.pictures.tiles import DARK, MOST_STEP, STEPS
from places.shapes import Ring, Shape, Window

SIDE = 720
LETTER = 18  # a name is written where its council is so many steps wide for each letter; the table has all of them
NONE_THERE = "#FBF4EF"


def areas(shapes: Sequence[Shape], seen: Window, counts: Mapping[str, int], label: str) -> str:
    """The map; what lies outside the window is cut off. `counts`: by the council's code."""
    drawn = [(shape, path) for shape in shapes if (path := "".join(_ring(ring, seen) for ring in shape.rings))]
    ground = "".join(
        f'<path d="{path}" fill="{_colour(counts.get(shape.code, 0))[0]}" stroke="{DARK}" stroke-width="2" stroke-linejoin="round"/>'
        for shape, path in drawn
    )
    names = "".join(_name(shape, seen, counts[shape.code]) for shape, _ in drawn if counts.get(shape.code))
    middle = SIDE / 2
    here = f'<circle cx="{middle:g}" cy="{middle:g}" r="9" fill="#FFF" stroke="{DARK}" stroke-width="5"/>'
    return f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{escape(label)}">{ground}{here}{names}</svg>'


def _colour(count: int) -> tuple[str, str]:
    if not count:
        return NONE_THERE, DARK
    return next(((ground, letters) for most, ground, letters in STEPS if count <= most), MOST_STEP)


def _at(point: tuple[float, float], seen: Window) -> tuple[int, int]:
    x = (point[0] - seen.west) / (seen.east - seen.west)
    y = (seen.north - point[1]) / (seen.north - seen.south)
    return round(x * SIDE), round(y * SIDE)


def _ring(ring: Ring, seen: Window) -> str:
    """Whole steps of the picture, each once: what is smaller nobody sees. Nothing, where all of it lies beyond one side."""
    points = [_at(point, seen) for point in ring]
    if all(x < 0 for x, _ in points) or all(x > SIDE for x, _ in points) or all(y < 0 for _, y in points) or all(y > SIDE for _, y in points):
        return ""
    kept = [point for before, point in zip([None, *points], points, strict=False) if point != before]
    return f"M{' '.join(f'{x} {y}' for x, y in kept)}Z" if len(kept) > 2 else ""


def _name(shape: Shape, seen: Window, count: int) -> str:
    """Its number, in the middle of what is seen of its largest outline, beside the ring; with its name where that fits."""
    inside = [(x, y) for x, y in (_at(point, seen) for point in max(shape.rings, key=len)) if 0 <= x <= SIDE and 0 <= y <= SIDE]
    if not inside:
        return ""
    wide, high = zip(*inside, strict=True)
    x, y = (min(max((min(each) + max(each)) // 2, 40), SIDE - 40) for each in (wide, high))
    if max(abs(x - SIDE // 2), abs(y - SIDE // 2)) < 45:
        y += 50
    ground, letters = _colour(count)
    fits = max(wide) - min(wide) > LETTER * len(shape.name)
    name = f'<tspan x="{x}" dy="26" font-size="22" font-weight="400">{escape(shape.name)}</tspan>' if fits else ""
    look = f'fill="{letters}" stroke="{ground}" stroke-width="6" paint-order="stroke"'
    return f'<text x="{x}" y="{y}" text-anchor="middle" font-size="34" font-weight="700" {look}>{count}{name}</text>'
