"""Prices before asking, and whether this money may pay for this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from marketplace.models import Milestone, MilestoneShare
from marketplace.rules.dates import LONGEST_LEAD, SIGHT_WORKING_DAYS, ask_funding_on, clearing_kind, pay_by
from marketplace.rules.weeks import plan_payers, visit_pence
from places.calendar import add_working_days
from pooling.models import Portion
from pooling.rules import Costs, PurchaseFacts, Relative, Verdict, may_buy
from pooling.selectors import modes_in, paid_by_debit
from providers.models import Enterprise, Listing
from providers.selectors import checks_live, price_pence
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Work:
    """Who would do it, and which kind of work it is: from a service on sale or from an offer."""

    enterprise: Enterprise
    category: Term


@dataclass(frozen=True, slots=True)
class Quote:
    """What a service would cost: one visit, a week for all, and each person's week (they may differ by a penny, which goes round)."""

    people: int
    visit_pence: int
    weekly_pence: int
    each_weekly_pence: tuple[int, ...]

    def costs(self, *, weeks: int, notice_days: int) -> Costs:
        """The most it can cost one person, and the most still to pay after stopping: never less than an agreement will say."""
        weekly = max(self.each_weekly_pence)
        return Costs(most_pence=weekly * weeks, if_you_stop_pence=weekly * min(weeks, -(-notice_days // 7)))


def quote(*, listing: Listing, people: int, together: bool, visits_per_week: int, minutes: int) -> Quote | None:
    """Prices for `people` persons. None: the provider has no price for so many together."""
    whole = price_pence(listing, people if together else 1)
    if whole is None or people < 1:
        return None
    visit = visit_pence(price_pence=whole, unit=listing.unit, minutes=minutes)
    plans = plan_payers(visit_pence=visit, visits_per_week=visits_per_week, weeks=1, together=together, debts=[Fraction(0)] * people)
    each = tuple(plan.weeks_pence[0] for plan in plans)
    return Quote(people=people, visit_pence=visit, weekly_pence=sum(each), each_weekly_pence=each)


def purchase_facts(
    *, portion: Portion, weekly_pence: int, free_weekly_pence: int, work: Work | None, related: Relative | None, on: date
) -> PurchaseFacts:
    """What `may_buy` needs: the budget's half from pooling, the provider's half from the kind of work and its checks."""
    budget = portion.budget
    missing = None if work is None else checks_live(enterprise=work.enterprise, worker=None, category=work.category, on=on)
    return PurchaseFacts(
        budget_kind=budget.kind,
        budget_sureness=budget.sureness,
        person_sureness=budget.person.sureness,
        route=portion.route,
        weekly_pence=weekly_pence,
        free_weekly_pence=free_weekly_pence,
        category=None if work is None else work.category.slug,
        allowed_categories=frozenset(portion.categories),
        checks_missing=None if missing is None else tuple(missing),
        relative=related,
    )


def purchase_verdict(
    *, portion: Portion, weekly_pence: int, free_weekly_pence: int, work: Work | None, related: Relative | None, on: date
) -> Verdict:
    """`pooling.rules.may_buy` on `purchase_facts`: yes, with approval, or no, with a sentence for each reason."""
    facts = purchase_facts(portion=portion, weekly_pence=weekly_pence, free_weekly_pence=free_weekly_pence, work=work, related=related, on=on)
    return may_buy(facts)


def clearing_kinds(portions: Iterable[Portion]) -> dict[int, str]:
    """How the money of each part of a budget comes (`rules.dates.clearing_kind`). Two queries for parts in one council, however many they are."""
    of = {one.pk: one for one in portions}
    modes = {code: modes_in(code) for code in {one.council_code for one in of.values()}}
    debits = paid_by_debit(of.values()) if of else set()
    return {pk: clearing_kind(route=one.route, mode=modes[one.council_code][one.route], by_debit=pk in debits) for pk, one in of.items()}


def asks_on(*, starts_on: date, portions: Iterable[Portion]) -> date:
    """The day on which the money of a week that starts on `starts_on` is asked for: the slowest of those who pay must have time."""
    kinds = [*clearing_kinds(portions).values()]
    return ask_funding_on(starts_on=starts_on, kinds=kinds, add_working_days=add_working_days)


def too_soon_to_ask(today: date) -> set[int]:
    """Planned weeks that the clock does not move today: they begin later, somebody is to pay for them, and nobody is asked yet."""
    shares = MilestoneShare.objects.filter(
        state=MilestoneShare.State.PLANNED,
        milestone__state=Milestone.State.PLANNED,
        milestone__starts_on__gt=today,
        milestone__starts_on__lte=today + LONGEST_LEAD,
    ).select_related("milestone", "portion__budget")
    kinds = clearing_kinds(share.portion for share in shares)
    of_week: dict[Milestone, list[str]] = {}
    for share in shares:
        of_week.setdefault(share.milestone, []).append(kinds[share.portion_id])
    asked_on = {week.pk: ask_funding_on(starts_on=week.starts_on, kinds=found, add_working_days=add_working_days) for week, found in of_week.items()}
    return {pk for pk, day in asked_on.items() if day > today}


def earliest_start(*, portions: Sequence[Portion], today: date) -> date:
    """The first day on which a first visit is likely to be covered for everybody, if each pays or orders within the sight they are given."""
    kinds = clearing_kinds(portions).values()
    day = add_working_days(today, 3)
    wanted = add_working_days(today, SIGHT_WORKING_DAYS if portions else 0)
    while any(pay_by(starts_on=day, kind=kind, add_working_days=add_working_days) < wanted for kind in kinds):
        day = add_working_days(day, 1)
    return day
