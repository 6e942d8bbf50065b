"""Two people who have never been here, on a phone: Mary looks, keeps and makes her page; Fatuma answers, and makes hers. Copy.md A and C."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from pooling.models import Cluster
from tests import cast, cast_pooling, screens
from tests.frontend.test_in_a_browser import browser_page
from tests.marketplace.test_search import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = 320


@dataclass
class Phone:
    """Somebody's own. With scripts, axe looks at every page they come to; without, every step must go all the same."""

    page: Page
    url: str
    scripts: bool
    wrong: list[object] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)
        self._look()

    def follow(self, name: str) -> None:
        self._go(self.page.get_by_role("main").get_by_role("link", name=name).first)

    def press(self, name: str) -> None:
        self._go(self.page.get_by_role("main").get_by_role("button", name=name).first)

    def _go(self, what: Any) -> None:
        with self.page.expect_navigation():
            what.click()
        self._look()

    def _look(self) -> None:
        if self.scripts and self.page.title() not in self.seen:
            self.seen.add(self.page.title())
            self.wrong += screens.wrong(self.page, self.page.title())

    def write(self, **answers: str) -> None:
        for name, text in answers.items():
            self.page.locator(f"[name={name}]").fill(text)

    def tick(self, *labels: str) -> None:
        for label in labels:
            self.page.get_by_label(label, exact=False).first.check()

    def reads(self, *sentences: str) -> None:
        text = " ".join(self.page.locator("main").inner_text().split())
        for sentence in sentences:
            assert sentence in text, f"{self.page.url} does not say {sentence!r}: {text}"

    def type_the_numbers(self) -> None:
        found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
        assert found
        self.write(code=found[0])
        self.press("Next")


def of_another(browser: Browser | None, scripts: bool) -> Page:
    assert browser is not None
    return browser.new_context(viewport={"width": PHONE, "height": 900}, java_script_enabled=scripts).new_page()


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_two_people_come_for_the_first_time(live_server: Any, set_clock: Any, scripts: bool) -> None:
    set_clock(cast.AT)
    cache.clear()
    make()
    cluster, _ = cast_pooling.group(cast.yusuf(), cast.halima(), at=cast.AT - timedelta(days=8))
    Cluster.objects.filter(pk=cluster.pk).update(is_listed=True)
    with browser_page(PHONE, java_script_enabled=scripts) as page:
        mary = Phone(page, live_server.url, scripts)
        looks_and_keeps(mary)
        makes_her_page(mary)
        fatuma = Phone(of_another(page.context.browser, scripts), live_server.url, scripts)
        answers_first(fatuma)
        saves_last(fatuma)
    assert mary.wrong + fatuma.wrong == []


def looks_and_keeps(mary: Phone) -> None:
    mary.open("/")
    mary.reads("Looking is free. You do not have to join a group. Your money stays yours.")
    mary.follow("See what is near me")
    mary.tick("Meals and cooking")
    mary.press("Next")
    mary.write(where="SE15")
    mary.press("Show me")
    mary.reads("Free", "Lunch club", "A group you could join", "People you can pay", "Cooking in your home", "None of these is right?")
    mary.follow("Show them on a map")
    mary.reads("Where it is, near SE15", "The same in a list")
    mary.follow("The list")
    if mary.scripts:
        chooses_at_once(mary)
    mary.press("Keep these")
    mary.reads("Tick what you want to keep or compare.")
    mary.tick("Keep or compare: Lunch club", "Keep or compare: Cooking in your home")
    mary.press("Compare side by side")
    mary.reads("Side by side", "£15.00 an hour.", "How far from you")
    mary.press("Keep these")


def chooses_at_once(mary: Phone) -> None:
    """What is picked takes effect without a press, and can be taken off again."""
    mary.page.get_by_text("More ways to choose").click()
    mary.page.get_by_label("Language").focus()
    mary.page.get_by_label("Language").select_option("somali")
    mary.page.wait_for_selector("#found .tag")
    mary.reads("1 found", "Somali", "Cooking in your home")
    assert "language=somali" in mary.page.url
    assert "Lunch club" not in mary.page.locator("#found").inner_text()
    assert mary.page.evaluate("document.activeElement.id") == "id_language"
    mary.follow("Somali")
    searches_at_once(mary)


def searches_at_once(mary: Phone) -> None:
    """What is asked at the top takes its place too, the button keeps the focus, and a place nobody knows is asked for on a page of its own."""
    mary.page.evaluate("window.stays = true")
    mary.page.get_by_label("What would help?").select_option("any")
    mary.page.locator("#found article", has_text="Gardens big and small").wait_for()
    mary.page.locator("#id_words").fill("gardens")
    mary.page.get_by_role("button", name="Show me", exact=True).click()
    mary.page.locator("#found article", has_text="Lunch club").wait_for(state="detached")
    assert mary.page.evaluate("[window.stays, document.activeElement.innerText]") == [True, "Show me"]
    assert "what=any" in mary.page.url
    assert "words=gardens" in mary.page.url
    assert mary.page.locator("#count[role=status]").inner_text().endswith("Nobody can pay to be higher.")
    mary.page.locator("#id_words").fill("")
    mary.page.locator("#id_where").fill("ZZ99")
    mary.press("Show me")
    mary.reads("Look at a letter sent to you.")
    mary.write(where="SE15")
    mary.press("Show me")
    mary.reads("Free", "Lunch club", "Cooking in your home")


def makes_her_page(mary: Phone) -> None:
    mary.reads("Make your own page", "You kept 2 services.", "You live near SE15.")
    mary.write(full_name="Mary Price")
    mary.tick("E-mail")
    mary.write(email="mary@example.com")
    mary.press("Next")
    mary.reads("Type the 6 numbers", "Do not tell the numbers to anyone. Not even to us.")
    mary.type_the_numbers()
    mary.reads("Does anyone help you with this?")
    mary.tick("No. I do it myself")
    mary.press("Next")
    mary.reads("Mary", "Nobody yet.", "You kept", "Lunch club", "Cooking in your home")
    mary.press("Take it off my list")
    mary.reads("You kept", "Lunch club")


def answers_first(fatuma: Phone) -> None:
    fatuma.open("/provider/join/")
    fatuma.reads("Get paid work near you", "Joining is free.")
    fatuma.follow("Start")
    fatuma.tick("Garden or small repairs", "Company")
    fatuma.press("Next")
    fatuma.tick("Yes, just me")
    fatuma.press("Next")
    fatuma.write(outcode="SE15")
    fatuma.tick("Mornings", "Weekends")
    fatuma.press("Next")
    fatuma.write(price="20.00")
    fatuma.tick("No")
    fatuma.press("Next")
    fatuma.write(full_name="Fatuma Ali", reach="fatuma@example.com", about="I dig and I plant.")


def saves_last(fatuma: Phone) -> None:
    fatuma.press("Next")
    fatuma.type_the_numbers()
    fatuma.reads("What is left", "You can be found for “Garden or small repairs” when two of these are done.")
    fatuma.press("Save and see my page")
    fatuma.reads("Hello Fatuma", "Not live yet. 3 things left.", "Wanted near SE15")
