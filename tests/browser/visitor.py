"""A person at their own browser without JavaScript, and the eye that looks at every page they come to."""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Response

from tests import screens
from tests.frontend.test_words import OURS_ONLY

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "test-results" / "walk"
PASSWORD = "three words apart"


class Eye:
    """Looks at a page as it stands, on a phone and on a wide screen.

    In a second context that has JavaScript, which axe needs: the same words, drawn again. Its window is kept for all pages of one origin, and only
    what is in it is changed, so that axe and the style sheets are read once.
    """

    def __init__(self, browser: Browser) -> None:
        self.seen, self.wrong = set[str](), list[object]()
        self.page = browser.new_context().new_page()
        shutil.rmtree(PICTURES, ignore_errors=True)
        PICTURES.mkdir(parents=True)

    def look(self, page: Page) -> None:
        """Once for each kind of page in each of its states: axe finds nothing, nothing goes sideways.

        A picture is kept of what is wrong; with PICTURES=1 in the environment, of everything.
        """
        kind = f"{re.sub(r'[0-9a-f-]{20,}|cs_test_[0-9A-Za-z]+|[0-9]+', 'N', urlsplit(page.url).path)} {self._state(page)}"
        if kind in self.seen:
            return
        self.seen.add(kind)
        before = len(self.wrong)
        if found := OURS_ONLY.search(page.locator("body").inner_text()):
            self.wrong.append((kind, "says", found[0]))
        self._draw(page.url, page.content())
        self.wrong += screens.wrong(self.page, kind)
        if len(self.wrong) > before or os.environ.get("PICTURES"):
            self._keep_picture(page, kind)

    def _keep_picture(self, page: Page, kind: str) -> None:
        name = re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")[:80]
        page.screenshot(path=PICTURES / f"{len(self.seen):03d}-{name}.png", full_page=True)

    def _draw(self, url: str, html: str) -> None:
        if _origin(self.page.url) == _origin(url):
            self.page.set_content(html)
            return
        self.page.route(url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        self.page.goto(url)
        self.page.unroute(url)

    def _state(self, page: Page) -> str:
        """What tells two states of one address apart: its title (a problem is in it) and heading."""
        title, heading = page.evaluate("[document.title, document.querySelector('h1')?.innerText ?? '']")
        return re.sub(r"[\d£.,]+", "N", f"{title.split(' – ')[0]} {heading}")


def _origin(url: str) -> str:
    return "//".join(urlsplit(url)[:2])


@dataclass
class Visitor:
    """One person. Every page they come to is looked at."""

    browser: Browser
    url: str
    eye: Eye
    first_name: str
    width: int
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        context = self.browser.new_context(viewport={"width": self.width, "height": 900}, java_script_enabled=False)
        context.set_default_timeout(15_000)
        self.page = context.new_page()
        self.page.on("response", self._noted)

    def _noted(self, response: Response) -> None:
        if response.status >= 500:
            self.eye.wrong.append((response.request.method, response.url, response.status))

    @property
    def email(self) -> str:
        return f"{self.first_name.lower()}@example.com"

    # --- going about ---

    def sign_in(self) -> "Visitor":
        self.open("/accounts/login/")
        self.write({"E-mail or phone number": self.email, "Password": PASSWORD})
        self.press("Sign in")
        if "/accounts/2fa/" in self.page.url:
            self.write({"The numbers the app shows": self.main.locator(".note b").inner_text()})
            self.press("Sign in")
        self.on("/")
        assert "/accounts/" not in self.page.url, self.text
        return self

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.url + path)
        self.eye.look(self.page)

    def follow(self, name: str) -> None:
        self._go(self.main.get_by_role("link", name=name).first)

    def follow_in(self, beside: str, name: str) -> None:
        """The link of this name in the list's line that says something."""
        self._go(self.main.get_by_role("listitem").filter(has_text=beside).get_by_role("link", name=name).first)

    def press(self, name: str) -> None:
        self._go(self.page.get_by_role("button", name=name).first)

    def _go(self, what: Locator) -> None:
        with self.page.expect_navigation():
            what.click()
        self.eye.look(self.page)

    def on(self, path: str) -> None:
        assert self.page.url.startswith(self.url + path), f"{self.first_name} is at {self.page.url}: {self.text}"

    # --- reading and writing ---

    @property
    def main(self) -> Locator:
        return self.page.locator("main").first

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("body").inner_text().split())

    def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            assert sentence in self.text, f"{self.first_name} at {self.page.url} does not read {sentence!r}: {self.text}"

    def write(self, answers: dict[str, str]) -> None:
        for label, text in answers.items():
            self.main.get_by_label(label, exact=False).first.fill(text)

    def pick(self, question: str, *answers: str) -> None:
        group = self.main.get_by_role("group", name=question)
        for answer in answers:
            group.get_by_label(answer, exact=False).first.check()

    def unpick(self, question: str) -> None:
        for box in self.main.get_by_role("group", name=question).get_by_role("checkbox").all():
            box.uncheck()

    def is_told(self, sentence: str, **kept: str) -> None:
        """A problem with this sentence, and what was typed is still there."""
        assert self.page.title().startswith("Problem:"), f"no problem told: {self.text}"
        self.reads(sentence)
        for name, typed in kept.items():
            box = self.page.locator(f"[name={name}]")
            found = box.first.input_value() if box.first.get_attribute("type") not in {"radio", "checkbox"} else self._picked(name)
            assert found == typed, f"{name} was {typed!r}, is {found!r}"

    def _picked(self, name: str) -> str:
        picked: Any = self.page.locator(f"[name={name}]:checked")
        return str(picked.first.get_attribute("value")) if picked.count() else ""
