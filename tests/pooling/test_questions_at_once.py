"""Many at once about one question: each person has one answer, it is counted once, and what was decided is done once."""

import pytest

from audit.models import Fact
from pooling.models import Ballot, Enactment, Proposal
from pooling.services import proposals
from tests import cast_pooling
from tests.pooling.asking import DAY, ask
from tests.pooling.conftest import AT, Town
from tests.pooling.test_at_once import at_once, went_well


@pytest.mark.django_db(transaction=True)
def test_everybody_answers_and_the_clock_runs_at_the_same_moment(committed_town: Town) -> None:
    town = committed_town
    cluster, places = cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT)
    question = ask(cluster, town.amina, kind="choose", about_kind="offer", about_id=7)

    def answer(number: int) -> object:
        place = places[number % 3]
        return proposals.cast(proposal=question, membership=place, answer="yes" if number % 2 else "aside", by=place.person, at=AT)

    results = at_once(answer, 9)
    assert went_well(results) >= 3
    assert Ballot.objects.exclude(answer="").count() == 3
    question.refresh_from_db()
    said = list(Ballot.objects.values_list("answer", flat=True))
    assert question.outcome["yes"] == said.count("yes")
    assert question.state == ("passed" if said.count("yes") else "failed")
    Proposal.objects.filter(pk=question.pk).update(state="passed", challenge_until=AT + 3 * DAY)
    assert sum(int(str(moved)) for moved in at_once(lambda _: proposals.advance_due(at=AT + 3 * DAY), 6)) == 1
    assert Enactment.objects.count() == 1
    assert [fact.payload["outcome"] for fact in Fact.objects.filter(kind="pooling.question_settled", payload__outcome="enacted")] == ["enacted"]
