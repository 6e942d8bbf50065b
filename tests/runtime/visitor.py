"""Somebody who uses the running site, and Stripe's page, as a browser without JavaScript would: pages, forms, cookies."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import CookieJar
from typing import Any

from config.demo_story.cast import PASSWORD, Part

PAYS, DECLINED = "4242424242424242", "4000000000000002"
_APP_SHOWS = re.compile(r"The app would show <b>(\d+)</b> now")  # parts/app_shows.html
_PROOF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """Where one ended up, and what stands there."""

    url: str
    html: str


class _StaysThere(urllib.request.HTTPRedirectHandler):
    """Does not go where it is sent."""

    def http_error_303(self, request: Any, response: Any, code: int, message: str, headers: Any) -> Any:
        return response


class Visitor:
    """Signed in as one person of the story."""

    def __init__(self, site: str, part: Part) -> None:
        self.site = site
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        arrived = self.send("/accounts/login/", login=part.email, password=PASSWORD)
        if asked := _APP_SHOWS.search(arrived.html):
            arrived = self.send(arrived.url, code=asked[1])
        assert "/accounts/" not in arrived.url, f"{part.name} could not sign in"

    def see(self, address: str) -> Page:
        """A path of ours, or a whole address."""
        return self._open(urllib.parse.urljoin(self.site, address), None)

    def send(self, address: str, **answers: str) -> Page:
        """Fills in a form of ours and goes where that leads. A button without a page of its own is pressed from the start page."""
        proof = _PROOF.search(self._form_page(address).html)
        assert proof, f"{address} has no form"
        return self._open(urllib.parse.urljoin(self.site, address), {"csrfmiddlewaretoken": proof[1], **answers})

    def _form_page(self, address: str) -> Page:
        try:
            return self.see(address)
        except urllib.error.HTTPError as refused:
            refused.close()
            if refused.code != HTTPStatus.METHOD_NOT_ALLOWED:
                raise
        return self.see("/start/")

    def _open(self, address: str, answers: dict[str, str] | None) -> Page:
        body = None if answers is None else urllib.parse.urlencode(answers).encode()
        with self._opener.open(urllib.request.Request(address, body), timeout=60) as answer:
            return Page(answer.url, answer.read().decode())

    # --- what people do ---

    def says_it_all_happened(self, share_id: int) -> None:
        """Yes to every visit of the week, checked and sent."""
        address = f"/weeks/{share_id}/"
        visits = sorted(set(re.findall(r'name="(visit_\d+)"', self.see(address).html)))
        assert visits
        said = dict.fromkeys(visits, "yes")
        assert "Check your answer" in self.send(address, **said).html
        self.send(address, **said, _confirm="yes")

    def opens_the_card_page(self, call_id: int) -> str:
        """Presses "Pay by card". Where that leads: Stripe's page, or back to our own."""
        return self.send(f"/payments/{call_id}/card/").url

    def pays_there(self, stripes_page: str, card: str = PAYS) -> Page:
        """Types a card number on Stripe's page. A good one leads back to us."""
        return self._open(stripes_page, {"number": card})

    def pays_and_shuts_the_window(self, stripes_page: str) -> None:
        """Never comes back to us, so that only Stripe knows that it is paid."""
        opener = urllib.request.build_opener(_StaysThere)
        opener.open(urllib.request.Request(stripes_page, urllib.parse.urlencode({"number": PAYS}).encode()), timeout=60).close()
