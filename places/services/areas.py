"""Filling the table of councils' outlines from a file that an installation chose: all of it, or nothing."""

from datetime import datetime

from django.db import transaction

from audit.services import trail
from places.models import Area
from places.shapes import Shape, read


def load(*, text: str, source: str, by: object, at: datetime) -> int:
    """Stores the outlines of a GeoJSON file in place of all that were there; how many. `source`: what their licence asks a map to say of them.

    Raises files.NotUnderstood; then nothing was stored.
    """
    found = read(text)
    with transaction.atomic():
        Area.objects.all().delete()
        Area.objects.bulk_create(_area(shape, source) for shape in {shape.code: shape for shape in found}.values())
        trail.write(by=by, verb="places.load_areas", about_kind="areas", about_id="all", at=at, detail={"stored": len(found)})
    return len(found)


def _area(shape: Shape, source: str) -> Area:
    wide, high = zip(*(point for ring in shape.rings for point in ring), strict=True)
    box = {"west": min(wide), "east": max(wide), "south": min(high), "north": max(high)}
    return Area(code=shape.code, name=shape.name, source=source.strip(), rings=shape.rings, **box)
