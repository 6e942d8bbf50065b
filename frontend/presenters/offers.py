"""Services near a place, as a list shows them: who, how far, what each person pays, which papers we saw."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from frontend import words
from marketplace.selectors.search import Asked, find
from providers.cards import Card
from providers.models import Listing
from providers.rules import PARTS_OF_DAY
from providers.selectors import CheckShown, checks_shown, price_pence

GIFTS = {"free": "Free.", "time": "Free. You give an hour of your time back, when you can."}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNITS = {"hour": "an hour", "visit": "a visit", "day": "a day", "item": "each"}


class Offer(NamedTuple):
    """One service. `each_pence`: what each of `people` pays when they have it together; None: no price for so many."""

    listing_id: int
    title: str
    description: str
    enterprise: str
    figure: str
    strand: int
    miles_said: str
    unit_said: str
    alone_pence: int
    people: int
    each_pence: int | None
    languages: str
    checks_said: str
    charge: str = "paid"
    when: str = ""
    access: str = ""

    @property
    def code(self) -> str:
        """As it is ticked to be kept or compared."""
        return f"s{self.listing_id}"

    @property
    def price_said(self) -> str:
        if self.charge != Listing.Charge.PAID:
            return GIFTS[self.charge]
        alone = f"{words.pounds(self.alone_pence)} {self.unit_said} for one person."
        return f"{alone} {words.pounds(self.each_pence)} each for {self.people} together." if self.each_pence else alone


def offers(*, outcode: str, people: int, on: date) -> list[Offer]:
    """The nearest twenty who come to a place and can be paid. A fixed number of queries."""
    return [offer_found(card, people=people) for card in find(Asked(outcode, charge="paid"), on=on).cards]


def offer(listing: Listing, *, people: int, on: date | None = None) -> Offer:
    """One service by itself."""
    return offer_with(listing, people, checks_shown(listing.enterprise, on=on) if on else (), None)


def offer_with(listing: Listing, people: int, checks: tuple[CheckShown, ...], miles: float | None) -> Offer:
    """One service with what was read of it already. No query when its prices, languages and workers are prefetched."""
    together = price_pence(listing, people) if people > 1 else None
    workers = list(listing.enterprise.workers.all())
    return Offer(
        listing_id=listing.pk,
        title=listing.title,
        description=listing.description,
        enterprise=listing.enterprise.name,
        figure=next((worker.photo_figure for worker in workers if worker.photo_figure), "plain"),
        strand=4 + listing.enterprise_id % 3,
        miles_said=_miles_said(miles),
        unit_said=_UNITS[listing.unit],
        alone_pence=listing.price_pence,
        people=people,
        # Rounded up: nobody pays more than what they read here.
        each_pence=None if together is None else -(-together // people),
        languages=words.names(language.label for language in listing.languages.all()),
        checks_said=_checks_said(checks),
        charge=listing.charge,
        when=days_said(listing.weekdays, listing.parts_of_day),
    )


def offer_found(card: Card, *, people: int) -> Offer:
    """A service as search found it."""
    together = card.price_for(people) if people > 1 else None
    return Offer(
        listing_id=card.listing_id,
        title=card.title,
        description=card.description,
        enterprise=card.enterprise,
        figure=card.figure or "plain",
        strand=4 + card.enterprise_id % 3,
        miles_said=_miles_said(card.miles),
        unit_said=_UNITS[card.unit],
        alone_pence=card.price_pence,
        people=people,
        each_pence=None if together is None else -(-together // people),
        languages=_names(card.languages),
        checks_said=_checks_said(card.checks),
        charge=card.charge,
        when=_days_said(card.weekdays, card.parts_of_day),
        access=_in_a_row(card.access),
    )


def _miles_said(miles: float | None) -> str:
    return "" if miles is None else "less than a mile away" if miles < 1 else f"{words.count(round(miles), 'mile')} away"


def days_said(weekdays: Iterable[int], parts_of_day: Iterable[str]) -> str:
    """ "Mondays to Fridays, mornings"."""
    numbers, named = sorted(weekdays), set(parts_of_day)
    is_a_run = len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1
    names = [f"{_DAYS[number - 1]}s" for number in numbers]
    days = "Any day" if len(names) in (0, 7) else f"{names[0]} to {names[-1]}" if is_a_run else words.names(names)
    parts = words.names(f"{part}s" for part in PARTS_OF_DAY if part in named)
    return f"{days}, {parts}" if parts else days


# Of the twenty services of a page many say the same.
_days_said, _names, _in_a_row = (lru_cache(maxsize=1_000)(said) for said in (days_said, words.names, words.in_a_row))


def price_said(listing: Listing) -> str:
    """What one person pays: "£20.00 an hour."."""
    return GIFTS.get(listing.charge) or f"{words.pounds(listing.price_pence)} {_UNITS[listing.unit]}."


def _checks_said(checks: tuple[CheckShown, ...]) -> str:
    if not checks:
        return ""
    seen_on = words.day(max([check.seen_on for check in checks]))
    return f"{_papers_said(tuple([(check.kind, check.label) for check in checks]))} {seen_on}."


@lru_cache(maxsize=1_000)
def _papers_said(papers: tuple[tuple[str, str], ...]) -> str:
    """Their kinds and labels, up to the day on which we last saw one."""
    if all(kind == "community" for kind, _ in papers):
        return "We know this community group. We last looked"
    # "Insurance" is said in small letters inside a sentence, "DBS" and "Care Quality Commission" are not.
    seen = words.names(label if kind == "cqc" else label[:1].lower() + label[1:] for kind, label in papers)
    return f"We checked: {seen}. Last checked"
