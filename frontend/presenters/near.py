"""What is near a place, and one service by itself, in words."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser

from frontend import words
from frontend.forms.near import NOT_SURE
from frontend.presenters.groups import Card, card_in_words, purpose_labels
from frontend.presenters.offers import Offer, offer, offers
from people.models import Person
from places.postcodes import council_of
from pooling import selectors
from pooling.models import Cluster, Membership
from providers.models import Listing
from providers.rules import PARTS_OF_DAY
from vocabulary.models import Term

SHARED_BY = 3
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Near:
    """What somebody finds: groups that may be found, then people who can be paid. Nobody can pay to be higher."""

    what: str
    what_said: str
    where: str
    groups: list[Card]
    offers: list[Offer]

    @property
    def found(self) -> int:
        return len(self.groups) + len(self.offers)


def near(viewer: Person | AnonymousUser, *, what: str, where: str, on: date) -> Near:
    """`what`: a category's slug, or NOT_SURE for everything."""
    category = None if what == NOT_SURE else Term.objects.categories().filter(slug=what).first()
    together = _size_of_own_group(viewer) or SHARED_BY
    return Near(
        what=what,
        what_said=category.label if category else "Everything",
        where=where,
        groups=_groups(viewer, where, on),
        offers=offers(outcode=where, people=together, on=on, category=category),
    )


def _size_of_own_group(viewer: Person | AnonymousUser) -> int:
    """How many would share, when somebody is in one group that is going. 0: nobody knows yet."""
    if not isinstance(viewer, Person):
        return 0
    groups = list(own_groups(viewer)[:2])
    return groups[0].memberships.inside().count() if len(groups) == 1 else 0


def own_groups(person: Person) -> "list[Cluster]":
    """The groups going on that somebody is in, so that they can choose a service with them."""
    inside = Membership.objects.inside().filter(person=person, cluster__state=Cluster.State.ACTIVE).select_related("cluster")
    return [place.cluster for place in inside.order_by("pk")]


def _groups(viewer: Person | AnonymousUser, where: str, on: date) -> list[Card]:
    council = council_of(where)
    if not council:
        return []
    purposes = purpose_labels()
    known = {place.cluster_id for place in selectors.places_of(viewer)} if isinstance(viewer, Person) else set()
    cards = selectors.public_cards(council_code=council, on=on)
    shown = [one for one in cards if one.cluster_id not in known]
    shown.sort(key=lambda one: (one.outcode != where, one.outcode, one.cluster_id))
    return [card_in_words(one, purposes) for one in shown]


# --- one service ---


@dataclass(frozen=True, slots=True)
class Price:
    """What so many pay together, and each of them at most."""

    people: int
    whole_pence: int
    each_pence: int


@dataclass(frozen=True, slots=True)
class ServicePage:
    offer: Offer
    about: str
    comes: list[str]
    facts: list[dict[str, str]]
    prices: list[Price]
    groups: list[Cluster]


def service(listing: Listing, viewer: Person | AnonymousUser, *, on: date) -> ServicePage:
    """One service for whoever looks: prices for one and for several, and the groups they could choose it with."""
    prices = [Price(1, listing.price_pence, listing.price_pence)]
    prices += [Price(one.people, one.pence, -(-one.pence // one.people)) for one in listing.group_prices.all()]
    return ServicePage(
        offer=offer(listing, people=1, on=on),
        about=listing.enterprise.about,
        comes=[worker.known_as for worker in listing.enterprise.workers.all() if worker.state == "active"],
        facts=_facts(listing),
        prices=prices,
        groups=own_groups(viewer) if isinstance(viewer, Person) else [],
    )


def _facts(listing: Listing) -> list[dict[str, str]]:
    enterprise = listing.enterprise
    alone = "One person, working alone" if enterprise.works_alone else f"{words.count(enterprise.people_count, 'person', 'people')} work here"
    return [
        {"key": "What", "value": listing.category.label},
        {"key": "Who", "value": alone},
        {"key": "When", "value": days_said(listing)},
        {"key": "Speaks", "value": words.names(one.label for one in listing.languages.all()) or "English"},
        {"key": "Comes to", "value": f"Up to {words.count(listing.radius_miles, 'mile')} from {listing.outcode}"},
    ]


def days_said(listing: Listing) -> str:
    """ "Mondays to Fridays, mornings"."""
    numbers = sorted(listing.weekdays)
    is_a_run = len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1
    names = [f"{_DAYS[number - 1]}s" for number in numbers]
    days = "Any day" if len(names) in (0, 7) else f"{names[0]} to {names[-1]}" if is_a_run else words.names(names)
    parts = words.names(f"{part}s" for part in PARTS_OF_DAY if part in listing.parts_of_day)
    return f"{days}, {parts}" if parts else days


def groups_said(listing: Listing) -> str:
    """ "£9.00 each for 3." for every size it is sold for; each rounded up, so that nobody pays more than what they read."""
    return " ".join(f"{words.pounds(-(-one.pence // one.people))} each for {one.people}." for one in listing.group_prices.all())
