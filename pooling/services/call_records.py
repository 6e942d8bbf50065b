"""What every verb about calls shares: locking in one order, giving back what was called, telling and writing down."""

from contextlib import suppress
from datetime import datetime

from django.db.models import Sum

from audit.errors import NotAllowed
from audit.services import facts, trail
from payments.models import Payment
from payments.services import payins
from people.models import Person
from pooling import policies
from pooling.models import Call, Earmark
from pooling.rules import CALL, step
from pooling.services.earmarks import lock_pledge

State = Call.State
OPEN_PAYMENT = ("started", "open")


def lock_call(pk: int) -> Call:
    """The call, locked after the place in the group, the promise and the earmark."""
    ids = Call.objects.values("pledge_id", "earmark_id").get(pk=pk)
    pledge = lock_pledge(ids["pledge_id"])
    kept = Earmark.objects.locked().get(pk=ids["earmark_id"])
    row = Call.objects.locked().select_related("portion__budget", "portion__holder").get(pk=pk)
    row.pledge, row.earmark, row.membership = pledge, kept, pledge.membership
    return row


def lock_to_pay(*, call: Call, by: Person, at: datetime) -> Call:
    """The locked call, for whoever may pay it. Raises NotAllowed."""
    row = lock_call(call.pk)
    if not policies.may_pay(by=by, membership=row.membership, portion=row.portion, at=at):
        raise NotAllowed
    return row


def open_payment(*, row: Call, kind: str, by: Person | None, at: datetime) -> Payment | None:
    """The payment already started for this call in this way; one started in another way is closed first."""
    payment = Payment.objects.filter(pk=row.payment_id).first() if row.payment_id else None
    if payment is None or payment.state not in OPEN_PAYMENT:
        return None
    if payment.kind == kind and payment.pence == row.to_pay_pence:
        return payment
    payins.cancel(payment_id=payment.pk, by=by, at=at)
    return None


def close_open_payment(row: Call, at: datetime) -> None:
    """A payment page that is still open is not needed any more. Too late: what comes is free money of the payer's own."""
    with suppress(payins.PaymentIsTaken):
        open_payment(row=row, kind="none", by=None, at=at)


def consume(row: Call) -> None:
    """The call's money is held, or paid on. `row` is locked; `holds` calls this before it posts."""
    row.state = step(CALL, row.state, "hold")
    row.save(update_fields=["state"])


def miss(row: Call, verb: str, at: datetime) -> None:
    """Not paid in time. `row` is locked. An open payment page is closed; money that still comes is free money of its owner's."""
    row.state = step(CALL, row.state, verb)
    row.save(update_fields=["state"])
    close_open_payment(row, at)
    write_trail(row=row, verb="pooling.call_missed", by=None, at=at)
    tell("call_missed", row, at)


def uncall(row: Call) -> None:
    """What was called and is not needed may be called again. A follow-up's pence are in the first call's, and its own once that is not needed."""
    if row.follows is not None and row.follows.state != State.CANCELLED:
        return
    followed = row.followed_by.exclude(state=State.CANCELLED).aggregate(sum=Sum("pence"))["sum"] or 0
    kept, pledge, pence = row.earmark, row.pledge, row.pence - followed
    kept.called_pence -= pence
    kept.save(update_fields=["called_pence"])
    pledge.called_pence -= pence
    if kept.state != Earmark.State.LIVE:
        pledge.earmarked_pence -= pence
    pledge.save(update_fields=["called_pence", "earmarked_pence"])


def tell_opened_or_covered(row: Call, at: datetime) -> None:
    """Fact: asked for, or covered already."""
    if row.state == State.FUNDED:
        tell("call_covered", row, at, covered_by="money")
    else:
        tell("call_opened", row, at)


def tell_paid(row: Call, at: datetime) -> None:
    """Fact: an order's money is here."""
    tell("call_paid", row, at, pence=row.owed_pence)


def tell(kind: str, row: Call, at: datetime, **more: object) -> None:
    """Fact `pooling.<kind>` about this call: ids and pence."""
    payload = {"call": row.pk, "about_kind": row.about_kind, "about_id": row.about_id, "membership": row.membership_id, **more}
    if kind == "call_opened":
        payload["pence"] = row.to_pay_pence
    facts.record(kind=f"pooling.{kind}", subject=f"call:{row.pk}", payload=payload, at=at, council_code=row.council_code)


def write_trail(*, row: Call, verb: str, by: Person | None, at: datetime) -> None:
    """One line of the audit trail about what the call is for."""
    detail = {"call": row.pk, "asked_pence": row.asked_pence, "to_pay_pence": row.to_pay_pence}
    trail.write(by=by, verb=verb, about_kind=row.about_kind, about_id=row.about_id, at=at, council_code=row.council_code, detail=detail)
