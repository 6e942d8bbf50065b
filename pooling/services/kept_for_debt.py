"""Money on its way home, not gone yet, of somebody whose bank took a payment back: so much as they owe stays, and pays that.

What stays of a sum is a sum of its own, kept; the rest goes on home under the number people know. `setbacks` has locked whose it is.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from audit.services import trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key
from payments.rules import take_from
from payments.services import unsent
from payments.services.disputes import Owing
from payments.services.unsent import Unsent
from pooling.models import WalletMove, Withdrawal
from pooling.rules import WITHDRAWAL, step
from pooling.selectors.wallets import back_about
from pooling.services import shares

RETURNING = Withdrawal.State.RETURNING


def keep(*, owing: Owing, own: Account, going: Sequence[Unsent], pence: int, at: datetime) -> list[Journal]:
    """So much of `going` stays: REFUND Dr / `own` Cr, a journal for each sum that was going home. The caller posts them, in this order."""
    parts: dict[str, list[tuple[Unsent, int]]] = defaultdict(list)
    for one, part in zip(going, take_from([one.pence for one in going], pence), strict=True):
        if part:
            parts[one.about].append((one, part))
    journals = []
    for about in parts:
        stays, key = sum(part for _, part in parts[about]), new_key()
        kept_about = _write(about, stays, key, at)
        for one, part in parts[about]:
            journals += unsent.keep(one=one, pence=part, about=kept_about, at=at)
        if kept_about != about and about.startswith("withdrawal:"):
            # What is left of it may all be home already.
            shares.note_refunds(withdrawal_id=_number(about), at=at)
        back = (Transfer(Account("REFUND", owing.council_code, owing.lot_owner), own, stays),)
        journals.append(Journal(key, "kept_for_debt", owing.council_code, back, at, about=kept_about))
    return journals


def _write(about: str, pence: int, key: uuid.UUID, at: datetime) -> str:
    """The row that says so: the sum itself where all of it stays, else one of its own. Gives what it is called."""
    row = _of_a_person(about, pence, key) if about.startswith("withdrawal:") else _of_a_wallet(about, pence, key)
    kind = "withdrawal" if isinstance(row, Withdrawal) else "wallet_move"
    detail = {"pence": pence, "of": about}
    trail.write(by=None, verb="pooling.keep_for_debt", about_kind=kind, about_id=row.pk, at=at, council_code=row.council_code, detail=detail)
    return f"withdrawal:{row.pk}" if isinstance(row, Withdrawal) else back_about(row.pk)


def _of_a_person(about: str, pence: int, key: uuid.UUID) -> Withdrawal:
    row = Withdrawal.objects.locked().get(pk=_number(about))
    if pence < row.pence:
        row.pence -= pence
        row.save(update_fields=["pence"])
        whose = {"membership_id": row.membership_id, "portion_id": row.portion_id, "council_code": row.council_code}
        row = Withdrawal(**whose, journal_key=row.journal_key, asked_by_id=row.asked_by_id, asked_at=row.asked_at, pence=pence, state=RETURNING)
    row.state, row.kept_pence, row.kept_journal = step(WITHDRAWAL, row.state, "pay_debt"), pence, key
    row.save()
    return row


def _of_a_wallet(about: str, pence: int, key: uuid.UUID) -> WalletMove:
    row = WalletMove.objects.locked().get(pk=_number(about))
    if pence < row.pence:
        row.pence -= pence
        row.save(update_fields=["pence"])
        whose = {"kind": row.kind, "organisation_id": row.organisation_id, "council_code": row.council_code, "token": uuid.uuid4()}
        row = WalletMove(**whose, journal_key=row.journal_key, asked_by_id=row.asked_by_id, asked_at=row.asked_at, pence=pence)
    row.kept_pence, row.kept_journal = pence, key
    row.save()
    return row


def _number(about: str) -> int:
    return int(about.partition(":")[2])
