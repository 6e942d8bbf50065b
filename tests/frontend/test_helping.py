"""Pages of those who stand beside: whom they met, which letters they saw, a person's own answer, the second of two people."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.services import decisions, shares, signing
from people.models import Approval
from people.services import organisations, people
from pooling.models import Budget
from tests import cast, cast_market, cast_pooling

pytestmark = pytest.mark.django_db
BOTH = ["met", "letter"]
NOTHING = {"pressed": "yes"}


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))  # the roles of the cast begin at AT


def _as(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _newcomer(full_name="Mary Ann Reed", email="mary@example.com", **where):
    return cast.somebody(email, full_name, **where)


# --- whom they met, what they saw ---


def test_people_of_the_group_are_marked_as_met():
    mary = _newcomer()
    group, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT, facilitator=cast.ruth())
    group.memberships.create(person=mary, state="applied", opened_at=cast.AT)
    client, page = _as(cast.ruth()), reverse("person-seen", args=[mary.pk])
    desk = _text(client.get(reverse("helping")))
    assert "Mary Ann Reed" in desk
    assert "Amina and Yusuf" in desk
    assert "Amina Farah" not in desk  # met already
    half = client.post(page, {"saw": ["met"]})
    assert half.status_code == 422
    assert "Tick both. If you have not done both yet" in _text(half)
    assert "Tick at least one answer" in _text(client.post(page, NOTHING))
    done = client.post(page, {"saw": BOTH}, follow=True)
    assert "Mary can now meet groups" in _text(done)
    mary.refresh_from_db()
    assert (mary.sureness, mary.sureness_by) == ("seen", cast.ruth())
    again = client.post(page, {"saw": BOTH})
    assert again.status_code == 422
    assert "This is already written down." in _text(again)


def test_only_who_helps_their_group_opens_a_persons_page():
    mary = _newcomer()
    group, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT)
    group.memberships.create(person=mary, state="applied", opened_at=cast.AT)
    page = reverse("person-seen", args=[mary.pk])
    for who in (cast.ruth(), cast.amina(), mary, cast.stranger(), cast.sam(), cast.priya()):
        assert _as(who).get(page).status_code == 404, who.full_name
    assert Client().get(page).status_code == 302
    assert _as(cast.operator()).get(page).status_code == 200


def test_somebody_in_no_group_is_found_by_address_and_name_together():
    mary, client, page = _newcomer(), _as(cast.ruth()), reverse("people-met")
    alike = "We don&#x27;t find that name with that address here."
    other = _newcomer("Nora Hill", "nora@example.com", council=cast.LAMBETH)
    for reach, name in (("mary@example.com", "Maria Reed"), ("nobody@example.com", "Mary Ann Reed"), (other.email, "Nora Hill")):
        answer = client.post(page, {"reach": reach, "full_name": name, "saw": BOTH})
        assert answer.status_code == 422
        assert alike in _text(answer)
        assert f'value="{name}"' in _text(answer)
    done = client.post(page, {"reach": " Mary@example.com", "full_name": "mary  ann REED", "saw": BOTH}, follow=True)
    assert "Mary can now meet groups" in _text(done)
    mary.refresh_from_db()
    assert mary.sureness == "seen"
    for who in (cast.amina(), cast.stranger(), cast.sam()):
        assert _as(who).get(page).status_code == 404


def test_a_letter_is_compared_and_seen():
    cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT, facilitator=cast.ruth())
    cast_pooling.budget_of(cast.amina(), "direct_payment", at=cast.AT)
    budget, client = Budget.objects.get(), _as(cast.ruth())
    page = reverse("budget-seen", args=[budget.pk])
    assert "Letters to see" in _text(client.get(reverse("helping")))
    assert "£200.00" in _text(client.get(page))
    refused = client.post(page, NOTHING)
    assert refused.status_code == 422
    assert "Tick at least one answer" in _text(refused)
    client.post(page, {"saw": ["yes"]})
    budget.refresh_from_db()
    assert (budget.sureness, budget.sureness_by) == ("seen", cast.ruth())
    for who in (cast.amina(), cast.yusuf(), cast.stranger(), cast.sam(), cast.colin(), cast.priya()):
        assert _as(who).get(page).status_code == 404, who.full_name


def test_helping_is_for_those_who_help_groups(django_assert_max_num_queries):
    cast_market.walk()
    for who in (cast.amina(), cast.sam(), cast.priya(), cast.operator(), cast.hodan(), cast.stranger()):
        assert _as(who).get(reverse("helping")).status_code == 404, who.full_name
    client = _as(cast.ruth())
    with django_assert_max_num_queries(16):
        client.get(reverse("helping"))


# --- their own answer ---


@pytest.fixture
def unanswered(set_clock):
    story = cast_market.asked()
    story.until(story.at + timedelta(days=10))
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
        ({"said": "part"}, "Pick how long Ifrah was there."),
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


# --- two people ---


@pytest.fixture
def questioned(set_clock):
    story = cast_market.asked()
    set_clock(story.at)
    shares.question(share=story.share("Halima"), words="Nobody came on Thursday.", by=cast.halima(), at=story.at)
    return story


def test_two_people_end_a_question_and_never_one(questioned):
    page = reverse("question-decide", args=[questioned.share("Halima").pk])
    first, second = _as(cast.operator()), _as(cast.colin())
    assert "Nobody came on Thursday." in _text(first.get(page))
    asked = {"pay_pence": "9", "reason": "One visit is shown."}
    assert "Nothing moves yet" in _text(first.post(page, asked))
    first.post(page, {**asked, "_confirm": "yes"})
    assert "We wait for a second person" in _text(first.get(page))
    assert first.post(page, {"agree": "yes", "reason": "Me again"}).status_code == 200
    assert questioned.share("Halima").state == "questioned"
    shown = _text(second.get(page))
    assert "One visit is shown." in shown
    assert "£9.00" in shown
    refused = second.post(page, {"agree": "yes", "reason": ""})
    assert refused.status_code == 422
    assert "Write why you agree." in _text(refused)
    assert "It is settled." in _text(second.post(page, {"agree": "yes", "reason": "I rang them both."}, follow=True))
    share = questioned.share("Halima")
    assert (share.state, share.decided_pence) == ("decided", 900)
    assert "I rang them both." in share.decided_reason


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"pay_pence": "lots"}, "Write an amount in pounds"),
        ({"pay_pence": "18.01"}, "£18.00"),
        ({"pay_pence": "-1"}, "Write an amount"),
        ({"reason": ""}, "Write an answer for “Why?”"),
    ],
)
def test_a_proposal_that_cannot_be_says_why(questioned, typed, sentence):
    page = reverse("question-decide", args=[questioned.share("Halima").pk])
    response = _as(cast.operator()).post(page, {"pay_pence": "9", "reason": "One visit is shown.", **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "One visit is shown." in _text(response) or "reason" in typed


def test_a_second_person_may_say_no(questioned):
    share = questioned.share("Halima")
    decisions.propose_decision(share=share, pay_pence=0, reason="Nothing is shown.", by=cast.colin(), at=questioned.at)
    page = reverse("question-decide", args=[share.pk])
    _as(cast.operator()).post(page, {"agree": "no"})
    assert questioned.share("Halima").proposed_pence is None
    assert "How should this end?" in _text(_as(cast.operator()).get(page))


def test_who_looks_after_the_money_may_be_the_second_too(questioned):
    shares.question(share=questioned.share("Yusuf"), words="Nobody came.", by=cast.yusuf(), at=questioned.at)
    share = questioned.share("Yusuf")
    decisions.propose_decision(share=share, pay_pence=0, reason="Nothing is shown.", by=cast.operator(), at=questioned.at)
    page = reverse("question-decide", args=[share.pk])
    client = _as(cast.sam())
    assert f'href="{page}"' in _text(client.get(reverse("looking-after")))
    client.post(page, {"agree": "yes", "reason": "I rang Yusuf."})
    assert questioned.share("Yusuf").decided_pence == 0


def test_nobody_with_an_interest_decides(questioned):
    page = reverse("question-decide", args=[questioned.share("Halima").pk])
    for who in (cast.halima(), cast.amina(), cast.hodan(), cast.ruth(), cast.sam(), cast.stranger(), cast.priya()):
        assert _as(who).get(page).status_code == 404, who.full_name


def test_who_helps_the_group_is_told_to_help_them_talk(questioned):
    desk = _text(_as(cast.ruth()).get(reverse("helping")))
    assert "Help them talk" in desk
    assert reverse("question", args=[questioned.share("Halima").pk]) in desk


@pytest.fixture
def large(set_clock):
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
    set_clock(story.at)
    return story


def test_a_large_payment_needs_a_second_yes(large):
    share, client = large.share("Amina", 3), _as(cast.ruth())
    page = reverse("share-second", args=[share.pk])
    assert f'href="{page}"' in _text(client.get(reverse("helping")))
    assert "£200.00" in _text(client.get(page))
    for who in (cast.amina(), cast.yusuf(), cast.hodan(), cast.sam(), cast.stranger()):
        assert _as(who).post(page).status_code == 404, who.full_name
    assert "It goes to Barwaaqo Care now." in _text(client.post(page, follow=True))
    assert Approval.objects.get(what="marketplace.large_payment").given_by == cast.ruth()


def test_paying_a_relative_is_answered_by_the_council_and_by_nobody_with_an_interest():
    story = cast_market.walk()
    story.propose()
    reason = "She is the only one who speaks Somali."
    place = story.places["Amina"]
    signing.ask_relative_exception(agreement=story.agreement, membership=place, reason=reason, by=cast.amina(), at=story.at)
    approval, client = Approval.objects.get(), _as(cast.colin())
    page = reverse("approval", args=[approval.pk])
    assert f'href="{page}"' in _text(client.get(reverse("looking-after")))
    shown = _text(client.get(page))
    assert reason in shown
    assert "Amina Farah" in shown
    for who in (cast.amina(), cast.yusuf(), cast.sam(), cast.ruth(), cast.hodan(), cast.stranger()):
        assert _as(who).get(page).status_code == 404, who.full_name
    empty = client.post(page, NOTHING)
    assert empty.status_code == 422
    client.post(page, {"agree": "yes"})
    approval.refresh_from_db()
    assert approval.given_by == cast.colin()
    assert client.get(page).status_code == 404


def test_an_operator_of_the_group_answers_nothing_about_it():
    story = cast_market.walk()
    story.propose()
    place = story.places["Amina"]
    signing.ask_relative_exception(agreement=story.agreement, membership=place, reason="She knows me.", by=cast.amina(), at=story.at)
    organisations.give_role(person=cast.yusuf(), kind="operator", by=None, at=story.at)
    page = reverse("approval", args=[Approval.objects.get().pk])
    assert _as(people.Person.objects.get(pk=cast.yusuf().pk)).get(page).status_code == 404
    assert _as(cast.operator()).get(page).status_code == 200


def test_agreed_money_waits_once_two_people_say_so(large):
    share = large.share("Amina", 3)
    first, page = _as(cast.operator()), reverse("share-wait", args=[share.pk])
    refused = first.post(page, {"reason": ""})
    assert refused.status_code == 422
    first.post(page, {"reason": "Two visits at the same hour."})
    approval = Approval.objects.get(what=decisions.HOLD_BACK)
    assert first.get(reverse("approval", args=[approval.pk])).status_code == 404
    _as(cast.second_operator()).post(reverse("approval", args=[approval.pk]), {"agree": "yes"})
    assert large.share("Amina", 3).state == "questioned"
