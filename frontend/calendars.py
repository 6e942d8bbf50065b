"""Calendar files (RFC 5545) for programs of others: when a visit is, and nothing of who, where or why. The only place that writes one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, Timezone

from marketplace.models import VisitShown
from marketplace.selectors.calendar import FeedVisit

TYPE = "text/calendar; charset=utf-8"
ASK_AGAIN = timedelta(hours=4)
_SUMMARY = {"sure": "Visit", "unsure": "Visit (not certain yet)", "stopped": "Visit (stopped for now)", "off": "Visit (called off)"}
# The clocks of the United Kingdom since 1996: last Sunday of March and of October, at one in universal time.
_LONDON = b"""BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""


def visits(lines: Sequence[FeedVisit], shown: Mapping[int, VisitShown], *, host: str, page_of: str) -> bytes:
    """A calendar of visits. `shown`: what is remembered of each, by visit. `page_of`: an address with {visit} in it, behind signing in."""
    calendar = Calendar()
    said: dict[str, Any] = {"prodid": "-//Clubtogether//Visits//EN", "version": "2.0", "calscale": "GREGORIAN", "x-wr-calname": "Visits"}
    said |= {"x-wr-timezone": "Europe/London", "x-published-ttl": "PT4H"}
    for name, value in said.items():
        calendar.add(name, value)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    calendar.add_component(Timezone.from_ical(_LONDON))
    for line in lines:
        calendar.add_component(_event(line, shown[line.visit_id], host, page_of))
    written: bytes = calendar.to_ical()
    return written


def _event(line: FeedVisit, shown: VisitShown, host: str, page_of: str) -> Event:
    event = Event()
    changed = shown.changed_at.astimezone(UTC).replace(microsecond=0)
    for name, value in {
        "uid": f"visit-{line.visit_id}@{host}",
        "dtstamp": changed,
        "last-modified": changed,
        "sequence": shown.sequence,
        "summary": _SUMMARY[line.state],
        "status": "CANCELLED" if line.state == "off" else "CONFIRMED",
        "transp": "TRANSPARENT" if line.state == "off" else "OPAQUE",
        "class": "PRIVATE",
        "url": page_of.format(visit=line.visit_id),
    }.items():
        event.add(name, value)
    # Without a time of day, the whole day: its end is the day after (RFC 5545 3.6.1).
    starts, ends = (line.starts, line.ends) if line.starts and line.ends else (line.on, line.on + timedelta(days=1))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    return event


def changed_at(shown: Mapping[int, VisitShown]) -> datetime | None:
    """The last change that was told."""
    return max((row.changed_at for row in shown.values()), default=None)
