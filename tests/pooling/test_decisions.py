"""What becomes of a question: objections, challenges, carried out once; special questions; every state and every verb."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Fact
from pooling.models import Cluster, Enactment, Membership, Proposal
from pooling.rules import NotNow
from pooling.rules.deciding import PROPOSAL, PROPOSAL_FINAL
from pooling.selectors.deciding import counted_on, question_for
from pooling.services import memberships, proposals
from pooling.services.challenges import NotByWhoIsInIt, ReasonsAreMissing, SaidThatBefore, SayWhatWentWrong
from pooling.services.memberships import NotAsked
from tests import cast, cast_pooling
from tests.pooling.asking import DAY, ask, decides_by, group_of_three, maryan, say, settled, state_of
from tests.pooling.conftest import AT, Town
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


made = kept(group_of_three)


@pytest.fixture
def world(made: Any) -> Any:
    return again(made)


@pytest.fixture
def town(world: Any) -> Town:
    found: Town = world[0]
    return found


@pytest.fixture
def three(world: Any) -> tuple[Cluster, list[Membership]]:
    found: tuple[Cluster, list[Membership]] = world[1]
    return found


# --- objecting ---


def test_an_objection_sends_it_back_to_talking_twice_and_then_two_thirds_decide(town: Town, three: Any) -> None:
    cluster, places = three
    decides_by(cluster, "consent")
    question = ask(cluster, town.amina)
    for round_number in range(3):
        for place, answer in zip(places, ("yes", "yes", "object"), strict=True):
            say(question, place, answer, reason="It would tire me out" if answer == "object" else "")
        if round_number < 2:
            assert state_of(question) == "reworking"
            question = proposals.reopen(proposal=question, title=f"Round {round_number}?", text="", by=town.ruth, at=AT)
            assert proposals.advance_due(at=AT) == 1
    assert state_of(question) == "passed"
    assert question.ballots.count() == 9
    assert question.reworks == 2
    assert "Two thirds" in question.explanation


def test_only_the_objector_takes_the_objection_back(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, halima) = three
    decides_by(cluster, "consent")
    question = ask(cluster, town.amina)
    say(question, halima, "object", reason="It would tire me out")
    for by in (town.amina, town.ruth, town.operator):
        with pytest.raises(NotAllowed):
            proposals.cast(proposal=question, membership=halima, answer="yes", how="They said so", by=by, at=AT)
    say(question, halima, "aside")
    say(question, amina, "yes")
    say(question, yusuf, "yes")
    assert state_of(question) == "passed"


def test_what_nobody_takes_up_again_for_thirty_days_is_over(town: Town, three: Any) -> None:
    cluster, places = three
    decides_by(cluster, "consent")
    question = ask(cluster, town.amina)
    for place in places:
        say(question, place, "object", reason="It would tire me out")
    assert proposals.advance_due(at=AT + 29 * DAY) == 0
    assert proposals.advance_due(at=AT + 30 * DAY) == 1
    assert (state_of(question), settled(question)) == ("withdrawn", ["withdrawn"])


# --- challenging and carrying out ---


def passed(cluster: Cluster, places: list[Membership], **changes: Any) -> Proposal:
    question = ask(cluster, places[0].person, **changes)
    for place in places:
        say(question, place, "yes")
    question.refresh_from_db()
    return question


def test_a_decision_is_carried_out_once_after_three_days(town: Town, three: Any) -> None:
    cluster, places = three
    question = passed(cluster, places, kind="choose", about_kind="offer", about_id=7)
    assert proposals.advance_due(at=AT + 3 * DAY - timedelta(seconds=1)) == 0
    assert proposals.advance_due(at=AT + 3 * DAY) == 1
    assert proposals.advance_due(at=AT + 4 * DAY) == 0
    fact = Fact.objects.get(kind="pooling.question_settled")
    assert fact.subject == "offer:7"
    assert fact.payload == {"proposal": question.pk, "question_kind": "choose", "about_kind": "offer", "about_id": 7, "outcome": "enacted"}
    assert Enactment.objects.filter(proposal=question).count() == 1


def test_a_challenge_stops_it_until_an_operator_answers_with_reasons(town: Town, three: Any) -> None:
    cluster, places = three
    question = passed(cluster, places)
    with pytest.raises(SayWhatWentWrong):
        proposals.challenge(proposal=question, membership=places[1], reason=" ", by=town.yusuf, at=AT + DAY)
    with pytest.raises(NotAllowed):
        proposals.challenge(proposal=question, membership=places[1], reason="He was not asked", by=town.ruth, at=AT + DAY)
    proposals.challenge(proposal=question, membership=places[1], reason="I was not told of it", by=town.yusuf, at=AT + DAY)
    assert proposals.advance_due(at=AT + 9 * DAY) == 0
    with pytest.raises(ReasonsAreMissing):
        proposals.reject_challenge(proposal=question, answer="", by=town.operator, at=AT + 9 * DAY)
    for by in (town.amina, town.ruth, town.sam):
        with pytest.raises(NotAllowed):
            proposals.uphold(proposal=question, answer="It is so", by=by, at=AT + 9 * DAY)
    proposals.reject_challenge(proposal=question, answer="Everybody was told on Monday", by=town.operator, at=AT + 9 * DAY)
    assert state_of(question) == "passed"
    assert question.challenges.get().answer == "Everybody was told on Monday"
    with pytest.raises(NotNow):
        proposals.challenge(proposal=question, membership=places[0], reason="And me", by=town.amina, at=AT + 9 * DAY)
    assert proposals.advance_due(at=AT + 9 * DAY) == 1
    assert settled(question) == ["enacted"]


def test_an_upheld_challenge_makes_it_not_count_and_keeps_it(town: Town, three: Any) -> None:
    cluster, places = three
    question = passed(cluster, places)
    proposals.challenge(proposal=question, membership=places[1], reason="I was not told of it", by=town.yusuf, at=AT)
    proposals.uphold(proposal=question, answer="The paper had another date", by=town.operator, at=AT + DAY)
    assert (state_of(question), settled(question)) == ("voided", ["voided"])
    assert question.ballots.exclude(answer="").count() == 3
    assert not Enactment.objects.exists()


def test_each_may_challenge_once_and_an_operator_of_the_group_may_not_answer(town: Town, three: Any) -> None:
    cluster, places = three
    question = passed(cluster, places)
    proposals.challenge(proposal=question, membership=places[1], reason="I was not told of it", by=town.yusuf, at=AT)
    Cluster.objects.filter(pk=cluster.pk).update(facilitator=town.operator)
    with pytest.raises(NotByWhoIsInIt):
        proposals.reject_challenge(proposal=question, answer="No", by=town.operator, at=AT)
    Cluster.objects.filter(pk=cluster.pk).update(facilitator=town.ruth)
    proposals.reject_challenge(proposal=question, answer="You were told", by=town.operator, at=AT)
    with pytest.raises(SaidThatBefore):
        proposals.challenge(proposal=question, membership=places[1], reason="Again", by=town.yusuf, at=AT)


def test_what_is_gone_calls_its_questions_off(town: Town, three: Any) -> None:
    cluster, places = three
    about = {"kind": "choose", "about_kind": "offer"}
    won = passed(cluster, places, about_id=1, **about)
    running = ask(cluster, town.amina, about_id=2, **about)
    challenged = passed(cluster, places, about_id=3, **about)
    proposals.challenge(proposal=challenged, membership=places[1], reason="I was not told", by=town.yusuf, at=AT)
    assert [proposals.call_off(about_kind="offer", about_id=number, why="They took it back.", at=AT) for number in (1, 2, 3, 4)] == [1, 1, 0, 0]
    assert (state_of(won), state_of(running)) == ("lapsed", "withdrawn")
    proposals.reject_challenge(proposal=challenged, answer="You were told", by=town.operator, at=AT)
    proposals.advance_due(at=AT + 3 * DAY)
    assert (state_of(challenged), challenged.explanation) == ("lapsed", "They took it back.")
    assert not Enactment.objects.exists()


# --- special questions ---


def test_support_of_one_person_needs_that_persons_yes(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, halima) = three
    decides_by(cluster, "most")
    question = ask(cluster, town.amina, affects=halima, cost_pence=5000)
    for place, answer in ((amina, "yes"), (yusuf, "yes"), (halima, "aside")):
        say(question, place, answer)
    assert state_of(question) == "failed"
    assert "own support" in question.explanation


def test_whoever_has_an_interest_and_whoever_it_is_about_may_not_answer(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, halima) = three
    question = ask(cluster, town.amina, kind="choose", about_kind="offer", about_id=7, detail={"without": [yusuf.pk]})
    assert {one.membership for one in question.ballots.all()} == {amina, halima}
    removal = ask(cluster, town.amina, kind="remove", about_kind="membership", about_id=halima.pk)
    assert ({one.membership for one in removal.ballots.all()}, removal.rule, removal.quorum) == ({amina, yusuf}, "two_thirds", 2)
    newcomer = cast_pooling.joined(cluster, maryan(), by=town.amina, at=AT)
    other = ask(cluster, town.amina, kind="remove", about_kind="membership", about_id=yusuf.pk)
    assert newcomer.pk not in {one.membership_id for one in other.ballots.all()}


def test_of_two_people_one_cannot_send_the_other_away(town: Town) -> None:
    cluster, (_, yusuf) = cast_pooling.group(town.amina, town.yusuf, at=AT)
    with pytest.raises(proposals.TooFewToRemove):
        ask(cluster, town.amina, kind="remove", about_kind="membership", about_id=yusuf.pk)


def test_a_question_counts_on_promises_moves_no_money_and_lapses_when_they_are_gone(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, halima) = three
    portion = cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    with pytest.raises(proposals.PromisesDoNotCover):
        ask(cluster, town.amina, payers={amina.pk: 1000}, cost_pence=1000)
    pledge = cast_pooling.promised(amina, portion, at=AT, weekly_pence=1000, weeks=2)
    question = passed(cluster, [amina, yusuf, halima], payers={amina.pk: 1500}, cost_pence=1500)
    assert counted_on([amina.pk]) == {amina.pk: 1500}
    with pytest.raises(proposals.PromisesDoNotCover):
        ask(cluster, town.yusuf, payers={amina.pk: 600}, cost_pence=600)
    pledge.__class__.objects.filter(pk=pledge.pk).update(state="cancelled")
    proposals.advance_due(at=AT + 3 * DAY)
    assert (state_of(question), settled(question)) == ("lapsed", ["lapsed"])


def test_a_cost_is_shown_as_each_persons_part(town: Town, three: Any) -> None:
    cluster, _ = three
    question = ask(cluster, town.amina, cost_pence=10_000)
    parts = [question_for(question, person, at=AT).own_cost_pence for person in (town.amina, town.yusuf, town.halima)]
    assert (parts, sum(part or 0 for part in parts)) == ([3334, 3333, 3333], 10_000)
    assert question_for(question, town.ruth, at=AT).own_cost_pence is None


def test_whoever_left_meanwhile_answers_no_more_and_still_counts_as_silent(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, _) = three
    newcomer = cast_pooling.joined(cluster, maryan(), by=town.amina, at=AT)
    question = ask(cluster, town.amina)
    memberships.leave_now(membership=newcomer, by=newcomer.person, at=AT)
    with pytest.raises(NotAsked):
        say(question, newcomer, "yes")
    assert question.ballots.count() == 4
    say(question, yusuf, "yes")
    say(question, amina, "yes")
    assert state_of(question) == "voting"


# --- every state and every verb ---


def test_every_verb_is_done_in_the_states_of_the_table_and_refused_in_all_others(town: Town, three: Any) -> None:
    cluster, places = three
    question = ask(cluster, town.amina)
    states = {state for state, _ in PROPOSAL if state} | PROPOSAL_FINAL
    words: dict[str, Any] = {"title": "Again?", "text": "", "by": town.amina, "at": AT}
    verbs: dict[str, Callable[[Proposal], object]] = {
        "discuss": lambda row: proposals.discuss(proposal=row, by=town.amina, at=AT),
        "amend": lambda row: proposals.amend(proposal=row, **words),
        "open": lambda row: proposals.open_vote(proposal=row, by=town.ruth, at=AT),
        "cast": lambda row: say(row, places[0], "yes"),
        "withdraw": lambda row: proposals.withdraw(proposal=row, by=town.amina, at=AT),
        "reopen": lambda row: proposals.reopen(proposal=row, **words),
        "drop": lambda row: proposals.drop(proposal=row, by=town.amina, at=AT),
        "challenge": lambda row: proposals.challenge(proposal=row, membership=places[0], reason="Not told", by=town.amina, at=AT),
        "uphold": lambda row: proposals.uphold(proposal=row, answer="So", by=town.operator, at=AT),
        "reject_challenge": lambda row: proposals.reject_challenge(proposal=row, answer="So", by=town.operator, at=AT),
    }
    for state in sorted(states):
        for verb, do in verbs.items():
            with transaction.atomic():
                _put(question, state)
                if (state, verb) in PROPOSAL:
                    do(question)
                    assert state_of(question) == PROPOSAL[state, verb], (state, verb)
                else:
                    with pytest.raises(NotNow):
                        do(question)
                    assert state_of(question) == state, (state, verb)
                transaction.set_rollback(True)


def test_the_clock_moves_a_question_only_along_the_table_and_leaves_what_is_over(town: Town, three: Any) -> None:
    cluster, _ = three
    question = ask(cluster, town.amina)
    expected = {"discussion": "voting", "voting": "voting", "reworking": "withdrawn", "passed": "enacted"}
    for state in sorted({state for state, _ in PROPOSAL if state} | PROPOSAL_FINAL):
        with transaction.atomic():
            _put(question, state)
            moved = proposals.advance_due(at=AT + 90 * DAY)
            assert moved == (state in expected), state
            assert state_of(question) == expected.get(state, state)
            transaction.set_rollback(True)


def _put(question: Proposal, state: str) -> None:
    """Into a state as if it had gone there: with the times that state needs."""
    times: dict[str, Any] = {"opens_at": AT, "challenge_until": AT + 3 * DAY, "drops_at": AT + 30 * DAY}
    question.ballots.filter(proposal__state="discussion").delete()
    Proposal.objects.filter(pk=question.pk).update(state=state, **times)
    if state == "discussion":
        question.ballots.all().delete()
    if state == "challenged":
        place = question.ballots.order_by("-pk")[0].membership
        question.challenges.create(membership=place, council_code=cast.SOUTHWARK, reason="Not told", by=place.person, at=AT)
