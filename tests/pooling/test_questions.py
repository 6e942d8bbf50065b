"""Questions a group is asked: talking, opening, who may answer, receipts, the end of the time. What comes of it: `test_decisions`."""

from datetime import timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from people.services import supporters
from pooling.models import Ballot, Cluster, Membership, Proposal
from pooling.rules import NotNow
from pooling.selectors.deciding import ballots_waiting, question_for, questions_of
from pooling.services import proposals
from pooling.services.memberships import NotAsked
from tests import cast_pooling
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
    assert list(ballots_waiting(town.amina, at=AT)) == []
    assert [one.membership for one in ballots_waiting(town.yusuf, at=AT)] == [yusuf]
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
