"""How far apart two outcodes are, as the crow flies, in miles."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from audit.kept import prepared
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
    rows = prepared(_AROUND, origin, *guess, within / MILES_A_DEGREE, within / (2 * EARTH_RADIUS_MILES))
    if not rows:
        return []
    codes, halves, *where = rows[0]
    known = [(2 * EARTH_RADIUS_MILES * half, code) for half, code in zip(halves or (), codes or (), strict=True)]
    here: Position = (where[0], where[1])
    reach = within / MILES_A_DEGREE  # most areas lie further north or south than that
    areas = [(miles_between(here, area[:2]), code) for code, area in AREAS.items() if abs(area[0] - here[0]) <= reach]
    known += [one for one in areas if one[0] <= within]
    known.sort()
    return [(code, miles) for miles, code in known]


# Half the angle of the same great circle as below, reckoned where the rows are, and all of them in one row: to make floats of three thousand, or
# rows of a thousand, takes longer than all the rest. Compared as the table keeps them.
_AROUND = """
with here as (
    select coalesce(o.latitude, guess.latitude) as latitude, coalesce(o.longitude, guess.longitude) as longitude
    from (select $1::text as code, $2::numeric as latitude, $3::numeric as longitude) guess left join places_outcode o on o.code = guess.code
), box as materialized (
    select latitude - reach as south, latitude + reach as north, longitude - wide as west, longitude + wide as east,
        latitude::float as latitude, longitude::float as longitude
    from here cross join lateral (select $4::numeric as reach, ($4::float / cos(radians(latitude)))::numeric as wide) how
    where latitude is not null
)
select near.codes, near.halves, box.latitude, box.longitude
from box cross join lateral (
    select array_agg(code) as codes, array_agg(half) as halves from (
        select code, asin(sqrt(power(sin(radians(o.latitude - box.latitude) / 2), 2)
            + cos(radians(box.latitude)) * cos(radians(o.latitude)) * power(sin(radians(o.longitude - box.longitude) / 2), 2))) as half
        from (
            select code, latitude::float as latitude, longitude::float as longitude from places_outcode
            where latitude between box.south and box.north and longitude between box.west and box.east offset 0
        ) o offset 0
    ) each_of_them where half <= $5::float
) near"""


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
    (lat_a, lon_a), (lat_b, lon_b) = a, b
    half = sin(radians(lat_b - lat_a) / 2) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(half))
