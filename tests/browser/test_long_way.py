"""The long way, all nine steps of the story: from a wish nobody sells to visits that happened, and a fair goodbye.

Mary, Dev and Joan have not met; Ruth helps groups; Hodan, Fatuma and Grace are providers; Sam and Colin look after money; Priya plans for the
council. Through pages only, without JavaScript, on a phone. What the short way walks as well (paying, the visit, being paid) is played by its steps.
"""

import os
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator

from tests.browser import test_walk as short_way
from tests.browser.test_walk import EACH, Walk
from tests.browser.visitor import Eye, Visitor
from tests.runtime.demo_process import DemoProcess

# Three minutes: walked by hand until the suite has room for it (docs/where-we-are.md).
pytestmark = [pytest.mark.browser, pytest.mark.skipif("LONG_WAY" not in os.environ, reason="by hand: LONG_WAY=1 make test ARGS=tests/browser")]
THREE = ("Mary", "Dev", "Joan")
THREE_WHO_OFFER = ("Barwaaqo Care", "Fatuma cooks", "Rye Lane Rides")
KIND, TITLE = "Cleaning and jobs at home", "Help at home in Somali"
WEEKS = "6"
MOST_DAYS = 20
"""Longer than any step of this waits by itself."""


@dataclass
class LongWalk(Walk):
    """`home`: the group's page; `brief`: what it asks providers for."""

    home: str = ""
    brief: str = ""

    def here(self, name: str) -> str:
        """The address somebody is at, for the others to open."""
        return self[name].page.url.removeprefix(self.url).partition("?")[0]

    def when(self, name: str, path: str, says: str) -> Visitor:
        """Days pass until this page says it to this person."""
        somebody = self[name]
        somebody.open(path)
        for _ in range(MOST_DAYS):
            if says in somebody.text:
                return somebody
            self.moves(1)
            somebody.open(path)
        raise AssertionError(f"{name} waits for {says!r} at {path} for ever: {somebody.text}")


@pytest.fixture
def walk(demo: DemoProcess, browser: Browser) -> LongWalk:
    return LongWalk(demo, browser, Eye(browser, 320, "long-way"), group="Wednesday table")


def test_the_long_way_from_a_wish_nobody_sells_to_a_fair_goodbye(walk: LongWalk) -> None:
    three_people_would_like_the_same(walk)
    ruth_brings_them_together(walk)
    they_start_a_group(walk)
    each_promises(walk)
    a_need_is_shared(walk)
    mary_writes_what_they_want(walk)
    ruth_reads_and_checks_it(walk)
    the_group_decides(walk)
    each_says_yes_to_the_most_it_can_cost(walk)
    ruth_shows_it_to_providers(walk)
    a_provider_asks(walk)
    three_providers_offer(walk)
    ties_are_said(walk)
    points_are_given(walk)
    the_group_chooses(walk)
    the_provider_says_yes_and_it_stands(walk)
    first_day = short_way.everyone_says_yes(walk)
    weeks_are_paid(walk)
    the_visit_happens(walk, first_day)
    mary_gives_notice(walk)
    the_others_see_the_new_price(walk)
    mary_gets_her_money_back(walk)
    the_commissioner_looks(walk)
    short_way.the_books_are_right(walk)
    assert walk.eye.wrong == []


# --- finding each other ---


def three_people_would_like_the_same(walk: LongWalk) -> None:
    for name in THREE:
        somebody = walk[name]
        somebody.open("/groups/")
        somebody.follow("Find people near me")
        somebody.pick("What would you like with others?", KIND)
        somebody.write({"Where do you live?": "ZZ99"})
        somebody.press("Look for others")
        somebody.is_told("Tick at least one answer for", outcode="ZZ99")
        somebody.write({"Where do you live?": "SE15"})
        somebody.pick("When would it suit you?", "Weekday mornings")
        somebody.press("Look for others")
        somebody.reads("We look for others near you.", KIND)


def ruth_brings_them_together(walk: LongWalk) -> None:
    ruth = walk.when("Ruth", "/helping/", "1 meeting to host.")
    ruth.follow("People who would like the same")
    ruth.follow("Host a meeting")
    ruth.write({"On which day?": "soon", "At what time?": "early", "Where?": "Peckham Library, room 2"})
    ruth.press("Ask them")
    ruth.is_told("Tick at least one answer for", meets_on="soon", meets_time="early", place="Peckham Library, room 2")
    ruth.pick("Who shall meet?", *THREE)
    walk["Mary"].open("/start/")
    ruth.write({"On which day?": short_way._written(walk.today() + timedelta(days=1)), "At what time?": "10:30am"})
    ruth.press("Ask them")
    ruth.reads("We have asked them.", "Peckham Library, room 2.")


def they_start_a_group(walk: LongWalk) -> None:
    mary = walk["Mary"]
    mary.open("/groups/")
    mary.follow("See the meeting")
    mary.reads("Who asks you Ruth", "It costs nothing. Nobody has to join anything.")
    mary.follow("Start our group")
    mary.write({"What shall we call the group?": walk.group, "Who can come?": ""})
    mary.press("Start the group")
    mary.is_told("Write an answer for", name=walk.group)
    mary.write({"Who can come?": "People near us who like the food of home."})
    mary.pick("What is it for?", "Help at home")
    mary.pick("How do we split the cost?", "What we do together")
    mary.pick("How do we decide?", "Most of us")
    mary.pick("How long before leaving", "1 week")
    mary.press("Start the group")
    mary.reads("Your group is there.")
    walk.home = walk.here("Mary")
    mary.follow("Ask for a helper")
    mary.press("Ask them")
    mary.is_told("Pick one answer for")
    mary.pick("Who shall help the group?", "Ruth Bello")
    mary.press("Ask them")
    mary.reads("Ruth Bello helps you talk and decide.")
    for name in ("Dev", "Joan"):
        somebody = walk[name]
        somebody.open("/start/")
        somebody.follow("Read and decide")
        somebody.press("Yes, I sign")
        somebody.is_told("Tick")
        somebody.pick("Before you join", "I have read our rules")
        somebody.press("Yes, I sign")
        somebody.reads("You are in.")


def each_promises(walk: LongWalk) -> None:
    for name in THREE:
        somebody = walk[name]
        somebody.open(walk.home)
        somebody.follow("Promise part of your budget")
        written = short_way._written(walk.today())
        somebody.write({"How much can you promise a week?": "25.00", "For how many weeks?": "16", "From which day?": written})
        somebody.press("Show me what it can cost")
        somebody.reads("The most it can cost you", "£400.00")
        somebody.press("Yes, I promise")
        somebody.reads("We have your promise. No money has moved.")


# --- what they want ---


def a_need_is_shared(walk: LongWalk) -> None:
    mary = walk["Mary"]
    mary.open("/start/")
    mary.follow("What you would like")
    mary.follow("Add something")
    mary.pick("What would help?", KIND)
    mary.write({"In your own words": "Somebody who cooks as we do.", "How many times a week?": "often"})
    mary.press("Keep it")
    mary.is_told("Write a whole number for", words="Somebody who cooks as we do.", times_a_week="often")
    mary.write({"How many times a week?": "1"})
    mary.press("Keep it")
    mary.reads("Only you see it.")
    mary.follow("Share it with my group")
    mary.pick("What may they read?", "My own words")
    mary.press("Share it")
    mary.reads("Your group sees it.")
    need = walk.here("Mary")
    for name in ("Dev", "Joan"):
        somebody = walk[name]
        somebody.open(walk.home)
        somebody.follow("What you want, and what you ask providers for")
        somebody.follow(KIND)
        somebody.reads("Somebody who cooks as we do.")
        somebody.follow("I would like this too")
        somebody.press("Add me")
        somebody.reads(f"Who wants it Mary{' and Dev' if name == 'Dev' else ', Dev and Joan'}")
    mary.open(need)
    mary.follow("Find somebody for it")
    mary.press("Go on")
    mary.is_told("Pick one answer for")
    mary.pick("How shall it be done?", "We ask providers")
    mary.press("Go on")


def mary_writes_what_they_want(walk: LongWalk) -> None:
    mary, first = walk["Mary"], walk.today() + timedelta(days=35)
    first += timedelta(days=-first.weekday() % 7)
    mary.write(
        {
            "What is hard now?": "Nobody cooks the food we know. Ring 07700 900123.",
            "Who is it for?": "Three people who like the food of home.",
            "What should be better then?": "We eat well, and we are not alone.",
            "What must it have?": "Food without pork.",
            "Give it a short name": TITLE,
            "How many visits a week?": "one",
            "How many minutes is each visit?": "60",
            "For how many weeks?": WEEKS,
            "From which day?": short_way._written(first),
            "What may it cost at most, all of you together?": "45",
        }
    )
    mary.pick("Who is each visit for?", "All of us together")
    mary.pick("On which days?", "Wednesday")
    mary.press("Keep it")
    mary.is_told("Write a whole number for", visits_per_week="one", people_words="Three people who like the food of home.")
    mary.write({"How many visits a week?": "1"})
    mary.press("Keep it")
    mary.reads("It is being written.", "£45.00 a week at most, £270.00 in all. 3 people would pay.")
    walk.brief = walk.here("Mary")


def ruth_reads_and_checks_it(walk: LongWalk) -> None:
    """A phone number does not go out to strangers."""
    ruth, mary = walk["Ruth"], walk["Mary"]
    ruth.open("/helping/")
    ruth.follow("Read it")
    ruth.press("I have read it. Check it")
    ruth.reads("“07700 900123” looks like a phone number. Take it out")
    mary.open(walk.brief)
    mary.follow("Change it")
    mary.write({"What is hard now?": "Nobody cooks the food we know."})
    mary.press("Keep it")
    ruth.open(walk.brief)
    ruth.press("I have read it. Check it")
    ruth.reads("We found nothing that gives anybody away.")
    mary.open(walk.brief)
    mary.press("Ask the group")
    mary.reads("Your group is asked now.")


def the_group_decides(walk: LongWalk) -> None:
    everyone_answers(walk, "We miss the food of home.")


def everyone_answers(walk: LongWalk, why: str) -> None:
    """First they talk, then each gives their own answer, and has a receipt for it."""
    walk.when("Mary", walk.home, "Give your answer")
    for name in THREE:
        somebody = walk[name]
        somebody.open(walk.home)
        somebody.follow("Give your answer")
        somebody.write({"Anything you want the others to know?": why})
        somebody.press("Give my answer")
        somebody.is_told("Pick one answer for", reason=why)
        somebody.pick("What do you say?", "Yes")
        somebody.press("Give my answer")
        somebody.reads("We have your answer.", "You answered: Yes", "Receipt:")


def each_says_yes_to_the_most_it_can_cost(walk: LongWalk) -> None:
    walk.when("Mary", walk.brief, "Look, and say yes")
    for name in THREE:
        somebody = walk[name]
        somebody.open("/start/")
        somebody.follow("Look, and say yes or no")
        somebody.follow("Look, and say yes")
        somebody.reads("The most it can cost you: £90.00", "Up to £15.00 a week for 6 weeks.")
        somebody.press("Yes, up to this much")
        somebody.reads("We have your yes. No money has moved.")


def ruth_shows_it_to_providers(walk: LongWalk) -> None:
    ruth = walk["Ruth"]
    ruth.open("/helping/")
    ruth.follow("Read it once more")
    ruth.follow("Read it and show it to providers")
    ruth.write({"For how many days can providers answer?": "1"})
    ruth.press("Show it to providers")
    ruth.is_told("Give providers between 5 and 28 days", open_days="1")
    ruth.write({"For how many days can providers answer?": "5"})
    ruth.press("Show it to providers")
    ruth.reads("Providers can read it and answer.")


# --- providers ---


def finds_it(provider: Visitor) -> None:
    provider.open("/provider/")
    provider.follow("Wanted near you, and your offers")
    provider.follow(f"{KIND}, SE15")
    provider.reads("Nobody cooks the food we know.", "3 people would pay.", "£270.00")


def a_provider_asks(walk: LongWalk) -> None:
    hodan, ruth = walk["Hodan"], walk["Ruth"]
    finds_it(hodan)
    hodan.write({"Your words": "Is there an oven? Ring me on 07700 900456."})
    hodan.press("Ask")
    hodan.is_told("looks like a phone number", words="Is there an oven? Ring me on 07700 900456.")
    hodan.write({"Your words": "Is there an oven?"})
    hodan.press("Ask")
    hodan.reads("We have asked them.", "(you asked)", "Not answered yet.")
    ruth.open("/helping/")
    ruth.follow("Read and answer")
    ruth.reads("Is there an oven?")
    ruth.press("Answer")
    ruth.is_told("Write an answer for")
    ruth.write({"Your words": "Yes, in each kitchen."})
    ruth.press("Answer")
    ruth.reads("Yes, in each kitchen.")


def three_providers_offer(walk: LongWalk) -> None:
    """Hodan with one press, as it was filled in from her page; Fatuma and Grace change theirs first."""
    hodan = walk["Hodan"]
    finds_it(hodan)
    hodan.reads("Yes, in each kitchen.")
    hodan.follow("Answer with an offer")
    hodan.reads("£39.00", "1 visit a week")
    hodan.press("Send this offer")
    hodan.reads("Your offer is sent in.")
    for name, price, how in (("Fatuma", "42.00", "I cook what you grew up with."), ("Grace", "45.00", "I shop on the way.")):
        provider = walk[name]
        finds_it(provider)
        assert "(you asked)" not in provider.text
        provider.follow("Answer with an offer")
        provider.press("Change it first")
        provider.write({"What does one visit cost, in all?": "cheap", "How would you do it?": how, "Who would come?": "I come myself."})
        provider.press("Keep it")
        provider.is_told("Write an amount in pounds, like £48.00.", visit_pence="cheap", words=how)
        provider.write({"What does one visit cost, in all?": price})
        provider.press("Keep it")
        provider.reads("We have kept your change.")
        provider.press("Send this offer")
        provider.reads("Your offer is sent in.")


# --- choosing ---


def ties_are_said(walk: LongWalk) -> None:
    walk.when("Ruth", walk.brief, "Look at the offers")
    for name in ("Ruth", *THREE):
        somebody = walk[name]
        somebody.open("/helping/" if name == "Ruth" else "/start/")
        somebody.follow_in(walk.group, "Look at the offers")
        somebody.follow("Say it")
        somebody.press("Say it")
        somebody.is_told("Pick one answer for")
        for enterprise in THREE_WHO_OFFER:
            somebody.pick(f"Do you know anybody at {enterprise}?", "No")
        somebody.press("Say it")
        somebody.reads("Thank you. Your group can read it.")
    ruth = walk["Ruth"]
    ruth.open(f"{walk.brief}offers/")
    ruth.follow("Choose which ones to look at closely")
    ruth.press("Go on")
    ruth.reads("You are choosing. Give points, and say why.")


def card_of(somebody: Visitor, enterprise: str) -> Locator:
    return somebody.main.get_by_role("article").filter(has=somebody.page.get_by_role("heading", name=enterprise))


def points_are_given(walk: LongWalk) -> None:
    for name, given in (("Mary", ("5", "3", "2")), ("Dev", ("5", "3", "4"))):
        somebody = walk[name]
        for enterprise, points in zip(THREE_WHO_OFFER, given, strict=True):
            somebody.open(f"{walk.brief}offers/")
            somebody._go(card_of(somebody, enterprise).get_by_role("link", name="Give points"))
            for why in somebody.main.locator("[name^=reason_]").all():
                why.fill("They know our food.")
            if name == "Dev":
                somebody.main.locator("[name=points_price]").fill("9")
                somebody.press("Keep my points")
                somebody.is_told("Write 5 or less for", points_price="9", reason_price="They know our food.")
            for box in somebody.main.locator("[name^=points_]").all():
                box.fill(points)
            somebody.press("Keep my points")
            somebody.reads("We have kept your points.")
    walk["Joan"].open(f"{walk.brief}offers/")
    walk["Joan"].reads("100 of 100 points", "60 of 100 points", "Mary, What it costs: 5 of 5. They know our food.")


def the_group_chooses(walk: LongWalk) -> None:
    ruth = walk["Ruth"]
    ruth.open(f"{walk.brief}offers/")
    ruth._go(card_of(ruth, "Barwaaqo Care").get_by_role("link", name="Choose this one: ask everybody"))
    ruth.write({"Why not Fatuma cooks?": "It costs more."})
    ruth.press("Ask everybody")
    ruth.is_told("Write an answer for")
    assert ruth.main.get_by_label("Why not Fatuma cooks?").input_value() == "It costs more."
    ruth.write({"Why not Rye Lane Rides?": "Another knows our food better."})
    ruth.press("Ask everybody")
    ruth.reads("We have asked everybody. The answer moves nobody’s money.")
    everyone_answers(walk, "They speak as we do.")


def the_provider_says_yes_and_it_stands(walk: LongWalk) -> None:
    """Those who were not chosen read why, and may object for some days; then the papers go out to be signed."""
    hodan = walk.when("Hodan", "/provider/", "They chose you")
    hodan.follow_in("They chose you", "Look at it")
    hodan.press("Yes, we will come")
    hodan.reads("We have your yes.")
    fatuma = walk["Fatuma"]
    fatuma.open("/provider/")
    fatuma.follow("Wanted near you, and your offers")
    fatuma.follow(TITLE)
    fatuma.reads("The group chose another", "It costs more.", "If it was not fair")
    ruth = walk.when("Ruth", "/helping/", "Barwaaqo Care said yes")
    ruth.follow_in("Barwaaqo Care said yes", "Write it")
    ruth.write({"who shall we ring?": "My sister, 07700 900123"})
    ruth.press("Ask everybody")
    ruth.is_told("Write an answer for", who_to_ring="My sister, 07700 900123")
    ruth.write({"And what do you want": "Ring me. I can wait a day."})
    ruth.press("Ask everybody")
    ruth.reads("Everybody is asked to say yes for themselves.")
    walk.agreement = walk.here("Ruth")


# --- money and visits ---


def weeks_are_paid(walk: LongWalk) -> None:
    short_way.mary_pays_by_card(walk)
    short_way.southwark_circle_pays_by_bank(walk)
    short_way.the_council_orders(walk)


def mary_pays(walk: LongWalk, week: int) -> None:
    mary = walk["Mary"]
    mary.open("/payments/")
    mary.follow(f"{TITLE}, week {week}")
    mary.press("Pay by card")
    mary.page.get_by_label(short_way.CARD_PAYS).check()
    mary.press("Pay")
    mary.reads("What happens next")


def the_others_are_paid_for(walk: LongWalk, week: int) -> None:
    """Sam for Dev, from the bank; Colin gives an order for Joan."""
    sam, colin = walk["Sam"], walk["Colin"]
    sam.open("/looking-after/")
    sam.follow(f"Dev Patel : Pay {EACH}, {TITLE}, week {week}")
    sam.press("Show me where to send it")
    short_way.sends_from_the_bank(sam)
    colin.open("/looking-after/")
    colin.follow(f"Joan Clarke : Order {EACH}, {TITLE}, week {week}")
    colin.write({"The reference of your order": f"PO {week}"})
    colin.press("Show me what I order")
    colin.press("Yes, we order it")


def the_visit_happens(walk: LongWalk, day: date) -> None:
    """The next weeks are paid meanwhile: Mary by card, which takes longest, also for the third."""
    walk.until(day - timedelta(days=8))
    mary_pays(walk, 2)
    walk.until(day - timedelta(days=1))
    mary_pays(walk, 3)
    the_others_are_paid_for(walk, 2)
    short_way.the_visit(walk, day)
    short_way.each_says_it_happened(walk)
    short_way.the_council_pays(walk)


# --- a goodbye ---


def mary_gives_notice(walk: LongWalk) -> None:
    mary = walk["Mary"]
    mary.open(walk.home)
    mary.follow("Leave this group")
    mary.reads(f"Do you want to leave {walk.group}?", "If you stop today, the most you still pay", "There is nothing to pay for leaving.")
    mary.press("I want to leave")
    mary.reads("We have written it down. Nothing changes until your day.", "You leave on")


def the_others_see_the_new_price(walk: LongWalk) -> None:
    """£39.00 shared by two is £19.50 each: each says yes for themselves."""
    for name in ("Dev", "Joan"):
        somebody = walk[name]
        somebody.open("/start/")
        somebody.follow_in("Something would change", "Look at it")
        somebody.reads("A new price for those who stay", f"Now, a week {EACH}", "Then, a week £19.50", "The most it can cost then")
        somebody.press("Say it")
        somebody.is_told("Pick one answer for")
        somebody.pick("What do you say?", "Yes")
        somebody.press("Say it")
        somebody.reads("We have your answer. No money has moved.")
    walk["Joan"].reads("Everybody said yes. It is agreed.")


def mary_gets_her_money_back(walk: LongWalk) -> None:
    mary = walk.when("Mary", "/start/", "What is left of your money")
    mary.follow_in("What is left of your money", "Look at it")
    mary.reads("What is left of Mary’s money", "Paid for what happened", "Comes back", "It can’t go anywhere else.")
    mary.reads(f"Comes back {EACH}")
    mary.press("Yes, it is right")
    mary.reads("Thank you. Your money is on its way back.", "Mary agreed on")
    mary.open("/money/payments/")
    mary.reads(f"Put aside to go back, because you left -{EACH}")


def the_commissioner_looks(walk: LongWalk) -> None:
    priya = walk["Priya"]
    priya.open("/council/")
    priya.reads("Southwark", "What people asked for, found and could not find")
