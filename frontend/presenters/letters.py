"""A person's budget as it stands on their letter, for whoever compares the two."""

from dataclasses import dataclass

from frontend import words
from people.models import Person
from pooling.models import Budget, Portion


@dataclass(frozen=True, slots=True)
class Letter:
    """What to compare: who, which sums a week, from when to when."""

    budget: Budget
    person: Person
    rows: list[dict[str, str]]
    parts: list[dict[str, object]]


def letter(budget: Budget) -> Letter:
    """`budget` comes with its person; its parts are fetched."""
    ends = words.day_year(budget.ends_on) if budget.ends_on else "No last day"
    return Letter(
        budget=budget,
        person=budget.person,
        rows=[
            {"key": "Name", "value": budget.person.full_name},
            {"key": "Lives near", "value": budget.person.outcode},
            {"key": "What it is", "value": "The real amount" if budget.kind == Budget.Kind.AGREED else "A first guess"},
            {"key": "What their help costs a week", "value": words.pounds(budget.weekly_cost_pence)},
            {"key": "Of that, they pay themselves", "value": words.pounds(budget.weekly_contribution_pence)},
            {"key": "Of that, those who fund it pay", "value": words.pounds(budget.weekly_funder_pence)},
            {"key": "From", "value": words.day_year(budget.starts_on)},
            {"key": "To", "value": ends},
        ],
        parts=[_part(one) for one in budget.portions.select_related("holder")],
    )


def _part(portion: Portion) -> dict[str, object]:
    after = f"Looked after by {portion.holder.name}" if portion.holder else f"Paid by {portion.funder_name}" if portion.funder_name else ""
    return {"key": portion.get_route_display(), "sub": after, "value": f"{words.pounds(portion.weekly_pence)} a week"}
