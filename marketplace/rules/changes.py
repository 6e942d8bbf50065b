"""Changing an agreement that runs (state-machines.md 8, `vary`): the table, whose own yes it needs, and each payer's weeks under new terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pooling.rules import split

NEW = ""
CHANGE = {
    (NEW, "propose"): "asking",
    ("asking", "answer"): "asking",
    ("asking", "provider_sign"): "asking",
    ("asking", "apply"): "applied",
    ("asking", "refuse"): "refused",
    ("asking", "take_back"): "withdrawn",
    ("asking", "time_out"): "lapsed",
    # Another question about the same agreement takes its place: somebody else leaves, or those left are asked again.
    ("asking", "ask_again"): "overtaken",
}
CHANGE_FINAL = frozenset({"applied", "refused", "withdrawn", "lapsed", "overtaken"})

ANSWER_WORKING_DAYS = 5
"""So long everybody has to answer; nobody's silence is a yes to a higher price."""
OWN_YES_PERCENT = 10
OWN_YES_PENCE_IN_28_DAYS = 5_000
"""Above either, a payer says yes again (abuse.md 16 and 17); measured from what they last said yes to, so that small steps add up."""
KINDS = ("price", "visits", "payers", "end")


@dataclass(frozen=True, slots=True)
class WeekTerms:
    """One week under new terms: its whole price when it is shared (else each one's own price), and who pays for it, by id in their order."""

    number: int
    pence: int
    payers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What each payer pays in each of these weeks (0: not theirs), and what rounding owes each after the last."""

    weeks_pence: dict[int, list[int]]
    debts: dict[int, Fraction]


def plan_terms(weeks: Sequence[WeekTerms], *, together: bool, debts: Mapping[int, Fraction]) -> Planned:
    """Splits each week equally among who pays for it, spare pence going round (S1); own visits: each pays the week's price."""
    owed = dict(debts)
    rows: dict[int, list[int]] = {payer: [] for payer in owed}
    for week in weeks:
        paid = dict.fromkeys(week.payers, week.pence)
        if together and week.payers:
            parts = split(week.pence, [1] * len(week.payers), [owed[payer] for payer in week.payers])
            paid = {payer: part.pence for payer, part in zip(week.payers, parts, strict=True)}
            owed |= {payer: part.rounding_debt for payer, part in zip(week.payers, parts, strict=True)}
        for payer, row in rows.items():
            row.append(paid.get(payer, 0))
    return Planned(rows, owed)


def needs_own_yes(*, kind: str, agreed_weekly_pence: int, new_weekly_pence: int, signed_pence: int, new_most_pence: int) -> bool:
    """Whether a payer has to say yes themselves: to other visits or the end always; above what they signed; a tenth or £50 in 28 days more.

    `agreed_weekly_pence`: a week's price at their own last yes. `signed_pence`: the most they said yes to in all.
    """
    more = new_weekly_pence - agreed_weekly_pence
    return (
        kind in {"visits", "end"}
        or new_most_pence > signed_pence
        or more * 100 > agreed_weekly_pence * OWN_YES_PERCENT
        or more * 4 > OWN_YES_PENCE_IN_28_DAYS
    )


def fewer_visits(*, visit_pence: int, visits: int, payers: int, most_each_pence: int) -> int:
    """The most visits a week at which nobody's equal part is above `most_each_pence`; 0 when not even one fits."""
    return next((count for count in range(visits, 0, -1) if -(-visit_pence * count // payers) <= most_each_pence), 0)
