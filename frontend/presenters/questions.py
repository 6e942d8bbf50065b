"""A question about visits, for both sides: what was said, what each would agree to, what happens by when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from audit.clock import london_date
from frontend import words
from frontend.presenters.answers import times_of
from frontend.presenters.paths import payer_of
from marketplace.models import MilestoneShare, VisitPart
from marketplace.policies import may_say_it_happened, may_speak_for_enterprise
from marketplace.rules.dates import CLOCK_OUT_DAYS
from people.models import Person


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit the question is about. `note` is "" for those who may not read it."""

    on: date
    said: str
    who: str
    note: str
    pence: int


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """`side`: payer or provider (they may agree a split), or "" for those who only look."""

    share: MilestoneShare
    side: str
    person: str
    provider: str
    visits: list[VisitLine]
    last_day: date | None
    evidence: str
    offer: str
    may_agree: bool
    ended: str

    @property
    def strand(self) -> int:
        return self.share.membership.strand or 1

    @property
    def is_open(self) -> bool:
        return self.share.state == "questioned"

    @property
    def may_settle(self) -> bool:
        """Whether both sides may end it between them; never what two people hold back."""
        return self.is_open and bool(self.side) and self.share.held_back_at is None

    @property
    def may_reply(self) -> bool:
        return self.is_open and self.side == "provider"


def page(share: MilestoneShare, viewer: Person, at: datetime) -> QuestionPage:
    """A question as this person may see it."""
    agreement = share.milestone.agreement
    side = _side(share, viewer, at)
    person = "You" if side == "payer" and viewer.pk == share.payer.person_id else share.payer.person.known_as
    provider = "You" if side == "provider" else agreement.enterprise.name
    theirs = share.settle_pence is not None and share.settle_side not in {"", side}
    return QuestionPage(
        share=share,
        side=side,
        person=person,
        provider=provider,
        visits=_visits(share, viewer),
        last_day=_last_day(share),
        evidence=_evidence(share, agreement.enterprise.name),
        offer=_offer(share, person, provider) if share.settle_pence is not None else "",
        may_agree=bool(side) and theirs,
        ended=_ended(share, agreement.enterprise.name),
    )


def _last_day(share: MilestoneShare) -> date | None:
    """The day on which the evidence decides; none where two people decided already, and it only waits to be paid."""
    if share.questioned_at is None or share.pay_decided_at is not None:
        return None
    return london_date(share.questioned_at) + timedelta(days=CLOCK_OUT_DAYS)


def _side(share: MilestoneShare, viewer: Person, at: datetime) -> str:
    if may_say_it_happened(by=viewer, share=share, at=at):
        return "payer"
    return "provider" if may_speak_for_enterprise(by=viewer, enterprise=share.milestone.agreement.enterprise) else ""


def _visits(share: MilestoneShare, viewer: Person) -> list[VisitLine]:
    parts = VisitPart.objects.filter(share=share, is_away=False).select_related("visit__worker").order_by("visit__on", "visit__number")
    readable = set(VisitPart.objects.visible_to(viewer).filter(share=share).values_list("pk", flat=True))
    return [
        VisitLine(
            on=part.visit.on,
            said=times_of(part.visit),
            who=part.visit.worker.known_as if part.visit.worker else "",
            note=part.note if part.pk in readable else "",
            pence=part.pence,
        )
        for part in parts
    ]


def _evidence(share: MilestoneShare, provider: str) -> str:
    """What day 45 would say: paid only when recorded at the time, and neither questioned by the person themselves nor held back."""
    back = "it is not asked for" if share.covered_by == "order" else "it goes back to who paid it"
    if share.questioned_by_person or share.held_back_at:
        return back
    return f"it is paid to {provider} if every visit was written down while it happened. If not, {back}"


def _offer(share: MilestoneShare, person: str, provider: str) -> str:
    name = person if share.settle_side == "payer" else provider
    say = "say" if name == "You" else "says"
    return f"{name} {say}: pay {words.pounds(share.settle_pence or 0)} of {words.pounds(share.pence)}."


def _ended(share: MilestoneShare, provider: str) -> str:
    if share.state != "decided":
        return ""
    pay = share.decided_pence or 0
    back = f"{words.pounds(share.pence - pay)} {'is not asked for' if share.covered_by == 'order' else 'went back to who paid it'}."
    waits = f" It is paid as soon as the money from {payer_of(share)} is here." if share.waits_for == "money" else ""
    return (f"{words.pounds(pay)} goes to {provider}. " if pay else "") + (back if pay < share.pence else "") + waits
