"""Somebody leaves visits that others share. Those who stay, on a phone without a script: one finds somebody for the place, two come to fewer
visits, one stops too. Each reads their own old and new price first, and at the end the visits are over and the books are right.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import pytest
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright

from audit import clock
from audit.services.deliveries import deliver_due
from marketplace.models import Agreement, Change, MilestoneShare
from marketplace.rules.dates import start_of
from marketplace.selectors import proof
from marketplace.services import agreements, changing, exits, milestones
from people.models import Message, Person
from pooling import selectors as pool
from pooling.services import leaving
from tests import browsers, cast, cast_market, cast_pooling
from tests.cast_market import Walk
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
T = TypeVar("T")
NEW_PRICE = "A new price for those who stay"


def session_of(person: Person) -> str:
    client = signed_in(person)
    return client.cookies["sessionid"].value


def beside(do: Callable[[], T]) -> T:
    """In a thread of its own, ended with its connections: rows are not read between the steps of the browser's driver."""

    def done() -> T:
        try:
            return do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool_of_one:
        return pool_of_one.submit(done).result()


@dataclass
class Visitor:
    """One person at their own browser."""

    page: Page
    url: str
    person: Person

    @classmethod
    def at(cls, browser: Browser, url: str, person: Person, session: str) -> "Visitor":
        context = browser.new_context(viewport={"width": 320, "height": 900}, java_script_enabled=False)
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        return cls(context.new_page(), url, person)

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").first.inner_text().split())

    def opens(self, path: str) -> None:
        self.page.goto(self.url + path)

    def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            assert sentence in self.text, f"{self.person.known_as} at {self.page.url} does not read {sentence!r}: {self.text}"

    def picks(self, question: str, answer: str) -> None:
        self.page.get_by_role("group", name=question).get_by_label(answer, exact=False).first.check()

    def presses(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).first.click()

    def is_asked(self, *sentences: str) -> None:
        """From their start: what would change, in their own pounds."""
        self.opens("/start/")
        with self.page.expect_navigation():
            self.page.get_by_role("listitem").filter(has_text="Something would change").get_by_role("link", name="Look at it").first.click()
        self.reads("Waiting for answers.", *sentences)

    def says(self, answer: str) -> None:
        self.picks("What do you say?", answer)
        self.presses("Say it")
        self.reads("We have your answer. No money has moved.")

    def stops(self, agreement: Agreement) -> None:
        """Their own part, by the page of the visits."""
        self.opens(reverse("agreement-stop", args=[agreement.pk]))
        self.picks("What should end?", "My part")
        self.presses("Stop")
        self.reads("We have told the others and the provider.")


def told(who: Visitor) -> str:
    """All that was written to somebody, when everything that is to be told was told."""

    def read() -> str:
        while deliver_due(at=clock.now()):
            pass
        return "\n".join(Message.objects.filter(person=who.person).order_by("pk").values_list("body", flat=True))

    return beside(read)


def left_by_one() -> tuple[Walk, Person]:
    """Amina, Yusuf and Halima pay £18.00 a week each; Yusuf has said that he leaves. Nora is in the group, and has a promise to pay from."""
    story = cast_market.running()
    nora = cast.somebody("nora@example.org", "Nora Bell", is_seen=True)
    place = cast_pooling.joined(story.cluster, nora, by=story.person("Amina"), at=story.at)
    portion = cast_pooling.direct_payment(nora, seen_by=cast.ruth(), at=story.at)
    cast_pooling.promised(place, portion, at=story.at, weekly_pence=2_500, weeks=14)
    leaving.give_notice(membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)
    story.run()
    return story, nora


def test_those_who_stay_find_somebody_come_less_often_or_stop_too(live_server: Any, set_clock: Any) -> None:
    story, nora = left_by_one()
    set_clock(story.at)
    people = {"Amina": story.person("Amina"), "Halima": story.person("Halima"), "Nora": nora, "Hodan": cast.hodan()}
    sessions = {name: session_of(person) for name, person in people.items()}
    connections.close_all()
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browsers.find(), args=browsers.FLAGS)
        try:
            who = {name: Visitor.at(chromium, live_server.url, person, sessions[name]) for name, person in people.items()}
            somebody_takes_the_place(who)
            two_come_to_fewer_visits(who, story.agreement)
            the_last_one_stops_too(who, story.agreement)
        finally:
            chromium.close()
    it_is_over(story)


def somebody_takes_the_place(who: dict[str, Visitor]) -> None:
    amina, halima, nora = who["Amina"], who["Halima"], who["Nora"]
    for each in (amina, halima):
        assert "you would pay £24.00 a week instead of £18.00. The most it could cost you is £276.00." in told(each)
    halima.is_asked(NEW_PRICE, "Now, a week £18.00", "Then, a week £24.00", "The most it can cost then £276.00")
    amina.is_asked(NEW_PRICE)
    amina.picks("What do you say?", "Somebody else takes the place")
    amina.presses("Say it")
    amina.reads("Choose")
    amina.picks("Who could take the place?", "Nora")
    amina.presses("Say it")
    assert "would you like to take a place? You would pay £18.00 a week" in told(nora)
    nora.is_asked(NEW_PRICE, "Then, a week £18.00")
    nora.picks("Would you like to take the place?", "Yes")
    nora.picks("Is anybody who works there your family?", "No")
    nora.presses("Say it")
    nora.reads("We have your answer. No money has moved.", "Everybody said yes. It is agreed.")
    assert "You pay £18.00 a week." in told(halima)


def two_come_to_fewer_visits(who: dict[str, Visitor], agreement: Agreement) -> None:
    amina, halima, nora, hodan = who["Amina"], who["Halima"], who["Nora"], who["Hodan"]
    halima.stops(agreement)
    halima.reads("You stop. The last week you pay for begins by Thursday 2 April.")
    assert "the last week Halima pays for begins by Thursday 2 April" in told(hodan)
    amina.is_asked(NEW_PRICE, "Now, a week £18.00", "Then, a week £24.00")
    amina.says("Fewer visits, so that it costs no more")
    nora.is_asked("Now, a week £18.00", "Then, a week £24.00")
    nora.says("Yes")
    assert "the group asks you for a change" in told(hodan)
    for each in (amina, nora):
        each.is_asked("Days Tuesday", "Now, a week £18.00", "Then, a week £12.00")
        each.says("Yes")
    hodan.opens(reverse("provider-agreement", args=[agreement.pk]))
    with hodan.page.expect_navigation():
        hodan.page.get_by_role("link", name="Look at the change").click()
    hodan.presses("Yes")
    hodan.reads("Everybody said yes. It is agreed.")
    assert "You pay £12.00 a week." in told(amina)


def the_last_one_stops_too(who: dict[str, Visitor], agreement: Agreement) -> None:
    amina, nora, hodan = who["Amina"], who["Nora"], who["Hodan"]
    amina.stops(agreement)
    nora.is_asked(NEW_PRICE, "Now, a week £12.00", "Then, a week £20.00")
    nora.says("I stop too")
    nora.opens(reverse("agreement", args=[agreement.pk]))
    nora.reads("You stop.")
    assert "You pay nothing for later weeks." in told(nora)
    assert "the last week Nora pays for begins by" in told(hodan)


def it_is_over(story: Walk) -> None:
    """Nobody is asked for a penny of the weeks that nobody wanted, and Nora, who only just came, pays nothing at all."""
    story.at = start_of(date(2026, 4, 8))
    for timer in (changing.advance_due, exits.advance_due, agreements.advance_due, milestones.advance_due) * 2:
        timer(at=story.at)
    assert Agreement.objects.get(pk=story.agreement.pk).state in {"ending", "terminated"}
    assert set(MilestoneShare.objects.filter(milestone__number__gte=3).values_list("state", flat=True)) == {"dropped"}
    assert not Change.objects.asking().exists()
    assert [*proof(), *pool.proof()] == []
