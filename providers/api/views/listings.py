"""Services on sale: found near a place, written, shown and taken down."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, looks, makes, verb
from audit.api.shapes import Shape
from places.postcodes import outcode_of
from providers.api.filters import ListingFilter
from providers.api.serializers import ListingNear, ListingNew, ListingRow, ListingSaid
from providers.models import Listing
from providers.selectors import ListingCard, listings_near
from providers.services import listings

OUTCODE = OpenApiParameter("outcode", str, required=True, description="The first part of a postcode, or the whole of one.")
PEOPLE = OpenApiParameter("people", int, description="How many would have it together (1 to 8).")


class Place(Shape):
    """Where, and for how many."""

    outcode = serializers.CharField(max_length=10)
    people = serializers.IntegerField(min_value=1, max_value=8, default=1)


class Listings(ReadEdge):
    """Services. Live ones of live providers are public."""

    model = Listing
    related = ("enterprise", "category")
    serializer_class = ListingRow
    filterset_class = ListingFilter
    anybody = frozenset({"list", "retrieve", "near"})

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("languages", "access", "outcomes", "group_prices")

    @looks(ListingNear, many=True, parameters=[OUTCODE, PEOPLE])
    def near(self, request: Request) -> Response:
        """Services whose provider comes to this place and whose papers all count today, nearest first, with the price for so many."""
        place = Place(data=request.query_params)
        place.is_valid(raise_exception=True)
        people = place.validated_data["people"]
        wanted = set(self.filter_queryset(self.get_queryset()).values_list("pk", flat=True))
        cards = listings_near(outcode=outcode_of(place.validated_data["outcode"]), on=self.today)
        return self.give_pages(_near(card, people) for card in cards if card.listing.pk in wanted)

    @makes(ListingNew, ListingRow)
    def create(self, request: Request) -> Response:
        """A new service, not shown until it is published."""
        return self.answer(listings.save(by=self.person, at=self.at, **_terms(self.asked())))

    @makes(ListingSaid, ListingRow, status=200)
    def update(self, request: Request, pk: int) -> Response:
        """Changes it. Agreements keep the copy they were signed with."""
        row = self.get_object()
        return self.answer(listings.save(listing=row, enterprise=row.enterprise, by=self.person, at=self.at, **_terms(self.asked())))

    @verb(None, ListingRow)
    def publish(self, request: Request, pk: int) -> Response:
        """Shows it to people, once its papers are seen."""
        return self.answer(listings.publish(listing=self.get_object(), by=self.person, at=self.at))

    @verb(None, ListingRow)
    def pause(self, request: Request, pk: int) -> Response:
        """Takes it down for now."""
        return self.answer(listings.pause(listing=self.get_object(), by=self.person, at=self.at))


def _near(card: ListingCard, people: int) -> dict[str, Any]:
    price = card.price_for(people)
    each = None if price is None else -(-price // people)
    return {
        "listing": card.listing,
        "miles": round(card.miles, 2),
        "people": people,
        "price_pence": price,
        "each_pence": each,
        "checks": card.checks,
    }


def _terms(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "group_prices": {one["people"]: one["pence"] for one in said["group_prices"]}}
