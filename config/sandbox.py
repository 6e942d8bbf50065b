"""The sandbox's control plane, for the demo: its clock, its webhooks. Nothing here is used with Stripe itself."""

import json
import urllib.request
from typing import Any

from django.conf import settings


def control(name: str, asked: dict[str, Any] | None = None) -> dict[str, Any]:
    """Asks the control plane: GET, or POST with what is asked. Raises OSError when the sandbox does not answer."""
    address = f"{settings.STRIPE_API_BASE}/_sandbox/{name}"
    body = None if asked is None else json.dumps(asked).encode()
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
        found: dict[str, Any] = json.load(answer)
    return found
