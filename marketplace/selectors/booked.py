"""Whose part of a booking somebody may speak about: their own, or that of a person they decide for."""

from datetime import date, datetime

from marketplace.models import Booking, MilestoneShare
from marketplace.selectors.buying import asks_on
from people.models import Person
from people.policies import decided_for


def speaks_for(booking: Booking, by: Person, *, decision: str, at: datetime) -> Person | None:
    """Themselves where it is theirs or they pay a part of it; else whoever of these they may make this decision for; None for anybody else.

    `decision`: promises to ask for it or take it back, visits to move it, call it off or say that somebody came.
    """
    if booking.person_id == by.pk:
        return by
    people = [booking.person, *_others(booking)]
    if any(one.pk == by.pk for one in people):
        return by
    theirs = decided_for(by=by, people=[one.pk for one in people], decision=decision, at=at)
    return next((one for one in people if one.pk in theirs), None)


def _others(booking: Booking) -> list[Person]:
    if booking.agreement is None:
        return []
    rows = booking.agreement.payers.exclude(person=booking.person_id).select_related("person").order_by("pk")
    return [payer.person for payer in rows]


def money_is_asked_on(booking: Booking) -> date | None:
    """The day on which the money of the first week still to be paid will be asked for; None where nothing is left to ask."""
    rows = MilestoneShare.objects.filter(milestone__agreement=booking.agreement_id, state=MilestoneShare.State.PLANNED, milestone__state="planned")
    shares = list(rows.select_related("milestone", "portion").order_by("milestone__number", "pk")) if booking.agreement_id else []
    first = [share for share in shares if share.milestone_id == shares[0].milestone_id]
    return asks_on(starts_on=first[0].milestone.starts_on, portions=[share.portion for share in first]) if first else None
