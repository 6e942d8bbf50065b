"""What people ask of money, one order a transaction: it stands in for the rooms above `payments`, which would hold the locks and states.

An order is a dict: `kind`, `key` (the journal's, made by whoever asks), `owner`, `pence`, and where it applies `hold` and `payee`.
The same order again is the same event, as a second click is.
"""

import uuid
from datetime import datetime
from typing import Any

from config.torture import COUNCIL
from ledger.selectors import journal_exists
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Refused, Transfer, post
from ledger.services.retry import retrying
from payments.models import Payment
from payments.services import payins, refunds, remittances

Order = dict[str, Any]


class WasDoneMeanwhile(Exception):
    """The same order, told twice at once, was done by the other: nothing of this one stands."""


def do(order: Order, *, at: datetime) -> str:
    """Does it. Returns `done`, `replayed`, or `refused: why`."""
    if order["kind"] == "pay":
        return _pay(order, at)
    try:
        return str(retrying(lambda: _once(order, at)))
    except WasDoneMeanwhile:
        return "replayed"
    except remittances.LotsFallShort:
        return "refused: lots_fall_short"
    except Refused as refused:
        return f"refused: {refused.reason}"


def _once(order: Order, at: datetime) -> str:
    key, owner, pence = uuid.UUID(order["key"]), order["owner"], order["pence"]
    about = f"work:{order['key']}"
    if journal_exists(key):
        return "replayed"
    if order["kind"] in ("release", "pass"):
        remittances.owe(payee_id=order["payee"], lot_owner=owner, pence=pence, council_code=COUNCIL, about=about, at=at)
    if order["kind"] == "back":
        refunds.approve(lot_owner=owner, pence=pence, council_code=COUNCIL, about=about, by=None, at=at)
    transfers = tuple(Transfer(debit, credit, pence) for debit, credit in _ways(order))
    if post(Journal(key, f"torture_{order['kind']}", COUNCIL, transfers, at, about=about)).replayed:
        raise WasDoneMeanwhile
    return "done"


def _ways(order: Order) -> list[tuple[Account, Account]]:
    owner = order["owner"]
    share = Account("SHARE", COUNCIL, owner)
    reserve, hold = (Account(code, COUNCIL, f"{order.get('hold')}/{owner}") for code in ("RESERVE", "HOLD"))
    due, refund = Account("DUE", COUNCIL, f"payee:{order.get('payee')}"), Account("REFUND", COUNCIL, owner)
    return {
        "place": [(share, reserve), (reserve, hold)],
        "release": [(hold, due)],
        "unplace": [(hold, share)],
        "pass": [(share, due)],
        "back": [(share, refund)],
    }[order["kind"]]


def _pay(order: Order, at: datetime) -> str:
    about = f"work:{order['key']}"
    if Payment.objects.filter(about=about).exists():
        return "replayed"
    owner = order["owner"]
    payins.start_card(
        payer_owner=f"organisation:{owner.partition(':')[2].partition('/')[0]}",  # there is no ceiling on what they pay
        lot_owner=owner,
        credit=Account("SHARE", COUNCIL, owner),
        pence=order["pence"],
        council_code=COUNCIL,
        about=about,
        success_url="http://127.0.0.1:1/paid/",
        cancel_url="http://127.0.0.1:1/not-paid/",
        by=None,
        at=at,
    )
    return "done"
