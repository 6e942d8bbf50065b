"""One service by itself, in words."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser

from frontend import words
from frontend.presenters.offers import Offer, days_said, offer
from marketplace.models import Booking
from people.models import Person
from pooling.models import Cluster, Membership
from providers.models import Enterprise, Listing


def own_groups(person: Person) -> "list[Cluster]":
    """The groups going on that somebody is in, so that they can choose a service with them."""
    inside = Membership.objects.inside().in_groups().filter(person=person, cluster__state=Cluster.State.ACTIVE).select_related("cluster")
    return [place.cluster for place in inside.order_by("pk")]


# --- one service ---


@dataclass(frozen=True, slots=True)
class Price:
    """What each of so many pays at most."""

    people: int
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
    prices = [Price(1, listing.price_pence)] if listing.charge == Listing.Charge.PAID else []
    prices += [Price(one.people, -(-one.pence // one.people)) for one in listing.group_prices.all()]
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
    access = words.in_a_row(one.label for one in listing.access.all())
    is_community = enterprise.kind == Enterprise.Kind.COMMUNITY
    reach = f"Up to {words.count(listing.radius_miles, 'mile')} from {listing.outcode}"
    return [
        {"key": "What", "value": listing.category.label},
        {"key": "Who", "value": "A community group" if is_community else _who(enterprise)},
        {"key": "When", "value": days_said(listing.weekdays, listing.parts_of_day)},
        {"key": "Speaks", "value": words.names(one.label for one in listing.languages.all()) or "English"},
        *([{"key": "Made for", "value": access}] if access else []),
        {"key": "For people who live" if is_community else "Comes to", "value": reach},
        *_record(enterprise),
    ]


def _record(enterprise: Enterprise) -> list[dict[str, str]]:
    """How often they agreed to come and then called it off, where they ever did: who books should know."""
    off = Booking.objects.called_off_by(enterprise).count()
    return [{"key": "Called off", "value": words.count(off, "booking")}] if off else []


def _who(enterprise: Enterprise) -> str:
    return "One person, working alone" if enterprise.works_alone else f"{words.count(enterprise.people_count, 'person', 'people')} work here"


def groups_said(listing: Listing) -> str:
    """ "£9.00 each for 3." for every size it is sold for; each rounded up, so that nobody pays more than what they read."""
    return " ".join(f"{words.pounds(-(-one.pence // one.people))} each for {one.people}." for one in listing.group_prices.all())
