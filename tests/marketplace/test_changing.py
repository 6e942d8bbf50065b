"""Changing an agreement that runs: who is asked, whose own yes it needs, what is changed once everybody has said it, and nothing before."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Fact
from marketplace import consumers
from marketplace.models import Change, ChangeAnswer
from marketplace.rules.changes import CHANGE, fewer_visits, needs_own_yes
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof
from marketplace.services import changing
from marketplace.services.answering import AnswerIsNotPossible
from marketplace.services.changing import ChangeIsNotPossible
from marketplace.services.signing import PromiseDoesNotFit
from pooling import selectors as pool
from pooling.services import proposals
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

world = kept(cast_market.running)
plain = pytest.mark.django_db


@pytest.fixture
def story(world: Walk, db: None) -> Walk:
    return again(world)


def ask_price(story: Walk, pence: int, *, by: str = "") -> Change:
    person = story.person(by) if by else cast.hodan()
    return changing.propose(agreement=story.agreement, kind="price", visit_pence=pence, by=person, at=story.at)


def say(story: Walk, change: Change, name: str, answer: str = "accept") -> Change:
    return changing.answer(change=change, membership=story.places[name], answer=answer, by=story.person(name), at=story.at)


def all_is_well() -> None:
    assert [*proof(), *pool.proof()] == []


def weekly(story: Walk, week: int) -> list[int]:
    return [story.share(name, week).pence for name in story.places]


def test_a_tenth_more_needs_everybodys_own_yes_and_changes_nothing_before(story: Walk) -> None:
    change = ask_price(story, 3_000)
    assert (change.state, change.first_week, change.provider_has_signed) == ("asking", 3, True)
    for name in ("Amina", "Yusuf"):
        assert say(story, change, name).state == "asking"
    assert weekly(story, 12) == [1_800] * 3
    answer = change.answers.get(payer=story.payer("Halima"))
    assert (answer.old_weekly_pence, answer.new_weekly_pence, answer.old_ceiling_pence, answer.new_ceiling_pence) == (1_800, 2_000, 21_600, 23_600)
    assert say(story, change, "Halima").state == "applied"
    assert (weekly(story, 2), weekly(story, 3), weekly(story, 12)) == ([1_800] * 3, [2_000] * 3, [2_000] * 3)
    payer = story.payer("Halima")
    assert (payer.ceiling_pence, payer.earmark and payer.earmark.pence, payer.signed_version) == (23_600, 23_600, 2)
    all_is_well()


def test_one_no_leaves_everything_as_it_was_signed_and_frees_what_was_kept(story: Walk) -> None:
    change = ask_price(story, 3_000)
    say(story, change, "Amina")
    assert story.payer("Amina").earmark.pence == 23_600  # type: ignore[union-attr]
    assert say(story, change, "Yusuf", "no").state == "refused"
    assert (weekly(story, 3), story.payer("Amina").earmark.pence) == ([1_800] * 3, 21_600)  # type: ignore[union-attr]
    story.agreement.refresh_from_db()
    assert story.agreement.version == 1
    all_is_well()


def test_silence_is_no_yes_to_a_higher_price(story: Walk) -> None:
    change = ask_price(story, 3_000)
    say(story, change, "Amina")
    story.until(story.at + timedelta(days=8))
    change.refresh_from_db()
    assert (change.state, weekly(story, 12)) == ("lapsed", [1_800] * 3)
    assert story.payer("Amina").earmark.pence == 21_600  # type: ignore[union-attr]


def test_a_lower_price_asked_by_a_payer_waits_for_the_provider_alone(story: Walk) -> None:
    change = ask_price(story, 2_400, by="Amina")
    assert change.state == "asking"
    assert changing.provider_sign(change=change, by=cast.hodan(), at=story.at).state == "applied"
    assert weekly(story, 3) == [1_600] * 3
    assert {story.payer(name).ceiling_pence for name in story.places} == {2 * 1_800 + 10 * 1_600}
    all_is_well()


def test_a_lower_price_from_the_provider_needs_nobodys_yes(story: Walk) -> None:
    assert ask_price(story, 2_400).state == "applied"


def test_small_steps_up_add_up_to_an_own_yes(story: Walk) -> None:
    ask_price(story, 2_400)
    # Up by a tenth and less, within what was signed once: no yes of theirs is needed; the next such step needs one.
    first = ask_price(story, 2_610)
    assert first.state == "asking"
    assert {row.needs_yes for row in first.answers.all()} == {True}


def test_other_days_are_asked_of_everybody_and_move_the_visits(story: Walk) -> None:
    change = changing.propose(agreement=story.agreement, kind="visits", weekdays=[1, 3, 5], by=story.person("Amina"), at=story.at)
    changing.provider_sign(change=change, by=cast.hodan(), at=story.at)
    say(story, change, "Yusuf")
    assert say(story, change, "Halima").state == "applied"
    week = story.week(3)
    assert (weekly(story, 3), week.visits_planned) == ([2_700] * 3, 3)
    assert [visit.on.isoweekday() for visit in story.visits(3)] == [3, 5, 1]
    assert [visit.on.isoweekday() for visit in story.visits(2)] == [2, 4]
    all_is_well()


def test_the_end_needs_every_payers_yes_then_notice_runs(story: Walk) -> None:
    change = changing.propose(agreement=story.agreement, kind="end", by=story.person("Amina"), at=story.at)
    say(story, change, "Yusuf")
    assert say(story, change, "Halima").state == "applied"
    story.agreement.refresh_from_db()
    assert (story.agreement.state, story.week(1).state, story.week(12).state) == ("ending", "funding_due", "cancelled")
    assert Fact.objects.filter(kind="marketplace.keep_going_started", payload__why="ending").count() == 1


def test_who_may_ask_and_answer(story: Walk) -> None:
    for person in (cast.stranger(), cast.ruth()):
        with pytest.raises(NotAllowed):
            changing.propose(agreement=story.agreement, kind="price", visit_pence=3_000, by=person, at=story.at)
    with pytest.raises(NotAllowed):
        changing.propose(agreement=story.agreement, kind="end", by=cast.hodan(), at=story.at)
    change = ask_price(story, 3_000)
    with pytest.raises(NotAllowed):
        changing.answer(change=change, membership=story.places["Halima"], answer="accept", by=story.person("Amina"), at=story.at)
    with pytest.raises(NotAllowed):
        changing.provider_sign(change=change, by=story.person("Amina"), at=story.at)
    with pytest.raises(NotAllowed):
        changing.refuse(change=change, reason="", by=story.person("Amina"), at=story.at)
    with pytest.raises(NotAllowed):
        changing.take_back(change=change, by=story.person("Amina"), at=story.at)
    with pytest.raises(AnswerIsNotPossible):
        say(story, change, "Amina", "shrink")


def test_one_question_at_a_time_and_it_may_be_taken_back(story: Walk) -> None:
    change = ask_price(story, 3_000)
    with pytest.raises(NotNow):
        ask_price(story, 2_900)
    assert changing.take_back(change=change, by=cast.hodan(), at=story.at).state == "withdrawn"
    for deed in (lambda: say(story, change, "Amina"), lambda: changing.provider_sign(change=change, by=cast.hodan(), at=story.at)):
        with pytest.raises(NotNow):
            deed()
    assert ask_price(story, 2_900).state == "asking"


@pytest.mark.parametrize(
    "wish", [{"kind": "price"}, {"kind": "price", "visit_pence": 2_700}, {"kind": "price", "visit_pence": 0}, {"kind": "payers"}]
)
def test_silly_changes_are_refused_in_words(story: Walk, wish: dict[str, object]) -> None:
    with pytest.raises(ChangeIsNotPossible):
        changing.propose(agreement=story.agreement, by=cast.hodan(), at=story.at, **wish)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [[], [2, 4], [8], [0, 2]])
def test_silly_days_are_refused_in_words(story: Walk, days: list[int]) -> None:
    with pytest.raises(ChangeIsNotPossible):
        changing.propose(agreement=story.agreement, kind="visits", weekdays=days, by=cast.hodan(), at=story.at)


def test_nobody_says_yes_to_more_than_they_promised(story: Walk) -> None:
    change = ask_price(story, 12_000)
    with pytest.raises(PromiseDoesNotFit):
        say(story, change, "Amina")
    assert change.answers.get(payer=story.payer("Amina")).answer == ""


def test_weeks_wait_for_the_answers_and_are_then_asked_for_at_the_new_price(story: Walk) -> None:
    change = ask_price(story, 3_000)
    for name in story.places:
        say(story, change, name)
    story.until_asked(3)
    assert [story.call(name, 3).pence for name in story.places] == [2_000] * 3


def test_no_week_is_left_to_change_near_the_end() -> None:
    assert not needs_own_yes(kind="price", agreed_weekly_pence=1_000, new_weekly_pence=1_100, signed_pence=20_000, new_most_pence=20_000)
    assert needs_own_yes(kind="price", agreed_weekly_pence=1_000, new_weekly_pence=1_101, signed_pence=20_000, new_most_pence=20_000)
    assert needs_own_yes(kind="price", agreed_weekly_pence=20_000, new_weekly_pence=21_251, signed_pence=90_000, new_most_pence=90_000)
    assert not needs_own_yes(kind="price", agreed_weekly_pence=20_000, new_weekly_pence=21_250, signed_pence=90_000, new_most_pence=90_000)
    assert needs_own_yes(kind="payers", agreed_weekly_pence=1_000, new_weekly_pence=1_000, signed_pence=20_000, new_most_pence=20_001)
    assert (
        fewer_visits(visit_pence=2_400, visits=2, payers=2, most_each_pence=1_800),
        fewer_visits(visit_pence=9, visits=2, payers=2, most_each_pence=4),
    ) == (1, 0)


@plain
def test_the_last_weeks_can_not_be_changed_any_more() -> None:
    story = cast_market.running(weeks=2)
    with pytest.raises(NotNow):
        ask_price(story, 3_000)


def test_being_away_is_kept_when_the_price_changes(story: Walk) -> None:
    from marketplace.models import VisitPart
    from marketplace.services import shares

    visit = story.visits(3)[0]
    shares.away(share=story.share("Amina", 3), visit=visit, by=story.person("Amina"), at=story.at)
    ask_price(story, 2_400)
    part = VisitPart.objects.get(share=story.share("Amina", 3))
    assert (part.pence, part.accepted_pence, ChangeAnswer.objects.count()) == (800, 0, 3)
    assert story.week(3).starts_on == date(2026, 4, 7)


def test_a_group_that_decides_first_only_starts_the_question(story: Walk) -> None:
    question = proposals.put_to_group(
        cluster=story.cluster,
        kind="change_agreement",
        title="A higher price for Hodan",
        text="Shall we pay more?",
        about_kind="agreement",
        about_id=story.agreement.pk,
        detail={"kind": "price", "visit_pence": 3_000},
        by=story.person("Amina"),
        at=story.at,
    )
    told = {"proposal": question.pk, "about_kind": "agreement", "about_id": story.agreement.pk, "question_kind": "change_agreement"}
    for outcome in ("failed", "enacted", "enacted"):
        consumers.question_settled(fact=Fact(payload={**told, "outcome": outcome}), at=story.at)
    change = Change.objects.get()
    assert (change.state, change.provider_has_signed, {row.answer for row in change.answers.all()}) == ("asking", False, {""})


def test_spare_pence_go_on_going_round_under_the_new_price(story: Walk) -> None:
    before = sum(story.places[name].rounding_debt for name in story.places)
    change = ask_price(story, 2_500)
    assert change.state == "applied"
    sums = {story.payer(name).ceiling_pence for name in story.places}
    assert (sum(story.payer(name).ceiling_pence for name in story.places), max(sums) - min(sums) <= 1) == (6 * 1_800 + 10 * 5_000, True)
    places = [story.payer(name).membership for name in story.places]
    assert (sum(place.rounding_debt for place in places), before) == (0, 0)
    assert all(abs(place.rounding_debt) < 1 for place in places)


# --- every state and verb ---

VERBS: dict[str, Callable[[Walk, Change], object]] = {
    "answer": lambda story, change: say(story, change, "Amina"),
    "provider_sign": lambda story, change: changing.provider_sign(change=change, by=cast.hodan(), at=story.at),
    "refuse": lambda story, change: changing.refuse(change=change, reason="No.", by=cast.hodan(), at=story.at),
    "take_back": lambda story, change: changing.take_back(change=change, by=cast.yusuf(), at=story.at),
    "time_out": lambda story, change: changing.advance_due(at=change.closes_at) or _refuse(),
}


def _refuse() -> None:
    raise NotNow


@pytest.mark.parametrize("state", Change.State.values)
def test_each_verb_of_a_change_is_done_where_the_table_has_it_and_refused_elsewhere(story: Walk, state: str) -> None:
    change, wrong = ask_price(story, 3_000, by="Yusuf"), []
    for verb, act in VERBS.items():
        with transaction.atomic():
            signed = {} if state == "asking" else {"ended_at": story.at, "provider_signed_at": story.at, "provider_signed_by": cast.hodan()}
            Change.objects.filter(pk=change.pk).update(state=state, **signed)
            try:
                act(story, Change.objects.select_related("agreement").get(pk=change.pk))
                done = True
            except NotNow:
                done = False
            now = Change.objects.get(pk=change.pk).state
            if done != ((state, verb) in CHANGE) or now != (CHANGE[state, verb] if done else state):
                wrong.append((state, verb, done, now))
            transaction.set_rollback(True)
    assert wrong == []
