"""Part of a lot becomes another owner's: a holder's one bank transfer, handed out to the people whose money it is.

Each part is a payment of its own with `part_of`, always the payment that came from Stripe; what is sent back of it goes to that payment's sender.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from ledger.services.accounts import Account
from ledger.services.journals import new_key
from payments.models import Payment
from payments.rules import take_from
from payments.services.remittances import LotsFallShort


@dataclass(frozen=True, slots=True)
class Part:
    """So many pence for one owner (`member:12/portion:7`), into `credit`; `about` says what for, such as "slice:4"."""

    owner: str
    credit: Account
    pence: int
    about: str


def hand_on(*, lot_owner: str, parts: Sequence[Part], council_code: str, at: datetime) -> list[Payment]:
    """In the caller's transaction: takes the parts from this owner's lots, oldest first, and makes each its new owner's lot.

    Returns the new lots; a part that needs two lots becomes two. The caller then posts, for each, its own journal `available_journal`, from the
    old owner's account to the new lot's `credit_code`. Raises LotsFallShort and then changes nothing.
    """
    with transaction.atomic():
        rows = Payment.objects.with_money_left(lot_owner, council_code).filter(part_of=None)
        lots = list(rows.order_by("charged_at", "pk").locked())
        free = [lot.free_pence for lot in lots]
        if any(part.pence <= 0 for part in parts) or sum(part.pence for part in parts) > sum(free):
            raise LotsFallShort
        made = []
        for part in parts:
            for index, pence in enumerate(take_from(free, part.pence)):
                if pence:
                    free[index] -= pence
                    made.append(_part(lots[index], part, pence, at))
        for lot, left in zip(lots, free, strict=True):
            gone = lot.free_pence - left
            if gone:
                Payment.objects.filter(pk=lot.pk).update(moved_pence=F("moved_pence") + gone)
        return Payment.objects.bulk_create(made)


def _part(lot: Payment, part: Part, pence: int, at: datetime) -> Payment:
    """The new lot: as old as the money is, so that its 90 days run from the charge."""
    return Payment(
        id=uuid.uuid4(),
        kind=lot.kind,
        state=Payment.State.AVAILABLE,
        pence=pence,
        part_of=lot,
        payer_id=lot.payer_id,
        lot_owner=part.owner,
        council_code=lot.council_code,
        about=part.about,
        credit_code=part.credit.code,
        credit_owner=part.credit.owner,
        fee_pence=0,
        started_at=at,
        charged_at=lot.charged_at,
        available_on=lot.available_on,
        available_journal=new_key(),
    )
