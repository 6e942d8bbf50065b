"""Money of 88 days that a week still holds or counts on: each share is ended or asked for again, so that it can go home (adr/0012)."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from marketplace import policies
from marketplace.models import MilestoneShare
from marketplace.rules.tables import SHARE, after
from marketplace.services import funding, money
from marketplace.services.decisions import TWO_DECIDED, clock_out, pay_as_decided
from marketplace.services.writing import log, tell
from payments.models import LotDecision, Payment
from payments.services import ages
from pooling.models import Call
from pooling.services import aged, calls
from pooling.services.call_records import lock_call
from pooling.services.transactions import all_or_nothing

COUNTS_ON_MONEY = ("covered", "asked", "with_helper", "agreed", "questioned")
TO_BE_PAID = ("agreed", "questioned")
SEND_BACK, PAY_ON = "send_back", "pay_on"


@all_or_nothing
def let_go(*, payment_id: UUID, membership_id: int, portion_id: int, pence: int, wish: str, at: datetime) -> int:
    """Ends this payer's oldest shares until `pence` of old money are not needed any more. Returns how many shares moved.

    `wish`: what two people decided (`send_back`, `pay_on`), now or before, or empty; it says nothing about work that one of them has an interest in,
    nor about what was agreed or questioned after it. What they decided is paid on and can't be yet is kept for that, also past day 88.
    Told again later, it goes on with what is still there.
    """
    decision = LotDecision.objects.standing().filter(payment=payment_id, kind=wish).first() if wish else None
    if wish and decision is None:
        return 0  # two people decided something else since
    is_over = not wish or ages.age_days(Payment.objects.get(pk=payment_id), at) >= ages.DECISION_DAY
    moved = 0
    for share in _that_count(membership_id, portion_id):
        if pence <= 0:
            break
        own = wish if decision is not None and _is_about(decision, share, at) else ""
        if wish and not own and not is_over:
            continue
        is_kept = own == PAY_ON and _keep_for_paying(share, decision, at)
        ended = _end(share, payment_id, "" if is_kept and is_over else own, at)
        if ended or is_kept:
            pence -= share.call.spare_pence if share.state == "planned" and share.call else share.pence
        moved += ended
    aged.send_free(payment_id=payment_id, at=at)
    return moved


def _that_count(membership_id: int, portion_id: int) -> QuerySet[MilestoneShare]:
    """This payer's shares that hold money or count on it, oldest week first."""
    counts = Q(covered_by="money", state__in=COUNTS_ON_MONEY) | Q(state="planned", call__state="called", call__asked_pence__lt=F("call__pence"))
    counts |= Q(covered_by="order", state__in=TO_BE_PAID, call__state="funded")  # the money for its bill came, and it could not be paid yet
    rows = MilestoneShare.objects.filter(counts, membership_id=membership_id, portion_id=portion_id)
    return rows.select_related("call").order_by("milestone_id", "pk")


def _is_about(decision: LotDecision, share: MilestoneShare, at: datetime) -> bool:
    """Neither of the two has an interest in it (abuse.md 6), and it stood there when they decided: a later question is one that they never read."""
    stood_at = share.questioned_at if share.state == "questioned" else share.agreed_at
    if share.state in TO_BE_PAID and (stood_at is None or decision.decided_at is None or stood_at > decision.decided_at):
        return False
    people = (decision.proposed_by, decision.decided_by)
    return all(by is not None and policies.may_decide(by=by, share=share, at=at) for by in people)


def _keep_for_paying(share: MilestoneShare, decision: LotDecision | None, at: datetime) -> bool:
    """Notes on what is agreed or questioned that two people decided to pay it: that stands until it is done."""
    row = money.lock_share(share)
    if decision is None or row.state not in TO_BE_PAID:
        return False
    if row.pay_decided_at is None:
        row.pay_decided_at = decision.decided_at
        row.save(update_fields=["pay_decided_at"])
        log(by=None, verb="decide_to_pay", row=row, at=at, pence=row.pence)
    return True


def _end(share: MilestoneShare, payment_id: UUID, wish: str, at: datetime) -> int:
    row = money.lock_share(share)
    if row.pay_decided_at is not None and wish != SEND_BACK and row.state in TO_BE_PAID:
        return _pay(row, wish, at)
    if row.state == MilestoneShare.State.QUESTIONED:
        return _settle(row, wish, at)
    if row.state == MilestoneShare.State.AGREED and wish != SEND_BACK and money.try_release(share=row, at=at):
        return 1  # what it waited for is there since
    if row.state == MilestoneShare.State.PLANNED or (row.state == MilestoneShare.State.COVERED and row.hold is None):
        return _ask_again(row, payment_id, at)
    if row.state == MilestoneShare.State.COVERED:
        money.give_back(share=row, verb="give_back", by=None, at=at)
    elif row.state in COUNTS_ON_MONEY:
        return _lapse(row, at)
    else:
        return 0
    tell(kind="share_lapsed", row=row, at=at, pence=row.pence, why="not_asked")
    return 1


def _pay(share: MilestoneShare, wish: str, at: datetime) -> int:
    """What two people decided is paid on: now, or when it can be. What can never be paid, because a check was missing on the day, goes back; of what
    was agreed not before day 88 (`wish` empty), because a paper that was there may still be shown."""
    if share.state == MilestoneShare.State.QUESTIONED:
        return int(pay_as_decided(share=share, at=at))
    if money.try_release(share=share, at=at, by_two=True):
        return 1
    return _lapse(share, at) if not wish and share.waits_for == MilestoneShare.WaitsFor.CHECKS else 0


def _lapse(share: MilestoneShare, at: datetime) -> int:
    """Nobody is paid from this money. Both sides read why: nobody answered, or what a yes still waited for."""
    why, share.waits_for = share.waits_for, MilestoneShare.WaitsFor.NOTHING
    money.give_back(share=share, verb="lapse", by=None, at=at)
    tell(kind="share_lapsed", row=share, at=at, pence=share.pence, why=why)
    return 1


def _settle(share: MilestoneShare, wish: str, at: datetime) -> int:
    """A question: back where two people decided that, else what the evidence says, as on day 45."""
    if wish == SEND_BACK:
        money.finish_question(share=share, verb="decide", pay_pence=0, reason=TWO_DECIDED, by=None, at=at)
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
