"""Where things are, to the first part of a postcode: all that search and travel need, and all that we keep of an address."""

from django.db import models
from django.db.models import Q

from places.querysets import AreaQuerySet, OutcodeQuerySet


class Outcode(models.Model):
    """The first part of a postcode (`SE15`), its middle, its council, and the name people use for it."""

    code = models.CharField(max_length=4, primary_key=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)
    council_code = models.CharField(max_length=9, blank=True)
    town = models.CharField(max_length=60)

    objects = OutcodeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(name="outcode_is_in_capitals", condition=Q(code__regex=r"^[A-Z]{1,2}[0-9][0-9A-Z]?$")),
            # The United Kingdom, with room to spare: catches swapped columns.
            models.CheckConstraint(
                name="outcode_is_in_the_uk",
                condition=Q(latitude__gte=49, latitude__lte=61, longitude__gte=-9, longitude__lte=2.5),
            ),
        ]
        # All that is asked of a place by those near it.
        indexes = [models.Index(fields=["latitude", "longitude", "code"], name="outcode_near")]

    def __str__(self) -> str:
        return self.code


class Area(models.Model):
    """The outline of a council, for drawing: `rings` of longitude and latitude, and the box that they lie in. `source`: whom a map names for it."""

    code = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=300, blank=True)
    rings = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="area_has_a_council_s_code", condition=Q(code__regex=r"^[EWSN][0-9]{8}$")),
            models.CheckConstraint(name="area_has_two_sides", condition=Q(west__lt=models.F("east"), south__lt=models.F("north"))),
        ]

    def __str__(self) -> str:
        return self.name
