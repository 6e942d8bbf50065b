"""What was planned and never sent goes back to where it came from: two people stop it, or its payee's bank details changed meanwhile.

A plan may wait long for its call: Stripe is short of balance, an alarm stops releases, the worker stands still. What was true of the payee
when it was planned is looked at again before it goes.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from audit.services import trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
from ledger.services.retry import retrying
from payments.gateways.shapes import AnswerLost, NotFound, StripeIsBusy
from payments.models import Payee, PaymentOperation, Recovery, Remittance
from payments.rules import REMITTANCE, may_step, step
from payments.services import alarms, payees, planning
from payments.services.one_by_one import one_by_one
from people.models import Person

LOOKED_LATELY = timedelta(minutes=10)


def unplan(row: Remittance, *, operation: PaymentOperation | None, event: str, why: str, by: Person | None, at: datetime) -> bool:
    """In the caller's transaction, both locked, the operation first: OUT Dr / DUE Cr. False when it may have reached Stripe, and nothing changed."""
    planned = row.planned_journal
    if operation is not None and not planning.take_back(operation, why=why):
        return False
    row.state, row.operation, row.planned_journal = step(REMITTANCE, row.state, event), None, None
    row.save(update_fields=["state", "operation", "planned_journal"])
    alarms.settle(kind="transfer_refused", about=f"remittance:{row.pk}", at=at)
    if operation is not None:
        operation.uses.all().delete()
    trail.write(by=by, verb=f"payments.{event}", about_kind="remittance", about_id=row.pk, at=at, council_code=row.council_code)
    if planned is not None:
        due = Account("DUE", row.council_code, f"payee:{row.payee_id}")
        transfers, actor = (Transfer(Account("OUT", row.council_code), due, row.pence),), planning.actor(by)
        about = f"remittance:{row.pk}"
        post(Journal(new_key(), "remittance_stopped", row.council_code, transfers, at, actor=actor, about=about, reverses=planned))
    return True


# --- what changed after it was planned ---


def put_back_due(*, at: datetime) -> int:
    """What was planned for bank details that are not theirs any more waits again, by the rules for changed ones; what was planned before its payee
    owed us, to be kept back for that (`setting_off`). Returns how many were.
    """
    rows = Remittance.objects.filter(state="planned", operation__state="planned", operation__first_sent_at=None)
    owed = Recovery.objects.owed().filter(payee=OuterRef("payee"), council_code=OuterRef("council_code"))
    rows = rows.filter(Q(payee__bank_changed_at__gte=F("operation__planned_at")) | Exists(owed))
    return one_by_one(list(rows.order_by("pk").values_list("pk", flat=True)), lambda pk: retrying(partial(_put_back, pk, at)))


@transaction.atomic
def _put_back(pk: int, at: datetime) -> bool:
    operation = PaymentOperation.objects.locked().filter(remittance=pk).first()
    row = Remittance.objects.locked().get(pk=pk)
    if operation is None or not may_step(REMITTANCE, row.state, "put_back"):
        return False
    why = "its payee owes" if owes(row) else "" if is_as_planned(operation) else "bank details changed"
    return bool(why) and unplan(row, operation=operation, event="put_back", why=why, by=None, at=at)


def owes(row: Remittance) -> bool:
    """Whether its payee owes us from before, in that council."""
    return Recovery.objects.owed().filter(payee_id=row.payee_id, council_code=row.council_code).exists()


def is_as_planned(operation: PaymentOperation) -> bool:
    """Whether the payee's bank details, as we last heard, are those for which this transfer was planned."""
    changed = Payee.objects.values_list("bank_changed_at", flat=True).get(remittances__operation=operation)
    return changed is None or changed < operation.planned_at


def look_again(operation: PaymentOperation, at: datetime) -> bool:
    """Asks Stripe about the payee of a transfer that is about to go, unless just asked. Not inside a transaction.

    False when Stripe can't be reached, or the transfer is nobody's any more: put back this moment.
    """
    payee = Payee.objects.filter(remittances__operation=operation).first()
    if payee is None:
        return False
    if payee.checked_at is not None and at < payee.checked_at + LOOKED_LATELY:
        return True
    try:
        payees.refresh(payee=payee, at=at)
    except (AnswerLost, StripeIsBusy, NotFound):
        return False
    return True
