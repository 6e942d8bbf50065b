"""What somebody who joins as a provider still has to show, what it costs and how long it takes; and what others near them charge."""

from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from frontend import words
from frontend.navigation import address
from marketplace.rules.suppression import is_enough
from places.distance import miles_from
from places.postcodes import UnknownOutcode, outcode_of
from providers.models import Listing
from providers.selectors import checks_needed
from vocabulary.models import Term

# What it costs and how long it takes. Fees of the Disclosure and Barring Service from 2 December 2024; insurers differ too much for a figure.
COSTS = {
    "identity": ("Show us who you are", "Do it", "free", "5 minutes"),
    "insurance": ("Insurance", "Add it", "ask for a price", "today"),
    "dbs_basic": ("Record check (basic DBS)", "Add it", "£21.50", "2 weeks"),
    "dbs_enhanced": ("Record check (enhanced DBS)", "Add it", "£49.50 and what the firm that sends it in asks", "2 to 4 weeks"),
    "references": ("Two people who know your work", "Add it", "free", "a few days"),
    "cqc": ("Care Quality Commission (CQC)", "Add it", "a fee each year", "some months"),
}
NEAR_MILES = 10


@dataclass(frozen=True, slots=True)
class Left:
    """One thing to show. `needed_for`: said only where some of the work does not need it."""

    kind: str
    label: str
    press: str
    cost: str
    time: str
    needed_for: str


@dataclass(frozen=True, slots=True)
class LeftPage:
    """`first`: the work that needs least, and how many things that is."""

    rows: list[Left]
    first: str
    first_number: str


def left(*, work: list[str], works_alone: bool, people_count: int, **_: Any) -> LeftPage:
    """For the kinds of help that were ticked, quickest first."""
    terms = list(Term.objects.categories().filter(slug__in=work))
    needs = {term.label: checks_needed(term, works_alone, people_count) for term in terms}
    kinds = [kind for kind in COSTS if any(kind in wanted for wanted in needs.values())]
    first = min(needs, key=lambda label: len(needs[label]), default="")
    return LeftPage([_row(kind, needs) for kind in kinds], first, words.number(len(needs.get(first, ()))).lower())


def _row(kind: str, needs: dict[str, list[str]]) -> Left:
    label, press, cost, time = COSTS[kind]
    wanted = [each for each, kinds in needs.items() if kind in kinds]
    return Left(kind, label, press, cost, time, "" if len(wanted) == len(needs) else words.names(wanted))


def after(page: LeftPage, then: str) -> str:
    """Where to go once the page is made: to the bank, to the paper that was pressed, else to the page itself."""
    if then == "bank":
        return address("provider-bank")
    # Whose record it is, is picked on the list of papers.
    return address("provider-papers") if then in {one.kind for one in page.rows} else address("provider")


def usual_price(*, work: list[str], where: str) -> str:
    """ "£18 to £24": the middle half of what one person pays an hour for such work near there; "" when too few sell it to say so."""
    try:
        outcode = outcode_of(where)
    except UnknownOutcode:
        return ""
    sold = Listing.objects.on_sale().filter(category__slug__in=work, unit=Listing.Unit.HOUR).order_by()
    miles = miles_from(outcode, sold.values_list("outcode", flat=True).distinct())
    near = [code for code, far in miles.items() if far <= NEAR_MILES]
    prices = dict(sold.filter(outcode__in=near).values_list("enterprise_id", "price_pence"))
    if not is_enough(len(prices)):
        return ""
    low, _, high = quantiles(sorted(prices.values()), n=4)
    return f"£{round(low / 100)} to £{round(high / 100)}"
