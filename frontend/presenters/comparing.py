"""Up to four services side by side: what each costs alone and together, what was checked, when, in which languages, how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from frontend import words
from frontend.presenters.keeping import picked_from
from frontend.presenters.near import groups_said
from frontend.presenters.offers import offer_with, price_said
from places.distance import miles_from
from providers.models import Listing
from providers.selectors import papers_of

MOST = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """`columns`: the services. `rows`: what is compared, then what each says of it, in the order of the columns."""

    columns: list[Listing]
    rows: list[tuple[str, list[tuple[Listing, str]]]]
    left_out: int


def compare(codes: Sequence[str], *, where: str, on: date) -> Compared:
    """The first four that people can find, in the order they were ticked. A fixed number of queries."""
    order = [int(code[1:]) for code in picked_from(codes) if code[0] == "s"]
    rows = Listing.objects.on_sale().filter(pk__in=order).select_related("enterprise", "category")
    found = sorted(
        rows.prefetch_related("group_prices", "languages", "access", "enterprise__workers", "enterprise__checks"), key=lambda one: order.index(one.pk)
    )
    columns = found[:MOST]
    miles = miles_from(where, {one.outcode for one in columns}) if where else {}
    said = [_said(one, miles.get(one.outcode), on) for one in columns]
    names = [name for name in (said[0] if said else ()) if any(each[name] for each in said)]
    table = [(name, list(zip(columns, (each[name] for each in said), strict=True))) for name in names]
    return Compared(columns, table, len(found) - len(columns))


def _said(listing: Listing, miles: float | None, on: date) -> dict[str, str]:
    """Every row's words for one service; "" where it says nothing."""
    shown = offer_with(listing, 1, papers_of(listing.enterprise, listing.category, on=on)[1], miles)
    checked = shown.checks_said.removeprefix("We checked: ")
    return {
        "Who": listing.enterprise.name,
        "What": listing.category.label,
        "For one person": price_said(listing),
        "Together": groups_said(listing),
        "We checked": checked[:1].upper() + checked[1:],
        "When": shown.when,
        "Languages": shown.languages or "English",
        "Made for": words.in_a_row(one.label for one in listing.access.all()),
        "How far from you": "" if miles is None else "less than a mile" if miles < 1 else words.count(round(miles), "mile"),
        "Comes to": f"Up to {words.count(listing.radius_miles, 'mile')} from {listing.outcode}",
    }
