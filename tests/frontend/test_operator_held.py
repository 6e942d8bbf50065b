"""Held money on an operator's page: who has to act before it moves, and the page where the operator does what they may."""

from datetime import timedelta

import pytest
from django.urls import reverse

from frontend import words
from marketplace.models import Milestone, MilestoneShare
from marketplace.services import shares
from pooling.models import Hold
from tests import cast, cast_market
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(set_clock):
    story = cast_market.asked()
    set_clock(story.at)
    return story


def page_of(story, name="Amina") -> str:
    return reverse("operator-thing", args=["holds", story.share(name).hold.pk])


def shown(story, name="Amina", by=None) -> str:
    return _text(_as(by or cast.operator()).get(page_of(story, name)))


def test_each_held_sum_says_for_whom_it_waits(story):
    client = _as(cast.operator())
    for hold in Hold.objects.all():
        page = reverse("operator-thing", args=["holds", hold.pk])
        assert f'href="{page}"' in _text(client.get(reverse("operator-list", args=["holds"])))
        assert "What it waits for" in _text(client.get(page))
    said = shown(story)
    assert "waits for Amina Farah, who is asked whether it happened" in said
    assert f"<dd>{story.week(1).agreement.title}, {words.which_week(story.week(1))}</dd>" in said


def test_before_anybody_is_asked_it_says_when_or_whom_to_ring(story):
    share = MilestoneShare.objects.filter(pk=story.share("Amina").pk)
    share.update(state="covered", asked_at=None)
    Milestone.objects.update(state="funded")
    assert "Nobody needs to do anything before." in shown(story)
    Milestone.objects.update(state="in_delivery")
    assert "Then the provider tells us of them." in shown(story)
    Milestone.objects.update(state="overdue")
    assert "waits for Barwaaqo Care (Hodan Warsame, " in shown(story)
    assert "has not told us about the visits. Ring them." in shown(story)


def test_where_somebody_must_ask_it_names_them_and_leads_to_the_questions(story):
    MilestoneShare.objects.filter(pk=story.share("Amina").pk).update(state="with_helper", with_helper_at=story.at)
    said = shown(story)
    assert "waits until Ruth Bello asks Amina Farah" in said
    MilestoneShare.objects.filter(pk=story.share("Yusuf").pk).update(state="with_helper", with_helper_at=story.at)
    assert "waits until Ruth Bello or Kasmo Together asks Yusuf Abdi" in shown(story, "Yusuf")
    assert f'<a href="{reverse("operator-questions")}">Questions to settle</a>' in said


def test_a_question_leads_to_where_two_people_end_it_and_who_has_an_interest_reads_why_not(story):
    share = story.share("Amina")
    story.at += timedelta(hours=1)
    shares.question(share=share, words="She left after an hour.", by=cast.amina(), at=story.at)
    said, page = shown(story), reverse("question-decide", args=[share.pk])
    assert "Both sides may agree, or two people decide." in said
    assert f'<a href="{page}">Look at the question</a>' in said
    assert _as(cast.operator()).get(page).status_code == 200
    cast_market.hire("Bea", person=cast.second_operator(), checked=False)
    close = shown(story, by=cast.second_operator())
    assert page not in close
    assert "Another operator looks at it: you have an interest in it" in close


@pytest.mark.parametrize(
    ("waits_for", "sentence", "page"),
    [
        ("second_person", "A large sum needs a second person’s yes.", "share-second"),
        ("checks", "A paper of Barwaaqo Care", "operator-papers"),
        ("payee", "to say where their money goes.", ""),
        ("group", "The group is stopped for now.", "operator-groups"),
        ("money", "when Stripe has the money.", ""),
        ("", "goes on by itself.", "operator-going"),
    ],
)
def test_what_is_said_yes_to_says_what_it_still_waits_for(story, waits_for, sentence, page):
    share = story.share("Amina")
    MilestoneShare.objects.filter(pk=share.pk).update(state="agreed", agreed_at=story.at, answered_by=cast.amina(), waits_for=waits_for)
    said = shown(story)
    assert sentence in said
    leads = reverse(page, args=[share.pk] if page == "share-second" else []) if page else ""
    assert (f'<a href="{leads}">' in said) is bool(page)
    if page:
        assert _as(cast.operator()).get(leads).status_code == 200


def test_of_a_sum_that_has_moved_nothing_is_said(story):
    hold = story.share("Amina").hold
    story.yes("Amina")
    page = reverse("operator-thing", args=["holds", hold.pk])
    assert _as(cast.operator()).get(page).status_code == 404  # no held money any more
