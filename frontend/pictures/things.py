"""The few things of the house: teapot, cups, a bowl, a door, a calendar leaf, the band, the mark."""

# ruff: noqa: E501 -- path data are not prose: a drawing cut over lines is harder to read

from typing import Final

from frontend.pictures.strands import number, slot

TEAPOT: Final = (
    '<path d="M-34-8C-58-12-56-34-66-44" fill="none" stroke="#6B1A3F" stroke-width="9" stroke-linecap="round"/>'
    '<path d="M34-12C62-10 60-52 32-46" fill="none" stroke="#6B1A3F" stroke-width="8" stroke-linecap="round"/>'
    '<path d="M-36 0C-46-60 46-60 36 0Z" fill="#6B1A3F"/><path d="M-16-45H16" stroke="#2B1422" stroke-width="6" stroke-linecap="round"/>'
    '<circle cy="-54" r="6" fill="#2B1422"/><path d="M-26-24C-10-16 10-16 26-24" stroke="#FFD9A0" stroke-width="4" fill="none" stroke-linecap="round"/>'
)
CUP: Final = (
    '<path d="M-15-26H15L11 0H-11Z" fill="#fff" stroke="#2B1422" stroke-width="2.5" stroke-linejoin="round"/>'
    '<path d="M14-20C26-20 24-6 12-8" fill="none" stroke="#2B1422" stroke-width="2.5"/>'
)
BOWL: Final = (
    '<g fill="#7A3B1E"><ellipse cx="-16" cy="-20" rx="12" ry="7"/><ellipse cx="6" cy="-22" rx="12" ry="7"/><ellipse cx="22" cy="-18" rx="11" ry="7"/>'
    '<ellipse cx="-4" cy="-28" rx="12" ry="7"/></g><path d="M-42-16H42C38 2 24 2 14 2H-14C-24 2-38 2-42-16Z" fill="#fff" stroke="#2B1422" stroke-width="2.5" stroke-linejoin="round"/>'
)
DOOR: Final = '<rect width="86" height="140" rx="10" fill="#094B49"/><circle cx="72" cy="74" r="5" fill="#FFD9A0"/>'


def at(drawing: str, x: float, y: float, scale: float = 1) -> str:
    """A thing put down at a point."""
    return f'<g transform="translate({number(x)} {number(y)}) scale({scale:.3f})">{drawing}</g>'


def floor(x1: float, x2: float, y: float) -> str:
    """The line people and things stand on."""
    return f'<path class="floor" d="M{number(x1)} {number(y)}H{number(x2)}" stroke-width="5" stroke-linecap="round"/>'


def band(x: float, top: float, bottom: float, *, width: float = 64, word: str = "") -> str:
    """The band laid across strands: it holds them, and can be taken off."""
    middle = x + width / 2
    height = bottom - top
    drawn = f'<rect class="band" x="{number(x)}" y="{number(top)}" width="{number(width)}" height="{number(height)}" rx="{number(width * 0.27)}"/>'
    drawn += f'<path class="band-l" d="M{number(middle)} {number(top + height * 0.18)}V{number(bottom - height * 0.1)}" stroke-width="4" stroke-dasharray="10 10"/>'
    if word:
        drawn += f'<rect class="band" x="{number(middle - 59)}" y="{number(top - 26)}" width="118" height="48" rx="24"/>'
        drawn += f'<text class="band-t" x="{number(middle)}" y="{number(top - 1)}" text-anchor="middle" dominant-baseline="central">{word}</text>'
    return drawn


def plate(name: str, which: int, x: float, y: float) -> str:
    """A name on a strand, wide enough for it. `name` is already escaped."""
    width = max(96, len(name) * 12.5 + 40)
    drawn = f'<rect class="plate" x="{number(x - width / 2)}" y="{number(y - 18)}" width="{number(width)}" height="36" rx="18"/>'
    drawn += f'<text class="plate-t" x="{number(x)}" y="{number(y + 1)}" text-anchor="middle" dominant-baseline="central">{name}</text>'
    return f'<g class="s{slot(which)}">{drawn}</g>'


def calendar(day: str) -> str:
    """A calendar leaf with the day of the month on it."""
    return (
        '<svg viewBox="0 0 240 180" aria-hidden="true" focusable="false"><rect x="62" y="34" width="116" height="120" rx="12" fill="#fff" stroke="#2B1422" stroke-width="4"/>'
        '<path d="M64 62H176V74H64Z" fill="#6B1A3F"/><path d="M92 20V46M148 20V46" stroke="#2B1422" stroke-width="5" stroke-linecap="round"/>'
        f'<text class="plate-t leaf" x="120" y="116" text-anchor="middle" dominant-baseline="central">{day}</text></svg>'
    )


def mark(size: int = 44) -> str:
    """Three heads, three strands, bending to run together as the corner of a C."""
    paths = '<path class="m1" d="M6.2 18A23.8 23.8 0 0 0 30 41.8H54"/><path class="m2" d="M15.8 15.4V18A14.2 14.2 0 0 0 30 32.2H54"/><path class="m3" d="M25.4 18A4.6 4.6 0 0 0 30 22.6H54"/>'
    heads = (
        '<circle class="m1" cx="6.2" cy="8.4" r="4.5"/><circle class="m2" cx="15.8" cy="5.6" r="4.5"/><circle class="m3" cx="25.4" cy="8.4" r="4.5"/>'
    )
    return (
        f'<svg class="mark" viewBox="0 0 48 48" width="{size}" height="{size}" aria-hidden="true" focusable="false">'
        f'<g class="m-l" stroke-width="8.2" stroke-linecap="round">{paths}</g><g class="m-h">{heads}</g></svg>'
    )
