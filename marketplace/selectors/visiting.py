"""Who is coming, and a provider's week."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Prefetch, Q, QuerySet

from audit.kept import answers
from marketplace.models import Milestone, MilestoneShare, Visit, VisitPart
from marketplace.querysets import people_seen_by
from people.models import Person
from providers.models import Enterprise


@dataclass(frozen=True, slots=True)
class ComingVisit:
    """One visit to come (or going on): when, who comes if known, from which provider, and whether the money for it is in place."""

    visit_id: int
    milestone_id: int
    agreement_id: int
    person_id: int
    known_as: str
    title: str
    enterprise: str
    on: date
    planned_start: time | None
    minutes: int
    worker_id: int | None
    worker: str
    worker_figure: str
    is_covered: bool
    is_away: bool
    share_id: int


def coming_visits(person: Person, *, today: date, days: int = 14, limit: int = 20) -> list[ComingVisit]:
    """Visits to this person, and to those they support, from `today` on, soonest first. Two queries, however many."""
    visits: dict[int, list[Any]] = defaultdict(list)
    for visit in answers(_visits_coming, person, today, days):
        visits[visit.milestone_id].append(visit)
    shares = answers(_shares_coming, person, today, days) if visits else []
    found = [_coming(share, visit) for share in shares for visit in visits[share.milestone_id] if visit.payer_id in {None, share.payer_id}]
    return sorted(found, key=lambda one: (one.on, one.planned_start or time(0), one.visit_id, one.person_id))[:limit]


def _shares_coming(person: Person, today: date, days: int) -> QuerySet[MilestoneShare]:
    return _weeks_coming(person, today, days).select_related("milestone__agreement__enterprise", "payer__person")


def _weeks_coming(person: Person, today: date, days: int) -> QuerySet[MilestoneShare]:
    shares = MilestoneShare.objects.filter(
        payer__person__in=people_seen_by(person),
        split_from__isnull=True,
        milestone__ends_on__gte=today,
        milestone__starts_on__lte=today + timedelta(days=days),
        milestone__agreement__state__in=["active", "ending"],
    )
    return shares.exclude(Q(state="dropped") | Q(payer__leaves_on__lt=F("milestone__starts_on")))  # weeks after somebody left are not theirs


def _visits_coming(person: Person, today: date, days: int) -> QuerySet[Visit]:
    away = VisitPart.objects.filter(visit=OuterRef("pk"), is_away=True).values("share__payer_id")
    visits = Visit.objects.filter(milestone__in=_weeks_coming(person, today, days).values("milestone"), state__in=["planned", "begun"])
    soon = visits.filter(on__gte=today, on__lte=today + timedelta(days=days))
    return soon.select_related("worker").annotate(away=ArraySubquery(away)).order_by("on", "number")


def _coming(share: MilestoneShare, visit: Any) -> ComingVisit:
    """`visit`: with the payers who are `away`, as `coming_visits` reads it."""
    agreement = share.milestone.agreement
    worker = visit.worker
    return ComingVisit(
        visit_id=visit.pk,
        milestone_id=share.milestone_id,
        agreement_id=agreement.pk,
        person_id=share.payer.person_id,
        known_as=share.payer.person.known_as,
        title=agreement.title,
        enterprise=agreement.enterprise.name,
        on=visit.on,
        planned_start=visit.planned_start,
        minutes=visit.planned_minutes,
        worker_id=visit.worker_id,
        worker=worker.known_as if worker is not None else "",
        worker_figure=worker.photo_figure if worker is not None else "",
        is_covered=share.state not in {"planned", "dropped"} and share.milestone.state in {"funded", "in_delivery"},
        is_away=share.payer_id in visit.away,
        share_id=share.pk,
    )


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One person's part of a week, as the provider sees it: first name, pence, where it is."""

    share_id: int
    known_as: str
    pence: int
    paid_pence: int
    state: str
    waits_for: str
    covered_by: str


@dataclass(frozen=True, slots=True)
class ProviderWeek:
    """One week of one agreement, for its provider."""

    milestone_id: int
    agreement_id: int
    title: str
    number: int
    starts_on: date
    ends_on: date
    state: str
    pence: int
    shares: tuple[ShareLine, ...]
    visits: tuple[Visit, ...]


def provider_week(enterprise: Enterprise, *, first: date, last: date) -> list[ProviderWeek]:
    """The weeks of a provider that touch these days, soonest first, with each person's part and every visit. Four queries."""
    milestones = (
        Milestone.objects.filter(Q(starts_on__lte=last) & Q(ends_on__gte=first), agreement__enterprise=enterprise)
        .exclude(state="cancelled")
        .select_related("agreement")
        .prefetch_related(
            Prefetch("shares", queryset=MilestoneShare.objects.select_related("payer__person").order_by("pk")),
            Prefetch("visits", queryset=Visit.objects.select_related("worker", "payer__person").order_by("on", "number", "pk")),
        )
        .order_by("starts_on", "pk")
    )
    return [_week(one) for one in milestones]


def _week(milestone: Milestone) -> ProviderWeek:
    lines = tuple(
        ShareLine(
            share_id=share.pk,
            known_as=share.payer.person.known_as,
            pence=share.pence,
            paid_pence=share.paid_pence,
            state=share.state,
            waits_for=share.waits_for,
            covered_by=share.covered_by,
        )
        for share in milestone.shares.all()
    )
    return ProviderWeek(
        milestone_id=milestone.pk,
        agreement_id=milestone.agreement_id,
        title=milestone.agreement.title,
        number=milestone.number,
        starts_on=milestone.starts_on,
        ends_on=milestone.ends_on,
        state=milestone.state,
        pence=milestone.pence,
        shares=lines,
        visits=tuple(milestone.visits.all()),
    )
