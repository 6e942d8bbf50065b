"""The lists an operator goes through: each sorted by what is in trouble longest, narrowed by state, with the last line of the audit trail."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value

from audit.models import Delivery, Entry
from frontend import words
from frontend.presenters import console_lines as lines
from frontend.presenters.console_lines import Line, Rows
from marketplace.models import MilestoneShare
from marketplace.services.money import ABOUT_SHARE
from payments.models import (
    Alarm,
    Dispute,
    Payment,
    PaymentOperation,
    ReconcileRun,
    Recovery,
    Refund,
    StripeLine,
    WebhookEvent,
)
from payments.services import ages
from people.models import Approval, Council, Organisation, Person
from pooling.models import Hold, Membership
from providers.models import Enterprise

Choices = list[tuple[str, str]]
A_PAGE = 25


@dataclass(frozen=True)
class Listing:
    """One list. `find(person, at)`: its rows in order; `line(row, at)`; `details(row, at)`: what its own page says of a row beyond the line."""

    name: str
    title: str
    lead: str
    find: Callable[[Person, datetime], QuerySet[Any]]
    line: Callable[[Any, datetime], Line]
    details: Callable[[Any, datetime], Rows] = field(default=lambda row, at: [])
    states: Choices = field(default_factory=list)
    first: str = ""
    empty: str = "There is none."


def _choices(state: Any, *first: str) -> Choices:
    return [*((each, each) for each in first), *((each, each) for each in state.values if each not in first)]


def _old_first(model: Any, *order: str) -> Callable[[Person, datetime], QuerySet[Any]]:
    return lambda person, at: model.objects.visible_to(person).order_by(*order)


def _held(person: Person, at: datetime) -> QuerySet[Hold]:
    rows = Hold.objects.visible_to(person).filter(placed_pence__gt=F("released_pence") + F("returned_pence"))
    return rows.select_related("membership__person", "membership__cluster").order_by("placed_at", "pk")


def _old_lots(person: Person, at: datetime) -> QuerySet[Payment]:
    return Payment.objects.visible_to(person).charged_before(ages.charged_until(ages.NOTICE_DAYS[0], at))


def _paid_weeks(person: Person, at: datetime) -> QuerySet[MilestoneShare]:
    rows = MilestoneShare.objects.visible_to(person).filter(state__in=("queried_late", "recovering", "released"))
    return rows.select_related("payer__person", "milestone__agreement__enterprise").order_by("late_at", "released_at", "pk")


LISTINGS = {
    one.name: one
    for one in (
        Listing(
            "alarms",
            "Alarms",
            "What a person must look at. The ones that stop payments come first.",
            lambda person, at: Alarm.objects.visible_to(person).order_by("closed_at", "-stops_releases", "raised_at", "pk"),
            lines.alarm,
            lines.alarm_details,
            [("open", "open"), ("closed", "closed")],
            "open",
            "No alarm rings.",
        ),
        Listing(
            "operations",
            "Calls to Stripe",
            "Everything we asked Stripe to do. One whose answer was lost is asked after by itself.",
            _old_first(PaymentOperation, "planned_at", "pk"),
            lines.operation,
            lines.operation_details,
            _choices(PaymentOperation.State, "unknown", "sent", "planned", "refused"),
            "unknown",
        ),
        Listing(
            "inbox",
            "What Stripe told us",
            "Events are hints: what they are about is fetched again. A parked one failed ten times.",
            _old_first(WebhookEvent, "received_at", "pk"),
            lines.event,
            lines.event_details,
            _choices(WebhookEvent.State, "parked", "waiting"),
            "parked",
        ),
        Listing(
            "lines",
            "Lines to explain",
            "Lines of Stripe’s balance. In suspense: it is there, and nobody knows why. Two people say what it was.",
            _old_first(StripeLine, "created_at", "pk"),
            lines.stripe_line,
            lines.stripe_line_details,
            _choices(StripeLine.State, "suspense", "waiting"),
            "suspense",
        ),
        Listing(
            "holds",
            "Held money by age",
            "Held until somebody says that the visits happened. The oldest comes first.",
            _held,
            lines.hold,
            lines.hold_details,
            [("held", "held"), ("questioned", "questioned")],
        ),
        Listing(
            "old-money",
            "Old money",
            "Payments of 60 days and more that still have money in them. On day 88 what is left goes home, unless two people say otherwise.",
            _old_lots,
            lines.lot,
            lines.lot_details,
        ),
        Listing(
            "reconciliation",
            "Checks against Stripe",
            "Runs that found or moved something, or that somebody asked for, newest first. One is made every hour.",
            _old_first(ReconcileRun, "-at", "-pk"),
            lines.run,
        ),
        Listing(
            "disputes",
            "Disputes",
            "Payments that a payer’s bank took back or asks about. Answer the bank at Stripe.",
            lambda person, at: Dispute.objects.visible_to(person).order_by(F("ended_at").desc(nulls_first=True), "opened_at", "pk"),
            lines.dispute,
            lines.dispute_details,
            _choices(Dispute.State, "open", "inquiry", "lost"),
        ),
        Listing(
            "negative-providers",
            "Providers who owe money",
            "Money to have back from somebody who was paid. It is kept back from what they are paid next.",
            lambda person, at: Recovery.objects.visible_to(person).select_related("payee").order_by("opened_at", "pk"),
            lines.recovery,
            lines.recovery_details,
            _choices(Recovery.State, "owed", "reversing"),
            "owed",
        ),
        Listing(
            "paid-weeks",
            "Payments to have back",
            "What was paid to providers for weeks. One that the payer says was wrong comes first. Two people, neither with an interest, decide.",
            _paid_weeks,
            lines.paid_week,
            lines.paid_week_details,
            [(state, state.replace("_", " ")) for state in ("queried_late", "recovering", "released")],
            "queried_late",
        ),
        Listing(
            "refunds",
            "Money going back",
            "A failed one: the bank would not take it. Ring the person, or who looks after their money.",
            lambda person, at: Refund.objects.visible_to(person).select_related("payment__payer").order_by("approved_at", "pk"),
            lines.refund,
            lines.refund_details,
            _choices(Refund.State, "failed", "sent", "approved"),
            "failed",
        ),
        Listing(
            "news",
            "News between rooms",
            "What one part of the platform tells another. A parked one failed ten times, and what is about the same thing waits behind it.",
            lambda person, at: Delivery.objects.visible_to(person).select_related("fact").order_by("fact_id", "pk"),
            lines.news,
            lines.news_details,
            _choices(Delivery.State, "parked", "waiting"),
            "parked",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A list, and how many rows it first shows: what is in trouble."""

    name: str
    title: str
    number: int
    words: str


def count_all(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each has. One query."""
    each = [one.order_by().values(of=Value(name)).annotate(n=Count("pk")) for name, one in rows.items()]
    return dict.fromkeys(rows, 0) | {row["of"]: row["n"] for row in each[0].union(*each[1:], all=True)}


def counted(found: Mapping[str, int]) -> list[Counted]:
    """Every list with how much trouble there is in it; lists that begin with everything are not counted."""
    return [Counted(one.name, one.title, found.get(one.name, 0), dict(one.states).get(one.first, "")) for one in LISTINGS.values()]


def narrowed(listing: Listing, rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Only the rows of one state; "" for all. A state that the list has not is none of its rows."""
    if not state:
        return rows
    if state not in dict(listing.states):
        return rows.none()
    if listing.name == "alarms":
        return rows.filter(closed_at__isnull=state == "open")
    if listing.name == "holds":
        return rows.filter(disputed_pence__gt=0) if state == "questioned" else rows.filter(disputed_pence=0)
    return rows.filter(state=state)


OWNER = re.compile(r"\b(member|holder|organisation|enterprise|person):(\d+)(/portion:\d+|/council:\w+)?")


COUNCIL = re.compile(r"\b[EW]\d{8}\b")


def named(texts: Iterable[str]) -> list[str]:
    """The same texts with people, organisations, providers and councils by name where the book has a code. One query for each kind there is."""
    said = list(texts)
    wanted: dict[str, set[int]] = {}
    for text in said:
        for kind, number, _ in OWNER.findall(text):
            wanted.setdefault(kind, set()).add(int(number))
    names = {kind: dict(_names(kind, ids)) for kind, ids in wanted.items()}
    return _councils([OWNER.sub(lambda found: names[found[1]].get(int(found[2]), found[0]), text) for text in said])


def _councils(texts: list[str]) -> list[str]:
    codes = {code for text in texts for code in COUNCIL.findall(text)}
    names = dict(Council.objects.filter(pk__in=codes).values_list("pk", "name")) if codes else {}
    return [COUNCIL.sub(lambda found: names.get(found[0], found[0]), text) for text in texts]


def _names(kind: str, ids: set[int]) -> Iterable[tuple[int, str]]:
    if kind == "member":
        return Membership.objects.filter(pk__in=ids).values_list("pk", "person__full_name")
    if kind == "person":
        return Person.objects.filter(pk__in=ids).values_list("pk", "full_name")
    model = Enterprise if kind == "enterprise" else Organisation
    return model.objects.filter(pk__in=ids).values_list("pk", "name")


def asked_about(about: tuple[str, str]) -> tuple[str, str]:
    """What a second person's yes calls it."""
    return (ABOUT_SHARE if about[0] == "milestoneshare" else about[0], about[1])


def trail_of(abouts: Iterable[tuple[str, str]], *, most: int = 200) -> dict[tuple[str, str], list[str]]:
    """The audit lines about several things and about the second yes to them, oldest first, in words: when, who, what. Three queries."""
    wanted = {about: about for about in abouts}
    asked = {asked_about(about): about for about in wanted}
    requests = Approval.objects.filter(_among(asked)).order_by("-pk").values_list("pk", "about_kind", "about_id")[:most] if asked else []
    wanted |= {("approval", str(pk)): asked[kind, number] for pk, kind, number in requests}
    written = list(Entry.objects.filter(_among(wanted)).order_by("-pk")[:most]) if wanted else []
    names = dict(Person.objects.filter(pk__in={line.by_id for line in written if line.by_id}).values_list("pk", "full_name"))
    found: dict[tuple[str, str], list[str]] = {}
    for line in reversed(written):
        said = line.verb.partition(".")[2].replace("_", " ")
        if line.about_kind == "approval":  # which of the things that two people may do with it
            said = f"{said} ({line.detail['what'].partition('.')[2].replace('_', ' ')})"
        who = names.get(line.by_id or 0, "by itself")
        found.setdefault(wanted[line.about_kind, line.about_id], []).append(f"{words.day(line.at)}, {words.clock(line.at)}: {said}, {who}")
    return found


def _among(abouts: Iterable[tuple[str, str]]) -> Q:
    """Rows about one of these."""
    ids: dict[str, set[str]] = {}
    for kind, number in abouts:
        ids.setdefault(kind, set()).add(number)
    each = [Q(about_kind=kind, about_id__in=numbers) for kind, numbers in sorted(ids.items())]
    return reduce(or_, each, Q(pk__in=[]))
