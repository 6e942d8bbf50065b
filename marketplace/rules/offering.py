"""The offer's life (state-machines.md 7), its sums and how scores add up. Pure.

An offer is accepted within five working days of being chosen; the award stands a few working days after the choice (a setting), so that who was
not chosen can say that it was unfair. `fell_through` is no state: the winner's agreement never came about, and the group may choose again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

OFFER = {
    ("", "start_offer"): "draft",
    ("draft", "edit"): "draft",
    ("draft", "submit"): "submitted",
    # A draft that nobody sent in is put away by its provider; the close leaves it as it is.
    ("draft", "pull_out"): "withdrawn",
    ("submitted", "revise"): "submitted",
    ("submitted", "pull_out"): "withdrawn",
    ("submitted", "shortlist"): "shortlisted",
    ("submitted", "not_chosen"): "not_selected",
    ("shortlisted", "not_chosen"): "not_selected",
    ("shortlisted", "pick"): "selected",
    ("shortlisted", "pull_out"): "withdrawn",
    ("not_selected", "reopen_offer"): "shortlisted",
    ("selected", "accept"): "accepted",
    ("selected", "pull_out"): "withdrawn",
    ("selected", "lapse"): "expired",
    ("selected", "check_fails"): "disqualified",
    # Two people found that the choice was unfair: the one chosen stands beside the others again, for a new decision.
    ("selected", "set_aside"): "shortlisted",
    ("accepted", "set_aside"): "shortlisted",
    ("accepted", "check_fails"): "disqualified",
}
OFFER_FINAL = frozenset({"withdrawn", "expired", "disqualified"})

ACCEPT_WORKING_DAYS = 5
SEND_WORKING_DAYS = 10
"""So long the group has to fill in what should happen when nobody can come, and send the agreement to be signed."""
MOST_POINTS = 5
FURTHEST_START_DAYS = 366


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer says: the price of a visit in pence, when it begins, on which days, who would come, what would be done by when."""

    visit_pence: int
    starts_on: date
    weekdays: tuple[int, ...]
    words: str
    people_words: str
    milestones_words: str


def weekly_pence(*, visit_pence: int, visits_per_week: int, together: bool, people: int) -> int:
    """What a week costs everybody: one visit for all when together, else one for each."""
    return visit_pence * visits_per_week * (1 if together else people)


def most_visit_pence(*, weekly_ceiling_pence: int, visits_per_week: int, together: bool, people: int) -> int:
    """The dearest visit that keeps within what the brief may cost each week, rounded down."""
    return weekly_ceiling_pence // (visits_per_week * (1 if together else max(people, 1)))


def wrong_terms(
    terms: Terms, *, visits_per_week: int, days_wanted: Sequence[int], most_pence: int, soonest: date, today: date
) -> tuple[str, str] | None:
    """The first thing that is missing or does not fit the brief, as (field, sentence); None when all does."""
    days = set(terms.weekdays)
    wrong: list[tuple[bool, str, str]] = [
        (terms.visit_pence < 100, "visit_pence", "Write the price of one visit, £1.00 or more."),
        (terms.visit_pence > most_pence, "visit_pence", f"The most they can pay for one visit is {_pounds(most_pence)}. Offer that or less."),
        (
            terms.starts_on < soonest,
            "starts_on",
            f"Choose {soonest:%A} {soonest.day} {soonest:%B} or later, so that there is time to choose and pay.",
        ),
        ((terms.starts_on - today).days > FURTHEST_START_DAYS, "starts_on", "Choose a day in the next 12 months."),
        (any(not 1 <= day <= 7 for day in days), "weekdays", "Choose days of the week from the list."),
        (len(days) != visits_per_week, "weekdays", f"Choose {visits_per_week} different days: they want so many visits a week."),
        (bool(days_wanted) and not days <= set(days_wanted), "weekdays", "Choose only days that they asked for."),
        (not terms.words.strip(), "words", "Write how you would do it."),
        (not terms.people_words.strip(), "people_words", "Write who would come."),
        (not terms.milestones_words.strip(), "milestones_words", "Write what would be done by when."),
    ]
    return next(((name, sentence) for is_wrong, name, sentence in wrong if is_wrong), None)


def total_score(points: Mapping[str, Sequence[int]], weights: Mapping[str, int]) -> int:
    """0 to 100: each criterion's mean points, out of five, times its weight (weights add up to 100). Rounded half up; nothing scored counts nothing.

    It helps people compare and decides nothing: the choice is the group's own answer to a question.
    """
    parts = (Fraction(sum(given) * weights[slug], len(given) * MOST_POINTS) for slug, given in points.items() if given and slug in weights)
    return int(sum(parts, Fraction(0)) + Fraction(1, 2))


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"
