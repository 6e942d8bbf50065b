"""Facts about booked times and first meetings: people are told. As in `consumers`."""

from datetime import datetime

from audit.models import Fact
from frontend import notices_of_booking as notices


def booking_over(*, fact: Fact, at: datetime) -> None:
    """`marketplace.booking_over`: the other side stays at home."""
    notices.over(booking_id=fact.payload["booking"], how=fact.payload["how"], at=at)


def booking_clashes(*, fact: Fact, at: datetime) -> None:
    """`marketplace.booking_clashes`: one week of a series is without a visit."""
    notices.clashes(booking_id=fact.payload["booking"], number=fact.payload["number"], at=at)


def booking_time_off(*, fact: Fact, at: datetime) -> None:
    """`marketplace.booking_time_off`: one visit of a series is called off."""
    told = fact.payload
    notices.time_off(booking_id=told["booking"], number=told["number"], how=told["how"], at=at)


def booking_move_asked(*, fact: Fact, at: datetime) -> None:
    """`marketplace.booking_move_asked`: the other side is asked."""
    notices.move_asked(move_id=fact.payload["move"], at=at)


def booking_move_answered(*, fact: Fact, at: datetime) -> None:
    """`marketplace.booking_move_answered`: who asked hears it."""
    notices.move_answered(move_id=fact.payload["move"], yes=fact.payload["yes"], at=at)


def meeting_asked(*, fact: Fact, at: datetime) -> None:
    """`marketplace.meeting_asked`: the provider says yes or no."""
    notices.meeting_asked(booking_id=fact.payload["booking"], at=at)


def meeting_agreed(*, fact: Fact, at: datetime) -> None:
    """`marketplace.meeting_agreed`: who asked knows that they come."""
    notices.meeting_agreed(booking_id=fact.payload["booking"], at=at)
