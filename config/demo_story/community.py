"""Community groups round Peckham: what they give is free, or for time. Somebody of ours knows each of them; nobody pays them here."""

from dataclasses import dataclass
from datetime import date

from config.demo_story.cast import OLIVE, PASSWORD, SOUTHWARK, person
from config.demo_story.stage import Stage
from people.services import people
from providers.services import checks, enterprises, listings
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Group:
    """One group, who speaks for it, and the one thing it gives."""

    name: str
    speaks: str
    about: str
    title: str
    description: str
    category: str
    charge: str
    weekdays: tuple[int, ...]
    parts_of_day: tuple[str, ...]
    access: tuple[str, ...]
    outcomes: tuple[str, ...]
    outcode: str = "SE15"


GROUPS = (
    Group(
        "Copeland Road Lunch Club",
        "Nell Barnes",
        "Neighbours who cook for neighbours since 1998.",
        "Lunch club",
        "A hot lunch and a chat, every Thursday at noon. Just come. Tell us what you can’t eat.",
        "meals",
        "free",
        (4,),
        ("afternoon",),
        ("step_free", "toilet"),
        ("nutrition", "relationships"),
    ),
    Group(
        "Slow Walkers of the Rye",
        "Sid Morgan",
        "We walk as slowly as the slowest of us.",
        "A slow walk in the park",
        "Once round Peckham Rye, with benches and tea. Wheelchairs and frames are welcome.",
        "out_and_about",
        "free",
        (2, 6),
        ("morning",),
        ("step_free",),
        ("community", "relationships"),
        "SE22",
    ),
    Group(
        "Nunhead Time Bank",
        "Ines Duarte",
        "You give an hour when you can, and have an hour when you need one.",
        "An hour of small repairs",
        "A shelf, a tap, a bulb that is too high. Somebody else can do with an hour of yours: a phone call, some sewing, a cake.",
        "garden_repairs",
        "time",
        (),
        (),
        (),
        ("home_kept",),
    ),
)


def arrive(stage: Stage) -> None:
    """Each says what it gives; Olive, who has been there, says that we know it."""
    for group in GROUPS:
        _open(group, stage)


def _open(group: Group, stage: Stage) -> None:
    at, email = stage.at, f"{group.speaks.split()[0].lower()}@example.com"
    owner = people.register(full_name=group.speaks, email=email, password=PASSWORD, outcode=group.outcode, council_code=SOUTHWARK, at=at)
    enterprise = enterprises.register(
        name=group.name, about=group.about, kind="community", outcode=group.outcode, council_code=SOUTHWARK, by=owner, at=at
    )
    paper = checks.ask(enterprise=enterprise, kind="community", issued_on=date(2025, 12, 1), by=owner, at=at)
    checks.confirm(check=paper, how_seen="Went there on a Thursday, and spoke with people who come.", by=person(OLIVE), at=at)
    listing = listings.save(
        enterprise=enterprise,
        title=group.title,
        description=group.description,
        category=Term.objects.get(kind="category", slug=group.category),
        charge=group.charge,
        price_pence=0,
        minutes=120 if group.charge == "free" else 60,
        languages=list(Term.objects.filter(kind="language", slug="english")),
        access=list(Term.objects.filter(kind="access", slug__in=group.access)),
        outcomes=list(Term.objects.filter(kind="outcome", slug__in=group.outcomes)),
        weekdays=group.weekdays,
        parts_of_day=group.parts_of_day,
        by=owner,
        at=at,
    )
    listings.publish(listing=listing, by=owner, at=at)
