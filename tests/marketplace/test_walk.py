"""The walk of one week, through services: proposed, signed, asked, covered, visited, said yes to, paid."""

import pytest

from marketplace.models import Milestone
from marketplace.selectors import proof
from tests import cast_market


@pytest.mark.django_db
def test_a_group_signs_and_every_week_is_planned_to_the_penny() -> None:
    story = cast_market.walk()
    story.propose()
    assert [payer.weekly_pence for payer in story.agreement.payers.all()] == [1800, 1800, 1800]
    assert {payer.ceiling_pence for payer in story.agreement.payers.all()} == {21_600}
    story.sign_all()
    assert story.agreement.state == "active"
    weeks = list(Milestone.objects.filter(agreement=story.agreement))
    assert [week.pence for week in weeks] == [5400] * 12
    assert all(week.shares.count() == 3 and week.visits.count() == 2 for week in weeks)


@pytest.mark.django_db
def test_a_week_is_covered_visited_said_yes_to_and_paid() -> None:
    story = cast_market.covered()
    assert story.week().state == "funded"
    assert story.share("Halima").covered_by == "order"
    assert story.share("Halima").hold is None
    assert story.share("Amina").hold is not None
    story.do_visits()
    assert {story.share(name).state for name in story.places} == {"asked"}
    story.yes()
    assert [story.share(name).state for name in story.places] == ["released", "released", "agreed"]
    assert story.share("Halima").waits_for == "money"
    story.pay_order(story.share("Halima"))
    story.run()
    assert story.share("Halima").state == "released"
    assert story.week().state == "closed"
    assert proof("default") == []
