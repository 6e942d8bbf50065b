"""Promises: so much a week for so many weeks. A promise moves no money and posts nothing.

Locks: the place in the group, then the portion, then the promise.
"""

from datetime import date, datetime, timedelta

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from pooling import policies, rules, selectors
from pooling.models import Membership, Pledge, Portion
from pooling.rules import (
    MOST_DAYS_AHEAD,
    MOST_WEEKLY_PENCE,
    MOST_WEEKS,
    NEW,
    PLEDGE,
    TRIAL_CAP_WEEKLY_PENCE,
    Costs,
    PurchaseFacts,
    Verdict,
    pounds,
    step,
)
from pooling.services.membership_records import must_go_on
from pooling.services.transactions import all_or_nothing


class NotInGroup(Refusal):
    code = "not_in_group"
    sentence = "You can promise once you are in the group."


class NotYourMoney(Refusal):
    code = "not_your_money"
    sentence = "A promise comes from this person's own budget. Choose one of their budgets."
    field = "portion"


class MayNotPromise(Refusal):
    """`reasons`: each thing that stands in the way."""

    code = "may_not_promise"
    field = "portion"

    def __init__(self, verdict: Verdict) -> None:
        self.reasons = verdict.reasons
        super().__init__(" ".join(verdict.reasons))


class AmountIsSilly(Refusal):
    code = "amount_is_not_possible"
    sentence = f"Type how much a week, from 1p to {pounds(MOST_WEEKLY_PENCE)}. For example, 18.00."
    field = "weekly_pence"


class WeeksAreSilly(Refusal):
    code = "weeks_are_not_possible"
    sentence = f"Choose how many weeks, from 1 to {MOST_WEEKS}."
    field = "weeks"


class StartIsPast(Refusal):
    code = "start_is_past"
    sentence = "Choose a first day that is today or later."
    field = "starts_on"


class StartIsTooFar(Refusal):
    code = "start_is_too_far"
    sentence = "Choose a first day in the next year."
    field = "starts_on"


class OutsideBudget(Refusal):
    code = "outside_budget"
    sentence = "Your budget does not cover all of these weeks. Choose fewer weeks, or a later first day."
    field = "weeks"


class OverTrialCap(Refusal):
    code = "over_trial_cap"
    sentence = f"In your first days in a group you can promise it up to {pounds(TRIAL_CAP_WEEKLY_PENCE)} a week. You can promise more after that."
    field = "weekly_pence"


class AlreadySaidYes(Refusal):
    code = "already_said_yes"
    sentence = "You said yes to visits with this promise. It can't be less than that. Stop the visits first."


def costs(weekly_pence: int, weeks: int, notice_days: int) -> Costs:
    """What a promise can cost at most, and what is at most still paid after stopping today (rules.costs)."""
    return rules.costs(weekly_pence, weeks, notice_days)


@all_or_nothing
def promise(*, membership: Membership, portion: Portion, weekly_pence: int, weeks: int, starts_on: date, by: Person, at: datetime) -> Pledge:
    """The person, or a supporter for promises, promises from one portion of their own budget.

    Raises NotAllowed, NotInGroup, NotYourMoney, MayNotPromise (budget not agreed, not sure enough, not enough free), AmountIsSilly,
    WeeksAreSilly, StartIsPast, StartIsTooFar, OutsideBudget, OverTrialCap.
    """
    place = Membership.objects.locked().select_related("person").get(pk=membership.pk)
    money = Portion.objects.locked().select_related("budget__person").get(pk=portion.pk)
    if not policies.may_decide(by=by, person=place.person, decision="promises", at=at):
        raise NotAllowed
    if not place.is_in:
        raise NotInGroup
    must_go_on(place.cluster)
    if money.budget.person_id != place.person_id:
        raise NotYourMoney
    if starts_on < london_date(at):
        raise StartIsPast
    if starts_on > london_date(at) + timedelta(days=MOST_DAYS_AHEAD):
        raise StartIsTooFar
    _check(place, money, weekly_pence, weeks, starts_on)
    pledge = Pledge.objects.create(
        membership=place,
        portion=money,
        council_code=money.council_code,
        weekly_pence=weekly_pence,
        weeks=weeks,
        starts_on=starts_on,
        pence=weekly_pence * weeks,
        state=step(PLEDGE, NEW, "pledge"),
        promised_by=by,
        promised_at=at,
    )
    _trail(pledge, "pooling.promise", by, at)
    return pledge


@all_or_nothing
def revise(*, pledge: Pledge, weekly_pence: int, weeks: int, by: Person, at: datetime) -> Pledge:
    """Changes what is promised; never below what was said yes to with it. Raises as `promise`, and AlreadySaidYes, NotNow."""
    row = _lock(pledge)
    if not policies.may_decide(by=by, person=row.membership.person, decision="promises", at=at):
        raise NotAllowed
    step(PLEDGE, row.state, "revise")
    _check(row.membership, row.portion, weekly_pence, weeks, row.starts_on, instead_of=row)
    if weekly_pence * weeks < row.earmarked_pence:
        raise AlreadySaidYes(field="weekly_pence")
    row.weekly_pence, row.weeks, row.pence = weekly_pence, weeks, weekly_pence * weeks
    row.save(update_fields=["weekly_pence", "weeks", "pence"])
    _trail(row, "pooling.revise_promise", by, at)
    return row


@all_or_nothing
def cancel(*, pledge: Pledge, by: Person, at: datetime) -> Pledge:
    """Takes a promise back: nothing of it was said yes to or asked for. Raises NotAllowed, NotNow, AlreadySaidYes."""
    row = _lock(pledge)
    if not policies.may_decide(by=by, person=row.membership.person, decision="promises", at=at):
        raise NotAllowed
    after = step(PLEDGE, row.state, "cancel")
    if row.earmarked_pence or row.called_pence:
        raise AlreadySaidYes("You said yes to visits with this promise. Stop the visits first. Then you can take the promise back.")
    row.state = after
    row.save(update_fields=["state"])
    _trail(row, "pooling.cancel_promise", by, at)
    return row


def _lock(pledge: Pledge) -> Pledge:
    ids = Pledge.objects.values("membership_id", "portion_id").get(pk=pledge.pk)
    place = Membership.objects.locked().select_related("person").get(pk=ids["membership_id"])
    money = Portion.objects.locked().select_related("budget__person").get(pk=ids["portion_id"])
    row = Pledge.objects.locked().get(pk=pledge.pk)
    row.membership, row.portion = place, money
    return row


def _check(place: Membership, money: Portion, weekly_pence: int, weeks: int, starts_on: date, *, instead_of: Pledge | None = None) -> None:
    if not 1 <= weekly_pence <= MOST_WEEKLY_PENCE:
        raise AmountIsSilly
    if not 1 <= weeks <= MOST_WEEKS:
        raise WeeksAreSilly
    free = selectors.free_to_promise(money, starts_on=starts_on, weeks=weeks, leaving_out=instead_of)
    verdict = rules.may_buy(promise_facts(place, money, weekly_pence, free))
    if not verdict.is_yes:
        raise MayNotPromise(verdict)
    budget = money.budget
    last_day = starts_on + timedelta(weeks=weeks, days=-1)
    if starts_on < budget.starts_on or (budget.ends_on is not None and last_day > budget.ends_on):
        raise OutsideBudget
    if place.state == Membership.State.TRIAL:
        _check_trial(place, weekly_pence, instead_of)


def _check_trial(place: Membership, weekly_pence: int, instead_of: Pledge | None) -> None:
    others = place.pledges.live().exclude(pk=instead_of.pk if instead_of else 0)
    if weekly_pence + sum(others.values_list("weekly_pence", flat=True)) > TRIAL_CAP_WEEKLY_PENCE:
        raise OverTrialCap


def promise_facts(place: Membership, money: Portion, weekly_pence: int, free_weekly_pence: int) -> PurchaseFacts:
    """Pooling's half of what `rules.may_buy` needs to know."""
    return PurchaseFacts(
        budget_kind=money.budget.kind,
        budget_sureness=money.budget.sureness,
        person_sureness=place.person.sureness,
        route=money.route,
        weekly_pence=weekly_pence,
        free_weekly_pence=free_weekly_pence,
        allowed_categories=frozenset(money.categories),
    )


def _trail(pledge: Pledge, verb: str, by: Person, at: datetime) -> None:
    trail.write(
        by=by,
        on_behalf_of=pledge.membership.person,
        verb=verb,
        about_kind="pledge",
        about_id=pledge.pk,
        at=at,
        council_code=pledge.council_code,
        detail={"weekly_pence": pledge.weekly_pence, "weeks": pledge.weeks, "portion": pledge.portion_id},
    )
