"""Ringing for a person when money does not add up, and stopping releases until somebody has looked."""

from datetime import datetime

import structlog
from django.db import transaction

from audit.errors import Refusal
from audit.services import trail
from payments.models import Alarm, StripeLine
from payments.services import copies
from people.models import Person

log = structlog.get_logger()


class StillUnexplained(Refusal):
    """Nobody knows yet what its line is: two people say what it was, or it is found out, and then it ends by itself."""

    code = "still_unexplained"
    sentence = "Nobody has said what this line was, so its alarm can’t be closed. Open Lines to explain. It closes by itself once that is known."


class StillSo(Refusal):
    """It says how something stands, and each check against Stripe looks at that anew."""

    code = "still_so"
    sentence = "This alarm says how things stand now, so it can’t be closed. Put it right, then press Check against Stripe now. It closes by itself."


# How something stands, not what happened once. Closed by hand, these would let payments go while it is still so, or seem to.
STANDING = frozenset({"automatic_payouts", "book_is_behind", "not_covered"})


def ring(*, kind: str, about: str, sentence: str, at: datetime, council_code: str = "", stops_releases: bool = False) -> Alarm:
    """Raises an alarm; the same trouble (`kind` and `about`) rings once until it is closed.

    `council_code` empty: all councils. With `stops_releases` nothing goes to providers of those councils meanwhile.
    Call it outside a transaction that may roll back.
    """
    with transaction.atomic():
        fields = {"sentence": sentence, "council_code": council_code, "stops_releases": stops_releases, "raised_at": at}
        alarm, is_new = Alarm.objects.get_or_create(kind=kind, about=about, closed_at=None, defaults=fields)
        if is_new:
            trail.write(by=None, verb="payments.ring", about_kind="alarm", about_id=alarm.pk, at=at, council_code=council_code, detail={"kind": kind})
    if is_new:
        log.error("money_alarm", kind=kind, about=about, stops_releases=stops_releases)
    return alarm


def settle(*, kind: str, at: datetime, about: str = "") -> int:
    """Closes alarms whose cause has gone by itself. Returns how many."""
    rows = Alarm.objects.open().filter(kind=kind)
    return (rows.filter(about=about) if about else rows).update(closed_at=at)


def settle_line(line_id: str, *, at: datetime) -> None:
    """It is known what a line was."""
    for kind in ("unexplained_line", "line_differs"):
        settle(kind=kind, about=f"line:{line_id}", at=at)


def ring_behind(*, at: datetime) -> None:
    """Stripe has done for us what this book does not know of: nothing may go out until two people have said what each of it was."""
    sentence = "Stripe has done for us what this book does not know of: a backup was put back. Nothing goes out until every such line is explained."
    ring(kind="book_is_behind", about="stripe", sentence=sentence, at=at, stops_releases=True)


def book_is_behind() -> bool:
    """Whether this book may have been put back and was not compared with Stripe yet, or a line stands unexplained that our own software made.

    Asks the lines: closing the alarm by hand lets nothing go.
    """
    return copies.may_be_put_back() or StripeLine.objects.to_stop_for().exists()


def may_have_collected() -> bool:
    """Whether the book is behind, or a payment is on its way at Stripe that this book has lost: a new Direct Debit might be the same money."""
    return StripeLine.objects.of_lost_operations().exists()


def settle_behind(*, at: datetime) -> None:
    """The alarm ends when no such line is left."""
    if not book_is_behind():
        settle(kind="book_is_behind", at=at)


def closes_by_itself(alarm: Alarm) -> bool:
    """Whether nobody closes it: it ends with what it states, or when it is known what its line was, or two people have said so."""
    return alarm.kind in STANDING or is_of_open_line(alarm)


def is_of_open_line(alarm: Alarm) -> bool:
    """Whether it is about a line of which nobody has said yet what it was."""
    kind, _, line_id = alarm.about.partition(":")
    return kind == "line" and StripeLine.objects.filter(pk=line_id, state__in=("waiting", "suspense")).exists()


def close(*, alarm_id: int, by: Person, at: datetime) -> Alarm:
    """An operator has looked and put it right. Whoever calls has checked that `by` is one. Raises StillUnexplained, StillSo."""
    with transaction.atomic():
        alarm = Alarm.objects.locked().get(pk=alarm_id)
        if is_of_open_line(alarm):
            raise StillUnexplained
        if alarm.closed_at is None:
            if closes_by_itself(alarm):
                raise StillSo
            alarm.closed_at, alarm.closed_by_id = at, by.pk
            alarm.save(update_fields=["closed_at", "closed_by_id"])
            trail.write(by=by, verb="payments.close_alarm", about_kind="alarm", about_id=alarm.pk, at=at, council_code=alarm.council_code)
    return alarm
