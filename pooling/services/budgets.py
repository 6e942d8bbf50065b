"""Recording budgets, making them surer, and new versions of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Organisation, Person
from pooling import policies
from pooling.models import Budget, FundingMode, Portion
from pooling.rules import HELD_ROUTES, MOST_BUDGET_WEEKLY_PENCE, OWN_MONEY_ROUTES, SURENESS_RANK, pounds
from pooling.services.transactions import all_or_nothing


class BudgetDoesNotAddUp(Refusal):
    code = "budget_does_not_add_up"
    sentence = "What you pay and what the funder pays must add up to the whole cost. Check the three sums on your letter."
    field = "weekly_cost_pence"


class PartsAreMoreThanTheWhole(BudgetDoesNotAddUp):
    sentence = "The parts of this budget come to more than the whole. Check the sums on your letter."
    field = "weekly_pence"


class PortionIsNotWhole(Refusal):
    code = "portion_is_not_whole"
    sentence = "Say who looks after this money."
    field = "holder"


class DatesAreCrossed(Refusal):
    code = "dates_are_crossed"
    sentence = "The last day must not be before the first day."
    field = "ends_on"


class CouncilIsUnknown(Refusal):
    code = "council_is_unknown"
    sentence = "We need the first part of the postcode first, to know which council this is."
    field = "outcode"


@dataclass(frozen=True, slots=True)
class Amounts:
    """The three sums of a personal budget, in pence a week (Care Act 2014 s.26): cost = contribution + funder."""

    cost_pence: int
    contribution_pence: int
    funder_pence: int


@dataclass(frozen=True, slots=True)
class PortionDraft:
    """A portion to be recorded. `holder`: who looks after it, for held routes only. `categories`: slugs the plan allows; none: any."""

    route: str
    weekly_pence: int
    funder_name: str
    holder: Organisation | None = None
    spent_elsewhere_weekly_pence: int = 0
    categories: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """First day, last day if known, and the day it is looked at again."""

    starts_on: date
    ends_on: date | None = None
    review_on: date | None = None


@all_or_nothing
def record(
    *,
    person: Person,
    kind: str,
    amounts: Amounts,
    period: Period,
    portions: Sequence[PortionDraft],
    by: Person | None,
    at: datetime,
    council_code: str = "",
) -> Budget:
    """Writes down a budget as somebody told it: `said` until somebody vouches for it.

    Raises NotAllowed, CouncilIsUnknown, BudgetDoesNotAddUp, PortionIsNotWhole, DatesAreCrossed.
    """
    if not policies.may_record_budget(by=by, person=person, at=at):
        raise NotAllowed
    council = council_code or person.council_code
    if not council:
        raise CouncilIsUnknown
    _check(amounts, period)
    _check_portions(amounts, portions)
    budget = Budget.objects.create(person=person, kind=kind, council_code=council, recorded_at=at, **_figures(amounts, period))
    for draft in portions:
        Portion.objects.create(
            budget=budget,
            route=draft.route,
            funder_name=draft.funder_name.strip()[:120],
            holder=draft.holder,
            weekly_pence=draft.weekly_pence,
            spent_elsewhere_weekly_pence=draft.spent_elsewhere_weekly_pence,
            council_code=council,
            categories=list(draft.categories),
        )
    _trail(budget, "pooling.record_budget", by, at)
    return budget


@all_or_nothing
def revise(
    *,
    budget: Budget,
    kind: str,
    amounts: Amounts,
    period: Period,
    by: Person | None,
    at: datetime,
    weekly: Mapping[int, tuple[int, int]] | None = None,
) -> Budget:
    """A new version, `said` again, that takes the portions over. `weekly`: {portion id: (pence a week, spent elsewhere)} for those that change.

    Promises already made stay as they are: what is over what remains is for the person to choose, never cut by us (care-rules.md 3.4).
    Raises NotAllowed, BudgetDoesNotAddUp, DatesAreCrossed, NotNow.
    """
    old = Budget.objects.locked().select_related("person").get(pk=budget.pk)
    if not policies.may_record_budget(by=by, person=old.person, at=at):
        raise NotAllowed
    return new_version(old=old, kind=kind, amounts=amounts, period=period, weekly=weekly or {}, by=by, at=at)


def new_version(
    *, old: Budget, kind: str, amounts: Amounts, period: Period, weekly: Mapping[int, tuple[int, int]], by: Person | None, at: datetime
) -> Budget:
    """As `revise`, for a caller that has locked the budget and knows that `by` may: a file that its funder's second person said yes to.

    Raises BudgetDoesNotAddUp, DatesAreCrossed, VersionIsOld.
    """
    if old.superseded:
        raise VersionIsOld
    _check(amounts, period)
    old.portions_then = [
        {"portion": one.pk, "route": one.route, "weekly_pence": one.weekly_pence, "spent_elsewhere_weekly_pence": one.spent_elsewhere_weekly_pence}
        for one in old.portions.all()
    ]
    old.superseded = True
    old.save(update_fields=["superseded", "portions_then"])
    new = Budget.objects.create(
        person=old.person,
        kind=kind,
        version=old.version + 1,
        revises=old,
        council_code=old.council_code,
        recorded_at=at,
        **_figures(amounts, period),
    )
    _take_over(old, new, weekly)
    _trail(new, "pooling.revise_budget", by, at)
    return new


class VersionIsOld(Refusal):
    code = "version_is_old"
    sentence = "There is a newer version of this budget. Open that one."


def _take_over(old: Budget, new: Budget, weekly: Mapping[int, tuple[int, int]]) -> None:
    for portion in old.portions.locked():
        portion.budget = new
        portion.weekly_pence, portion.spent_elsewhere_weekly_pence = weekly.get(
            portion.pk, (portion.weekly_pence, portion.spent_elsewhere_weekly_pence)
        )
        if not 0 <= portion.spent_elsewhere_weekly_pence <= portion.weekly_pence <= MOST_BUDGET_WEEKLY_PENCE:
            raise BudgetDoesNotAddUp(
                "You told us you spend more of this money each week than there is. Check the two sums.", field="spent_elsewhere_weekly_pence"
            )
        portion.save(update_fields=["budget", "weekly_pence", "spent_elsewhere_weekly_pence"])
    if sum(one.weekly_pence for one in new.portions.exclude(route__in=OWN_MONEY_ROUTES)) > new.weekly_cost_pence:
        raise PartsAreMoreThanTheWhole


@all_or_nothing
def vouch(*, budget: Budget, level: str, by: Person | None, at: datetime) -> Budget:
    """`by` says how sure we may be: `seen` (they saw the letter) or `confirmed` (the funder says so). Never makes it less sure.

    Raises NotAllowed; VersionIsOld.
    """
    row = Budget.objects.locked().select_related("person").get(pk=budget.pk)
    if not policies.may_vouch(by=by, budget=row, level=level, at=at):
        raise NotAllowed("Only somebody who has seen the letter, or who pays this budget, can say that. It can't be the person themselves.")
    if row.superseded:
        raise VersionIsOld
    if SURENESS_RANK[level] > SURENESS_RANK[row.sureness]:
        row.sureness, row.sureness_by, row.sureness_at = level, by, at
        row.save(update_fields=["sureness", "sureness_by", "sureness_at"])
        _trail(row, f"pooling.budget_{level}", by, at)
    return row


@all_or_nothing
def choose_mode(*, council_code: str, route: str, mode: str, by: Person | None, at: datetime) -> FundingMode:
    """A council's choice of when money of a route comes. Calls already open stay as they are. Raises NotAllowed."""
    if by is None or not (
        by.is_operator or by.roles.live(at).filter(kind="holder_staff", organisation__kind="council", council_code=council_code).exists()
    ):
        raise NotAllowed
    row, _ = FundingMode.objects.update_or_create(council_code=council_code, route=route, defaults={"mode": mode})
    trail.write(
        by=by,
        verb="pooling.choose_mode",
        about_kind="funding_mode",
        about_id=row.pk,
        at=at,
        council_code=council_code,
        detail={"route": route, "mode": mode},
    )
    return row


def _figures(amounts: Amounts, period: Period) -> dict[str, Any]:
    return {
        "weekly_cost_pence": amounts.cost_pence,
        "weekly_contribution_pence": amounts.contribution_pence,
        "weekly_funder_pence": amounts.funder_pence,
        "starts_on": period.starts_on,
        "ends_on": period.ends_on,
        "review_on": period.review_on,
    }


def _check(amounts: Amounts, period: Period) -> None:
    if min(amounts.cost_pence, amounts.contribution_pence, amounts.funder_pence) < 0:
        raise BudgetDoesNotAddUp("A sum of money can't be below zero. Check the three sums on your letter.")
    if max(amounts.cost_pence, amounts.contribution_pence, amounts.funder_pence) > MOST_BUDGET_WEEKLY_PENCE:
        raise BudgetDoesNotAddUp(f"These sums are for one week. The most we can write down is {pounds(MOST_BUDGET_WEEKLY_PENCE)}.")
    if amounts.cost_pence != amounts.contribution_pence + amounts.funder_pence:
        raise BudgetDoesNotAddUp
    if period.ends_on is not None and period.ends_on < period.starts_on:
        raise DatesAreCrossed


def _check_portions(amounts: Amounts, portions: Sequence[PortionDraft]) -> None:
    for draft in portions:
        if not 0 <= draft.weekly_pence <= MOST_BUDGET_WEEKLY_PENCE:
            raise BudgetDoesNotAddUp("Type how much there is each week, in pounds and pence. For example, 120.00.", field="weekly_pence")
        if (draft.route in HELD_ROUTES) != (draft.holder is not None):
            raise (
                PortionIsNotWhole
                if draft.route in HELD_ROUTES
                else PortionIsNotWhole("This money is in your own hands, so nobody looks after it for you.")
            )
        if not 0 <= draft.spent_elsewhere_weekly_pence <= draft.weekly_pence:
            raise BudgetDoesNotAddUp(
                "You told us you spend more of this money each week than there is. Check the two sums.", field="spent_elsewhere_weekly_pence"
            )
    funded = sum(draft.weekly_pence for draft in portions if draft.route not in OWN_MONEY_ROUTES)
    if funded > amounts.cost_pence:
        raise PartsAreMoreThanTheWhole


def _trail(budget: Budget, verb: str, by: Person | None, at: datetime) -> None:
    trail.write(
        by=by,
        on_behalf_of=budget.person,
        verb=verb,
        about_kind="budget",
        about_id=budget.pk,
        at=at,
        council_code=budget.council_code,
        detail={"version": budget.version, "weekly_cost_pence": budget.weekly_cost_pence, "kind": budget.kind},
    )
