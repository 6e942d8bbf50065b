"""What lists of words are narrowed by."""

from django_filters.rest_framework import FilterSet

from vocabulary.models import Term


class TermFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Term
        fields = ("kind", "slug")
