"""How a search row keeps what belongs to a set, and how near two words are. No database here."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations

WEEKDAYS = tuple(range(1, 8))
PARTS_OF_DAY = ("morning", "afternoon", "evening", "night")
CHARGES = ("paid", "free", "time")
GIFTS = 0b110  # the bits of what costs no money
# `checked`: it shows the papers of those who work for pay, which a community group need not.
TRAITS = ("groups", "checked")
# Shorter words are mistyped into other words as easily as into nothing; the longest that anybody mistypes by two letters and means.
SHORTEST, LONGEST, FOR_TWO = 3, 24, 6


@lru_cache(maxsize=5_000)
def chosen(bits: int) -> tuple[int, ...]:
    """The numbers of the bits that are set: 0b101 → (0, 2)."""
    return tuple(number for number in range(bits.bit_length()) if bits >> number & 1)


def keys_of(word: str) -> list[str]:
    """The word itself and what is left of it without one letter, or, from six letters on, without two."""
    left = {word}
    for without in range(1, far(word) + 1):
        left.update("".join(kept) for kept in combinations(word, len(word) - without))
    return sorted(left)


def far(word: str) -> int:
    """By how many letters a word may be wrong and still be known: none for the shortest, one, or two from six letters on."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < FOR_TWO else 2


def letters_apart(one: str, other: str) -> int:
    """How many letters have to be added, left out, changed, or changed over with the next one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def meant(typed: str, known: Iterable[tuple[str, int]]) -> str:
    """The nearest of the known words (with how often each occurs), the commonest among equals; `typed` itself when none is near enough."""
    near = ((letters_apart(typed, word), -times, word) for word, times in known)
    return min((one for one in near if one[0] <= far(typed)), default=(0, 0, typed))[2]
