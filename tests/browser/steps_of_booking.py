"""Amina books an hour of help at home by herself, meets nobody first, and Hodan says yes; then the money is asked for. Pages only, no JavaScript."""

import re
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
    assert walk.eye.wrong == []
