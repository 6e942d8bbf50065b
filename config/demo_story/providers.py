"""The small providers round Peckham: who they are, what papers were seen, what they sell, where Stripe sends their money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from config import sandbox
from config.demo_story.cast import FATUMA, GRACE, HODAN, OLIVE, PETER, SOUTHWARK, TOM, Part, person
from config.demo_story.stage import ADDRESS, Stage
from payments.models import Payee
from payments.services import payees
from providers.models import Enterprise, Worker
from providers.selectors import checks_needed
from providers.services import checks, enterprises, listings, payouts
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Shop:
    """One provider and its one service."""

    owner: Part
    name: str
    about: str
    title: str
    description: str
    category: str
    price_pence: int
    group_prices: Mapping[int, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ("english",)
    more_people: tuple[tuple[str, str], ...] = ()
    outcode: str = "SE15"


SHOPS = (
    Shop(
        HODAN,
        "Barwaaqo Care",
        "Somali-speaking women who help at home.",
        "Help at home in Somali",
        "Cooking, a walk, the laundry, company. We know Ramadan.",
        "home_jobs",
        2_400,
        {2: 3_200, 3: 3_900},
        ("somali", "english"),
        (("Sahra", "hijab"), ("Ifrah", "hijab-cream")),
    ),
    Shop(
        FATUMA,
        "Fatuma cooks",
        "I cook what you grew up with.",
        "Cooking in your home",
        "I shop, cook and leave the kitchen clean.",
        "meals",
        2_000,
        {2: 2_400, 3: 2_700},
    ),
    Shop(
        PETER,
        "Peckham Green Fingers",
        "Gardens, big and small.",
        "Garden help",
        "Mowing, weeding, pots. I take the green waste away.",
        "garden_repairs",
        1_800,
        {2: 2_000, 3: 2_400},
    ),
    Shop(
        GRACE,
        "Rye Lane Rides",
        "I get you there and back.",
        "Going out together",
        "Shops, friends, the park. By bus, or in my car.",
        "out_and_about",
        2_200,
        {2: 2_800, 3: 3_300},
        outcode="SE22",
    ),
)


def arrive(stage: Stage) -> None:
    """Each provider registers, shows the papers its work needs, goes on sale, and tells Stripe where to send its money."""
    for shop in SHOPS:
        _open(shop, stage)
    stage.settle()
    for number, payee in enumerate(Payee.objects.exclude(stripe_account_id=None).order_by("pk"), start=12_345):
        bank = {"sort_code": "108800", "account_number": f"{number:08d}"}  # each their own
        sandbox.control("dashboard", {"action": "onboard", "account": payee.stripe_account_id, **bank})
        payees.refresh(payee=payee, at=stage.at)


def _open(shop: Shop, stage: Stage) -> None:
    owner, at = person(shop.owner), stage.at
    people = 1 + len(shop.more_people)
    enterprise = enterprises.register(
        name=shop.name,
        about=shop.about,
        outcode=shop.outcode,
        council_code=SOUTHWARK,
        works_alone=people == 1,
        people_count=people,
        radius_miles=3,
        by=owner,
        at=at,
    )
    for known_as, figure in shop.more_people:
        enterprises.add_worker(enterprise=enterprise, known_as=known_as, photo_figure=figure, by=owner, at=at)
    category = Term.objects.get(kind="category", slug=shop.category)
    for kind in checks_needed(category, enterprise.works_alone, enterprise.people_count):
        _show(enterprise, kind, stage)
    listing = listings.save(
        enterprise=enterprise,
        title=shop.title,
        description=shop.description,
        category=category,
        price_pence=shop.price_pence,
        group_prices=shop.group_prices,
        languages=list(Term.objects.filter(kind="language", slug__in=shop.languages)),
        weekdays=[1, 2, 3, 4, 5],
        parts_of_day=["morning", "afternoon"],
        by=owner,
        at=at,
    )
    listings.publish(listing=listing, by=owner, at=at)
    payouts.begin_onboarding(enterprise=enterprise, return_url=ADDRESS, refresh_url=ADDRESS, by=owner, at=at)


def _show(enterprise: Enterprise, kind: str, stage: Stage) -> None:
    """A paper an operator held in her hand: the business's own, or each worker's. Who somebody is, a second operator too."""
    workers: list[Worker | None] = list(enterprise.workers.all()) if kind in {"identity", "dbs_basic", "dbs_enhanced"} else [None]
    for worker in workers:
        until = date(2026, 12, 31) if kind in {"insurance", "cqc"} else None
        check = checks.ask(
            enterprise=enterprise, kind=kind, worker=worker, issued_on=date(2025, 12, 1), expires_on=until, by=enterprise.owner, at=stage.at
        )
        check = checks.confirm(check=check, how_seen="Held the paper at the hub in Peckham.", by=person(OLIVE), at=stage.at)
        if check.confirmed_at is None:
            checks.confirm(check=check, how_seen="Met them, with the paper in my hand.", by=person(TOM), at=stage.at)
