"""What one person asked for and another must say yes to, in words."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from frontend import words
from frontend.presenters import console, console_lines, operator_books
from marketplace.models import MilestoneShare, Payer
from marketplace.policies import may_answer_about, those_with_an_interest
from marketplace.services import decisions, late, money, recovering, signing
from payments import selectors
from payments.models import Dispute, Payment, Recovery, Refund, Remittance, StripeLine
from payments.services import ages, closing, disputes, recoveries, rerouting, suspense
from payments.services.answering import FOR_OPERATORS, may_answer
from people.models import Approval, Council, Person
from people.selectors import approvals_to_answer
from pooling.models import Cluster
from pooling.services import endings

GIVEN_BACK = "remittance.give_up"
STOPPED = "remittance.hold"
GOES_ON = "remittance.unhold"
ON_THEIR_OWN_PAGES = {decisions.DECIDE: "question-decide", late.DISMISS_LATE: "late-decide"}
"""Requests about a share that are answered where the share is."""
_SAID = {
    recovering.RECOVER: "A payment to a provider should come back",
    ages.DECIDE: "What happens to money that is nearly 90 days old",
    suspense.EXPLAIN: "What a line of Stripe’s balance was",
    disputes.WRITE_OFF: "A payer will not pay back, and the platform bears it",
    recoveries.WRITE_OFF: "A provider will not pay back, and the platform bears it",
    rerouting.REROUTE: "Money a bank would not take is paid by hand",
    closing.CLOSE: "A council’s books are closed up to a day",
    endings.UNFREEZE: "A group that was stopped goes on",
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
    """One request. `details`: what it is about, as rows; `pence`: the sum that a yes is to, where it may be another by the time of the press."""

    approval: Approval
    title: str
    details: list[dict[str, str]]
    pence: int = 0

    @property
    def read(self) -> str:
        """What the page shows, in short: a yes names it, so that nobody agrees to what changed since they read it."""
        return sha256(repr(self.details).encode()).hexdigest()[:16]


def waiting(person: Person, *, at: datetime) -> list[Asked]:
    """What waits for this person's yes or no, by title only. Questions about visits are among their tasks (`standing_by.tasks`), not here."""
    found = [one for one in approvals_to_answer(person, at=at) if one.what not in ON_THEIR_OWN_PAGES]
    mine = [one for one in found if person.is_operator or one.what not in FOR_OPERATORS]
    payers = {one.pk: int(one.about_id) for one in mine if one.about_kind == "payer"}
    close = those_with_an_interest(person=person, payers=payers.values()) if payers else set()
    rest = (one for one in mine if one.pk in payers or (may_answer_about(by=person, approval=one, at=at) and may_answer(one, by=person)))
    return [Asked(one, _SAID.get(one.what, one.what), []) for one in rest if payers.get(one.pk) not in close]


def asked(approval: Approval) -> Asked:
    """One of them, with what it is about."""
    return Asked(approval, _SAID.get(approval.what, approval.what), _details(approval), _pence(approval))


def _pence(approval: Approval) -> int:
    pk = approval.about_id
    if approval.what == recovering.RECOVER:
        return MilestoneShare.objects.get(pk=int(pk)).proposed_pence or 0
    if approval.what == disputes.WRITE_OFF:
        return Dispute.objects.get(pk=int(pk)).owed_pence
    return Recovery.objects.get(pk=int(pk)).left_pence if approval.what == recoveries.WRITE_OFF else 0


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
            "For": f"{share.milestone.agreement.title}, {words.which_week(share.milestone)}",
            "How much": words.pounds(share.pence),
            "How much should come back": words.pounds(share.proposed_pence or 0) if approval.what == recovering.RECOVER else "",
        }
    elif approval.about_kind == "remittance":
        going = Remittance.objects.select_related("payee").get(pk=int(approval.about_id))
        rows = {"To": going.payee.owner, "For": going.about, "How much": words.pounds(going.pence), "How it stands": going.get_state_display()}
    else:
        rows = _of_money(approval)
    return [{"key": key, "value": value} for key, value in zip(rows, console.named(rows.values()), strict=True) if value]


def _of_money(approval: Approval) -> dict[str, str]:
    """What an operator of two says yes or no to."""
    kind, pk = approval.about_kind, approval.about_id
    if kind == "payment":
        lot = Payment.objects.get(pk=pk)
        wish = lot.decisions.filter(decided_at=None).latest("pk")
        until = words.day_year(wish.until) if wish.until else ""
        rows = {"Whose money": lot.lot_owner, "Left of it": words.pounds(lot.free_pence), "What should happen": wish.get_kind_display()}
        return {**rows, "Until": until, "On whose advice": wish.advice}
    if kind == "stripe_line":
        line = StripeLine.objects.get(pk=pk)
        told = line.explanations.filter(refused_at=None).first()
        was = told.get_kind_display() if told else ""
        return {
            "Line": f"{line.kind} {line.pk}",
            "How much": words.pounds(line.unknown_pence),
            "It was": was,
            "About": console_lines.whose(told.about) if told else "",
        }
    if kind == "dispute":
        owed = Dispute.objects.get(pk=int(pk))
        return {"Whose payment": owed.lot_owner, "They owe": words.pounds(owed.owed_pence)}
    if kind == "recovery":
        back = Recovery.objects.select_related("payee").get(pk=int(pk))
        return {"Who owes it": back.payee.owner, "For": back.about, "How much": words.pounds(back.left_pence)}
    if kind == "refund":
        refund = Refund.objects.select_related("reroute").get(pk=int(pk))
        return {"To": refund.reroute.to_owner, "Who gave the account": refund.reroute.reference, "How much": words.pounds(refund.pence)}
    if kind == closing.ABOUT:
        code, through = closing.read_about(pk)
        name = Council.objects.get(pk=code).name
        held = operator_books.held(name, through, selectors.books_on(code, through)).rows
        return {"Council": name, "Last day": words.day_year(through), **{f"{what}, that day": sum_ for what, sum_, _ in held}}
    if kind == "cluster":
        group = Cluster.objects.get(pk=int(pk))
        return {"Group": group.name, "Why it was stopped": group.freeze_reason}
    return {"About": f"{kind} {pk}"}
