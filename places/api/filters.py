"""What lists of places are narrowed by."""

from django_filters.rest_framework import CharFilter, FilterSet

from places.models import Outcode


class OutcodeFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    begins = CharFilter("code", "istartswith", max_length=4)

    class Meta:
        model = Outcode
        fields = ("council_code",)
