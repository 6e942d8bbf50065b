"""What needs doing about booked times: kept and not asked for yet, first meetings, moves asked for, and whether anybody came."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import JSONObject

from audit.one_question import Row, by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from marketplace.models import BookedTime, Booking, BookingMove, BookingMoveYes, Payer
from marketplace.querysets import of_enterprise_people, people_seen_by
from marketplace.rules.dates import start_of
from people.models import Person
from people.selectors import decided_for_by

State = Booking.State
OF_PERSON = ("booking_held", "booking_move", "booking_query", "booking_met")
OF_PROVIDER = ("meet_asked", "their_move", "they_met")
# which list: title, what is said of it, what the button says
_SAID = {
    "booking_held": ("We keep a time for {whose}: {when}", "{provider}. Look at the price. After {until} it is free again.", "Look at it"),
    "booking_move": ("Can it be another time? {title}", "{to} instead of {of}.", "Say yes or no"),
    "booking_query": ("Did anybody come? {title}", "Nobody has written down the visit of {day}.", "Tell us"),
    "booking_met": ("Did you meet {provider}?", "It was to be on {day}.", "Tell us"),
    "meet_asked": ("Will you meet {name}?", "{when}. They would like to know you first. It is free.", "Say yes or no"),
    "their_move": ("Can it be another time? {title}", "{to} instead of {of}.", "Say yes or no"),
    "they_met": ("Did you meet {name}?", "It was to be on {day}.", "Tell us"),
}


def waiting(person: Person, *, today: date, provides: bool = True) -> list[QuerySet[Any, Any]]:
    """Bookings of this person, or of those they support, that wait for a word; and of their enterprise. The day after a meeting it is asked about."""
    seen = people_seen_by(person)
    moved = Q(move__isnull=False)
    met = Q(kind=Booking.Kind.MEET, state=State.CONFIRMED, person_met_at__isnull=True, starts_at__lt=start_of(today, time.min))
    unsaid = Payer.objects.signed().filter(agreement=OuterRef("time__booking__agreement"), person__in=seen).exclude(pk__in=_said_yes())
    mine = _open(BookingMove.objects.filter(Exists(unsaid))).of_people(seen).filter(Q(state__in=[State.SLOT_HELD, State.QUERY]) | moved | met)
    kinds = {"booking_held": Q(state=State.SLOT_HELD), "booking_query": Q(state=State.QUERY), "booking_move": moved}
    return [_rows(mine, kinds, "booking_met"), *(waiting_as_provider(person, today=today) if provides else [])]


def waiting_as_provider(person: Person, *, today: date) -> list[QuerySet[Any, Any]]:
    """Of `waiting`, what waits for who comes."""
    asked, moved = Q(kind=Booking.Kind.MEET, state=State.REQUESTED), Q(move__isnull=False)
    met = Q(kind=Booking.Kind.MEET, state=State.CONFIRMED, provider_met_at__isnull=True, starts_at__lt=start_of(today, time.min))
    theirs = (
        _open(BookingMove.objects.filter(provider_yes_at__isnull=True)).filter(of_enterprise_people(person, "enterprise")).filter(asked | moved | met)
    )
    return [_rows(theirs, {"meet_asked": asked, "their_move": moved}, "they_met")]


def _said_yes() -> QuerySet[Any, Any]:
    """Of a move that is looked at from within: whose yes it has."""
    return BookingMoveYes.objects.filter(move=OuterRef(OuterRef("pk"))).values("payer")


def _open(unsaid: Any) -> Any:
    """Bookings that are not over, with when they begin, and another time that is asked for. `unsaid`: the moves that wait for who looks."""
    first = BookedTime.objects.filter(booking=OuterRef("pk"), number=1)
    moves = unsaid.open().filter(time__booking=OuterRef("pk")).order_by("pk")
    told = JSONObject(to="to_at", of="from_at", by="answer_by")
    found = {"starts_at": Subquery(first.values("starts_at")), "until": Subquery(first.values("slot__held_until"))}
    return Booking.objects.unended().annotate(**found, move=Subquery(moves.values(json=told)[:1]))


def _rows(query: Any, kinds: dict[str, Q], other: str) -> QuerySet[Any, Any]:
    of = Case(*(When(when, then=Value(kind)) for kind, when in kinds.items()), default=Value(other), output_field=TextField())
    about = {"title": "listing__title", "provider": "enterprise__name", "person": "person_id", "name": "person__known_as"}
    return listed(query, of, **about, starts_at="starts_at", until="until", move="move", by="answer_by")


def waiting_to_book(person: Person, at: datetime) -> QuerySet[Any, Any]:
    """Those this person may book for: no task, but a way to do it (`may_book_for`)."""
    return listed(decided_for_by(person, decision="promises", at=at), "books_for", name="person__known_as")


def may_book_for(found: Iterable[Row]) -> list[str]:
    """Their names."""
    return sorted(row["name"] for row in by_list(found, "books_for"))


def said_of(found: Iterable[Row], person: Person) -> Iterator[dict[str, Any]]:
    """In words, what of it was asked: what runs out first stands first."""
    for row in by_list(found, *OF_PERSON, *OF_PROVIDER):
        title, text, action = _SAID[row.of]
        filled = _filled(row, person)
        by = datetime.fromisoformat(row["move"]["by"]) if row["move"] else row.moment("by") if row.of == "meet_asked" else None
        task = {"of": row.of, "title": title.format(**filled), "text": text.format(**filled), "action": action, "url": address("booking", row.pk)}
        yield {**task, "when": f"By {words.day(by)}", "kind": "wait"} if by else task


def _filled(row: Row, person: Person) -> dict[str, str]:
    starts_at, until, move = row.moment("starts_at"), row.moment("until"), row["move"]
    assert starts_at is not None
    filled = {"title": row["title"], "provider": row["provider"], "name": row["name"], "day": words.day(starts_at), "when": _moment(starts_at)}
    filled |= {"whose": "you" if row["person"] == person.pk else row["name"], "until": words.clock(until) if until else ""}
    return filled | ({name: _moment(datetime.fromisoformat(move[name])) for name in ("to", "of")} if move else {})


def _moment(when: datetime) -> str:
    return f"{words.day(when)} at {words.clock(when)}"
