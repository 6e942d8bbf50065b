"""A provider's visits: who is visited, when, what can be done with each now; and a week with each person's part."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from audit.clock import london_date
from audit.kept import answers
from frontend import words
from marketplace.models import Milestone, MilestoneShare, Visit, VisitPart
from marketplace.services.visits import LONGEST
from providers.models import Enterprise

JOINED, IN_ORDER = ("milestone__agreement", "worker"), ("on", "planned_start", "number", "pk")
READY = {"funded", "in_delivery", "overdue"}
_SAID = {
    "not_ready": "The money for it is not in place yet. Don’t go before it is.",
    "to_come": "To come.",
    "now": "Ready.",
    "begun": "Somebody is there now.",
    "write_down": "Not written down yet.",
    "done": "Written down.",
    "called_off": "Called off.",
    "not_recorded": "Not written down before the week was sent in.",
    "stopped": "Stopped.",
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody a visit is for. `share_id`: their covered part; None when they are not covered."""

    payer_id: int
    share_id: int | None
    known_as: str
    outcode: str
    figure: str
    strand: int
    is_away: bool

    @property
    def is_coming(self) -> bool:
        return self.share_id is not None and not self.is_away


@dataclass(frozen=True, slots=True)
class DayVisit:
    """One visit for its provider. `stands`: what can be done with it now (a key of `_SAID`). `may_begin`: also on another day of its week."""

    visit: Visit
    guests: list[Guest]
    stands: str
    is_old: bool
    may_begin: bool

    @property
    def when(self) -> str:
        """ "10am to 11am", or how long when no time was agreed."""
        visit = self.visit
        if visit.started_at and visit.finished_at:
            return f"{words.clock(visit.started_at)} to {words.clock(visit.finished_at)}"
        if visit.planned_start is None:
            return words.duration(visit.planned_minutes)
        end = datetime.combine(visit.on, visit.planned_start) + timedelta(minutes=visit.planned_minutes)
        return f"{words.clock(visit.planned_start)} to {words.clock(end.time())}"

    @property
    def names(self) -> str:
        """Those who are visited; nobody left: everybody it was for."""
        return words.names(guest.known_as for guest in self.coming or self.guests)

    @property
    def coming(self) -> list[Guest]:
        return [guest for guest in self.guests if guest.is_coming]

    @property
    def away(self) -> str:
        return words.names(guest.known_as for guest in self.guests if guest.is_away)

    @property
    def face(self) -> Guest | None:
        return next(iter(self.coming or self.guests), None)

    @property
    def places(self) -> str:
        return words.names(sorted({guest.outcode for guest in self.coming or self.guests if guest.outcode}))

    @property
    def title(self) -> str:
        return self.visit.milestone.agreement.title

    @property
    def said(self) -> str:
        return _SAID[self.stands]

    @property
    def plan(self) -> dict[str, str]:
        """What to do if nobody can come."""
        return dict(self.visit.milestone.agreement.keep_going)


def visits_between(enterprise: Enterprise, first: date, last: date, at: datetime) -> list[DayVisit]:
    """Every visit of these days, in order. Five queries, however many."""
    rows = Visit.objects.filter(milestone__agreement__enterprise=enterprise).between(first, last).exclude(milestone__state="cancelled")
    return _with_people(rows.select_related(*JOINED).order_by(*IN_ORDER), at)


def soon_and_late(enterprise: Enterprise, last: date, at: datetime) -> tuple[list[DayVisit], list[DayVisit]]:
    """Every visit from today to `last`, in order; and those of days that are over and that nobody has written down, oldest first."""
    today = london_date(at)
    found = _with_people(answers(_soon_and_late, enterprise, today, last), at)
    return [one for one in found if one.visit.on >= today], [one for one in found if one.visit.on < today]


def _soon_and_late(enterprise: Enterprise, today: date, last: date) -> QuerySet[Visit]:
    late = Q(milestone__state__in=READY, state__in=["planned", "begun"], on__lt=today)
    soon = Q(on__gte=today, on__lte=last) & ~Q(milestone__state="cancelled")
    return Visit.objects.filter(late | soon, milestone__agreement__enterprise=enterprise).select_related(*JOINED).order_by(*IN_ORDER)


def one(visit: Visit, at: datetime) -> DayVisit:
    return _with_people(Visit.objects.filter(pk=visit.pk).select_related(*JOINED), at)[0]


def _with_people(rows: Iterable[Visit], at: datetime) -> list[DayVisit]:
    visits = list(rows)
    shares = MilestoneShare.objects.select_related("payer__person", "membership").order_by("pk")
    prefetch_related_objects(visits, Prefetch("milestone__shares", shares), Prefetch("parts", VisitPart.objects.select_related("share")))
    return [_day_visit(visit, at) for visit in visits]


def _day_visit(visit: Visit, at: datetime) -> DayVisit:
    is_old = visit.started_at is not None and at - visit.started_at > LONGEST
    today, week = london_date(at), visit.milestone
    stands = _stands(visit, today)
    may_begin = stands in {"to_come", "now", "write_down"} and week.starts_on <= today <= week.ends_on
    return DayVisit(visit=visit, guests=_guests(visit), stands=stands, is_old=is_old, may_begin=may_begin)


def _stands(visit: Visit, today: date) -> str:
    if visit.state != Visit.State.PLANNED:
        return str(visit.state)
    if visit.milestone.agreement.state not in {"active", "ending"} or visit.milestone.state in {"closing", "closed", "submitted"}:
        return "stopped"
    if visit.milestone.state not in READY:
        return "not_ready"
    return "now" if visit.on == today else "write_down" if visit.on < today else "to_come"


def _guests(visit: Visit) -> list[Guest]:
    away = {part.share.payer_id for part in visit.parts.all() if part.is_away}
    there = {part.share.payer_id: part.share_id for part in visit.parts.all() if not part.is_away}
    found: dict[int, list[MilestoneShare]] = {}
    for share in visit.milestone.shares.all():
        if visit.payer_id in {None, share.payer_id} and share.state != "dropped":
            found.setdefault(share.payer_id, []).append(share)
    covered = {share.payer_id: share.pk for share in visit.milestone.shares.all() if share.state == "covered"}
    # Once a visit has begun, those written down as there are the ones who are visited.
    coming = there or covered
    return [_guest(shares, payer_id in away, coming.get(payer_id)) for payer_id, shares in found.items()]


def _guest(shares: list[MilestoneShare], is_away: bool, share_id: int | None) -> Guest:
    person = shares[0].payer.person
    return Guest(
        payer_id=shares[0].payer_id,
        share_id=share_id,
        known_as=person.known_as,
        outcode=person.outcode,
        figure=person.figure or "plain",
        strand=shares[0].membership.strand or 1,
        is_away=is_away,
    )


# --- a week ---


@dataclass(frozen=True, slots=True)
class PartLine:
    """One person's part of a week, or a piece of it."""

    known_as: str
    pence: int
    said: str
    share_id: int
    is_question: bool


@dataclass(frozen=True, slots=True)
class Week:
    """One week of an agreement. The booleans say what its provider may do with it now."""

    milestone: Milestone
    visits: list[DayVisit]
    parts: list[PartLine]
    back_pence: int

    @property
    def may_send(self) -> bool:
        going = any(visit.visit.state == "begun" for visit in self.visits)
        to_come = any(visit.stands in {"to_come", "now"} for visit in self.visits)
        return self.milestone.state in {"in_delivery", "overdue"} and not going and not to_come

    @property
    def may_stop(self) -> bool:
        return self.milestone.state == "in_delivery" and any(visit.stands in {"to_come", "now"} for visit in self.visits)

    @property
    def may_call_off(self) -> bool:
        return self.milestone.state in {"planned", "funding_due", "short", "funded"}

    @property
    def is_short(self) -> bool:
        return self.milestone.state == "short"

    @property
    def covered_pence(self) -> int:
        return sum(share.pence for share in self.milestone.shares.all() if share.state == "covered")

    @property
    def covered_names(self) -> str:
        return words.names(share.payer.person.known_as for share in self.milestone.shares.all() if share.state == "covered")

    @property
    def done(self) -> list[DayVisit]:
        return [visit for visit in self.visits if visit.stands == "done"]

    @property
    def left_out(self) -> list[DayVisit]:
        return [visit for visit in self.visits if visit.stands in {"write_down", "to_come", "now"}]

    @property
    def said(self) -> str:
        return _WEEK[self.milestone.state]


_WEEK = {
    "planned": "Nobody has been asked for the money yet.",
    "funding_due": "People are asked to pay. It is not all here yet.",
    "short": "It is not all paid for, and it begins soon.",
    "funded": "It is covered. You can come.",
    "in_delivery": "Visits have begun.",
    "overdue": "It is late. Write the visits down and send the week in.",
    "submitted": "You sent it in. People are asked if it happened.",
    "closing": "It was called off or stopped. What was done is being settled.",
    "closed": "Everything of it is settled.",
    "cancelled": "It did not happen. Nobody paid.",
}
BY_ORDER, HELD = "promised by order, paid after the yes", "held for you"
_SHARE = {
    "planned": "not paid for yet",
    "dropped": "left out, pays nothing",
    "asked": "no answer yet",
    "with_helper": "no answer yet. Somebody asks them",
    "questioned": "asked about it. This waits",
    "recovering": "paid. Two people asked it back: it should not have been paid",
    "returned": "not owed",
}
_WAITS = {
    "money": "yes. It is paid when the money of the order is here",
    "second_person": "yes. A second person must agree to a large sum",
    "checks": "yes. A check was missing on the day, so it waits",
    "payee": "yes. Tell us where to send it",
    "group": "yes. The group is stopped for now",
}


def said_of(share: MilestoneShare) -> str:
    """Where one person's part is, for the provider."""
    if share.state == "covered":
        return BY_ORDER if share.covered_by == "order" else HELD
    if share.state == "agreed" or (share.state == "questioned" and share.pay_decided_at is not None):
        return _WAITS.get(share.waits_for, "yes")
    if share.state == "released":
        return "yes. Paid" if share.sent_pence == share.pence else "yes. On its way"
    if share.state == "decided":
        return f"settled. {words.pounds(share.decided_pence or 0)} is yours"
    if share.state == "queried_late":
        return f"paid without an answer. They say that it was wrong: “{share.late_words}” Two people look at it"
    return _SHARE[share.state]


def week(milestone: Milestone, at: datetime) -> Week:
    """A week with its visits and each person's part."""
    shares = MilestoneShare.objects.select_related("payer__person").order_by("payer_id", "pk")
    row = Milestone.objects.select_related("agreement__enterprise").prefetch_related(Prefetch("shares", queryset=shares)).get(pk=milestone.pk)
    visits = visits_of(row, at)
    recorded = sum(part.pence for visit in visits for part in visit.visit.parts.all() if not part.is_away)
    open_pence = sum(share.pence for share in row.shares.all() if share.state == "covered")
    return Week(row, visits, parts_of(row.shares.all()), max(0, open_pence - recorded))


def visits_of(milestone: Milestone, at: datetime) -> list[DayVisit]:
    return _with_people(Visit.objects.filter(milestone=milestone).select_related(*JOINED).order_by("on", "number", "pk"), at)


def parts_of(shares: Iterable[MilestoneShare]) -> list[PartLine]:
    return [PartLine(one.payer.person.known_as, one.pence, said_of(one), one.pk, one.questioned_at is not None) for one in shares]
