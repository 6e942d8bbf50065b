"""Ending an agreement early: notice first, then the weeks after it never happen (state-machines.md 8, `end_early`)."""

from datetime import datetime, timedelta

from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import Agreement, Milestone
from marketplace.rules.dates import LONDON
from marketplace.rules.tables import AGREEMENT, after
from marketplace.services import milestones
from marketplace.services.writing import log, tell
from people.models import Person
from pooling.services.transactions import all_or_nothing


@all_or_nothing
def end_early(*, agreement: Agreement, reason: str, by: Person, at: datetime) -> Agreement:
    """The provider, or the only payer, gives notice; an operator ends a suspended one at once.

    Weeks that begin after the notice are called off and cost nobody anything; those before it go on as signed. Raises NotAllowed, NotNow.
    """
    row = Agreement.objects.locked().select_related("enterprise").get(pk=agreement.pk)
    is_suspended = row.state == Agreement.State.SUSPENDED
    if not (_may_end(row, by, at) or (is_suspended and policies.may_manage(by=by, agreement=row))):
        raise NotAllowed
    row.state = after(AGREEMENT, row.state, "end_early", "This is not running, so there is nothing to end.")
    row.ended_reason = reason.strip()
    row.save(update_fields=["state", "ended_reason"])
    last = at.astimezone(LONDON).date() + timedelta(days=0 if is_suspended else row.notice_days)
    log(by=by, verb="end_early", row=row, at=at, last_day=str(last))
    tell(kind="agreement_ending", row=row, at=at, last_day=str(last))
    for milestone in Milestone.objects.filter(agreement=row, starts_on__gt=last, state__in=milestones.CAN_BE_CALLED_OFF).order_by("pk"):
        milestones.end_week(milestone=milestone, by=by, at=at)
    return row


def _may_end(agreement: Agreement, by: Person, at: datetime) -> bool:
    if policies.may_speak_for_enterprise(by=by, enterprise=agreement.enterprise):
        return True
    payers = list(agreement.payers.signed().select_related("person", "agreement__enterprise"))
    return len(payers) == 1 and policies.may_sign_for(by=by, payer=payers[0], at=at)
