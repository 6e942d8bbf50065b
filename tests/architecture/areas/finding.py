"""Finding: see the package. A wish of Amina's, the meeting that came of it, what she said of herself, and new rules of her group."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from config.demo_story.cast import AMINA, HALIMA, RUTH, YUSUF, person
from pooling.models import Charter, Cluster, InCommon, Interest, Introduction
from pooling.services import in_common, interests, meetings
from tests.architecture.route import SIGNED_IN_ASKS, Route, act, own, page, press

PLACE = "The back room of the Peckham Pelican"
WISH: Mapping[str, Any] = {"category": "garden_repairs", "outcode": "SE15", "parts_of_week": ["weekend"]}

# fmt: off
ROUTES: tuple[Route, ...] = (
    own("groups/find/"),
    own("groups/like/", SIGNED_IN_ASKS),
    press("groups/like/<int:pk>/stop/", "i..... .........>", pk="wish with others"),
    page("groups/like/<int:pk>/meeting/", "i..... .........+", pk="wish with others"),
    page("groups/like/<int:pk>/start/", "i..... .........+", "i..... .........?", pk="wish with others"),
    page("groups/like/<int:pk>/sign/", "i..... .........+", "i..... .........?", pk="wish with a group"),
    own("me/in-common/"),
    page("me/in-common/<slug:kind>/", "i+++++ ++++++++++", SIGNED_IN_ASKS, kind="faith"),
    press("me/in-common/<int:pk>/take-back/", "i..... .........>", pk="thing in common"),
    press("me/in-common/<int:pk>/show/", "i..... .........>", pk="thing in common"),
    page("groups/<int:pk>/rules/version/<int:number>/", "i..... +++..+..++", pk="group", number="1"),
    page("groups/<int:pk>/rules/points/", "i..... +++..+..++", pk="group"),
    page("groups/<int:pk>/rules/points/<slug:slug>/", "i..... ++.......+", "i..... ??.......?", pk="group", slug="away"),
    page("groups/<int:pk>/rules/change/", "i..... ++.......+", "i..... ??.......?", pk="group"),
    page("groups/<int:pk>/rules/sign/", "i..... ++.......+", "i..... ??.......?", pk="group"),
    page("helping/together/", "i..... .....+...."),
    page("helping/together/<slug:category>/<slug:outcode>/", "i..... .....+....", "i..... .....?....", category="company", outcode="SE15"),
    page("helping/what-i-may-do/", "i..... .....+...."),
    # The API
    page("api/v1/interests/", "i+++++ ++++++++++", "i????? ??????????"),
    own("api/v1/interests/matches/"),
    page("api/v1/interests/<int:pk>/", "i..... ..+..+...+", pk="wish with others"),
    act("api/v1/interests/<int:pk>/stop/", "i..... ..x..x...+", pk="wish with others"),
    page("api/v1/introductions/", "i+++++ ++++++++++", "i????? ??????????"),
    page("api/v1/introductions/<int:pk>/", "i..... +++..+...+", pk="meeting"),
    act("api/v1/introductions/<int:pk>/start-group/", "i..... ???..?...?", pk="meeting"),
    act("api/v1/introductions/<int:pk>/join/", "i..... !!x..x...!", pk="meeting"),
    page("api/v1/in-common/", "i+++++ ++++++++++", "i????? ??????????"),
    page("api/v1/in-common/<int:pk>/", "i..... .........+", pk="thing in common"),
    act("api/v1/in-common/<int:pk>/show/", "i..... .........?", pk="thing in common"),
    act("api/v1/in-common/<int:pk>/take-back/", "i..... .........+", pk="thing in common"),
    act("api/v1/clusters/<int:pk>/new-rules/", "i..... !!x..x..x!", pk="group"),
    page("api/v1/clusters/<int:pk>/points/", "i..... +++..+..++", pk="group"),
    act("api/v1/charters/<int:pk>/sign/", "i..... ++.......+", pk="rules"),
    page("api/v1/prices-by-size/", "i????? ??????????"),
)
# fmt: on
SECRETS: Mapping[str, str] = {PLACE: "Amina Yusuf Halima Ruth Nasra"}


def arrive(at: datetime) -> None:
    """Amina, Yusuf and Halima are asked to a meeting; Amina, Priya and Olive met before, and Priya's group is there; four wait for company."""
    story = [person(part) for part in (AMINA, YUSUF, HALIMA)]
    _meet(story, WISH, PLACE, at)
    _wait_for_company(at)
    in_common.say(kind="faith", word="muslim", agreed=True, shown=False, by=person(AMINA), at=at)


def _meet(people: list[Any], wish: Mapping[str, Any], place: str, at: datetime) -> Introduction:
    rows = [interests.would_like(**wish, by=one, at=at) for one in people]
    interests.match_due(at=at)
    return meetings.introduce(interests=rows, meets_at=at + timedelta(days=3), place=place, by=person(RUTH), at=at)


def _wait_for_company(at: datetime) -> None:
    for part in (AMINA, YUSUF, HALIMA):
        interests.would_like(**{**WISH, "category": "company"}, by=person(part), at=at)
    interests.match_due(at=at)
    _meet_and_found(at)


def _meet_and_found(at: datetime) -> None:
    meeting = _meet([person(part) for part in (AMINA, YUSUF, HALIMA)], {**WISH, "category": "meals"}, PLACE, at)
    answers = {"name": "Soup", "purpose": "meals_together", "outcode": "SE15", "who_comes": "Anybody.", "cost_rule": "equal"}
    meetings.start_group(introduction=meeting, by=person(YUSUF), at=at, decision_rule="everyone", notice_days=28, is_listed=False, **answers)


def things() -> dict[str, Any]:
    wishes = Interest.objects.filter(person=person(AMINA))
    return {
        "wish with others": wishes.get(category="garden_repairs").pk,
        "wish with a group": wishes.get(category="meals").pk,
        "meeting": Introduction.objects.get(category="garden_repairs").pk,
        "thing in common": InCommon.objects.get().pk,
        "rules": Charter.objects.get(cluster=Cluster.objects.get(name="Our Own Words"), state="in_force").pk,
    }
