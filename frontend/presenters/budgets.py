"""A budget in words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from audit.kept import answers
from people.models import Person
from pooling import selectors
from pooling.models import Portion
from pooling.rules import is_sure_enough, sure_enough_to_promise

_SURE = {
    "said": "You told us. Nobody has seen the letter yet.",
    "seen": "Somebody who helps groups has seen the letter.",
    "confirmed": "Those who pay say it is right.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of somebody's budget. Sums are pence a week. `in_the_way`: what must happen before it can be promised, or ""."""

    budget_id: int
    portion_id: int
    title: str
    looked_after_by: str
    weekly_pence: int
    own_pence: int
    elsewhere_pence: int
    promised_pence: int
    free_pence: int
    is_real: bool
    sure: str
    in_the_way: str
    is_whole_budget: bool = True

    @property
    def lanes(self) -> list[dict[str, Any]]:
        """The week cut in lengths, as `money_lanes` draws it. The lengths are longer than the week where it was cut after a promise."""
        rows = [
            ("whole", "Other help", "spent elsewhere", self.elsewhere_pence),
            ("promised", "Promised", "for help with your groups, at most", self.promised_pence),
            ("yours", "Free to promise", "not promised to anybody", self.free_pence),
        ]
        return [{"state": state, "word": word, "sentence": said, "pence": pence} for state, word, said, pence in rows]

    @property
    def is_overdrawn(self) -> bool:
        """Whether more is promised than there is now."""
        return self.elsewhere_pence + self.promised_pence > self.weekly_pence


def part(portion: Portion) -> Part:
    """One part, with what stands in the way of promising it."""
    budget, free = portion.budget, selectors.free_to_promise(portion)
    return Part(
        budget_id=budget.pk,
        portion_id=portion.pk,
        title=portion.get_route_display(),
        looked_after_by=portion.holder.name if portion.holder else "",
        weekly_pence=portion.weekly_pence,
        own_pence=budget.weekly_contribution_pence,
        elsewhere_pence=portion.spent_elsewhere_weekly_pence,
        promised_pence=portion.weekly_pence - portion.spent_elsewhere_weekly_pence - free,
        free_pence=max(0, free),
        is_real=budget.is_agreed,
        sure=_SURE[budget.sureness],
        in_the_way=_in_the_way(portion),
        is_whole_budget=budget.portions.count() == 1,
    )


def _in_the_way(portion: Portion) -> str:
    budget, person = portion.budget, portion.budget.person
    if not budget.is_agreed:
        return "It is a first guess. You can promise it once it is the real amount."
    if not is_sure_enough(person.sureness, "seen"):
        return "Somebody who helps groups must meet you first. Ring us, and we will arrange it."
    if not sure_enough_to_promise(route=portion.route, budget=budget.sureness, person=person.sureness):
        who = portion.holder.name if portion.holder else "Somebody who helps groups"
        return f"{who} must say that it is right. We have asked. It takes about 3 working days."
    return ""


def parts_of(person: Person) -> list[Part]:
    """Every part of this person's budgets as they are now."""
    return [part(portion) for portion in answers(_portions, person)]


def _portions(person: Person) -> QuerySet[Portion]:
    rows = Portion.objects.filter(budget__person=person, budget__superseded=False)
    return rows.select_related("budget__person", "holder").order_by("pk")
