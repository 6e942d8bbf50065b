"""Pages of those who look after people's money: what to pay, orders, budgets; and of nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from people.services import organisations
from pooling.models import Budget, Call
from tests import cast, cast_market, cast_pooling
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
MONEY = ("Yusuf Abdi", "Halima Jama", "Amina Farah")


def test_a_budget_is_confirmed_by_those_who_pay_it(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))  # the roles of the cast begin at AT
    cast_pooling.budget_of(cast.yusuf(), "isf", at=cast.AT, holder=cast.kasmo())
    budget, client = Budget.objects.get(person=cast.yusuf()), _as(cast.sam())
    page = reverse("budget-confirm", args=[budget.pk])
    assert "Yusuf Abdi" in _text(client.get(reverse("looking-after")))
    assert "£200.00" in _text(client.get(page))
    refused = client.post(page, {"known": "yes"})
    assert refused.status_code == 422
    assert "Tick at least one answer" in _text(refused)
    done = client.post(page, {"right": "yes", "known": "yes"}, follow=True)
    assert "the budget of Yusuf Abdi is right" in _text(done)
    budget.refresh_from_db()
    assert (budget.sureness, budget.sureness_by_id) == ("confirmed", cast.sam().pk)
    assert cast.yusuf().sureness == "confirmed"
    assert "Is this budget right?" not in _text(client.get(reverse("looking-after")))


told = kept(cast_market.running)


@pytest.fixture
def story(told, set_clock):
    walk = again(told)
    set_clock(walk.at)
    return walk


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def test_each_organisation_sees_its_own_people_and_nobody_else(story):
    page = _text(_as(cast.sam()).get(reverse("looking-after")))
    assert "Kasmo Together" in page
    assert "£18.00 to pay" in page.replace("</b>", "")
    assert [name for name in MONEY if name in page] == ["Yusuf Abdi"]
    page = _text(_as(cast.colin()).get(reverse("looking-after")))
    assert "Orders to say yes to" in page
    assert [name for name in MONEY if name in page] == ["Halima Jama"]


def test_what_is_late_is_said_in_words(story):
    late, client = "Late. It was due on", _as(cast.sam())
    assert late not in _text(client.get(reverse("looking-after")))
    Call.objects.filter(portion__holder=cast.kasmo()).update(due_on=story.at.date() - timedelta(days=1))
    assert late in _text(client.get(reverse("looking-after")))


def test_nobody_without_the_role_finds_these_pages(story):
    order, budget = story.call("Halima").pk, Budget.objects.get(person=cast.halima()).pk
    for who in (cast.stranger(), cast.amina(), cast.halima(), cast.ruth(), cast.priya(), cast.operator(), cast.hodan()):
        for address in (reverse("looking-after"), reverse("order-accept", args=[order]), reverse("budget-confirm", args=[budget])):
            assert _as(who).get(address).status_code == 404, (who.full_name, address)
    assert Client().get(reverse("looking-after")).status_code == 302


def test_one_organisation_never_opens_anothers(story):
    other = organisations.add_organisation(kind="isf_holder", name="Another Trust", council_code=cast.SOUTHWARK, by=None, at=cast.AT)
    clerk = cast.somebody("clerk@example.com", "Clara Clerk")
    organisations.give_role(person=clerk, kind="holder_staff", organisation=other, by=None, at=cast.AT)
    for who in (clerk, cast.sam()):
        assert _as(who).get(reverse("order-accept", args=[story.call("Halima").pk])).status_code == 404
        assert _as(who).get(reverse("budget-confirm", args=[Budget.objects.get(person=cast.halima()).pk])).status_code == 404
    assert _as(clerk).get(reverse("payment", args=[story.call("Yusuf").pk])).status_code == 404
    assert not [name for name in MONEY if name in _text(_as(clerk).get(reverse("looking-after")))]


def test_an_order_is_checked_and_then_stands(story):
    client, call = _as(cast.colin()), story.call("Halima")
    page = reverse("order-accept", args=[call.pk])
    assert "Halima Jama" in _text(client.get(page))
    missing = client.post(page, {"reference": ""})
    assert missing.status_code == 422
    assert "Write an answer for “The reference of your order”" in _text(missing)
    long = client.post(page, {"reference": "PO-" + "9" * 80})
    assert long.status_code == 422
    assert "PO-999" in _text(long)
    assert "Check before you order" in _text(client.post(page, {"reference": "PO-77"}))
    assert Call.objects.get(pk=call.pk).state == "called"
    assert 'value="PO-77"' in _text(client.post(page, {"reference": "PO-77", "_change": "yes"}))
    done = client.post(page, {"reference": "PO-77", "_confirm": "yes"}, follow=True)
    assert "The order for Halima Jama stands" in _text(done)
    assert "Order PO-77" in _text(done)
    call.refresh_from_db()
    assert (call.state, call.ordered_by_id) == ("ordered", cast.colin().pk)
    assert client.get(page).status_code == 404


def test_a_holder_pays_from_the_list_by_bank(story):
    client, call = _as(cast.sam()), story.call("Yusuf")
    page = reverse("payment", args=[call.pk])
    assert f'href="{page}"' in _text(client.get(reverse("looking-after")))
    shown = _text(client.get(page))
    assert "Show me where to send it" in shown
    assert f'href="{reverse("looking-after")}"' in shown


def test_the_list_asks_little(story, django_assert_max_num_queries):
    client = _as(cast.colin())
    with django_assert_max_num_queries(15):
        client.get(reverse("looking-after"))
