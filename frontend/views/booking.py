"""Booking: the free times of a service, one kept, then asked for: alone or with a group. Works as plain pages."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from audit import clock
from frontend.forms.booking import AloneForm, TimeForm, TogetherForm
from frontend.presenters import booking as presenter
from frontend.presenters.near import own_groups
from frontend.views.flow import back_to, form_page, number_in, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Booking
from marketplace.querysets import people_seen_by
from marketplace.selectors.free_times import MEET_MINUTES
from marketplace.services import booking, meet_and_greet
from people.models import Person
from people.policies import may_act_for
from people.selectors import people_decided_for
from pooling.models import Cluster
from providers.models import Listing

Kind = Booking.Kind


@signed_in
def times(request: SignedIn, pk: int) -> HttpResponse:
    """Days, then the times of one day; picking one keeps it for a quarter of an hour."""
    return _times(request, pk, Kind.VISIT)


@signed_in
def meet(request: SignedIn, pk: int) -> HttpResponse:
    """The same for a first meeting, which is free."""
    return _times(request, pk, Kind.MEET)


def _times(request: SignedIn, pk: int, kind: Kind) -> HttpResponse:
    rows = Listing.objects.on_sale().filter(charge=Listing.Charge.PAID).select_related("enterprise", "category").prefetch_related("group_prices")
    listing, at = get_object_or_404(rows, pk=pk), clock.now()
    asked, is_meeting = request.POST or request.GET, kind == Kind.MEET
    minutes = MEET_MINUTES if is_meeting else listing.minutes
    people = people_decided_for(request.user, decision="promises", at=at)
    who = _whom(request.user, people, asked.get("for", ""))
    days = {"asked": _day(asked.get("from", "")), "picked": _day(asked.get("day", ""))}
    page = presenter.times(listing, who, minutes=minutes, at=at, is_free=is_meeting, **days)

    def act(form: TimeForm) -> str:
        said = form.cleaned_data
        weeks = int(said.get("weeks") or 1)
        made = booking.hold_slot(listing=listing, starts_at=said["time"], kind=kind, weeks=weeks, person=who, by=request.user, at=at)
        return back_to("booking", pk=made.pk)

    form = TimeForm(request.POST or None, starts=page.day.starts if page.day else (), is_meeting=is_meeting)
    context = {"page": page, "listing": listing, "is_meeting": is_meeting, "minutes": minutes, "people": people, "who": who}
    context["keep"] = "" if who == request.user else f"for={who.pk}&"
    return form_page(request, form=form, act=act, template="booking/times.html", context=context)


def _whom(by: Person, people: list[Person], asked: str) -> Person:
    """Who it is for: themselves, or the one that was picked of those they decide for. For anybody else there is no such page."""
    if not asked or asked == str(by.pk):
        return by
    found = next((one for one in people if str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@signed_in
def mine(request: SignedIn) -> HttpResponse:
    """What I booked, and what I was asked to be part of; the same of people I support, and whom I may book for."""
    seen = set(people_seen_by(request.user).values_list("pk", flat=True))
    rows = Booking.objects.of_people(seen).exclude(state=Booking.State.LAPSED)
    lines = presenter.lines(rows, for_provider=False, helped=seen - {request.user.pk})
    return render(request, "booking/mine.html", {"lines": lines, "whom": presenter.for_whom(request.user, clock.now())})


def own_booking(request: SignedIn, pk: int) -> Booking:
    """A booking that this person may see; others find nothing."""
    related = ("listing__category", "enterprise", "person", "cluster", "agreement")
    return get_object_or_404(Booking.objects.visible_to(request.user).select_related(*related), pk=pk)


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """One booking: kept for me, asked for, agreed or over, and what I can do about it."""
    row = own_booking(request, pk)
    context: dict[str, Any] = {"page": presenter.page(row, request.user, clock.now()), "booking": row, "today": clock.today()}
    if row.state == Booking.State.SLOT_HELD:
        if request.method == "POST" and row.kind == Kind.MEET:
            return _ask_to_meet(request, row)
        return render(request, "booking/held.html", {**context, "groups": own_groups(row.person), "slot": row.times.get(number=1).slot})
    return render(request, "booking/show.html", context)


def _ask_to_meet(request: SignedIn, row: Booking) -> HttpResponse:
    here = back_to("booking", pk=row.pk)

    def act() -> str:
        meet_and_greet.ask(booking=row, by=request.user, at=clock.now())
        messages.success(request, "We have asked. Meeting is free.")
        return here

    return press(request, act, refused=here)


def _kept_time(request: SignedIn, pk: int) -> Booking:
    """A time kept for somebody this person may decide for: the next page shows their money. Others find nothing.

    Asked for already, or kept too long: its own page says so (`_is_kept`).
    """
    row = own_booking(request, pk)
    if not may_act_for(by=request.user, person=row.person, decision="promises", at=clock.now()):
        raise Http404
    return row


def _is_kept(row: Booking) -> bool:
    return row.state == Booking.State.SLOT_HELD


@signed_in
def alone(request: SignedIn, pk: int) -> HttpResponse:
    """My own yes, from one part of my budget, with the price and what calling it off costs in sight."""
    row, at = _kept_time(request, pk), clock.now()
    if not _is_kept(row):
        return redirect("booking", pk=row.pk)
    portions = presenter.portions_of(row.person)
    if not portions:
        return _without_budget(request, row)

    def ask(form: AloneForm) -> Booking:
        said, most = form.cleaned_data, number_in(request.POST, "_most")
        asked = {"portion": said["portion"], "related": said["related"], "keep_going": form.keep_going, "most_pence": most}
        return booking.request(booking=row, by=request.user, at=at, **asked)

    form = AloneForm(request.POST or None, portions=portions, initial=_usual(row.person), name=_other(request, row))
    return _asking(request, row, form, ask, "booking/alone.html")


def _without_budget(request: SignedIn, row: Booking) -> HttpResponse:
    if name := _other(request, row):
        messages.warning(request, f"{name} has not told us about their budget. They do that on their own page. Then book again.")
        return redirect("booking", pk=row.pk)
    messages.warning(request, "Tell us about your budget first. It moves no money. Then book again.")
    return redirect("budget-add")


def _other(request: SignedIn, row: Booking) -> str:
    """Whom it is for, where that is not who asks."""
    return "" if row.person_id == request.user.pk else row.person.known_as


@signed_in
def together(request: SignedIn, pk: int, group: int) -> HttpResponse:
    """Asks those of my group who take part; each says their own yes."""
    row, at = _kept_time(request, pk), clock.now()
    if not _is_kept(row):
        return redirect("booking", pk=row.pk)
    cluster = next((one for one in own_groups(row.person) if one.pk == group), None)
    if cluster is None:
        raise Http404
    places = list(cluster.memberships.inside().select_related("person").order_by("joined_at", "pk"))

    def ask(form: TogetherForm) -> Booking:
        asked = {"payers": form.cleaned_data["payers"], "keep_going": form.keep_going}
        return booking.ask_group(booking=row, cluster=cluster, by=request.user, at=at, **asked)

    form = TogetherForm(request.POST or None, places=places, initial=_usual(row.person))
    return _asking(request, row, form, ask, "booking/together.html", cluster)


def _asking(request: SignedIn, row: Booking, form: Any, ask: Any, template: str, cluster: Cluster | None = None) -> HttpResponse:
    """The form, then the booking as it would be, then asking for it."""

    def act(form: Any) -> str:
        made = ask(form)
        messages.success(request, "We have asked. No money has moved.")
        return back_to("agreement", pk=made.agreement_id) if cluster else back_to("booking", pk=row.pk)

    def shown(form: Any) -> dict[str, Any]:
        with transaction.atomic():
            made = ask(form)
            payer = made.agreement.payers.filter(person=row.person).first() or made.agreement.payers.all()[0]
            page = presenter.checked(made, payer.weekly_pence)
            transaction.set_rollback(True)
        return page

    context = {"booking": row, "cluster": cluster, "name": _other(request, row), "page": presenter.page(row, request.user, clock.now())}
    check = "booking/check.html"
    return form_page(request, form=form, act=act, template=template, context=context, check_template=check, check_context=shown)


def _usual(person: Person) -> dict[str, str]:
    """What was written for this person the last time, so that it is not asked afresh."""
    last = Booking.objects.filter(person=person, agreement__isnull=False).select_related("agreement").order_by("-pk").first()
    plan: dict[str, str] = last.agreement.keep_going if last is not None and last.agreement is not None else {}
    return plan
