"""Numbers of people as strands: those who found help run under the band, the others are loose ends. Beside each picture stands its table."""

from collections.abc import Sequence

from django.utils.html import escape

from frontend.pictures.strands import number, slot, strand

EACH = 5
"""People a strand, in the small pictures."""
MOST = 24
_GAP, _WIDTH, _BAND = 9.0, 6.0, 330.0


def each_strand(numbers: Sequence[int]) -> int:
    """How many people one strand stands for, so that no picture has more than `MOST`: 5, 10, 20, 40 …"""
    most, each = max(numbers, default=0), EACH
    while most > each * MOST:
        each *= 2
    return each


def loose_ends(which: int, *, found: int, missing: int, each: int = EACH) -> str:
    """One kind of help: `found` strands go under the band and on, `missing` ones end before it."""
    through, loose = found // each, missing // each
    drawn = [_through(which, row) for row in range(through)] + [_loose(which, through + row, row) for row in range(loose)]
    height = (through + loose) * _GAP + 14
    band = f'<rect class="band" x="{number(_BAND)}" width="16" height="{number(height)}" rx="6"/>'
    box = f'viewBox="0 0 420 {number(height)}" width="420"'
    return f'<svg {box} aria-hidden="true" focusable="false">{"".join(drawn)}{band}</svg>'


def _through(which: int, row: int) -> str:
    return strand(which, f"M4 {number(_y(row))}H416", _WIDTH)


def _loose(which: int, row: int, nth: int) -> str:
    y, end = _y(row), 200 + (nth * 37) % 90
    return strand(which, f"M4 {number(y)}H{end - 60}q30 0 60 {5 if nth % 2 else -3}", _WIDTH)


def _y(row: int) -> float:
    return 10 + row * _GAP


# --- four quarters ---

_LEFT, _TOP, _TALL, _WIDE = 40.0, 30.0, 170.0, 560.0


def trend(points: Sequence[tuple[str, int | None, int | None]]) -> str:
    """Found (a strand) and not found (a line of dashes) over the quarters, oldest first; a number that is hidden leaves a gap."""
    most = max((value for _, *pair in points for value in pair if value), default=0)
    if not most:
        return ""
    across = [_LEFT + index * _WIDE / max(len(points) - 1, 1) for index in range(len(points))]
    found = [(x, _down(one[1], most)) for x, one in zip(across, points, strict=True) if one[1] is not None]
    missing = [(x, _down(one[2], most)) for x, one in zip(across, points, strict=True) if one[2] is not None]
    drawn = f'<path class="ghost-m" stroke-width="2" d="M{number(_LEFT)} {number(_TOP + _TALL)}h{number(_WIDE)}"/>'
    drawn += strand(4, _line(found), 12) if len(found) > 1 else ""
    drawn += f'<path class="ghost-l" stroke-width="4" stroke-dasharray="4 9" d="{_line(missing)}"/>' if len(missing) > 1 else ""
    drawn += "".join(f'<circle class="plate s4" cx="{number(x)}" cy="{number(y)}" r="8"/>' for x, y in found)
    drawn += "".join(f'<circle class="ghost" stroke-width="4" cx="{number(x)}" cy="{number(y)}" r="8"/>' for x, y in missing)
    drawn += "".join(
        f'<text class="pic-t" x="{number(x)}" y="{number(_TOP + _TALL + 34)}" text-anchor="middle">{escape(_short(one[0]))}</text>'
        for x, one in zip(across, points, strict=True)
    )
    drawn += _at_the_end(points[-1], most)
    return f'<svg viewBox="-30 0 860 250" width="740" aria-hidden="true" focusable="false">{drawn}</svg>'


def _at_the_end(newest: tuple[str, int | None, int | None], most: int) -> str:
    """What each line is, beside its last point; never one over the other."""
    said = sorted(
        (_down(value, most), f"{word} {value}") for word, value in zip(("found", "can’t be found"), newest[1:], strict=True) if value is not None
    )
    apart = max(0.0, 28 - (said[1][0] - said[0][0])) if len(said) > 1 else 0.0
    across = number(_LEFT + _WIDE + 20)
    return "".join(
        f'<text class="pic-t" x="{across}" y="{number(y + 7 + apart * (nth - 0.5))}">{escape(words)}</text>' for nth, (y, words) in enumerate(said)
    )


def _short(name: str) -> str:
    """`Apr–Jun` of `April to June 2026`."""
    first, _, rest = name.partition(" to ")
    return f"{first[:3]}–{rest[:3]}"


def _down(value: int | None, most: int) -> float:
    return _TOP + _TALL - (value or 0) * _TALL / most


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def strand_of(index: int) -> int:
    """Kinds take the six strands in turn."""
    return slot(index % 6 + 1)
