"""What one person asked for and another must say yes to, in words."""

from dataclasses import dataclass
from datetime import datetime

from frontend import words
from marketplace.models import MilestoneShare, Payer
from marketplace.policies import may_answer_about
from marketplace.services import decisions, late, money, signing
from payments.models import Remittance
from people.models import Approval, Person
from people.selectors import approvals_to_answer

GIVEN_BACK = "remittance.give_up"
STOPPED = "remittance.hold"
GOES_ON = "remittance.unhold"
ON_THEIR_OWN_PAGES = {decisions.DECIDE: "question-decide", late.DISMISS_LATE: "late-decide"}
"""Requests about a share that are answered where the share is."""
_SAID = {
    decisions.DECIDE: "How a question should end",
    late.DISMISS_LATE: "A payment made without an answer was right",
    decisions.HOLD_BACK: "Money that was said yes to should wait",
    money.LARGE_PAYMENT: "A large payment to one provider",
    signing.RELATIVE_EXCEPTION: "Paying somebody’s own family for their help",
    STOPPED: "A payment to a provider should not go out yet",
    GOES_ON: "A payment that was stopped should go out after all",
    GIVEN_BACK: "A payment to a provider should not go out this way at all",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `details`: what it is about, as rows."""

    approval: Approval
    title: str
    details: list[dict[str, str]]


def waiting(person: Person, *, at: datetime) -> list[Asked]:
    """What waits for this person's yes or no, by title only. Questions about visits are among their tasks (`standing_by.tasks`), not here."""
    found = [one for one in approvals_to_answer(person, at=at) if one.what not in ON_THEIR_OWN_PAGES]
    return [Asked(one, _SAID.get(one.what, one.what), []) for one in found if may_answer_about(by=person, approval=one, at=at)]


def asked(approval: Approval) -> Asked:
    """One of them, with what it is about."""
    return Asked(approval, _SAID.get(approval.what, approval.what), _details(approval))


def _details(approval: Approval) -> list[dict[str, str]]:
    if approval.about_kind == "payer":
        payer = Payer.objects.select_related("person", "agreement__enterprise", "portion").get(pk=int(approval.about_id))
        rows = {
            "Who pays": payer.person.full_name,
            "From": payer.portion.get_route_display() if payer.portion else "",
            "Who would be paid": payer.agreement.enterprise.name,
            "For": payer.agreement.title,
            "A week": words.pounds(payer.weekly_pence),
        }
    elif approval.about_kind == money.ABOUT_SHARE:
        share = MilestoneShare.objects.select_related("payer__person", "milestone__agreement__enterprise").get(pk=int(approval.about_id))
        rows = {
            "Whose money": share.payer.person.full_name,
            "Who would be paid": share.milestone.agreement.enterprise.name,
            "For": f"{share.milestone.agreement.title}, week {share.milestone.number}",
            "How much": words.pounds(share.pence),
        }
    elif approval.about_kind == "remittance":
        going = Remittance.objects.select_related("payee").get(pk=int(approval.about_id))
        rows = {"To": going.payee.owner, "For": going.about, "How much": words.pounds(going.pence), "How it stands": going.get_state_display()}
    else:
        rows = {"About": f"{approval.about_kind} {approval.about_id}"}
    return [{"key": key, "value": value} for key, value in rows.items() if value]
