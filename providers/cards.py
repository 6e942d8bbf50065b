"""Services as a list shows them, twenty at a time: everything a card says, in one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject, TruncDate

from audit.clock import LONDON
from providers.models import Check, GroupPrice, Listing, SearchRow, Worker
from providers.rules import ORDER
from providers.rules_of_search import chosen
from providers.selectors import CheckShown
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Card:
    """One service near a place. `group_pence`: how many people → what they pay in all, per unit. `checks`: papers that count that day.

    `languages`, `access`, `outcomes`: as people read them. `figure`: the picture of who comes, "" when nobody chose one.
    """

    listing_id: int
    title: str
    description: str
    enterprise_id: int
    enterprise: str
    is_community: bool
    figure: str
    outcode: str
    radius_miles: int
    miles: float
    category: str
    category_label: str
    charge: str
    unit: str
    minutes: int
    price_pence: int
    group_pence: Mapping[int, int]
    weekdays: tuple[int, ...]
    parts_of_day: tuple[str, ...]
    languages: tuple[str, ...]
    access: tuple[str, ...]
    outcomes: tuple[str, ...]
    checks: tuple[CheckShown, ...]

    def price_for(self, people: int) -> int | None:
        """What so many pay together, in pence per unit; None when there is no price for so many, or no price at all."""
        if self.charge != Listing.Charge.PAID:
            return None
        return self.price_pence if people == 1 else self.group_pence.get(people)


def cards(found: Sequence[tuple[int, float]], *, terms: Mapping[str, Sequence[Term]], on: date) -> list[Card]:
    """Numbers of services with their miles, as cards in the same order. `terms`: by kind, each list by id. What went meanwhile is left out."""
    if not found:
        return []
    rows = {row.listing_id: row for row in _rows([number for number, _ in found], on)}
    return [_card(rows[number], miles, terms) for number, miles in found if number in rows]


def _rows(numbers: Sequence[int], on: date) -> QuerySet[SearchRow]:
    enterprise = OuterRef("listing__enterprise")
    prices = GroupPrice.objects.filter(listing=OuterRef("pk")).values(said=JSONObject(people="people", pence="pence"))
    kinds = Check.objects.live(on).filter(enterprise=enterprise).order_by().values("kind")
    papers = kinds.annotate(seen=Max(TruncDate("confirmed_at", tzinfo=LONDON))).values(said=JSONObject(kind="kind", seen="seen"))
    figures = Worker.objects.active().filter(enterprise=enterprise).exclude(photo_figure="").order_by("pk").values("photo_figure")[:1]
    return (
        SearchRow.objects.filter(pk__in=numbers)
        .select_related("listing__enterprise", "listing__category")
        .defer("words")
        .annotate(prices=ArraySubquery(prices), papers=ArraySubquery(papers), figure=Subquery(figures))
    )


def _card(row: SearchRow, miles: float, terms: Mapping[str, Sequence[Term]]) -> Card:
    listing, more = row.listing, vars(row)
    seen = {paper["kind"]: date.fromisoformat(paper["seen"]) for paper in more["papers"]}
    return Card(
        listing_id=listing.pk,
        title=listing.title,
        description=listing.description,
        enterprise_id=listing.enterprise_id,
        enterprise=listing.enterprise.name,
        is_community=listing.enterprise.is_community,
        figure=more["figure"] or "",
        outcode=listing.outcode,
        radius_miles=listing.radius_miles,
        miles=miles,
        category=listing.category.slug,
        category_label=listing.category.label,
        charge=listing.charge,
        unit=listing.unit,
        minutes=listing.minutes,
        price_pence=listing.price_pence,
        group_pence={price["people"]: price["pence"] for price in sorted(more["prices"], key=lambda price: price["people"])},
        weekdays=tuple(listing.weekdays),
        parts_of_day=tuple(listing.parts_of_day),
        languages=_labels(terms["language"], row.language_bits),
        access=_labels(terms["access"], row.access_bits),
        outcomes=_labels(terms["outcome"], row.outcome_bits),
        checks=tuple(CheckShown(kind, str(Check.Kind(kind).label), seen[kind]) for kind in ORDER if kind in seen),
    )


def _labels(terms: Sequence[Term], bits: int) -> tuple[str, ...]:
    return tuple(terms[number].label for number in chosen(bits) if number < len(terms))
