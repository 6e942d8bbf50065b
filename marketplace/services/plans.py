"""Prices of an agreement before it is signed, and its weeks, shares and visits once it is."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from audit.errors import Refusal
from marketplace.models import Agreement, Milestone, MilestoneShare, Payer, Visit
from marketplace.rules.tables import MILESTONE, NEW, SHARE, after
from marketplace.rules.weeks import PayerPlan, Week, plan_payers, plan_weeks, visit_pence
from pooling.models import Membership
from providers.models import Listing
from providers.selectors import price_pence


class NoPriceForSoMany(Refusal):
    """The provider has no price for this many people together."""

    code = "no_price_for_so_many"
    sentence = "This provider has no price for so many people together. Choose fewer people, or choose to have your own visits."
    field = "payers"


def price_of_visit(*, listing: Listing, people: int, together: bool, minutes: int) -> int:
    """The whole price of one visit in pence: for all of them when together, for one when not. Raises NoPriceForSoMany."""
    whole = price_pence(listing, people if together else 1)
    if whole is None:
        raise NoPriceForSoMany
    return visit_pence(price_pence=whole, unit=listing.unit, minutes=minutes)


def plans_for(*, agreement: Agreement, memberships: Sequence[Membership]) -> list[PayerPlan]:
    """What each of these members pays in each week, in their order. Spare pence go first to whom rounding owes most."""
    return plan_payers(
        visit_pence=agreement.visit_pence,
        visits_per_week=agreement.visits_per_week,
        weeks=agreement.weeks,
        together=agreement.together,
        debts=[Fraction(one.rounding_debt) for one in memberships],
    )


def set_plan(*, payer: Payer, plan: PayerPlan) -> None:
    """Writes a plan into a payer's row (not saved)."""
    payer.weeks_pence = list(plan.weeks_pence)
    payer.weekly_pence = max(plan.weeks_pence)
    payer.ceiling_pence = sum(plan.weeks_pence)


def make_weeks(*, agreement: Agreement, at: datetime) -> list[Milestone]:
    """Writes every week of an agreement that has just become active: its amount, each payer's share, its visits."""
    payers = list(agreement.payers.signed().order_by("pk"))
    weeks = plan_weeks(starts_on=agreement.starts_on, weeks=agreement.weeks, weekdays=agreement.weekdays)
    made = []
    for week in weeks:
        whose: list[Payer | None] = [None] if agreement.together else [*payers]
        pence = [payer.weeks_pence[week.number - 1] for payer in payers]
        milestone = Milestone.objects.create(
            agreement=agreement,
            council_code=agreement.council_code,
            number=week.number,
            starts_on=week.starts_on,
            ends_on=week.ends_on,
            visits_planned=len(week.visit_days),
            pence=sum(pence),
            state=after(MILESTONE, NEW, "plan"),
        )
        _make_shares(milestone, payers, pence)
        _make_visits(milestone, week, whose)
        made.append(milestone)
    return made


def _make_shares(milestone: Milestone, payers: Sequence[Payer], pence: Sequence[int]) -> None:
    MilestoneShare.objects.bulk_create(
        MilestoneShare(
            milestone=milestone,
            payer=payer,
            membership_id=payer.membership_id,
            portion=payer.portion,
            council_code=payer.council_code,
            pence=amount,
            state=after(SHARE, NEW, "plan"),
        )
        for payer, amount in zip(payers, pence, strict=True)
    )


def _make_visits(milestone: Milestone, week: Week, payers: Sequence[Payer | None]) -> None:
    agreement = milestone.agreement
    Visit.objects.bulk_create(
        Visit(
            milestone=milestone,
            payer=payer,
            council_code=agreement.council_code,
            number=number,
            on=day,
            planned_start=agreement.start_time,
            planned_minutes=agreement.minutes,
        )
        for payer in payers
        for number, day in enumerate(week.visit_days, start=1)
    )
