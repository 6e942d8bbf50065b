"""Filling the table of outcodes from a file that an installation chose."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction

from audit.services import trail
from places.models import Outcode
from places.postcodes import OUTCODE

COUNCIL = re.compile(r"[EWSN][0-9]{8}|")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were stored, and the numbers of those that were not understood (1 is the first below the heading)."""

    stored: int
    not_understood: tuple[int, ...]


def load(*, rows: Iterable[Mapping[str, str]], by: object, at: datetime) -> Loaded:
    """Stores rows of `outcode, lat, lon, town` and, where the file has it, `council` (GSS code); degrees, WGS84. Known ones are replaced.

    A file without councils leaves those we know as they are. Rows that make no sense are left out and counted.
    """
    known = dict(Outcode.objects.values_list("code", "council_code"))
    read = [_read(row, known) for row in rows]
    good = {outcode.code: outcode for outcode in read if outcode is not None}
    with transaction.atomic():
        Outcode.objects.bulk_create(
            good.values(),
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["latitude", "longitude", "council_code", "town"],
            batch_size=1000,
        )
        trail.write(by=by, verb="places.load_outcodes", about_kind="outcodes", about_id="all", at=at, detail={"stored": len(good)})
    return Loaded(len(good), tuple(number for number, outcode in enumerate(read, start=1) if outcode is None))


def _read(row: Mapping[str, str], known: Mapping[str, str]) -> Outcode | None:
    code, council = (row.get("outcode") or "").strip().upper(), (row.get("council") or "").strip()
    try:
        latitude, longitude = (round(Decimal(row[name]), 5) for name in ("lat", "lon"))
    except (KeyError, InvalidOperation, TypeError):
        return None
    if not (OUTCODE.fullmatch(code) and COUNCIL.fullmatch(council) and 49 <= latitude <= 61 and -9 <= longitude <= Decimal("2.5")):
        return None
    town = (row.get("town") or "").strip()[:60]
    return Outcode(code=code, latitude=latitude, longitude=longitude, council_code=council or known.get(code, ""), town=town)
