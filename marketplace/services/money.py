"""What the market asks of `pooling`: hold a share, give it back, question it, pay it. And how a share is cut in two.

Everything here runs in the caller's transaction, with the share's milestone and the share itself locked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from marketplace.models import Milestone, MilestoneShare, Payer, VisitPart
from marketplace.rules.dates import LARGE_PENCE_IN_28_DAYS
from marketplace.rules.tables import SHARE, after
from marketplace.selectors.checking import category_of, checks_missing_then
from marketplace.services.writing import log, tell
from people.models import Approval, Person
from people.services import approvals
from pooling.models import Hold, HoldMove
from pooling.services import calls, holds
from pooling.services.holds import HoldPart

LARGE_PAYMENT = "marketplace.large_payment"
"""What a second person's yes to a large sum is called in `people.Approval`; about ("milestone_share", id)."""
ABOUT_SHARE = "milestone_share"
COPIED_WHEN_CUT = (
    "milestone_id",
    "payer_id",
    "membership_id",
    "portion_id",
    "council_code",
    "covered_by",
    "call_id",
    "hold_id",
    "asked_at",
    "not_sure_count",
    "ask_again_on",
    "with_helper_at",
    "pay_decided_at",
)


def lock_share(share: MilestoneShare) -> MilestoneShare:
    """The share as it is now, locked, after its milestone: always in this order."""
    Milestone.objects.locked().get(pk=share.milestone_id)
    related = ("milestone__agreement__enterprise", "milestone__agreement__cluster", "payer__person", "portion__holder", "call", "hold")
    return MilestoneShare.objects.select_for_update(of=("self",)).select_related(*related).get(pk=share.pk)


def cut(*, share: MilestoneShare, pence: int) -> MilestoneShare:
    """A new row with `pence` of this share, in the same state, from the same hold and call; both rows together are what the one was."""
    if not 0 < pence < share.pence:
        raise ValueError("A cut leaves something on both sides.")
    share.pence -= pence
    piece = MilestoneShare(split_from=share, pence=pence, state=share.state)
    for name in COPIED_WHEN_CUT:
        setattr(piece, name, getattr(share, name))
    share.save(update_fields=["pence"])
    piece.save()
    return piece


def place(*, milestone: Milestone, shares: Sequence[MilestoneShare], at: datetime) -> None:
    """Holds the money of every share that is covered by money, in one journal for all payers."""
    paid = [share for share in shares if share.covered_by == MilestoneShare.CoveredBy.MONEY]
    if not paid:
        return
    parts = [HoldPart(share_id=one.pk, membership_id=one.membership_id, portion_id=one.portion_id, pence=one.pence) for one in paid]
    placed = holds.place(about_kind="milestone", about_id=milestone.pk, parts=parts, at=at)
    for share in paid:
        share.hold = placed[share.pk]
        share.save(update_fields=["hold"])


def give_back(*, share: MilestoneShare, verb: str, by: Person | None, at: datetime) -> None:
    """The whole of this row comes back to its payer; of an order nothing is asked, and what came for its bill is free."""
    share.state = after(SHARE, share.state, verb)
    share.returned_pence = share.pence
    if share.hold is not None:
        share.return_journal = holds.give_back(hold=share.hold, pence=share.pence, by=by, at=at).journal_key
    share.save()
    _take_bill_back(share, at)
    log(by=by, verb=verb, row=share, at=at, pence=share.pence)
    tell(kind="share_returned", row=share, at=at, pence=share.pence)
    forget_order_if_all_is_over(share=share, at=at)


def agree(*, share: MilestoneShare, verb: str, by: Person | None, at: datetime, by_silence: bool = False) -> None:
    """This whole row is to be paid. Of an order, its holder is told how much; then it is paid as soon as nothing stands in the way."""
    share.state = after(SHARE, share.state, verb)
    share.agreed_at, share.by_silence = at, by_silence
    if by is not None:
        share.answered_by, share.answered_at = by, at
    _bill(share, share.pence, at)
    share.save()
    log(by=by, verb=verb, row=share, at=at, on_behalf_of=share.payer.person if by is not None else None, pence=share.pence)
    try_release(share=share, at=at)


def question(*, share: MilestoneShare, verb: str, words: str, by: Person | None, at: datetime) -> None:
    """This whole row waits: nobody gets it until it is settled. What two people hold back (`hold_back`) is no word of the payer's."""
    is_held_back = verb == "hold_back"
    says_so = by is not None and not is_held_back
    share.state = after(SHARE, share.state, verb)
    share.questioned_at, share.questioned_by_person, share.question = at, says_so, words
    share.held_back_at = at if is_held_back else None
    share.pay_decided_at = None
    share.waits_for = MilestoneShare.WaitsFor.NOTHING
    if says_so:
        share.answered_by, share.answered_at = by, at
    if share.hold is not None:
        holds.dispute(hold=share.hold, pence=share.pence, by=by, at=at)
    share.save()
    log(by=by, verb=verb, row=share, at=at, on_behalf_of=share.payer.person if says_so else None, pence=share.pence)
    tell(kind="share_questioned", row=share, at=at, pence=share.pence)


def why_not_pay(*, share: MilestoneShare, pence: int, at: datetime, by_two: bool = False) -> str:
    """What `pence` of this share waits for before it may be paid (a `WaitsFor` slug); empty: nothing.

    `by_two`: two people have said yes to the payment already, so a large one needs no other.
    The payer's places with this provider are locked first, so that two payments at once can't each stay under the line.
    """
    agreement = share.milestone.agreement
    if _any_check_was_missing(share):
        return MilestoneShare.WaitsFor.CHECKS
    if share.membership.cluster.state == "frozen":
        return MilestoneShare.WaitsFor.GROUP
    large = not by_two and is_large(share=share, pence=pence, at=at)
    if large and not second_yeses(share=share, at=at).exists():
        return MilestoneShare.WaitsFor.SECOND_PERSON
    if agreement.enterprise.payee_id is None:
        return MilestoneShare.WaitsFor.PAYEE
    if share.covered_by == MilestoneShare.CoveredBy.ORDER and (share.call is None or share.call.state != "funded"):
        return MilestoneShare.WaitsFor.MONEY
    return MilestoneShare.WaitsFor.NOTHING


def try_release(*, share: MilestoneShare, at: datetime, by_two: bool = False) -> bool:
    """Pays an agreed row if nothing stands in the way; else notes what it waits for. True when it was paid. `by_two`: two people decided it."""
    waits_for = why_not_pay(share=share, pence=share.pence, at=at, by_two=by_two)
    if waits_for:
        if share.waits_for != waits_for:
            share.waits_for = waits_for
            share.save(update_fields=["waits_for"])
        return False
    if not by_two:
        use_second_yes(share=share, pence=share.pence, at=at)
    share.state = after(SHARE, share.state, "release")
    share.release_journal = _pay(share, share.pence, at).journal_key
    share.paid_pence, share.released_at, share.waits_for = share.pence, at, MilestoneShare.WaitsFor.NOTHING
    share.save()
    log(by=None, verb="release", row=share, at=at, pence=share.pence)
    tell(kind="share_released", row=share, at=at, pence=share.pence, by_silence=share.by_silence)
    forget_order_if_all_is_over(share=share, at=at)
    return True


def pay_decided_order(*, share: MilestoneShare, at: datetime) -> bool:
    """A decision about an order's share, paid once its money is in."""
    pence = share.decided_pence or 0
    if why_not_pay(share=share, pence=pence, at=at, by_two=True):
        return False
    share.release_journal = _pay(share, pence, at).journal_key
    share.paid_pence, share.released_at, share.waits_for = pence, at, MilestoneShare.WaitsFor.NOTHING
    share.save()
    log(by=None, verb="release", row=share, at=at, pence=pence)
    tell(kind="share_released", row=share, at=at, pence=pence, by_silence=False)
    forget_order_if_all_is_over(share=share, at=at)
    return True


def second_yeses(*, share: MilestoneShare, at: datetime) -> QuerySet[Approval]:
    """Second people's yeses to this payment that are not used up."""
    return Approval.objects.about(LARGE_PAYMENT, ABOUT_SHARE, share.pk).given(at).filter(used_at__isnull=True)


def use_second_yes(*, share: MilestoneShare, pence: int, at: datetime) -> None:
    """Uses up the second person's yes that a large payment needed: one yes, one payment."""
    if is_large(share=share, pence=pence, at=at):
        approvals.require(what=LARGE_PAYMENT, about_kind=ABOUT_SHARE, about_id=share.pk, at=at)


def finish_question(*, share: MilestoneShare, verb: str, pay_pence: int, reason: str, by: Person | None, at: datetime) -> None:
    """Ends a question: so much to the provider, the rest back to the payer."""
    share.state = after(SHARE, share.state, verb)
    share.decided_pence, share.decided_reason, share.decided_at = pay_pence, reason, at
    share.returned_pence = share.pence - pay_pence
    share.waits_for = MilestoneShare.WaitsFor.NOTHING
    if share.hold is not None:
        for move in _settle(share, share.hold, pay_pence, by, at):
            if move.kind == HoldMove.Kind.SETTLE_PAY:
                share.release_journal, share.released_at, share.paid_pence = move.journal_key, at, pay_pence
            else:
                share.return_journal = move.journal_key
    elif pay_pence:
        _bill(share, pay_pence, at)
        share.waits_for = MilestoneShare.WaitsFor.MONEY
    share.save()
    log(by=by, verb=verb, row=share, at=at, pay_pence=pay_pence, return_pence=share.returned_pence)
    tell(kind="share_decided", row=share, at=at, pence=share.pence, paid_pence=pay_pence)
    if not pay_pence:
        _take_bill_back(share, at)
        forget_order_if_all_is_over(share=share, at=at)
    elif share.waits_for:
        pay_decided_order(share=share, at=at)


def forget_order_if_all_is_over(*, share: MilestoneShare, at: datetime) -> None:
    """Once every row of this payer's week is over, what its order was not used for is not needed."""
    if share.covered_by != MilestoneShare.CoveredBy.ORDER or share.call is None:
        return
    family = MilestoneShare.objects.filter(milestone_id=share.milestone_id, payer_id=share.payer_id)
    if all(row.is_final for row in family):
        calls.drop_order(call=share.call, at=at)


def _settle(share: MilestoneShare, hold: Hold, pay_pence: int, by: Person | None, at: datetime) -> list[HoldMove]:
    return list(
        holds.settle(
            hold=hold,
            pay_pence=pay_pence,
            return_pence=share.pence - pay_pence,
            payee_id=_payee(share) if pay_pence else 0,
            about=f"share:{share.pk}",
            by=by,
            at=at,
            group=_group(share),
        )
    )


def _pay(share: MilestoneShare, pence: int, at: datetime) -> HoldMove:
    payee_id, about, group = _payee(share), f"share:{share.pk}", _group(share)
    if share.hold is not None:
        return holds.release(hold=share.hold, pence=pence, payee_id=payee_id, about=about, by=None, at=at, group=group)
    if share.call is None:
        raise ValueError("A share that is paid has a hold or a call.")
    return holds.release_by_order(call=share.call, pence=pence, payee_id=payee_id, about=about, by=None, at=at, group=group)


def _payee(share: MilestoneShare) -> int:
    payee_id = share.milestone.agreement.enterprise.payee_id
    if payee_id is None:
        raise ValueError("A provider that is paid has a payee: `why_not_pay` comes first.")
    return payee_id


def _group(share: MilestoneShare) -> str:
    return f"agreement:{share.milestone.agreement_id}"


def _bill(share: MilestoneShare, pence: int, at: datetime) -> None:
    """Of an order: tells its holder how much was said yes to. The call that comes back is the one whose money pays this row."""
    if share.covered_by == MilestoneShare.CoveredBy.ORDER and share.call is not None:
        share.call = calls.bill_order(call=share.call, about_id=share.pk, pence=pence, at=at)


def _take_bill_back(share: MilestoneShare, at: datetime) -> None:
    """Of an order: its holder owes nothing for this row any more."""
    if share.covered_by == MilestoneShare.CoveredBy.ORDER and share.call is not None:
        calls.take_bill_back(call=share.call, about_id=share.pk, at=at)


def _any_check_was_missing(share: MilestoneShare) -> bool:
    """Whether a check that the work needed was not live on the day of a visit. A lapse after the visit does not count (money.md 5, 6)."""
    agreement = share.milestone.agreement
    parts = VisitPart.objects.filter(share=share, is_away=False).select_related("visit__worker")
    kind = category_of(agreement)
    return any(checks_missing_then(enterprise=agreement.enterprise, worker=part.visit.worker, category=kind, on=part.visit.on) for part in parts)


def is_large(*, share: MilestoneShare, pence: int, at: datetime) -> bool:
    """Whether this makes more than £500 from one payer to one provider in 28 days (abuse.md 16). Locks the payer's places with them."""
    agreement = share.milestone.agreement
    mine = Payer.objects.filter(person_id=share.payer.person_id, agreement__enterprise_id=agreement.enterprise_id)
    list(mine.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    paid = (
        MilestoneShare.objects.of(share.payer.person_id)
        .to_enterprise(agreement.enterprise_id)
        .filter(released_at__gt=at - timedelta(days=28))
        .aggregate(sum=Sum("paid_pence"))["sum"]
    )
    return (paid or 0) + pence > LARGE_PENCE_IN_28_DAYS
