"""Moving the demo's time: our clock and the sandbox's together, a day at a time, with every timer run at each day's end."""

import json
import time
from collections.abc import Mapping
from typing import Any

import structlog
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from audit import clock
from audit.services import clock as clock_service
from config import sandbox, timers

log = structlog.get_logger()

SECONDS_A_DAY = 86_400
MOST_DAYS = 92
PATIENCE_SECONDS = 10.0


class DaysForm(forms.Form):
    """How far to move, and the page to come back to."""

    days = forms.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        error_messages={
            "required": "Write how many days to move, like 7.",
            "invalid": "Write the days as a whole number, like 7.",
            "min_value": "The clock only goes forward: write 1 or more.",
            "max_value": f"Move {MOST_DAYS} days or fewer at a time.",
        },
    )
    next = forms.CharField(required=False)


@csrf_exempt  # scripts post here without a page before; the address exists in the demo only
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """POST `days`, form or JSON. A browser goes back to its page (or `next`); a script gets JSON `{"now", "moved"}`, or 400 with `{"errors"}`."""
    form = DaysForm(_sent(request))
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    moved = move_days(form.cleaned_data["days"])
    there = form.cleaned_data["next"]
    if not there and ("text/html" in request.headers.get("Accept", "") or "HX-Request" in request.headers):
        there = request.headers.get("Referer", "/")
    if there and url_has_allowed_host_and_scheme(there, {request.get_host()}):
        return HttpResponseRedirect(there)
    return JsonResponse({"now": clock.now().isoformat(), "moved": moved})


def _sent(request: HttpRequest) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        return request.POST
    try:
        sent = json.loads(request.body)
    except ValueError:
        sent = None
    return sent if isinstance(sent, dict) else {}


def move_days(days: int) -> int:
    """Moves both clocks day by day and lets everything happen that falls due. Returns how many things the timers moved."""
    moved = settle()
    for _ in range(days):
        clock_service.move(seconds=SECONDS_A_DAY)
        sandbox.control("clock", {"seconds": SECONDS_A_DAY})
        moved += settle()
    return moved


def settle() -> int:
    """Runs the timers until neither we nor the sandbox's webhooks have anything left to do: until none came while they ran."""
    moved, deadline = 0, time.monotonic() + PATIENCE_SECONDS
    while True:
        heard = _webhooks_once_none_waits(deadline)
        moved += timers.run_all(at=clock.now())
        if _webhooks() == heard or time.monotonic() > deadline:
            return moved


def _webhooks_once_none_waits(deadline: float) -> dict[str, int]:
    while (counts := _webhooks()).get("waiting") and time.monotonic() < deadline:
        time.sleep(0.02)
    if counts.get("waiting"):
        log.warning("webhooks_still_waiting", count=counts["waiting"])
    return counts


def _webhooks() -> dict[str, int]:
    """How many there ever were, by state."""
    counts: dict[str, int] = sandbox.control("webhooks")["counts"]
    return counts
