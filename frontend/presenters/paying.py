"""A payment that is asked for, in words: how much, what for, by when, how it stands."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from audit.clock import london_date
from frontend import words
from marketplace.models import Agreement, Milestone, MilestoneShare
from payments import selectors as payments
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.models import Payment, PaymentOperation
from payments.rules import CLEARING_WORKING_DAYS
from payments.selectors import PaymentSeen
from payments.services import operations
from payments.services.cash import left_of, look_at
from payments.services.ways import Way, possible
from places.calendar import add_working_days
from pooling.models import Call

_PROBLEMS = {
    "card_declined": "Your bank said no to the card. No money was taken. Try another card, or pay by bank transfer.",
    "started": "Stripe takes longer than usual. No money was taken. Wait two minutes, then press the same button again.",
    "expired": "The page was open for too long. No money was taken. Start again.",
    "payment_method_customer_decline": "You said no in your bank’s app. No money was taken. Try again, or pay another way.",
    "insufficient_funds": "There was not enough money in the account. No money was taken. Try again, or pay another way.",
    "account_closed": "Your bank says that the account is closed. No money was taken. Pay another way.",
    "debit_not_authorized": "Your bank did not let us collect the money. No money was taken. Pay another way.",
}

_LINES = {
    "card": "It goes to a page of Stripe, our payment firm. We never see your card. It can take up to 7 days until the money is ready.",
    "pay_by_bank": "You say yes in your own bank’s app. The money is ready about {days} working days later.",
    "bank_transfer": "We show you where to send it. It is ready about one working day after you send it.",
    "bacs": "We collect it from your account that ends in {ends_in}. The money is ready about {days} working days later.",
    "set_up": "You give your bank details once, at Stripe. We never see them. The first payment takes about {days} working days.",
}
_NAMES = {
    "card": ("Pay by card", "Pay by card", "payment-card"),
    "pay_by_bank": ("Pay in your bank’s app", "Go to my bank", "payment-app"),
    "bank_transfer": ("Pay from your bank", "Show me where to send it", "payment-bank"),
    "bacs": ("Pay by Direct Debit", "Collect it by Direct Debit", "payment-debit"),
    "set_up": ("Set up a Direct Debit", "Set it up", "payment-debit-new"),
}
_ORDER = ("card", "pay_by_bank", "bacs", "set_up", "bank_transfer")


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
    def come_pence(self) -> int:
        """What has come of a bank transfer that is not whole yet."""
        return self.pence - int(self.instructions.get("remaining_pence", self.pence))

    @property
    def is_late(self) -> bool:
        return self.stands == "missed"


_STANDS = {"called": "pay", "clearing": "coming", "funded": "here", "consumed": "here", "missed": "missed", "cancelled": "gone", "ordered": "ordered"}
_STANDS |= {"shortfall": "taken_back"}


def dues(calls: Sequence[Call]) -> list[Due]:
    """These calls, each with what it is for and how its newest payment stands. Two queries, however many."""
    ids = [call.about_id for call in calls if call.about_kind == "milestone_share"]
    found = MilestoneShare.objects.filter(pk__in=ids).select_related("milestone__agreement")
    shares = {share.pk: share for share in found}
    paid = payments.payments_about([f"call:{call.pk}" for call in calls])
    return [_due(call, shares.get(call.about_id), paid[f"call:{call.pk}"]) for call in calls]


def due(call: Call) -> Due:
    return dues([call])[0]


@dataclass(frozen=True, slots=True)
class WayLine:
    """One way to pay this: its name, one honest line about when the money is there, and its button."""

    kind: str
    title: str
    line: str
    button: str
    address: str
    is_late: bool


def ways(call: Call, *, at: datetime) -> list[WayLine]:
    """The ways open to whoever pays this call; an order is paid by bank transfer. `is_late`: too slow for these visits."""
    owner = call.portion.payer_owner
    found = possible(payer_owner=owner, council_code=call.council_code, pence=call.to_pay_pence, at=at)
    lines = [_way(one, call, london_date(at)) for one in found if call.mode != "on_yes" or one.kind == "bank_transfer"]
    return sorted(lines, key=lambda line: _ORDER.index(line.kind))


def _way(way: Way, call: Call, today: date) -> WayLine:
    kind = "set_up" if way.kind == "bacs" and not way.is_set_up else way.kind
    title, button, name = _NAMES[kind]
    line = _LINES[kind].format(days=way.working_days, ends_in=way.ends_in)
    # A card paid on the last day is in time; what is slower must be paid so much earlier.
    spare = CLEARING_WORKING_DAYS["card"] - way.working_days
    is_late = way.kind == "bacs" and add_working_days(today, -spare) > call.due_on
    return WayLine(kind, title, line, button, reverse(name, args=[call.pk]), is_late)


def left_over(call: Call) -> int:
    """Pence that the payer of this call sent by bank transfer and nothing asked for; it is still theirs."""
    return left_of(call.portion.payer_owner)


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
    if newest is not None and newest.kind != "bank_transfer" and newest.state == "started":
        return _PROBLEMS["started"]  # asked of Stripe, and no answer yet
    if newest is None or newest.state not in ("failed", "expired", "open") or not (newest.problem or newest.state == "expired"):
        return ""
    return _PROBLEMS.get(newest.problem or newest.state, "It did not work. No money was taken. Try again, or pay another way.")


def what_of(share: MilestoneShare | None) -> str:
    """ "Help at home, week 3: Monday 23 February to Sunday 1 March"; of a single visit "Help at home, Wednesday 18 March"."""
    if share is None:
        return ""
    return f"{share.milestone.agreement.title}, {words.week_and_days(share.milestone)}"


OF_WEEK = {
    "title": "milestone__agreement__title",
    "weeks": "milestone__agreement__weeks",
    "visits": "milestone__agreement__visits_per_week",
    "begins": "milestone__agreement__starts_on",
    "weekdays": "milestone__agreement__weekdays",
    "number": "milestone__number",
    "first": "milestone__starts_on",
    "last": "milestone__ends_on",
}
"""What `week_said` reads, as paths from a share."""


def week_said(week: dict[str, Any]) -> str:
    """As `what_of`, of a share that was asked for among many things, by `OF_WEEK`."""
    how_often = {"weeks": week["weeks"], "visits_per_week": week["visits"], "weekdays": week["weekdays"]}
    agreement = Agreement(title=week["title"], starts_on=date.fromisoformat(week["begins"]), **how_often)
    days = {"starts_on": date.fromisoformat(week["first"]), "ends_on": date.fromisoformat(week["last"])}
    return f"{agreement.title}, {words.week_and_days(Milestone(agreement=agreement, number=week['number'], **days))}"


def carry_out_stop(call: Call, at: datetime) -> None:
    """Asks Stripe to wait no more, and what has come of it."""
    ids = Payment.objects.filter(about=f"call:{call.pk}", state="open").values_list("pk", flat=True)
    stop_at_stripe([f"payment:{pk}" for pk in ids], call.portion.payer_owner, at)


def stop_at_stripe(references: Sequence[str], payer_owner: str, at: datetime) -> None:
    """Performs what closes these payments, then asks what Stripe keeps for the payer. When Stripe is slow, the timers do it."""
    with suppress(AnswerLost, StripeIsBusy):
        for pk in PaymentOperation.objects.filter(kind="cancel_intent", reference__in=references, state="planned").values_list("pk", flat=True):
            operations.perform(pk, at=at)
        look_at(payer_owner, at=at)
