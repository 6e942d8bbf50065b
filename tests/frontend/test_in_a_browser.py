"""Public pages in a real browser: nothing for axe to find, no sideways scroll, nothing from elsewhere, quick to load, usable by keyboard."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests import browsers, screens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = [
    "/",
    "/how-it-works/",
    "/help/",
    "/worried/",
    "/accessibility/",
    "/privacy/",
    "/style/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/nothing-here/",
]
AND_IN_THE_DARK = (*screens.SCREENS, (screens.PHONE, "dark"))


@contextmanager
def browser_page(width: int = 1280, **look: Any) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.FLAGS)
        try:
            yield browser.new_context(viewport={"width": width, "height": 900}, **look).new_page()
        finally:
            browser.close()


def test_axe_finds_nothing_and_nothing_goes_sideways(live_server: Any) -> None:
    wrong: list[object] = []
    with browser_page() as page:
        page.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
        for address in PAGES:
            page.goto(live_server.url + address)
            wrong += screens.wrong(page, address, AND_IN_THE_DARK)
    assert wrong == []


def test_the_first_load_is_small_and_asks_nobody_else(live_server: Any) -> None:
    sizes: dict[str, int] = {}
    with browser_page(390) as page:
        page.on("response", lambda answer: sizes.__setitem__(answer.url, len(gzip.compress(answer.body(), 6))))
        page.goto(live_server.url, wait_until="networkidle")
    assert [url for url in sizes if not url.startswith(live_server.url)] == []
    assert sum(sizes.values()) <= 100_000, sizes


def test_the_keyboard_alone_reaches_the_main_part(live_server: Any) -> None:
    with browser_page() as page:
        page.goto(live_server.url + "/help/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the main part"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_a_problem_takes_the_focus_and_leads_to_its_field_without_a_script(live_server: Any) -> None:
    with browser_page(java_script_enabled=False) as page:
        page.goto(live_server.url + "/accounts/login/")
        page.get_by_label("E-mail or phone number").fill("amina@example.com")
        page.get_by_role("button", name="Sign in").click()
        assert page.title().startswith("Problem: ")
        assert page.locator(".problem:focus").count() == 1
        assert page.get_by_label("E-mail or phone number").input_value() == "amina@example.com"
        page.locator(".problem a").first.click()
        assert page.locator("#id_password:target").count() == 1


def test_the_menu_opens_on_a_phone_without_a_script(live_server: Any) -> None:
    with browser_page(320, java_script_enabled=False) as page:
        page.goto(live_server.url + "/help/")
        link = page.get_by_role("link", name="How it works")
        assert not link.is_visible()
        page.get_by_text("Menu", exact=True).click()
        assert link.is_visible()


def test_what_can_be_pressed_is_big_enough(live_server: Any) -> None:
    """48 px for buttons, links of the frame and answers."""
    with browser_page(320) as page:
        page.goto(live_server.url + "/style/")
        small = page.evaluate(
            """[...document.querySelectorAll('.btn, .top a, .top button, .choice input, .menu summary, .foot-links a')]
            .filter(e => e.offsetParent && (e.getBoundingClientRect().height < 47.5)).map(e => e.outerHTML.slice(0, 80))"""
        )
    assert small == []
