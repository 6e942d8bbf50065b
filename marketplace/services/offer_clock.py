"""What the clock does with offers: a winner who does not answer, or whose checks run out; a choice that stands; nobody left to pay; an agreement

that nobody sends.
"""

from datetime import datetime, timedelta

from marketplace.models import Agreement, Brief, Offer
from marketplace.rules.dates import LONDON, answer_by
from marketplace.rules.offering import ACCEPT_WORKING_DAYS, OFFER, SEND_WORKING_DAYS
from marketplace.rules.tables import after
from marketplace.selectors.offers import lacks_a_check
from marketplace.services.agreements import make_void
from marketplace.services.awarding import award_if_due
from marketplace.services.offers import accept_by, choose_again
from marketplace.services.picking import nobody_pays
from marketplace.services.writing import log, tell
from payments.services.one_by_one import one_by_one
from places.calendar import add_working_days
from pooling.services.transactions import all_or_nothing

NOT_SENT = "Nobody sent it to be signed in time."


def advance_due(*, at: datetime) -> int:
    """Lapses, checks that ran out, awards, and drafts of agreements nobody sent. Returns how many moved."""
    late = at - timedelta(days=ACCEPT_WORKING_DAYS)
    moved = one_by_one(Offer.objects.waiting_since(late).order_by("pk").values_list("pk", flat=True), lambda pk: _lapse(pk, at))
    pending = Brief.objects.filter(state=Brief.State.AWARD_PENDING).order_by("pk")
    chosen = Offer.objects.winners().filter(brief__state__in=["evaluating", "award_pending"], agreement__isnull=True)
    moved += one_by_one(chosen.order_by("pk").values_list("pk", flat=True), lambda pk: _check_fails(pk, at))
    moved += one_by_one(pending.values_list("pk", flat=True), lambda pk: award_if_due(brief_id=pk, at=at))
    unpaid = Brief.objects.without_payers().order_by("pk").values_list("pk", flat=True)
    moved += one_by_one(unpaid, lambda pk: nobody_pays(brief_id=pk, at=at))
    drafts = Agreement.objects.filter(state="drafting", offer__isnull=False, created_at__lte=at - timedelta(days=SEND_WORKING_DAYS))
    return moved + one_by_one(drafts.order_by("pk").values_list("pk", flat=True), lambda pk: _never_sent(pk, at))


def _locked(pk: int) -> tuple[Brief, Offer]:
    brief = Brief.objects.locked().get(offers=pk)
    return brief, Offer.objects.locked().select_related("enterprise").get(pk=pk)


@all_or_nothing
def _lapse(pk: int, at: datetime) -> int:
    brief, row = _locked(pk)
    if row.state != Offer.State.SELECTED or row.picked_at is None or at < accept_by(picked_at=row.picked_at):
        return 0
    return _lost(brief, row, "lapse", at)


@all_or_nothing
def _check_fails(pk: int, at: datetime) -> int:
    brief, row = _locked(pk)
    if not row.is_winner or not lacks_a_check(row, category=brief.category, on=at.astimezone(LONDON).date()):
        return 0
    return _lost(brief, row, "check_fails", at)


def _lost(brief: Brief, row: Offer, verb: str, at: datetime) -> int:
    row.state, row.ended_at = after(OFFER, row.state, verb), at
    row.save(update_fields=["state", "ended_at"])
    log(by=None, verb=f"offer_{verb}", row=row, at=at, brief=brief.pk)
    tell(kind="offer_lost", row=row, at=at, brief=brief.pk, why=verb)
    choose_again(brief=brief, offer=row, why=verb, by=None, at=at)
    return 1


@all_or_nothing
def _never_sent(pk: int, at: datetime) -> int:
    row = Agreement.objects.locked().get(pk=pk)
    end = answer_by(asked_at=row.created_at, working_days=SEND_WORKING_DAYS, add_working_days=add_working_days)
    if row.state != Agreement.State.DRAFTING or at < end:
        return 0
    make_void(agreement=row, verb="time_out", reason=NOT_SENT, by=None, at=at)
    return 1
