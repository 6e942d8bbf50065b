"""Choosing who comes, the own yes, paying and my money, as pages."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Agreement, Payer
from people.models import Supporter
from pooling import selectors
from pooling.models import Withdrawal
from tests import cast, cast_market, cast_pooling
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

WISH = {
    "together": "yes",
    "weekdays": ["2", "4"],
    "start_time": "10am",
    "minutes": "60",
    "weeks": "12",
    "starts_on": "24 March 2026",
    "who_to_ring": "My sister Sahra, 07700 900123",
    "what_i_want": "Ring me. I can wait a day.",
}


def test_my_money_adds_up_and_what_is_free_goes_home(set_clock):
    set_clock(cast.AT)
    story = cast_market.covered()
    set_clock(story.at)
    amina, place, portion = cast.amina(), story.places["Amina"], story.portions["Amina"]
    client = _as(amina)
    assert "£18.00" in _text(client.get(reverse("money")))
    cast_pooling.paid_in(place, portion, pence=5_000, at=story.at)
    page = reverse("money-back", args=[place.pk, portion.pk])
    too_much = client.post(page, {"pence": "90", "_confirm": "yes"})
    assert too_much.status_code == 422
    assert "You can send back up to that." in _text(too_much)
    assert "Check before you take it back" in _text(client.post(page, {"pence": "20"}))
    client.post(page, {"pence": "20", "_confirm": "yes"})
    assert Withdrawal.objects.get().pence == 2_000
    assert "On its way back" in _text(client.get(reverse("money-payments")))
    money = selectors.money_of(amina)[0]
    assert money.going_back_pence == 2_000


told = kept(cast_market.walk)


@pytest.fixture
def story(told, set_clock):
    set_clock(cast.AT)
    return again(told)


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _wish(story, **more):
    return {**WISH, "payers": [str(place.pk) for place in story.places.values()], **more}


def _propose_page(story) -> str:
    return reverse("agreement-propose", args=[story.cluster.pk, story.listing.pk])


def test_services_near_are_shown_with_what_each_pays(story):
    page = _text(_as(cast.amina()).get(reverse("agreement-choose", args=[story.cluster.pk])))
    assert "Help at home in Somali" in page
    assert "£9.00" in page


def test_every_price_is_shown_before_anybody_is_asked(story):
    client = _as(cast.amina())
    shown = _text(client.post(_propose_page(story), _wish(story)))
    assert "The most it can cost you" in shown
    assert "£216.00" in shown
    assert "£18.00" in shown
    assert "Amina, Yusuf and Halima" in shown
    assert not Agreement.objects.exists()
    client.post(_propose_page(story), _wish(story, _confirm="yes"))
    assert Agreement.objects.get().state == "with_parties"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"weekdays": []}, "Tick at least one answer"),
        ({"minutes": "5"}, "Write 15 or more"),
        ({"weeks": "99"}, "Write 52 or less"),
        ({"starts_on": "2 March 2026"}, "or later, so that there is time to pay."),
        ({"start_time": "3"}, "Write a time, like 10am or 2:30pm."),
        ({"who_to_ring": ""}, "Write an answer for"),
        ({"payers": []}, "Tick at least one answer"),
    ],
)
def test_a_wish_that_is_not_complete_says_what_is_missing(story, typed, sentence):
    response = _as(cast.amina()).post(_propose_page(story), _wish(story, **typed))
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "Ring me. I can wait a day." in _text(response)
    assert not Agreement.objects.exists()


def test_each_says_yes_for_themselves_and_sees_only_their_own_pence(story):
    agreement = story.propose()
    page = reverse("agreement-yes", args=[agreement.pk])
    client = _as(cast.amina())
    assert "£216.00" in _text(client.get(page))
    answer = {"pledge": str(story.promises["Amina"].pk), "version": str(agreement.version)}
    response = client.post(page, answer)
    assert response.status_code == 422
    assert "Is anybody who works there your family?" in _text(response)
    refused = client.post(page, {**answer, "related": "partner"})
    assert refused.status_code == 422
    old = _text(client.post(page, {**answer, "related": "none", "version": "99"}))
    assert "The price has changed since you opened this page." in old
    assert f'name="version" value="{agreement.version}"' in old, "what the page shows now is what its button says yes to"
    response = client.post(page, {**answer, "related": "none"}, follow=True)
    assert "We have your yes. No money has moved." in _text(response)
    assert Payer.objects.get(agreement=agreement, person=cast.amina()).state == "signed"


def test_who_may_promise_for_somebody_says_their_yes_and_who_sits_beside_them_does_not(story):
    agreement, amina = story.propose(), cast.amina()
    page = reverse("agreement-yes", args=[agreement.pk])
    said = {
        "person": amina,
        "source": "A letter",
        "confirmed_by": cast.operator(),
        **dict.fromkeys(("asked_at", "confirmed_at", "starts_at"), story.at),
    }
    Supporter.objects.create(supporter=cast.neighbour(), kind="for", decisions=["promises"], **said)
    Supporter.objects.create(supporter=cast.stranger(), kind="beside", **said)
    client, beside = _as(cast.neighbour()), _as(cast.stranger())
    hers = f"{page}?for={amina.pk}"
    shown, shown_beside = (_text(one.get(reverse("agreement", args=[agreement.pk]))) for one in (client, beside))
    assert f'href="{hers}"' in shown
    assert "Amina’s part" in shown_beside
    assert "Say yes" not in shown_beside
    assert [beside.get(hers).status_code, client.get(page).status_code, client.get(f"{page}?for={cast.halima().pk}").status_code] == [404] * 3
    answer = {"pledge": str(story.promises["Amina"].pk), "version": str(agreement.version), "related": "none"}
    assert beside.post(hers, answer).status_code == 404
    assert "The most it can cost Amina" in _text(client.get(hers))
    client.post(hers, answer)
    assert Payer.objects.get(agreement=agreement, person=amina).signed_by == cast.neighbour()


def test_somebody_who_says_not_this_time_pays_nothing(story):
    agreement = story.propose()
    response = _as(cast.halima()).post(reverse("agreement-no", args=[agreement.pk]), follow=True)
    assert "You pay nothing." in _text(response)
    assert Payer.objects.get(agreement=agreement, person=cast.halima()).state == "declined"
    assert "£24.00" in _text(_as(cast.amina()).get(reverse("agreement", args=[agreement.pk])))


def test_an_agreement_is_nobody_elses_business(story):
    agreement = story.propose()
    for person in (cast.stranger(), cast.neighbour(), cast.priya()):
        for name in ("agreement", "agreement-yes", "agreement-family"):
            assert _as(person).get(reverse(name, args=[agreement.pk])).status_code == 404


def test_what_is_due_is_listed_and_each_payment_is_the_payers_alone(set_clock):
    set_clock(cast.AT)
    story = cast_market.running()
    set_clock(story.at)
    client = _as(cast.amina())
    due = _text(client.get(reverse("payments")))
    assert "Help at home in Somali, week 1" in due
    assert "£18.00" in due
    call = story.call("Amina")
    page = _text(client.get(reverse("payment", args=[call.pk])))
    assert "Pay by card" in page
    assert _as(cast.yusuf()).get(reverse("payment", args=[call.pk])).status_code == 404
    assert "Pay by card" not in _text(_as(cast.sam()).get(reverse("payment", args=[story.call("Yusuf").pk])))


def test_who_is_left_out_of_a_week_reads_that_nobody_comes(set_clock):
    set_clock(cast.AT)
    story = cast_market.running(together=False)
    story.pay("Yusuf", "Halima")
    story.until(date(2026, 3, 24))
    set_clock(story.at)
    page = _text(_as(cast.amina()).get(reverse("payment", args=[story.call("Amina").pk])))
    assert "You pay nothing for it, and you have no visits that week. The visits of the others go on." in page


def test_list_pages_ask_little(story, django_assert_max_num_queries):
    client = _as(cast.amina())
    with django_assert_max_num_queries(16):
        client.get(reverse("agreement-choose", args=[story.cluster.pk]))
    with django_assert_max_num_queries(14):
        client.get(reverse("money"))
    with django_assert_max_num_queries(12):
        client.get(reverse("payments"))
