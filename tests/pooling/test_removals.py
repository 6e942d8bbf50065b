"""Asking somebody to leave: who may, their reply, the decision, ten working days, an appeal to somebody outside."""

from datetime import timedelta

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from people.models import Person
from people.services import supporters
from pooling.models import Cluster, Leaving, Membership, Proposal, Removal
from pooling.rules import NotNow
from pooling.services import leaving, proposals, removals
from tests import cast, cast_pooling
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db
LONG = "x" * 1_001


@pytest.fixture
def asked(town: Town) -> Removal:
    """Yusuf asks the group of three about Amina."""
    _, [place, *_] = cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT, facilitator=town.ruth)
    return removals.ask(membership=place, reason="She shouts.", by=town.yusuf, at=AT)


def said_yes(row: Removal) -> Leaving:
    told = removals.decided(proposal=Proposal.objects.get(pk=row.proposal_id), at=AT)
    assert told is not None
    row.refresh_from_db()
    return told


def test_the_others_decide_and_the_person_named_does_not(town: Town, asked: Removal) -> None:
    question = Proposal.objects.get(pk=asked.proposal_id)
    if question.state != "voting":
        proposals.advance_due(at=AT + timedelta(days=4))
    voters = set(question.ballots.values_list("membership__person", flat=True))
    assert voters == {town.yusuf.pk, town.halima.pk}


@pytest.mark.parametrize("who", ["ruth", "stranger", "operator", "amina"])
def test_only_somebody_else_in_the_group_asks(town: Town, asked: Removal, who: str) -> None:
    Removal.objects.update(state="turned_down")
    with pytest.raises(NotAllowed):
        removals.ask(membership=asked.membership, reason="So.", by=getattr(town, who), at=AT)


def test_it_needs_a_reason_and_is_asked_once_at_a_time(town: Town, asked: Removal) -> None:
    with pytest.raises(NotNow):
        removals.ask(membership=asked.membership, reason="Again.", by=town.halima, at=AT)
    Removal.objects.update(state="turned_down")
    for reason in (" ", LONG):
        with pytest.raises(removals.ReasonIsMissing):
            removals.ask(membership=asked.membership, reason=reason, by=town.halima, at=AT)


def test_only_the_person_replies_and_only_before_the_decision(town: Town, asked: Removal) -> None:
    for other in (town.yusuf, town.ruth, town.operator):
        with pytest.raises(NotAllowed):
            removals.reply(removal=asked, reply="Not I.", by=other, at=AT)
    removals.reply(removal=asked, reply="I am deaf in one ear.", by=town.amina, at=AT)
    said_yes(asked)
    with pytest.raises(NotNow):
        removals.reply(removal=asked, reply="Too late.", by=town.amina, at=AT)


def test_ten_working_days_later_they_are_out_and_not_a_day_before(town: Town, asked: Removal) -> None:
    told = said_yes(asked)
    assert removals.decided(proposal=Proposal.objects.get(pk=asked.proposal_id), at=AT) is None
    assert (told.until - AT.date()).days == 15
    leaving.advance_due(at=AT + timedelta(days=14))
    assert Membership.objects.get(pk=asked.membership_id).state == "removal_notice"
    leaving.advance_due(at=AT + timedelta(days=15))
    assert Membership.objects.get(pk=asked.membership_id).state == "settling"


def test_the_tenth_working_day_is_theirs_to_appeal_whatever_the_clock_did_that_morning(town: Town, asked: Removal) -> None:
    said_yes(asked)
    assert asked.appeal_by is not None
    last = AT + (asked.appeal_by - AT.date())
    leaving.advance_due(at=last)
    assert removals.appeal(removal=asked, appeal="Nobody asked me.", by=town.amina, at=last).state == "appealed"


def test_an_open_appeal_keeps_them_in_and_upheld_they_stay(town: Town, asked: Removal) -> None:
    said_yes(asked)
    removals.appeal(removal=asked, appeal="Nobody asked me.", by=town.amina, at=AT)
    leaving.advance_due(at=AT + timedelta(days=40))
    assert Membership.objects.get(pk=asked.membership_id).state == "removal_notice"
    for other in (town.yusuf, town.amina, town.ruth, town.sam):
        with pytest.raises(NotAllowed):
            removals.answer_appeal(removal=asked, uphold=True, answer="So.", by=other, at=AT)
    with pytest.raises(removals.AnswerIsMissing):
        removals.answer_appeal(removal=asked, uphold=True, answer=" ", by=town.operator, at=AT)
    removals.answer_appeal(removal=asked, uphold=True, answer="Talk first.", by=town.operator, at=AT)
    assert Membership.objects.get(pk=asked.membership_id).state == "active"
    assert Leaving.objects.get().state == "taken_back"


def test_a_refused_appeal_lets_the_day_come(town: Town, asked: Removal) -> None:
    said_yes(asked)
    removals.appeal(removal=asked, appeal="Nobody asked me.", by=town.amina, at=AT)
    removals.answer_appeal(removal=asked, uphold=False, answer="The group heard you.", by=town.operator, at=AT)
    leaving.advance_due(at=AT + timedelta(days=15))
    assert Membership.objects.get(pk=asked.membership_id).state == "settling"


@pytest.mark.parametrize("interest", ["in the group", "helps it", "asked for it", "decides for her"])
def test_no_operator_with_an_interest_answers_an_appeal(town: Town, asked: Removal, interest: str) -> None:
    said_yes(asked)
    removals.appeal(removal=asked, appeal="Nobody asked me.", by=town.amina, at=AT)
    group, operator = asked.membership.cluster, town.operator
    match interest:
        case "in the group":
            operator = town.halima
            Person.objects.filter(pk=operator.pk).update(is_staff=True)
        case "helps it":
            Cluster.objects.filter(pk=group.pk).update(facilitator=operator)
        case "asked for it":
            Removal.objects.update(asked_by=operator)
        case _:
            before = AT - timedelta(days=30)
            said = {"kind": "for", "decisions": ["groups"], "source": "Letter", "by": operator, "at": before}
            row = supporters.ask(person=town.amina, supporter=operator, **said)
            other = cast.somebody("osman@example.com", "Osman Ali", is_seen=True)
            Person.objects.filter(pk=other.pk).update(is_staff=True)
            supporters.confirm(supporter=row, by=Person.objects.get(pk=other.pk), at=before + timedelta(days=1))
    operator.refresh_from_db()
    with pytest.raises(NotAllowed):
        removals.answer_appeal(removal=asked, uphold=False, answer="So.", by=operator, at=AT)


def facts_of(kind: str) -> list[int]:
    return list(Fact.objects.filter(kind=f"pooling.{kind}").values_list("payload__removal", flat=True))


def test_an_appeal_nobody_answers_is_said_again_half_way_and_then_they_stay(town: Town, asked: Removal) -> None:
    said_yes(asked)
    removals.appeal(removal=asked, appeal="Nobody asked me.", by=town.amina, at=AT)
    assert [removals.advance_due(at=AT + timedelta(days=day)) for day in (7, 8, 9, 14)] == [0, 1, 0, 0]
    leaving.advance_due(at=AT + timedelta(days=15))
    assert (Removal.objects.get().state, facts_of("appeal_waits")) == ("appealed", [asked.pk])
    assert [removals.advance_due(at=AT + timedelta(days=15)) for _ in range(2)] == [1, 0]
    assert (Removal.objects.get().state, facts_of("appeal_ran_out")) == ("unanswered", [asked.pk])
    assert (Membership.objects.get(pk=asked.membership_id).state, Leaving.objects.get().state) == ("active", "taken_back")
    with pytest.raises(NotNow):
        removals.answer_appeal(removal=asked, uphold=False, answer="Too late.", by=town.operator, at=AT + timedelta(days=15))
    assert leaving.advance_due(at=AT + timedelta(days=16)) == 0


def test_an_appeal_of_somebody_who_is_out_meanwhile_ends_and_brings_nobody_back(town: Town, asked: Removal) -> None:
    said_yes(asked)
    removals.appeal(removal=asked, appeal="Nobody asked me.", by=town.amina, at=AT)
    leaving.eligibility_ended(membership=asked.membership, why="died", by=town.colin, at=AT)
    assert removals.advance_due(at=AT + timedelta(days=15)) == 1
    assert (Removal.objects.get().state, facts_of("appeal_ran_out")) == ("turned_down", [])
    assert Membership.objects.get(pk=asked.membership_id).state == "settling"


def test_an_appeal_after_ten_working_days_is_too_late(town: Town, asked: Removal) -> None:
    said_yes(asked)
    with pytest.raises(removals.AppealIsTooLate):
        removals.appeal(removal=asked, appeal="Wait.", by=town.amina, at=AT + timedelta(days=15))


def test_a_no_ends_it_and_nothing_changes(town: Town, asked: Removal) -> None:
    question = Proposal.objects.get(pk=asked.proposal_id)
    assert removals.turned_down(proposal=question, at=AT) == 1
    assert removals.turned_down(proposal=question, at=AT) == 0
    assert removals.decided(proposal=question, at=AT) is None
    assert Membership.objects.get(pk=asked.membership_id).state == "active"


def test_who_has_said_that_they_leave_is_not_removed_as_well(town: Town, asked: Removal) -> None:
    portion = cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    cast_pooling.earmarked(cast_pooling.promised(asked.membership, portion, at=AT), at=AT)
    leaving.give_notice(membership=asked.membership, by=town.amina, at=AT)
    assert removals.decided(proposal=Proposal.objects.get(pk=asked.proposal_id), at=AT) is None
    assert Leaving.objects.get().why == "notice"
