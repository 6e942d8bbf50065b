"""From the Ordnance Survey's National Grid to latitude and longitude (WGS84), good to some five metres.

Formulas and constants: Ordnance Survey, "A guide to coordinate systems in Great Britain", annexes A to C and section 6.6.
"""

from math import atan2, cos, radians, sin, sqrt, tan
from math import degrees as in_degrees

# Airy 1830 and GRS80: half axes in metres. The grid's true origin, the scale on its middle line, and the false easting and northing.
AIRY, GRS80 = (6_377_563.396, 6_356_256.909), (6_378_137.0, 6_356_752.3141)
ORIGIN_LATITUDE, ORIGIN_LONGITUDE, SCALE = radians(49), radians(-2), 0.9996012717
FALSE_EASTING, FALSE_NORTHING = 400_000.0, -100_000.0
# OSGB36 to WGS84: metres, turns in seconds of arc, and scale in parts of a million.
SHIFT, TURN, STRETCH = (446.448, -125.157, 542.060), (0.1502, 0.2470, 0.8421), -20.4894e-6


def position(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude in degrees."""
    latitude, longitude = _on_the_old_globe(easting, northing)
    return _on_the_new_globe(latitude, longitude)


def _arc(latitude: float, n: float) -> float:
    """Metres along the middle line from the origin."""
    away, both = latitude - ORIGIN_LATITUDE, latitude + ORIGIN_LATITUDE
    parts = (
        (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * away,
        -(3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(away) * cos(both),
        (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * away) * cos(2 * both),
        -35 / 24 * n**3 * sin(3 * away) * cos(3 * both),
    )
    return AIRY[1] * SCALE * sum(parts)


def _on_the_old_globe(easting: float, northing: float) -> tuple[float, float]:
    a, b = AIRY
    e2, n = 1 - b**2 / a**2, (a - b) / (a + b)
    north = northing - FALSE_NORTHING
    latitude = north / (a * SCALE) + ORIGIN_LATITUDE
    while abs(north - _arc(latitude, n)) >= 1e-5:
        latitude += (north - _arc(latitude, n)) / (a * SCALE)
    root = 1 - e2 * sin(latitude) ** 2
    nu, rho = a * SCALE / sqrt(root), a * SCALE * (1 - e2) / root**1.5
    eta2, t, sec, x = nu / rho - 1, tan(latitude), 1 / cos(latitude), easting - FALSE_EASTING
    up = (
        t / (2 * rho * nu),
        t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2),
        t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4),
    )
    along = (
        sec / nu,
        sec / (6 * nu**3) * (nu / rho + 2 * t**2),
        sec / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4),
        sec / (5040 * nu**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6),
    )
    return (
        latitude - up[0] * x**2 + up[1] * x**4 - up[2] * x**6,
        ORIGIN_LONGITUDE + along[0] * x - along[1] * x**3 + along[2] * x**5 - along[3] * x**7,
    )


def _on_the_new_globe(latitude: float, longitude: float) -> tuple[float, float]:
    """Seen from the middle of the earth, shifted, turned and stretched a little."""
    a, b = AIRY
    nu = a / sqrt(1 - (1 - b**2 / a**2) * sin(latitude) ** 2)
    x, y, z = nu * cos(latitude) * cos(longitude), nu * cos(latitude) * sin(longitude), nu * (b**2 / a**2) * sin(latitude)
    rx, ry, rz = (radians(seconds / 3600) for seconds in TURN)
    grown = 1 + STRETCH
    x, y, z = (
        SHIFT[0] + grown * x - rz * y + ry * z,
        SHIFT[1] + rz * x + grown * y - rx * z,
        SHIFT[2] - ry * x + rx * y + grown * z,
    )
    a, b = GRS80
    e2, p = 1 - b**2 / a**2, sqrt(x**2 + y**2)
    found, before = atan2(z, p * (1 - e2)), 0.0
    while abs(found - before) > 1e-12:
        before = found
        found = atan2(z + e2 * a / sqrt(1 - e2 * sin(before) ** 2) * sin(before), p)
    return in_degrees(found), in_degrees(atan2(y, x))
