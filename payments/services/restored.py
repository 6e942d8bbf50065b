"""A book put back in time meets a Stripe that was not: what our own software did since is known there and not here.

Everything it makes at Stripe names its operation. A line that names one this book does not know is no stranger's: nothing goes out until
two people have said which of our rows it is (`suspense`, kind `ours`), or, where the row came after that moment too, what it was.
"""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from audit.errors import Refusal
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import NotFound, RefundMade, TopUp
from payments.gateways.shapes import Transfer as StripeTransfer
from payments.models import Explanation, Payment, PaymentOperation, Refund, Remittance, StripeLine
from payments.services import alarms, planning, refunds, remittances


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


def look_at(line: StripeLine, at: datetime) -> None:
    """Whether a line nobody explains was made by an operation that this book has lost; then an alarm rings. Not inside a transaction."""
    if not line.lost_operation:
        line.lost_operation, line.lost_of = _lost(line.source)
        line.save(update_fields=["lost_operation", "lost_of"])
    if line.lost_operation and (line.net_pence < 0 or line.is_available):
        alarms.ring_behind(at=at)


def _lost(source: str) -> tuple[str, str]:
    """The operation (of a charge the payment) that its object names and that is none of ours, and what tells its row; "" where there is none."""
    kind = source.partition("_")[0]
    try:
        if kind in ("ch", "py"):
            intent_id = gateway.charge(source).intent_id
            named = gateway.intent(intent_id).reference if intent_id else ""
            return ("", "") if _is_known(Payment, named) else (named, "")
        ask = _OBJECTS.get(kind)
        thing = ask(source) if ask else None
    except NotFound:
        return "", ""
    if thing is None or _is_known(PaymentOperation, thing.operation):
        return "", ""
    return thing.operation, _of(thing)


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


def _of(thing: RefundMade | StripeTransfer | TopUp) -> str:
    if isinstance(thing, RefundMade):
        return thing.charge_id
    return f"{thing.destination} {thing.group}" if isinstance(thing, StripeTransfer) else ""


def candidates(line: StripeLine) -> list[Refund | Remittance]:
    """Rows that wait to be sent and would ask Stripe for just this: the same sum of the same charge, or to the same account for the same work."""
    kind = line.source.partition("_")[0]
    if not line.lost_operation or line.net_pence >= 0:
        return []
    if kind == "tr":
        account, _, group = line.lost_of.partition(" ")
        return list(Remittance.objects.waiting().filter(pence=-line.net_pence, payee__stripe_account_id=account, group=group).order_by("pk"))
    if kind in ("re", "pyr"):
        charge = Q(payment__charge_id=line.lost_of) | Q(payment__part_of__charge_id=line.lost_of)
        return list(Refund.objects.to_send().filter(charge, pence=-line.net_pence).order_by("pk"))
    return []


def about(row: Refund | Remittance) -> str:
    """How an explanation names it."""
    return f"{'refund' if isinstance(row, Refund) else 'remittance'}:{row.pk}"


def must_fit(line: StripeLine, kind: str, named: str) -> None:
    """`ours` must be such a row, and what is one of ours may be nothing else. Raises NotThatRow, ItIsOurs."""
    fitting = [about(row) for row in candidates(line)]
    if kind == Explanation.Kind.OURS:
        if named not in fitting:
            raise NotThatRow
    elif fitting:
        raise ItIsOurs(fitting[0])


# --- taking it over ---


def adopt(line: StripeLine, told: Explanation, *, at: datetime) -> None:
    """In the caller's transaction, lines locked: out of SUSPENSE again, and the row is planned and sent under the lost operation's id.

    What is left is what the worker does with every call whose answer was lost, and `reconcile` with every line: Stripe's object is found by
    that id, the operation settled, the line matched. It may be killed anywhere.
    """
    what, _, number = told.about.partition(":")
    operation_id = uuid.UUID(line.lost_operation)
    if PaymentOperation.objects.filter(pk=operation_id).exists():
        raise NotThatRow  # another line named the same operation, and was taken over first
    told.council_code = (Refund if what == "refund" else Remittance).objects.values_list("council_code", flat=True).get(pk=int(number))
    _take_back(line, told, at)
    # A refund that the bank sent back has a second line; its row will say so by itself.
    for other in (
        StripeLine.objects.locked().filter(source=line.source, state="suspense", journal_key__isnull=False).exclude(pk=line.pk).order_by("pk")
    ):
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
    told.journal_key, told.second_journal_key = new_key(), line.journal_key
    told.save()
    bank, other, council = Account("BANK", line.council_code), Account("SUSPENSE", line.council_code), line.council_code
    debit, credit = (bank, other) if line.net_pence < 0 else (other, bank)
    line.state, line.journal_key, line.council_code, line.lost_operation = StripeLine.State.WAITING, None, "", ""
    line.save(update_fields=["state", "journal_key", "council_code", "lost_operation"])
    transfers, by = (Transfer(debit, credit, abs(line.net_pence)),), planning.actor(told.agreed_by)
    reverses = told.second_journal_key
    post(Journal(told.journal_key, "line_taken_back", council, transfers, at, actor=by, about=f"line:{line.pk}", reverses=reverses))
