"""Makes it: places first, then a council at a time, each in a transaction of its own; then providers for search alone, a thousand at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Max, Q

from audit.services import trail
from config.synthetic import groups, people, places, providers
from config.synthetic.batch import Batch, Numbers
from config.synthetic.places import Town
from people.models import Council, Person
from places.models import Outcode
from providers.models import Listing
from providers.services import search_rows

ENTERPRISES, COMMUNITIES, SERVICES = 180, 12, (1, 2, 2, 3)  # of one council, and how many services each has
IS_COMMUNITY = 0.06  # of the providers made for search
SERVICES_FOR_SEARCH = (2, 3, 4, 5, 6)
AT_A_TIME, ROWS_AT_A_TIME = 1_000, 50_000  # providers made for search, and what search reads of their services


class NotHere(Exception):
    """This installation is no place for people who do not exist. The message is one sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Told after each part: what was made, how many rows stand in the database because of it."""

    made: str
    rows: int


def refuse_unless_empty() -> None:
    """Raises NotHere where somebody is real, or where real money could be near."""
    if settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")) or settings.HELD_MONEY_BASIS:
        raise NotHere("These are settings of a site with real money. Made-up people belong in a database of their own.")
    if settings.IS_HTTPS:
        raise NotHere("SITE_URL is https: a site that people use. Made-up people belong in a database of their own.")
    marked = Q(email__startswith="simulated.", email__endswith="@example.com")
    if Person.objects.exclude(marked).exists() or Person.objects.filter(email__isnull=True).exists():
        raise NotHere("There are people in this database whom we did not make up. Use another DATA_DIR, or another database.")


def make(*, councils: int, seed: int, listings: int, at: datetime, tell: Callable[[Progress], None], look: Callable[[], None] | None = None) -> None:
    """So many councils with everybody in them, and services on sale until there are `listings` (0: what the councils' own providers sell).

    `at`: the moment that everything's dates count from. `look` (`analyse`, but where all is rolled back) lets the database see how much there is.
    Raises NotHere.
    """
    refuse_unless_empty()
    numbers = Numbers()
    batch = Batch(numbers)
    with transaction.atomic():
        towns = _places(batch, councils, seed, tell, everywhere=bool(listings))
        staff = people.staff(batch, Random(f"{seed}:staff"), at)  # noqa: S311
        trail.write(
            by=None, verb="config.simulate", about_kind="simulation", about_id=seed, at=at, detail={"councils": councils, "listings": listings}
        )
        tell(Progress("councils", batch.copy()))
    terms = providers.Terms.read()
    made = 0
    for town in towns[:councils]:
        with transaction.atomic():
            made += _council(batch, town, terms, staff, Random(f"{seed}:{town.code}"), at)  # noqa: S311
            tell(Progress(town.name, batch.copy()))
    for some in _lots(towns, listings - made, Random(f"{seed}:search")):  # noqa: S311
        with transaction.atomic():
            draw = Random(f"{seed}:{some[0].first}")  # noqa: S311
            for one in some:
                kind = providers.community if draw.random() < IS_COMMUNITY else providers.provider
                kind(batch, terms, staff, draw, at, council=one.council, outcode=one.outcode, services=one.services)
            made += sum(one.services for one in some)
            tell(Progress(f"{made:,} services", batch.copy()))
    if look:
        look()
    _let_them_be_found(at, tell)
    if look:
        look()


def analyse() -> None:
    """Without this, what search reads is planned as if there were nothing, and takes minutes in place of seconds. As the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")


def _let_them_be_found(at: datetime, tell: Callable[[Progress], None]) -> None:
    """What search reads, and the words that spelling is put right with."""
    last = Listing.objects.aggregate(last=Max("pk", default=0))["last"]
    for first in range(1, last + 1, ROWS_AT_A_TIME):
        some = Listing.objects.filter(pk__gte=first, pk__lt=first + ROWS_AT_A_TIME)
        tell(Progress(f"to be found, up to service {min(first + ROWS_AT_A_TIME - 1, last):,}", search_rows.refresh(listings=some)))
    tell(Progress("words", search_rows.count_words(on=at.date())))


def _places(batch: Batch, councils: int, seed: int, tell: Callable[[Progress], None], *, everywhere: bool) -> list[Town]:
    """Outcodes of the whole of England, and the councils that have people in them (or all, when services are wanted everywhere)."""
    for row in places.outcodes_to_make(seed=seed):
        batch.link(Outcode, code=row.code, latitude=row.latitude, longitude=row.longitude, town=row.town)
    tell(Progress("outcodes", batch.copy()))
    towns = places.towns(list(Outcode.objects.order_by("code").values_list("code", flat=True)))
    there = set(Council.objects.values_list("code", flat=True))
    for town in towns if everywhere else towns[:councils]:
        if town.code not in there:
            batch.link(Council, code=town.code, name=town.name, day_phone="01632 960000", night_phone="01632 960001")
    return towns


def _council(batch: Batch, town: Town, terms: providers.Terms, staff: people.Staff, draw: Random, at: datetime) -> int:
    """One council. Returns how many services its providers have."""
    facilitators, holders = people.inhabit(batch, town, draw, at)
    sold: list[providers.Sold] = []
    count = 0
    for number in range(ENTERPRISES + COMMUNITIES):
        services = draw.choice(SERVICES)
        outcode = town.outcodes[int(draw.random() * len(town.outcodes))]
        kind = providers.provider if number < ENTERPRISES else providers.community
        sold += kind(batch, terms, staff, draw, at, council=town.code, outcode=outcode, services=services) or []
        count += services
    groups.gather(batch, town, draw, at, facilitators=facilitators, holders=holders, sold=sold)
    return count


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A provider to make for search. `first`: the number of its first service."""

    first: int
    council: str
    outcode: str
    services: int


def _lots(towns: Sequence[Town], services: int, draw: Random) -> Iterator[list[_Wanted]]:
    """Providers over all outcodes, so many at a time, until there are so many services."""
    wanted = _wanted([(town.code, outcode) for town in towns for outcode in town.outcodes], services, draw)
    while some := list(islice(wanted, AT_A_TIME)):
        yield some


def _wanted(where: Sequence[tuple[str, str]], services: int, draw: Random) -> Iterator[_Wanted]:
    made = 0
    while made < services:
        council, outcode = where[int(draw.random() * len(where))]
        count = min(draw.choice(SERVICES_FOR_SEARCH), services - made)
        yield _Wanted(made, council, outcode, count)
        made += count
