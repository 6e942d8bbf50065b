"""Services on sale: written, shown and taken down. Finding one near a place is under search/."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from providers.api.filters import ListingFilter
from providers.api.serializers import ListingNew, ListingRow, ListingSaid
from providers.models import Listing
from providers.services import listings


class Listings(ReadEdge):
    """Services. Live ones of live providers are public; search/ finds those near a place."""

    model = Listing
    related = ("enterprise", "category")
    serializer_class = ListingRow
    filterset_class = ListingFilter
    anybody = frozenset({"list", "retrieve"})

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("languages", "access", "outcomes", "group_prices")

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


def _terms(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "group_prices": {one["people"]: one["pence"] for one in said["group_prices"]}}
