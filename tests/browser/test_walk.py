"""The walk, by people who were in no group before: from signing in to the provider being paid, as each person in it, on the demo as it is started.

Through pages only, without JavaScript, on a wide screen (the long way is walked on a phone; each page is looked at on both); at each step
something wrong is typed first. Stripe's pages and the pretend bank are the demo's own. At the end the books are proved.
"""

import json
import re
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from tests.browser.steps_of_booking import books_alone
from tests.browser.visitor import PASSWORD, ROOT, Eye, Visitor
from tests.runtime.demo_process import DemoProcess
from tests.screens import WIDE

pytestmark = pytest.mark.walk
CARD_SAYS_NO, CARD_PAYS = "A card the bank says no to", "A card that pays"
WEDNESDAY = 2
EACH = "£13.00"  # three together for an hour: £39.00


@dataclass
class Walk:
    """Everybody at their own browser, and the demo's clock."""

    demo: DemoProcess
    browser: Browser
    eye: Eye
    group: str
    width: int
    agreement: str = ""
    week: str = ""
    people: dict[str, Visitor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Visitor:
        if name not in self.people:
            self.people[name] = Visitor(self.browser, self.url, self.eye, name, self.width).sign_in()
        return self.people[name]

    @property
    def url(self) -> str:
        return str(self.demo.ready_file()["url"])

    @property
    def sandbox(self) -> str:
        return str(self.demo.ready_file()["sandbox_url"])

    def today(self) -> date:
        said = re.search(r"It is \w+ (\d+ \w+ \d{4}|\d+ \w+)", self["Mary"].text)
        assert said, self["Mary"].text
        return datetime.strptime(f"{said[1]} 2026" if said[1].count(" ") == 1 else said[1], "%d %B %Y").date()

    def moves(self, days: int) -> None:
        """The demo bar's clock, as a script presses it."""
        request = urllib.request.Request(f"{self.url}/demo/clock/", json.dumps({"days": days}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            assert json.load(answer)["now"]

    def until(self, day: date) -> None:
        self["Mary"].open("/start/")
        if days := (day - self.today()).days:
            self.moves(days)


@pytest.fixture
def walk(demo: DemoProcess, browser: Browser, eye: Eye) -> Walk:
    return Walk(demo, browser, eye, group="Friday table", width=WIDE)


def test_three_new_people_from_signing_in_to_the_provider_being_paid(walk: Walk) -> None:
    signing_in(walk)
    a_group(walk)
    everyone_in(walk)
    promises(walk)
    who_comes(walk)
    first_day = everyone_says_yes(walk)
    mary_pays_by_card(walk)
    southwark_circle_pays_by_bank(walk)
    the_council_orders(walk)
    the_visit(walk, first_day)
    each_says_it_happened(walk)
    the_council_pays(walk)
    hodan_is_paid(walk)
    the_books_are_right(walk)
    assert walk.eye.wrong == []


def test_somebody_books_a_time_by_themselves(walk: Walk) -> None:
    books_alone(walk)


def test_a_database_of_ones_own_wins(demo: DemoProcess) -> None:
    """Migrated, and with the story in it, which is not told again. Nothing of the demo is left when it is stopped."""
    assert demo.settings.keys() == {"DATABASE_URL", "DATABASE_OWNER_URL"}
    assert demo.get("/readyz")[0] == 200
    assert not (demo.data_dir / "pg").exists()
    demo.stop()
    assert demo.running() == set()


def signing_in(walk: Walk) -> None:
    mary = Visitor(walk.browser, walk.url, walk.eye, "Mary", walk.width)
    mary.open("/")
    mary.open("/start/")
    mary.on("/accounts/login/")
    mary.write({"E-mail or phone number": "mary@example.com", "Password": "three words"})
    mary.press("Sign in")
    mary.is_told("That does not match what we have.", login="mary@example.com")
    mary.write({"Password": PASSWORD})
    mary.press("Sign in")
    mary.on("/start/")
    walk.people["Mary"] = mary


def a_group(walk: Walk) -> None:
    mary = walk["Mary"]
    mary.open("/groups/")
    mary.follow("Start a group")
    mary.write({"What shall we call the group?": walk.group, "Where?": "ZZ99", "Who can come?": ""})
    mary.press("Start the group")
    mary.is_told("We don't know “ZZ99”", name=walk.group, outcode="ZZ99")
    mary.pick("What is it for?", "Help at home")
    mary.write({"Where?": "SE15", "Who can come?": "People near us who cook."})
    mary.pick("How do we split the cost?", "What we do together")
    mary.press("Start the group")
    mary.reads(walk.group)
    for wrong, sentence in (("", "Write an answer for"), ("nobody.here@example.com", "They need a page of their own here first.")):
        mary.follow("Ask somebody in")
        mary.write({"Their e-mail or mobile number": wrong})
        mary.press("Ask them")
        mary.is_told(sentence, reach=wrong)
        mary.follow(walk.group)
    invites(mary, walk.group, "dev@example.com")


def invites(mary: Visitor, group: str, reach: str) -> None:
    mary.open("/groups/")
    mary.follow(group)
    mary.follow("Ask somebody in")
    mary.write({"Their e-mail or mobile number": reach})
    mary.press("Ask them")
    mary.reads(group)


def joins(somebody: Visitor, group: str) -> None:
    somebody.open("/groups/")
    somebody.follow("Read and decide")
    somebody.reads(group, "What it is for Help at home")
    somebody.press("Yes, I join")
    somebody.is_told("Tick")
    somebody.pick("Before you join", "I have read our rules")
    somebody.press("Yes, I join")
    somebody.reads("You are in.")


def everyone_in(walk: Walk) -> None:
    joins(walk["Dev"], walk.group)
    invites(walk["Mary"], walk.group, "joan@example.com")
    dev = walk["Dev"]
    dev.open("/groups/")
    dev.follow(walk.group)
    dev.follow("Give your answer")
    dev.press("Send my answer")
    dev.pick("May they come in?", "Not this time")
    dev.press("Send my answer")
    dev.is_told("why", yes="no")
    dev.pick("May they come in?", "Yes")
    dev.press("Send my answer")
    dev.reads("We have your answer.")
    joins(walk["Joan"], walk.group)


def promises(walk: Walk) -> None:
    for name in ("Mary", "Dev", "Joan"):
        somebody = walk[name]
        somebody.open("/groups/")
        somebody.follow(walk.group)
        somebody.follow("Promise part of your budget")
        somebody.write({"How much can you promise a week?": "lots", "For how many weeks?": "none", "From which day?": "soon"})
        somebody.press("Show me what it can cost")
        somebody.is_told("Write an amount in pounds, like £48.00.", weekly_pence="lots", weeks="none", starts_on="soon")
        somebody.reads("Write a date with a day, a month and a year, like 3 March 2026.")
        somebody.write({"How much can you promise a week?": "900", "For how many weeks?": "4", "From which day?": _written(walk.today())})
        somebody.press("Show me what it can cost")
        somebody.is_told("£", weekly_pence="900")
        somebody.write({"How much can you promise a week?": "20"})
        somebody.press("Show me what it can cost")
        somebody.reads("The most it can cost you", "£80.00")
        somebody.press("Change it")
        assert somebody.page.locator("[name=weekly_pence]").input_value() == "20"
        somebody.write({"How much can you promise a week?": "25.00", "For how many weeks?": "12"})
        somebody.press("Show me what it can cost")
        somebody.reads("£300.00")
        somebody.press("Yes, I promise")
        somebody.reads("We have your promise. No money has moved.")


def _day(text: str) -> date:
    """The first day named in a text like "1: Wed 25 Mar to Tue 31 Mar", or "Wednesday 25 March"."""
    found = re.search(r"(\d+) (\w{3})", text)
    assert found, text
    return datetime.strptime(f"{found[1]} {found[2]} 2026", "%d %b %Y").date()


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def who_comes(walk: Walk) -> None:
    mary = walk["Mary"]
    mary.open("/groups/")
    mary.follow(walk.group)
    mary.follow("Choose who comes")
    mary.follow("Help at home in Somali")
    mary.write({"How many minutes is each visit?": "an hour", "For how many weeks?": "1", "At what time?": "25 o’clock"})
    mary.press("Show me what it costs")
    mary.is_told("Write a time, like 10am or 2:30pm.", minutes="an hour", start_time="25 o’clock")
    mary.reads("Pick one answer for", "Tick at least one answer for")
    mary.pick("Who is each visit for?", "All of us together")
    mary.pick("On which days?", "Wednesday")
    mary.write({"At what time?": "9am", "How many minutes is each visit?": "60"})
    mary.write({"who shall we ring?": "My sister, 07700 900123", "And what do you want": "Ring me. I can wait a day."})
    mary.press("Show me what it costs")
    mary.reads("Check before you ask everybody", EACH)
    mary.press("Ask everybody")
    mary.reads("We have asked everybody. Nobody pays before their own yes.")
    walk.agreement = mary.page.url.removeprefix(walk.url)


def everyone_says_yes(walk: Walk) -> date:
    """Each of the three for themselves, then Hodan, who sees what of it is only promised. The first day of the visits."""
    for name in ("Mary", "Dev", "Joan"):
        somebody = walk[name]
        somebody.open(walk.agreement)
        somebody.follow("Say yes")
        somebody.reads("The most it can cost you", EACH)
        somebody.press("Yes")
        somebody.is_told("Pick one answer for")
        somebody.pick("Is anybody who works there your family?", "No")
        somebody.press("Yes")
        somebody.reads("We have your yes. No money has moved.")
    hodan = walk["Hodan"]
    hodan.open("/provider/agreements/")
    hodan.follow_in("Your yes or no", "Help at home in Somali")
    hodan.reads("£39.00", EACH, "is only promised.", "Southwark Council")
    hodan.press("Yes, I will come")
    joan = walk["Joan"]
    joan.open(walk.agreement)
    begins = _day(joan.main.locator("table tbody tr").first.inner_text())
    walk.week = f"{begins:%A} {begins.day} {begins:%B}"
    return begins + timedelta(days=(WEDNESDAY - begins.weekday()) % 7)


def mary_pays_by_card(walk: Walk) -> None:
    """Stripe's page, with a card that her bank says no to; back; then one that pays."""
    mary = walk["Mary"]
    mary.open("/payments/")
    for _ in range(14):
        if EACH in mary.text:
            break
        walk.moves(1)
        mary.open("/payments/")
    mary.follow(EACH)
    mary.press("Pay by card")
    assert walk.sandbox in mary.page.url
    mary.page.get_by_label("Or type a practice card number").fill("1234")
    mary.press("Pay")
    assert mary.page.get_by_label("Or type a practice card number").input_value() == "1234"
    mary.page.get_by_label("Or type a practice card number").fill("")
    mary.page.get_by_label(CARD_SAYS_NO).check()
    mary.press("Pay")
    mary.reads("There is a problem")
    mary.follow("Cancel and go back")
    mary.on("/payments/")
    mary.press("Pay by card")
    mary.page.get_by_label(CARD_PAYS).check()
    mary.press("Pay")
    mary.on("/payments/")
    mary.reads("What happens next")


def southwark_circle_pays_by_bank(walk: Walk) -> None:
    """Sam pays for Dev, by a transfer from the pretend bank; first a slip, then the rest of it."""
    sam = walk["Sam"]
    sam.open("/looking-after/")
    sam.follow("Dev Patel")
    sam.press("Show me where to send it")
    sam.reads("Reference")
    sends_from_the_bank(sam)


def sends_from_the_bank(somebody: Visitor) -> None:
    somebody.follow("Demo: open the pretend bank")
    somebody.write({"How much do you send?": "all of it"})
    somebody.press("Send it")
    somebody.is_told("Write an amount in pounds, like £48.00.", pence="all of it")
    somebody.write({"How much do you send?": "13.00"})
    somebody.press("Send it")
    somebody.reads("The pretend bank sent £13.00.")


def the_council_orders(walk: Walk) -> None:
    colin = walk["Colin"]
    colin.open("/looking-after/")
    colin.follow("Joan Clarke")
    colin.press("Show me what I order")
    colin.is_told("Write")
    colin.write({"The reference of your order": f"PO {walk.width}"})
    colin.press("Show me what I order")
    colin.reads("The most you pay", EACH)
    colin.press("Yes, we order it")


def the_visit(walk: Walk, day: date) -> None:
    """On a phone: I am here. The next day she writes down when she left, and sends the week in."""
    walk.until(day)
    hodan = walk["Hodan"]
    hodan.open("/provider/")
    hodan.follow_in("Mary, Dev and Joan", "Start this visit")
    visit = hodan.page.url
    hodan.unpick("Who is there?")
    hodan.press("I am here")
    hodan.is_told("Tick at least one answer for")
    hodan.pick("Who is there?", "Mary", "Dev", "Joan")
    hodan.press("I am here")
    hodan.reads("You are with Mary, Dev and Joan")
    walk.moves(1)
    hodan.open("/provider/")
    hodan.follow_in("Mary, Dev and Joan", "Finish this visit")
    hodan.write({"At what time did it end?": "later"})
    hodan.press("Write it down")
    hodan.is_told("Write a time, like 10am or 2:30pm.", finished="later")
    hodan.write({"At what time did it end?": "10:30am", "What did you do?": "We cooked maraq together."})
    hodan.press("Write it down")
    hodan.reads("It is written down.")
    hodan.open(visit)
    hodan.follow("The whole week")
    hodan.follow("Send this week in")
    hodan.press("Send it in")


def each_says_it_happened(walk: Walk) -> None:
    for name in ("Mary", "Dev", "Joan"):
        somebody = walk[name]
        somebody.open("/visits/")
        somebody.follow("Help at home in Somali")
        somebody.press("Show me what that does")
        somebody.is_told("Pick one answer for")
        somebody.main.get_by_label("Part of it happened").check()
        somebody.write({"What was not right?": "She left early."})
        somebody.press("Show me what that does")
        somebody.is_told("Pick how long", words="She left early.")
        somebody.main.get_by_label("Yes, it happened").check()
        somebody.write({"What was not right?": ""})
        somebody.press("Show me what that does")
        somebody.reads("Check your answer", EACH)
        somebody.press("Send my answer")
        assert "problem" not in somebody.page.title().lower()


def the_council_pays(walk: Walk) -> None:
    colin = walk["Colin"]
    colin.open("/looking-after/")
    colin.follow("Joan Clarke")
    colin.press("Show me where to send it")
    sends_from_the_bank(colin)


def hodan_is_paid(walk: Walk) -> None:
    """To the penny, once for each of the three; and each of them reads so."""
    walk.moves(6)
    hodan = walk["Hodan"]
    hodan.open("/provider/money/")
    week = hodan.main.locator("section", has=hodan.page.get_by_role("heading", name=walk.week)).filter(has_text="Mary").first
    for name in ("Mary", "Dev", "Joan"):
        assert EACH in week.get_by_role("row", name=f"{name} Yes. Paid").inner_text(), week.inner_text()
    assert "£39.00 was in your bank by" in week.inner_text()
    for name in ("Mary", "Dev", "Joan"):
        somebody = walk[name]
        somebody.open("/money/")
        somebody.reads(f"Paid for visits that happened {EACH}")
    walk["Mary"].open("/money/payments/")
    walk["Mary"].reads(f"Paid for visits you said yes to -{EACH}")
    walk["Mary"].open("/start/")
    walk["Sam"].open("/looking-after/")
    walk["Colin"].open("/looking-after/")


def the_books_are_right(walk: Walk) -> None:
    kept = json.loads((walk.demo.data_dir / "demo-settings.json").read_text())
    command, environment = [sys.executable, "manage.py", "check_books"], walk.demo.environment(**kept)
    proof = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert proof.returncode == 0, proof.stdout + proof.stderr
