"""Who is in the story, and how each signs in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from people.models import Organisation, Person
from people.policies import needs_second_factor
from people.services import organisations
from people.services import people as persons

SOUTHWARK, LAMBETH = "E09000028", "E09000022"
PASSWORD = "three words apart"  # noqa: S105 - of people who do not exist


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody of the story. `role`: as demo.json names it."""

    name: str
    role: str
    says: str
    figure: str = ""
    phrase: str = ""
    outcode: str = "SE15"
    council: str = SOUTHWARK

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@example.com"


AMINA = Part("Amina Farah", "holder", "I have a direct payment, and I pay with my own card.", "hijab", "blue teapot")
YUSUF = Part("Yusuf Ali", "holder", "Southwark Circle looks after my money for me.", "kufi", "long walk home")
HALIMA = Part("Halima Noor", "holder", "The council looks after my money, and pays after I say it happened.", "hijab-cream", "seven dates")
RUTH = Part("Ruth Bello", "facilitator", "I help groups talk and decide. I can’t vote or touch the money.", "curls")
HODAN = Part("Hodan Warsame", "provider", "I own Barwaaqo Care. Sahra, Ifrah and I help people at home, in Somali.", "hijab-plum")
PRIYA = Part("Priya Shah", "commissioner", "I see what people in Southwark ask for and can’t get.", "long")
SAM = Part("Sam Osei", "isf_holder", "I work for Southwark Circle. We pay for Yusuf before his visits.", "short-dark")
COLIN = Part("Colin Webb", "isf_holder", "I look after the council’s payments. I give orders, and pay after the yes.", "cap")
OLIVE = Part("Olive Grant", "operator", "I run the site. I look at papers and help with questions.")
TOM = Part("Tom Reed", "operator", "I am the second person where two must agree.")
MARY = Part("Mary Price", "holder", "I have a direct payment. I am in no group yet.", "bun", "green gate")
DEV = Part("Dev Patel", "holder", "Southwark Circle looks after my money. I am in no group yet.", "short-dark")
JOAN = Part("Joan Clarke", "holder", "The council looks after my money. I am in no group yet.", "curls")
ROSA = Part("Rosa Marsh", "holder", "I have a direct payment. I am in Thursday Kitchen, and we choose who cooks on Sundays.", "bun", "copper pan")
WINSTON = Part("Winston Bell", "holder", "I have a direct payment. I am in Thursday Kitchen.", "cap", "two sugars")
ABDI = Part("Abdi Nur", "holder", "Southwark Circle looks after my money. I have just left Thursday Kitchen.", "kufi", "last bus")
FATUMA = Part("Fatuma Ali", "provider", "I cook in people’s homes.", "headwrap")
PETER = Part("Peter Novak", "provider", "I look after gardens round Peckham.", "beard")
GRACE = Part("Grace Okafor", "provider", "I take people out, by bus or in my car.", "headwrap")
VERA = Part("Vera Lowe", "holder", "I have a direct payment. I book by myself: Grace takes me out on Thursdays.", "bun", "tall window")
BERNARD = Part("Bernard Cole", "holder", "I have a direct payment. Vera and I share a gardener.", "cap", "old lawnmower")
STELLA = Part("Stella Moore", "holder", "I live in Lambeth, and know nobody here.", outcode="SW9", council=LAMBETH)

EVERYBODY = (
    AMINA,
    RUTH,
    HODAN,
    PRIYA,
    SAM,
    OLIVE,
    YUSUF,
    HALIMA,
    COLIN,
    TOM,
    MARY,
    DEV,
    JOAN,
    ROSA,
    WINSTON,
    ABDI,
    FATUMA,
    PETER,
    GRACE,
    STELLA,
    VERA,
    BERNARD,
)


def person(part: Part) -> Person:
    """The row of somebody of the story."""
    return Person.objects.get(email=part.email)


def organisation(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def is_loaded() -> bool:
    """Whether the story has been played to its end: its last act is somebody's wish that nobody sells."""
    from marketplace.models import Need

    return Need.objects.filter(person__email=MARY.email).exists()


def people() -> list[dict[str, Any]]:
    """For demo.json and the demo bar."""
    return [{"name": part.name, "email": part.email, "password": PASSWORD, "role": part.role, "says": part.says} for part in EVERYBODY]


def arrive(at: datetime) -> None:
    """Councils, who looks after money, everybody's own page, and what each may do."""
    organisations.add_council(code=SOUTHWARK, name="Southwark", day_phone="020 7525 3324", night_phone="020 7525 5000", by=None, at=at)
    organisations.add_council(code=LAMBETH, name="Lambeth", day_phone="020 7926 5555", night_phone="020 7926 1000", by=None, at=at)
    circle = organisations.add_organisation(kind="isf_holder", name="Southwark Circle", council_code=SOUTHWARK, by=None, at=at)
    council = organisations.add_organisation(kind="council", name="Southwark Council", council_code=SOUTHWARK, by=None, at=at)
    for part in EVERYBODY:
        _arrives(part, at)
    for part, kind, employer in (
        (OLIVE, "operator", None),
        (TOM, "operator", None),
        (RUTH, "facilitator", None),
        (PRIYA, "commissioner", None),
        (SAM, "holder_staff", circle),
        (COLIN, "holder_staff", council),
    ):
        code = "" if kind == "operator" else SOUTHWARK
        organisations.give_role(person=person(part), kind=kind, organisation=employer, council_code=code, by=None, at=at)
        if needs_second_factor(person(part), at=at):
            TOTP.activate(person(part), generate_totp_secret())  # the pages show its numbers: parts/app_shows.html
    for part in (AMINA, YUSUF, HALIMA, MARY, DEV, JOAN, ROSA, WINSTON, ABDI, VERA, BERNARD):
        persons.vouch(person=person(part), level="seen", by=person(RUTH), at=at)


def _arrives(part: Part, at: datetime) -> None:
    who = persons.register(
        full_name=part.name, email=part.email, password=PASSWORD, outcode=part.outcode, council_code=part.council, phrase=part.phrase, at=at
    )
    if part.figure:
        persons.set_figure(person=who, figure=part.figure, by=who, at=at)
