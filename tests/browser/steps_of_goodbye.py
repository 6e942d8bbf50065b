"""The long way ends: weeks are paid, a visit happens; one leaves, the others see the new price, her money goes home."""

from datetime import date, timedelta

from tests.browser import test_walk as short_way
from tests.browser.long_walk import TITLE, LongWalk
from tests.browser.test_walk import EACH


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
        somebody = walk.soon(name, "/start/", "Something would change")
        somebody.follow_in("Something would change", "Look at it")
        somebody.reads("A new price for those who stay", f"Now, a week {EACH}", "Then, a week £19.50", "The most it can cost then")
        somebody.press("Say it")
        somebody.is_told("Pick one answer for")
        somebody.pick("What do you say?", "Yes")
        somebody.press("Say it")
        somebody.reads("We have your answer. No money has moved.")
    walk["Joan"].reads("Everybody said yes. It is agreed.")


def mary_asks_about_a_line(walk: LongWalk) -> None:
    """Somebody who looks at it answers with reasons, and she has a new statement."""
    mary = walk.when("Mary", "/start/", "What is left of your money")
    mary.follow_in("What is left of your money", "Look at it")
    mary.reads("What is left of Mary’s money", "Paid for what happened", "Comes back", "It can’t go anywhere else.")
    mary.reads(f"Comes back {EACH}")
    first = walk.here("Mary")
    mary.follow("Ask about a line")
    mary.write({"What is it about?": "Was it a whole hour?"})
    mary.press("Ask")
    mary.is_told("Pick one answer for", words="Was it a whole hour?")
    mary.pick("Which line?", "Paid for what happened")
    mary.press("Ask")
    mary.reads("We look at it, and write to you.", "“Was it a whole hour?”")
    olive = walk["Olive"]
    olive.open("/operator/goodbyes/")
    olive.follow("Mary")
    olive.reads("What Mary asks", "“Was it a whole hour?”")
    olive.press("Send the answer")
    olive.is_told("Write an answer for")
    olive.write({"Your answer": "Hodan wrote down when she came and when she left."})
    olive.press("Send the answer")
    olive.reads("They have a new statement, with your answer.")
    mary.open(first)
    mary.reads("Hodan wrote down when she came and when she left.", "There is a newer statement.")


def mary_gets_her_money_back(walk: LongWalk) -> None:
    """What nobody asked about did not wait for the answer."""
    mary = walk.when("Mary", "/start/", "What is left of your money")
    mary.follow_in("What is left of your money", "Look at it")
    mary.reads("Statement 2", f"Went back before -{EACH}", "Comes back £0.00")
    mary.reads("“Was it a whole hour?”", "Hodan wrote down when she came and when she left.")
    mary.press("Yes, it is right")
    mary.reads("Thank you. Your money is on its way back.", "Mary agreed on")
    mary = walk.when("Mary", walk.here("Mary"), "Back with the card or bank account you paid from")
    mary.reads("What was sent back", EACH)
    mary.open("/money/payments/")
    mary.reads(f"Put aside to go back, because you left -{EACH}")


def the_commissioner_looks(walk: LongWalk) -> None:
    priya = walk["Priya"]
    priya.open("/council/")
    priya.reads("Southwark", "What people asked for, found and could not find")
