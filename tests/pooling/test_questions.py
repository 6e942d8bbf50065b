"""Questions a group decides: who may answer is fixed, receipts, extending, objecting, challenging, carrying out once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Fact
from people.services import supporters
from pooling.models import Ballot, Cluster, Enactment, Membership, Proposal
from pooling.rules import NotNow
from pooling.rules.deciding import PROPOSAL, PROPOSAL_FINAL
from pooling.selectors.deciding import answers_waiting, counted_on, question_for, questions_of
from pooling.services import clusters, memberships, proposals
from pooling.services.challenges import NotByWhoIsInIt, ReasonsAreMissing, SaidThatBefore, SayWhatWentWrong
from pooling.services.memberships import NotAsked
from tests import cast, cast_pooling
from tests.pooling.conftest import AT, Town, build_town
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _world() -> tuple[Town, Any]:
    town = build_town()
    return town, cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT, facilitator=town.ruth)


made = kept(_world)


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


def maryan() -> Any:
    return cast.somebody("maryan@example.com", "Maryan Ali", is_seen=True)


def decides_by(cluster: Cluster, rule: str) -> None:
    clusters.current_charter(cluster).__class__.objects.filter(cluster=cluster).update(decision_rule=rule)


def ask(cluster: Cluster, by: Any, **changes: Any) -> Proposal:
    words = {"kind": "other", "title": "Shall we meet on Tuesdays?", "text": "At the library.", "urgent": True}
    return proposals.put_to_group(cluster=cluster, by=by, at=AT, **{**words, **changes})


def say(question: Proposal, place: Membership, answer: str, *, at: datetime = AT, **how: Any) -> Ballot:
    return proposals.cast(proposal=question, membership=place, answer=answer, by=place.person, at=at, **how)


def settled(question: Proposal) -> list[str]:
    facts = Fact.objects.filter(kind="pooling.question_settled", payload__proposal=question.pk).order_by("pk")
    return [fact.payload["outcome"] for fact in facts]


def state_of(question: Proposal) -> str:
    question.refresh_from_db()
    return question.state


# --- writing, talking, opening ---


def test_a_question_is_talked_over_for_the_days_of_the_rules_and_then_opens_by_itself(town: Town, three: Any) -> None:
    cluster, _ = three
    question = ask(cluster, town.amina, urgent=False)
    assert (question.state, question.opens_at, question.written_as) == ("discussion", AT + 3 * DAY, three[1][0])
    with pytest.raises(proposals.TalkFirst):
        proposals.open_vote(proposal=question, by=town.ruth, at=AT + DAY)
    assert proposals.advance_due(at=AT + 2 * DAY) == 0
    assert proposals.advance_due(at=AT + 3 * DAY) == 1
    question.refresh_from_db()
    assert (question.state, question.rule, question.quorum, question.ballots.count()) == ("voting", "everyone", 3, 3)
    assert question.closes_at == AT + 8 * DAY


def test_an_urgent_question_opens_at_once_unless_the_rules_know_no_urgency(town: Town, three: Any) -> None:
    cluster, _ = three
    assert ask(cluster, town.amina).state == "voting"
    cluster.charters.update(urgent_questions=False)
    assert ask(cluster, town.amina).state == "discussion"
    with pytest.raises(proposals.NotAnUrgentGroup):
        proposals.write(cluster=cluster, kind="other", title="Now?", text="", urgent=True, by=town.amina, at=AT)


def test_new_words_keep_the_old_ones_and_give_a_day_to_read_them(town: Town, three: Any) -> None:
    cluster, _ = three
    question = ask(cluster, town.amina, urgent=False)
    almost = AT + 3 * DAY - timedelta(minutes=5)
    changed = proposals.amend(proposal=question, title="Shall we meet on Mondays?", text="", by=town.amina, at=almost)
    assert (changed.version, changed.opens_at) == (2, almost + DAY)
    assert [one.title for one in question.versions.all()] == ["Shall we meet on Tuesdays?", "Shall we meet on Mondays?"]
    with pytest.raises(NotAllowed):
        proposals.amend(proposal=question, title="Never?", text="", by=town.yusuf, at=almost)


def test_a_question_with_something_wrong_is_refused_with_a_sentence(town: Town, three: Any) -> None:
    cluster, _ = three
    wrong: list[tuple[dict[str, Any], type[Any]]] = [
        ({"title": " "}, proposals.QuestionIsMissing),
        ({"title": "x" * 121}, proposals.QuestionIsMissing),
        ({"text": "x" * 2001}, proposals.TooLong),
        ({"kind": "whim"}, proposals.KindIsUnknown),
        ({"cost_pence": -1}, proposals.CostIsSilly),
        ({"days": 0}, proposals.DaysAreSilly),
        ({"days": 29}, proposals.DaysAreSilly),
    ]
    for changes, refusal in wrong:
        with pytest.raises(refusal) as caught:
            ask(cluster, town.amina, **changes)
        assert caught.value.sentence
    assert not Proposal.objects.exists()


def test_strangers_and_people_of_an_ended_group_ask_nothing(town: Town, three: Any) -> None:
    cluster, _ = three
    for by in (town.stranger, town.operator, town.sam):
        with pytest.raises(NotAllowed):
            ask(cluster, by)
    assert ask(cluster, town.ruth).written_as is None
    Cluster.objects.filter(pk=cluster.pk).update(state="closed")
    with pytest.raises(proposals.GroupIsOver):
        ask(cluster, town.amina)


def test_the_same_thing_is_asked_once_at_a_time(town: Town, three: Any) -> None:
    cluster, _ = three
    first = ask(cluster, town.amina, kind="choose", about_kind="offer", about_id=7)
    with pytest.raises(proposals.AlreadyAsked):
        ask(cluster, town.yusuf, kind="choose", about_kind="offer", about_id=7)
    ask(cluster, town.yusuf, kind="choose", about_kind="offer", about_id=8)
    proposals.withdraw(proposal=first, by=town.amina, at=AT)
    ask(cluster, town.yusuf, kind="choose", about_kind="offer", about_id=7)


# --- answering ---


def test_who_may_answer_is_fixed_when_it_opens(town: Town, three: Any) -> None:
    """abuse.md 2: whoever comes in after it opened does not change its outcome."""
    cluster, places = three
    question = ask(cluster, town.amina)
    late = cast_pooling.joined(cluster, maryan(), by=town.amina, at=AT)
    with pytest.raises(NotAsked):
        say(question, late, "yes")
    assert question.ballots.count() == len(places) == 3


def test_an_answer_gets_a_receipt_a_changed_one_a_new_one_and_pressing_twice_keeps_it(town: Town, three: Any) -> None:
    cluster, (amina, *_) = three
    question = ask(cluster, town.amina)
    first = say(question, amina, "yes")
    assert first.receipt is not None
    assert len(first.receipt) == 14
    assert say(question, amina, "yes").receipt == first.receipt
    changed = say(question, amina, "aside", reason="Tuesdays are hard for me")
    assert changed.receipt != first.receipt
    assert question.ballots.exclude(answer="").count() == 1


def test_it_is_counted_as_soon_as_everybody_has_answered_and_then_no_answer_changes(town: Town, three: Any) -> None:
    cluster, places = three
    question = ask(cluster, town.amina)
    for place in places:
        say(question, place, "yes")
    assert state_of(question) == "passed"
    assert question.explanation == "3 could answer: 3 said yes. Everyone must agree. So the answer is yes."
    with pytest.raises(NotNow):
        say(question, places[0], "no")


def test_the_facilitator_never_answers_not_even_for_somebody_she_helps(town: Town, three: Any) -> None:
    """abuse.md 5."""
    cluster, (amina, *_) = three
    _may_decide_groups(town.amina, town.ruth, town.operator)
    question = ask(cluster, town.ruth)
    with pytest.raises(proposals.HelperNeverAnswers):
        proposals.cast(proposal=question, membership=amina, answer="yes", how="She told me", by=town.ruth, at=AT)


def test_a_supporter_answers_with_authority_and_says_how_they_were_told(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, _) = three
    _may_decide_groups(town.amina, town.neighbour, town.operator)
    question = ask(cluster, town.yusuf)
    with pytest.raises(proposals.SayHowTheyToldYou):
        proposals.cast(proposal=question, membership=amina, answer="yes", by=town.neighbour, at=AT)
    ballot = proposals.cast(proposal=question, membership=amina, answer="yes", how="She told me on the phone", by=town.neighbour, at=AT)
    assert (ballot.by, ballot.how) == (town.neighbour, "She told me on the phone")
    with pytest.raises(NotAllowed):
        proposals.cast(proposal=question, membership=yusuf, answer="yes", how="He told me", by=town.neighbour, at=AT)
    seen = question_for(question, town.yusuf, at=AT)
    assert (seen.who[0].name, seen.who[0].has_answered, seen.who[0].helper) == (town.amina.known_as, True, town.neighbour.known_as)
    assert [one.membership for one in seen.own] == [yusuf]


def _may_decide_groups(person: Any, supporter: Any, operator: Any) -> None:
    asked = supporters.ask(person=person, supporter=supporter, kind="for", decisions=["groups"], source="Letter", by=supporter, at=AT - 30 * DAY)
    supporters.confirm(supporter=asked, by=operator, at=AT - 29 * DAY)


def test_an_answer_that_the_rule_does_not_know_and_an_objection_without_a_reason_are_refused(town: Town, three: Any) -> None:
    cluster, (amina, *_) = three
    wrong = [
        ("everyone", "maybe", "", proposals.AnswerIsUnknown),
        ("consent", "no", "", proposals.AnswerIsUnknown),
        ("most", "object", "It would hurt", proposals.AnswerIsUnknown),
        ("everyone", "object", "  ", proposals.ObjectionNeedsReason),
    ]
    for rule, answer, reason, refusal in wrong:
        decides_by(cluster, rule)
        with pytest.raises(refusal):
            say(ask(cluster, town.amina), amina, answer, reason=reason)
    assert not Ballot.objects.exclude(answer="").exists()


def test_others_see_that_somebody_answered_and_never_what(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, _) = three
    question = ask(cluster, town.amina)
    say(question, amina, "no", reason="My own reasons")
    assert list(Ballot.objects.visible_to(town.yusuf)) == list(question.ballots.filter(membership=yusuf))
    seen = question_for(question, town.yusuf, at=AT)
    assert [one.has_answered for one in seen.who] == [True, False, False]
    assert seen.reasons == ()
    assert not Proposal.objects.visible_to(town.stranger).exists()
    assert answers_waiting(town.amina, at=AT) == []
    assert [one.membership for one in answers_waiting(town.yusuf, at=AT)] == [yusuf]
    assert questions_of(cluster, town.yusuf) == [(question, True)]
    assert questions_of(cluster, town.ruth) == [(question, False)]


# --- the end of the time ---


def test_too_few_answers_extend_it_once_and_then_it_fails(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, _) = three
    decides_by(cluster, "most")
    question = ask(cluster, town.amina)
    say(question, amina, "yes")
    proposals.advance_due(at=AT + 5 * DAY)
    assert (state_of(question), question.closes_at, settled(question)) == ("voting", AT + 8 * DAY, [])
    proposals.advance_due(at=AT + 8 * DAY)
    assert (state_of(question), settled(question)) == ("failed", ["failed"])
    with pytest.raises(NotNow):
        say(question, yusuf, "yes", at=AT + 8 * DAY)


def test_at_its_time_it_is_closed_also_before_the_clock_has_counted(town: Town, three: Any) -> None:
    cluster, (amina, *_) = three
    question = ask(cluster, town.amina)
    with pytest.raises(NotNow):
        say(question, amina, "yes", at=AT + 5 * DAY)


def test_with_three_people_two_answers_are_enough_where_most_decide(town: Town, three: Any) -> None:
    cluster, (amina, yusuf, _) = three
    decides_by(cluster, "most")
    question = ask(cluster, town.amina)
    say(question, amina, "yes")
    say(question, yusuf, "aside")
    proposals.advance_due(at=AT + 5 * DAY)
    assert state_of(question) == "passed"
    assert question.outcome["quorum"] == 2


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
