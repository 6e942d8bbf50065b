"""A refund that could not go back the way it came: two operators have it paid by hand, to its owner or to the account its funder gives.

Nothing moves until the money really left: Stripe's line of that payout is found by reconciliation and explained as this refund (`suspense`).
"""

import uuid
from datetime import datetime

from django.db import transaction

from audit.errors import Refusal
from audit.services import facts, trail
from payments.models import Refund, Reroute
from payments.rules import REFUND, may_step, step
from payments.services import two_people
from people.models import Person

REROUTE = "refund.reroute"


class NotTheirMoney(Refusal):
    """Council or holder money to anybody but them; own money to anybody but its owner (abuse.md 14)."""

    code = "not_their_money"
    sentence = "This money goes only to whoever it came from: to the account they give us."
    field = "to_owner"


class NotFailed(Refusal):
    code = "refund_not_failed"
    sentence = "Only money that could not be sent back can be sent another way."


class ReferenceIsMissing(Refusal):
    code = "reference_is_missing"
    sentence = "Say who gave the account, when, and on which paper. Don't write the account's number here."
    field = "reference"


def propose(*, refund_id: int, to_owner: str, allowed_owner: str, reference: str, reason: str, by: Person, at: datetime) -> Reroute:
    """The first operator. `to_owner` must be `allowed_owner`: whose money it is, as `pooling` knows ("person:3", "organisation:2",
    "council:E09000028"); and an organisation's money is that organisation's whatever anybody says. Nothing moves.

    Asked again with another paper, it needs a yes of its own. Raises NotAllowed, NotFailed, NotTheirMoney, ReferenceIsMissing, ReasonIsMissing,
    NeedsApproval (somebody else asked, and waits).
    """
    two_people.must_be_operator(by)
    with transaction.atomic():
        payer = Refund.objects.select_related("payment__payer").get(pk=refund_id).payment.payer
        is_organisations = payer is not None and payer.owner.startswith("organisation:")
        if payer is None or to_owner != allowed_owner or (is_organisations and to_owner != payer.owner.partition("/")[0]):
            raise NotTheirMoney
        row = _failed(refund_id)
        two_people.must_have_no_interest(row.payment, by=by)
        if not 1 <= len(reference.strip()) <= 200:
            raise ReferenceIsMissing
        two_people.first_anew(what=REROUTE, about_kind="refund", about_id=row.pk, reason=reason, by=by, at=at, council_code=row.council_code)
        fields = {"to_owner": to_owner, "reference": reference.strip(), "asked_by": by}
        reroute, _ = Reroute.objects.update_or_create(refund=row, defaults=fields)
        return reroute


def confirm(*, refund_id: int, by: Person, at: datetime) -> Refund:
    """Another operator agrees: it is paid by hand from the platform's bank. Raises NotAllowed, NeedsApproval, NotFailed."""
    with transaction.atomic():
        row = _failed(refund_id)
        two_people.second(what=REROUTE, about_kind="refund", about_id=row.pk, by=by, at=at)
        reroute = Reroute.objects.locked().get(refund=row)
        reroute.agreed_by, reroute.agreed_at = by, at
        reroute.save(update_fields=["agreed_by", "agreed_at"])
        row.state = step(REFUND, row.state, "reroute")
        row.save(update_fields=["state"])
        detail = {"to": reroute.to_owner, "pence": row.pence}
        trail.write(by=by, verb="payments.reroute", about_kind="refund", about_id=row.pk, at=at, council_code=row.council_code, detail=detail)
        return row


def paid_by_hand(*, refund_id: int, journal_key: uuid.UUID, by: Person, at: datetime) -> Refund:
    """The payout by hand is found. In the caller's transaction, which posts REFUND Dr with `journal_key`."""
    row = Refund.objects.locked().get(pk=refund_id)
    row.state, row.finished_at = step(REFUND, row.state, "pay_by_hand"), at
    row.save(update_fields=["state", "finished_at"])
    Reroute.objects.filter(refund=row).update(paid_journal=journal_key, paid_at=at)
    payload = {"refund": row.pk, "payment": str(row.payment_id), "about": row.about, "pence": row.pence}
    facts.record(kind="payments.refund_succeeded", subject=f"refund:{row.pk}", payload=payload, at=at, council_code=row.council_code)
    trail.write(by=by, verb="payments.refund_by_hand", about_kind="refund", about_id=row.pk, at=at, council_code=row.council_code)
    return row


def _failed(refund_id: int) -> Refund:
    row = Refund.objects.locked().select_related("payment__payer").get(pk=refund_id)
    if not may_step(REFUND, row.state, "reroute"):
        raise NotFailed
    return row
