"""A page that is read before it is pressed: what it shows goes along in hidden fields."""

from typing import Any

from django.test import Client


def read_and_press(client: Client, page: str, **said: Any) -> Any:
    """Sends an answer from the page as it is now."""
    form = client.get(page).context["form"]
    return client.post(page, {**{name: form.initial[name] for name in form.shows}, **said})
