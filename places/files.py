"""Reading a file of places: which of three kinds it is, and what each row says. Nothing is stored here.

A CSV of outcodes (`outcode`, `latitude` or `lat`, `longitude` or `lon`, and if it has them `town` and `council`); the ONS Postcode Directory
(`pcds` or `pcd`, `lat`, `long`, `oslaua` or any `lad…cd`, `doterm`); Code-Point Open, which has no heading (postcode, quality, easting, northing,
country, two of the NHS, county, district, ward). Of postcodes only the outcode is kept, with the middle of all of its postcodes.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from statistics import fmean

from places.grid import position
from places.postcodes import OUTCODE, POSTCODE

COUNCIL = re.compile(r"[EWSN][0-9]{8}|")
ISLANDS = ("L99999999", "M99999999")  # the directory's codes where there is no such council
LATITUDES, LONGITUDES = (49.0, 61.0), (-9.0, 2.5)  # the United Kingdom, with room to spare: catches columns that changed places
NOWHERE = 99.0  # the directory's way to say that a postcode has no position
_NAMES = {
    "outcode": ("outcode",),
    "postcode": ("pcds", "pcd", "pcd7", "pcd8", "postcode"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "long", "lon"),
    "council": ("council", "oslaua", "laua"),
    "town": ("town",),
    "ended": ("doterm",),
}


class NotUnderstood(Exception):
    """The file is of none of the three kinds, or has nothing in it. The message says which columns are missing."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that makes no sense. `number`: its line in the file, from 1."""

    number: int
    reason: str


@dataclass(slots=True)
class Place:
    """All that a file says of one outcode."""

    latitudes: list[float] = field(default_factory=list)
    longitudes: list[float] = field(default_factory=list)
    councils: Counter[str] = field(default_factory=Counter)
    town: str = ""

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude, in degrees."""
        return round(fmean(self.latitudes), 5), round(fmean(self.longitudes), 5)

    @property
    def council(self) -> str:
        """The one that most of it lies in."""
        return min(self.councils, key=lambda code: (-self.councils[code], code), default="")


@dataclass(frozen=True, slots=True)
class Read:
    """`places` by outcode; the rows that make no sense; how many say of themselves that they have no position, or no longer exist."""

    places: dict[str, Place]
    bad: tuple[Bad, ...]
    passed_over: int


@dataclass(frozen=True, slots=True)
class _Said:
    outcode: str
    latitude: float
    longitude: float
    council: str = ""
    town: str = ""


def read(lines: Iterable[str]) -> Read:
    """Every row of a file. Raises NotUnderstood."""
    rows = csv.reader(lines)
    first = next(rows, None)
    if not first:
        raise NotUnderstood("There is nothing in it.")
    places: dict[str, Place] = {}
    bad, passed_over = [], 0
    for number, said in _each(first, rows):
        if said is None:
            passed_over += 1
        elif isinstance(said, str):
            bad.append(Bad(number, said))
        else:
            place = places.setdefault(said.outcode, Place())
            place.latitudes.append(said.latitude)
            place.longitudes.append(said.longitude)
            place.town = place.town or said.town
            if said.council:
                place.councils[said.council] += 1
    return Read(places, tuple(bad), passed_over)


def _each(first: Sequence[str], rows: Iterator[list[str]]) -> Iterator[tuple[int, _Said | str | None]]:
    """Each row with its line: what it says, or why it makes no sense, or None when there is nothing to keep."""
    if POSTCODE.fullmatch(_closed(first[0])):
        yield from ((number, _grid_row(row)) for number, row in enumerate(chain([first], rows), start=1) if row)
        return
    columns = _columns(first)
    for number, row in enumerate(rows, start=2):
        if row:
            yield number, _row({name: row[at].strip() if at < len(row) else "" for name, at in columns.items()})


def _columns(heading: Sequence[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in heading]
    found = {mine: next((names.index(one) for one in theirs if one in names), -1) for mine, theirs in _NAMES.items()}
    if found["council"] < 0:
        found["council"] = next((at for at, name in enumerate(names) if re.fullmatch(r"lad\d*cd", name)), -1)
    columns = {mine: at for mine, at in found.items() if at >= 0}
    missing = [name for name in ("latitude", "longitude") if name not in columns]
    missing += [] if {"outcode", "postcode"} & columns.keys() else ["outcode"]
    if missing:
        raise NotUnderstood(f"Its first line does not name these columns: {', '.join(missing)}.")
    return columns


def _row(said: dict[str, str]) -> _Said | str | None:
    if said.get("ended"):
        return None
    match = OUTCODE.fullmatch(_closed(said["outcode"])) if "outcode" in said else POSTCODE.fullmatch(_closed(said["postcode"]))
    if match is None:
        return f"“{(said.get('outcode') or said.get('postcode') or '')[:10]}” is no {'outcode' if 'outcode' in said else 'postcode'}"
    council = "" if said.get("council") in ISLANDS else said.get("council", "")
    if not COUNCIL.fullmatch(council):
        return f"“{council[:12]}” is no council’s code"
    try:
        latitude, longitude = float(said["latitude"]), float(said["longitude"])
    except ValueError:
        return "its latitude or longitude is no number"
    if "postcode" in said and latitude >= NOWHERE:
        return None
    return _placed(match[1], latitude, longitude, council, said.get("town", ""))


def _grid_row(row: Sequence[str]) -> _Said | str | None:
    """Code-Point Open. Quality 90 means: no position."""
    if len(row) < 9 or (match := POSTCODE.fullmatch(_closed(row[0]))) is None:
        return f"“{row[0][:10]}” is no postcode, or columns are missing"
    try:
        quality, easting, northing = (int(value) for value in row[1:4])
    except ValueError:
        return "its easting or northing is no number"
    council = row[8].strip()
    if quality == 90:
        return None
    return _placed(match[1], *position(easting, northing), council if COUNCIL.fullmatch(council) else "", "")


def _placed(outcode: str, latitude: float, longitude: float, council: str, town: str) -> _Said | str:
    if not (LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]):
        return "it lies outside the United Kingdom"
    return _Said(outcode, latitude, longitude, council, town[:60])


def _closed(text: str) -> str:
    return re.sub(r"\s+", "", text).upper()
