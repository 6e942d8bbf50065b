"""Agreements that everybody signed: each payer's promise and what they kept of it, and weeks and visits that are still to come.

Nothing is paid or held in them: the money of a week is asked for by the timers when its time comes, as for anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

from config.synthetic.batch import Batch
from config.synthetic.people import Holder
from config.synthetic.places import Town
from config.synthetic.providers import Sold
from marketplace.models import Agreement, Milestone, MilestoneShare, Payer, Visit
from marketplace.rules.weeks import DEFAULT_BANDS, PayerPlan, Week, plan_payers, plan_weeks, spread_weekdays, visit_pence
from pooling.models import Earmark, Pledge
from pooling.rules import DEFAULT_MODES

WEEKS, NOTICE_DAYS, BEGINS_IN_WEEKS = 12, 28, 5
# Visits a week and minutes: 3.2 hours a person a week on average.
SHAPES = ((1, 120), (1, 120), (2, 90), (2, 90), (2, 90), (2, 120), (2, 120), (2, 120), (3, 60), (3, 90))
ZERO = Fraction(0)
BANDS = [{"under_hours": band.under_hours, "percent": band.percent, "of_minutes": band.of_minutes} for band in DEFAULT_BANDS]


@dataclass(frozen=True, slots=True)
class Deal:
    """What a group wants of whom, and what each of them pays for it each week."""

    sold: Sold
    visits: int
    minutes: int
    together: bool
    pence: int
    plans: tuple[PayerPlan, ...]


@dataclass(frozen=True, slots=True)
class Paying:
    """One person's part of an agreement."""

    payer: int
    membership: int
    portion: int
    plan: PayerPlan


def deal(draw: Random, sold: Sequence[Sold], people: int) -> Deal:
    """Something on sale: one visit for everybody where the provider has a price for so many, else each their own."""
    one = sold[int(draw.random() * len(sold))]
    visits, minutes = draw.choice(SHAPES)
    whole = one.together.get(people)
    pence = visit_pence(price_pence=whole or one.pence, unit="hour", minutes=minutes)
    plans = plan_payers(visit_pence=pence, visits_per_week=visits, weeks=WEEKS, together=bool(whole), debts=[ZERO] * people)
    return Deal(one, visits, minutes, bool(whole), pence, tuple(plans))


def agree(batch: Batch, wanted: Deal, at: datetime, *, town: Town, cluster: int, places: Sequence[int], people: Sequence[Holder]) -> None:
    """Signed by every payer and the provider; it begins on a Monday."""
    monday = at.date() + timedelta(days=7 * BEGINS_IN_WEEKS - at.weekday())
    days = spread_weekdays(monday, wanted.visits)
    agreement = _signed(batch, wanted, at, monday, days, town=town, cluster=cluster, by=people[0].person)
    paying = [_payer(batch, at, monday, agreement, town, place, one, plan) for place, one, plan in zip(places, people, wanted.plans, strict=True)]
    for week in plan_weeks(starts_on=monday, weeks=WEEKS, weekdays=days):
        _week(batch, wanted, week, agreement, town, paying)


def _signed(batch: Batch, wanted: Deal, at: datetime, monday: date, days: Sequence[int], *, town: Town, cluster: int, by: int) -> int:
    sold = wanted.sold
    frozen = {"listing": sold.listing, "title": sold.title, "description": sold.description, "category": sold.category, "unit": "hour"}
    frozen |= {"price_pence": sold.pence, "group_prices": {str(people): pence for people, pence in sold.together.items()}, "enterprise": sold.company}
    return batch.add(
        Agreement,
        cluster_id=cluster,
        listing_id=sold.listing,
        enterprise_id=sold.enterprise,
        category=sold.category,
        council_code=town.code,
        state="active",
        title=sold.title,
        frozen=frozen,
        together=wanted.together,
        visits_per_week=wanted.visits,
        minutes=wanted.minutes,
        weeks=WEEKS,
        starts_on=monday,
        weekdays=list(days),
        visit_pence=wanted.pence,
        notice_days=NOTICE_DAYS,
        bands=BANDS,
        keep_going={"who_to_ring": "A neighbour", "what_i_want": "Tell me, and ask me first."},
        proposed_by_id=by,
        created_at=at,
        sent_at=at,
        provider_signed_by_id=sold.owner,
        provider_signed_at=at,
        provider_signed_version=1,
        active_at=at,
    )


def _payer(batch: Batch, at: datetime, monday: date, agreement: int, town: Town, place: int, one: Holder, plan: PayerPlan) -> Paying:
    weekly, ceiling = max(plan.weeks_pence), sum(plan.weeks_pence)
    here = {"council_code": town.code}
    pledge = batch.add(
        Pledge,
        membership_id=place,
        portion_id=one.portion,
        weekly_pence=weekly,
        weeks=WEEKS,
        starts_on=monday,
        pence=weekly * WEEKS,
        earmarked_pence=ceiling,
        promised_by_id=one.person,
        promised_at=at,
        **here,
    )
    earmark = batch.add(Earmark, pledge_id=pledge, about_kind="agreement", about_id=agreement, pence=ceiling, said_by_id=one.person, said_at=at)
    payer = batch.add(
        Payer,
        agreement_id=agreement,
        membership_id=place,
        person_id=one.person,
        pledge_id=pledge,
        portion_id=one.portion,
        earmark_id=earmark,
        state="signed",
        weeks_pence=list(plan.weeks_pence),
        weekly_pence=weekly,
        ceiling_pence=ceiling,
        signed_version=1,
        signed_by_id=one.person,
        signed_at=at,
        relative="none",
        pays_at_yes=DEFAULT_MODES[one.route] == "on_yes",
        **here,
    )
    return Paying(payer, place, one.portion, plan)


def _week(batch: Batch, wanted: Deal, week: Week, agreement: int, town: Town, paying: Sequence[Paying]) -> None:
    pence = [one.plan.weeks_pence[week.number - 1] for one in paying]
    here = {"council_code": town.code}
    milestone = batch.add(
        Milestone,
        agreement_id=agreement,
        number=week.number,
        starts_on=week.starts_on,
        ends_on=week.ends_on,
        visits_planned=len(week.visit_days),
        pence=sum(pence),
        **here,
    )
    for one, amount in zip(paying, pence, strict=True):
        whose = {"payer_id": one.payer, "membership_id": one.membership, "portion_id": one.portion}
        batch.link(MilestoneShare, milestone_id=milestone, pence=amount, **whose, **here)
    visitors: list[int | None] = [None] if wanted.together else [one.payer for one in paying]
    for payer in visitors:
        for number, day in enumerate(week.visit_days, 1):
            batch.link(Visit, milestone_id=milestone, payer_id=payer, number=number, on=day, planned_minutes=wanted.minutes, **here)
