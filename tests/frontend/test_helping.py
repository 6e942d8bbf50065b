"""Pages of those who stand beside: whom they met, which letters they saw, who answers for paying a relative."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.services import signing
from people.models import Approval
from people.services import organisations, people
from pooling.models import Budget
from tests import cast, cast_market, cast_pooling
from tests.frontend.reading import read_and_press
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
BOTH = ["met", "letter"]
NOTHING = {"pressed": "yes"}


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))  # the roles of the cast begin at AT


def _as(person) -> Client:
    return signed_in(person)


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
    group, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT, facilitator=cast.ruth())
    cast_pooling.budget_of(cast.amina(), "direct_payment", at=cast.AT)
    budget, client = Budget.objects.get(), _as(cast.ruth())
    shown = _text(client.get(reverse("group", args=[group.pk])))
    assert ("You stand beside them" in shown, "What you promised" in shown, "Your group," in shown) == (True, False, False)
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
    read_and_press(client, page, agree="yes")
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
