"""When money may go on to a provider: not while it may still be taken back from under us, and not all at once to new bank details.

Dates, never refusals: the provider sees on which day it goes (abuse.md 10, 13, 15, 16).
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, Sum

from audit.clock import london_date
from payments.models import Payment, Remittance
from payments.rules import BANK_CHANGE_WORKING_DAYS, LIMIT_DAYS, new_pair_goes_on, room_under
from places.calendar import add_working_days

GONE_STATES = ("planned", "sent", "paid")


def releasable_on(row: Remittance, *, today: date) -> date:
    """The first day, in London, on which this money may be sent. `row` with its payment and payee.

    The latest of: the risk date of money paid by Direct Debit; that of a new payer's card for a new payee; and, after a change of bank details,
    the day on which more than the cap may follow the first payment.
    """
    return max(london_date(row.waiting_since), _debit_date(row.payment), _new_pair_date(row), _bank_change_date(row, today))


def may_go(row: Remittance, *, at: datetime) -> bool:
    """True when this locked row may be sent now. The first payment to changed bank details is cut to the cap; the rest waits as a row of its own."""
    today = london_date(at)
    if releasable_on(row, today=today) <= today:
        return True
    if max(_debit_date(row.payment), _new_pair_date(row)) > today:
        return False
    room = _room_after_change(row, today)
    if room is None or room < 1:
        return False
    _split(row, room)
    return True


def card_room(payer_owner: str, *, at: datetime) -> int | None:
    """How many pence more this payer's card may pay now: while they are new, so much in 28 days; None when there is no ceiling.

    New: nothing of theirs has been here for longer than the risk date. Organisations have no ceiling.
    """
    if not payer_owner.startswith("person:"):
        return None
    theirs = Payment.objects.filter(payer__owner=payer_owner, part_of=None)
    if theirs.filter(state="available", charged_at__lte=at - timedelta(days=settings.NEW_PAYEE_RISK_DAYS)).exists():
        return None
    recent = theirs.filter(kind="card", started_at__gt=at - timedelta(days=LIMIT_DAYS), state__in=("started", "open", "clearing", "available"))
    return room_under(settings.NEW_PAYEE_CEILING_PENCE, recent.aggregate(sum=Sum("pence"))["sum"] or 0)


# --- money that may still be taken back ---


def _debit_date(lot: Payment) -> date:
    """Bacs can be claimed back long after: it rests some working days longer once it is here."""
    if lot.kind != Payment.Kind.BACS or lot.available_on is None:
        return date.min
    return add_working_days(london_date(lot.available_on), settings.BACS_HOLD_WORKING_DAYS)


def _new_pair_date(row: Remittance) -> date:
    """Own card, and this payer's first payment to this payee is not 28 days old: each lot waits for its risk date, above the ceiling longer."""
    lot = row.payment
    payer = lot.payer.owner if lot.payer is not None else ""
    if lot.kind != Payment.Kind.CARD or lot.charged_at is None or not payer.startswith("person:"):
        return date.min
    pair = Remittance.objects.filter(payee=row.payee_id, payment__payer=lot.payer_id, state__in=("waiting", *GONE_STATES))
    if pair.filter(state="paid", paid_at__lte=row.waiting_since - timedelta(days=LIMIT_DAYS)).exists():
        return date.min
    before = pair.filter(waiting_since__gt=row.waiting_since - timedelta(days=LIMIT_DAYS))
    before = before.filter(Q(waiting_since__lt=row.waiting_since) | Q(waiting_since=row.waiting_since, pk__lt=row.pk))
    is_within = room_under(settings.NEW_PAYEE_CEILING_PENCE, before.aggregate(sum=Sum("pence"))["sum"] or 0) >= row.pence
    return new_pair_goes_on(
        london_date(lot.charged_at),
        is_within_ceiling=is_within,
        risk_days=settings.NEW_PAYEE_RISK_DAYS,
        long_risk_days=settings.NEW_PAYEE_LONG_RISK_DAYS,
    )


# --- bank details that changed ---


def _bank_change_date(row: Remittance, today: date) -> date:
    """Once changed details have rested, a first payment up to the cap goes; three working days after it, everything."""
    room = _room_after_change(row, today)
    if room is None or row.pence <= room:
        return date.min
    first = _first_since_change(row)
    if first is not None and first.paid_at is not None:
        return add_working_days(london_date(first.paid_at), settings.BANK_CHANGE_CAP_WORKING_DAYS)
    assert row.payee.bank_changed_at is not None
    rested = add_working_days(london_date(row.payee.bank_changed_at), BANK_CHANGE_WORKING_DAYS)
    return add_working_days(max(rested, today), settings.BANK_CHANGE_CAP_WORKING_DAYS)


def _room_after_change(row: Remittance, today: date) -> int | None:
    """Pence that may still go to details changed lately; None when nothing limits it."""
    changed = row.payee.bank_changed_at
    if changed is None:
        return None
    first = _first_since_change(row)
    rest_days = settings.BANK_CHANGE_CAP_WORKING_DAYS
    if first is not None and first.paid_at is not None and add_working_days(london_date(first.paid_at), rest_days) <= today:
        return None
    gone = Remittance.objects.filter(payee=row.payee_id, state__in=GONE_STATES, operation__planned_at__gt=changed)
    return room_under(settings.BANK_CHANGE_CAP_PENCE, gone.aggregate(sum=Sum("pence"))["sum"] or 0)


def _first_since_change(row: Remittance) -> Remittance | None:
    """What was planned before the change went to the old details, so it shows nothing about the new ones."""
    paid = Remittance.objects.filter(payee=row.payee_id, state="paid", operation__planned_at__gt=row.payee.bank_changed_at)
    return paid.order_by("paid_at", "pk").first()


def _split(row: Remittance, pence: int) -> None:
    """The row keeps `pence`; the rest waits on, out of the same lot for the same thing."""
    rest = {"payee_id": row.payee_id, "payment_id": row.payment_id, "council_code": row.council_code, "about": row.about, "group": row.group}
    # What its payer has back already of more than it keeps goes with the rest.
    beyond = max(0, row.recovered_pence - pence)
    Remittance.objects.create(**rest, pence=row.pence - pence, waiting_since=row.waiting_since, recovered_pence=beyond)
    row.pence, row.recovered_pence = pence, row.recovered_pence - beyond
    row.save(update_fields=["pence", "recovered_pence"])
