"""How answers are counted: the rules of state-machines.md 5 without a database."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pooling.rules.deciding import ANSWERS, CONSENT, EVERYONE, MOST, MOST_REWORKS, TWO_THIRDS, Tally, close, explain, quorum_of, rule_for

RULES = (CONSENT, MOST, TWO_THIRDS, EVERYONE)


def ends(rule: str, tally: Tally, *, extended: bool = True, reworks: int = 0) -> str:
    return close(rule, tally, quorum_of(rule, tally.size), extended=extended, reworks=reworks)


@pytest.mark.parametrize(
    ("rule", "size", "quorum"),
    [
        *[(MOST, 1, 1), (MOST, 2, 2), (MOST, 3, 2), (MOST, 4, 3), (MOST, 8, 5), (CONSENT, 3, 2), (CONSENT, 2, 2)],
        *[(TWO_THIRDS, 3, 2), (TWO_THIRDS, 4, 3), (TWO_THIRDS, 6, 4), (TWO_THIRDS, 8, 6), (EVERYONE, 3, 3), (EVERYONE, 8, 8)],
    ],
)
def test_of_two_both_must_answer_of_three_two_else_more_than_half(rule: str, size: int, quorum: int) -> None:
    assert quorum_of(rule, size) == quorum


@pytest.mark.parametrize(
    ("rule", "tally", "verb"),
    [
        # Most: more yes than no, a tie fails, who can live with it counts as an answer and for no side.
        (MOST, Tally(3, yes=2, no=1), "pass"),
        (MOST, Tally(3, yes=1, no=1, aside=1), "fail"),
        (MOST, Tally(3, yes=1, aside=1), "pass"),
        (MOST, Tally(3, aside=3), "fail"),
        (MOST, Tally(5, yes=2, no=1), "pass"),
        (MOST, Tally(4, yes=2, no=2), "fail"),
        # Two thirds of everybody who can answer: silence is never yes.
        (TWO_THIRDS, Tally(3, yes=2), "pass"),
        (TWO_THIRDS, Tally(4, yes=2, aside=2), "fail"),
        (TWO_THIRDS, Tally(4, yes=3, no=1), "pass"),
        (TWO_THIRDS, Tally(6, yes=4, no=2), "pass"),
        (TWO_THIRDS, Tally(8, yes=5, no=1), "fail"),
        # Nobody objects, and somebody says yes.
        (CONSENT, Tally(3, yes=1, aside=1), "pass"),
        (CONSENT, Tally(3, aside=3), "fail"),
        (CONSENT, Tally(3, yes=2, objects=1), "object"),
        # Everyone agrees or can live with it; nobody is silent.
        (EVERYONE, Tally(3, yes=2, aside=1), "pass"),
        (EVERYONE, Tally(3, yes=2, no=1), "fail"),
        (EVERYONE, Tally(3, yes=2, objects=1), "object"),
        (EVERYONE, Tally(3, yes=2), "fail"),
        (EVERYONE, Tally(3, aside=3), "fail"),
    ],
)
def test_each_rule_counts_as_it_says(rule: str, tally: Tally, verb: str) -> None:
    assert ends(rule, tally) == verb


@pytest.mark.parametrize("rule", RULES)
def test_of_two_people_both_must_say_yes_under_every_rule(rule: str) -> None:
    assert ends(rule, Tally(2, yes=2)) == "pass"
    assert ends(rule, Tally(2, yes=1, aside=1)) == "fail"
    assert ends(rule, Tally(2, yes=1, no=1)) == "fail"
    assert ends(rule, Tally(2, yes=1)) == "fail"
    assert ends(rule, Tally(1, yes=1)) == "pass"
    assert ends(rule, Tally(1, aside=1)) == "fail"


@pytest.mark.parametrize("rule", RULES)
def test_too_few_answers_give_more_time_once_and_then_it_is_not_decided(rule: str) -> None:
    assert ends(rule, Tally(5, yes=1), extended=False) == "extend"
    assert ends(rule, Tally(5, yes=1), extended=True) == "fail"


def test_after_two_rounds_of_talking_two_thirds_decide_where_nobody_must_object_and_nothing_passes_where_everyone_must_agree() -> None:
    assert ends(CONSENT, Tally(3, yes=2, objects=1), reworks=MOST_REWORKS) == "pass"
    assert ends(CONSENT, Tally(4, yes=2, objects=1, aside=1), reworks=MOST_REWORKS) == "fail"
    assert ends(EVERYONE, Tally(3, yes=2, objects=1), reworks=MOST_REWORKS) == "fail"


@pytest.mark.parametrize("rule", RULES)
def test_what_is_about_one_persons_own_support_needs_that_persons_yes(rule: str) -> None:
    assert ends(rule, Tally(4, yes=4, affected_says_yes=True)) == "pass"
    assert ends(rule, Tally(4, yes=3, aside=1, affected_says_yes=False)) == "fail"


@pytest.mark.parametrize(
    ("kind", "group_rule", "rule"),
    [
        *[("remove", group_rule, TWO_THIRDS) for group_rule in (EVERYONE, MOST, CONSENT)],
        *[("rules", MOST, TWO_THIRDS), ("wind_down", MOST, TWO_THIRDS), ("rules", EVERYONE, EVERYONE), ("wind_down", CONSENT, CONSENT)],
        *[("choose", MOST, MOST), ("other", CONSENT, CONSENT)],
    ],
)
def test_grave_questions_need_two_thirds_where_most_decide_and_removing_somebody_always_does(kind: str, group_rule: str, rule: str) -> None:
    assert rule_for(kind, group_rule) == rule


TALLIES = st.builds(
    lambda yes, no, aside, objects, silent: Tally(yes + no + aside + objects + silent, yes, no, aside, objects),
    *[st.integers(0, 8)] * 5,
).filter(lambda tally: tally.size > 0)


@given(rule=st.sampled_from(RULES), tally=TALLIES, extended=st.booleans(), reworks=st.integers(0, MOST_REWORKS))
def test_silence_is_never_yes_and_nobody_answering_never_passes(rule: str, tally: Tally, extended: bool, reworks: int) -> None:
    assume(not tally.no or "no" in ANSWERS[rule])
    quorum = quorum_of(rule, tally.size)
    verb = close(rule, tally, quorum, extended=extended, reworks=reworks)
    assert verb in {"pass", "fail", "object", "extend"}
    if verb == "pass":
        assert tally.yes > 0
        assert tally.answered >= quorum
        assert tally.yes > tally.no
    assert explain(rule, tally, quorum, verb).startswith(f"{tally.size} could answer: ")


@given(rule=st.sampled_from(RULES), tally=TALLIES)
def test_one_more_yes_instead_of_silence_never_turns_a_yes_into_a_no(rule: str, tally: Tally) -> None:
    silent = tally.size - tally.answered
    if silent and ends(rule, tally) == "pass":
        more = Tally(tally.size, tally.yes + 1, tally.no, tally.aside, tally.objects)
        assert ends(rule, more) == "pass"


def test_the_answers_offered_fit_the_rule() -> None:
    assert all("yes" in ANSWERS[rule] and "aside" in ANSWERS[rule] for rule in RULES)
    assert "no" not in ANSWERS[CONSENT]
    assert all("object" not in ANSWERS[rule] for rule in (MOST, TWO_THIRDS))
