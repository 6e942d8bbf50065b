"""The long way begins: three people find each other, start a group and promise."""

from datetime import timedelta

from tests.browser import test_walk as short_way
from tests.browser.long_walk import KIND, THREE, LongWalk


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
