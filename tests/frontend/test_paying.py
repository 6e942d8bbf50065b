"""Choosing how to pay: only what is possible for this payer, each with one honest line; and what came by bank that nobody asked for."""

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import CashReturn, Mandate, Payer, Payment, PaymentOperation
from payments.services import mandates, ways
from tests import cast, cast_market
from tests.signing_in import signed_in
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


told = kept(cast_market.running)


@pytest.fixture
def story(told, set_clock):
    walk = again(told)
    set_clock(walk.at)
    return walk


def _as(person) -> Client:
    return signed_in(person)


def _page(story, who=None, name: str = "Amina") -> str:
    answer = _as(who or cast.amina()).get(reverse("payment", args=[story.call(name).pk]))
    return " ".join(answer.content.decode().split())


def _debit_stands(story, ends_in: str = "2345") -> None:
    pages = {"success_url": "http://127.0.0.1/a", "cancel_url": "http://127.0.0.1/b"}
    owner = f"person:{cast.amina().pk}"
    mandate = mandates.start(payer_owner=owner, council_code=cast.SOUTHWARK, by=cast.amina(), at=story.at, **pages)
    Mandate.objects.filter(pk=mandate.pk).update(state="active", method_id="pm_1", mandate_id="mandate_1", ends_in=ends_in)


def test_only_what_is_possible_is_offered(story):
    page = _page(story)
    assert [words in page for words in ("Pay by card", "Go to my bank", "Show me where to send it", "Direct Debit")] == [True, True, True, False]
    ways.choose(council_code=cast.SOUTHWARK, kind="bacs", is_on=True, by=cast.operator(), at=story.at)
    assert "Set up a Direct Debit" in _page(story)
    _debit_stands(story)
    page = _page(story)
    assert ("Set up a Direct Debit" in page, "account that ends in 2345" in page) == (False, True)


def test_who_looks_after_money_pays_by_bank_alone(story):
    page = _page(story, cast.sam(), "Yusuf")
    assert [words in page for words in ("Pay by card", "Go to my bank", "Show me where to send it")] == [False, False, True]


def test_who_may_only_read_it_reads_who_pays_and_gets_no_button(story):
    page = _page(story, cast.operator())
    assert ("can pay it, or somebody who may pay for them." in page, "Pay by card" in page) == (True, False)
    assert ("For Amina Farah." in page, "Please pay" in page, "held until they say" in page) == (True, False, True)


def test_a_collection_is_written_down_before_stripe_is_asked(story):
    ways.choose(council_code=cast.SOUTHWARK, kind="bacs", is_on=True, by=cast.operator(), at=story.at)
    _debit_stands(story)
    call = story.call("Amina")
    assert _as(cast.amina()).post(reverse("payment-debit", args=[call.pk])).status_code == 302
    payment = Payment.objects.get(about=f"call:{call.pk}", kind="bacs")
    assert payment.operation is not None
    assert (payment.pence, payment.operation.params["payment_method"]) == (call.to_pay_pence, "pm_1")


def test_a_way_that_is_off_is_refused_in_words_and_starts_nothing(story):
    call = story.call("Amina")
    for name in ("payment-debit", "payment-debit-new"):
        answer = _as(cast.amina()).post(reverse(name, args=[call.pk]), follow=True)
        assert "You can’t pay this way here" in answer.content.decode()
    assert not Payment.objects.filter(kind="bacs").exists()
    assert not Mandate.objects.exists()


def test_what_came_too_much_is_shown_to_its_sender_and_sent_back_once(story):
    call = story.call("Amina")
    amina = _as(cast.amina())
    amina.post(reverse("payment-bank", args=[call.pk]))
    Payer.objects.filter(owner=f"person:{cast.amina().pk}").update(cash_pence=1_234, cash_since=story.at, stripe_customer_id="cus_1")
    amina.post(reverse("payment-stop", args=[call.pk]))
    assert Payment.objects.get(about=f"call:{call.pk}").state == "cancelled"
    assert "£12.34 came from your bank" in _page(story)
    for _ in range(2):
        amina.post(reverse("payment-over", args=[call.pk]))
    assert [row.pence for row in CashReturn.objects.all()] == [1_234]
    assert PaymentOperation.objects.get(kind="cash_refund").params["origin"] == "customer_balance"
    assert "£12.34 came from your bank" not in _page(story)


def test_an_operator_switches_a_way_on_for_one_council_and_it_is_offered(story):
    operator, address = _as(cast.operator()), reverse("operator-ways")
    assert address in operator.get(reverse("operator")).content.decode()
    said = {"council": cast.SOUTHWARK, "kind": "bacs", "is_on": "on"}
    assert operator.post(address, said).status_code == 302
    assert "Set up a Direct Debit" in _page(story)
    for who in (cast.amina(), cast.sam(), cast.priya()):
        assert _as(who).post(address, said).status_code == 404
