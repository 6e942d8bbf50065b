"""A provider's calendar: a week, a month, and an address from which the calendar on a phone reads when the visits are."""

from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit import clock
from frontend import calendars
from frontend.presenters import provider_calendar as presenter
from frontend.views.flow import back_to, press
from frontend.views.provider_of import owned, worked_for
from frontend.views.who import SignedIn, signed_in
from marketplace.selectors import calendar as selector
from marketplace.services import calendar
from providers.selectors import calendar_link, enterprise_of_calendar
from providers.services import calendar_links

OFTEN = 120
"""So many readings of one calendar an hour: a dozen devices that ask every ten minutes."""
BACK = timedelta(weeks=8)
"""So far back a feed goes: programs keep what they have, and nobody needs last year's visits on a phone."""


@signed_in
def week(request: SignedIn) -> HttpResponse:
    """Seven days, each visit whole."""
    enterprise, at = worked_for(request), clock.now()
    today = clock.london_date(at)
    day, is_read = presenter.read_day(request.GET.get("day", ""), today)
    context = {"enterprise": enterprise, "span": presenter.week(enterprise, day, today, at), "is_read": is_read, "day": day}
    return render(request, "provider/calendar.html", {**context, "is_owner": enterprise.owner_id == request.user.pk})


@signed_in
def month(request: SignedIn) -> HttpResponse:
    """A month as a list."""
    enterprise, at = worked_for(request), clock.now()
    today = clock.london_date(at)
    day, is_read = presenter.read_day(request.GET.get("day", ""), today)
    context = {"enterprise": enterprise, "span": presenter.month(enterprise, day, today, at), "is_read": is_read, "day": day}
    return render(request, "provider/calendar_month.html", context)


@never_cache
@signed_in
def link(request: SignedIn) -> HttpResponse:
    """What is in the link, before it is made; pressing makes one and shows it this once."""
    enterprise, made = owned(request), ""
    if request.method == "POST":
        _, secret = calendar_links.make(enterprise=enterprise, by=request.user, at=clock.now())
        made = f"{settings.SITE_URL}{reverse('calendar', args=[secret])}"
    return render(request, "provider/calendar_link.html", {"enterprise": enterprise, "link": calendar_link(enterprise), "made": made})


@signed_in
@require_POST
def stop_link(request: SignedIn) -> HttpResponse:
    """The link stops working at once."""
    enterprise, back = owned(request), back_to("provider-calendar-link")

    def act() -> str:
        calendar_links.stop(enterprise=enterprise, by=request.user, at=clock.now())
        messages.success(request, "The link is stopped. What a calendar has read already may stay in it: take it out there.")
        return back

    return press(request, act, refused=back)


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """For calendar programs. Who asks is nobody: the address is all there is, and a wrong or stopped one is as one that never was."""
    enterprise = enterprise_of_calendar(secret)
    if enterprise is None:
        raise Http404
    at = clock.now()
    if _is_asked_too_often(enterprise.pk):
        slow = HttpResponse("Asked too often. Try again in an hour.", status=429, headers={"Retry-After": "3600"}, content_type="text/plain")
        slow._has_been_logged = True  # type: ignore[attr-defined]  # Django writes the path of a refusal into the log: this one is a secret that works
        return slow
    lines = selector.feed(enterprise, since=clock.london_date(at - BACK))
    shown = calendar.remember(enterprise=enterprise, lines=lines, at=at)
    page_of = f"{settings.SITE_URL}/provider/visits/{{visit}}/"
    body = calendars.visits(lines, shown, host=urlsplit(settings.SITE_URL).hostname or "localhost", page_of=page_of)
    return _answer(request, body, calendars.changed_at(shown))


def _answer(request: HttpRequest, body: bytes, changed: datetime | None) -> HttpResponseBase:
    """The file, or "nothing new" to a program that has it already."""
    etag, moment = f'"{sha256(body).hexdigest()[:32]}"', int(changed.timestamp()) if changed else None
    response = HttpResponse(body, content_type=calendars.TYPE)
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["ETag"] = etag
    if moment is not None:
        response["Last-Modified"] = http_date(moment)
    return get_conditional_response(request, etag=etag, last_modified=moment, response=response) or response


def _is_asked_too_often(enterprise: int) -> bool:
    key = f"calendar:{enterprise}"
    if cache.add(key, 1, timeout=3600):
        return False
    try:
        return cache.incr(key) > OFTEN
    except ValueError:  # it ran out between the two lines
        return False
