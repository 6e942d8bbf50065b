"""The site's own WSGI application, with one address more: a page that says hello, through all the middleware, to measure the others by."""

from types import ModuleType

from config.wsgi import application  # first: it sets Django up

__all__ = ["application"]


def _add_hello() -> ModuleType:
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    from config import urls

    def hello(request: HttpRequest) -> HttpResponse:
        return HttpResponse("hello, world")

    urls.urlpatterns.insert(0, path("bench/hello", hello))
    settings.ROOT_URLCONF = urls
    return urls


_add_hello()
