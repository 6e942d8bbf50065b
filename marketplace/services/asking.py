"""A group that asks itself first whether it wants a change: a decision only starts the question, each payer still says yes (state-machines.md 1)."""

from datetime import datetime

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Agreement, Change, MilestoneShare
from marketplace.rules.tables import NotNow
from marketplace.services import changing
from marketplace.services.writing import log
from people.models import Person
from pooling.models import Proposal
from pooling.services import proposals
from pooling.services.transactions import all_or_nothing


@all_or_nothing
def start_from_question(*, proposal_id: int, agreement_id: int, at: datetime) -> Change | None:
    """The group said yes: asks each payer and the provider. None when it can't be asked any more, or was asked already."""
    agreement = Agreement.objects.locked().get(pk=agreement_id)
    question = Proposal.objects.get(pk=proposal_id)
    detail = question.detail or {}
    kind, price, days = str(detail.get("kind", "")), detail.get("visit_pence"), detail.get("weekdays") or []
    if agreement.changes.filter(proposed_by__isnull=True, why=question.title[:400], asked_at__gte=question.opened_at or at).exists():
        return None
    try:
        return changing.propose(agreement=agreement, kind=kind, visit_pence=price, weekdays=days, why=question.title, by=None, at=at)
    except Refusal as refusal:
        log(by=None, verb="change_not_started", row=agreement, at=at, question=proposal_id, why=refusal.code)
        return None


def ask_group_to_go_on(*, share: MilestoneShare, by: Person, at: datetime) -> Proposal:
    """Asks the group whether a short week should go on without the part that is missing. The question names nobody. Raises NotAllowed, NotNow."""
    week = share.milestone
    agreement = week.agreement
    if not week.agreement.payers.signed().filter(person=by).exists() and not policies.is_helper_of(by=by, agreement=agreement):
        raise NotAllowed("Only people who pay for these visits, or who helps the group, can ask this.")
    if week.state != "short" or share.state != "planned" or share.call_id is None:
        raise NotNow("This week is not short any more.")
    return proposals.put_to_group(
        cluster=agreement.cluster,
        kind="leave_out",
        title=f"Week {week.number} of {agreement.title}"[:120],
        text="A part of this week is not covered. Shall we ask the provider to come for those whose part is?",
        about_kind="call",
        about_id=share.call_id,
        urgent=True,
        by=by,
        at=at,
    )
