"""The attack on hidden numbers: everything that is published about a council, as inequalities, solved by linear programming.

Three attackers. The reader takes each shown number as rounded, as the pages say. The one who knows has every shown number exactly. Both look for
a hidden number for which only one value is left. They find none; with the partners of hidden numbers shown they find many. The third watches a
quarter that goes on, night by night, and adds what he saw to what is published when it is over.
"""

import csv
import io
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.urls import reverse
from scipy.optimize import linprog

from marketplace.models import Need
from marketplace.rules import counting as rules
from marketplace.rules.counting import ALL, LEAVES, MEASURES, Counted, final, running
from marketplace.rules.suppression import LEAST_TOLD, POSSIBLE
from marketplace.services import counting
from tests import cast
from tests.signing_in import signed_in
from vocabulary.models import Term

Published = dict[tuple[str, str], int | None]
Range = tuple[float, float | None]


def _council(seed: int, kinds: int = 8) -> dict[str, Counted]:
    """A small council: few kinds are asked for by many, most by a handful."""
    draw = random.Random(seed)
    most = (0, 0, 1, 1, 2, 3, 5, 7, 8, 12, 19, 40)
    return {f"kind{number}": Counted(Counter({leaf: draw.choice(most) for leaf in LEAVES})) for number in range(kinds)}


def _published(council: dict[str, Counted]) -> Published:
    return {(kind, measure): row.told[measure] for kind, row in final(council, council).items() for measure in MEASURES}


def _truth(council: dict[str, Counted]) -> dict[tuple[str, str], int]:
    found = {(kind, measure): one.of(measure) for kind, one in council.items() for measure in MEASURES}
    for measure in MEASURES:
        found[ALL, measure] = sum(number for (_, what), number in found.items() if what == measure)
    return found


def _as_rounded(published: Published) -> dict[tuple[str, str], Range]:
    """What the pages themselves say: 0 is 0, a shown number is within 2 and at least 8, a hidden one is 1 or more."""
    return {name: (1, None) if told is None else (0, 0) if told == 0 else (max(LEAST_TOLD, told - 2), told + 2) for name, told in published.items()}


def _as_known(published: Published, truth: dict[tuple[str, str], int]) -> dict[tuple[str, str], Range]:
    return {name: (1, None) if told is None else (truth[name], truth[name]) for name, told in published.items()}


DRIFT = LEAST_TOLD + POSSIBLE - 2
"""How far a number may be from what is shown of it while a quarter goes on."""


class Attack:
    """All sums that hold between the numbers of a council, and the ranges that somebody knows."""

    def __init__(self, ranges: dict[tuple[str, str], Range]) -> None:
        self.names = sorted(ranges)
        self.place = {name: index for index, name in enumerate(self.names)}
        self.bounds = [ranges[name] for name in self.names]
        kinds = sorted({kind for kind, _ in self.names if kind != ALL})
        rows = [self._row({(kind, "asked"): 1} | {(kind, part): -1 for part in ("found", "unmet", "dropped", "looking")}) for kind in (*kinds, ALL)]
        rows += [self._row({(ALL, measure): 1} | {(kind, measure): -1 for kind in kinds}) for measure in MEASURES]
        self.sums = np.array(rows)
        # What cost nothing is part of what was found.
        self.parts = np.array([self._row({(kind, "free"): 1, (kind, "found"): -1}) for kind in (*kinds, ALL)])

    def _row(self, parts: dict[tuple[str, str], int]) -> list[int]:
        row = [0] * len(self.names)
        for name, sign in parts.items():
            row[self.place[name]] = sign
        return row

    def range_of(self, name: tuple[str, str]) -> tuple[float, float]:
        """The smallest and the largest value that fits everything known; infinite where there is no end."""
        aim = np.zeros(len(self.names))
        aim[self.place[name]] = 1
        ends = []
        for sign in (1, -1):
            known = {"A_eq": self.sums, "b_eq": np.zeros(len(self.sums)), "A_ub": self.parts, "b_ub": np.zeros(len(self.parts))}
            found = linprog(sign * aim, **known, bounds=self.bounds, method="highs")
            assert found.status in (0, 3), found.message  # solved, or without an end
            ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
        return ends[0], ends[1]

    def narrow(self, names: list[tuple[str, str]], fewest: int = 2) -> dict[tuple[str, str], tuple[float, float]]:
        """Of these, those with fewer whole values left than `fewest`."""
        ranges = {name: self.range_of(name) for name in names}
        return {name: ends for name, ends in ranges.items() if np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6) + 1 < fewest}


def _hidden(published: Published) -> list[tuple[str, str]]:
    return [name for name, told in published.items() if told is None]


def _unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switches the partners of small numbers off."""
    monkeypatch.setattr(rules, "hide", lambda cells, small: frozenset(small))


SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_knows_every_shown_number_exactly_recovers_no_hidden_one(seed):
    council = _council(seed)
    published = _published(council)
    assert _hidden(published)
    assert Attack(_as_known(published, _truth(council))).narrow(_hidden(published), POSSIBLE) == {}


def test_the_same_attack_recovers_hidden_numbers_when_their_partners_are_shown(monkeypatch):
    _unguarded(monkeypatch)
    recovered = 0
    for seed in SEEDS:
        council = _council(seed)
        published, truth = _published(council), _truth(council)
        for name, (low, high) in Attack(_as_known(published, truth)).narrow(_hidden(published)).items():
            assert low == pytest.approx(high)
            assert round(low) == truth[name]
            recovered += 1
    assert recovered > 30


def _ones() -> dict[str, Counted]:
    """Twelve kinds that one person each found nothing for: their sum is told, and is what twelve ones make."""
    return {f"kind{number}": Counted(Counter(unmet=1)) for number in range(12)}


def test_a_reader_of_rounded_numbers_recovers_no_hidden_one():
    for council in (_ones(), _council(11), _council(12, kinds=4)):
        published = _published(council)
        assert Attack(_as_rounded(published)).narrow(_hidden(published), POSSIBLE) == {}


def test_a_reader_recovers_hidden_ones_when_their_partners_are_shown(monkeypatch):
    _unguarded(monkeypatch)
    published = _published(_ones())
    recovered = Attack(_as_rounded(published)).narrow(_hidden(published))
    assert {(round(low), round(high)) for low, high in recovered.values()} == {(1, 1)}
    assert len(recovered) == 24


def _quarter(nights: int = 90):
    """Each night of a quarter in which people come one by one: the council, and what is shown."""
    draw, shown, secret = random.Random(7), {}, b"nobody outside knows this"
    council = {f"kind{number}": Counted(Counter()) for number in range(6)}
    for _ in range(nights):
        for one in council.values():
            one.leaves[draw.choice(LEAVES)] += draw.choice((0, 0, 0, 1))
        shown = running(council, council, shown, secret=secret, of="here")
        yield council, shown


def test_no_night_of_a_quarter_that_goes_on_tells_that_anybody_is_behind_a_hidden_number():
    """Its numbers are of different nights: each may have moved by a step that nobody knows since it was told."""
    for night, (_, shown) in enumerate(_quarter()):
        if night % 15 == 14:
            published = {(kind, measure): row.told[measure] for kind, row in shown.items() for measure in MEASURES}
            ranges = {name: (0, None) if told is None else (max(0, told - 2 - DRIFT), told + 2 + DRIFT) for name, told in published.items()}
            narrow = Attack(ranges).narrow(_hidden(published))
            assert {name: ends for name, ends in narrow.items() if ends[1] > 0} == {}


def test_whoever_watched_every_night_recovers_none_when_the_quarter_is_over():
    """What he saw last of each number, and how far it may have gone since, beside the final numbers as rounded."""
    council, shown = list(_quarter())[-1]
    published = _published(council)
    ranges = _as_rounded(published)
    for (kind, measure), (low, high) in ranges.items():
        seen = shown[kind].told[measure]
        if seen is not None and published[kind, measure] is None:
            ranges[kind, measure] = (max(low, seen - 2 - DRIFT), min(np.inf if high is None else high, seen + 2 + DRIFT))
    assert _hidden(published)
    assert Attack(ranges).narrow(_hidden(published)) == {}


@pytest.mark.django_db
def test_everything_published_about_a_council_taken_together_recovers_no_hidden_number():
    """The CSV (every quarter that any page shows), attacked as it is read."""
    now = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    client = signed_in(cast.priya())
    draw, kinds = random.Random(3), list(Term.objects.categories().values_list("slug", flat=True))
    people = [cast.somebody(f"p{number}@example.com", f"Person{number} Counted") for number in range(45)]
    made = []
    for days, kind in ((days, kind) for days in (100, 190, 280) for kind in kinds):
        for person in draw.sample(people, draw.choice((0, 1, 3, 6, 9, 20, 44))):
            state = draw.choice(("unmet", "unmet", "unmet", "met", "withdrawn", "private"))
            how = draw.choice(("bought", "bought", "family")) if state == "met" else ""
            said = {"state": state, "met_how": how, "reason": "no_time", "unmet_at": now - timedelta(days=days)}
            at = now - timedelta(days=days)
            made.append(Need(person=person, category=kind, outcode="SE15", council_code=cast.SOUTHWARK, created_at=at, **said))
    Need.objects.bulk_create(made)
    counting.counted_due(at=now)
    rows = list(csv.reader(io.StringIO(client.get(reverse("council-csv")).content.decode("utf-8-sig"))))[1:]
    for quarter in sorted({row[0] for row in rows if not row[0].endswith("so far")}):
        table = {"" if row[1] == "All kinds" else row[1]: row[2:8] for row in rows if row[0] == quarter}
        published = {
            (kind, measure): None if cell == "*" else int(cell.replace(",", ""))
            for kind, cells in table.items()
            for measure, cell in zip(MEASURES, cells, strict=True)
        }
        assert _hidden(published), quarter
        assert Attack(_as_rounded(published)).narrow(_hidden(published)) == {}, quarter
