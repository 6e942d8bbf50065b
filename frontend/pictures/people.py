"""People: a head, what is on it, and a strand. No faces, no mouths, nobody bigger than anybody else."""

# ruff: noqa: E501 -- path data are not prose: a drawing cut over lines is harder to read

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from frontend.pictures.strands import number, strand

SKINS: Final = {"a": "#53301F", "b": "#7A4A30", "c": "#9A6440", "d": "#C98F68", "e": "#EDC4A6"}
_NECK: Final = '<path fill="{skin}" d="M-9 12H9V29Q0 38-9 29Z"/>'
_HEAD: Final = '<circle r="23" fill="{skin}"/>'
_GLASSES: Final = '<g fill="none" stroke="#2B1422" stroke-width="2.6"><circle cx="-8.5" cy="2" r="7"/><circle cx="8.5" cy="2" r="7"/></g>'


@dataclass(frozen=True)
class Figure:
    """How one kind of head is drawn round the point 0,0, about 46 wide. `cloth` colours what is on it."""

    label: str
    drawing: str
    skin: str
    cloth: str = ""


FIGURES = {
    "hijab": Figure(
        "a green head scarf",
        '<path fill="{cloth}" d="M-27 4C-30-38 30-38 27 4C27 20 36 34 44 40C20 56-20 56-44 40C-36 34-27 20-27 4Z"/><ellipse cy="-1" rx="17" ry="19.5" fill="{skin}"/>'
        '<path fill="{cloth}" d="M-18.5-3C-20-30 20-30 18.5-3C11-15-11-15-18.5-3Z"/>'
        '<path d="M-20 16C-6 30 12 30 30 36" fill="none" stroke="#fff" stroke-opacity=".35" stroke-width="3" stroke-linecap="round"/>',
        "b",
        "#094B49",
    ),
    "kufi": Figure(
        "a round cap and a beard",
        _NECK + _HEAD + '<path d="M-22 3C-20 27-10 34 0 34S20 27 22 3C16 16 10 17 0 17S-16 16-22 3Z" fill="#F4F0EE"/>'
        '<path d="M-23-5V-16C-23-27-12-30 0-30S23-27 23-16V-5C10-10-10-10-23-5Z" fill="{cloth}"/>'
        '<path d="M-18-17h4m6-2h4m6 0h4m6 2h4" stroke="#fff" stroke-width="3.5" stroke-linecap="round"/>',
        "c",
        "#6B1A3F",
    ),
    "headwrap": Figure(
        "a blue head wrap",
        _NECK
        + _HEAD
        + '<path d="M-25-2C-30-34-6-46 6-40C30-40 30-16 25-2C12-16-12-14-25-2Z" fill="{cloth}"/><circle cx="16" cy="-36" r="10" fill="{cloth}"/>'
        '<path d="M-22-8C-10-22 8-26 22-16" stroke="#fff" stroke-opacity=".4" stroke-width="3" fill="none" stroke-linecap="round"/>',
        "c",
        "#27358C",
    ),
    "turban": Figure(
        "a red turban and a beard",
        _NECK + _HEAD + '<path d="M-22 3C-20 27-10 33 0 33S20 27 22 3C16 15 9 15 0 15S-16 15-22 3Z" fill="#4A3A40"/>'
        '<path d="M-27-3C-34-30-10-42 2-40C26-40 34-22 27-3C16-12 8-18 0-22C-8-18-16-12-27-3Z" fill="{cloth}"/>'
        '<path d="M-22-12C-12-16-6-24-3-34M22-12C14-16 6-20-2-22" stroke="#fff" stroke-opacity=".45" stroke-width="2.6" fill="none" stroke-linecap="round"/>',
        "d",
        "#A94A62",
    ),
    "bun": Figure(
        "grey hair in a bun and glasses",
        _NECK
        + '<circle cy="-26" r="11" fill="{cloth}"/>'
        + _HEAD
        + '<path d="M-24 2C-28-32 28-32 24 2C20-10 10-16-2-16S-20-10-24 2Z" fill="{cloth}"/>'
        + _GLASSES,
        "e",
        "#C9C2C6",
    ),
    "curls": Figure(
        "red curly hair",
        '<g fill="{cloth}"><circle cx="-18" cy="-10" r="13"/><circle cy="-20" r="15"/><circle cx="18" cy="-10" r="13"/><circle cx="-22" cy="6" r="10"/><circle cx="22" cy="6" r="10"/></g>'
        + _NECK
        + '<ellipse cy="2" rx="19" ry="21" fill="{skin}"/>',
        "e",
        "#6B1A3F",
    ),
    "short": Figure(
        "short brown hair", _NECK + _HEAD + '<path d="M-24 2C-26-34 26-34 24 2C20-6 20-14 8-14S-18-12-24 2Z" fill="{cloth}"/>', "e", "#7A3B1E"
    ),
    "long": Figure(
        "long dark hair",
        '<path d="M-26 2C-30-36 30-36 26 2C27 16 29 28 32 36H-32C-29 28-27 16-26 2Z" fill="{cloth}"/>'
        + _NECK
        + '<ellipse cy="2" rx="18.5" ry="21" fill="{skin}"/><path d="M-20 0C-20-28 20-28 20 0C12-8 2-12-4-16C-8-10-14-6-20 0Z" fill="{cloth}"/>',
        "d",
        "#2B1422",
    ),
    "beard": Figure(
        "no hair and a beard",
        _NECK + _HEAD + '<path d="M-23 2C-20 28-8 32 0 32S20 28 23 2C16 15 8 14 0 14S-16 15-23 2Z" fill="{cloth}"/>',
        "a",
        "#2B1422",
    ),
    "cap": Figure(
        "a flat cap and glasses",
        _NECK + _HEAD + '<path d="M-25-6C-28-30-4-34 8-31C24-30 28-16 27-8L34-4C24-2 0-8-25-6Z" fill="{cloth}"/>' + _GLASSES,
        "d",
        "#5C3F4E",
    ),
    "aid": Figure(
        "a hearing aid",
        _NECK
        + _HEAD
        + '<path d="M-24 2C-28-34 28-34 24 2C22-10 14-15 4-13C-8-11-18-12-24 2Z" fill="{cloth}"/>'
        + '<circle cx="23" cy="3" r="6" fill="{skin}"/><path d="M21-5C29-8 32 0 28 7" fill="none" stroke="#27358C" stroke-width="3.6" stroke-linecap="round"/>',
        "c",
        "#8A8288",
    ),
    "plain": Figure("nothing on the head", _NECK + _HEAD, "d"),
}


# The same drawings in other colours and skins, so that three people in head scarves are three people.
FIGURES |= {
    "hijab-cream": replace(FIGURES["hijab"], label="a cream head scarf", skin="a", cloth="#FFD9A0"),
    "hijab-plum": replace(FIGURES["hijab"], label="a plum head scarf", skin="d", cloth="#5C3F4E"),
    "headwrap-gold": replace(FIGURES["headwrap"], label="a gold head wrap", skin="a", cloth="#B97A0C"),
    "turban-blue": replace(FIGURES["turban"], label="a blue turban and a beard", skin="c", cloth="#27358C"),
    "bun-dark": replace(FIGURES["bun"], label="dark hair in a bun and glasses", skin="c", cloth="#2B1422"),
    "curls-dark": replace(FIGURES["curls"], label="dark curly hair", skin="b", cloth="#2B1422"),
    "short-dark": replace(FIGURES["short"], label="short dark hair", skin="c", cloth="#2B1422"),
    "long-fair": replace(FIGURES["long"], label="long fair hair", skin="e", cloth="#B98A4A"),
}


def head(figure: str, *, x: float, y: float, scale: float = 1, skin: str = "", cloth: str = "") -> str:
    """A head at a point. An unknown figure is drawn plain, so that a picture never stops a page."""
    kind = FIGURES.get(figure, FIGURES["plain"])
    drawn = kind.drawing.replace("{skin}", SKINS.get(skin, SKINS[kind.skin])).replace("{cloth}", cloth or kind.cloth)
    return f'<g transform="translate({number(x)} {number(y)}) scale({scale:.3f})">{drawn}</g>'


def standing(figure: str, which: int, *, x: float, y: float, width: float, floor: float, skin: str = "", cloth: str = "") -> str:
    """A person whose strand goes straight down to `floor`; `y` is the middle of the head, `width` that of the strand.

    The body is clipped at the floor by a drawing of its own, so no ids are needed.
    """
    scale = width / 60
    top = y + 30 * scale
    body = strand(which, f"M{number(x)} {number(top)}V{number(floor + width)}", width)
    clipped = f'<svg x="0" y="0" width="2000" height="{number(floor)}" overflow="hidden">{body}</svg>'
    return clipped + head(figure, x=x, y=y, scale=scale, skin=skin, cloth=cloth)


@lru_cache(maxsize=1_000)
def avatar(figure: str, which: int, *, size: int = 56, skin: str = "", cloth: str = "") -> str:
    """A small head on plaster; the page rounds it. Always beside a written name, so hidden from readers."""
    person = strand(which, "M40 84V150", 60) + head(figure, x=40, y=35, scale=0.729, skin=skin, cloth=cloth)
    return (
        f'<svg class="av" viewBox="0 0 80 80" width="{size}" height="{size}" aria-hidden="true" focusable="false">'
        f'<path class="ground" d="M0 0h80v80H0z"/>{person}</svg>'
    )


def portrait(figure: str, which: int, *, skin: str = "", cloth: str = "") -> str:
    """One person, head and body, for the top of a panel, an offer or a choice."""
    person = standing(figure, which, x=150, y=76, width=72, floor=150, skin=skin, cloth=cloth)
    return f'<svg viewBox="0 0 300 150" aria-hidden="true" focusable="false">{person}</svg>'
