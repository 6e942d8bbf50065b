"""Somebody who is paid: they give their details to Stripe themselves, and we follow Stripe's word."""

import re
import urllib.parse
import urllib.request
from typing import Any

import pytest

from audit.models import Fact
from payments.models import Payee, PaymentOperation
from payments.selectors import is_ready, payee
from payments.services import payees
from tests.payments.conftest import COUNCIL, Play, _Stay

BACK, AGAIN = "http://127.0.0.1:8000/back/", "http://127.0.0.1:8000/again/"


def browse(url: str, form: dict[str, str] | None = None) -> tuple[str, str]:
    """What a browser meets: the page, or where it is sent on to."""
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.build_opener(_Stay).open(urllib.request.Request(url, body), timeout=10) as response:
        return response.read().decode(), response.headers.get("Location") or ""


def opened(play: Play) -> Payee:
    return payees.open_payee(owner="enterprise:5", council_code=COUNCIL, by=None, at=play.at)


def test_they_give_their_bank_details_on_stripes_page_and_are_ready(play: Play) -> None:
    row = opened(play)
    link = payees.onboarding_link(payee=row, return_url=BACK, refresh_url=AGAIN, at=play.at)
    row.refresh_from_db()
    row = payees.refresh(payee=row, at=play.at)
    assert (row.ready, bool(row.details_needed)) == (False, True)

    page, _ = browse(link)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
    _, sent_to = browse(link, {**hidden, "sort_code": "108800", "account_number": "00012345", "agree": "yes", "name": "Barwaaqo Care"})
    assert sent_to == BACK
    row = payees.refresh(payee=row, at=play.at)
    assert (row.ready, row.details_needed, row.bank_ends_in) == (True, [], "2345")
    assert row.bank_changed_at is None
    assert is_ready(row.pk)
    assert payee(row.pk).is_ready


def test_asked_twice_they_have_one_account_and_two_links(play: Play) -> None:
    first = payees.onboarding_link(payee=opened(play), return_url=BACK, refresh_url=AGAIN, at=play.at)
    second = payees.onboarding_link(payee=opened(play), return_url=BACK, refresh_url=AGAIN, at=play.at)
    assert first != second
    assert PaymentOperation.objects.filter(kind="account").count() == 1


def test_a_lost_answer_says_try_again_and_makes_no_second_account(play: Play) -> None:
    play.stripe.fault("drop_after_commit", "/v1/accounts")
    with pytest.raises(payees.StripeDidNotAnswer):
        payees.onboarding_link(payee=opened(play), return_url=BACK, refresh_url=AGAIN, at=play.at)
    play.skip(seconds=10)
    assert payees.onboarding_link(payee=opened(play), return_url=BACK, refresh_url=AGAIN, at=play.at)
    assert PaymentOperation.objects.filter(kind="account").values_list("stripe_id", flat=True).distinct().count() == 1


def test_readiness_is_lost_and_regained_with_the_capability(play: Play) -> None:
    row = play.payee()
    play.stripe.act("lose_transfers", account=row.stripe_account_id)
    play.later(days=2)
    assert not is_ready(row.pk)
    play.stripe.act("regain_transfers", account=row.stripe_account_id)
    play.later(seconds=700)
    assert is_ready(row.pk)
    told: list[Any] = [fact.payload["ready"] for fact in Fact.objects.filter(kind="payments.payee_changed")]
    assert told[-3:] == [True, False, True]


def test_a_rejected_account_is_not_ready(play: Play) -> None:
    row = play.payee()
    play.stripe.act("reject_account", account=row.stripe_account_id)
    assert not payees.refresh(payee=row, at=play.at).ready


def test_changed_bank_details_are_dated_the_first_ones_are_not(play: Play) -> None:
    row = play.payee()
    assert row.bank_changed_at is None
    play.stripe.act("change_bank", account=row.stripe_account_id, sort_code="200000", account_number="55779911")
    row = payees.refresh(payee=row, at=play.at)
    assert (row.bank_changed_at, row.bank_ends_in) == (play.at, "9911")
    # Taken away, and others given a week later: dated again.
    Payee.objects.filter(pk=row.pk).update(bank_fingerprint="")
    row.refresh_from_db()
    later = play.skip(days=7)
    assert payees.refresh(payee=row, at=later).bank_changed_at == later
