"""My own page in words."""

from dataclasses import dataclass
from datetime import date

from frontend import words
from frontend.navigation import address
from frontend.pictures.people import FIGURES
from people.models import Channel, Person, Supporter

SURE = {
    "said": "You told us. Nobody has checked yet. Somebody who helps groups can meet you and see a letter.",
    "seen": "Somebody we trust met you and saw a letter.",
    "confirmed": "The one who pays for your care says so.",
}


@dataclass(frozen=True, slots=True)
class MyPage:
    """Question and answer rows, and who helps me."""

    rows: list[dict[str, str]]
    is_away: bool
    helpers: list[Supporter]
    has_password: bool


def how_reached(person: Person) -> str:
    """The way, and where it goes."""
    there = {"email": person.email, "text": person.phone, "phone": person.phone, "letter": person.letter_address}[person.channel]
    return f"{Channel(person.channel).label}, {there}" if there else "We have no way to reach you yet"


def page(person: Person, today: date) -> MyPage:
    away = person.away_until is not None and person.away_until >= today
    until = f"Until {words.day_year(person.away_until)}" if away and person.away_until else "No"
    figure = FIGURES.get(person.figure)
    rows = [
        {"key": "Your name", "value": person.full_name},
        {"key": "What groups see", "value": person.known_as},
        {"key": "Where", "value": person.outcode or "Not said"},
        {"key": "How we reach you", "value": how_reached(person), "change": address("me-reach")},
        {"key": "Your words", "value": person.phrase or "None yet", "change": address("me-words")},
        {"key": "Away", "value": until, "change": address("me-away")},
        {"key": "Your picture", "value": figure.label.capitalize() if figure else "Not picked yet", "change": address("me-picture")},
        {"key": "Are we sure who you are?", "value": SURE[person.sureness]},
    ]
    helpers = list(Supporter.objects.filter(person=person, ends_at__isnull=True).select_related("supporter").order_by("pk"))
    return MyPage(rows, away, helpers, person.has_usable_password())
