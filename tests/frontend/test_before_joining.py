"""Before joining: what each would pay in a group of each size, and the most it can cost."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit.clock import LONDON
from frontend.presenters.before_joining import NO_PRICE, before_joining
from marketplace.models import Agreement, Payer
from marketplace.selectors.sizes import about_weekly_pence, prices_by_size
from pooling.models import Membership
from tests import cast, cast_market
from tests.frontend.test_groups import _as, _text
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _proposed() -> cast_market.Walk:
    story = cast_market.walk()
    story.propose()
    return story


world = kept(_proposed)


@pytest.fixture
def story(db: None, world: Any) -> cast_market.Walk:
    made: cast_market.Walk = again(world)
    return made


def test_each_size_has_the_price_of_the_table_that_was_signed(story: cast_market.Walk, django_assert_max_num_queries: Any) -> None:
    """£20.00 an hour for one, £24.00 for two, £27.00 for three; two visits a week of an hour, twelve weeks."""
    with django_assert_max_num_queries(2):
        [price] = prices_by_size(story.cluster, on=story.at.date())
    each = {row.people: row.each_weekly_pence for row in price.rows}
    assert each == {1: 4_000, 2: 2_400, 3: 1_800, 4: None, 5: None, 6: None, 7: None, 8: None}
    assert [row.most_pence for row in price.rows[:3]] == [48_000, 28_800, 21_600]
    assert (price.payers, price.with_one_more.people, price.with_one_more.each_weekly_pence) == (3, 4, None)


def test_nobody_pays_more_than_the_table_says(story: cast_market.Walk) -> None:
    Agreement.objects.update(visit_pence=1_000)
    [price] = prices_by_size(story.cluster, on=story.at.date())
    assert price.rows[2].each_weekly_pence == 667  # 2,000p among three, rounded up


def test_fewer_weeks_to_come_cost_less_and_none_at_all_tell_nothing(story: cast_market.Walk) -> None:
    first = story.agreement.starts_on
    for days, left in ((-5, 12), (0, 12), (6, 12), (7, 11), (83, 1)):
        [price] = prices_by_size(story.cluster, on=first + timedelta(days=days))
        assert (price.weeks_left, price.rows[2].most_pence) == (left, 1_800 * left)
    assert prices_by_size(story.cluster, on=first + timedelta(days=84)) == []


@pytest.mark.parametrize("state", ["declined", "stopped", "coming"])
def test_who_does_not_pay_is_not_counted_and_own_visits_cost_the_same_for_any_size(story: cast_market.Walk, state: str) -> None:
    Payer.objects.filter(membership=story.places["Halima"]).update(state=state)
    assert prices_by_size(story.cluster, on=story.at.date())[0].payers == 2
    Agreement.objects.update(together=False, visit_pence=2_000)
    [price] = prices_by_size(story.cluster, on=story.at.date())
    assert {row.each_weekly_pence for row in price.rows} == {4_000}


def test_a_price_that_was_changed_since_or_never_had_a_table_is_told_for_today_s_size_only(story: cast_market.Walk) -> None:
    for frozen in ({"varied": True, **story.agreement.frozen}, {"price_pence": 2_700}):
        Agreement.objects.update(frozen=frozen)
        [price] = prices_by_size(story.cluster, on=story.at.date())
        assert [row.people for row in price.rows if row.each_weekly_pence is not None] == [3]


@pytest.mark.parametrize("state", ["void", "drafting"])
def test_what_does_not_run_tells_no_price(story: cast_market.Walk, state: str) -> None:
    Agreement.objects.update(state=state)
    before = before_joining(story.cluster, on=story.at.date())
    assert before.tables == []
    assert before.most_pence == 0


def test_whoever_is_asked_in_reads_the_table_and_the_most_it_can_cost(story: cast_market.Walk, set_clock: Any) -> None:
    set_clock(story.at)
    Payer.objects.filter(membership=story.places["Halima"]).update(state="declined")
    guest = cast.stranger()
    place = Membership.objects.create(cluster=story.cluster, person=guest, council_code=cast.SOUTHWARK, state="invited", opened_at=story.at)
    page = _text(_as(guest).get(reverse("place-join", args=[place.pk])))
    assert 'With you, 3 people pay: <b class="money">£18.00</b> a week each' in page
    assert 'The most it can cost you</dt><dd class="money">£216.00' in page
    assert NO_PRICE in page
    assert "you can promise £60.00 a week at most" in page
    assert "Barwaaqo" not in page


def test_the_card_anybody_sees_says_what_a_week_would_cost_as_the_week_began(story: cast_market.Walk, set_clock: Any) -> None:
    """£27.00 an hour for three, twice a week: £18.00 for whoever comes in as the third. It changes on Mondays only."""
    story.sign_all()
    Payer.objects.filter(membership=story.places["Halima"]).update(state="declined")
    monday = story.at.date() + timedelta(days=7 - story.at.weekday())
    shown = {"cluster": story.cluster.pk}
    assert about_weekly_pence(shown.values(), on=monday - timedelta(days=1)) == {}
    assert about_weekly_pence(shown.values(), on=monday) == {story.cluster.pk: 1_800}
    Payer.objects.filter(membership=story.places["Yusuf"]).update(state="stopped", leaves_on=monday + timedelta(days=1))
    assert about_weekly_pence(shown.values(), on=monday + timedelta(days=3)) == {story.cluster.pk: 1_800}
    assert about_weekly_pence(shown.values(), on=monday + timedelta(days=7)) == {story.cluster.pk: 2_400}
    Payer.objects.filter(membership=story.places["Halima"]).update(state="signed", signed_at=story.at)
    Payer.objects.filter(membership=story.places["Yusuf"]).update(state="signed")
    assert about_weekly_pence(shown.values(), on=monday) == {}  # for four there is no price
    Payer.objects.filter(membership=story.places["Yusuf"]).update(state="declined")
    set_clock(datetime.combine(monday, time(12), LONDON))
    page = _text(_as(cast.stranger()).get(reverse("near"), {"what": "any", "where": "SE15"}))
    assert 'About <b class="money">£18.00 a week</b> for you.' in page
