"""Who was once somebody here, and is not any more, gets what a stranger gets: every address, read and pressed."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from audit import clock
from config.demo_story import cast
from config.demo_story.cast import AMINA, HALIMA, SOUTHWARK, STELLA, YUSUF, Part
from people.models import Person, Role, Supporter
from people.services import people as persons
from providers.models import Enterprise, Worker
from tests.architecture import roles
from tests.architecture.routes import ROUTES
from tests.architecture.test_roles_and_routes import address
from tests.story import Story, inside

pytestmark = pytest.mark.xdist_group("story")
WAS = Part("Wanda Was", "holder", "Was everything here once.")


@pytest.fixture(scope="module")
def world(story_told: Story, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[roles.Door, dict[str, Any]]]:
    with inside(story_told, django_db_blocker), roles.taken_back():
        roles.arrive()
        things = roles.things()
        _was()
        yield roles.Door.open(), things


def _was() -> None:
    """Work that ended, every role until yesterday, a supporter that ended, one nobody confirmed, one that begins next week."""
    at = clock.now()
    before, ended = at - timedelta(days=60), at - timedelta(days=1)
    persons.register(full_name=WAS.name, email=WAS.email, password=cast.PASSWORD, outcode=STELLA.outcode, council_code=STELLA.council, at=before)
    wanda = Person.objects.get(email=WAS.email)
    Worker.objects.create(enterprise=Enterprise.objects.get(name="Barwaaqo Care"), person=wanda, known_as="Wanda", state="left", joined_at=before)
    time = {"starts_at": before, "ends_at": ended, "council_code": SOUTHWARK}
    for kind in (Role.Kind.FACILITATOR, Role.Kind.COMMISSIONER, Role.Kind.OPERATOR):
        Role.objects.create(person=wanda, kind=kind, **time)
    for name in ("Southwark Circle", "Southwark Council"):
        Role.objects.create(person=wanda, kind=Role.Kind.HOLDER_STAFF, organisation=cast.organisation(name), **time)
    every = list(Supporter.Decision.values)
    said = {"supporter": wanda, "kind": Supporter.Kind.FOR, "decisions": every, "source": "A letter.", "asked_at": before}
    sure = {"confirmed_by": cast.person(cast.OLIVE), "confirmed_at": before, "starts_at": before}
    Supporter.objects.create(person=cast.person(HALIMA), ends_at=ended, **said, **sure)
    Supporter.objects.create(person=cast.person(AMINA), **said)
    Supporter.objects.create(person=cast.person(YUSUF), **said, **{**sure, "confirmed_at": at, "starts_at": at + timedelta(days=6)})


@pytest.mark.skipif("GARBAGE" not in os.environ, reason="of `make fuzz`: a walk through every address")
def test_whose_time_is_over_or_not_yet_begun_gets_what_a_stranger_gets(world: tuple[roles.Door, dict[str, Any]]) -> None:
    door, things = world
    door.browsers["Wanda"] = browser = type(door.browsers["Stella"])()
    browser.force_login(Person.objects.get(email=WAS.email), backend="django.contrib.auth.backends.ModelBackend")
    wrong = []
    for route in ROUTES:
        where = address(route, things)
        sent = things[route.sent] if isinstance(route.sent, str) else route.sent
        for method, line in (("GET", route.get), ("POST", route.post)):
            if not line:
                continue
            mark = line[1]
            if mark == "*":
                continue
            answer = door.say("Wanda", method, where, sent if method == "POST" else None)
            if answer.mark != mark:
                wrong.append(f"{method} {where}: {answer.mark} ({answer.status}), not {mark}; {sorted(set(answer.written))} was written")
    assert not wrong, "\n".join(wrong)
