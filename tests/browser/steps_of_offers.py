"""The long way goes on: providers ask and offer, ties are said, points given, one is chosen and says yes."""

from playwright.sync_api import Locator

from tests.browser.long_walk import KIND, THREE, TITLE, LongWalk, everyone_answers
from tests.browser.visitor import Visitor

THREE_WHO_OFFER = ("Barwaaqo Care", "Fatuma cooks", "Rye Lane Rides")


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
