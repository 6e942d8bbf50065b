"""Filling the table of outcodes from a file that an installation chose: all of it, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from audit.services import trail
from places.areas import AREAS
from places.files import Bad, Place, read
from places.models import Outcode
from places.postcodes import area_of


class RowsAreWrong(Exception):
    """Nothing was stored. `bad`: every row that makes no sense, with its line and why."""

    def __init__(self, bad: tuple[Bad, ...]) -> None:
        self.bad = bad
        super().__init__(f"{len(bad)} rows make no sense. Nothing was stored.")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many outcodes were stored; how many rows have no position or no longer exist, as they say themselves."""

    stored: int
    passed_over: int


def load(*, lines: Iterable[str], by: object, at: datetime) -> Loaded:
    """Stores the outcodes of a file; `places.files` says which files. Known ones are replaced.

    A file without councils or names leaves those we know as they are. Raises files.NotUnderstood, RowsAreWrong; then nothing was stored.
    """
    found = read(lines)
    if found.bad:
        raise RowsAreWrong(found.bad)
    with transaction.atomic():
        known = Outcode.objects.in_bulk(list(found.places))
        Outcode.objects.bulk_create(
            [_outcode(code, place, known.get(code)) for code, place in found.places.items()],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["latitude", "longitude", "council_code", "town"],
            batch_size=1000,
        )
        trail.write(by=by, verb="places.load_outcodes", about_kind="outcodes", about_id="all", at=at, detail={"stored": len(found.places)})
    return Loaded(len(found.places), found.passed_over)


def _outcode(code: str, place: Place, known: Outcode | None) -> Outcode:
    latitude, longitude = (Decimal(str(degrees)) for degrees in place.middle)
    council = place.council or (known.council_code if known else "")
    area = AREAS.get(area_of(code))
    town = place.town or (known.town if known else area[2] if area else "")
    return Outcode(code=code, latitude=latitude, longitude=longitude, council_code=council, town=town)
