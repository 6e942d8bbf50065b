"""Services as a list shows them, twenty at a time: everything a card says, in one query."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from audit.kept import prepared
from providers.models import Check, Listing
from providers.rules import ORDER
from providers.rules_of_search import chosen
from providers.selectors import CheckShown


class Word(NamedTuple):
    """A word of the vocabulary, as much of it as search needs."""

    pk: int
    slug: str
    label: str
    position: int


class Card(NamedTuple):
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


def cards(found: Sequence[tuple[int, float]], *, terms: Mapping[str, Sequence[Word]], on: date) -> list[Card]:
    """Numbers of services with their miles, as cards in the same order. `terms`: by kind, each list by id. What went meanwhile is left out."""
    if not found:
        return []
    numbers = [number for number, _ in found]
    rows = {row[0]: row[1:] for row in prepared(_SAID, numbers, on)}
    categories = {word.pk: word for word in terms["category"]}
    labels = [_Labels(terms[kind]) for kind in ("language", "access", "outcome")]
    return [_card(number, rows[number], miles, categories, labels) for number, miles in found if number in rows]


# In SQL of our own: twenty cards are read with every search, and putting this together anew each time takes longer than the answer. Papers that
# count are those of `CheckQuerySet.live`.
_SAID = """
select r.listing_id, l.title, l.description, e.id, e.name, e.kind = 'community', l.outcode, l.radius_miles, l.category_id, l.charge, l.unit,
    l.minutes, l.price_pence, l.weekdays, l.parts_of_day, r.language_bits, r.access_bits, r.outcome_bits,
    (select w.photo_figure from providers_worker w
        where w.enterprise_id = e.id and w.state = 'active' and w.photo_figure <> '' order by w.id limit 1),
    array(select array[g.people, g.pence] from providers_groupprice g where g.listing_id = l.id order by g.people),
    array(select array[c.kind, (max(c.confirmed_at) at time zone 'Europe/London')::date::text] from providers_check c
        where c.enterprise_id = e.id and c.confirmed_at is not null and c.issued_on <= $2::date and coalesce(c.expires_on >= $2::date, true)
        group by c.kind)
from providers_searchrow r join providers_listing l on l.id = r.listing_id join providers_enterprise e on e.id = l.enterprise_id
where r.listing_id = any($1::bigint[])"""


def _card(number: int, row: Sequence[Any], miles: float, categories: Mapping[int, Word], labels: Sequence[Mapping[int, tuple[str, ...]]]) -> Card:
    """One row of `_SAID`, its columns in their order there. `labels`: by their bits, of languages, access and outcomes."""
    title, description, enterprise_id, enterprise, is_community, outcode, radius_miles, category_id, charge, unit, minutes, *row = row
    price_pence, weekdays, parts_of_day, languages, access, outcomes, figure, prices, papers = row
    seen = dict(papers)
    category = categories[category_id]
    return Card(
        listing_id=number,
        title=title,
        description=description,
        enterprise_id=enterprise_id,
        enterprise=enterprise,
        is_community=is_community,
        figure=figure or "",
        outcode=outcode,
        radius_miles=radius_miles,
        miles=miles,
        category=category.slug,
        category_label=category.label,
        charge=charge,
        unit=unit,
        minutes=minutes,
        price_pence=price_pence,
        group_pence=dict(prices),
        weekdays=tuple(weekdays),
        parts_of_day=tuple(parts_of_day),
        languages=labels[0][languages],
        access=labels[1][access],
        outcomes=labels[2][outcomes],
        checks=tuple([CheckShown(kind, _PAPERS[kind], date.fromisoformat(seen[kind])) for kind in ORDER if kind in seen]),
    )


_PAPERS = {kind: str(Check.Kind(kind).label) for kind in ORDER}


class _Labels(dict[int, tuple[str, ...]]):
    """The words of a list by their bits: many services of a page have the same."""

    def __init__(self, terms: Sequence[Word]) -> None:
        super().__init__()
        self.terms = terms

    def __missing__(self, bits: int) -> tuple[str, ...]:
        said = self[bits] = tuple(self.terms[number].label for number in chosen(bits) if number < len(self.terms))
        return said
