"""A line of Stripe's that nobody here can explain, or not all of it: it rings, and is in SUSPENSE until two people say what it was (`suspense`)."""

import uuid
from datetime import datetime

from ledger.selectors import moved
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
from ledger.services.retry import retrying
from payments.models import Payee, Payment, StripeLine
from payments.rules import UNEXPLAINED_FREEZE_PENCE
from payments.services import alarms, restored, whose_line

# Where a line belongs that names nobody's council: the books of the platform itself.
NO_COUNCIL = "X00000000"


def suspend(line: StripeLine, at: datetime) -> bool:
    """None of our rows is this line. An alarm at once; once available, the money is where Stripe says it is, the other side in SUSPENSE."""
    touched = whose_line.touched(line)
    # A transfer by hand may be any council's money.
    council = touched.council_code if isinstance(touched, Payment) else NO_COUNCIL
    _name(line, touched)
    restored.look_at(line, at)
    is_pence = line.currency == "gbp"
    stops = abs(line.net_pence) >= UNEXPLAINED_FREEZE_PENCE or not is_pence
    much = f"{line.net_pence}p" if is_pence else f"{line.net_pence} {line.currency}"
    sentence = f"Stripe's balance has a line nobody here can explain: {line.kind} {line.pk} of {much}. Find out who made it and why."
    ring_for = "" if council == NO_COUNCIL else council
    alarms.ring(kind="unexplained_line", about=f"line:{line.pk}", sentence=sentence, at=at, council_code=ring_for, stops_releases=stops)
    return line.is_available and bool(retrying(lambda: _suspend(line.pk, council, None, at)))


def _name(line: StripeLine, touched: Payment | Payee | None) -> None:
    if touched is not None and not line.touched:
        line.touched = f"{'payment' if isinstance(touched, Payment) else 'payee'}:{touched.pk}"
        line.save(update_fields=["touched"])


def suspend_rest(line: StripeLine, journal_key: uuid.UUID | None, council: str, ours: str, at: datetime) -> bool:
    """It is one of our rows, of another sum: what our journal did not move is what nobody can explain. `ours`: what our row says."""
    sentence = f"Stripe's line {line.pk} says {line.pence}p less {line.fee_pence}p; our books say {ours}."
    alarms.ring(kind="line_differs", about=f"line:{line.pk}", sentence=sentence, at=at, council_code=council, stops_releases=True)
    # Without its journal yet, or before it is available, it may still come to be the same.
    return line.is_available and journal_key is not None and bool(retrying(lambda: _suspend(line.pk, council, journal_key, at)))


def _suspend(line_id: str, council: str, ours: uuid.UUID | None, at: datetime) -> bool:
    line = StripeLine.objects.locked().get(pk=line_id)
    if line.state != StripeLine.State.WAITING:
        return False
    line.state, line.council_code = StripeLine.State.SUSPENSE, council
    line.ours_pence = moved(code="BANK", keys=[ours]).get(ours, 0) if ours else 0
    line.journal_key = new_key() if line.unknown_pence else None
    line.save(update_fields=["state", "journal_key", "council_code", "ours_pence"])
    if line.journal_key is not None:
        bank, suspense = Account("BANK", council), Account("SUSPENSE", council)
        debit, credit = (bank, suspense) if line.unknown_pence > 0 else (suspense, bank)
        transfers = (Transfer(debit, credit, abs(line.unknown_pence)),)
        post(Journal(line.journal_key, "unexplained_line", council, transfers, at, actor="system", about=f"line:{line.pk}"))
    return True
