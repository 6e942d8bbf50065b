"""Every room's routes under /api/v1/, the OpenAPI document, and what is not there."""

import functools

from django.http import HttpResponse
from django.urls import include, path, re_path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import guide
from config.joining import Join

ROOMS = ("people", "vocabulary", "places", "providers", "pooling", "marketplace", "payments", "audit")


@extend_schema(exclude=True)
class Nothing(APIView):
    """An address that is not there: a problem like any other, not a page."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    def initial(self, request: Request, *args: str, **kwargs: str) -> None:
        raise NotFound

    def get(self, request: Request) -> Response:
        raise NotFound


class Document(SpectacularAPIView):
    """The OpenAPI document: the same for everybody, so a process draws and writes it out once in each format."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: str, **kwargs: str) -> HttpResponse:
        form = request.accepted_renderer
        kind = f"{form.media_type}; charset={form.charset}" if form.charset else form.media_type
        return HttpResponse(
            _written(form.media_type), content_type=kind, headers={"Content-Disposition": f'inline; filename="Clubtogether.{form.format}"'}
        )


@functools.cache
def _written(media_type: str) -> bytes:
    form = next(each for each in Document.renderer_classes if each.media_type == media_type)
    drawn = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    written: bytes = form().render(drawn, renderer_context={})
    return written


urlpatterns = [
    *(path("", include(f"{room}.api.urls")) for room in ROOMS),
    path("people/", Join.as_view(), name="people"),
    path("", guide.page, name="api-guide"),
    path("schema/", Document.as_view(), name="schema"),
    re_path(r"^.+$", Nothing.as_view(), name="nothing"),
]
