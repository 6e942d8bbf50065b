"""What an explanation of a line must be: the way the money went, what it names, and of which sum."""

import re

from django.core.exceptions import ValidationError

from audit.errors import Refusal
from payments.models import Dispute, Explanation, Payee, Payment, Recovery, Refund, Remittance, StripeLine
from payments.services import ties, two_people
from people.models import Person

COUNCIL_CODE = re.compile(r"[A-Z]\d{8}")
Kind = Explanation.Kind
OUT = frozenset({Kind.REFUND_BY_HAND, Kind.TRANSFER_BY_HAND, Kind.FAILED_REFUND_PAID, Kind.PAYOUT, Kind.LOSS, Kind.OURS})
IN = frozenset({Kind.CAME_BACK, Kind.TOP_UP})
BY_HAND = frozenset({Kind.REFUND_BY_HAND, Kind.TRANSFER_BY_HAND})
ABOUT: dict[str, frozenset[str]] = {
    Kind.REFUND_BY_HAND: frozenset({"payment"}),
    # A remittance: one that two people gave up, and that this paid instead.
    Kind.TRANSFER_BY_HAND: frozenset({"payee", "remittance"}),
    Kind.FAILED_REFUND_PAID: frozenset({"refund"}),
    Kind.CAME_BACK: frozenset({"dispute"}),
    # A remittance: somebody took a transfer back by hand.
    Kind.REPAYMENT: frozenset({"dispute", "recovery", "remittance"}),
    Kind.OURS: frozenset({"refund", "remittance"}),
}


class DoesNotFit(Refusal):
    """The line went the other way, is of another sum, or nothing is known of what it is said to be about."""

    code = "does_not_fit"
    sentence = "That can't be what this line was: it went the other way, is of another sum, or we know nothing of what you named."
    field = "about"


def must_fit(line: StripeLine, *, kind: str, about: str, by: Person) -> str:
    """The council it belongs to. The row it is said to be about is locked, in the caller's transaction.

    Raises DoesNotFit, and NotAllowed where it is about money that `by` paid in themselves, or about a provider close to them.
    """
    two_people.must_have_no_interest(*ties.of_line(line, about), by=by)
    if kind not in Kind.values or (kind in OUT and line.unknown_pence > 0) or (kind in IN and line.unknown_pence < 0):
        raise DoesNotFit
    if (kind == Kind.NOTHING) != (line.unknown_pence == 0):
        raise DoesNotFit
    what, _, number = about.partition(":")
    if kind not in ABOUT:
        if what not in ("", "council") or (what and not COUNCIL_CODE.fullmatch(number)):
            raise DoesNotFit
        return number or line.council_code
    if what not in ABOUT[kind]:
        raise DoesNotFit
    row = _row(what, number)
    whose = f"payee:{row.payee_id}" if isinstance(row, Remittance) else about
    if kind in BY_HAND and line.touched not in ("", whose):
        raise DoesNotFit(f"Stripe says that this was {line.touched}. Say that, or choose what else it was.")
    if row is None or not _sum_fits(line, kind, row):
        raise DoesNotFit
    return str(row.council_code)


def given_up_for(line: StripeLine) -> list[Remittance]:
    """What two people gave up and that this line may have paid by hand: of just its sum, and to who Stripe says it went, where Stripe says so."""
    what, _, number = line.touched.partition(":")
    rows = Remittance.objects.given_up().filter(pence=-line.unknown_pence).select_related("payee").order_by("waiting_since", "pk")
    return list(rows.filter(payee=int(number)) if what == "payee" else rows.none() if what else rows)


def _row(what: str, number: str) -> Payment | Payee | Refund | Dispute | Recovery | Remittance | None:
    models = {"payment": Payment, "payee": Payee, "refund": Refund, "dispute": Dispute, "recovery": Recovery, "remittance": Remittance}
    try:
        found = models[what].objects.locked().filter(pk=number if what == "payment" else int(number)).first()  # type: ignore[attr-defined]
    except (ValueError, ValidationError):
        return None
    return found  # type: ignore[no-any-return]


def _sum_fits(line: StripeLine, kind: str, row: object) -> bool:
    """No more than is owed, of just the sum of a refund, no more than a payment was."""
    pence = abs(line.unknown_pence)
    if kind == Kind.OURS:
        return True  # `restored.must_fit` has looked at more than the sum
    if kind == Kind.REPAYMENT and line.unknown_pence < 0:
        # They had paid it back, and then the bank gave it up.
        return isinstance(row, Dispute) and pence <= min(row.repaid_pence, -row.owed_pence)
    if isinstance(row, Refund):
        return row.state == Refund.State.REROUTED and row.pence == pence
    if isinstance(row, Dispute) and kind == Kind.CAME_BACK:
        return row.kind == Dispute.Kind.BY_HAND and (row.stripe_id, row.withdrawn_pence) == (line.source, pence)
    if isinstance(row, Dispute):
        return pence <= row.owed_pence and row.state == Dispute.State.LOST
    if isinstance(row, Remittance) and kind == Kind.TRANSFER_BY_HAND:
        return row.state == Remittance.State.CANCELLED and row.pence == pence
    if isinstance(row, Remittance):
        asked = sum(row.recoveries.values_list("pence", flat=True))
        return row.state == Remittance.State.PAID and pence <= row.pence - asked
    if isinstance(row, Recovery):
        return pence <= row.left_pence and row.state == Recovery.State.OWED
    if isinstance(row, Payment) and row.kind == Payment.Kind.TOP_UP:
        return False  # the platform's own: nobody was given it back, and nobody owes it
    return not isinstance(row, Payment) or (row.state == Payment.State.AVAILABLE and row.part_of_id is None and pence <= row.pence)
