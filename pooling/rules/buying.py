"""How sure we must be, and: may I buy this with this money?"""

from dataclasses import dataclass, field
from typing import Literal

from pooling.rules.figures import OWN_MONEY_ROUTES, pounds

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
