"""Ending an agreement early: notice first, then the weeks after it never happen (state-machines.md 8, `end_early`)."""

from datetime import date, datetime

from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import Agreement, Milestone
from marketplace.rules.dates import LONDON, last_day_of_notice
from marketplace.rules.tables import AGREEMENT, after
from marketplace.services import keep_going, milestones
from marketplace.services.writing import log, tell
from people.models import Person
from pooling.services.transactions import all_or_nothing


@all_or_nothing
def end_early(*, agreement: Agreement, reason: str, by: Person, at: datetime) -> Agreement:
    """The provider, or the only payer, gives notice; who may resume a suspended one may end it at once.

    Several payers: `changing.propose(kind="end")`. Weeks that begin after the notice are called off and cost nobody
    anything; those before it go on as signed. Raises NotAllowed, NotNow.
    """
    row = Agreement.objects.locked().select_related("enterprise").get(pk=agreement.pk)
    is_suspended = row.state == Agreement.State.SUSPENDED
    if not (_may_end(row, by, at) or (is_suspended and policies.may_resume(by=by, agreement=row, at=at))):
        raise NotAllowed
    give_notice(agreement=row, reason=reason, by=by, at=at)
    return row


def give_notice(*, agreement: Agreement, reason: str, by: Person | None, at: datetime) -> None:
    """Ends after the notice that was signed; what is suspended, at once. The caller has locked it and said who may."""
    today = at.astimezone(LONDON).date()
    last_day = today if agreement.state == Agreement.State.SUSPENDED else last_day_of_notice(today, agreement.notice_days)
    begin_end(agreement=agreement, reason=reason, last_day=last_day, by=by, at=at)


def begin_end(*, agreement: Agreement, reason: str, last_day: date, by: Person | None, at: datetime) -> None:
    """Weeks that begin after `last_day` never happen. Everybody is told, and what each wrote down for such a day counts."""
    agreement.state = after(AGREEMENT, agreement.state, "end_early", "This is not running, so there is nothing to end.")
    agreement.ended_reason = reason.strip()
    agreement.save(update_fields=["state", "ended_reason"])
    log(by=by, verb="end_early", row=agreement, at=at, last_day=str(last_day))
    tell(kind="agreement_ending", row=agreement, at=at, last_day=str(last_day))
    keep_going.start(agreement=agreement, why="ending", at=at)
    later = Milestone.objects.filter(agreement=agreement, starts_on__gt=last_day, state__in=milestones.CAN_BE_CALLED_OFF)
    for milestone in later.order_by("pk"):
        milestones.end_week(milestone=milestone, by=by, at=at)


def _may_end(agreement: Agreement, by: Person, at: datetime) -> bool:
    if policies.may_speak_for_enterprise(by=by, enterprise=agreement.enterprise):
        return True
    payers = list(agreement.payers.signed().select_related("person", "agreement__enterprise"))
    return len(payers) == 1 and policies.may_sign_for(by=by, payer=payers[0], at=at)
