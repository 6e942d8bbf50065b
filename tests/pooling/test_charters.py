"""Rules in versions: written, asked of the group, in force, signed by each; and who has not signed may leave without notice."""

from datetime import timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from pooling.models import Charter, CharterSignature, Cluster, Membership, Proposal
from pooling.rules import NotNow
from pooling.rules.finding import CHARTER
from pooling.rules.points import POINTS, SLUGS, PointFacts, matter_now, open_points
from pooling.selectors import notice_days_for, rules_to_sign
from pooling.services import charters, memberships, proposals
from pooling.services.charters import NothingChanged, PointIsTooLong, RulesAreAsked, TrialIsWrong
from pooling.services.clusters import AnswerIsMissing, AnswerIsTooLong, NoticeIsTooLong, RuleIsUnknown, current_charter
from tests import cast_pooling
from tests.pooling.conftest import AT, Town
from tests.pooling.test_groups import start

LATER = AT + timedelta(days=14)


def three_in(town: Town) -> tuple[Cluster, list[Membership]]:
    return cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT)


def asked(cluster: Cluster, town: Town, **changes: Any) -> tuple[Charter, Proposal]:
    """New rules, asked of the group by Amina."""
    charter = charters.propose_new(cluster=cluster, changes=changes or {"notice_days": 14}, by=town.amina, at=AT)
    return charter, Proposal.objects.get(kind="rules", about_id=charter.pk)


def agreed(question: Proposal, *places: Membership) -> Proposal:
    """Everybody says yes, and nobody challenges it."""
    at = AT + timedelta(days=3)
    proposals.advance_due(at=at)
    for place in places:
        proposals.cast(proposal=question, membership=place, answer="yes", by=place.person, at=at)
    for days in (9, 13):
        proposals.advance_due(at=AT + timedelta(days=days))
    question.refresh_from_db()
    return question


def test_a_new_version_changes_nothing_until_the_group_agreed(town: Town) -> None:
    cluster, places = three_in(town)
    charter, question = asked(cluster, town, notice_days=14, points={"away": "Ring Amina the day before."})
    assert (charter.version, charter.state, current_charter(cluster).version) == (2, "proposed", 1)
    assert "“28” becomes “14”" in question.text
    assert "Ring Amina" in question.text
    assert agreed(question, *places).state == "enacted"
    charter.refresh_from_db()
    assert (charter.state, current_charter(cluster)) == ("in_force", charter)
    assert cluster.charters.get(version=1).state == "replaced"
    assert Fact.objects.get(kind="pooling.rules_changed").payload == {"cluster": cluster.pk, "charter": charter.pk}
    assert charter.points == {"away": "Ring Amina the day before."}
    assert charters.adopt(proposal=question, at=LATER) == charter
    assert Fact.objects.filter(kind="pooling.rules_changed").count() == 1


def test_an_unanswered_question_leaves_the_rules_as_they_are_and_the_next_may_be_asked(town: Town) -> None:
    cluster, _ = three_in(town)
    charter, question = asked(cluster, town)
    with pytest.raises(RulesAreAsked):
        charters.propose_new(cluster=cluster, changes={"notice_days": 7}, by=town.yusuf, at=AT)
    for days in (3, 9, 12, 15):
        proposals.advance_due(at=AT + timedelta(days=days))
    question.refresh_from_db()
    charter.refresh_from_db()
    assert (question.state, charter.state, current_charter(cluster).version) == ("failed", "dropped", 1)
    assert charters.drop(proposal=question, at=LATER).state == "dropped"
    with pytest.raises(NotNow):
        charters.adopt(proposal=question, at=LATER)
    assert charters.propose_new(cluster=cluster, changes={"notice_days": 7}, by=town.yusuf, at=LATER).version == 3


def test_taken_back_before_it_is_answered_it_is_dropped(town: Town) -> None:
    cluster, _ = three_in(town)
    charter, question = asked(cluster, town)
    proposals.withdraw(proposal=question, by=town.amina, at=AT)
    charter.refresh_from_db()
    assert charter.state == "dropped"


def test_each_signs_new_rules_for_themselves_and_whoever_does_not_may_leave_without_notice(town: Town) -> None:
    cluster, [amina, yusuf, halima] = three_in(town)
    for place in (amina, yusuf):
        money = cast_pooling.direct_payment(place.person, seen_by=town.ruth, at=AT)
        cast_pooling.earmarked(cast_pooling.promised(place, money, at=AT), at=AT)
    assert [notice_days_for(place) for place in (amina, yusuf, halima)] == [28, 28, 0]  # Halima has nothing on
    assert list(rules_to_sign(town.amina)) == []
    charter, question = asked(cluster, town, notice_days=14)
    agreed(question, amina, yusuf, halima)
    assert [notice_days_for(place) for place in (amina, yusuf, halima)] == [0, 0, 0]
    assert list(rules_to_sign(town.amina)) == [amina]
    signature = charters.sign(charter=charter, membership=amina, by=town.amina, at=LATER)
    assert charters.sign(charter=charter, membership=amina, by=town.amina, at=LATER) == signature
    assert [notice_days_for(place) for place in (amina, yusuf, halima)] == [14, 0, 0]
    assert list(rules_to_sign(town.amina)) == []
    assert CharterSignature.objects.filter(charter=charter).count() == 1


def test_in_the_first_days_no_notice_is_asked(town: Town) -> None:
    _, [_, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT, settled=False)
    money = cast_pooling.direct_payment(town.yusuf, seen_by=town.ruth, at=AT)
    cast_pooling.earmarked(cast_pooling.promised(yusuf, money, at=AT), at=AT)
    assert notice_days_for(yusuf) == 0


def test_nobody_signs_for_another_nor_rules_that_are_not_in_force(town: Town) -> None:
    cluster, [amina, yusuf, halima] = three_in(town)
    first = current_charter(cluster)
    charter, question = asked(cluster, town)
    with pytest.raises(NotNow):
        charters.sign(charter=charter, membership=amina, by=town.amina, at=AT)
    agreed(question, amina, yusuf, halima)
    for by in (town.yusuf, town.ruth, town.operator, town.stranger):
        with pytest.raises(NotAllowed):
            charters.sign(charter=charter, membership=amina, by=by, at=LATER)
    with pytest.raises(NotNow):
        charters.sign(charter=first, membership=amina, by=town.amina, at=LATER)


def test_somebody_who_comes_in_later_signs_the_rules_in_force(town: Town) -> None:
    cluster, [amina, yusuf] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    charter, question = asked(cluster, town)
    agreed(question, amina, yusuf)
    place = cast_pooling.joined(cluster, town.halima, by=town.amina, at=LATER)
    assert place.signatures.get().charter == charter


def test_alone_in_a_group_new_rules_are_in_force_and_signed_at_once(town: Town) -> None:
    cluster = start(town)
    charter = charters.propose_new(cluster=cluster, changes={"trial_days": 7}, by=town.amina, at=AT)
    assert (charter.state, charter.signatures.get().by, Proposal.objects.exists()) == ("in_force", town.amina, False)
    place = memberships.invite(cluster=cluster, person=town.yusuf, by=town.amina, at=AT)
    place = memberships.accept_charter(membership=place, by=town.yusuf, at=AT)
    assert place.trial_ends_at == AT + timedelta(days=7)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"notice_days": 28}, NothingChanged),
        ({"notice_days": 92}, NoticeIsTooLong),
        ({"who_comes": " "}, AnswerIsMissing),
        ({"what_for": "x" * 401}, AnswerIsTooLong),
        ({"cost_rule": "whim"}, RuleIsUnknown),
        ({"trial_days": 0}, TrialIsWrong),
        ({"text": "x" * 5_001}, PointIsTooLong),
        ({"points": {"away": "x" * 601}}, PointIsTooLong),
        ({"points": {"mischief": "x"}}, RuleIsUnknown),
        ({"version": 9}, RuleIsUnknown),
    ],
)
def test_new_rules_that_make_no_sense_are_refused(town: Town, changes: dict[str, Any], refusal: type[Any]) -> None:
    cluster = start(town)
    with pytest.raises(refusal) as caught:
        charters.propose_new(cluster=cluster, changes=changes, by=town.amina, at=AT)
    assert caught.value.sentence
    assert current_charter(cluster).version == 1


@pytest.mark.parametrize("who", ["ruth", "stranger", "operator", "sam"])
def test_only_people_in_the_group_write_its_rules(town: Town, who: str) -> None:
    cluster, _ = cast_pooling.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    with pytest.raises(NotAllowed):
        charters.propose_new(cluster=cluster, changes={"notice_days": 7}, by=getattr(town, who), at=AT)


def test_every_verb_is_refused_in_every_state_its_table_does_not_name(town: Town) -> None:
    cluster, [amina, _, _] = three_in(town)
    charter, question = asked(cluster, town)
    first = cluster.charters.get(version=1)
    deeds: dict[str, Any] = {"adopt": lambda: charters.adopt(proposal=question, at=AT), "sign": lambda: _signed(charter, amina, town)}
    for state in ("replaced", "dropped"):
        Charter.objects.filter(pk=charter.pk).update(state=state)
        for verb, deed in deeds.items():
            assert (state, verb) not in CHARTER
            with pytest.raises(NotNow):
                deed()
        assert charters.drop(proposal=question, at=AT).state == state
    assert current_charter(cluster) == first


def _signed(charter: Charter, place: Membership, town: Town) -> CharterSignature:
    return charters.sign(charter=charter, membership=place, by=town.amina, at=AT)


# --- the 17 points ---


def test_there_are_seventeen_points_each_with_a_safe_answer_and_a_time() -> None:
    assert len(POINTS) == len(SLUGS) == 17
    assert {point.when for point in POINTS} == {"start", "people", "money", "visits", "leaving", "later"}
    assert all(point.safe and point.label.endswith("?") for point in POINTS)
    assert {point.answered_by for point in POINTS if point.answered_by} <= {field.name for field in Charter._meta.get_fields()}


def test_a_point_is_asked_for_when_it_matters_and_not_before() -> None:
    alone = PointFacts(people=1, has_promises=False, has_visits=False, somebody_leaves=False)
    together = PointFacts(people=3, has_promises=False, has_visits=False, somebody_leaves=False)
    busy = PointFacts(people=3, has_promises=True, has_visits=True, somebody_leaves=True)
    assert open_points(alone, {}) == []
    assert {point.slug for point in open_points(together, {})} == {"joining", "falling_out", "private"}
    assert "away" not in matter_now(together)
    assert matter_now(busy) == SLUGS
    assert "away" not in {point.slug for point in open_points(busy, {"away": "Ring me."})}
