"""Whole pictures: the home picture (wide and upright), the table cloth of a group, the doors, the loose end, what is done."""

# ruff: noqa: E501 -- path data are not prose: a drawing cut over lines is harder to read

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape

from frontend.pictures import things
from frontend.pictures.people import head, standing
from frontend.pictures.strands import number, slot, strand

LONGEST_END = 22
"""Letters that have room where a strand ends."""
HOME_WORDS = (
    "Three people stand side by side. Each one is the start of a coloured strand. The strands run side by side under a band marked held, "
    "and become the cloth of a table where the three drink tea with the person who helps them. A thin strand turns round and runs back to its owner."
)


@dataclass(frozen=True)
class AtTable:
    """Somebody at a group's table. `strand` is None for a guest (provider, the person who helps): no money of theirs in the cloth."""

    name: str
    figure: str
    strand: int | None = None
    skin: str = ""
    cloth: str = ""


def _svg(box: str, drawn: str, *, css: str = "", label: str = "") -> str:
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return f'<svg class="{css}" viewBox="{box}" {said} focusable="false">{drawn}</svg>'


def _seated(person: AtTable, x: float, table: float, width: float, height: float) -> str:
    """A person behind the edge of the table: the strand goes down to the cloth."""
    return standing(person.figure, person.strand or 4, x=x, y=table - height, width=width, floor=table, skin=person.skin, cloth=person.cloth)


def home() -> str:
    """The home picture for wide screens."""
    guest = AtTable("", "hijab-plum", 4)
    drawn = strand(3, "M742 240C806 240 806 158 742 158H330", 18)
    drawn += (
        '<g class="s3"><path class="home-arrow" d="M346 142L326 158L346 174" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></g>'
    )
    drawn += _seated(guest, 930, 222, 80, 106) + _seated(AtTable("", "hijab", 1), 1082, 222, 74, 97)
    drawn += _seated(AtTable("", "kufi", 2), 1200, 222, 74, 109)
    drawn += strand(1, "M90 150V196A192 192 0 0 0 282 388H1300", 66) + head("hijab", x=90, y=117, scale=1.1)
    drawn += strand(2, "M158 128V196A124 124 0 0 0 282 320H1300", 66) + head("kufi", x=158, y=95, scale=1.1)
    drawn += strand(3, "M226 156V196A56 56 0 0 0 282 252H1300", 66) + head("hijab-cream", x=226, y=123, scale=1.1)
    drawn += things.band(572, 214, 436, word="Held")
    drawn += '<text x="330" y="130" class="pic-t">what is left comes home</text>'
    drawn += things.at(things.TEAPOT, 1010, 219, 0.8) + "".join(things.at(things.CUP, x, 219) for x in (866, 1146, 1254))
    return _svg("0 0 1280 436", drawn, css="hero-pic hero-wide", label=HOME_WORDS)


def home_tall() -> str:
    """The home picture for a phone: the strands run downwards, under the band, and on."""
    drawn = strand(3, "M250 430C250 500 330 500 330 430V250", 15)
    drawn += (
        '<g class="s3"><path class="home-arrow" d="M318 262L330 246L342 262" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></g>'
    )
    for which, x, figure, skin, cloth, top in ((1, 78, "hijab", "", "", 100), (2, 156, "kufi", "", "", 76), (3, 234, "hijab", "a", "#FFD9A0", 104)):
        drawn += strand(which, f"M{x} {top + 30}V700", 64)
        drawn += head(figure, x=x, y=top, scale=1.07, skin=skin, cloth=cloth)
    drawn += things.at('<rect class="band" x="20" y="300" width="272" height="62" rx="17"/>', 0, 0)
    drawn += '<path class="band-l" d="M38 331H98M214 331H274" stroke-width="4" stroke-dasharray="10 10"/>'
    drawn += '<text class="band-t" x="156" y="332" text-anchor="middle" dominant-baseline="central">Held</text>'
    drawn += '<text x="282" y="176" class="pic-t">what is</text><text x="282" y="202" class="pic-t">left comes</text><text x="282" y="228" class="pic-t">home</text>'
    return _svg(
        "0 0 390 560",
        drawn,
        css="hero-pic hero-tall",
        label="Three people stand side by side. The coloured strand of each runs down under a band marked held. What is left turns round and comes home.",
    )


def table_cloth(people: Sequence[AtTable], *, wide: bool = True) -> str:
    """A group's table: each member's strand is a row of the cloth, in the order they joined from the bottom; guests sit without one.

    The upright form is for phones: the same cloth, closer together.
    """
    members = [each for each in people if each.strand]
    width = 1280 if wide else 390
    cloth, step = (200 if wide else 176), (42 if wide else 34)
    height = cloth + step * len(members) + 6
    seats = len(people)
    gap = (width - 160) / max(seats, 3) if wide else (width - 20) / max(seats, 3)
    start = (width - gap * (seats - 1)) / 2
    body = min(88, gap * 0.62)
    drawn = "".join(_seated(each, start + gap * place, cloth, body, body * (1.32 if place % 2 else 1.22)) for place, each in enumerate(people))
    if wide and gap > 190:
        drawn += _laid_table(start, gap, seats, cloth)
    for row, each in enumerate(reversed(members)):
        middle = cloth + step * row + step / 2
        drawn += strand(each.strand or 1, f"M-20 {number(middle)}H{width + 20}", step - 2, cap="butt")
    for place, each in enumerate(people):
        if each.strand:
            middle = cloth + step * (len(members) - 1 - members.index(each)) + step / 2
            drawn += things.plate(escape(each.name), slot(each.strand), start + gap * place, middle)
        elif wide:
            drawn += f'<text class="pic-t" x="{number(start + gap * place + body * 0.85)}" y="{cloth - 18}">{escape(each.name)}</text>'
    label = "At the table: " + ", ".join(each.name for each in people)
    return _svg(f"0 0 {width} {height}", drawn, css="wide-scene" if wide else "small-scene", label=label)


def _laid_table(start: float, gap: float, seats: int, cloth: float) -> str:
    """Tea between the people: the pot after the first, a cup after each of the others."""
    spots = [start + gap * (place + 0.5) for place in range(seats - 1)]
    laid = [things.at(things.TEAPOT if place == 0 else things.CUP, x, cloth - 2, 0.85) for place, x in enumerate(spots)]
    return "".join(laid) + things.at(things.BOWL, max(60, start - gap * 0.55), cloth - 3, 0.9)


def loose_end(figure: str = "hijab", which: int = 1, *, skin: str = "", cloth: str = "") -> str:
    """Nothing found: a strand that goes on as an empty one to an empty head."""
    path = "M262 262H340A60 60 0 0 0 400 202V140"
    drawn = f'<path class="ghost-l" d="{path}" stroke-width="62" stroke-linecap="round"/><path class="ghost-p" d="{path}" stroke-width="56" stroke-linecap="round"/>'
    drawn += f'<path class="ghost-m" d="{path}" stroke-width="4" stroke-dasharray="2 12" stroke-linecap="round"/>'
    drawn += '<circle class="ghost" cx="400" cy="76" r="28" stroke-width="3.5" stroke-dasharray="8 8"/>'
    drawn += strand(which, "M100 140V202A60 60 0 0 0 160 262H250", 62) + head(figure, x=100, y=106, scale=1.083, skin=skin, cloth=cloth)
    return _svg("0 0 480 330", drawn, css="loose")


def finished(which: int = 1) -> str:
    """Done: the strand runs on and ends in a tick."""
    drawn = strand(which, "M-20 30H250", 26) + '<circle class="tick-c" cx="262" cy="30" r="27"/>'
    drawn += '<path class="tick-l" d="M250 31l9 9 16-19" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/>'
    return _svg("0 0 300 60", drawn)


def three_people() -> str:
    """Somebody with a budget: three people of different ages."""
    drawn = standing("bun", 5, x=110, y=62, width=60, floor=200) + standing("hijab", 1, x=182, y=76, width=60, floor=200)
    return _svg("0 0 360 190", drawn + standing("beard", 6, x=254, y=68, width=60, floor=200))


def provider() -> str:
    """Somebody who gives support, with the tea things."""
    drawn = standing("hijab-plum", 4, x=150, y=67, width=66, floor=172) + things.at(things.TEAPOT, 236, 170, 0.8)
    return _svg("0 0 360 190", drawn + things.floor(40, 330, 172) + things.at(things.CUP, 296, 170))


def loose_ends() -> str:
    """What a commissioner sees: strands that pass under the band, and loose ends."""
    drawn = strand(1, "M40 46H320", 20) + strand(2, "M40 75H320", 20) + strand(3, "M40 104H166C196 104 196 108 208 118", 20)
    drawn += strand(4, "M40 133H320", 20) + strand(5, "M40 162H138C168 162 168 166 180 176", 20)
    return _svg("0 0 360 190", drawn + '<rect class="band" x="229" y="18" width="14" height="172" rx="7"/>')


def at_the_door(figure: str = "plain", which: int = 4, *, skin: str = "", cloth: str = "") -> str:
    """The next visit: the person who comes, beside a door."""
    drawn = things.at(things.DOOR, 196, 10) + standing(figure, which, x=112, y=54, width=64, floor=148, skin=skin, cloth=cloth)
    return _svg("0 0 320 152", drawn + things.floor(20, 300, 148))


def leaving(which: int, others: Sequence[int], to: str = "") -> str:
    """Somebody takes their strand out whole, back `to` whom it came from; the others run on. A long name stands in the words beside it only."""
    base = 40 + 30 * len(others)
    drawn = "".join(strand(each, f"M-20 {base - 30 * place}H1300", 28, cap="butt") for place, each in enumerate(others))
    top = base - 30 * len(others)
    drawn += strand(which, f"M-20 {top + 12}H520C620 {top + 12} 600 {top - 22} 700 {top - 22}H900", 28)
    drawn += f'<g class="s{slot(which)}"><path class="home-arrow" d="M890 {top - 40}L912 {top - 22}L890 {top - 4}" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></g>'
    if 0 < len(to) <= LONGEST_END:
        drawn += f'<text class="pic-t" x="930" y="{top - 15}">back to {escape(to)}</text>'
    return _svg(f"0 {top - 46} 1280 {base - top + 64}", drawn)


def story() -> str:
    """Three people who asked together."""
    drawn = standing("hijab", 1, x=120, y=81, width=78, floor=330) + standing("kufi", 2, x=208, y=101, width=78, floor=330)
    return _svg("0 0 420 330", drawn + standing("hijab-cream", 3, x=296, y=77, width=78, floor=330))


def held(strands: Sequence[int]) -> str:
    """Easy view: strands under the band."""
    drawn = "".join(strand(which, f"M-10 {52 + 38 * place}H250", 26, cap="butt") for place, which in enumerate(strands[:3]))
    return _svg("0 0 240 180", drawn + things.band(132, 32, 160, width=38))
