"""Pages after a payment that was made without an answer: saying that it was wrong, and the two people who look at it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import MilestoneShare
from people.models import Approval
from people.services import supporters
from tests import cast, cast_market
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
WORDS = {"words": "Nobody came that week."}


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


told = kept(cast_market.paid_by_silence)


@pytest.fixture
def story(told, set_clock) -> cast_market.Walk:
    walk = again(told)
    set_clock(walk.at)
    return walk


def _share(story: cast_market.Walk) -> MilestoneShare:
    return story.share("Amina", 4)


def _wrong(story: cast_market.Walk) -> str:
    return reverse("share-wrong", args=[_share(story).pk])


def _decide(story: cast_market.Walk) -> str:
    return reverse("late-decide", args=[_share(story).pk])


def _told(story: cast_market.Walk) -> None:
    _as(cast.amina()).post(_wrong(story), WORDS)
    assert _share(story).state == "queried_late"


def test_what_was_paid_without_an_answer_is_listed_and_can_be_called_wrong(story):
    client = _as(cast.amina())
    money = _text(client.get(reverse("money")))
    assert "Paid without your answer" in money
    assert "Was it wrong? Tell us by" in money
    assert _wrong(story) in money
    assert _wrong(story) in _text(client.get(reverse("share-answer", args=[_share(story).pk])))
    page = _text(client.get(_wrong(story)))
    assert "What happens next?" in page
    assert "We can’t promise that it comes back." in page
    refused = client.post(_wrong(story), {"words": ""})
    assert (refused.status_code, _share(story).state) == (422, "released")
    done = _text(client.post(_wrong(story), WORDS, follow=True))
    assert "Two people who have nothing to do with it" in done
    assert _wrong(story) not in done
    assert _share(story).late_words == WORDS["words"]
    assert "Two people look at it." in _text(client.get(reverse("money")))
    assert client.post(_wrong(story), WORDS).headers["Location"] == reverse("share-answer", args=[_share(story).pk])
    assert "Two people look at what was wrong" in _text(client.get(reverse("visits")))
    assert "“Nobody came that week.” Two people look at it" in _text(
        _as(cast.hodan()).get(reverse("provider-week", args=[_share(story).milestone.pk]))
    )


def test_after_28_days_it_is_not_offered_any_more(story, set_clock):
    set_clock(_share(story).released_at + timedelta(days=29))
    client = _as(cast.amina())
    assert _wrong(story) not in _text(client.get(reverse("money")))
    assert client.get(_wrong(story)).status_code == 302
    assert "are over" in _text(client.get(reverse("share-answer", args=[_share(story).pk])))


def test_others_find_nothing_and_who_sits_beside_only_reads(story):
    sister = cast.stranger()
    for who in (cast.yusuf(), cast.hodan(), cast.ruth(), cast.sam(), cast.operator(), sister):
        assert _as(who).get(_wrong(story)).status_code == 404, who.full_name
    supporters.ask(person=cast.amina(), supporter=sister, kind="beside", by=cast.amina(), at=cast.AT)
    assert _as(sister).post(_wrong(story), WORDS).status_code == 302
    assert _share(story).state == "released"
    _told(story)
    for who in (cast.amina(), cast.yusuf(), cast.hodan(), cast.ruth(), cast.sam(), cast.priya(), sister):
        assert _as(who).get(_decide(story)).status_code == 404, who.full_name


def test_two_people_say_that_it_was_right_and_she_reads_why(story):
    _told(story)
    first, second = _as(cast.operator()), _as(cast.second_operator())
    listed = _text(first.get(reverse("operator-questions")))
    assert _decide(story) in listed
    assert "done by hand: ring the provider" in listed
    assert "Nobody came that week." in _text(first.get(_decide(story)))
    first.post(_decide(story), {"reason": "Her sister saw them come."})
    assert "We wait for a second person" in _text(first.get(_decide(story)))
    assert _share(story).state == "queried_late"
    approval = Approval.objects.latest("pk")
    assert second.get(reverse("approval", args=[approval.pk])).headers["Location"] == _decide(story)
    assert reverse("approval", args=[approval.pk]) not in _text(second.get(reverse("operator-approvals")))
    assert "Her sister saw them come." in _text(second.get(_decide(story)))
    assert second.post(_decide(story), {"agree": "yes", "reason": ""}).status_code == 422
    second.post(_decide(story), {"agree": "yes", "reason": "I rang her too."})
    assert _share(story).state == "released"
    assert "Her sister saw them come. I rang her too." in _text(_as(cast.amina()).get(reverse("share-answer", args=[_share(story).pk])))
    assert second.get(_decide(story)).status_code == 404


def test_the_second_person_says_no_and_it_stays_open(story):
    _told(story)
    _as(cast.operator()).post(_decide(story), {"reason": "It was right."})
    _as(cast.second_operator()).post(_decide(story), {"agree": "no"})
    assert _share(story).state == "queried_late"
    assert "Was this payment right?" in _text(_as(cast.operator()).get(_decide(story)))
