"""Money of 88 days that a week still holds or counts on: each share is ended or asked for again, so that it can go home (adr/0012)."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from marketplace import policies
from marketplace.models import MilestoneShare
from marketplace.rules.tables import SHARE, after
from marketplace.services import funding, money
from marketplace.services.decisions import clock_out
from marketplace.services.writing import log, tell
from payments.models import LotDecision
from pooling.models import Call
from pooling.services import aged, calls
from pooling.services.call_records import lock_call
from pooling.services.transactions import all_or_nothing

COUNTS_ON_MONEY = ("covered", "asked", "with_helper", "agreed", "questioned")
SEND_BACK, PAY_ON = "send_back", "pay_on"
TWO_DECIDED = "Two people decided it, because the money was nearly 90 days old."


@all_or_nothing
def let_go(*, payment_id: UUID, membership_id: int, portion_id: int, pence: int, wish: str, at: datetime) -> int:
    """Ends this payer's oldest shares until `pence` of old money are not needed any more. Returns how many shares moved.

    `wish`: what two people decided (`send_back`, `pay_on`), or empty; it says nothing about work that one of them has an interest in.
    Told again later, it goes on with what is still there.
    """
    decision = LotDecision.objects.filter(payment=payment_id, kind=wish, decided_at__isnull=False).order_by("decided_at").last() if wish else None
    counts = Q(covered_by="money", state__in=COUNTS_ON_MONEY) | Q(state="planned", call__state="called", call__asked_pence__lt=F("call__pence"))
    rows = MilestoneShare.objects.filter(counts, membership_id=membership_id, portion_id=portion_id).select_related("call")
    moved = 0
    for share in rows.order_by("milestone_id", "pk"):
        if pence <= 0:
            break
        if wish and (decision is None or not _may_decide(decision, share, at)):
            continue
        if _end(share, payment_id, wish, at):
            pence -= share.call.spare_pence if share.state == "planned" and share.call else share.pence
            moved += 1
    aged.send_free(payment_id=payment_id, at=at)
    return moved


def _may_decide(decision: LotDecision, share: MilestoneShare, at: datetime) -> bool:
    """Neither of the two has an interest in it (abuse.md 6)."""
    people = (decision.proposed_by, decision.decided_by)
    return all(by is not None and policies.may_decide(by=by, share=share, at=at) for by in people)


def _end(share: MilestoneShare, payment_id: UUID, wish: str, at: datetime) -> int:
    row = money.lock_share(share)
    if row.state == MilestoneShare.State.QUESTIONED:
        return _settle(row, wish, at)
    if row.state == MilestoneShare.State.PLANNED or (row.state == MilestoneShare.State.COVERED and row.hold is None):
        return _ask_again(row, payment_id, at)
    if row.state == MilestoneShare.State.AGREED and wish == PAY_ON:
        return int(money.try_release(share=row, at=at, by_two=True))
    if row.state == MilestoneShare.State.COVERED:
        money.give_back(share=row, verb="give_back", by=None, at=at)
    elif row.state in COUNTS_ON_MONEY:
        row.waits_for = MilestoneShare.WaitsFor.NOTHING
        money.give_back(share=row, verb="lapse", by=None, at=at)
    else:
        return 0
    tell(kind="share_lapsed", row=row, at=at, pence=row.pence)
    return 1


def _settle(share: MilestoneShare, wish: str, at: datetime) -> int:
    """A question: what two people decided, else what the evidence says, as on day 45."""
    if wish == SEND_BACK:
        money.finish_question(share=share, verb="decide", pay_pence=0, reason=TWO_DECIDED, by=None, at=at)
        return 1
    if wish == PAY_ON and not money.why_not_pay(share=share, pence=share.pence, at=at, by_two=True):
        money.finish_question(share=share, verb="decide", pay_pence=share.pence, reason=TWO_DECIDED, by=None, at=at)
        return 1
    return int(clock_out(share=share, at=at))


def _ask_again(share: MilestoneShare, payment_id: UUID, at: datetime) -> int:
    """The week is not held yet: the old money goes home first, then the same share is asked for again, without it."""
    if share.call is None or share.payer.earmark is None or share.payer.earmark.state != "live":
        return 0
    if lock_call(share.call.pk).state == Call.State.CLEARING:
        return 0  # paid this moment: nobody is asked twice
    calls.drop_call(call=share.call, at=at)
    aged.send_free(payment_id=payment_id, at=at)
    if share.state == MilestoneShare.State.COVERED:
        share.state, share.covered_by = after(SHARE, share.state, "ask_again"), MilestoneShare.CoveredBy.NOTHING
    log(by=None, verb="ask_again", row=share, at=at, pence=share.pence)
    due_on = funding.due_on(share, at)
    share.call = calls.open_call(
        earmark=share.payer.earmark, about_kind=money.ABOUT_SHARE, about_id=share.pk, pence=share.pence, due_on=due_on, at=at
    )
    share.save(update_fields=["state", "covered_by", "call"])
    return 1
