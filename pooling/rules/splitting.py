"""S1: splitting to the penny."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


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
