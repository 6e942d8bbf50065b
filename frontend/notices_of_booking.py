"""What we write about booked times and first meetings. As in `notices`: once, never a link, and only to who must do something or stay at home."""

from collections.abc import Iterable
from datetime import datetime

from frontend import words
from frontend.notices import _tell
from marketplace.models import BookedTime, Booking, BookingMove, Payer
from people.models import Person

OFF = frozenset({"cancel_early", "cancel_late"})
CANT_COME = "They can’t come after all."
NOT_MET = {"decline": "They said no this time.", "no_answer": "They did not answer in time.", "provider_cancel": CANT_COME, "fall_away": CANT_COME}


def over(*, booking_id: int, how: str, at: datetime) -> int:
    """To the side that did not press: it will not be. What an agreement's own end tells is not told again."""
    booking = _booking(booking_id)
    about, subject, when = f"booking:{booking.pk}", "It does not happen", _when(booking.times.get(number=1))
    if how in OFF or (how == "take_back" and booking.kind == Booking.Kind.MEET):
        says = f"{booking.listing.title}, {when}, is called off. Your time is free again. What you are still paid stands on your page."
        return _tell([booking.enterprise.owner], kind="booking_over", about=about, subject=subject, says=says, at=at)
    if booking.kind == Booking.Kind.MEET and how in NOT_MET:
        says = f"You wanted to meet {booking.enterprise.name}, {when}. {NOT_MET[how]} You can choose another time."
        return _tell([booking.person], kind="booking_over", about=about, subject=subject, says=says, at=at)
    if how == "fall_away":
        says = f"{booking.listing.title}, {when}, does not happen: its money was not here in time, or it was called off. Nobody comes."
        return _tell(_both(booking), kind="booking_over", about=about, subject=subject, says=says, at=at)
    return 0


def clashes(*, booking_id: int, number: int, at: datetime) -> int:
    """To who booked: in one week somebody else has their time. Nobody comes, and they are not asked for its money."""
    booking = _booking(booking_id)
    says = (
        f"{booking.listing.title}: on {_when(booking.times.get(number=number))} they are not free. There is no visit then, and you don’t pay for it."
    )
    about = f"booking:{booking.pk}/{number}"
    return _tell(_payers(booking), kind="booking_clashes", about=about, subject="One week without a visit", says=says, at=at)


def time_off(*, booking_id: int, number: int, how: str, at: datetime) -> int:
    """One time of a series is called off by who pays: the provider stays at home. By the provider: the keep-going plan has told them."""
    booking = _booking(booking_id)
    if how not in OFF:
        return 0
    says = f"{booking.listing.title}: the visit on {_when(booking.times.get(number=number))} is called off. The others go on."
    about = f"booking:{booking.pk}/{number}"
    return _tell([booking.enterprise.owner], kind="booking_time_off", about=about, subject="One visit is called off", says=says, at=at)


def move_asked(*, move_id: int, at: datetime) -> int:
    """To everybody but who asked, and whom they answer for: another time is asked for."""
    move = _move(move_id)
    booking = move.time.booking
    says = f"{booking.listing.title}: can it be {_moment(move.to_at)} instead of {_moment(move.from_at)}? Answer by {words.day(move.answer_by)}."
    asked = set(move.yeses.filter(by=move.asked_by_id).values_list("payer__person", flat=True))
    who = [one for one in _payers(booking) if one.pk not in asked]
    who += [booking.enterprise.owner] if move.side == BookingMove.Side.PERSON else []
    return _tell(who, kind="booking_move_asked", about=f"move:{move.pk}", subject="Can it be another time?", says=says, at=at)


def move_answered(*, move_id: int, yes: bool, at: datetime) -> int:
    """Moved, or it stays: to everybody but who said the last word. Nobody answered in time: to everybody."""
    move = _move(move_id)
    booking = move.time.booking
    says = f"{booking.listing.title} is now {_moment(move.to_at)}." if yes else f"{booking.listing.title} stays {_moment(move.from_at)}."
    who = [one for one in _both(booking) if one.pk != move.answered_by_id]
    return _tell(who, kind="booking_move_answered", about=f"move:{move.pk}", subject="Another time: the answer", says=says, at=at)


def meeting_asked(*, booking_id: int, at: datetime) -> int:
    """To the provider: somebody would like to meet first."""
    booking = _booking(booking_id)
    when = _when(booking.times.get(number=1))
    says = f"Somebody near {booking.person.outcode} would like to meet you before booking: {when}. It is free. Say yes or no on your page."
    about = f"booking:{booking.pk}"
    return _tell([booking.enterprise.owner], kind="meeting_asked", about=about, subject="Will you meet somebody?", says=says, at=at)


def meeting_agreed(*, booking_id: int, at: datetime) -> int:
    """To who asked: they come."""
    booking = _booking(booking_id)
    says = f"{booking.enterprise.name} will meet you, {_when(booking.times.get(number=1))}. It costs nothing. Afterwards tell us that you met."
    return _tell([booking.person], kind="meeting_agreed", about=f"booking:{booking.pk}", subject="You are going to meet", says=says, at=at)


def _booking(pk: int) -> Booking:
    return Booking.objects.select_related("listing", "enterprise__owner", "person").get(pk=pk)


def _move(pk: int) -> BookingMove:
    return BookingMove.objects.select_related("time__booking__listing", "time__booking__enterprise__owner", "time__booking__person").get(pk=pk)


def _payers(booking: Booking) -> list[Person]:
    payers = Payer.objects.taking_part().filter(agreement=booking.agreement_id).select_related("person").order_by("pk")
    return [payer.person for payer in payers]


def _both(booking: Booking) -> Iterable[Person]:
    return [*_payers(booking), booking.enterprise.owner]


def _when(time: BookedTime) -> str:
    return _moment(time.starts_at)


def _moment(when: datetime) -> str:
    return f"{words.day(when)} at {words.clock(when)}"
