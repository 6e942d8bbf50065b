"""Booking: see the package. The visits of the group's agreement are booked for a time, and Amina keeps another for a first meeting."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from config.demo_story.cast import AMINA, HODAN, person
from marketplace.models import Agreement, BookedTime, Booking, BookingMove, Visit
from marketplace.rules.dates import start_of
from providers.models import DayOff, Listing, Worker, WorkHours
from providers.services import hours, slots
from tests.architecture.route import SIGNED_IN_ASKS, Route, act, own, page, press

# fmt: off
ROUTES: tuple[Route, ...] = (
    own("bookings/"),
    page("services/<int:pk>/times/", "i+++++ ++++++++++", "i????? ??????????", pk="bookable service"),
    page("services/<int:pk>/meet/", "i+++++ ++++++++++", "i????? ??????????", pk="bookable service"),
    page("bookings/<int:pk>/", "i..... +++..++.++", pk="booking"),
    page("bookings/<int:pk>/alone/", "i..... .........+", "i..... .........?", pk="kept time"),
    page("bookings/<int:pk>/together/<int:group>/", "i..... .........+", "i..... .........?", pk="kept time", group="group"),
    press("bookings/<int:pk>/let-go/", "i..... ..<.....<>", pk="kept time"),
    press("bookings/<int:pk>/nobody-came/", "i..... >><..<<.<>", pk="booking"),
    press("bookings/<int:pk>/met/", "i..... >>>..>>.>>", pk="booking"),
    press("bookings/<int:pk>/answer/", "i..... >>>..>>.>>", pk="booking"),
    page("bookings/times/<int:pk>/cancel/", "i..... ++>..>+.>+", "i..... ??>..>>.>>", pk="time of the booking"),
    page("bookings/times/<int:pk>/move/", "i..... ++....+..+", "i..... ??....?..?", pk="time of the booking"),
    press("bookings/moves/<int:pk>/", "i..... >><..<>.<>", pk="move"),
    page("provider/bookings/", "i..+.. ......+..."),
    page("provider/hours/", "i..+.. ......+..."),
    page("provider/hours/<int:pk>/", "i..... ......+...", "i..... ......>...", pk="Hodan who comes"),
    page("provider/hours/<int:pk>/off/", "i..... ......+...", "i..... ......?...", pk="Hodan who comes"),
    press("provider/days-off/<int:pk>/drop/", "i..... ......>...", pk="day off"),
    # The API
    own("api/v1/work-hours/"),
    page("api/v1/work-hours/<int:pk>/", "i..... ......+...", pk="hours of a day"),
    act("api/v1/workers/<int:pk>/set-hours/", "ixxxxx xxxxxx+xxx", {"hours": []}, pk="Hodan who comes"),
    own("api/v1/days-off/", SIGNED_IN_ASKS),
    page("api/v1/days-off/<int:pk>/", "i..... ......+...", pk="day off"),
    act("api/v1/days-off/<int:pk>/work-after-all/", "i..... ......+...", pk="day off"),
    page("api/v1/listings/<int:pk>/free-times/", "++++++ ++++++++++", pk="bookable service"),
    own("api/v1/bookings/", SIGNED_IN_ASKS),
    page("api/v1/bookings/<int:pk>/", "i..... +++..++.++", pk="booking"),
    act("api/v1/bookings/<int:pk>/let-go/", "i..... ..x.....x+", pk="kept time"),
    act("api/v1/bookings/<int:pk>/request/", "i..... ..?.....??", pk="kept time"),
    act("api/v1/bookings/<int:pk>/ask-group/", "i..... ..?.....??", pk="kept time"),
    act("api/v1/bookings/<int:pk>/take-back/", "i..... xxx..xx.x!", pk="booking"),
    act("api/v1/bookings/<int:pk>/nobody-came/", "i..... !!x..xx.x!", pk="booking"),
    act("api/v1/bookings/<int:pk>/ask-to-meet/", "i..... ..x.....x+", pk="kept time"),
    act("api/v1/bookings/<int:pk>/answer-meeting/", "i..... ???..??.??", pk="booking"),
    act("api/v1/bookings/<int:pk>/call-meeting-off/", "i..... !!!..!!.!!", pk="booking"),
    act("api/v1/bookings/<int:pk>/say-met/", "i..... !!!..!!.!!", pk="booking"),
    own("api/v1/booked-times/"),
    page("api/v1/booked-times/<int:pk>/", "i..... +++..++.++", pk="time of the booking"),
    page("api/v1/booked-times/<int:pk>/cost-of-cancelling/", "i..... +++..++.++", pk="time of the booking"),
    act("api/v1/booked-times/<int:pk>/cancel/", "i..... !!!..!+.!+", pk="time of the booking"),
    act("api/v1/booked-times/<int:pk>/move/", "i..... ???..??.??", pk="time of the booking"),
    own("api/v1/booking-moves/"),
    page("api/v1/booking-moves/<int:pk>/", "i..... +++..++.++", pk="move"),
    act("api/v1/booking-moves/<int:pk>/answer/", "i..... ???..??.??", pk="move"),
)
# fmt: on
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    """One visit of the agreement is booked, with another time asked for; a first meeting is kept; Hodan has a day off."""
    agreement = Agreement.objects.select_related("enterprise", "listing").get(cluster__name="Our Own Words", offer__isnull=True)
    amina, worker = person(AMINA), Worker.objects.get(person=person(HODAN))
    said = {"listing": agreement.listing, "enterprise": agreement.enterprise, "council_code": agreement.council_code, "person": amina}
    kept = {"held_by": amina, "held_at": at, "minutes": 60}
    asked = {"requested_at": at, "answer_by": at + timedelta(days=2), "confirmed_at": at}
    booked = Booking.objects.create(state="confirmed", agreement=agreement, cluster=agreement.cluster, **said, **kept, **asked)
    planned = Visit.objects.filter(milestone__agreement=agreement, milestone__state="planned", state="planned")
    visit = planned.order_by("on")[0]
    day = start_of(at.date() + timedelta(days=40), time(10))
    taken = [slots.hold(workers=[worker], starts_at=day + timedelta(hours=n), minutes=60, by=amina, at=at) for n in (0, 2, 4)]
    dated = {"council_code": agreement.council_code, "starts_at": day}
    one = BookedTime.objects.create(booking=booked, slot=taken[0], visit=visit, **dated)
    moved = {"from_at": day, "to_at": day + timedelta(hours=2), "answer_by": at + timedelta(days=2)}
    BookingMove.objects.create(time=one, council_code=agreement.council_code, slot=taken[1], side="person", asked_by=amina, asked_at=at, **moved)
    meet = Booking.objects.create(kind="meet", state="slot_held", **said, **kept)
    BookedTime.objects.create(booking=meet, slot=taken[2], **dated)
    hours.take_day_off(worker=worker, on=at.date() + timedelta(days=30), by=person(HODAN), at=at)
    hours.set_hours(worker=worker, hours={day: (time(8), time(20)) for day in range(1, 8)}, by=person(HODAN), at=at)


def things() -> dict[str, Any]:
    mine = Booking.objects.filter(person=person(AMINA))
    booked = mine.get(state="confirmed")
    return {
        "hours of a day": WorkHours.objects.filter(worker__person=person(HODAN))[0].pk,
        "booking": booked.pk,
        "time of the booking": BookedTime.objects.get(booking=booked).pk,
        "move": BookingMove.objects.get(time__booking=booked).pk,
        "kept time": mine.get(state="slot_held").pk,
        "day off": DayOff.objects.get().pk,
        "Hodan who comes": Worker.objects.get(person=person(HODAN)).pk,
        "bookable service": Listing.objects.get(pk=booked.listing_id).pk,
    }
