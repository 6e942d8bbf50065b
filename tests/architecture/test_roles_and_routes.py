"""Every address, asked for by everybody: each gets what routes.py says, and nothing of somebody else's stands in what they may read."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.plugin import DjangoDbBlocker

from config.urls import demo_urlpatterns
from tests.architecture import roles
from tests.architecture.route import Route
from tests.architecture.routes import DEMO, ROUTES, SECRETS
from tests.story import Story, inside

pytestmark = pytest.mark.xdist_group("story")
WHO = [roles.name(part) for part in roles.EVERYBODY]
MOST_QUESTIONS = 12
LISTS = (
    *(("start/", who) for who in ("Amina", "Yusuf", "Halima", "Mary")),
    ("groups/", "Yusuf"),
    *(("groups/<int:pk>/", who) for who in ("Amina", "Yusuf", "Halima", "Ruth")),
    *((f"groups/<int:pk>/{name}/", "Amina") for name in ("gone", "rules", "rules/points")),
    ("groups/find/", "Amina"),
    ("groups/like/", "Mary"),
    ("groups/<int:pk>/choose/", "Yusuf"),
    ("groups/<int:pk>/questions/", "Nasra"),
    ("groups/<int:pk>/wants/", "Yusuf"),
    ("wants/<int:pk>/offers/", "Yusuf"),
    ("wants/<int:pk>/offers/", "Halima"),
    ("money/", "Yusuf"),
    ("money/idle/", "Amina"),
    ("money/payments/", "Yusuf"),
    ("needs/", "Mary"),
    ("statements/", "Amina"),
    ("payments/", "Amina"),
    ("visits/", "Amina"),
    ("bookings/", "Amina"),
    ("provider/bookings/", "Hodan"),
    ("provider/hours/", "Hodan"),
    ("budget/", "Amina"),
    *(("provider/", who) for who in ("Hodan", "Fatuma")),
    ("provider/calendar/", "Hodan"),
    ("provider/checks/", "Hodan"),
    ("provider/demand/", "Hodan"),
    ("provider/money/", "Hodan"),
    ("provider/visits/", "Hodan"),
    ("provider/agreements/", "Hodan"),
    ("provider/wanted/", "Fatuma"),
    ("provider/people/", "Fatuma"),
    ("provider/services/", "Hodan"),
    ("helping/", "Ruth"),
    ("helping/together/", "Ruth"),
    ("looking-after/", "Colin"),
    ("looking-after/", "Sam"),
    ("looking-after/<int:pk>/where/", "Colin"),
    ("looking-after/<int:pk>/where/<slug:figure>/", "Colin"),
    ("looking-after/<int:pk>/budgets/", "Colin"),
    ("looking-after/<int:pk>/lists/<int:weekly>/orders/", "Colin"),
    ("looking-after/groups/", "Sam"),
    ("gone/", "Colin"),
    ("council/", "Lena"),
    ("council/questions/", "Priya"),
    ("operator/", "Olive"),
    *((f"operator/{name}/", "Olive") for name in ("choices", "goodbyes", "groups", "payments", "people", "second", "worries")),
    ("operator/papers/", "Olive"),
    ("operator/questions/", "Olive"),
    ("operator/lists/<slug:name>/", "Olive"),
)


@pytest.fixture(scope="module")
def world(story_told: Story, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[roles.Door, dict[str, Any]]]:
    """Everybody at their own browser, in the story as it is at its end. All of it is taken back afterwards."""
    with inside(story_told, django_db_blocker), roles.taken_back():
        roles.arrive()
        yield roles.Door.open(), roles.things()


def addresses(resolver: Any, before: str = "") -> Iterator[str]:
    """Every address there is, as it is written where it is made."""
    for one in getattr(resolver, "url_patterns", resolver):
        if isinstance(one, URLResolver):
            yield from addresses(one, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern)


def test_every_address_is_listed() -> None:
    """A new address must say here who gets what. One that is gone is taken out."""
    there = {each for each in addresses(get_resolver()) if not each.startswith("demo/")}
    there |= {f"demo/{one.pattern}" for one in demo_urlpatterns}
    listed = [route.address for route in (*ROUTES, *DEMO)]
    assert sorted(there - set(listed)) == [], "write these addresses into tests/architecture/routes.py, with what each person gets"
    assert sorted(set(listed) - there) == [], "these addresses are gone"


def test_the_demo_s_own_addresses_are_not_there_without_the_demo(world: tuple[roles.Door, dict[str, Any]]) -> None:
    door, things = world
    for route in DEMO:
        assert {door.ask(who, "POST", address(route, things)).status for who in WHO} == {404}, route.address


@pytest.mark.parametrize("route", ROUTES, ids=[route.title for route in ROUTES])
def test_each_gets_what_is_theirs(route: Route, world: tuple[roles.Door, dict[str, Any]]) -> None:
    door, things = world
    wrong, where = [], address(route, things)
    sent = things[route.sent] if isinstance(route.sent, str) else route.sent
    for method, expected in (("GET", route.get), ("POST", route.post)):
        for who, mark in zip(WHO, expected.replace(" ", ""), strict=bool(expected)):
            if mark == "*":
                continue
            answer = door.ask(who, method, where, sent if method == "POST" else None)
            if answer.mark != (">" if mark == "<" else mark):
                wrong.append(f"{method} {where} by {who}: {answer.mark} ({answer.status}), not {mark}")
            wrong += [f"{method} {where} by {who}: shows {text!r}" for text in leaks(who, answer.body, route)]
            if answer.written and mark not in "+>":
                wrong.append(f"{method} {where} by {who}: refused ({answer.status}), and {sorted(set(answer.written))} was written")
    if not route.get and door.ask("Amina", "GET", where).status != 405:
        wrong.append(f"GET {where}: it can be read, so say by whom")
    assert wrong == []


@pytest.mark.parametrize(("where", "who"), LISTS, ids=[f"{where} by {who}" for where, who in LISTS])
def test_a_list_asks_the_database_12_times_at_most(where: str, who: str, world: tuple[roles.Door, dict[str, Any]]) -> None:
    """Each list and start page as who has most on it; signing in, the clock and the frame of the page are counted.

    Beside them one look before the page of who works here: whether their second step was given.
    """
    door, things = world
    route = next(one for one in ROUTES if one.address == where)
    questions: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            questions.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert door.ask(who, "GET", address(route, things)).mark == "+"
    of_the_page = [sql for sql in questions if "mfa_authenticator" not in sql]
    assert len(of_the_page) <= MOST_QUESTIONS, "\n".join(questions)
    assert len(questions) <= MOST_QUESTIONS + 1
    # A longer list asks no more: nothing is asked row by row, which would be the same question again. Words of two kinds may be.
    assert [sql for sql, times in Counter(questions).items() if times > 1 and "vocabulary_term" not in sql] == []


def leaks(who: str, body: str, route: Route) -> list[str]:
    """What stands in it that this person may not know."""
    return [text for text, theirs in SECRETS.items() if text in body and who not in theirs.split() and text not in route.tells.split("|")]


def address(route: Route, things: dict[str, Any]) -> str:
    """The address with the things it is about filled in."""

    def fill(found: "re.Match[str]") -> str:
        asked = route.about[found[1] or found[2]]
        return str(things.get(asked, asked))

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>|\^?\(\?P<(\w+)>[^)]*\)\$?", fill, route.address).replace("^", "").replace("$", "")
