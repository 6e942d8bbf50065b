"""Pages of budgets, groups and promises, as the people who use them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from pooling.models import Budget, Cluster, Membership, Pledge
from pooling.services import budgets
from tests import cast, cast_pooling
from tests.signing_in import signed_in
from vocabulary.models import Term

pytestmark = pytest.mark.django_db

START = {
    "name": "Our Own Words",
    "purpose": "help_at_home",
    "outcode": "SE15 5AB",
    "who_comes": "People near us who speak Somali",
    "cost_rule": "own_visits",
    "decision_rule": "everyone",
    "notice_days": "28",
    "is_listed": "no",
}


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT)


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_group_starts_with_five_answers():
    response = _as(cast.amina()).post(reverse("group-start"), START, follow=True)
    assert response.status_code == 200, _text(response)[-3000:]
    assert "Our Own Words" in _text(response)
    group = Cluster.objects.get()
    assert group.outcode == "SE15"
    assert group.charters.get().what_for == Term.objects.get(kind="purpose", slug=START["purpose"]).label  # never the group's own name


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Write an answer for “What shall we call the group?”"),
        ("outcode", "ZZ99", "Look at a letter sent to you"),
        ("who_comes", "", "Write an answer for “Who can come?”"),
        ("cost_rule", "lottery", "Pick one of the answers we show"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_and_keeps_what_was_typed(field, typed, sentence):
    response = _as(cast.amina()).post(reverse("group-start"), {**START, field: typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "People near us who speak Somali" in _text(response) or field == "who_comes"
    assert "Our Own Words" in _text(response) or field == "name"


def test_asking_in_answering_and_joining():
    founder, friend = _as(cast.amina()), cast.yusuf()
    founder.post(reverse("group-start"), START)
    cluster = Cluster.objects.get()
    response = founder.post(reverse("group-invite", args=[cluster.pk]), {"reach": "Yusuf@example.com "}, follow=True)
    assert "30 days to answer" in _text(response)
    place = Membership.objects.get(person=friend)
    joining = _as(friend)
    assert "Our Own Words would like you to come" in _text(joining.get(reverse("groups")))
    assert "Before you join" in _text(joining.post(reverse("place-join", args=[place.pk]), {}))
    older = joining.post(reverse("place-join", args=[place.pk]), {"read": "yes", "_version": "0"})
    assert (older.status_code, "The rules have changed since you opened this page" in _text(older)) == (422, True)
    assert 'name="_version" value="1"' in _text(older)
    response = joining.post(reverse("place-join", args=[place.pk]), {"read": "yes", "_version": "1"}, follow=True)
    assert "You are in." in _text(response)
    third = cast.halima()
    founder.post(reverse("group-invite", args=[cluster.pk]), {"reach": third.email})
    asked = Membership.objects.get(person=third)
    page = _text(joining.get(reverse("group", args=[cluster.pk])))
    assert "May Halima come in?" in page
    response = joining.post(reverse("place-answer", args=[asked.pk]), {"yes": "no"})
    assert response.status_code == 422
    joining.post(reverse("place-answer", args=[asked.pk]), {"yes": "yes"})
    asked.refresh_from_db()
    assert asked.state == "invited"


def test_an_address_nobody_has_is_refused_in_plain_words():
    founder = _as(cast.amina())
    founder.post(reverse("group-start"), START)
    response = founder.post(reverse("group-invite", args=[Cluster.objects.get().pk]), {"reach": "nobody@example.com"})
    assert response.status_code == 422
    assert "They need a page of their own here first" in _text(response)
    assert "nobody@example.com" in _text(response)


def test_a_group_is_nobody_elses_business():
    cluster, _ = cast_pooling.group(cast.amina(), cast.yusuf(), at=cast.AT)
    for name in ("group", "group-rules", "group-invite", "group-helper", "promise"):
        assert _as(cast.stranger()).get(reverse(name, args=[cluster.pk])).status_code == 404, name
        assert Client().get(reverse(name, args=[cluster.pk])).status_code == 302, name


def _promise(portion, **more) -> dict[str, str]:
    first = cast_pooling.monday_after(cast.AT)
    return {"portion": str(portion.pk), "weekly_pence": "60", "weeks": "12", "starts_on": first.isoformat(), **more}


def test_a_promise_says_the_most_it_can_cost_before_it_is_made():
    amina = cast.amina()
    cluster, _ = cast_pooling.group(amina, cast.yusuf(), at=cast.AT)
    portion = cast_pooling.direct_payment(amina, seen_by=cast.ruth(), at=cast.AT)
    page, client = reverse("promise", args=[cluster.pk]), _as(amina)
    shown = _text(client.post(page, _promise(portion)))
    assert "The most it can cost you" in shown
    assert "£720.00" in shown
    assert not Pledge.objects.exists()
    changed = _text(client.post(page, {**_promise(portion), "_change": "yes"}))
    assert 'value="60"' in changed
    client.post(page, {**_promise(portion), "_confirm": "yes"})
    assert Pledge.objects.get().pence == 72_000


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"weekly_pence": "lots"}, "Write an amount in pounds, like £48.00."),
        ({"weekly_pence": "500"}, "£"),
        ({"weeks": "0"}, "Write 1 or more"),
        ({"starts_on": "soon"}, "Write a date with a day, a month and a year"),
        ({"starts_on": (cast.AT - timedelta(days=9)).date().isoformat()}, "Choose a first day that is today or later."),
    ],
)
def test_a_promise_that_cannot_be_made_says_why(typed, sentence):
    amina = cast.amina()
    cluster, _ = cast_pooling.group(amina, cast.yusuf(), at=cast.AT)
    portion = cast_pooling.direct_payment(amina, seen_by=cast.ruth(), at=cast.AT)
    response = _as(amina).post(reverse("promise", args=[cluster.pk]), _promise(portion, **typed))
    assert response.status_code == 422
    assert sentence in _text(response)
    assert not Pledge.objects.exists()


def test_a_budget_is_told_and_shown_with_what_stands_in_the_way():
    client = _as(cast.yusuf())
    cast.kasmo()
    told = {"route": "isf", "weekly_pence": "250", "kind": "agreed", "starts_on": "1 January 2026"}
    response = client.post(reverse("budget-add"), told)
    assert "Pick who looks after the money" in _text(response)
    response = client.post(reverse("budget-add"), {**told, "holder": str(cast.kasmo().pk)}, follow=True)
    assert (
        "You can’t promise this yet" in _text(response)
        or "You can&#x27;t promise this yet" in _text(response)
        or "You can't promise this yet" in _text(response)
    )
    budget = Budget.objects.get()
    assert budget.weekly_funder_pence == 25_000
    assert _as(cast.stranger()).get(reverse("budget-change", args=[budget.pk])).status_code == 404


def test_a_budget_of_two_parts_is_shown_and_not_changed_by_one_sum():
    amina = cast.amina()
    drafts = [budgets.PortionDraft(route=route, weekly_pence=10_000, funder_name="x") for route in ("direct_payment", "phb_direct")]
    budget = budgets.record(
        person=amina,
        kind="agreed",
        amounts=budgets.Amounts(20_000, 0, 20_000),
        period=budgets.Period(cast.AT.date()),
        portions=drafts,
        by=amina,
        at=cast.AT,
    )
    shown = _text(_as(amina).get(reverse("budget")))
    assert shown.count("Free to promise") == 2
    assert "The sums have changed" not in shown
    assert _as(amina).get(reverse("budget-change", args=[budget.pk])).status_code == 404


def test_list_pages_ask_little(django_assert_max_num_queries):
    amina = cast.amina()
    cluster, _ = cast_pooling.group(amina, cast.yusuf(), cast.halima(), at=cast.AT)
    client = _as(amina)
    with django_assert_max_num_queries(12):
        client.get(reverse("groups"))
    with django_assert_max_num_queries(18):
        client.get(reverse("group", args=[cluster.pk]))
