"""What time does to briefs: they close, they end when nobody offered, and yeses that nothing came of are free again after 30 days."""

from datetime import datetime

from audit.clock import london_date
from marketplace.models import Brief, Need, Offer
from marketplace.rules.briefs import BRIEF
from marketplace.rules.tables import after
from marketplace.selectors.offers import eligible
from marketplace.services.awarding import not_chosen
from marketplace.services.brief_drafts import back_to_draft, forget_yeses, lock
from marketplace.services.brief_ends import end_without_award
from marketplace.services.writing import log, tell
from payments.services.one_by_one import one_by_one
from pooling.services.transactions import all_or_nothing

NOBODY_OFFERED = "No provider made an offer in time."
NOBODY_IS_CHECKED = "Who offered lacks a check that this work needs."
A_CHECK_IS_MISSING = "A check that this work needs was not in place."


def advance_due(*, at: datetime) -> int:
    """Closes what is due, ends what nobody answered, frees yeses that are too old. Brief by brief. Returns how many moved."""
    closing = Brief.objects.to_close(at).order_by("pk").values_list("pk", flat=True)
    old = Brief.objects.kept_too_long(at).order_by("pk").values_list("pk", flat=True)
    return one_by_one(closing, lambda pk: _close(pk, at)) + one_by_one(old, lambda pk: _free(pk, at))


@all_or_nothing
def _close(pk: int, at: datetime) -> int:
    row = lock(Brief.objects.get(pk=pk))
    if row.state != Brief.State.OPEN or row.closes_at is None or at < row.closes_at:
        return 0
    row.state = after(BRIEF, row.state, "close_brief")
    row.save(update_fields=["state"])
    log(by=None, verb="close_brief", row=row, at=at)
    tell(kind="brief_closed", row=row, at=at)
    if not eligible(row, on=london_date(at)):
        _end_with_none(row, at)
    return 1


def _end_with_none(row: Brief, at: datetime) -> None:
    """Nobody offered, or only who lacks a check: they read that, and what was wanted is counted with its reason."""
    sent_in = list(row.offers.filter(state=Offer.State.SUBMITTED).locked())
    for offer in sent_in:
        not_chosen(offer=offer, feedback=A_CHECK_IS_MISSING, by=None, at=at)
    why = Need.Reason.NO_CHECKS if sent_in else Need.Reason.NO_OFFER
    reason = NOBODY_IS_CHECKED if sent_in else NOBODY_OFFERED
    end_without_award(brief=row, verb="none_received", reason=reason, by=None, at=at, why_unmet=why)


@all_or_nothing
def _free(pk: int, at: datetime) -> int:
    """State-machines.md 4: 30 days with no signed agreement. Before it was ever shown it goes back to be written; later it goes on without them."""
    row = lock(Brief.objects.get(pk=pk))
    if row.is_over or row.kept_until is None or at < row.kept_until:
        return 0
    if row.state == Brief.State.CHECKING:
        back_to_draft(row, after(BRIEF, row.state, "run_out"), "The yeses were 30 days old, and it was not shown to providers. Ask again.", at)
    else:
        forget_yeses(row, at)
    log(by=None, verb="free_yeses", row=row, at=at)
    return 1
