"""Booking: free times, one kept, asked for alone or with a group, moved, called off."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, looks, makes, verb
from audit.api.shapes import CountField, DayField, Shape
from marketplace.api.filters import BookedTimeFilter, BookingFilter
from marketplace.api.serializers.bookings import (
    AskGroupSaid,
    BookedTimeRow,
    BookingRow,
    CancelCost,
    CancelSaid,
    FreeDayShape,
    HoldSaid,
    MoveRow,
    MoveSaid,
    RequestSaid,
    YesSaid,
)
from marketplace.models import BookedTime, Booking, BookingMove
from marketplace.policies import may_record_visits
from marketplace.rules.tables import NotNow
from marketplace.selectors.booked import speaks_for
from marketplace.selectors.free_times import DAYS_SHOWN, free_days, soonest_day
from marketplace.services import booking, booking_ends, booking_moves, meet_and_greet
from providers.models import Listing

RELATED = ("listing__category", "enterprise", "person", "cluster", "agreement")


class TimesAsked(Shape):
    """From which day, and how many days."""

    first = DayField(required=False)
    days = CountField(min_value=1, max_value=28, default=DAYS_SHOWN)


class FreeTimes(Edge):
    """When a service could come."""

    model = Listing
    related = ("enterprise", "category")
    anybody = frozenset({"free_times"})

    @looks(
        FreeDayShape,
        detail=True,
        many=True,
        parameters=[
            OpenApiParameter("first", OpenApiTypes.DATE, description="From this day; none before the soonest that can be paid for"),
            OpenApiParameter("days", {"type": "integer", "minimum": 1, "maximum": 28, "default": DAYS_SHOWN}, description="So many days"),
        ],
    )
    def free_times(self, request: Request, pk: int) -> Response:
        """Days with the moments at which a visit could begin. Keep one with `bookings`."""
        said = self.asked_in_address(TimesAsked)
        listing, soonest = self.get_object(), soonest_day(portions=(), today=self.today)
        first, days = said.get("first", soonest), said["days"]
        found = free_days(listing=listing, first=first, days=days, minutes=listing.minutes, at=self.at, soonest=soonest)
        return self.give_pages(found)


class Bookings(ReadEdge):
    """Times you keep, asked for or were asked to be part of; of a provider, what was asked of it."""

    model = Booking
    related = RELATED
    order = ("-pk",)
    serializer_class: Any = BookingRow
    filterset_class = BookingFilter

    def rows(self) -> Any:
        return super().rows().prefetch_related("times__slot")

    @makes(HoldSaid, BookingRow, kept=True)
    def create(self, request: Request) -> Response:
        """Keeps a free time for 15 minutes. Of two at the same moment one gets it; the other reads why not."""
        return self.answer(booking.hold_slot(by=self.person, at=self.at, **self.asked()))

    @verb(None, BookingRow)
    def let_go(self, request: Request, pk: int) -> Response:
        """Not this time after all."""
        return self.answer(booking.let_go(booking=self.get_object(), by=self.person, at=self.at))

    @verb(RequestSaid, BookingRow, kept=True, path="request")
    def ask(self, request: Request, pk: int) -> Response:
        """Books it for yourself: your own yes to the price. No money moves before the provider's yes."""
        return self.answer(booking.request(booking=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(AskGroupSaid, BookingRow, kept=True)
    def ask_group(self, request: Request, pk: int) -> Response:
        """Asks for it with a group: each payer signs the agreement for themselves."""
        return self.answer(booking.ask_group(booking=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, BookingRow)
    def take_back(self, request: Request, pk: int) -> Response:
        """Takes it back before everybody has said yes."""
        return self.answer(booking.take_back(booking=self.get_object(), by=self.person, at=self.at))

    @verb(None, BookingRow)
    def nobody_came(self, request: Request, pk: int) -> Response:
        """Two weeks later nobody has recorded the visit, and nobody came."""
        return self.answer(booking_ends.nobody_came(booking=self.get_object(), by=self.person, at=self.at))

    @verb(None, BookingRow)
    def ask_to_meet(self, request: Request, pk: int) -> Response:
        """Asks for a first meeting, which is free."""
        return self.answer(meet_and_greet.ask(booking=self.get_object(), by=self.person, at=self.at))

    @verb(YesSaid, BookingRow)
    def answer_meeting(self, request: Request, pk: int) -> Response:
        """The provider's yes or no to a first meeting."""
        return self.answer(meet_and_greet.answer(booking=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, BookingRow)
    def call_meeting_off(self, request: Request, pk: int) -> Response:
        """Either side, before it begins."""
        return self.answer(meet_and_greet.cancel(booking=self.get_object(), by=self.person, at=self.at))

    @verb(None, BookingRow)
    def say_met(self, request: Request, pk: int) -> Response:
        """One side says that they met."""
        return self.answer(meet_and_greet.say_met(booking=self.get_object(), by=self.person, at=self.at))


class BookedTimes(ReadEdge):
    """The dates of bookings."""

    model = BookedTime
    related = ("slot", *(f"booking__{name}" for name in RELATED))
    order = ("-starts_at", "-pk")
    serializer_class: Any = BookedTimeRow
    filterset_class = BookedTimeFilter

    @looks(CancelCost, detail=True)
    def cost_of_cancelling(self, request: Request, pk: int) -> Response:
        """What calling it off would cost you now; nothing where you have nothing to call off."""
        time = self.get_object()
        try:
            return self.give(booking_ends.cost_of_cancelling(time=time, person=self._whose(time), at=self.at))
        except NotNow:
            return self.give(booking_ends.CostOfCancelling(0, 0))

    @verb(CancelSaid, BookedTimeRow, kept=True)
    def cancel(self, request: Request, pk: int) -> Response:
        """Calls it off: your part as a payer (or of whom you decide for), or all of it as the provider."""
        time = self.get_object()
        if may_record_visits(by=self.person, enterprise=time.booking.enterprise):
            booking_ends.call_off(time=time, by=self.person, at=self.at)
        else:
            booking_ends.cancel(time=time, person=self._whose(time), by=self.person, at=self.at, **self.asked())
        return self.answer(time)

    def _whose(self, time: BookedTime) -> Any:
        """Whose part of it: theirs, or of somebody they decide for."""
        return speaks_for(time.booking, self.person, decision="visits", at=self.at) or self.person

    @verb(MoveSaid, MoveRow, kept=True)
    def move(self, request: Request, pk: int) -> Response:
        """Asks for another time, which is kept until everybody else has answered."""
        return self.give(booking_moves.ask(time=self.get_object(), by=self.person, at=self.at, **self.asked()))


class BookingMoves(ReadEdge):
    """Other times that one side asked for."""

    model = BookingMove
    order = ("-pk",)
    serializer_class: Any = MoveRow

    @verb(YesSaid, MoveRow, path="answer")
    def say(self, request: Request, pk: int) -> Response:
        """Your yes or no, as who pays or who comes; or who asked takes it back. The last yes moves it."""
        return self.answer(booking_moves.answer(move=self.get_object(), by=self.person, at=self.at, **self.asked()))
