"""The pages of visits in a real browser, on a phone and wide: nothing for axe, nothing sideways; answered without a script."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from marketplace.rules.dates import start_of
from people.models import Person
from tests import cast, cast_market, screens
from tests.frontend.test_in_a_browser import browser_page
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _session(person: Person) -> str:
    """Signed in, before the browser opens: its driver runs a loop of its own, in which rows must not be read."""
    client = signed_in(person)
    return client.cookies["sessionid"].value


def _sign_in(page: Page, live_server: Any, session: str) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


def test_a_provider_goes_through_a_day(live_server: Any, set_clock: Any) -> None:
    walk = cast_market.covered().until(start_of(date(2026, 3, 24)))
    set_clock(walk.at)
    visit, week = walk.visits()[0].pk, walk.week().pk
    names = [("provider",), ("provider-visits",), ("provider-money",), ("provider-services",), ("provider-papers",), ("provider-service-new",)]
    names += [("provider-calendar",), ("provider-calendar-month",), ("provider-calendar-link",)]
    names += [("provider-visit", visit), ("provider-visit-later", visit), ("provider-week", week), ("provider-agreement", walk.agreement.pk)]
    wrong: list[object] = []
    session = _session(cast.hodan())
    with browser_page(screens.PHONE) as page:
        _sign_in(page, live_server, session)
        for name, *args in names:
            page.goto(live_server.url + reverse(name, args=args))
            wrong += screens.wrong(page, name)
        page.goto(live_server.url + reverse("provider"))
        page.get_by_role("link", name="Start this visit").click()
        page.get_by_label("Ifrah").check()
        page.get_by_role("button", name="I am here").click()
        page.get_by_label("What did you do?").fill("We cooked maraq.")
        wrong += screens.wrong(page, "finish")
        page.get_by_role("button", name="I am done").click()
        page.get_by_text("It is written down.").wait_for()
    assert wrong == []


def test_a_person_says_what_happened_without_a_script(live_server: Any, set_clock: Any) -> None:
    walk = cast_market.asked()
    set_clock(walk.at + timedelta(hours=1))
    address = live_server.url + reverse("share-answer", args=[walk.share("Amina").pk])
    wrong: list[object] = []
    session = _session(cast.amina())
    with browser_page(screens.PHONE) as page:
        _sign_in(page, live_server, session)
        for where in (live_server.url + reverse("visits"), address):
            page.goto(where)
            wrong += screens.wrong(page, where)
    with browser_page(screens.PHONE, java_script_enabled=False) as page:
        _sign_in(page, live_server, session)
        page.goto(address)
        page.get_by_role("group", name="Tuesday 24 March").get_by_label("Yes, it happened").check()
        page.get_by_role("group", name="Thursday 26 March").get_by_label("Part of it happened").check()
        page.get_by_label("How long was Ifrah there?").last.select_option("30")
        page.get_by_role("button", name="Show me what that does").click()
        page.locator(".problem").wait_for()
        assert page.title().startswith("Problem: ")
        page.get_by_label("What was not right?").fill("She left at half past.")
        page.get_by_role("button", name="Show me what that does").click()
        page.get_by_role("heading", name="Check your answer").wait_for()
        page.get_by_role("button", name="Send my answer").click()
        page.get_by_role("heading", name="£13.50 goes to Barwaaqo Care").wait_for()
        page.get_by_role("link", name="See what was said").click()
        page.get_by_text("She left at half past.").wait_for()
    assert wrong == []
    assert sorted(share.pence for share in walk.shares("Amina")) == [450, 1350]
