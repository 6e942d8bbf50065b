"""What people near a place want and can't get, in words: the same frozen numbers that the council reads, and no others."""

from dataclasses import dataclass

from frontend.presenters.council import name_of
from marketplace.models import OfficerAnswer
from marketplace.selectors.counted import Wanted, wanted
from people.models import Council
from places.postcodes import council_of
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Line:
    """`says`: how many, and where and when most of them; or that there are too few to say."""

    label: str
    says: str
    counted: str


@dataclass(frozen=True, slots=True)
class WantedPage:
    """`council`: whose people are counted; "" where we know of none. `lines`: most wanted first."""

    where: str
    council: str
    lines: list[Line]


def near(outcode: str) -> WantedPage:
    """Counted for the whole council that the place lies in: a smaller place would tell of somebody."""
    council = Council.objects.filter(pk=council_of(outcode)).first()
    if council is None:
        return WantedPage(outcode, "", [])
    return WantedPage(outcode, council.name, [_line(one) for one in wanted(council.pk)])


def _line(one: Wanted) -> Line:
    if one.people is None:
        return Line(one.label, "We can’t say how many: fewer than 8, or it would tell of others.", name_of(one.of))
    more = [each for each in (one.part.lower(), f"most of them in {one.place}" if one.place else "") if each]
    return Line(one.label, f"About {one.people:,} people{', ' if more else ''}{', '.join(more)}.", name_of(one.of))


@dataclass(frozen=True, slots=True)
class OfficerAsks:
    kind: str
    council: str


def asked(row: OfficerAnswer) -> OfficerAsks:
    """What kind of help it is about, and who asks."""
    term = Term.objects.categories().filter(slug=row.question.category).first()
    council = Council.objects.filter(pk=row.council_code).first()
    return OfficerAsks(term.label if term else row.question.category, council.name if council else "")
