"""Every form of every page, filled in by machine and then spoilt: no fault, nothing written by what was refused, nothing typed lost.

The forms are read from the pages themselves, as whoever gets them. One page in twelve here; `make fuzz` spoils every field of every
form (GARBAGE=18: with all kinds of it).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import Resolver404, resolve
from pytest_django.plugin import DjangoDbBlocker

from tests.architecture import forms, garbage, roles
from tests.architecture.routes import ROUTES
from tests.architecture.test_roles_and_routes import WHO, address
from tests.story import Story, inside

pytestmark = pytest.mark.xdist_group("story")
KINDS = int(os.environ.get("GARBAGE", "0"))
OF_STRIPE = "durable atomic block"  # what is sent on to Stripe commits first, which a test that takes all back can't; the walk in the browser does it
SLOWED = 429  # signing in, asked too often


@dataclass(frozen=True)
class Found:
    """A form, on whose page, and where it is sent."""

    who: str
    page: str
    where: str
    form: forms.PageForm

    @property
    def title(self) -> str:
        return f"{self.where} by {self.who} (on {self.page})"


@pytest.fixture(scope="module")
def world(story_told: Story, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[roles.Door, list[Found]]]:
    """Everybody at their own browser, and the forms they see."""
    with inside(story_told, django_db_blocker), roles.taken_back():
        roles.arrive()
        door = roles.Door.open()
        yield door, list(_all(door, roles.things()))


def _all(door: roles.Door, things: dict[str, Any], *, everybody: bool = False) -> Iterator[Found]:
    """Each form once: by its address as it is written where it is made, and the names of its fields. The last who gets it sends it; or everybody."""
    seen = set()
    for route in ROUTES if KINDS else ROUTES[::12]:
        readers = [who for who, mark in zip(WHO, route.get.replace(" ", ""), strict=bool(route.get)) if mark == "+"]
        if route.address.startswith("api/") or not readers:
            continue
        page = address(route, things)
        for who in reversed(readers) if KINDS or everybody else readers[-1:]:
            for form in forms.read(door.say(who, "GET", page).body):
                where = (form.action or page).split("?")[0]
                key = (_named(where), form.method, frozenset(form.fields), who if everybody else "")
                if key not in seen:
                    seen.add(key)
                    yield Found(who, page, where, form)


def _named(where: str) -> str:
    try:
        return resolve(where).route
    except Resolver404:
        return where


def _sent(door: roles.Door, found: Found, said: forms.Answers) -> roles.Answer | str:
    """The answer, or the fault in words."""
    try:
        answer = door.say(found.who, found.form.method.upper(), found.where, said)
    except Exception as fault:
        return OF_STRIPE if OF_STRIPE in str(fault) else f"{type(fault).__name__}: {fault}"[:300]
    return answer


def _wrong(found: Found, name: str, said: forms.Answers, answer: roles.Answer | str) -> Iterator[str]:
    told = f"{found.title}: {name} as {str(said.get(name))[:80]}"
    if answer == OF_STRIPE:
        return
    if isinstance(answer, str) or answer.status >= 500:
        yield f"{told}: {answer if isinstance(answer, str) else answer.status}"
        return
    if answer.status >= 400 and answer.written:
        yield f"{told}: refused ({answer.status}), and {sorted(set(answer.written))} was written"
    if answer.status == 422:
        yield from (f"{told}: {lost} is lost" for lost in _lost(found, said, answer.body))


def _lost(found: Found, said: forms.Answers, body: str) -> Iterator[str]:
    """Typed words that do not stand in the form that came back. Passwords are never shown again."""
    back = [form for form in forms.read(body) if set(form.fields) >= {one.name for one in found.form.fields.values() if one.kind in forms.TYPED}]
    if not back:
        if any(one.kind in forms.TYPED for one in found.form.fields.values()):
            yield "the form itself"
        return
    for name, one in back[0].fields.items():
        typed = said.get(name, [""])[-1:]
        if one.kind in forms.TYPED and typed and _plain(typed[0]) and [_plain(value) for value in one.has] != [_plain(typed[0])]:
            yield f"{name} ({typed[0][:60]!r}, there: {[value[:60] for value in one.has]})"


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", "").replace("\ufffd", "").split())


def _answers(door: roles.Door, found: Found) -> list[forms.Answers]:
    """What fits the form; and, where it is shown again to be checked, that with the button below it."""
    right = found.form.filled()
    first = _sent(door, found, right)
    if found.form.method == "post" and isinstance(first, roles.Answer) and first.status == 200:
        checks = [form for form in forms.read(first.body) if "_confirm" in form.fields]
        return [right, *(form.filled() for form in checks[:1])]
    return [right]


def test_garbage_in_any_form_is_no_fault_and_nothing_typed_is_lost(world: tuple[roles.Door, list[Found]]) -> None:
    door, every = world
    wrong: list[str] = []
    for found in every:
        for right in _answers(door, found):
            for name, said in garbage.spoilt(found.form, right, kinds=KINDS or 1):
                wrong += _wrong(found, name, said, _sent(door, found, said))
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(not KINDS, reason="of `make fuzz`: takes some minutes")
def test_what_was_not_offered_is_not_taken(world: tuple[roles.Door, list[Found]]) -> None:
    """Somebody else's number in a choice: refused, nothing written."""
    door, every = world
    wrong = []
    for found in every:
        if found.form.method != "post":
            continue
        for right in _answers(door, found):
            for name, said in garbage.not_offered(found.form, right, most=2 * KINDS):
                answer = _sent(door, found, said)
                if answer != OF_STRIPE and (isinstance(answer, str) or answer.status >= 500 or answer.written):
                    wrong.append(f"{found.title}: {name} as {said[name]}: {answer if isinstance(answer, str) else answer.written}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(not KINDS, reason="of `make fuzz`: takes some minutes")
def test_what_no_browser_sends_is_no_fault(world: tuple[roles.Door, list[Found]]) -> None:
    door, every = world
    wrong = []
    for found in every:
        if found.form.method != "post":
            continue
        for body, kind in (*garbage.RAW, *garbage.surrogates(found.form.filled())):
            try:
                answer = door.send(found.who, found.where, body, kind)
            except Exception as fault:
                if OF_STRIPE in str(fault):
                    break
                wrong.append(f"{found.title}: {body[:80]!r}: {type(fault).__name__}: {fault}"[:400])
                continue
            if answer.status >= 500 or (answer.written and answer.status >= 400):
                wrong.append(f"{found.title}: {body[:80]!r}: {answer.status} {answer.written}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(not KINDS, reason="of `make fuzz`: takes some minutes")
def test_whoever_is_shown_a_form_may_send_it(world: tuple[roles.Door, list[Found]]) -> None:
    """What they get may be a sentence on the form; never a page that says there is nothing, with what they typed gone."""
    door, _ = world
    wrong = []
    for found in _all(door, roles.things(), everybody=True):
        if found.form.method == "post":
            for said in _answers(door, found):
                answer = _sent(door, found, said)
                if answer != OF_STRIPE and (isinstance(answer, str) or answer.status in (403, 404) or answer.status >= 500):
                    wrong.append(f"{found.title}: {answer if isinstance(answer, str) else answer.status}")
    assert not wrong, "\n".join(wrong)
