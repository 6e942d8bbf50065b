"""Facts from the rooms below: what is covered, what was missed, what is in, what reached the provider. Each is one call, safe to repeat."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from audit.models import Fact
from marketplace.services import (
    aged,
    asking,
    brief_ends,
    brief_yeses,
    exits,
    milestones,
    needs_together,
    payments,
    picking,
    recovering,
    setbacks,
    shares,
    shortfalls,
)


def call_covered(*, fact: Fact, at: datetime) -> None:
    """`pooling.call_covered`: a share's money is in, or its order accepted."""
    if fact.payload["about_kind"] == "milestone_share":
        milestones.cover_share(share_id=fact.payload["about_id"], covered_by=fact.payload["covered_by"], at=at)


def call_missed(*, fact: Fact, at: datetime) -> None:
    """`pooling.call_missed`: a payment or order did not come in time."""
    if fact.payload["about_kind"] == "milestone_share":
        milestones.fall_short_for(share_id=fact.payload["about_id"], at=at)


def call_paid(*, fact: Fact, at: datetime) -> None:
    """`pooling.call_paid`: the money of an order is available: what was said yes to is paid on."""
    if fact.payload["about_kind"] == "milestone_share":
        shares.advance_share(share_id=fact.payload["about_id"], at=at)


def remittance_paid(*, fact: Fact, at: datetime) -> None:
    """`payments.remittance_paid`: a transfer to the provider was made."""
    kind, _, share_id = str(fact.payload["about"]).partition(":")
    if kind == "share":
        payments.count_sent(share_id=int(share_id), at=at)


def lot_over_age(*, fact: Fact, at: datetime) -> None:
    """`pooling.lot_over_age`: money of 88 days is still held or counted on."""
    told = fact.payload
    ids = {"membership_id": told["membership"], "portion_id": told["portion"]}
    aged.let_go(payment_id=UUID(told["payment"]), pence=told["pence"], wish=told["wish"], at=at, **ids)


def share_uncovered(*, fact: Fact, at: datetime) -> None:
    """`pooling.share_uncovered`: a payer's bank took money back that a share counted on."""
    if fact.payload["about_kind"] == "milestone_share":
        payload = fact.payload
        setbacks.uncover(share_id=payload["about_id"], pence=payload["pence"], dispute_id=payload["dispute"], at=at)


def money_recovered(*, fact: Fact, at: datetime) -> None:
    """`pooling.money_recovered`: a payer has again what was asked back from a provider."""
    if share_id := _share(fact):
        recovering.note_recovered(share_id=share_id, at=at)


def recovery_ended(*, fact: Fact, at: datetime) -> None:
    """`payments.recovery_ended`: what was asked back came, or was written off."""
    if share_id := _share(fact):
        recovering.note_recovered(share_id=share_id, at=at)


def question_settled(*, fact: Fact, at: datetime) -> None:
    """`pooling.question_settled`: a question of a group is over; what it was about decides who goes on."""
    if settled := SETTLED.get(fact.payload["question_kind"]):
        settled(fact.payload, at)


def _commission(told: Mapping[str, Any], at: datetime) -> None:
    brief_yeses.group_decided(proposal_id=told["proposal"], need_id=told["about_id"], outcome=told["outcome"], at=at)


def _withdraw_brief(told: Mapping[str, Any], at: datetime) -> None:
    brief_ends.group_settled(proposal_id=told["proposal"], brief_id=told["about_id"], outcome=told["outcome"], at=at)


def _other(told: Mapping[str, Any], at: datetime) -> None:
    if told["about_kind"] == "need" and told["outcome"] == "enacted":
        needs_together.choose_route(need_id=told["about_id"], at=at)


def _choose(told: Mapping[str, Any], at: datetime) -> None:
    if told["outcome"] == "enacted":
        picking.pick(offer_id=told["about_id"], at=at)


def _choose_nobody(told: Mapping[str, Any], at: datetime) -> None:
    if told["outcome"] == "enacted":
        picking.choose_nobody(brief_id=told["about_id"], verb=told["question_kind"], at=at)


SETTLED: dict[str, Callable[[Mapping[str, Any], datetime], None]] = {
    "commission": _commission,
    "withdraw_brief": _withdraw_brief,
    "other": _other,
    "choose": _choose,
    "none_suitable": _choose_nobody,
    "cancel_brief": _choose_nobody,
}
"""By kind of question: what this room does with its end. Each is safe to repeat."""


def _change_agreement(told: Mapping[str, Any], at: datetime) -> None:
    if told["about_kind"] == "agreement" and told["outcome"] == "enacted":
        asking.start_from_question(proposal_id=told["proposal"], agreement_id=told["about_id"], at=at)


def _leave_out(told: Mapping[str, Any], at: datetime) -> None:
    if told["about_kind"] == "call" and told["outcome"] == "enacted":
        shortfalls.ask_to_go_ahead(call_id=told["about_id"], at=at)


SETTLED |= {"change_agreement": _change_agreement, "leave_out": _leave_out}


def leaving_began(*, fact: Fact, at: datetime) -> None:
    """`pooling.leaving_began`: somebody is out of their group from a day on."""
    exits.leaving_began(membership_id=fact.payload["membership"], until=date.fromisoformat(fact.payload["until"]), at=at)


def leaving_taken_back(*, fact: Fact, at: datetime) -> None:
    """`pooling.leaving_taken_back`: they stay, or do until an appeal is answered."""
    exits.leaving_taken_back(membership_id=fact.payload["membership"], until=date.fromisoformat(fact.payload["until"]), at=at)


def group_ending(*, fact: Fact, at: datetime) -> None:
    """`pooling.group_ending`: the group winds down."""
    exits.group_ends(cluster_id=fact.payload["cluster"], at=at)


def group_frozen(*, fact: Fact, at: datetime) -> None:
    """`pooling.group_frozen`: no money goes out of the group for now."""
    exits.group_stopped(cluster_id=fact.payload["cluster"], at=at)


def left(*, fact: Fact, at: datetime) -> None:
    """`pooling.left`: their day has come."""
    exits.left(membership_id=fact.payload["membership"], at=at)


def _share(fact: Fact) -> int:
    """The number in "share:9"; 0 if it is about something else."""
    kind, _, number = str(fact.payload["about"]).partition(":")
    return int(number) if kind == "share" else 0
