"""What somebody finds near a place: what costs nothing first, then groups, then people who can be paid. Nobody can pay to be higher."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, OuterRef, Subquery
from django.http import QueryDict

from audit.one_question import Row
from audit.one_question import asked as ask_all
from audit.one_question import rows as listed
from frontend.forms.near import NOT_SURE
from frontend.presenters.asking import DISTANCES, Chosen, chosen, on_page
from frontend.presenters.groups import Card, card_in_words, purpose_labels
from frontend.presenters.offers import Offer, offer_found
from marketplace.models import Need, PartOfWeek
from marketplace.selectors.search import Asked, Facet, Found, find
from marketplace.selectors.sizes import about_weekly_pence
from people.models import Person
from pooling import selectors
from pooling.models import Cluster, Membership
from vocabulary.models import Term

SHARED_BY = 3
MORE = ("charge", "weekday", "part", "language", "outcome")
"""What is picked from a list under "More ways to choose", in that order."""
_PARTS = {"morning": PartOfWeek.MORNINGS, "afternoon": PartOfWeek.AFTERNOONS, "evening": PartOfWeek.EVENINGS, "night": PartOfWeek.NIGHTS}


@dataclass(frozen=True, slots=True)
class Way:
    """One choice: its name and value in the address, how many have it (None: not counted), and whether it is chosen."""

    name: str
    value: str
    label: str
    count: int | None
    is_now: bool

    @property
    def said(self) -> str:
        """ "Evenings (12)"."""
        return self.label if self.count is None else f"{self.label} ({self.count})"


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`pick`: label and name of each list to pick one from, with its choices; `ticks`: what can be ticked.

    `missing`: what is told with one press if none of it is right.
    """

    asked: Asked
    what: str
    what_said: str
    kinds: list[tuple[str, str]]
    found: Found
    gifts: list[Offer]
    groups: list[Card]
    offers: list[Offer]
    chosen: list[Chosen]
    pick: list[tuple[str, str, list[Way]]]
    ticks: list[Way]
    missing: dict[str, Any]
    before: str
    after: str
    here: str

    @property
    def where(self) -> str:
        return self.asked.outcode

    @property
    def is_empty(self) -> bool:
        """Nobody offers it; there may be a group all the same."""
        return not self.found.count

    @property
    def count_said(self) -> str:
        """ "5 found", "More than 1,000 found"."""
        return f"{'More than ' if self.found.is_more_than else ''}{self.found.count:,} found"

    @property
    def whats(self) -> list[Way]:
        return [Way("what", value, label, None, value == self.what) for value, label in self.kinds]

    @property
    def distances(self) -> list[Way]:
        now = "" if self.asked.miles is None else str(self.asked.miles)
        return [Way("miles", value, label, None, value == now) for value, label in DISTANCES]


def page(viewer: Person | AnonymousUser, said: QueryDict, asked: Asked, *, council: str, on: date, number: int) -> FoundPage:
    """The number-th page. `council`: of the place; "" when we don't know.

    A fixed number of queries: four, and three more for groups, their prices and one's own place in them on the first page.
    """
    found = find(asked, on=on, page=number)
    groups, together = _groups(viewer, asked, council, on) if number == 1 else ([], 0)
    facets = {facet.name: facet for facet in found.facets}
    cards = {card.listing_id: card for card in (*found.gifts, *found.cards)}.values()
    shown = [offer_found(card, people=together or SHARED_BY) for card in cards]
    labels = {option.value: option.label for option in facets["category"].options}
    return FoundPage(
        asked=asked,
        what=asked.category or NOT_SURE,
        kinds=[(NOT_SURE, "Everything"), *labels.items()],
        what_said=labels.get(asked.category, "Everything"),
        found=found,
        gifts=[one for one in shown if one.charge != "paid"],
        groups=groups,
        offers=[one for one in shown if one.charge == "paid"],
        chosen=chosen(said, asked, found.facets),
        pick=[(name, facets[name].label, _pick(facets[name], asked)) for name in MORE],
        ticks=_ticks(facets["access"], facets["trait"], asked),
        missing=missing(asked),
        before=on_page(said, number - 1) if number > 1 else "",
        after=on_page(said, number + 1) if number < found.pages else "",
        here=on_page(said, number),
    )


def _pick(facet: Facet, asked: Asked) -> list[Way]:
    """What somebody has, and what is chosen though nobody has it."""
    now = str(getattr(asked, facet.name) or "")
    there = [option for option in facet.options if option.count or option.value == now]
    return [Way(facet.name, option.value, option.label, option.count, option.value == now) for option in there]


def _ticks(access: Facet, traits: Facet, asked: Asked) -> list[Way]:
    ways = [Way("access", option.value, option.label, option.count, option.value in asked.access) for option in access.options]
    ways += [Way(option.value, "yes", option.label, option.count, bool(getattr(asked, option.value))) for option in traits.options]
    return [way for way in ways if way.count or way.is_now]


def _groups(viewer: Person | AnonymousUser, asked: Asked, council: str, on: date) -> tuple[list[Card], int]:
    """Groups of the place's council that have room and that somebody is not in, nearest first; and how many share in their own group, if they
    are in one that is going."""
    rows = _around(viewer) if isinstance(viewer, Person) else []
    places = [row for row in rows if row.of == "place"]
    going = [row["inside"] for row in places if row["is_in"] and row["state"] == Cluster.State.ACTIVE]
    together = going[0] if len(going) == 1 else 0
    if not council:
        return [], together
    known = {row["cluster_id"] for row in places}
    there = [one for one in selectors.public_cards(council_code=council, on=on) if one.cluster_id not in known]
    there.sort(key=lambda one: (one.outcode != asked.outcode, one.outcode, one.cluster_id))
    purposes = {row["slug"]: row["label"] for row in rows if row.of == "purpose"} or (purpose_labels() if there else {})
    cards = [card_in_words(one, purposes) for one in there]
    typed = asked.words.lower().split()
    shown = [card for card in cards if not typed or any(word in card.purpose.lower() for word in typed)]
    prices = about_weekly_pence([card.cluster_id for card in shown], on=on) if shown else {}
    return [replace(card, weekly_pence=prices.get(card.cluster_id)) for card in shown], together


def _around(viewer: Person) -> list[Row]:
    """The names of what groups are for, and the viewer's own places. One query."""
    inside = Membership.objects.inside().filter(cluster=OuterRef("cluster")).order_by().values("cluster").annotate(people=Count("pk"))
    own = Membership.objects.in_groups().unended().of(viewer)
    return ask_all(
        listed(Term.objects.filter(kind=Term.Kind.PURPOSE), "purpose", slug="slug", label="label"),
        listed(own, "place", cluster_id="cluster_id", state="cluster__state", inside=Subquery(inside.values("people")), is_in="joined_at"),
    )


def missing(asked: Asked) -> dict[str, Any]:
    """What was asked for as a need: the kind of help, the place, the words and the wishes, and the likeliest reason that nothing was right."""
    reason = Need.Reason.NO_PROVIDER
    if asked.most_pence is not None:
        reason = Need.Reason.TOO_DEAR
    elif asked.language or asked.access:
        reason = Need.Reason.NOT_ACCESSIBLE
    elif asked.weekday or asked.part:
        reason = Need.Reason.NO_TIME
    part = PartOfWeek.WEEKENDS if (asked.weekday or 0) > 5 else _PARTS.get(asked.part, PartOfWeek.ANY)
    category = asked.category or ("other" if asked.words else "")
    wishes = {"part_of_week": part.value, "language": asked.language, "access": " ".join(asked.access)}
    return {"category": category, "outcode": asked.outcode, "reason": reason.value, "words": asked.words, **wishes}
