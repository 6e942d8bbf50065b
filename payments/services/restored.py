"""A book put back in time meets a Stripe that was not: what our own software did since is known there and not here.

Everything it makes at Stripe names its operation. A line that names one this book does not know is no stranger's: nothing goes out until
two people have said which of our rows it is (`suspense`, kind `ours`), or, where the row came after that moment too, what it was.
"""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import connection

from audit.errors import Refusal
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, post
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AnswerLost, NotFound, RefundMade, StripeIsBusy, TopUp
from payments.gateways.shapes import Transfer as StripeTransfer
from payments.models import Explanation, Payment, PaymentOperation, Refund, Remittance, StripeLine
from payments.services import alarms, operations, planning, refunds, remittances

Thing = RefundMade | StripeTransfer


class NotThatRow(Refusal):
    """Another sum, another payment, another account; or the row is not waiting any more."""

    code = "not_that_row"
    sentence = "That row is not this line: its sum, its payment or its account is another, or it is not waiting to be sent. Choose another."
    field = "about"


class ItIsOurs(Refusal):
    """Explained as anything else, the row would be sent a second time."""

    code = "it_is_ours"
    field = "about"

    def __init__(self, about: str) -> None:
        super().__init__(f"Our own software made this, and {about} waits to be sent for it. Choose “our own”, and say {about}.")


class StripeIsSilent(Refusal):
    """Nobody can say what a line is without Stripe's object."""

    code = "stripe_is_silent"
    sentence = "Stripe does not answer now. Nothing was changed. Try again in a minute."


def copy_of_book() -> str:
    """Which start of the database server, and which copy of the tables, this is. A restore changes at least one of them."""
    with connection.cursor() as cursor:
        cursor.execute("select extract(epoch from pg_postmaster_start_time())::text || ' ' || %s::regclass::oid", ["payments_reconcilecursor"])
        return str(cursor.fetchone()[0])


def look_at(line: StripeLine, at: datetime) -> None:
    """Whether a line nobody explains was made by an operation that this book has lost; then an alarm rings. Not inside a transaction."""
    lost = line.lost_operation or _lost_operation(line.source)
    if lost:
        StripeLine.objects.filter(pk=line.pk).update(lost_operation=lost)
        alarms.ring_behind(at=at)


def _lost_operation(source: str) -> str:
    """The operation, or of a charge the payment, that its object names and that is none of ours; "" where it names none, or a known one."""
    kind = source.partition("_")[0]
    try:
        if kind in ("ch", "py"):
            intent_id = gateway.charge(source).intent_id
            named = gateway.intent(intent_id).reference if intent_id else ""
            return "" if _is_known(Payment, named) else named
        ask = _OBJECTS.get(kind)
        named = ask(source).operation if ask else ""
    except NotFound:
        return ""
    return "" if _is_known(PaymentOperation, named) else named


_OBJECTS: dict[str, Callable[[str], RefundMade | StripeTransfer | TopUp]] = {
    "tr": gateway.transfer,
    "re": gateway.refund,
    "pyr": gateway.refund,
    "tu": gateway.top_up,
}


def _is_known(model: type[Payment] | type[PaymentOperation], named: str) -> bool:
    """Also what was never an id of ours: then somebody else made it."""
    try:
        pk = uuid.UUID(named)
    except ValueError:
        return True
    return model.objects.filter(pk=pk).exists()


# --- which row it is ---


def candidates(line: StripeLine) -> list[Refund | Remittance]:
    """Rows that wait to be sent and are of just this line's sum, oldest first. Asks our own rows only."""
    kind = line.source.partition("_")[0]
    if not line.lost_operation or line.net_pence >= 0:
        return []
    if kind == "tr":
        return list(Remittance.objects.waiting().filter(pence=-line.net_pence).select_related("payee").order_by("pk")[:50])
    if kind in ("re", "pyr"):
        return list(Refund.objects.to_send().filter(pence=-line.net_pence).select_related("payment__part_of").order_by("pk")[:50])
    return []


def about(row: Refund | Remittance) -> str:
    """How an explanation names it."""
    return f"{'refund' if isinstance(row, Refund) else 'remittance'}:{row.pk}"


def thing_of(line: StripeLine) -> Thing | None:
    """Stripe's object of a line that a lost operation made; None for other lines. Not inside a transaction. Raises StripeIsSilent."""
    kind = line.source.partition("_")[0]
    if not line.lost_operation or kind not in ("tr", "re", "pyr"):
        return None
    try:
        return gateway.transfer(line.source) if kind == "tr" else gateway.refund(line.source)
    except NotFound:
        return None
    except (AnswerLost, StripeIsBusy) as silent:
        raise StripeIsSilent from silent


def must_fit(line: StripeLine, thing: Thing | None, kind: str, named: str) -> None:
    """`ours` must be that row, and what is one of ours may be nothing else. Raises NotThatRow, ItIsOurs."""
    fitting = [about(row) for row in candidates(line) if thing is not None and is_of(row, thing)]
    if kind == Explanation.Kind.OURS:
        if named not in fitting:
            raise NotThatRow
    elif fitting:
        raise ItIsOurs(fitting[0])


def is_of(row: Refund | Remittance, thing: Thing) -> bool:
    """Whether Stripe's object is what this row would have asked for: the same sum of the same charge, or to the same account for the same work."""
    if isinstance(row, Refund):
        return isinstance(thing, RefundMade) and (thing.pence, thing.charge_id) == (row.pence, row.payment.source_charge_id)
    wanted = (row.pence, row.payee.stripe_account_id, row.group)
    return isinstance(thing, StripeTransfer) and (thing.pence, thing.destination, thing.group) == wanted


# --- taking it over ---


def adopt(line: StripeLine, told: Explanation, *, at: datetime) -> None:
    """In the caller's transaction, lines locked: out of SUSPENSE again, and the row is planned and sent under the lost operation's id.

    What is left (Stripe's object settled, the line matched) is what `reconcile` does with every line, so it may be killed here.
    """
    what, _, number = told.about.partition(":")
    operation_id = uuid.UUID(line.lost_operation)
    if PaymentOperation.objects.filter(pk=operation_id).exists():
        raise NotThatRow  # another line named the same operation, and was taken over first
    told.council_code = (Refund if what == "refund" else Remittance).objects.values_list("council_code", flat=True).get(pk=int(number))
    _take_back(line, told, at)
    # A refund that the bank sent back has a second line; its row will say so by itself.
    for other in StripeLine.objects.locked().filter(source=line.source, state="suspense").exclude(pk=line.pk).order_by("pk"):
        other.explanations.filter(refused_at=None).update(refused_at=at)
        fields = {"kind": told.kind, "about": told.about, "council_code": told.council_code, "agreed_by": told.agreed_by, "agreed_at": at}
        _take_back(other, Explanation(line=other, proposed_by=told.proposed_by, proposed_at=told.proposed_at, **fields), at)
    StripeLine.objects.filter(source=line.source).update(lost_operation="")
    if what == "refund":
        refunds.adopt(refund_id=int(number), operation_id=operation_id, sent_at=line.created_at, at=at)
    else:
        remittances.adopt(remittance_id=int(number), operation_id=operation_id, sent_at=line.created_at, at=at)


def _take_back(line: StripeLine, told: Explanation, at: datetime) -> None:
    assert line.journal_key is not None
    told.journal_key, told.second_journal_key = uuid.uuid4(), line.journal_key
    told.save()
    bank, other, council = Account("BANK", line.council_code), Account("SUSPENSE", line.council_code), line.council_code
    debit, credit = (bank, other) if line.net_pence < 0 else (other, bank)
    line.state, line.journal_key, line.council_code, line.lost_operation = StripeLine.State.WAITING, None, "", ""
    line.save(update_fields=["state", "journal_key", "council_code", "lost_operation"])
    transfers, by = (Transfer(debit, credit, abs(line.net_pence)),), planning.actor(told.agreed_by)
    reverses = told.second_journal_key
    post(Journal(told.journal_key, "line_taken_back", council, transfers, at, actor=by, about=f"line:{line.pk}", reverses=reverses))


def finish(thing: Thing, *, at: datetime) -> None:
    """Writes down that Stripe has done it. Not inside a transaction; safe to repeat, and `reconcile` does it too."""
    operations.settle_by_reference(thing.operation, thing, at=at)
