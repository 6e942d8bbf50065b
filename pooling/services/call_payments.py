"""The payer pays a call ahead of the visits, in any way open to them, or by bank transfer for an order after the person's yes.

Only rows are written here; the caller performs the payment's operation once this is committed (`payments.services.operations.perform`).
"""

from datetime import datetime
from typing import TypedDict

from audit.errors import Refusal
from ledger.services.accounts import Account
from payments.models import CashReturn, Mandate, Payment
from payments.services import cash, mandates, payins
from people.models import Person
from pooling.books import Lot
from pooling.models import Call, Mode
from pooling.rules import CALL, step
from pooling.services.call_records import lock_to_pay, open_payment, write_trail
from pooling.services.transactions import all_or_nothing


class NotAnOrder(Refusal):
    code = "not_an_order"
    sentence = "This money is paid before the visits, not by a written order. Pay it by bank transfer."


class IsAnOrder(Refusal):
    code = "is_an_order"
    sentence = "This money comes by a written order. Accept the order now. You pay after the person says yes."


class NoYesYet(Refusal):
    code = "no_yes_yet"
    sentence = "The person has not said yes to this yet. You pay after that."


class NoCard(Refusal):
    code = "no_card"
    sentence = "Who looks after this money pays it by bank transfer."


@all_or_nothing
def pay_by_card(*, call: Call, success_url: str, cancel_url: str, by: Person, at: datetime) -> Payment:
    """Starts a card payment of what the call asks for; pressed again, gives the one that is open. The caller then performs its operation.

    Raises NotAllowed, NoCard, IsAnOrder, NotNow.
    """
    row = _own_ahead(call, by, at)
    payment = open_payment(row=row, kind="card", by=by, at=at)
    if payment is None:
        payment = payins.start_card(**_terms(row), success_url=success_url, cancel_url=cancel_url, by=by, at=at)
        _note_payment(row, payment, by, at)
    return payment


@all_or_nothing
def pay_by_bank_app(*, call: Call, success_url: str, cancel_url: str, by: Person, at: datetime) -> Payment:
    """As `pay_by_card`, on a page where the payer says yes in their bank's own app. Raises also ways.WayIsOff."""
    row = _own_ahead(call, by, at)
    payment = open_payment(row=row, kind="pay_by_bank", by=by, at=at)
    if payment is None:
        payment = payins.start_pay_by_bank(**_terms(row), success_url=success_url, cancel_url=cancel_url, by=by, at=at)
        _note_payment(row, payment, by, at)
    return payment


@all_or_nothing
def pay_by_debit(*, call: Call, by: Person, at: datetime) -> Payment:
    """Collects what the call asks for by the Direct Debit that was set up. Raises also ways.WayIsOff, mandates.NoDebitYet."""
    row = _own_ahead(call, by, at)
    payment = open_payment(row=row, kind="bacs", by=by, at=at)
    if payment is None:
        payment = payins.start_debit(**_terms(row), by=by, at=at)
        _note_payment(row, payment, by, at)
    return payment


@all_or_nothing
def set_up_debit(*, call: Call, success_url: str, cancel_url: str, by: Person, at: datetime) -> Mandate:
    """Starts the page where the payer of this call sets up a Direct Debit; nothing is collected. The caller then performs its operation.

    Raises NotAllowed, NoCard, ways.WayIsOff.
    """
    row = _own_ahead(call, by, at)
    council = row.council_code
    return mandates.start(payer_owner=row.portion.payer_owner, council_code=council, success_url=success_url, cancel_url=cancel_url, by=by, at=at)


@all_or_nothing
def send_cash_back(*, call: Call, by: Person, at: datetime) -> CashReturn:
    """What the payer of this call sent by bank transfer and nothing asked for goes back to their bank. The caller performs its operation.

    Raises NotAllowed, cash.NothingIsLeft, cash.StillWaiting.
    """
    row = lock_to_pay(call=call, by=by, at=at)
    return cash.send_back(payer_owner=row.portion.payer_owner, by=by, at=at)


@all_or_nothing
def stop_payment(*, call: Call, by: Person, at: datetime) -> Payment | None:
    """The open payment of this call is not waited for any more. What has come of a bank transfer can then be sent back.

    The caller performs what Stripe is to be asked. Raises NotAllowed, payins.PaymentIsTaken.
    """
    row = lock_to_pay(call=call, by=by, at=at)
    return payins.cancel(payment_id=row.payment_id, by=by, at=at) if row.payment_id is not None else None


def _own_ahead(call: Call, by: Person, at: datetime) -> Call:
    row = lock_to_pay(call=call, by=by, at=at)
    if row.portion.is_held:
        raise NoCard
    _must_be_ahead(row)
    return row


@all_or_nothing
def pay_by_bank(*, call: Call, by: Person, at: datetime) -> Payment:
    """Starts a bank transfer of what the call asks for; pressed again, gives the one that is open. Raises NotAllowed, IsAnOrder, NotNow."""
    row = lock_to_pay(call=call, by=by, at=at)
    _must_be_ahead(row)
    return _bank_payment(row, by, at)


@all_or_nothing
def pay_order_by_bank(*, call: Call, by: Person, at: datetime) -> Payment:
    """The holder pays what the person said yes to, maybe less than was ordered; pressed again, gives the transfer that is open.

    Raises NotAllowed, NotAnOrder, NoYesYet, NotNow.
    """
    row = lock_to_pay(call=call, by=by, at=at)
    if row.mode != Mode.ON_YES:
        raise NotAnOrder
    if row.state == Call.State.CALLED:
        raise NotAnOrder("Accept the order first. You pay after the person says yes.")
    if row.owed_pence is None:
        raise NoYesYet
    return _bank_payment(row, by, at)


def _must_be_ahead(row: Call) -> None:
    if row.mode != Mode.AHEAD:
        raise IsAnOrder
    step(CALL, row.state, "pay")


def _bank_payment(row: Call, by: Person, at: datetime) -> Payment:
    step(CALL, row.state, "pay")
    payment = open_payment(row=row, kind="bank_transfer", by=by, at=at)
    if payment is None:
        payment = payins.start_bank_transfer(**_terms(row), by=by, at=at)
        _note_payment(row, payment, by, at)
    return payment


class _Terms(TypedDict):
    payer_owner: str
    lot_owner: str
    credit: Account
    pence: int
    council_code: str
    about: str


def _terms(row: Call) -> _Terms:
    """Who pays, how much, and where it goes once it is here: into their own free money in this group."""
    lot = Lot(row.membership_id, row.portion_id, row.council_code)
    return _Terms(
        payer_owner=row.portion.payer_owner,
        lot_owner=lot.owner,
        credit=lot.share,
        pence=row.to_pay_pence,
        council_code=row.council_code,
        about=f"call:{row.pk}",
    )


def _note_payment(row: Call, payment: Payment, by: Person, at: datetime) -> None:
    row.payment_id = payment.pk
    row.save(update_fields=["payment_id"])
    write_trail(row=row, verb="pooling.start_payment", by=by, at=at)
