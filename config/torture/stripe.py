"""The pretend Stripe seen from outside: what it holds, and how it is made to fail."""

import json
import urllib.parse
import urllib.request
from typing import Any

from django.conf import settings


def _asked(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
        return json.load(answer)


def control(verb: str, asked: Any = None) -> Any:
    """Its control plane: GET, or POST with what is asked. Raises OSError when it does not answer."""
    body = None if asked is None else json.dumps(asked).encode()
    address = f"{settings.STRIPE_API_BASE}/_sandbox/{verb}"
    return _asked(urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"}))  # noqa: S310 - our own address


def fault(kind: str, path: str, **more: Any) -> None:
    """The next request like this meets this fault."""
    control("faults", {"method": "POST", "path": path, "kind": kind, **more})


def no_faults() -> None:
    """Takes all that are left away."""
    control("faults", [])


def everything(things: str, **narrowed: str) -> list[dict[str, Any]]:
    """Everything it has of these ("transfers"), newest first, asked for over HTTP without the SDK."""
    found: list[dict[str, Any]] = []
    has_more = True
    while has_more:
        query = urllib.parse.urlencode({"limit": 100, **narrowed} | ({"starting_after": found[-1]["id"]} if found else {}))
        address = f"{settings.STRIPE_API_BASE}/v1/{things}?{query}"
        page = _asked(urllib.request.Request(address, headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}))  # noqa: S310 - ours
        found += page["data"]
        has_more = page["has_more"]
    return found
