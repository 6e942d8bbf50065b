"""Micro-enterprises: who works in them, which papers we saw, what they sell and for how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from config.synthetic.batch import Batch
from config.synthetic.people import Staff, somebody
from config.synthetic.words import CATEGORIES, COMPANY, FIRST, LANGUAGES, LAST, OUTCOMES, SENTENCES, TITLES
from providers.models import Check, Enterprise, GroupPrice, Listing, Worker
from vocabulary.models import Term

PEOPLE = ((0.70, 1, 1), (0.95, 2, 4), (1.0, 5, 8))  # up to this share of them: from so many people to so many
NAMES, CUMULATED = list(CATEGORIES), list(accumulate(CATEGORIES.values()))
MILES = (2, 3, 3, 4, 5, 5, 8, 10, 15)
FREE = ("groups", "company", "out_and_about", "meals", "other")  # the kinds of help that community groups give
PRICES = range(1800, 2601, 50)  # pence an hour
PARTS = ("morning", "afternoon", "evening", "night")
RUN_OUT, NOT_LIVE = 0.06, 0.04  # shares of providers whose insurance ran out, and of services taken down


@dataclass(frozen=True, slots=True)
class Terms:
    """The vocabulary's keys by slug, each list of words apart."""

    of: dict[str, dict[str, int]]

    @classmethod
    def read(cls) -> "Terms":
        """As the installation has them."""
        found: dict[str, dict[str, int]] = {}
        for kind, slug, key in Term.objects.order_by("pk").values_list("kind", "slug", "pk"):
            found.setdefault(kind, {})[slug] = key
        return cls(found)


@dataclass(frozen=True, slots=True)
class Sold:
    """One service on sale by somebody whose papers count. `together`: what so many people pay an hour, in pence."""

    listing: int
    enterprise: int
    owner: int
    workers: tuple[int, ...]
    company: str
    title: str
    description: str
    category: str
    pence: int
    together: dict[int, int]


def provider(batch: Batch, terms: Terms, staff: Staff, draw: Random, at: datetime, *, council: str, outcode: str, services: int) -> list[Sold]:
    """One provider with so many services. Returns those on sale whose papers count."""
    people = _people(draw)
    category = NAMES[_place(CUMULATED, draw.random() * CUMULATED[-1])]
    registered = category == "personal_care" and people > 1
    owner = somebody(batch, draw, at - timedelta(days=400), council_code=council, outcode=outcode)
    more = {"works_alone": people == 1, "people_count": people, "cqc_number": f"1-{draw.randrange(10**9):09d}" if registered else ""}
    key, name = _enterprise(batch, draw, at, owner, council, outcode, **more)
    workers = tuple(_workers(batch, draw, at, key, owner, people))
    good = _papers(batch, draw, at, staff, key, owner, workers, registered=registered)
    made = [_service(batch, terms, draw, at, key, category, council, outcode) for _ in range(services)]
    return [Sold(row, key, owner, workers, name, *rest) for row, is_live, rest in made if is_live and good]


def community(batch: Batch, terms: Terms, staff: Staff, draw: Random, at: datetime, *, council: str, outcode: str, services: int) -> None:
    """A community group that an operator knows, with so many things that are free or for time."""
    owner = somebody(batch, draw, at - timedelta(days=400), council_code=council, outcode=outcode)
    key, _ = _enterprise(batch, draw, at, owner, council, outcode, kind="community")
    _workers(batch, draw, at, key, owner, 1)
    seen_at = at - timedelta(days=draw.randrange(20, 340))
    _paper(batch, staff, key, owner, seen_at, seen_at.date() - timedelta(days=10), "community", None, None)
    for _ in range(services):
        charge = "free" if draw.random() < 0.75 else "time"
        _service(batch, terms, draw, at, key, draw.choice(FREE), council, outcode, charge=charge)


def _enterprise(batch: Batch, draw: Random, at: datetime, owner: int, council: str, outcode: str, **more: object) -> tuple[int, str]:
    name = f"{LAST[int(draw.random() * len(LAST))]} {COMPANY[int(draw.random() * len(COMPANY))]}"
    key = batch.add(
        Enterprise,
        name=name,
        about=_sentences(draw, 2),
        outcode=outcode,
        council_code=council,
        radius_miles=draw.choice(MILES),
        state="live",
        owner_id=owner,
        created_at=at - timedelta(days=400),
        **more,
    )
    return key, name


def _people(draw: Random) -> int:
    where = draw.random()
    low, high = next((low, high) for share, low, high in PEOPLE if where < share)
    return draw.randint(low, high)


def _place(cumulated: Sequence[int], value: float) -> int:
    return next(number for number, border in enumerate(cumulated) if value < border)


def _sentences(draw: Random, count: int) -> str:
    return " ".join(SENTENCES[int(draw.random() * len(SENTENCES))] for _ in range(count))


def _workers(batch: Batch, draw: Random, at: datetime, enterprise: int, owner: int, people: int) -> list[int]:
    return [
        batch.add(
            Worker,
            enterprise_id=enterprise,
            person_id=None if number else owner,
            known_as=FIRST[int(draw.random() * len(FIRST))],
            joined_at=at - timedelta(days=390),
        )
        for number in range(people)
    ]


def _papers(batch: Batch, draw: Random, at: datetime, staff: Staff, enterprise: int, owner: int, workers: Sequence[int], *, registered: bool) -> bool:
    """Everything the work needs, seen by an operator (who somebody is by two). Returns whether all of it counts today."""
    seen_at = at - timedelta(days=draw.randrange(20, 340))
    issued, runs_out = seen_at.date() - timedelta(days=10), draw.random() < RUN_OUT
    about: list[tuple[str, int | None]] = [(kind, worker) for worker in workers for kind in ("identity", "dbs_enhanced")]
    about += [("insurance", None), ("references", None), *([("cqc", None)] if registered else [])]
    for kind, worker in about:
        ends = {"insurance": 366, "cqc": 366, "dbs_enhanced": 3 * 365}.get(kind)
        expires = issued + timedelta(days=ends) if ends else None
        if kind == "insurance" and runs_out:
            expires = at.date() - timedelta(days=draw.randrange(1, 5))
        _paper(batch, staff, enterprise, owner, seen_at, issued, kind, worker, expires)
    return not runs_out


def _paper(
    batch: Batch, staff: Staff, enterprise: int, owner: int, seen_at: datetime, issued: date, kind: str, worker: int | None, expires: date | None
) -> None:
    twice = {"seen_by_id": staff.sees, "seen_at": seen_at, "seen_how": "original"} if kind == "identity" else {}
    batch.link(
        Check,
        enterprise_id=enterprise,
        worker_id=worker,
        kind=kind,
        issued_on=issued,
        expires_on=expires,
        asked_at=seen_at,
        asked_by_id=owner,
        confirmed_by_id=staff.confirms,
        confirmed_at=seen_at,
        how_seen="original",
        **twice,
    )


def _service(
    batch: Batch, terms: Terms, draw: Random, at: datetime, enterprise: int, category: str, council: str, outcode: str, *, charge: str = "paid"
) -> tuple[int, bool, tuple[str, str, str, int, dict[int, int]]]:
    title = TITLES[category][int(draw.random() * len(TITLES[category]))]
    description = _sentences(draw, draw.randint(2, 4))
    pence, is_live = draw.choice(PRICES) if charge == "paid" else 0, draw.random() >= NOT_LIVE
    first = draw.randrange(7)
    key = batch.add(
        Listing,
        enterprise_id=enterprise,
        council_code=council,
        title=title,
        description=description,
        category_id=terms.of["category"][category],
        charge=charge,
        price_pence=pence,
        minutes=draw.choice((60, 90, 120)),
        state="live" if is_live else "paused",
        outcode=outcode,
        radius_miles=draw.choice(MILES),
        weekdays=sorted((first + step) % 7 + 1 for step in range(draw.randint(2, 7))),
        parts_of_day=[part for part in PARTS if draw.random() < (0.1 if part == "night" else 0.6)],
        published_at=at - timedelta(days=draw.randrange(1, 380)),
    )
    together = {count: pence * (100 + 32 * (count - 1)) // 100 for count in range(2, 9)} if pence and draw.random() < 0.2 else {}
    for count, whole in together.items():
        batch.link(GroupPrice, listing_id=key, people=count, pence=whole)
    _says(batch, terms, draw, key, category)
    return key, is_live, (title, description, category, pence, together)


def _says(batch: Batch, terms: Terms, draw: Random, listing: int, category: str) -> None:
    """Its languages, what it is for, and how easy it is to get into."""
    also = [LANGUAGES[int(draw.random() * len(LANGUAGES))]] if draw.random() < 0.35 else []
    easy = [slug for slug in terms.of["access"] if draw.random() < 0.15]
    for through, kind, slugs in (
        (Listing.languages.through, "language", ["english", *also]),
        (Listing.outcomes.through, "outcome", OUTCOMES[category]),
        (Listing.access.through, "access", easy),
    ):
        for slug in slugs:
            batch.link(through, listing_id=listing, term_id=terms.of[kind][slug])
