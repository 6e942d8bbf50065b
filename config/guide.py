"""The page at /api/v1/: a short guide whose examples are run by a test, and every code a refusal may have."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.errors import Refusal


@dataclass(frozen=True, slots=True)
class Example:
    """One request of one of our people (`who`). Names in braces are ids that the test knows; the page shows some number for each."""

    title: str
    words: str
    who: str
    method: str
    path: str
    body: Any = None
    key: str = ""
    status: int = 200
    gives: Mapping[str, Any] = field(default_factory=dict)
    keeps: str = ""  # what the id in the answer is called in those after it

    @property
    def request(self) -> str:
        """As it goes over the wire."""
        lines = [f"{self.method} /api/v1/{shown(self.path)}"]
        lines += [f"Authorization: Token {self.who}’s token"] if self.who else []
        lines += [f"Idempotency-Key: {self.key}"] if self.key else []
        return "\n".join([*lines, *([] if self.body is None else ["", json.dumps(shown(self.body), indent=2)])])

    @property
    def answer(self) -> str:
        """What of the answer matters here."""
        return f"{self.status}\n\n{json.dumps(shown(dict(self.gives)), indent=2)}"


SAMPLE = {"call": 12, "share": 31, "place": 4, "portion": 7, "listing": 3, "booking": 9}


def shown(thing: Any) -> Any:
    """With some number for each name in braces."""
    return filled(thing, SAMPLE)


def filled(thing: Any, ids: Mapping[str, int]) -> Any:
    """With these ids for the names in braces; a text that is only a name becomes the number."""
    if isinstance(thing, dict):
        return {name: filled(inner, ids) for name, inner in thing.items()}
    if isinstance(thing, list):
        return [filled(inner, ids) for inner in thing]
    if not isinstance(thing, str):
        return thing
    if thing[1:-1] in ids and thing.startswith("{"):
        return ids[thing[1:-1]]
    for name, number in ids.items():
        thing = thing.replace(f"{{{name}}}", str(number))
    return thing


EXAMPLES = (
    Example(
        "Get a token",
        "Once; send it with every request after that. Who has, or needs, a second step to sign in can't have one.",
        "",
        "POST",
        "token/",
        {"email": "amina@example.com", "password": "three words apart"},
    ),
    Example(
        "See what is near",
        "Nobody needs to sign in for this. Twenty to a page, nearest first; facets tell how many there would be with each other choice.",
        "",
        "GET",
        "search/?outcode=SE15&category=home_jobs&language=somali&groups=true",
        gives={"count": 1, "is_more_than": False},
    ),
    Example(
        "See when they could come",
        "Filters stand after the question mark, each once; the document says what each takes. What does not fit is refused, never left out.",
        "",
        "GET",
        "listings/{listing}/free-times/?first=2026-04-13&days=3",
        gives={"count": 3},
    ),
    Example(
        "Keep a time",
        "For 15 minutes, while you look at the price.",
        "Amina",
        "POST",
        "bookings/",
        {"listing": "{listing}", "starts_at": "2026-04-14T09:00:00+01:00"},
        key="amina-tuesday",
        status=201,
        gives={"state": "slot_held", "minutes": 60},
        keeps="booking",
    ),
    Example(
        "Book it",
        "From one part of your budget. No money moves before the provider’s yes.",
        "Amina",
        "POST",
        "bookings/{booking}/request/",
        {"portion": "{portion}", "related": "none", "most_pence": 2000, "keep_going": {"who_to_ring": "Ruth", "what_i_want": "Ring me."}},
        key="amina-tuesday-yes",
        gives={"state": "requested"},
    ),
    Example("Find it again", "Yours, by where they stand.", "Amina", "GET", "bookings/?mine=true&state=requested", gives={"count": 1}),
    Example("See what waits for you", "Every list comes in pages: page and page_size.", "Amina", "GET", "to-do/", gives={"count": 1}),
    Example(
        "Ask what a promise would mean",
        "It tells the most it can cost, or why not. Nothing is kept.",
        "Amina",
        "POST",
        "pledges/quote/",
        {"membership": "{place}", "portion": "{portion}", "weekly_pence": 2000, "weeks": 4, "starts_on": "2026-04-06"},
        gives={"weekly_pence": 2000, "weeks": 4, "most_pence": 8000, "if_you_stop_pence": 8000},
    ),
    Example(
        "A refusal",
        "Problems are RFC 9457: a sentence for people, a code for programs, and the field it is about. Here: more than there is.",
        "Amina",
        "POST",
        "pledges/quote/",
        {"membership": "{place}", "portion": "{portion}", "weekly_pence": 99000, "weeks": 4, "starts_on": "2026-04-06"},
        status=422,
        gives={"code": "may_not_promise", "status": 422},
    ),
    Example(
        "Say that it happened",
        "Your own part is paid, and nobody else’s. The Idempotency-Key makes it happen once, however often it is sent.",
        "Amina",
        "POST",
        "shares/{share}/yes/",
        key="amina-week-1",
        gives={"state": "released"},
    ),
    Example("The same again", "The first answer, not a second payment.", "Amina", "POST", "shares/{share}/yes/", key="amina-week-1"),
    Example("Give a written order", "By whoever looks after the money.", "Colin", "GET", "calls/?list=orders_to_accept", gives={"count": 3}),
    Example(
        "Accept it",
        "It covers the visits; it is paid after the person says yes.",
        "Colin",
        "POST",
        "calls/{call}/accept-order/",
        {"reference": "PO-2026-17"},
        key="po-17",
        gives={"state": "ordered", "order_reference": "PO-2026-17"},
    ),
)


@dataclass(frozen=True, slots=True)
class Code:
    """What a refusal may be called, and what it says when it says no more."""

    code: str
    sentence: str


def codes() -> list[Code]:
    """Every code that our own refusals have, in order."""
    found = {one.code: one.sentence for one in _below(Refusal)}
    return [Code(code, found[code]) for code in sorted(found)]


def _below(kind: type[Refusal]) -> Iterable[type[Refusal]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def page(request: HttpRequest) -> HttpResponse:
    """The guide."""
    return render(request, "api/guide.html", {"examples": EXAMPLES, "codes": codes()})
