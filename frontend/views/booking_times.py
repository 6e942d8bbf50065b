"""What either side does with a booked time: calling it off, moving it, saying that nobody came or that they met."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.booking import CancelForm, TimeForm
from frontend.presenters import booking as presenter
from frontend.views.booking import _day, own_booking
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import BookedTime, Booking, BookingMove
from marketplace.policies import may_record_visits
from marketplace.selectors.booked import speaks_for
from marketplace.services import booking, booking_ends, booking_moves, meet_and_greet
from people.models import Person

Deed = Callable[[Booking, Person, datetime], object]


def _press(request: SignedIn, pk: int, deed: Deed, said: str) -> HttpResponse:
    row, here = own_booking(request, pk), back_to("booking", pk=pk)

    def act() -> str:
        deed(row, request.user, clock.now())
        messages.success(request, said)
        return here

    return press(request, act, refused=here)


@signed_in
@require_POST
def let_go(request: SignedIn, pk: int) -> HttpResponse:
    """Not this time after all: before asking, or before they have answered."""

    def deed(row: Booking, by: Person, at: datetime) -> object:
        verb = booking.let_go if row.state == Booking.State.SLOT_HELD else booking.take_back
        return verb(booking=row, by=by, at=at)

    return _press(request, pk, deed, "The time is free again. Nobody pays anything.")


@signed_in
@require_POST
def nobody_came(request: SignedIn, pk: int) -> HttpResponse:
    """Two weeks later nobody has recorded the visit."""
    said = "Thank you for telling us. Your money is yours again."
    return _press(request, pk, lambda row, by, at: booking_ends.nobody_came(booking=row, by=by, at=at), said)


@signed_in
@require_POST
def met(request: SignedIn, pk: int) -> HttpResponse:
    """We met."""
    return _press(request, pk, lambda row, by, at: meet_and_greet.say_met(booking=row, by=by, at=at), "Thank you. We have written it down.")


@signed_in
@require_POST
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """The provider's yes or no to a first meeting."""
    yes = request.POST.get("answer") == "yes"
    said = "You are going to meet." if yes else "They see it now."
    return _press(request, pk, lambda row, by, at: meet_and_greet.answer(booking=row, yes=yes, by=by, at=at), said)


def _time(request: SignedIn, pk: int) -> BookedTime:
    related = ("booking__listing__category", "booking__enterprise", "booking__person", "booking__cluster", "booking__agreement", "visit__milestone")
    return get_object_or_404(BookedTime.objects.visible_to(request.user).select_related(*related), pk=pk)


@signed_in
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Calling it off; what it costs stands on the page first."""
    time, at = _time(request, pk), clock.now()
    row = time.booking
    is_provider = may_record_visits(by=request.user, enterprise=row.enterprise)
    line = next(one for one in presenter.page(row, request.user, at).lines if one.time.pk == pk)
    if not line.may_cancel:
        return redirect("booking", pk=row.pk)
    who = speaks_for(row, request.user, decision="visits", at=at) or request.user
    cost = None if is_provider or row.kind == Booking.Kind.MEET else presenter.cost(time, who, at)

    def act(form: CancelForm) -> str:
        _call_off(time, who, request.user, at, is_provider=is_provider, most_pence=form.cleaned_data["most_pence"])
        messages.success(request, "It is called off.")
        return back_to("booking", pk=row.pk)

    context = {"booking": row, "line": line, "cost": cost, "is_provider": is_provider, "name": "" if who == request.user else who.known_as}
    form = CancelForm(request.POST if request.method == "POST" else None, initial={"most_pence": cost.kept_pence if cost else None})
    return form_page(request, form=form, act=act, template="booking/cancel.html", context=context)


def _call_off(time: BookedTime, who: Person, by: Person, at: datetime, *, is_provider: bool, most_pence: int | None) -> None:
    if time.booking.kind == Booking.Kind.MEET:
        meet_and_greet.cancel(booking=time.booking, by=by, at=at)
    elif is_provider:
        booking_ends.call_off(time=time, by=by, at=at)
    else:
        booking_ends.cancel(time=time, person=who, by=by, at=at, most_pence=most_pence)


@signed_in
def move(request: SignedIn, pk: int) -> HttpResponse:
    """Another time; nothing changes before the other side's yes."""
    time, at = _time(request, pk), clock.now()
    row, asked = time.booking, request.POST or request.GET
    booking_moves.side_of(booking=row, by=request.user, at=at)
    days: dict[str, Any] = {"asked": _day(asked.get("from", "")), "picked": _day(asked.get("day", ""))}
    page = presenter.times_between(row.listing, *booking_moves.days_for(time=time, at=at), minutes=row.minutes, at=at, **days)

    def act(form: TimeForm) -> str:
        booking_moves.ask(time=time, starts_at=form.cleaned_data["time"], by=request.user, at=at)
        messages.success(request, "We have asked. It stays as it is until they say yes.")
        return back_to("booking", pk=row.pk)

    form = TimeForm(request.POST or None, starts=page.day.starts if page.day else (), is_meeting=True)
    context = {"page": page, "booking": row, "when": presenter.moment(time.starts_at)}
    return form_page(request, form=form, act=act, template="booking/move.html", context=context)


@signed_in
@require_POST
def answer_move(request: SignedIn, pk: int) -> HttpResponse:
    """Yes or no to another time; or who asked takes it back."""
    row = get_object_or_404(BookingMove.objects.visible_to(request.user).select_related("time"), pk=pk)
    here, yes = back_to("booking", pk=row.time.booking_id), request.POST.get("answer") == "yes"

    def act() -> str:
        moved = booking_moves.answer(move=row, yes=yes, by=request.user, at=clock.now()).state == BookingMove.State.AGREED
        said = "It is moved." if moved else "Thank you. It is moved once everybody has said yes." if yes else "It stays as it was."
        messages.success(request, said)
        return here

    return press(request, act, refused=here)
