"""A large payment waits for a second yes; two people may make an agreed one wait."""

import pytest
from django.urls import reverse

from marketplace.services import decisions
from people.models import Approval
from tests import cast, cast_market
from tests.frontend.reading import read_and_press
from tests.frontend.test_helping import _as, _text
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _large():
    """£200.00 a week: the third goes over £500.00 to one provider in four weeks."""
    story = cast_market.walk(weekly_pence=20_000)
    story.listing.group_prices.filter(people=3).update(pence=30_000)
    story.propose()
    story.sign_all()
    story.until(cast_market.ASKED_ON)
    for week in (1, 2, 3):
        story.until_asked(week)
        story.pay("Amina", week=week)
    for week in (1, 2, 3):
        story.do_visits(week)
        story.yes("Amina", week=week)
    assert story.share("Amina", 3).waits_for == "second_person"
    return story


made = kept(_large)


@pytest.fixture
def large(made, set_clock):
    set_clock(made.at)
    return again(made)


def test_a_large_payment_needs_a_second_yes(large):
    share, client = large.share("Amina", 3), _as(cast.ruth())
    page = reverse("share-second", args=[share.pk])
    assert f'href="{page}"' in _text(client.get(reverse("helping")))
    assert "£200.00" in _text(client.get(page))
    for who in (cast.amina(), cast.yusuf(), cast.hodan(), cast.sam(), cast.stranger()):
        assert _as(who).post(page).status_code == 404, who.full_name
    assert "It goes to Barwaaqo Care now." in _text(client.post(page, follow=True))
    assert Approval.objects.get(what="marketplace.large_payment").given_by == cast.ruth()


def test_agreed_money_waits_once_two_people_say_so(large):
    share = large.share("Amina", 3)
    first, page = _as(cast.operator()), reverse("share-wait", args=[share.pk])
    refused = first.post(page, {"reason": ""})
    assert refused.status_code == 422
    first.post(page, {"reason": "Two visits at the same hour."})
    approval = Approval.objects.get(what=decisions.HOLD_BACK)
    assert first.get(reverse("approval", args=[approval.pk])).status_code == 404
    read_and_press(_as(cast.second_operator()), reverse("approval", args=[approval.pk]), agree="yes")
    assert large.share("Amina", 3).state == "questioned"
