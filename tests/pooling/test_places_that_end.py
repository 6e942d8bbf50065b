"""A place that ends by itself: a budget ended, somebody died or moved; and people nobody has heard of."""

import pytest

from audit.errors import NotAllowed
from pooling.models import Membership
from pooling.rules import NotNow
from pooling.selectors import leaving as reading
from pooling.services import leaving
from tests import cast, cast_pooling
from tests.cast_leaving import Costs, days
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db
A, B, C, D = "ABCD"


def test_who_looks_after_the_money_says_that_a_budget_ended_and_they_are_out_today(town: Town, four: Costs) -> None:
    place = four.purses[B].place
    cast_pooling.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    four.held({B: 8_000})
    for nosy in (town.amina, town.yusuf, town.ruth, town.stranger, town.colin, cast.priya()):
        with pytest.raises(NotAllowed):
            leaving.eligibility_ended(membership=place, why="ended", by=nosy, at=AT)
    report = leaving.report_end(membership=place, why="ended", by=town.amina, at=AT)
    assert leaving.report_end(membership=place, why="ended", by=town.amina, at=AT).pk == report.pk
    [told] = leaving.eligibility_ended(membership=place, why="ended", by=town.sam, at=AT)
    place.refresh_from_db()
    report.refresh_from_db()
    assert (place.state, told.until, told.state, report.state) == ("settling", AT.date(), "left", "ended")


def test_somebody_who_died_is_out_of_every_group_at_once_also_while_notice_runs(town: Town, four: Costs) -> None:
    place = four.purses[B].place
    _, [second, _] = cast_pooling.group(town.yusuf, town.amina, at=AT)
    four.held({B: 8_000})
    leaving.give_notice(membership=place, by=town.yusuf, at=AT)
    ended = leaving.eligibility_ended(membership=place, why="died", by=town.colin, at=days(AT, 1))
    assert [(one.membership, one.why, one.until) for one in ended] == [(each, "died", days(AT, 1).date()) for each in (place, second)]
    assert not Membership.objects.inside().of(town.yusuf).exists()


@pytest.mark.parametrize("who", ["stranger", "hodan"])
def test_only_who_may_see_a_place_reports_its_end_and_only_who_may_end_it_dismisses(town: Town, four: Costs, who: str) -> None:
    other = town.stranger if who == "stranger" else cast.hodan()
    place = four.purses[B].place
    with pytest.raises(NotAllowed):
        leaving.report_end(membership=place, why="moved", by=other, at=AT)
    report = leaving.report_end(membership=place, why="moved", by=town.ruth, at=AT)
    for nosy in (other, town.ruth, town.yusuf):
        with pytest.raises(NotAllowed):
            leaving.dismiss_report(report=report, by=nosy, at=AT)
    leaving.dismiss_report(report=report, by=town.colin, at=AT)
    with pytest.raises(NotNow):
        leaving.dismiss_report(report=report, by=town.colin, at=AT)
    assert Membership.objects.get(pk=place.pk).state == "active"


def test_people_who_did_nothing_themselves_for_six_weeks_are_listed_for_who_looks_after_their_money(town: Town) -> None:
    _, [place, _] = cast_pooling.group(town.yusuf, town.amina, at=AT)
    portion = cast_pooling.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    assert reading.quiet_people([portion], at=days(AT, 41)) == []
    assert reading.quiet_people([portion], at=days(AT, 43)) == [place]
    leaving.give_notice(membership=place, by=town.yusuf, at=days(AT, 40))
    assert reading.quiet_people([portion], at=days(AT, 43)) == []
