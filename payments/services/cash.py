"""Money sent by bank transfer that belongs to no payment: too much, sent twice, with a wrong reference. Stripe keeps it for its sender.

It is on no balance of ours and in no account of the book. It is found, shown to whoever sent it and to operators, and goes back to where it
came from, or becomes a payment of the same payer's where they asked for one sum (`take_in`). It never becomes anybody else's: for each person
that an organisation pays for alone, and for its sums in each council, it is another customer (`Payer`). What else waits of the same customer,
Stripe pays with it before we see it.
"""

from datetime import datetime
from typing import Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from audit.clock import london_date
from audit.errors import Refusal
from audit.services import trail
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AnswerLost, Made, NotFound, StripeIsBusy
from payments.models import CashReturn, Payer, Payment, PaymentOperation
from payments.services import alarms, payins, planning
from payments.services.one_by_one import one_by_one
from people.models import Person
from places.calendar import working_days_between


class NothingIsLeft(Refusal):
    """Stripe keeps nothing for this payer, or it is on its way back already."""

    code = "nothing_is_left"
    sentence = "Nothing is left to send back. It may be on its way to your bank already."


class StillWaiting(Refusal):
    """A transfer is still waited for: what has come may be part of it."""

    code = "still_waiting"
    sentence = "We still wait for a bank transfer from you. Stop that payment first, then send back what has come."


def look(*, payer_id: int, at: datetime, rings: bool = True) -> int:
    """Asks Stripe what it keeps for a payer, writes it down, and rings for an operator while there is some. Not in a transaction. Gives pence.

    Without `rings` nobody is called: whoever looks takes it in.
    """
    customer = Payer.objects.values_list("stripe_customer_id", flat=True).get(pk=payer_id)
    pence = gateway.cash_of(customer) if customer else 0
    with transaction.atomic():
        row = Payer.objects.locked().get(pk=payer_id)
        if pence != row.cash_pence:
            # More of it is new: its days begin again.
            row.cash_since = at if pence > row.cash_pence else row.cash_since if pence else None
            row.cash_pence = pence
            row.save(update_fields=["cash_pence", "cash_since"])
    about = f"payer:{payer_id}"
    if pence and rings:
        sentence = f"Stripe keeps {pence}p that {row.owner} sent by bank transfer and nothing asked for. Ask them; else it goes back to their bank."
        alarms.ring(kind="money_nobody_asked_for", about=about, sentence=sentence, at=at, council_code=row.council_code)
    elif not pence:
        for kind in ("money_nobody_asked_for", "cash_not_returned"):
            alarms.settle(kind=kind, about=about, at=at)
    return pence


def look_at(payer_owner: str, *, at: datetime, rings: bool = True) -> int:
    """As `look`, by whose it is ("organisation:2/council:E09000028"); 0 for somebody who never paid. Raises AnswerLost, StripeIsBusy."""
    pk = Payer.objects.filter(owner=payer_owner).values_list("pk", flat=True).first()
    return look(payer_id=pk, at=at, rings=rings) if pk else 0


def left_of(payer_owner: str) -> int:
    """Pence that Stripe keeps for a payer, as last asked, less what is on its way back."""
    leaving = CashReturn.objects.filter(payer=OuterRef("pk"), state="planned")
    return Payer.objects.filter(~Exists(leaving), owner=payer_owner).values_list("cash_pence", flat=True).first() or 0


def look_all(*, at: datetime) -> int:
    """Looks at everybody who was ever asked to send money by bank. Returns for how many Stripe keeps something else than before."""
    rows = Payer.objects.filter(payments__kind="bank_transfer").exclude(stripe_customer_id=None).order_by("pk").distinct()
    return one_by_one(list(rows.values_list("pk", "cash_pence")), lambda one: _looked(one, at))


def _looked(one: tuple[int, int], at: datetime) -> bool:
    try:
        return look(payer_id=one[0], at=at) != one[1]
    except (AnswerLost, StripeIsBusy, NotFound):
        return False


def send_back(*, payer_owner: str, by: Person | None, at: datetime) -> CashReturn:
    """Plans all of it back to the bank it came from. Whoever calls has checked `by`. Raises NothingIsLeft, StillWaiting."""
    with transaction.atomic():
        payer = Payer.objects.locked().filter(owner=payer_owner).first()
        if payer is None or payer.cash_pence < 1 or payer.cash_returns.filter(state="planned").exists():
            raise NothingIsLeft
        if _is_waited_for(payer):
            raise StillWaiting
        council, pence = payer.council_code, payer.cash_pence
        params = {"customer": payer.stripe_customer_id, "origin": "customer_balance", "amount": pence, "currency": "gbp"}
        reference = f"payer:{payer.pk}"
        operation = planning.plan(kind="cash_refund", reference=reference, params=params, council_code=council, at=at, pence=pence)
        row = CashReturn.objects.create(payer=payer, council_code=council, pence=pence, operation=operation, asked_at=at)
        detail = {"pence": pence}
        trail.write(by=by, verb="payments.send_cash_back", about_kind="cash_return", about_id=row.pk, at=at, council_code=council, detail=detail)
        return row


def take_in(**terms: Unpack[payins.Terms]) -> Payment | None:
    """In the caller's transaction: what Stripe keeps for a payer, up to `pence`, becomes a payment of theirs. None where there is none to take.

    For somebody who asked for one sum and sent it in parts, twice, or too much: the whole of it is theirs, so nobody has to guess whose.
    The caller performs its operation; Stripe pays it at once from what it keeps. Raises payins.PaymentIsOpen.
    """
    with transaction.atomic():
        payer = Payer.objects.locked().filter(owner=terms["payer_owner"]).first()
        if payer is None or payer.cash_returns.filter(state="planned").exists():
            return None
        pence = min(payer.cash_pence, terms["pence"], payins.MOST_PENCE)
        if pence < payins.LEAST_PENCE:
            return None
        # What is asked for is not left any more; the next look says what is.
        payer.cash_pence -= pence
        payer.cash_since = payer.cash_since if payer.cash_pence else None
        payer.save(update_fields=["cash_pence", "cash_since"])
        if not payer.cash_pence:
            alarms.settle(kind="money_nobody_asked_for", about=f"payer:{payer.pk}", at=terms["at"])
        terms["pence"] = pence
        return payins.start_bank_transfer(**terms)


def send_back_due(*, at: datetime) -> int:
    """What nobody has asked about for five working days goes back by itself, unless a transfer of theirs is still waited for.

    Nothing does while the book is behind Stripe.
    """
    if alarms.book_is_behind():
        return 0
    rows = Payer.objects.filter(cash_pence__gt=0, cash_since__lte=at).exclude(cash_returns__state="planned")
    rested = [
        row.owner
        for row in rows.order_by("pk")
        if row.cash_since is not None
        and working_days_between(london_date(row.cash_since), london_date(at)) >= settings.CASH_BACK_WORKING_DAYS
        and not _is_waited_for(row)
    ]
    return one_by_one(rested, lambda owner: send_back(payer_owner=owner, by=None, at=at))


def _is_waited_for(payer: Payer) -> bool:
    return Payment.objects.filter(payer=payer, kind="bank_transfer", state__in=("started", "open")).exists()


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe has it on the way."""
    row = CashReturn.objects.select_related("payer").get(operation=operation)
    payer = Payer.objects.locked().get(pk=row.payer_id)
    payer.cash_pence = max(0, payer.cash_pence - row.pence)
    payer.cash_since = payer.cash_since if payer.cash_pence else None
    payer.save(update_fields=["cash_pence", "cash_since"])
    CashReturn.objects.filter(pk=row.pk).update(state=CashReturn.State.SENT)
    if not payer.cash_pence:
        alarms.settle(kind="money_nobody_asked_for", about=f"payer:{payer.pk}", at=at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Stripe would not: less is there by now, or nobody knows the bank it came from. An operator is told; the next look says what is there."""
    CashReturn.objects.filter(operation=operation).update(state=CashReturn.State.FAILED)
    Payer.objects.filter(cash_returns__operation=operation).update(cash_since=at)
    row = CashReturn.objects.get(operation=operation)
    sentence = f"Stripe would not send {row.pence}p back to the bank it came from ({code}). Look at this payer at Stripe."
    alarms.ring(kind="cash_not_returned", about=f"payer:{row.payer_id}", sentence=sentence, at=at, council_code=row.council_code)
