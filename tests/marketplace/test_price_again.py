"""Somebody says no before it runs: what the others pay then is of the list that was sent to everybody, not of a later one."""

import pytest

from marketplace.services import signing
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

told = kept(cast_market.walk)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def dearer(story: Walk) -> None:
    """The provider's price list is another from now on."""
    story.listing.price_pence = 9_900
    story.listing.save()
    story.listing.group_prices.filter(people=2).update(pence=9_000)


def yusuf_says_no(story: Walk) -> None:
    signing.decline_as_payer(agreement=story.agreement, membership=story.places["Yusuf"], by=cast.yusuf(), at=story.at)
    story.agreement.refresh_from_db()


def test_with_own_visits_the_price_stays_what_the_others_said_yes_to(story: Walk) -> None:
    story.propose(together=False)
    story.sign("Amina")
    dearer(story)
    yusuf_says_no(story)
    assert (story.agreement.visit_pence, story.payer("Amina").weekly_pence) == (2_000, 4_000)


def test_together_the_new_price_is_of_the_list_that_was_sent(story: Walk) -> None:
    story.propose()
    dearer(story)
    yusuf_says_no(story)
    assert (story.agreement.visit_pence, story.payer("Amina").weekly_pence) == (2_400, 2_400)
