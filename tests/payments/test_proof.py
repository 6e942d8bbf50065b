"""The proof of payments names each kind of drift between its rows and the book: made by hand here, as nothing in the program could."""

import pytest

from payments.gateways import stripe_gateway
from payments.models import Payment, PaymentOperation, PaymentUse, Refund, Remittance, StripeLine
from payments.selectors import proof
from payments.services import arrivals, reconciliation, refunds
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play


@pytest.fixture
def town(play: Play) -> Play:
    """Two who paid and two who are paid: £20.00 of Amina's wait for the first of them, £5.00 of hers to go home."""
    play.float()
    play.lot()
    play.lot(3000, YUSUF, "call:2")
    play.payee("enterprise:6")
    play.owe(play.payee(), 2000)
    refunds.approve(lot_owner=AMINA, pence=500, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
    play.move("SHARE", AMINA, "REFUND", AMINA, 500)
    assert proof() == []
    return play


@pytest.fixture
def sent(town: Play) -> Play:
    """Both have gone."""
    town.run()
    assert (Remittance.objects.get().state, Refund.objects.get().state) == ("paid", "succeeded")
    assert proof() == []
    return town


def test_what_is_owed_to_one_provider_by_the_book_and_to_another_by_the_rows(town: Play) -> None:
    one = Remittance.objects.get().payee
    other = type(one).objects.exclude(pk=one.pk).get()
    town.move("DUE", f"payee:{one.pk}", "DUE", f"payee:{other.pk}", 2000)
    assert sorted(proof()) == sorted(
        [
            f"In {COUNCIL} DUE of payee:{one.pk} is 0p in the book; what is owed to those who helped add up to 2000p.",
            f"In {COUNCIL} DUE of payee:{other.pk} is 2000p in the book; what is owed to those who helped add up to 0p.",
        ]
    )


def test_money_on_its_way_home_to_somebody_else(town: Play) -> None:
    town.move("REFUND", AMINA, "REFUND", YUSUF, 500)
    assert proof() == [
        f"In {COUNCIL} REFUND of {AMINA} is 0p in the book; refunds agreed and not sent add up to 500p.",
        f"In {COUNCIL} REFUND of {YUSUF} is 500p in the book; refunds agreed and not sent add up to 0p.",
    ]


def test_money_being_cleared_for_somebody_else(town: Play) -> None:
    payment = town.start(4000, about="call:3")
    town.type_card(payment)
    arrivals.refresh(payment_id=payment.pk, at=town.at)
    assert proof() == []
    town.move("PENDING", AMINA, "PENDING", YUSUF, 4000)
    assert [sentence.split(" in the book")[0] for sentence in proof()] == [
        f"In {COUNCIL} PENDING of {AMINA} is 0p",
        f"In {COUNCIL} PENDING of {YUSUF} is 4000p",
    ]


def test_money_in_suspense_that_no_line_put_there(town: Play) -> None:
    town.move("FLOAT", "", "SUSPENSE", "", 300)
    assert proof() == [f"In {COUNCIL} SUSPENSE is 300p in the book; lines nobody has explained add up to 0p."]


def test_a_line_that_was_explained_by_no_journal(town: Play) -> None:
    stripe_gateway._stripe().payouts.create({"amount": 700, "currency": "gbp"})
    town.skip(days=1)
    reconciliation.run(at=town.at)
    assert (StripeLine.objects.filter(state="suspense").count(), [found for found in proof() if "SUSPENSE" in found]) == (1, [])
    StripeLine.objects.filter(state="suspense").update(state="explained")
    assert any("SUSPENSE is -700p in the book; lines nobody has explained add up to 0p." in found for found in proof())


@pytest.mark.parametrize("kind", ["transfer", "refund"])
def test_what_left_out_of_no_lot(sent: Play, kind: str) -> None:
    PaymentUse.objects.filter(operation__kind=kind).delete()
    operation = PaymentOperation.objects.get(kind=kind)
    lot = Payment.objects.get(lot_owner=AMINA)
    assert proof() == [f"Operation {operation.pk} and what it was planned for do not both take {operation.pence}p from payment {lot.pk}."]


def test_what_left_out_of_another_lot_than_its_row_says(sent: Play) -> None:
    operation = PaymentOperation.objects.get(kind="transfer")
    PaymentUse.objects.filter(operation=operation).update(payment=Payment.objects.get(lot_owner=YUSUF))
    assert len([found for found in proof() if found.startswith(f"Operation {operation.pk} ")]) == 2


def test_a_transfer_that_stripe_made_and_that_no_journal_paid(sent: Play) -> None:
    row = Remittance.objects.get()
    sent.move("BANK", "", "OUT", "", 2000)
    Remittance.objects.update(state="sent", paid_journal=None)
    assert proof() == [f"{row} is sent, but Stripe has made its transfer."]


def test_money_asked_for_another_account_or_of_another_charge_than_the_row_says(sent: Play) -> None:
    for operation in PaymentOperation.objects.filter(kind__in=("transfer", "refund")):
        changed = {"destination": "acct_other", "charge": "ch_other"}
        params = {name: changed.get(name, said) for name, said in operation.params.items()}
        PaymentOperation.objects.filter(pk=operation.pk).update(params=params)
    assert proof() == [
        f"{Remittance.objects.get()} was asked of Stripe for another account or sum.",
        f"{Refund.objects.get()} was asked of Stripe from another charge or of another sum.",
    ]
