"""The recipe of a strand (three to four strokes of one path) and the straight bars that show the state of money."""

# ruff: noqa: E501 -- path data are not prose: a drawing cut over lines is harder to read

from collections.abc import Callable
from typing import Final

STRANDS: Final = {
    1: ("Marigold", "running stitch"),
    2: ("Bluebell", "bars"),
    3: ("Tomato", "dots"),
    4: ("Jade", "two rails"),
    5: ("Heather", "blocks"),
    6: ("Moss", "plain"),
    7: ("Marigold", "two rows of stitches"),
    8: ("Bluebell", "long and short stitches"),
}

STATES: Final = {
    "promised": "Promised",
    "yours": "Still yours",
    "held": "Held",
    "going": "On its way",
    "paid": "Paid",
    "back": "Came back",
    "disputed": "People are talking about this",
    "whole": "All of it",
}


def number(value: float) -> str:
    """A short decimal: 12.0 is "12", 8.1400 is "8.1"."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def slot(strand: int | None) -> int:
    """A strand number as one of the eight that are drawn; a ninth person begins again at the first."""
    return (strand - 1) % len(STRANDS) + 1 if strand else 1


def _stroke(name: str, path: str, width: float, extra: str = "") -> str:
    return f'<path class="{name}" stroke-width="{number(width)}"{extra} d="{path}"/>'


def _dashes(*lengths: float) -> str:
    return f' stroke-dasharray="{" ".join(number(each) for each in lengths)}"'


def _marks(strand: int, path: str, width: float) -> str:
    """The pattern of a strand as dashed strokes of the same path, in widths of the strand."""
    body = width - 5
    round_cap = ' stroke-linecap="round"'
    recipes: dict[int, Callable[[], str]] = {
        1: lambda: _stroke("mark", path, width * 0.11, _dashes(width * 0.42, width * 0.3)),
        2: lambda: _stroke("mark", path, body, _dashes(width * 0.12, width * 0.4)),
        3: lambda: _stroke("mark", path, width * 0.26, round_cap + _dashes(0, width * 0.62)),
        4: lambda: _stroke("mark", path, width * 0.5, round_cap) + _stroke("fill", path, width * 0.26, round_cap),
        5: lambda: _stroke("mark", path, width * 0.4, _dashes(width * 0.4, width * 0.4)),
        6: lambda: "",
        7: lambda: _stroke("mark", path, width * 0.5, _dashes(width * 0.42, width * 0.3)) + _stroke("fill", path, width * 0.3),
        8: lambda: _stroke("mark", path, width * 0.18, _dashes(width * 0.7, width * 0.22, width * 0.18, width * 0.22)),
    }
    return recipes[strand]()


def strand(which: int, path: str, width: float, *, cap: str = "round") -> str:
    """A strand along any path: edge, body, pattern. Under 8 px no pattern, and a thinner edge when thin."""
    which = slot(which)
    edge = 5 if width >= 14 else 3.6 if width >= 8 else 2.6
    ends = f' stroke-linecap="{cap}"'
    drawn = _stroke("edge", path, width, ends) + _stroke("fill", path, width - edge, ends)
    if width >= 8:
        drawn += _marks(which, path, width)
    return f'<g class="strand s{which}">{drawn}</g>'


# --- paint for straight bars: one pattern for each strand, defined once a page (parts/patterns.html) ---

_TILES: Final = {
    1: (18, '<path class="pt-l" stroke-width="2.5" d="M3 15h11"/>'),
    2: (11, '<path class="pt-d" d="M0 0h3v30h-3z"/>'),
    3: (14, '<circle class="pt-d" cx="7" cy="15" r="3"/>'),
    4: (30, '<path class="pt-l" stroke-width="4" d="M0 10h30M0 20h30"/>'),
    5: (18, '<path class="pt-d" d="M3 9h9v12h-9z"/>'),
    6: (30, ""),
    7: (18, '<path class="pt-l" stroke-width="2.5" d="M3 10h11M3 20h11"/>'),
    8: (28, '<path class="pt-l" stroke-width="4" d="M2 15h14M20.5 15h3.5"/>'),
}


def patterns() -> str:
    """The eight paints, each in a filled and an empty (came back) form; `bar` and `strip` refer to them by id."""
    drawn = []
    for which, (width, mark) in _TILES.items():
        frame = f'class="s{which}" patternUnits="userSpaceOnUse" width="{width}" height="30"'
        drawn.append(f'<pattern id="p{which}" {frame}><path class="pt-f" d="M0 0h{width}v30h-{width}z"/>{mark}</pattern>')
        hollow = frame.replace('class="', 'class="hollow ')
        drawn.append(f'<pattern id="e{which}" {hollow}>{mark}</pattern>')
    return f'<svg class="vh" width="0" height="0" aria-hidden="true" focusable="false"><defs>{"".join(drawn)}</defs></svg>'


_TICK: Final = (
    '<svg x="100%" y="15" width="1" height="1" overflow="visible">'
    '<circle class="tick-l" r="15.5" stroke-width="3"/><circle class="tick-c" r="14.5"/>'
    '<path class="tick-l" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round" d="M-6 .5-1.6 5 6.5-5"/></svg>'
)


def _pill(paint: str, extra: str = "", radius: int = 15) -> str:
    return f'<rect width="100%" height="30" rx="{radius}" fill="{paint}"/><rect class="line {extra}" width="100%" height="30" rx="{radius}"/>'


def _shape(state: str, which: int) -> str:
    """One state of money, in a box 30 high that is as long as its nested drawing."""
    full, hollow = f"url(#p{which})", f"url(#e{which})"
    ends = '<rect class="band" x="-5" y="-9" width="14" height="48" rx="6"/>'
    ends += '<svg x="100%" width="1" height="1" overflow="visible"><rect class="band" x="-9" y="-9" width="14" height="48" rx="6"/></svg>'
    forward = '<svg x="100%" width="1" height="1" overflow="visible"><path class="arrow" d="M9 6 18 15 9 24"/></svg>'
    return {
        "promised": '<rect class="line dash" width="100%" height="30" rx="15"/>',
        "yours": _pill(full),
        "held": _pill(full, radius=3) + ends,
        "disputed": '<rect class="line empty" width="100%" height="30" rx="3"/>' + ends,
        "going": _pill(full) + forward,
        "paid": _pill(full) + _TICK,
        "back": '<rect class="line empty" width="100%" height="30" rx="15"/>'
        + _pill(hollow, "hollow")
        + '<path class="arrow" d="M-9 6-18 15-9 24"/>',
        "whole": _pill(full),
    }[state]


def bar(state: str, which: int, *, start: float = 0, length: float = 100) -> str:
    """A straight piece of strand in one state. `start` and `length` are per cent of the room there is."""
    which = slot(which)
    shape = _shape(state, which)
    inner = f'<svg x="{number(start)}%" y="10" width="{number(length)}%" height="30" overflow="visible">{shape}</svg>'
    return f'<svg class="bar s{which}" height="50" aria-hidden="true" focusable="false">{inner}</svg>'


def path_piece(state: str, which: int) -> str:
    """The strand's piece in one cell of the path table: cells join, so it has an end only where it begins, is paid or came back."""
    which = slot(which)
    paint = f'fill="url(#p{which})"'
    straight = f'<rect y="-2" width="100%" height="34" {paint} transform="translate(0 2)"/><rect class="pt-d" width="100%" height="2.5"/><rect class="pt-d" y="31.5" width="100%" height="2.5"/>'
    # The paint is a tile 30 high: moved down by 2 so that its pattern runs through the middle of a piece 34 high.
    begins = '<rect class="line {css}" x="1.5" y="1.5" width="150%" height="31" rx="15.5"/>'
    solid = f'<rect x="1.5" y="-.5" width="150%" height="31" rx="15.5" {paint} transform="translate(0 2)"/>' + begins.format(css="")
    ends = f'<rect x="-60%" y="-.5" width="160%" height="31" rx="15.5" {paint} transform="translate(0 2)"/>'
    ends += '<rect class="line" x="-60%" y="1.5" width="160%" height="31" rx="15.5"/>'
    pieces = {"promised": begins.format(css="dash"), "yours": solid, "held": straight, "paid": ends}
    if state == "back":
        drawn = f'<svg y="2" width="100%" height="30" overflow="visible">{_shape("back", which)}</svg>'
    else:
        drawn = f'<svg width="100%" height="34" overflow="hidden">{pieces.get(state, "")}</svg>'
    if state == "paid":
        drawn += f'<svg y="2" width="100%" height="30" overflow="visible">{_TICK}</svg>'
    return f'<svg class="bar s{which}" height="34" aria-hidden="true" focusable="false">{drawn}</svg>'


def fit(which: int, *, of_promise: float) -> str:
    """What one would pay, drawn inside what one promised. `of_promise` is per cent."""
    which = slot(which)
    promise = '<rect class="line dash" width="100%" height="22" rx="11"/>'
    price = f'<svg width="{number(min(of_promise, 100))}%" height="22" overflow="visible"><rect y="4" width="100%" height="22" rx="11" fill="url(#p{which})" transform="translate(0 -4)"/>'
    price += '<rect class="line" width="100%" height="22" rx="11"/></svg>'
    return f'<svg class="bar fit s{which}" height="26" aria-hidden="true" focusable="false"><g transform="translate(0 2)">{promise}{price}</g></svg>'


def strip(strands: list[int]) -> str:
    """Whose page it is: strands across the whole width, under the header."""
    thick = 14 if len(strands) == 1 else 11
    return "".join(
        f'<svg class="s{slot(which)}" width="100%" height="{thick}" aria-hidden="true" focusable="false">'
        f'<g transform="translate(0 {number(thick / 2 - 15)})"><rect width="100%" height="30" fill="url(#p{slot(which)})"/></g>'
        f'<rect class="pt-d" width="100%" height="2"/><rect class="pt-d" y="{thick - 2}" width="100%" height="2"/></svg>'
        for which in strands
    )
