"""Shapes of what a search finds."""

from collections.abc import Mapping

from rest_framework import serializers

from audit.api.shapes import Shape, shape_of
from marketplace.selectors.search import Facet, Found
from providers.cards import Card


class PricesTogether(serializers.DictField):
    """How many people → what they pay in all, in pence."""

    child = serializers.IntegerField()

    def to_representation(self, value: Mapping[int, int]) -> dict[str, int]:
        return {str(people): pence for people, pence in value.items()}


CardShape = shape_of(Card, "Card", group_pence=PricesTogether(), weekdays=serializers.ListField(child=serializers.IntegerField()))
FacetShape = shape_of(Facet, "Facet")
FoundShape = shape_of(Found, "Found", cards=CardShape(many=True), gifts=CardShape(many=True), facets=FacetShape(many=True))


class PageSaid(Shape):
    """Which twenty."""

    page = serializers.IntegerField(min_value=1, max_value=50, default=1)
