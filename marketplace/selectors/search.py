"""Finding a service near a place: what was asked, what was found, how many there would be with each other choice.

Nearest first, by whole outcodes; among equals in an order that changes by the week and that nobody can buy. Anybody may search.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from audit.kept import answers
from places.distance import around
from providers.cards import Card, Word, cards
from providers.models import Listing
from providers.rules_of_search import CHARGES, PARTS_OF_DAY, TRAITS
from providers.search import Answer, Question, ask, put_right
from vocabulary.models import Term

PAGE, MOST, FEW, GIFTS_FIRST = 20, 1_000, 3, 5
FURTHEST_MILES = 60  # as far as any provider may say that they go
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTS = ("Mornings", "Afternoons", "Evenings", "Nights")
_CHARGES = ("Paid with money", "Free", "For time")
_TRAITS = ("Works with groups", "Papers checked")
# Of these one is chosen, so each is counted without its own choice: what else could be picked instead.
_ONE_OF = ("category", "outcome", "language", "weekday", "part", "charge")
_TERMS = ("category", "outcome", "language", "access")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for. `category`, `outcome`, `language`, `access`: slugs. `weekday`: 1 Monday to 7 Sunday. `miles` None: who comes to me.

    `charge`: "paid", "free", "time" or "" for any. `most_pence`: for one person, per unit. `groups`: has prices for several together, or is free.
    `checked`: no community groups, which show no papers of the kind that work for pay needs; nobody is ever found whose papers ran out.
    """

    outcode: str
    words: str = ""
    miles: int | None = None
    category: str = ""
    outcome: str = ""
    weekday: int | None = None
    part: str = ""
    language: str = ""
    access: tuple[str, ...] = ()
    charge: str = ""
    most_pence: int | None = None
    groups: bool = False
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice, and how many of the found (at most the nearest thousand) have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The choices of one kind. `name` is that of `Asked`; `trait` holds "groups" and "checked"."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what fits. With `is_more_than`, there are more than `count`: pages and numbers are then of the nearest `count`.

    `gifts`: on the first page, the nearest few that cost no money: nobody should have to look behind what costs money for what costs none.
    `put_right`: the words as they were understood, when nothing or very little was found with those typed; "" when they were left alone.
    """

    cards: tuple[Card, ...]
    gifts: tuple[Card, ...]
    count: int
    is_more_than: bool
    facets: tuple[Facet, ...]
    put_right: str
    page: int
    pages: int


def find(asked: Asked, *, on: date, page: int = 1) -> Found:
    """What fits near a place on a day, 20 a page. Words of no list are as if nothing had them.

    Four queries; five when much was chosen; two or three more when spelling is put right.
    `asked.outcode` as `places.postcodes.outcode_of` gives it.
    """
    terms = _terms()
    answer, said = _answer(_question(asked, terms, on))
    shown = answer.found[:MOST]
    begin = (page - 1) * PAGE
    gifts = answer.gifts[:GIFTS_FIRST] if page == 1 else []
    wanted = shown[begin : begin + PAGE] if begin >= 0 else []
    made = {card.listing_id: card for card in cards([*gifts, *(one for one in wanted if one not in gifts)], terms=terms, on=on)}
    return Found(
        cards=tuple(made[number] for number, _ in wanted if number in made),
        gifts=tuple(made[number] for number, _ in gifts if number in made),
        count=len(shown),
        is_more_than=len(answer.found) > MOST,
        facets=_facets(answer, terms),
        put_right=said,
        page=page,
        pages=max(1, -(-len(shown) // PAGE)),
    )


def where_found(asked: Asked, *, on: date) -> dict[str, int]:
    """How many of the nearest thousand that fit are at each outcode. For a map, where the list's own order says nothing. Four queries."""
    answer, _ = _answer(_question(asked, _terms(), on))
    rows = Listing.objects.filter(pk__in=[number for number, _ in answer.found[:MOST]]).order_by()
    return dict(rows.values_list("outcode").annotate(times=Count("pk")))


def _terms() -> dict[str, list[Word]]:
    """The words of each list by id: their place in it is their bit."""
    found: dict[str, list[Word]] = {kind: [] for kind in _TERMS}
    for kind, pk, slug, label, position in answers(_words):
        found[kind].append(Word(pk, slug, label, position))
    return found


def _words() -> QuerySet[Any, Any]:
    return Term.objects.filter(kind__in=_TERMS).order_by("id").values_list("kind", "id", "slug", "label", "position")


def _question(asked: Asked, terms: dict[str, list[Word]], on: date) -> Question:
    year, week, _ = on.isocalendar()
    values = {name: [term.slug for term in terms[name]] for name in _TERMS} | {"part": list(PARTS_OF_DAY), "charge": list(CHARGES)}
    bits = {name: _bit(values[name], getattr(asked, name)) for name in ("category", "outcome", "language", "part", "charge") if getattr(asked, name)}
    bits["access"] = sum({_bit(values["access"], slug) for slug in asked.access})
    bits["weekday"] = 1 << asked.weekday - 1 if asked.weekday else 0
    bits["trait"] = sum(1 << at for at, name in enumerate(TRAITS) if getattr(asked, name))
    return Question(
        places=around(asked.outcode, FURTHEST_MILES if asked.miles is None else asked.miles),
        on=on,
        salt=year * 100 + week,
        most=MOST + 1,
        words=asked.words.strip(),
        bits=bits,
        most_pence=asked.most_pence,
        comes=asked.miles is None,
    )


def _bit(values: Sequence[str], value: str) -> int:
    """The bit of a value; one that nothing has for a word of no list."""
    return 1 << values.index(value) if value in values else 1 << 62


def _answer(question: Question) -> tuple[Answer, str]:
    """With the words as typed; as they were probably meant, where that finds more."""
    answer = ask(question, freed=_ONE_OF)
    if not question.words or len(answer.found) >= FEW:
        return answer, ""
    meant = put_right(question.words)
    if meant == question.words:
        return answer, ""
    instead = ask(replace(question, words=meant), freed=_ONE_OF)
    return (instead, meant) if len(instead.found) > len(answer.found) else (answer, "")


def _facets(answer: Answer, terms: dict[str, list[Word]]) -> tuple[Facet, ...]:
    """Lists of words in the order of the vocabulary; what has nothing is there too, so that a choice does not vanish."""
    made = [
        _of_terms("category", "Kind of help", answer, terms),
        _facet("charge", "What it costs", CHARGES, _CHARGES, answer),
        _facet("weekday", "Day", [str(day) for day in range(1, 8)], _DAYS, answer),
        _facet("part", "Part of the day", PARTS_OF_DAY, _PARTS, answer),
        _of_terms("language", "Language", answer, terms),
        _of_terms("access", "Easy to get into and use", answer, terms),
        _of_terms("outcome", "What it is for", answer, terms),
        _facet("trait", "And", TRAITS, _TRAITS, answer),
    ]
    return tuple(made)


def _facet(name: str, label: str, values: Sequence[str], labels: Sequence[str], answer: Answer) -> Facet:
    counts: Counter[int] = answer.counts[name]
    return Facet(name, label, tuple(Option(value, said, min(counts[at], MOST)) for at, (value, said) in enumerate(zip(values, labels, strict=True))))


def _of_terms(name: str, label: str, answer: Answer, terms: dict[str, list[Word]]) -> Facet:
    facet = _facet(name, label, [term.slug for term in terms[name]], [term.label for term in terms[name]], answer)
    order = {term.slug: (term.position, term.label) for term in terms[name]}
    return replace(facet, options=tuple(sorted(facet.options, key=lambda option: order[option.value])))
