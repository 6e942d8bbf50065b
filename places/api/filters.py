"""What lists of places are narrowed by."""

from django_filters.rest_framework import CharFilter

from audit.api.narrowing import Narrowed
from places.models import Outcode


class OutcodeFilter(Narrowed):
    begins = CharFilter("code", "istartswith", max_length=4)

    class Meta:
        model = Outcode
        fields = ("council_code",)
