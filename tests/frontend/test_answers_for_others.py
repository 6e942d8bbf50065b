"""A person's own answer, written down by who stands beside them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests import cast, cast_market
from tests.frontend.test_helping import _as, _text
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _waited():
    story = cast_market.asked()
    story.until(story.at + timedelta(days=10))
    return story


waited = kept(_waited)


@pytest.fixture
def unanswered(waited, set_clock):
    story = again(waited)
    assert story.share("Halima").state == "with_helper"
    set_clock(story.at)
    return story


def _answers(story, name, said="yes", **more):
    share = story.share(name)
    return {**{f"visit_{part.pk}": said for part in story.parts(share)}, "words": "She nodded, on the phone.", "own": "yes", **more}


def test_a_persons_own_answer_is_written_down_and_checked_first(unanswered):
    story, client = unanswered, _as(cast.ruth())
    page = reverse("share-ask", args=[story.share("Halima").pk])
    assert f'href="{page}"' in _text(client.get(reverse("helping")))
    assert "We cooked maraq." not in _text(client.get(page))  # what was written about her is hers
    check = _text(client.post(page, _answers(story, "Halima")))
    assert "Is this what Halima said?" in check
    assert "£18.00" in check
    assert story.share("Halima").state == "with_helper"
    done = client.post(page, _answers(story, "Halima", _confirm="yes"), follow=True)
    assert "We have written down what Halima says." in _text(done)
    share = story.share("Halima")
    assert (share.state, share.answered_by) == ("agreed", cast.ruth())
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"words": ""}, "Write an answer for “How did Halima answer?”"),
        ({"own": []}, "Tick at least one answer"),
        ({"said": ""}, "Pick one answer for"),
        ({"said": "part"}, "Pick how long Ifrah was there on"),
        ({"said": "maybe"}, "Pick one of the answers"),
    ],
)
def test_an_answer_that_is_not_whole_is_told_and_kept(unanswered, wrong, sentence):
    page = reverse("share-ask", args=[unanswered.share("Halima").pk])
    response = _as(cast.ruth()).post(page, _answers(unanswered, "Halima", **wrong))
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "She nodded, on the phone." in _text(response) or "words" in wrong


def test_who_looks_after_the_money_asks_their_own_people_only(unanswered):
    mine, other = unanswered.share("Halima"), unanswered.share("Yusuf")
    client = _as(cast.colin())
    assert client.get(reverse("share-ask", args=[mine.pk])).status_code == 200
    assert client.get(reverse("share-ask", args=[other.pk])).status_code == 404
    for who in (cast.hodan(), cast.amina(), cast.stranger(), cast.operator(), cast.priya()):
        assert _as(who).get(reverse("share-ask", args=[mine.pk])).status_code == 404, who.full_name
