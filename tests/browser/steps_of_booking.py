"""Amina books an hour of help at home by herself, pays it by card, is visited, and says so; Hodan is paid. Pages only, no JavaScript."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.test_walk import Walk


def books_alone(walk: "Walk") -> None:
    amina, hodan = walk["Amina"], walk["Hodan"]
    amina.open("/services/1/")
    amina.follow("Book a time")
    amina._go(amina.main.get_by_role("listitem").nth(1).get_by_role("link").first)
    amina.press("Keep this time for me")
    amina.is_told("Pick one answer for “At what time?”.")
    amina.pick("At what time?", "11am")
    amina.press("Keep this time for me")
    amina.reads("We keep this time for you until")
    amina.follow("Just me")
    amina.pick("From which money?", "Direct payment")
    amina.pick("Is anybody who works there your family?", "No")
    amina.write({"who shall we ring": "My sister Nasra", "what do you want to happen": "Ring me. I can wait."})
    amina.press("Show me what it costs")
    amina.reads("The most it can cost you £24.00", "No money moves now")
    amina.press("Yes, book it")
    amina.reads("We have asked. No money has moved.")
    number = re.findall(r"/bookings/(\d+)/", amina.page.url)[0]
    hodan.open("/provider/bookings/")
    hodan.reads("Your yes or no")
    hodan.open(f"/bookings/{number}/")
    hodan.follow("Look at it, and say yes or no")
    hodan.press("Yes, I will come")
    amina.open(f"/bookings/{number}/")
    amina.reads("It is agreed.")
    amina.follow("Call it off")
    amina.reads("You still pay £0.00")
    amina.follow("No, leave it")
    pays_by_card(walk, number)
    is_visited(walk, number)
    says_it_happened(walk, number)
    assert walk.eye.wrong == []


def pays_by_card(walk: "Walk", number: str) -> None:
    amina = walk["Amina"]
    walk.moves(1)
    amina.open(f"/bookings/{number}/")
    amina.reads("The money is asked for.")
    amina.follow("Pay for it")
    amina.press("Pay by card")
    amina.page.get_by_label("A card that pays").check()
    amina.press("Pay")
    amina.reads("What happens next")


def is_visited(walk: "Walk", number: str) -> None:
    """On the day that was booked; Hodan sends it in."""
    amina, hodan = walk["Amina"], walk["Hodan"]
    amina.open(f"/bookings/{number}/")
    when = amina.main.get_by_role("heading", level=1).inner_text().partition(" at ")[0]
    walk.until(datetime.strptime(f"{when} 2026", "%A %d %B %Y").date())
    amina.open(f"/bookings/{number}/")
    amina.reads("The money is held.")
    hodan.open("/provider/")
    hodan.follow_in("11am", "Start this visit")
    visit = hodan.page.url
    hodan.press("I am here")
    hodan.reads("You are with Amina")
    walk.moves(1)
    hodan.open("/provider/")
    hodan.follow_in("Amina", "Finish this visit")
    hodan.write({"At what time did it end?": "10:30am", "What did you do?": "The washing, and a long talk."})
    hodan.press("Write it down")
    hodan.reads("It is written down.")
    hodan.open(visit)
    hodan.follow("The whole week")
    hodan.follow("Send this week in")
    hodan.press("Send it in")


def says_it_happened(walk: "Walk", number: str) -> None:
    """Her own yes, and where the money is then."""
    amina = walk["Amina"]
    amina.open(f"/bookings/{number}/")
    amina.follow("Your part of it, and whether it happened")
    amina.main.get_by_label("Yes, it happened").check()
    amina.press("Show me what that does")
    amina.reads("Check your answer", "£24.00")
    amina.press("Send my answer")
    walk.moves(6)
    amina.open(f"/bookings/{number}/")
    amina.reads("Over. Everything is settled.")
    walk["Hodan"].open("/provider/money/")
    walk["Hodan"].reads("£24.00")
