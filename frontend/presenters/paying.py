"""A payment that is asked for, in words: how much, what for, by when, how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from frontend import words
from marketplace.models import MilestoneShare
from payments import selectors as payments
from payments.selectors import PaymentSeen
from pooling.models import Call

_PROBLEMS = {
    "card_declined": "Your bank said no to the card. No money was taken. Try another card, or pay by bank transfer.",
    "started": "Stripe takes longer than usual. No money was taken. Wait two minutes, then press “Pay by card” again.",
    "expired": "The card page was open for too long. No money was taken. Start again.",
}


@dataclass(frozen=True, slots=True)
class Due:
    """One payment that is asked for. `stands`: pay, sending (a bank transfer is waited for), coming, here, ordered, missed, left_out, gone."""

    call_id: int
    pence: int
    what: str
    group: str
    share_id: int
    due_on: date
    stands: str
    is_order: bool
    instructions: dict[str, Any]
    payment_id: str
    comes_on: date | None
    problem: str

    @property
    def is_late(self) -> bool:
        return self.stands == "missed"


_STANDS = {"called": "pay", "clearing": "coming", "funded": "here", "consumed": "here", "missed": "missed", "cancelled": "gone", "ordered": "ordered"}


def dues(calls: Sequence[Call]) -> list[Due]:
    """These calls, each with what it is for and how its newest payment stands. Two queries, however many."""
    ids = [call.about_id for call in calls if call.about_kind == "milestone_share"]
    found = MilestoneShare.objects.filter(pk__in=ids).select_related("milestone__agreement")
    shares = {share.pk: share for share in found}
    paid = payments.payments_about([f"call:{call.pk}" for call in calls])
    return [_due(call, shares.get(call.about_id), paid[f"call:{call.pk}"]) for call in calls]


def due(call: Call) -> Due:
    return dues([call])[0]


def _due(call: Call, share: MilestoneShare | None, paid: list[PaymentSeen]) -> Due:
    newest = paid[0] if paid else None
    waiting = newest if newest and newest.state in ("started", "open") and newest.kind == "bank_transfer" else None
    stands = _STANDS[call.state]
    if stands == "ordered" and call.owed_pence is not None:
        stands = "pay"
    if stands == "pay" and newest and newest.state in ("clearing", "available"):
        stands = "coming"  # Stripe has it; the rest of the house hears of it in a moment
    if stands in ("gone", "missed") and share and share.state == "dropped" and share.milestone.state != "cancelled":
        stands = "left_out"  # the week goes ahead without them
    return Due(
        call_id=call.pk,
        pence=call.to_pay_pence,
        what=what_of(share),
        group=call.membership.cluster.name,
        share_id=call.about_id,
        due_on=call.due_on,
        stands="sending" if waiting and stands == "pay" else stands,
        is_order=call.mode == "on_yes",
        instructions=waiting.instructions if waiting else {},
        payment_id=str(newest.id) if newest else "",
        comes_on=newest.available_on.date() if newest and newest.available_on else None,
        problem=_problem(newest),
    )


def _problem(newest: PaymentSeen | None) -> str:
    if newest is not None and newest.kind == "card" and newest.state == "started":
        return _PROBLEMS["started"]  # asked of Stripe, and no answer yet
    if newest is None or newest.state not in ("failed", "expired", "open") or not (newest.problem or newest.state == "expired"):
        return ""
    return _PROBLEMS.get(newest.problem or newest.state, "It did not work. No money was taken. Try again, or pay another way.")


def what_of(share: MilestoneShare | None) -> str:
    """ "Help at home, week 3: Monday 23 February to Sunday 1 March"."""
    if share is None:
        return ""
    week = share.milestone
    return f"{week.agreement.title}, week {week.number}: {words.day(week.starts_on)} to {words.day(week.ends_on)}"
