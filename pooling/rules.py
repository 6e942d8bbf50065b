"""Pure rules of pooling: splitting, tables of transitions, who may promise what, and `may_buy`. No Django, no clock.

Every table is {(state now, verb): state after}. A pair that is not there is refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from audit.errors import Refusal

NEW = ""

# --- routes of a portion (product.md "Words") ---

OWN_ROUTES = frozenset({"direct_payment", "phb_direct", "self_funded", "top_up"})
"""The money is in the person's own hands: they pay by card or from their bank."""
HELD_ROUTES = frozenset({"isf", "council_managed", "phb_third_party", "phb_notional"})
"""An organisation looks after the money and pays."""
OWN_MONEY_ROUTES = frozenset({"self_funded", "top_up"})

DEFAULT_MODES = {
    "direct_payment": "ahead",
    "phb_direct": "ahead",
    "self_funded": "ahead",
    "top_up": "ahead",
    "isf": "on_yes",
    "council_managed": "on_yes",
    "phb_third_party": "on_yes",
    "phb_notional": "on_yes",
}
"""When money comes (money.md 2, "Two modes"); a council may choose otherwise for each route (`FundingMode`)."""

# --- sureness (state-machines.md 1) ---

SURENESS_RANK = {"said": 0, "seen": 1, "confirmed": 2}
SURENESS_TO_PROMISE = {
    "direct_payment": "seen",
    "isf": "confirmed",
    "council_managed": "confirmed",
    "phb_direct": "confirmed",
    "phb_third_party": "confirmed",
    "phb_notional": "confirmed",
}
"""How sure we must be of a *budget* before it may be promised. Own money: the *person* must be seen (first form of "a cleared payment")."""


def is_sure_enough(sureness: str, needed: str) -> bool:
    """`seen` and `confirmed` are enough for `seen`."""
    return SURENESS_RANK[sureness] >= SURENESS_RANK[needed]


def sure_enough_to_promise(*, route: str, budget: str, person: str) -> bool:
    """Whether a portion of this route may be promised, by how sure we are of its budget and of its person."""
    if route in OWN_MONEY_ROUTES:
        return is_sure_enough(person, "seen")
    return is_sure_enough(budget, SURENESS_TO_PROMISE[route]) and is_sure_enough(person, "seen")


# --- tables of transitions ---

CLUSTER = {
    (NEW, "start"): "forming",
    ("forming", "activate"): "active",
}

MEMBERSHIP = {
    (NEW, "found"): "active",
    (NEW, "invite"): "proposed",
    (NEW, "apply"): "applied",
    ("proposed", "approve"): "invited",
    ("proposed", "reject"): "declined",
    ("applied", "approve"): "invited",
    ("applied", "reject"): "declined",
    ("applied", "withdraw"): "withdrawn",
    ("invited", "decline"): "declined",
    ("invited", "expire"): "expired",
    ("invited", "accept_charter"): "trial",
    ("trial", "confirm"): "active",
    ("trial", "leave_now"): "settling",
    ("settling", "nothing_left"): "settled",
}
MEMBERSHIP_IN = frozenset({"trial", "active"})
MEMBERSHIP_FINAL = frozenset({"declined", "expired", "withdrawn", "settled"})

PLEDGE = {
    (NEW, "pledge"): "pledged",
    ("pledged", "earmark"): "pledged",
    ("pledged", "drop_earmark"): "pledged",
    ("pledged", "revise"): "pledged",
    ("pledged", "cancel"): "cancelled",
    ("pledged", "call"): "pledged",
    ("pledged", "finish"): "finished",
}

EARMARK = {
    (NEW, "earmark"): "live",
    ("live", "call"): "live",
    ("live", "drop"): "dropped",
    ("live", "use_up"): "used",
}

CALL = {
    (NEW, "open_call"): "called",
    (NEW, "open_covered"): "funded",
    (NEW, "open_bill"): "ordered",
    ("called", "accept_order"): "ordered",
    ("called", "drop_call"): "cancelled",
    ("called", "pay"): "clearing",
    ("called", "miss"): "missed",
    ("missed", "call_again"): "called",
    ("missed", "cover_again"): "funded",
    ("missed", "order_again"): "ordered",
    ("missed", "drop_call"): "cancelled",
    ("ordered", "bill"): "ordered",
    ("ordered", "cover_bill"): "funded",
    ("ordered", "pay"): "clearing",
    ("ordered", "overdue"): "missed",
    ("ordered", "drop_call"): "cancelled",
    ("clearing", "cleared"): "funded",
    ("clearing", "failed"): "called",
    ("clearing", "order_failed"): "ordered",
    ("clearing", "drop_call"): "clearing",
    ("clearing", "cleared_unwanted"): "cancelled",
    ("clearing", "failed_unwanted"): "cancelled",
    ("funded", "drop_call"): "cancelled",
    ("funded", "hold"): "consumed",
}
CALL_FINAL = frozenset({"cancelled", "consumed"})
CALL_WAITS_FOR_MONEY = frozenset({"called", "ordered", "clearing"})

WITHDRAWAL = {
    (NEW, "withdraw"): "returning",
    ("returning", "sent"): "returned",
    ("returning", "fail"): "failed",
    ("returned", "fail"): "failed",
    ("failed", "sent"): "returned",
    ("failed", "keep"): "kept",
}

MACHINES = {"cluster": CLUSTER, "membership": MEMBERSHIP, "pledge": PLEDGE, "earmark": EARMARK, "call": CALL, "withdrawal": WITHDRAWAL}


class NotNow(Refusal):
    """The thing is not in a state where this can be done."""

    code = "not_now"
    sentence = "This changed since you opened the page. Look at it again, and choose from what it offers now."


def step(table: dict[tuple[str, str], str], state: str, verb: str, sentence: str | None = None) -> str:
    """The state after `verb`. Raises NotNow where the table has no such step."""
    try:
        return table[state, verb]
    except KeyError:
        raise NotNow(sentence) from None


# --- figures, each a choice that a council may want otherwise ---

INVITATION_DAYS = 30
TRIAL_DAYS = 14
TRIAL_CAP_WEEKLY_PENCE = 6_000
"""The most somebody in their first two weeks with a group may promise it each week."""
MISS_WORKING_DAYS = 10
ORDER_PAID_WITHIN_DAYS = 30
SMALLEST_ASK_PENCE = 30
"""Stripe takes no card payment below 30p: a smaller rest is asked for as 30p, and less of the free money is used."""
SIZE_MIN, SIZE_MAX = 2, 8
MOST_WEEKLY_PENCE = 1_000_000
MOST_WEEKS = 52
MOST_DAYS_AHEAD = 366
MOST_BUDGET_WEEKLY_PENCE = 10_000_000
MOST_LETTERS = 400

# --- S1: split to the penny ---


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part of a cost: whole pence, and what rounding owes them after it (in pence, exact; below zero: they had more than exact)."""

    pence: int
    rounding_debt: Fraction


def split(total_pence: int, weights: Sequence[int], debts: Sequence[Fraction] | None = None) -> list[Part]:
    """Splits a whole sum by weights so that the parts add up to it exactly (state-machines.md S1).

    `weights`: whole numbers, none below zero, not all zero. `debts`: what earlier rounding owes each, in the same order; spare pence go to those
    owed most, the order of the list breaking ties, so that the odd penny goes round. Somebody with weight zero pays nothing and is owed nothing new.
    Raises ValueError on a sum below zero or silly weights.
    """
    whole = sum(weights)
    if total_pence < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("A split needs a sum of at least 0 and weights of at least 0 that are not all 0.")
    owed = list(debts) if debts is not None else [Fraction(0)] * len(weights)
    if len(owed) != len(weights):
        raise ValueError("A split needs one rounding debt for each weight.")
    floors = [total_pence * weight // whole for weight in weights]
    after = [debt + Fraction(total_pence * weight, whole) - floor for debt, weight, floor in zip(owed, weights, floors, strict=True)]
    paying = sorted((n for n, weight in enumerate(weights) if weight), key=lambda n: (-after[n], n))
    for n in paying[: total_pence - sum(floors)]:
        floors[n] += 1
        after[n] -= 1
    return [Part(pence, debt) for pence, debt in zip(floors, after, strict=True)]


def shares(total_pence: int, weights: Sequence[int]) -> list[int]:
    """`split` for the first time, only the pence: £100 among three is 33.34, 33.33, 33.33."""
    return [part.pence for part in split(total_pence, weights)]


# --- promises ---


@dataclass(frozen=True, slots=True)
class Costs:
    """What a yes means, shown before it: the most it can cost, and the most still to pay after stopping today."""

    most_pence: int
    if_you_stop_pence: int


def costs(weekly_pence: int, weeks: int, notice_days: int) -> Costs:
    """The most a promise can cost, and what is at most still paid after saying stop: the weeks that the notice touches."""
    notice_weeks = -(-notice_days // 7)
    return Costs(most_pence=weekly_pence * weeks, if_you_stop_pence=weekly_pence * min(weeks, notice_weeks))


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise's weeks: from `starts_on` for `weeks` weeks, so much each."""

    starts_on: date
    weeks: int
    weekly_pence: int

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.starts_on + timedelta(weeks=self.weeks, days=-1)


def most_promised_at_once(promises: Iterable[Promised], *, starts_on: date, ends_on: date) -> int:
    """The largest weekly sum that these promises reach together on any day from `starts_on` to `ends_on`."""
    near = [one for one in promises if one.starts_on <= ends_on and one.ends_on >= starts_on]
    days = [starts_on, *(one.starts_on for one in near if one.starts_on > starts_on)]
    return max(sum(one.weekly_pence for one in near if one.starts_on <= day <= one.ends_on) for day in days)


def to_ask(share_pence: int, free_pence: int) -> int:
    """What a call asks for: the share less what is free already, never between 1p and the smallest payment, never more than the share."""
    asked = max(0, share_pence - max(0, free_pence))
    return min(share_pence, max(asked, SMALLEST_ASK_PENCE)) if asked else 0


# --- may I buy this with this money? ---

Answer = Literal["yes", "with_approval", "no"]
Relative = Literal["none", "elsewhere", "same_home", "partner"]
"""Who works for the person: no relative; a relative living elsewhere; one who lives with them; a husband, wife or partner wherever they live."""
RELATIVE_RULE_ROUTES = frozenset({"direct_payment", "isf", "council_managed", "phb_direct", "phb_third_party", "phb_notional"})


@dataclass(frozen=True, slots=True)
class PurchaseFacts:
    """What `may_buy` needs to know. The provider's half (`checks_missing`, `relative`) is None while there is no provider yet."""

    budget_kind: str
    budget_sureness: str
    person_sureness: str
    route: str
    weekly_pence: int
    free_weekly_pence: int
    category: str | None = None
    allowed_categories: frozenset[str] = field(default_factory=frozenset)
    checks_missing: tuple[str, ...] | None = None
    relative: Relative | None = None
    relative_exception: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, with a sentence for each thing that stands in the way."""

    answer: Answer
    reasons: tuple[str, ...] = ()

    @property
    def is_yes(self) -> bool:
        return self.answer == "yes"


def may_buy(facts: PurchaseFacts) -> Verdict:
    """Whether this money may pay for this. `no` outweighs `with_approval`; every reason of the answer is given.

    Sources: Care Act 2014 s.26 (an indicative figure is not a budget yet); SI 2014/2871 reg. 3 (who may not be paid); the plan's categories.
    """
    no = [*_budget_stands_in_the_way(facts), *_purchase_stands_in_the_way(facts)]
    if no:
        return Verdict("no", tuple(no))
    ask = _needs_approval(facts)
    return Verdict("with_approval", tuple(ask)) if ask else Verdict("yes")


def _budget_stands_in_the_way(facts: PurchaseFacts) -> list[str]:
    if facts.budget_kind != "agreed":
        return ["This budget is a first guess. You can plan with it. You can promise it once it is agreed."]
    found = []
    if not sure_enough_to_promise(route=facts.route, budget=facts.budget_sureness, person=facts.person_sureness):
        found.append(sureness_sentence(facts.route, person_sureness=facts.person_sureness))
    if facts.weekly_pence > facts.free_weekly_pence:
        found.append(
            f"You have {pounds(max(0, facts.free_weekly_pence))} a week left to promise from this money. This is {pounds(facts.weekly_pence)}."
        )
    return found


def _purchase_stands_in_the_way(facts: PurchaseFacts) -> list[str]:
    found = []
    if facts.category and facts.allowed_categories and facts.category not in facts.allowed_categories:
        found.append("Your plan does not say this money is for this kind of help. Ask the person who agreed your plan.")
    if facts.checks_missing:
        found.append("We have not seen all the checks this help needs yet.")
    return found


def _needs_approval(facts: PurchaseFacts) -> list[str]:
    barred = facts.relative in ("same_home", "partner") and facts.route in RELATIVE_RULE_ROUTES
    if barred and not facts.relative_exception:
        return ["This money can't pay a partner, or family in your own home, unless your council says it may. We ask them."]
    return []


def sureness_sentence(route: str, *, person_sureness: str) -> str:
    """Why this money can't be promised yet, and what puts it right."""
    if not is_sure_enough(person_sureness, "seen"):
        return "We have not met you yet. Ask to meet us, and bring a letter that says who you are."
    if SURENESS_TO_PROMISE.get(route) == "seen":
        return "Nobody has seen your budget letter yet. Show it to the person who helps your group."
    return "Whoever pays this money has not told us it is right yet. We ask them. You will hear from us."


def pounds(pence: int) -> str:
    """£1,234.05"""
    return f"£{pence // 100:,}.{pence % 100:02d}"
