"""A provider's booked times, and when those who come can be booked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.booking import DayOffForm, HoursForm
from frontend.presenters import booking as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.provider_of import worked_for
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Booking
from providers.models import DayOff, Worker
from providers.selectors_of_workers import week_of
from providers.services import hours as service


@signed_in
def bookings(request: SignedIn) -> HttpResponse:
    """What was asked of us, newest first, and how many we called off."""
    enterprise = worked_for(request)
    rows = Booking.objects.asked_for().filter(enterprise=enterprise)
    off = Booking.objects.called_off_by(enterprise).count()
    return render(request, "booking/provider.html", {"enterprise": enterprise, "lines": presenter.lines(rows, for_provider=True), "off": off})


@signed_in
def hours(request: SignedIn) -> HttpResponse:
    """When each of us can be booked. Who works there sees their own."""
    enterprise, today = worked_for(request), clock.today()
    rows = Worker.objects.filter(enterprise=enterprise).active().prefetch_related("hours", "days_off")
    mine = rows if enterprise.owner_id == request.user.pk else rows.filter(person=request.user)
    workers = [{"worker": one, "hours": one.hours.all(), "off": [day for day in one.days_off.all() if day.on >= today]} for one in mine]
    return render(request, "booking/hours.html", {"enterprise": enterprise, "workers": workers, "day_off": DayOffForm()})


def _worker(request: SignedIn, pk: int) -> Worker:
    enterprise = worked_for(request)
    rows = Worker.objects.filter(enterprise=enterprise).active()
    return get_object_or_404(rows if enterprise.owner_id == request.user.pk else rows.filter(person=request.user), pk=pk)


@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    """The hours of one week, as they are from now on."""
    worker = _worker(request, pk)

    def act(form: HoursForm) -> str:
        service.set_hours(worker=worker, hours=form.hours, by=request.user, at=clock.now())
        messages.success(request, "That is when people can book now. What is booked already stays.")
        return back_to("provider-hours")

    form = HoursForm(request.POST if request.method == "POST" else None, week=week_of(worker))
    return form_page(request, form=form, act=act, template="booking/hours_change.html", context={"worker": worker})


@signed_in
def off(request: SignedIn, pk: int) -> HttpResponse:
    """A day on which nobody can book them."""
    worker = _worker(request, pk)

    def act(form: DayOffForm) -> str:
        service.take_day_off(worker=worker, on=form.cleaned_data["on"], by=request.user, at=clock.now())
        messages.success(request, "Nobody can book that day now. What is booked already stays.")
        return back_to("provider-hours")

    return form_page(request, form=DayOffForm(request.POST or None), act=act, template="booking/day_off.html", context={"worker": worker})


@signed_in
@require_POST
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """Working on that day after all."""
    row, back = get_object_or_404(DayOff.objects.visible_to(request.user).select_related("worker"), pk=pk), back_to("provider-hours")

    def act() -> str:
        service.work_after_all(day_off=row, by=request.user, at=clock.now())
        return back

    return press(request, act, refused=back)
