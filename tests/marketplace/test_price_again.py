"""Somebody says no before it runs: what the others pay then is of the list that was sent to everybody, not of a later one."""

import pytest

from marketplace.rules.tables import NotNow
from marketplace.services import signing
from people.models import Approval
from people.services import approvals
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


def test_a_yes_after_ones_own_no_is_refused(story: Walk) -> None:
    """It would be at the old price, beside the others' new one: £66.00 a week for visits that cost £48.00."""
    story.propose()
    yusuf_says_no(story)
    with pytest.raises(NotNow):
        story.sign("Yusuf")
    story.sign("Amina", "Halima")
    signing.sign_as_provider(agreement=story.agreement, by=cast.hodan(), at=story.at)
    assert story.week().pence == 4_800


def test_a_yes_to_own_visits_after_ones_own_no_is_none_that_the_provider_said_yes_to(story: Walk) -> None:
    story.propose(together=False)
    yusuf_says_no(story)
    signing.sign_as_provider(agreement=story.agreement, by=cast.hodan(), at=story.at)
    with pytest.raises(NotNow):
        story.sign("Yusuf")


def test_a_funders_yes_to_paying_family_is_to_the_price_they_read(story: Walk) -> None:
    story.propose()
    ask = {"agreement": story.agreement, "membership": story.places["Amina"], "reason": "She speaks Somali.", "by": cast.amina(), "at": story.at}
    signing.ask_relative_exception(**ask)
    approvals.give(approval=Approval.objects.get(), by=cast.colin(), at=story.at)
    yusuf_says_no(story)
    yes = {"agreement": story.agreement, "pledge": story.promises["Amina"], "related": "same_home", "by": cast.amina(), "at": story.at}
    with pytest.raises(approvals.NeedsApproval):
        signing.sign_as_payer(**yes)
    signing.ask_relative_exception(**ask)
    approvals.give(approval=Approval.objects.open(story.at).get(), by=cast.colin(), at=story.at)
    signing.sign_as_payer(**yes)
    assert story.payer("Amina").weekly_pence == 2_400
