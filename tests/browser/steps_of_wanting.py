"""The long way goes on: a wish is shared, written down, checked, decided, and each says yes to the most it can cost."""

from datetime import timedelta

from tests.browser import test_walk as short_way
from tests.browser.long_walk import KIND, THREE, TITLE, LongWalk, everyone_answers

WEEKS = "6"


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
        somebody.follow("What we want, and what we ask providers for")
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
    """Dev says that it was not done right: it waits until somebody outside has looked at it, with reasons."""
    question = everyone_answers(walk, "We miss the food of home.")
    dev = walk.when("Dev", question, "This was not done right")
    dev.follow("This was not done right")
    dev.press("Send it")
    dev.is_told("Write an answer for")
    dev.write({"What was not done right?": "I was asked in the middle of the night."})
    dev.press("Send it")
    dev.reads("Somebody outside your group looks at it.", "I was asked in the middle of the night.")
    olive = walk["Olive"]
    olive.open("/operator/groups/")
    olive.follow("Shall we ask providers for this, for up to £270.00 in all?")
    olive.reads("I was asked in the middle of the night.", "Judge how it was asked and counted")
    olive.write({"Your reasons": "Everybody had the days they need."})
    olive.press("Send my answer")
    olive.is_told("Pick one answer for", answer="Everybody had the days they need.")
    olive.pick("Was it done right?", "Yes. The decision stands")
    olive.press("Send my answer")
    olive.reads("The group reads your answer now.")
    dev.open(question)
    dev.reads("It was done right: Everybody had the days they need.")


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
