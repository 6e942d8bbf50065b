"""Every address there is, asked by an operator with a password alone: what is open to them is named, and short."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from config.second_step import OPEN
from tests import cast

MADE_UP = {"int": 1, "uuid": UUID(int=1), "slug": "one", "str": "one"}


def _every(resolver: URLResolver, before: str = "/", space: str = "") -> Iterator[tuple[str, str]]:
    """The name and a made-up address of each."""
    for one in resolver.url_patterns:
        pattern = one.pattern
        if not isinstance(pattern, RoutePattern):
            continue  # an address for all that is not there, and one of allauth's that is switched off
        path = before + str(pattern)
        for name, converter in pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            path = path.replace(f"<{kind}:{name}>", str(MADE_UP[kind])).replace(f"<{name}>", "one")
        if isinstance(one, URLPattern):
            yield f"{space}{one.name}", path
        else:
            yield from _every(one, path, f"{one.namespace}:" if one.namespace else space)


@pytest.mark.django_db
def test_with_a_password_alone_an_operator_gets_nowhere() -> None:
    client = Client()
    client.force_login(cast.operator(), backend="django.contrib.auth.backends.ModelBackend")
    asked, wrong = 0, []
    for name, address in _every(get_resolver()):
        for method in ("get", "post"):
            if name in OPEN:
                continue
            answer = getattr(client, method)(address)
            asked += 1
            if address.startswith("/api/"):
                is_refused = answer.status_code == 403 and answer.json()["code"] == "second_step_is_missing"
            else:
                is_refused = answer.headers.get("Location") == "/accounts/2fa/totp/activate/"
            if not is_refused:
                wrong.append(f"{method} {address} ({name}): {answer.status_code}")
    assert wrong == []
    assert asked > 1000
