"""The holder's pages about one sum for several people: found from home, handed out all or nothing, seen by nobody else."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ledger.selectors import balance
from payments.models import Payment
from pooling.books import Wallet
from pooling.models import Call, WalletMove
from pooling.services import budgets, wallets
from tests import cast, cast_leaving, cast_market, cast_pooling
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


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _paid_in(story, pence: int = 30_000) -> None:
    payment = wallets.pay_in(organisation=cast.kasmo(), council_code=cast.SOUTHWARK, pence=pence, by=cast.sam(), at=story.at)
    cast_pooling.Bank(story.at).pays(payment)


def _fields(story) -> dict[str, str]:
    page = _as(cast.sam()).get(reverse("wallet-out", args=[cast.kasmo().pk]))
    return {field.html_name: field.value() or "" for field in page.context["form"]}


def test_whoever_looks_after_money_finds_it_from_their_desk(story):
    sam, address = _as(cast.sam()), reverse("wallet", args=[cast.kasmo().pk])
    assert address in _text(sam.get(reverse("looking-after")))
    page = _text(sam.get(address))
    assert "Yusuf Abdi" in page
    assert "Halima Jama" not in page


def test_nobody_else_finds_these_pages(story):
    names = ("wallet", "wallet-in", "wallet-out", "wallet-back")
    for who in (cast.colin(), cast.yusuf(), cast.ruth(), cast.operator(), cast.stranger()):
        for name in names:
            assert _as(who).get(reverse(name, args=[cast.kasmo().pk])).status_code == 404, (who.full_name, name)


def test_handing_out_pays_what_is_asked_for_and_pressing_twice_does_it_once(story):
    budgets.choose_mode(council_code=cast.SOUTHWARK, route="isf", mode="ahead", by=cast.operator(), at=story.at)
    _paid_in(story)
    call = story.call("Yusuf")
    sam, address = _as(cast.sam()), reverse("wallet-out", args=[cast.kasmo().pk])
    fields = _fields(story)
    [name] = [each for each in fields if each != "token"]
    check = _text(sam.post(address, fields | {name: "18.00"}))
    assert "Check before you hand it out" in check
    assert "£18.00" in check
    for _ in range(2):
        assert sam.post(address, fields | {name: "18.00", "_confirm": "yes"}).status_code == 302
    call.refresh_from_db()
    assert (WalletMove.objects.count(), balance(Wallet(cast.kasmo().pk, cast.SOUTHWARK).money)) == (1, 28_200)
    if call.state == Call.State.FUNDED:
        assert Payment.objects.filter(part_of__isnull=False, pence=1_800).exists()
    assert "handed out, 1 row" in _text(sam.get(reverse("wallet", args=[cast.kasmo().pk])))


def test_too_much_for_somebody_is_said_on_the_page_and_nothing_is_done(story):
    _paid_in(story, 9_000_000)
    fields = _fields(story)
    [name] = [each for each in fields if each != "token"]
    answer = _as(cast.sam()).post(reverse("wallet-out", args=[cast.kasmo().pk]), fields | {name: "80000.00", "_confirm": "yes"})
    assert answer.status_code == 422
    assert "Nothing was handed out. Row 1, Yusuf Abdi" in _text(answer)
    assert not WalletMove.objects.exists()


def test_what_nobody_needs_is_sent_back_after_a_check(story):
    _paid_in(story)
    sam, address = _as(cast.sam()), reverse("wallet-back", args=[cast.kasmo().pk])
    token = sam.get(address).context["form"]["token"].value()
    assert "The bank account it came from" in _text(sam.post(address, {"pence": "100", "token": token}))
    assert sam.post(address, {"pence": "100", "token": token, "_confirm": "yes"}).status_code == 302
    assert "£100.00" in _text(sam.get(reverse("wallet", args=[cast.kasmo().pk])))
    too_much = sam.post(address, {"pence": "200.01", "_confirm": "yes"})
    assert (too_much.status_code, "£200.00" in _text(too_much)) == (422, True)


def test_a_sum_is_asked_for_and_the_page_says_that_we_fetch_the_bank_details(story):
    sam = _as(cast.sam())
    assert sam.post(reverse("wallet-in", args=[cast.kasmo().pk]), {"pence": "500"}).status_code == 302
    payment = Payment.objects.get(about__startswith="wallet:")
    assert (payment.pence, payment.kind) == (50_000, "bank_transfer")
    assert "We are getting the bank details" in _text(sam.get(reverse("wallet", args=[cast.kasmo().pk])))


def test_what_was_to_go_back_and_pays_what_the_bank_took_is_said_to_have_stayed(story):
    cast_leaving.floated(100_000)
    payment = wallets.pay_in(organisation=cast.kasmo(), council_code=cast.SOUTHWARK, pence=20_000, by=cast.sam(), at=story.at)
    bank = cast_pooling.Bank(story.at)
    bank.pays(payment)
    again = {"organisation": cast.kasmo(), "council_code": cast.SOUTHWARK, "token": uuid4(), "by": cast.sam(), "at": story.at}
    wallets.send_back(pence=12_000, **again)
    bank.takes_back(payment, 15_000, ends="lost")
    page = re.sub("<[^>]+>", "", _text(_as(cast.sam()).get(reverse("wallet", args=[cast.kasmo().pk]))))
    assert "£50.00 sent back, on its way." in page
    assert "£70.00 was to go back. It stayed here." in page
