"""What a payer's bank took back is paid first: nothing new is covered by money that is owed."""

import pytest

from ledger.selectors import balance
from ledger.services.accounts import Account
from payments.models import Payment, PaymentOperation
from payments.services import planning, refunds
from pooling.books import Lot
from pooling.models import Earmark, Membership, Portion
from pooling.selectors import proof
from pooling.services import calls, setbacks, shares
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def owing(town: Town) -> tuple[Membership, Portion, Earmark]:
    """Amina had £20.00 sent home, her bank took the payment back as well, and £15.00 has just come free."""
    _, [place, _] = cast.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    portion = cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    cast.paid_in(place, portion, pence=2_000, at=AT)
    shares.withdraw(membership=place, portion=portion, pence=2_000, by=town.amina, at=AT)
    refunds.plan_due(at=AT)
    planning.was_sent(PaymentOperation.objects.get(kind="refund"), sent_at=AT, at=AT)
    town.bank.takes_back(Payment.objects.get(), ends="lost")
    cast.paid_in(place, portion, pence=1_500, at=AT, share=9_001, agreement=901)
    return place, portion, cast.earmarked(cast.promised(place, portion, at=AT), at=AT)


def test_a_call_is_not_covered_by_money_that_is_owed(owing: tuple[Membership, Portion, Earmark]) -> None:
    place, portion, earmark = owing
    call = cast.called(earmark, share=1, pence=1_500, at=AT)
    assert (call.state, call.asked_pence) == ("called", 1_500)
    setbacks.advance_due(at=AT)
    lot = Lot(place.pk, portion.pk, SOUTHWARK)
    assert (balance(lot.share), balance(Account("RECEIVABLE", SOUTHWARK, lot.owner))) == (0, 500)
    assert proof() == []


def test_a_missed_call_asked_for_again_is_not_either(town: Town, owing: tuple[Membership, Portion, Earmark]) -> None:
    _, _, earmark = owing
    call = cast.called(earmark, share=1, pence=1_500, at=AT)
    type(call).objects.filter(pk=call.pk).update(state="missed")
    call = calls.call_again(call=call, due_on=AT.date(), by=town.amina, at=AT)
    assert (call.state, call.asked_pence) == ("called", 1_500)


def test_what_was_paid_for_a_share_that_is_asked_for_anew_stays_paid_for_it(owing: tuple[Membership, Portion, Earmark]) -> None:
    _, _, earmark = owing
    asked = {"earmark": earmark, "about_kind": "milestone_share", "about_id": 1, "pence": 1_800, "due_on": AT.date(), "at": AT}
    call = calls.open_call(**asked, counted_pence=1_500)
    assert (call.state, call.asked_pence) == ("called", 300)
    setbacks.advance_due(at=AT)
    assert proof() == []
