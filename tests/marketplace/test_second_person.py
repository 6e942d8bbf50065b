"""The second person's yes to a large payment is another person's: not of who already said a part of the payer's own."""

import pytest

from audit.errors import NotAllowed
from marketplace.selectors import proof
from marketplace.services import decisions, milestones, shares
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.marketplace.test_saying import supports
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _two_weeks_paid() -> Walk:
    """£200.00 a week from Amina; with the third it is more than £500.00 in four weeks. A supporter may say for her that visits happened."""
    story = cast_market.walk(weekly_pence=20_000)
    story.listing.group_prices.filter(people=3).update(pence=30_000)
    story.propose(weeks=4)
    story.sign_all()
    story.until(cast_market.ASKED_ON)
    for week in (1, 2, 3):
        story.until_asked(week)
        story.pay("Amina", week=week)
    for week in (1, 2):
        story.do_visits(week)
        story.yes("Amina", week=week)
    story.do_visits(3, submit=False)
    supports(cast.amina(), cast.stranger(), story=story)
    return story


told = kept(_two_weeks_paid)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def send_in(story: Walk) -> None:
    milestones.submit(milestone=story.week(3), by=cast.hodan(), at=story.at)


def test_who_said_yes_to_one_of_the_visits_is_not_the_second_person(story: Walk) -> None:
    share = story.share("Amina", 3)
    first, second = story.parts(share)
    shares.answer(share=share, answers=[(first, "yes", None)], by=cast.stranger(), at=story.at)
    send_in(story)
    shares.answer(share=story.share("Amina", 3), answers=[(second, "yes", None)], by=cast.amina(), at=story.at)
    assert story.share("Amina", 3).waits_for == "second_person"
    with pytest.raises(NotAllowed):
        shares.agree_to_large_payment(share=share, by=cast.stranger(), at=story.at)
    assert story.share("Amina", 3).state == "agreed"
    shares.agree_to_large_payment(share=share, by=cast.ruth(), at=story.at)
    assert story.share("Amina", 3).state == "released"
    assert proof("default") == []


def test_who_said_how_much_for_the_payer_is_not_the_second_person(story: Walk) -> None:
    send_in(story)
    share = story.share("Amina", 3)
    shares.question(share=share, words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    decisions.settle(share=share, pay_pence=20_000, by=cast.stranger(), at=story.at)
    with pytest.raises(NotAllowed):
        shares.agree_to_large_payment(share=share, by=cast.stranger(), at=story.at)


def test_the_second_person_does_not_say_how_much_for_the_payer_too(story: Walk) -> None:
    send_in(story)
    share = story.share("Amina", 3)
    shares.question(share=share, words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    shares.agree_to_large_payment(share=share, by=cast.stranger(), at=story.at)
    decisions.settle(share=share, pay_pence=20_000, by=cast.hodan(), at=story.at)
    with pytest.raises(NotAllowed):
        decisions.settle(share=share, pay_pence=20_000, by=cast.stranger(), at=story.at)
    assert story.share("Amina", 3).paid_pence == 0
    decisions.settle(share=share, pay_pence=20_000, by=cast.amina(), at=story.at)
    assert story.share("Amina", 3).paid_pence == 20_000
    assert proof("default") == []
