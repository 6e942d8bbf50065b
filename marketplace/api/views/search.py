"""Finding what is near a place: anybody, signed in or not."""

from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge
from marketplace.api.filters_of_search import SearchFilter
from marketplace.api.serializers.search import FoundShape, PageSaid
from marketplace.selectors.search import find
from providers.models import SearchRow

PAGE = OpenApiParameter(
    "page", {"type": "integer", "minimum": 1, "maximum": 50, "default": 1}, description="20 to a page; the nearest 1,000 at most, so 50 pages."
)
NO_SIZE = OpenApiParameter("page_size", exclude=True)


class Search(Edge):
    """What is on sale, free or for time near a place."""

    model = SearchRow
    serializer_class = FoundShape
    filterset_class = SearchFilter
    anybody = frozenset({"list"})

    @extend_schema(parameters=[PAGE, NO_SIZE], responses=FoundShape, filters=True)
    def list(self, request: Request) -> Response:
        """Nearest first, with how many there would be with each other choice. With `is_more_than`, all numbers are of the nearest `count`."""
        asked = SearchFilter(request.query_params, queryset=SearchRow.objects.none(), request=request)
        if not asked.is_valid():
            raise translate_validation(asked.errors)
        return self.give(find(asked.asked, on=self.today, page=self.asked_in_address(PageSaid)["page"]))
