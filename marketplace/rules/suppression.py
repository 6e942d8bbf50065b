"""What may be told of small numbers: the one module that decides it, for every page, table, CSV and API (care-rules.md 2.9).

A number of people is 0, hidden (1 to 7), or rounded to the nearest 5. A number that would give a hidden one away is hidden too. Numbers that
are published form a circulation: each is a flow from one sum to another (asked → found, found → free, free of one kind → free of all kinds …),
so whoever knows every number that is shown, exactly, can still shift a hidden one round any ring of hidden numbers. `hide` makes sure that at
least `POSSIBLE` values of each are possible along such rings: as many as the rounding leaves to a number that is shown.

While a quarter runs, each number moves by itself in steps of secret size (`step`): what is told then is of different nights, nobody and a few
look the same, and whoever watches, or adds askings of their own, still has as many values to choose from.
"""

import heapq
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST_TOLD = 8
NEAREST = 5
POSSIBLE = 5
"""A hidden number has at least so many values that fit everything that is told."""
LEAST_GROUPS = 3
"""Money is told only when so many groups stand behind it."""
MONEY_NEAREST = 500

Name = tuple[str, str]


def told(people: int) -> int | None:
    """The number to show for so many people, or None when it must be hidden."""
    if people < 0:
        raise ValueError("nobody counts fewer than nobody")
    if people == 0:
        return 0
    return None if people < LEAST_TOLD else (people + NEAREST // 2) // NEAREST * NEAREST


def is_enough(people: int) -> bool:
    """Whether something said by so many may be told in words."""
    return people >= LEAST_TOLD


# --- numbers that hang together ---


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: so many people flow from the sum `tail` into the sum `head`. `cost`: how much is lost when it is hidden."""

    name: Name
    tail: str
    head: str
    people: int
    cost: int = 1


def hide(cells: Sequence[Cell], small: Collection[Name]) -> frozenset[Name]:
    """The small numbers and, of the others, the cheapest that must be hidden with them. The cells must be a circulation.

    A 0 is told, so everybody knows that a hidden number is 1 or more.
    """
    hidden = set(small)
    ways = _ways(cells)
    for cell in sorted((cell for cell in cells if cell.name in small), key=lambda cell: (cell.people, cell.name)):
        within = [one for one in cells if one.name in hidden and one.name != cell.name]
        if _room(cell, within, grows=True) + _room(cell, within, grows=False) >= POSSIBLE - 1:
            continue
        more = _ring(cell, cell.head, cell.tail, ways, hidden)
        fewer = _ring(cell, cell.tail, cell.head, ways, hidden) if _may_shrink(cell) else None
        best = min((ring for ring in (more, fewer) if ring is not None), default=None)
        if best is None:
            raise ValueError("these numbers are no circulation")
        hidden.update(best[1])
    return frozenset(hidden)


def _room(cell: Cell, within: Sequence[Cell], *, grows: bool) -> int:
    """By how much the cell could be larger (or smaller) if only these others, all hidden, were different too. No further than is asked."""
    people = {one.name: one.people for one in within}
    start, goal = (cell.head, cell.tail) if grows else (cell.tail, cell.head)
    found = 0
    while found < POSSIBLE - 1 and (grows or cell.people - found > 1):
        path = _path(start, goal, within, people)
        if path is None:
            break
        for name, by in path:
            people[name] += by
        found += 1
    return found


def _path(start: str, goal: str, within: Sequence[Cell], people: Mapping[Name, int]) -> list[tuple[Name, int]] | None:
    """A way round on which each number becomes one larger or one smaller, and none smaller than 1."""
    came: dict[str, list[tuple[Name, int]]] = {start: []}
    queue = [start]
    for here in queue:
        if here == goal:
            return came[here]
        for cell in within:
            there, by = (cell.head, 1) if cell.tail == here else (cell.tail, -1) if cell.head == here and people[cell.name] > 1 else ("", 0)
            if by and there not in came:
                came[there] = [*came[here], (cell.name, by)]
                queue.append(there)
    return None


Ways = dict[str, list[tuple[str, Cell]]]
Ring = tuple[int, tuple[Name, ...]]


def _ways(cells: Iterable[Cell]) -> Ways:
    """From each sum, where one may go on: along a number that grows, or against one that is large enough to shrink. Never along a 0."""
    ways: Ways = {}
    for cell in cells:
        if cell.people:
            ways.setdefault(cell.tail, []).append((cell.head, cell))
        if _may_shrink(cell):
            ways.setdefault(cell.head, []).append((cell.tail, cell))
    return ways


def _may_shrink(cell: Cell) -> bool:
    return cell.people - (POSSIBLE - 1) >= 1


def _ring(around: Cell, start: str, goal: str, ways: Ways, hidden: Collection[Name]) -> Ring | None:
    """The cheapest way back to where the cell begins, without it: what it costs, and which numbers it hides."""
    seen: set[str] = set()
    queue: list[tuple[int, str, tuple[Name, ...]]] = [(0, start, ())]
    while queue:
        cost, here, path = heapq.heappop(queue)
        if here == goal:
            return cost, path
        if here in seen:
            continue
        seen.add(here)
        for there, cell in ways.get(here, ()):
            if cell.name != around.name and there not in seen:
                extra = 0 if cell.name in hidden else cell.cost
                heapq.heappush(queue, (cost + extra, there, (*path, cell.name)))
    return None


# --- while a quarter runs ---


def least_step(secret: bytes, *name: object) -> int:
    """By how many people a number must have changed before it is told anew: 8 to 12, and nobody outside knows which."""
    said = "/".join(str(part) for part in name).encode()
    return LEAST_TOLD + hmac.digest(secret, said, "sha256")[0] % POSSIBLE


def step(before: int, people: int, least: int) -> int:
    """The count that is told from now on: the one told before, unless it changed by `least` or more. 0: not told. Never 1 to 7."""
    if abs(people - before) < least:
        return before
    return people if is_enough(people) else 0


# --- words and money ---


def commonest(said: Mapping[str, int], of: int) -> str:
    """What most of so many people said, when 8 or more did; else ""."""
    best = max(said, key=lambda word: (said[word], word), default="")
    return best if best and is_enough(said[best]) and 2 * said[best] > of else ""


def money_range(groups: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """From and to in pence, to the nearest £5.00: the middle group's. None unless three groups or more stand behind it.

    `groups`: what each group would pay, from and to, in pence.
    """
    if len(groups) < LEAST_GROUPS:
        return None
    low, high = (_middle(sorted(each[side] for each in groups)) for side in (0, 1))
    return max(MONEY_NEAREST, _rounded(low)), max(MONEY_NEAREST, _rounded(high))


def _middle(values: Sequence[int]) -> int:
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) // 2


def _rounded(pence: int) -> int:
    return (pence + MONEY_NEAREST // 2) // MONEY_NEAREST * MONEY_NEAREST
