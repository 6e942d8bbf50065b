"""Whoever owes us money from before is paid so much less: what waits for them pays what they owe, and their page says so.

What two people gave up is owed to them all the same, so it pays first: who was paid by hand instead owes just that.
"""

from datetime import datetime
from functools import partial

from django.db import transaction

from audit.services import facts
from ledger.services.accounts import Account
from ledger.services.journals import Transfer, new_key
from ledger.services.retry import retrying
from payments.models import OwedMove, Recovery, Remittance
from payments.rules import REMITTANCE, may_step, step
from payments.services import alarms, recoveries
from payments.services.one_by_one import one_by_one


def set_off_due(*, at: datetime) -> int:
    """What waits or was given up for those who owe us pays what they owe: DUE Dr / RECEIVABLE Cr. Returns how many payments it touched.

    None while the book is behind Stripe: what waits here may have gone already, and could then be said to be no payment of ours.
    """
    if alarms.book_is_behind():
        return 0
    owing = Recovery.objects.owed().order_by("opened_at", "pk").values_list("payee_id", "council_code")
    touched = 0
    for payee_id, council in dict.fromkeys(owing):
        touched += one_by_one(_in_order(payee_id, council), lambda pk: retrying(partial(_set_off, pk, at)))
    return touched


def _in_order(payee_id: int, council: str) -> list[int]:
    """What was given up, first of just a sum that they owe; then what waits. Each oldest first."""
    whose = {"payee_id": payee_id, "council_code": council}
    owed = {one.left_pence for one in Recovery.objects.owed().filter(**whose)}
    given_up = list(Remittance.objects.given_up().filter(**whose).order_by("waiting_since", "pk"))
    given_up.sort(key=lambda row: row.pence not in owed)
    waiting = Remittance.objects.waiting().filter(**whose).order_by("waiting_since", "pk")
    return [row.pk for row in given_up] + list(waiting.values_list("pk", flat=True))


@transaction.atomic
def _set_off(remittance_id: int, at: datetime) -> bool:
    """One payment against the oldest debt. What is more than the debt stands as it did, as a payment of its own."""
    # The debt is locked before the payment, as everywhere that holds both.
    whose = Remittance.objects.get(pk=remittance_id)
    owed = Recovery.objects.owed().filter(payee=whose.payee_id, council_code=whose.council_code).order_by("opened_at", "pk").locked().first()
    row = Remittance.objects.locked().get(pk=remittance_id)
    if owed is None or not may_step(REMITTANCE, row.state, "set_off"):
        return False
    rest = row.pence - owed.left_pence
    if rest > 0:
        fields = {"payee_id": row.payee_id, "payment_id": row.payment_id, "council_code": row.council_code, "about": row.about}
        row.pence -= rest
        beyond = max(0, row.recovered_pence - row.pence)
        row.recovered_pence -= beyond
        Remittance.objects.create(**fields, group=row.group, pence=rest, state=row.state, waiting_since=row.waiting_since, recovered_pence=beyond)
    row.state, row.set_off_for, row.set_off_journal, row.paid_at = step(REMITTANCE, row.state, "set_off"), owed, new_key(), at
    row.save(update_fields=["state", "set_off_for", "set_off_journal", "paid_at", "pence", "recovered_pence"])
    owed.set_off_pence += row.pence
    recoveries.come(owed, at)
    payload = {"remittance": row.pk, "about": row.about, "pence": row.pence, "payee": row.payee_id}
    facts.record(kind="payments.remittance_paid", subject=row.about, payload=payload, at=at, council_code=row.council_code)
    due = Account("DUE", row.council_code, f"payee:{row.payee_id}")
    transfers = (Transfer(due, recoveries.receivable(owed), row.pence),)
    recoveries.post_move(owed, kind=OwedMove.Kind.SET_OFF, pence=-row.pence, transfers=transfers, at=at, key=row.set_off_journal)
    return True
