"""Where synthetic people live: councils and outcodes around the middles of England's postcode areas. Real ones are used where they are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import cos, pi, radians, sin, sqrt
from random import Random

from config.synthetic.words import listed
from places.areas import AREAS
from places.models import Outcode

COUNCILS = 153  # England's councils with adult social care duties
LONDON = listed("BR CR DA E EC EN HA IG KT N NW RM SE SM SW TW UB W WC")
# Scotland, Wales, Northern Ireland and the islands
ELSEWHERE = listed("AB BT CF DD DG EH FK G GY HS IM IV JE KA KW KY LD LL ML NP PA PH SA TD ZE")
CITIES = listed("B BD BN BS CV DE HU L LE LS M NE NG OL S ST WA WF WS")
RURAL = listed("CA DL DT EX HR IP LA LN NR PE PL SY TA TQ TR YO")
MILES_OF_A_DEGREE = 69.05


@dataclass(frozen=True, slots=True)
class Town:
    """A synthetic council and the outcodes its people live in."""

    number: int
    code: str
    name: str
    outcodes: tuple[str, ...]


def areas() -> list[str]:
    """England's postcode areas."""
    return sorted(AREAS.keys() - set(ELSEWHERE))


def outcodes_to_make(*, seed: int) -> list[Outcode]:
    """Outcodes around the middle of each area that our table does not cover: many where many people live, wide apart in the country."""
    covered = {code.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").rstrip("0123456789") for code in Outcode.objects.values_list("code", flat=True)}
    return [row for area in areas() if area not in covered for row in _around(area, Random(f"{seed}:{area}"))]  # noqa: S311


def _around(area: str, draw: Random) -> list[Outcode]:
    count, miles = (20, 4) if area in LONDON else (36, 9) if area in CITIES else (22, 24) if area in RURAL else (16, 13)
    latitude, longitude, name = AREAS[area]
    rows = []
    for number in range(1, count + 1):
        away, angle = miles * sqrt(draw.random()), 2 * pi * draw.random()
        north = latitude + away * cos(angle) / MILES_OF_A_DEGREE
        east = longitude + away * sin(angle) / (MILES_OF_A_DEGREE * cos(radians(latitude)))
        rows.append(Outcode(code=f"{area}{number}", latitude=f"{north:.5f}", longitude=f"{min(east, 1.9):.5f}", town=name))
    return rows


def towns(known: Sequence[str]) -> list[Town]:
    """All of England's councils, in an order that begins somewhere else each time: the first ten are spread over the country."""
    of_area: dict[str, list[str]] = {area: [] for area in areas()}
    for code in known:
        area = code[:2] if code[1:2].isalpha() else code[:1]
        if area in of_area:
            of_area[area].append(code)
    spread = sorted(of_area, key=lambda area: Random(area).random())  # noqa: S311
    turns = ((area, turn) for turn in range(3) for area in spread if turn < _councils_of(area))
    chosen = list(islice(turns, COUNCILS))
    shared = {area: sum(1 for one, _ in chosen if one == area) for area in spread}
    return [
        Town(number, f"E99{number:06d}", f"{AREAS[area][2]} simulated council {turn + 1}", tuple(of_area[area][turn :: shared[area]]))
        for number, (area, turn) in enumerate(chosen, 1)
        if of_area[area][turn :: shared[area]]
    ]


def _councils_of(area: str) -> int:
    return 3 if area in CITIES else 2 if area in LONDON else 1
