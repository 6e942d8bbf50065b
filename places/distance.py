"""How far apart two outcodes are, as the crow flies, in miles."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from django.db import connection

from places.areas import AREAS
from places.models import Outcode
from places.postcodes import area_of

EARTH_RADIUS_MILES = 3958.8
MILES_A_DEGREE = 69.0  # of latitude; one of longitude is shorter by the cosine
Position = tuple[float, float]


def miles(a: str, b: str) -> float | None:
    """Miles between the middles of two outcodes; None when we don't know where one of them is."""
    where = positions([a, b])
    return miles_between(where[a], where[b]) if a in where and b in where else None


def miles_from(origin: str, others: Iterable[str]) -> dict[str, float]:
    """Miles from one outcode to each of many, in one query. Those we can't place are left out."""
    codes = set(others)
    where = positions({origin, *codes})
    if origin not in where:
        return {}
    return {code: miles_between(where[origin], where[code]) for code in codes if code in where}


def around(origin: str, within: float) -> list[tuple[str, float]]:
    """Every outcode within so many miles of one, nearest first, with how far its middle is. One query.

    The postcode areas within reach are there too (`SE`), for what lies in an outcode of theirs that our table lacks. Empty: we can't place `origin`.
    """
    guess = AREAS.get(area_of(origin), (None, None))[:2]
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, [origin, *guess, *[within / MILES_A_DEGREE] * 3])
        rows = cursor.fetchall()
    if not rows:
        return []
    here = rows[0][3:5]
    known = [(code, miles_between(here, (latitude, longitude))) for code, latitude, longitude, *_ in rows if code]
    known += [(code, miles_between(here, area[:2])) for code, area in AREAS.items()]
    return sorted(((code, far) for code, far in known if far <= within), key=lambda one: (one[1], one[0]))


_AROUND = """
with here as (
    select coalesce(o.latitude, guess.latitude) as latitude, coalesce(o.longitude, guess.longitude) as longitude
    from (select %s::text as code, %s::float as latitude, %s::float as longitude) guess left join places_outcode o on o.code = guess.code
)
select o.code, o.latitude::float, o.longitude::float, here.latitude::float, here.longitude::float
from here left join places_outcode o on o.latitude between here.latitude - %s and here.latitude + %s
    and abs(o.longitude - here.longitude) * cos(radians(here.latitude)) <= %s
where here.latitude is not null"""


def positions(codes: Iterable[str]) -> dict[str, Position]:
    """Latitude and longitude of each outcode; where our table lacks it, the middle of its postcode area."""
    wanted = set(codes)
    rows = Outcode.objects.filter(code__in=wanted).values_list("code", "latitude", "longitude")
    known = {code: (float(latitude), float(longitude)) for code, latitude, longitude in rows}
    for code in wanted - known.keys():
        area = AREAS.get(area_of(code))
        if area is not None:
            known[code] = area[:2]
    return known


def miles_between(a: Position, b: Position) -> float:
    """Great-circle distance (haversine)."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(half))
