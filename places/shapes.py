"""Outlines of councils, for drawing a map: read from GeoJSON, asked for by a place. Never for saying which council an address is in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from django.db.models import F, FloatField, Subquery
from django.db.models.functions import Cast

from places.files import COUNCIL, LATITUDES, LONGITUDES, NotUnderstood
from places.models import Area, Outcode

MILES_A_DEGREE = 69.0
NORTH = 0.48
"""A degree to the east against one to the north, where the country ends."""
Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One council. `rings`: its outlines, each a list of longitude and latitude. `source`: whom a map names for it."""

    code: str
    name: str
    rings: list[Ring]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: degrees, and the place in its middle as longitude and latitude."""

    west: float
    south: float
    east: float
    north: float
    middle: tuple[float, float]


def read(text: str) -> list[Shape]:
    """The councils of a GeoJSON file whose features have a code (a property that ends in "cd") and a name (one that ends in "nm").

    Raises NotUnderstood: then nothing of the file counts.
    """
    try:
        found = [_shape(feature) for feature in json.loads(text)["features"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotUnderstood("It must be GeoJSON with polygons, and each needs a code and a name: properties like “areacd” and “areanm”.") from error
    if not found:
        raise NotUnderstood("There is no area in it.")
    return found


def _shape(feature: Mapping[str, Any]) -> Shape:
    said = {key.lower(): str(value).strip() for key, value in feature["properties"].items()}
    ends = {key[-2:]: value for key, value in said.items()}
    code, name = ends["cd"], ends["nm"]
    geometry = feature["geometry"]
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
    rings = [[(float(point[0]), float(point[1])) for point in ring] for polygon in polygons for ring in polygon]
    if not (code and COUNCIL.fullmatch(code) and name and rings and all(_is_here(x, y) for ring in rings for x, y in ring)):
        raise NotUnderstood(f"“{name or code}” has no council’s code, or lies outside the United Kingdom. Positions are longitude, then latitude.")
    return Shape(code, name, rings)


def _is_here(longitude: float, latitude: float) -> bool:
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]


def round_a_place(outcode: str, miles: float) -> tuple[Window, list[Shape]] | None:
    """So many miles each way, and the councils of which some may be seen there, by name. One query.

    None where no outlines were loaded that far, or nobody knows where the place is.
    """
    here = Outcode.objects.filter(pk=outcode)
    at = {name: Cast(Subquery(here.values(name)), FloatField()) for name in ("latitude", "longitude")}
    high, wide = miles / MILES_A_DEGREE, miles / MILES_A_DEGREE / NORTH  # wide enough anywhere: what is too far is not drawn
    box = {
        "west__lte": F("longitude") + wide,
        "east__gte": F("longitude") - wide,
        "south__lte": F("latitude") + high,
        "north__gte": F("latitude") - high,
    }
    rows = list(Area.objects.annotate(**at).filter(**box).order_by("name"))
    if not rows:
        return None
    where = vars(rows[0])
    latitude, longitude = where["latitude"], where["longitude"]
    wide = high / cos(radians(latitude))
    seen = Window(longitude - wide, latitude - high, longitude + wide, latitude + high, (longitude, latitude))
    return seen, [Shape(row.code, row.name, [[(x, y) for x, y in ring] for ring in row.rings], row.source) for row in rows]
