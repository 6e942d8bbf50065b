"""Reads the sandbox's pages as a browser without JavaScript would."""

import http.client
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Shown:
    status: int
    text: str
    location: str
    policy: str


def open_page(url: str, fields: dict[str, str] | None = None) -> Shown:
    """A GET, or the POST of a form's fields. Redirects are told, not followed."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}
    try:
        connection.request("GET" if fields is None else "POST", address.path, None if fields is None else urlencode(fields), headers)
        answer = connection.getresponse()
        policy = answer.getheader("Content-Security-Policy", "")
        return Shown(answer.status, answer.read().decode(), answer.getheader("Location", ""), policy)
    finally:
        connection.close()


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name") and (given.get("type") != "radio" or "checked" in given):
            self.fields[str(given["name"])] = given.get("value") or ""


def fields_of(page: Shown) -> dict[str, str]:
    """What the form would send if nothing was changed."""
    form = _Form()
    form.feed(page.text)
    return form.fields
