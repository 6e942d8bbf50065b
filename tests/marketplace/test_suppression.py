"""What may be told of small numbers, and that nobody learns a hidden one by watching."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from marketplace.rules.counting import ALL, LEAVES, MEASURES, Asking, Counted, circulation, final, running, tally
from marketplace.rules.suppression import LEAST_TOLD, POSSIBLE, Cell, commonest, hide, least_step, money_range, step, told

SECRET = b"nobody outside knows this"


def counted(**leaves: int) -> Counted:
    return Counted(Counter(leaves))


@pytest.mark.parametrize(
    ("people", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (9, 10), (10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1_002, 1_000)]
)
def test_one_to_seven_are_hidden_and_others_rounded_to_five(people, shown):
    assert told(people) == shown


def test_nobody_counts_fewer_than_nobody():
    with pytest.raises(ValueError):
        told(-1)


def test_a_hidden_number_that_its_sum_would_tell_takes_another_with_it():
    cells = [Cell(("a", "1"), "all", "end", 3), Cell(("b", "1"), "all", "end", 40, 9), Cell(("c", "1"), "all", "end", 20, 4)]
    cells.append(Cell(("sum", "1"), "end", "all", 63, 100))
    assert hide(cells, [("a", "1")]) == {("a", "1"), ("c", "1")}
    assert hide(cells, []) == frozenset()


def test_two_ones_that_add_up_to_two_are_not_left_to_guard_each_other():
    cells = [Cell((name, "1"), "all", "end", people) for name, people in (("a", 1), ("b", 1), ("c", 40))]
    cells.append(Cell(("sum", "1"), "end", "all", 42, 100))
    assert hide(cells, [("a", "1"), ("b", "1")]) == {("a", "1"), ("b", "1"), ("c", "1")}


def test_numbers_that_are_no_circulation_are_refused():
    with pytest.raises(ValueError):
        hide([Cell(("a", "1"), "here", "there", 3)], [("a", "1")])


def test_the_numbers_of_a_quarter_flow_round():
    people = {(kind, what): 0 for kind in ("meals", ALL) for what in (*MEASURES, "paid")}
    for kind, what in people:
        people[kind, what] = counted(paid=5, free=2, unmet=9, dropped=1, looking=3).of(what)
    flow = Counter()
    for cell in circulation(people):
        flow[cell.tail] -= cell.people
        flow[cell.head] += cell.people
    assert set(flow.values()) == {0}


def test_a_quarter_that_is_over_tells_nobody_as_nought_and_few_as_nothing():
    shown = final({"meals": counted(unmet=30, paid=20, free=3), "company": counted(unmet=16, dropped=2)}, ["meals", "company", "garden"])
    assert shown["garden"].told == dict.fromkeys(MEASURES, 0)
    assert shown["meals"].told["free"] is None
    assert shown["company"].told["dropped"] is None
    assert shown["company"].told["looking"] == 0
    assert not shown["meals"].kept


# --- watching ---


def test_a_number_moves_only_in_steps_of_eight_or_more_and_is_never_kept_small():
    shown = 0
    for people in [*range(30), *range(30, -1, -1)]:
        before, shown = shown, step(shown, people, least_step(SECRET, "meals", shown))
        assert shown == before or abs(shown - before) >= LEAST_TOLD
        assert shown == 0 or shown >= LEAST_TOLD


def test_nobody_knows_the_step_and_every_number_has_its_own():
    assert {least_step(SECRET, "meals", number) for number in range(200)} == set(range(LEAST_TOLD, LEAST_TOLD + POSSIBLE))
    assert least_step(SECRET, "meals", 0) == least_step(SECRET, "meals", 0)


def _nights(before: int, secret: bytes, more: int = 20) -> list[int | None]:
    """What a watcher sees of one number, while `more` people come one a night to the `before` that were there."""
    seen, shown = [], {}
    for night in range(more):
        shown = running({"meals": counted(unmet=before + night)}, ["meals"], shown, secret=secret, of="here")
        seen.append(shown["meals"].told["unmet"])
    return seen


def test_whoever_adds_people_night_by_night_can_not_tell_how_many_were_there():
    """With askings of one's own, one a night: what is seen fits as many numbers that were there before as a rounded number leaves open."""
    secrets = [str(number).encode() for number in range(60)]
    by_history: dict[tuple[int | None, ...], set[int]] = {}
    for before in range(LEAST_TOLD + POSSIBLE):
        for secret in secrets:
            by_history.setdefault(tuple(_nights(before, secret, 8)), set()).add(before)
    shown = {history: fits for history, fits in by_history.items() if any(history)}
    assert shown
    assert {number: fits for number, fits in shown.items() if len(fits) < POSSIBLE} == {}


def test_the_first_who_asks_changes_nothing_that_is_seen():
    empty = running({}, ["meals", "garden"], {}, secret=SECRET, of="here")
    one = running({"meals": counted(unmet=1)}, ["meals", "garden"], empty, secret=SECRET, of="here")
    assert {kind: row.told for kind, row in one.items()} == {kind: row.told for kind, row in empty.items()}
    assert set(empty["meals"].told.values()) == {None}


def test_words_stand_still_as_long_as_their_number_does():
    def night(people: int, reason: str, before):
        one = counted(unmet=people)
        one.said["reason"] = Counter({reason: people})
        return running({"meals": one}, ["meals"], before, secret=SECRET, of="here")

    first = night(20, "no_time", {})
    same = night(21, "too_dear", first)
    assert same["meals"].words == first["meals"].words == {"reason": "no_time"}
    assert night(40, "too_dear", same)["meals"].words == {"reason": "too_dear"}


def test_no_open_quarter_ever_keeps_a_small_number():
    draw, shown = random.Random(4), {}
    people = {kind: Counter() for kind in "abcdef"}
    for _ in range(60):
        for leaves in people.values():
            leaves[draw.choice(LEAVES)] += draw.choice((0, 0, 1, 3))
        shown = running({kind: Counted(leaves) for kind, leaves in people.items()}, people, shown, secret=SECRET, of="here")
        for row in shown.values():
            assert all(number == 0 or number >= LEAST_TOLD for number in row.kept.values())
            assert all(number is None or number >= LEAST_TOLD for number in row.told.values())


# --- words and money ---


def test_a_word_is_told_when_eight_and_more_than_half_say_it():
    assert commonest({"no_time": 8, "too_dear": 7}, 15) == "no_time"
    assert commonest({"no_time": 7}, 7) == ""
    assert commonest({"no_time": 9, "too_dear": 9}, 18) == ""
    assert commonest({}, 20) == ""


def test_money_is_told_only_when_three_groups_stand_behind_it():
    assert money_range([(1_000, 1_500), (1_100, 2_000)]) is None
    assert money_range([(1_000, 1_500), (1_160, 2_000), (9_000, 9_900)]) == (1_000, 2_000)
    assert money_range([(90, 100)] * 3) == (500, 500)


def _asking(person: int, group: int | None, low: int, high: int) -> Asking:
    at = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    return Asking(person, "meals", "unmet", False, "no_time", "SE15", "evenings", "", at, group, low, high)


def test_what_they_would_pay_is_the_middle_group_s_however_many_are_in_one():
    two = [_asking(number, number % 2, 1_000, 2_000) for number in range(10)]
    assert final(tally(two), ["meals"])["meals"].weekly is None
    three = [*two, *(_asking(10 + number, 2, 9_000, 9_500) for number in range(30))]
    assert final(tally(three), ["meals"])["meals"].weekly == (1_000, 2_000)
    nobody = [_asking(number, None, 1_000, 2_000) for number in range(10)]
    assert final(tally(nobody), ["meals"])["meals"].weekly is None
