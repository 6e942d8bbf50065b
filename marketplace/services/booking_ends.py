"""Calling a booking off, by either side, and what that costs: nothing while no money is held; after that the signed bands (state-machines.md 9)."""

from dataclasses import dataclass
from datetime import datetime

from audit.errors import NotAllowed
from marketplace.models import BookedTime, Booking, Milestone, MilestoneShare, Visit
from marketplace.rules.tables import NotNow
from marketplace.services import booking_states, milestones
from marketplace.services.away import away, what_is_kept
from marketplace.services.funding import locked_week
from marketplace.services.writing import log, tell
from people.models import Person
from people.policies import may_act_for
from pooling.services.transactions import all_or_nothing

NOT_HELD = frozenset({"planned", "funding_due", "short"})
HELD = frozenset({"funded", "in_delivery"})


@dataclass(frozen=True, slots=True)
class CostOfCancelling:
    """What one payer would still pay if they called their visit off now, and what comes back to them, or is not asked for. Pence."""

    kept_pence: int
    back_pence: int


def cost_of_cancelling(*, time: BookedTime, person: Person, at: datetime) -> CostOfCancelling:
    """What the page shows before anybody presses. Raises NotNow where there is nothing to call off."""
    visit, share = _theirs(time, person)
    pence, kept = what_is_kept(share=share, visit=visit, at=at)
    if visit.milestone.state in NOT_HELD and _is_only_payer(visit, share):
        kept = 0
    return CostOfCancelling(kept, pence - kept)


@all_or_nothing
def cancel(*, time: BookedTime, person: Person, by: Person, at: datetime, most_pence: int | None = None) -> Booking:
    """One payer (or who may decide about visits for them) is not there at that time. Alone, nobody comes, and the time is free again.

    With a group, the others' visit goes on, and nobody else's price changes. `most_pence`: what they would still pay, on the page they read.
    Raises NotAllowed, NotNow, away.CostsMoreNow.
    """
    visit, share = _theirs(time, person)
    if not may_act_for(by=by, person=person, decision="visits", at=at):
        raise NotAllowed("Only the person who pays can say this, or somebody who may for them.")
    milestone = locked_week(visit.milestone_id)
    kept = 0
    if milestone.state in NOT_HELD and _is_only_payer(visit, share):
        milestones.end_week(milestone=milestone, by=by, at=at)
    else:
        part = away(share=share, visit=visit, by=by, at=at, most_pence=most_pence)
        kept = part.accepted_pence or 0
        if milestone.state in NOT_HELD and not kept and part.visit.state == Visit.State.CALLED_OFF:
            # The last of them is not there either: nobody is asked to pay for a visit that will not be.
            milestones.end_week(milestone=milestone, by=by, at=at)
    return _after(time, "cancel_late" if kept else "cancel_early", by, at)


@all_or_nothing
def call_off(*, time: BookedTime, by: Person, at: datetime) -> Booking:
    """The provider can't come: everything comes back, the keep-going plan begins, and it counts on their record. Raises NotAllowed, NotNow."""
    visit = _visit(time)
    milestones.call_off(milestone=visit.milestone, by=by, at=at)
    return _after(time, "provider_cancel", by, at)


@all_or_nothing
def nobody_came(*, booking: Booking, by: Person, at: datetime) -> Booking:
    """Two weeks after the visit nobody has recorded it, and one who pays says that nobody came. Raises NotAllowed, NotNow."""
    row = Booking.objects.select_related("agreement").get(pk=booking.pk)
    payers = row.agreement.payers.signed().select_related("person") if row.agreement else []
    if not any(may_act_for(by=by, person=one.person, decision="visits", at=at) for one in payers):
        raise NotAllowed("Only somebody who pays for it can say this.")
    if row.state != Booking.State.QUERY:
        raise NotNow("We ask this two weeks after the visit, if nobody has recorded it.")
    milestones.nobody_came(milestone=Milestone.objects.get(agreement=row.agreement_id), by=by, at=at)
    locked = booking_states.locked(row.pk)
    return booking_states.move(booking=locked, verb="no_show", by=by, at=at)


# --- inside ---


def _visit(time: BookedTime) -> Visit:
    row = BookedTime.objects.select_related("visit__milestone__agreement").get(pk=time.pk)
    if row.visit is None or row.visit.state != Visit.State.PLANNED:
        raise NotNow("There is no visit to call off here any more.")
    return row.visit


def _theirs(time: BookedTime, person: Person) -> tuple[Visit, MilestoneShare]:
    visit = _visit(time)
    share = visit.milestone.shares.filter(payer__person=person, split_from__isnull=True).select_related("payer__person").first()
    if share is None or share.is_final:
        raise NotNow("You have no part in this visit.")
    return visit, share


def _is_only_payer(visit: Visit, share: MilestoneShare) -> bool:
    others = visit.milestone.shares.exclude(payer=share.payer_id).exclude(state=MilestoneShare.State.DROPPED)
    return not others.exists()


def _after(time: BookedTime, verb: str, by: Person, at: datetime) -> Booking:
    """The booking is over when no visit of it is left; of a series only this time is free again."""
    row = booking_states.locked(time.booking_id)
    time = row.times.select_related("visit", "slot").get(pk=time.pk)
    assert time.visit is not None
    if time.visit.state == Visit.State.PLANNED:
        log(by=by, verb="booking_without_one", row=row, at=at, number=time.number)
        return row
    if row.weeks == 1:
        return booking_states.move(booking=row, verb=verb, by=by, at=at)
    booking_states.let_time_go(time=time, at=at)
    log(by=by, verb=f"booking_{verb}", row=row, at=at, number=time.number)
    tell(kind="booking_time_off", row=row, at=at, number=time.number, how=verb)
    return row
