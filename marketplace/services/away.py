"""Being away from a visit: told in time, it costs nothing; called off late, the signed bands say what the provider keeps."""

from datetime import datetime
from fractions import Fraction

from audit.errors import Changed, NotAllowed
from marketplace.models import Milestone, MilestoneShare, Visit, VisitPart
from marketplace.rules.dates import LONDON, start_of
from marketplace.rules.tables import NotNow
from marketplace.rules.weeks import Band, band_pence
from marketplace.services import money
from marketplace.services.visits import part_pence
from marketplace.services.writing import log
from people.models import Person
from people.policies import may_act_for
from pooling.services.transactions import all_or_nothing

OPEN_TO_AWAY = frozenset({"planned", "funding_due", "short", "funded", "in_delivery"})


class CostsMoreNow(Changed):
    """Said from a page that showed a smaller sum: the visit has come nearer since."""

    code = "costs_more_now"
    sentence = "It costs more now than when you opened this page. Nothing was changed. Look at the sum again."


def what_is_kept(*, share: MilestoneShare, visit: Visit, at: datetime) -> tuple[int, int]:
    """This visit's part of a payer's week, and what the provider keeps of it if the payer says now that they are away. Both in pence."""
    pence = part_pence(share=share, visit=visit)
    return pence, _kept(visit.milestone, visit, pence, at)


@all_or_nothing
def away(*, share: MilestoneShare, visit: Visit, by: Person, at: datetime, most_pence: int | None = None) -> VisitPart:
    """The payer (or a supporter with authority "visits") will not be there. Nobody else's price changes.

    What the bands leave comes back at once, or, if the week is not covered yet, as soon as it is. `most_pence`: what the page they read said
    that the provider keeps. Raises NotAllowed, NotNow, CostsMoreNow.
    """
    milestone = Milestone.objects.locked().select_related("agreement").get(pk=share.milestone_id)
    row = money.lock_share(share)
    if not may_act_for(by=by, person=row.payer.person, decision="visits", at=at):
        raise NotAllowed("Only the person who pays can say this, or somebody who may for them.")
    slot = _slot(milestone, row, visit, at)
    if milestone.state not in OPEN_TO_AWAY or row.state not in {"planned", "covered"}:
        raise NotNow("This week is being settled. Say what happened on its own page.")
    pence = part_pence(share=row, visit=slot)
    kept = _kept(milestone, slot, pence, at)
    if most_pence is not None and kept > most_pence:
        raise CostsMoreNow
    part = VisitPart.objects.create(visit=slot, share=row, pence=pence, is_away=True, accepted_pence=kept, answered_by=by, answered_at=at)
    log(by=by, verb="away", row=row, at=at, on_behalf_of=row.payer.person, visit=slot.pk, kept_pence=part.accepted_pence)
    _call_off_if_nobody_is_left(milestone, slot, at)
    if milestone.state in {"funded", "in_delivery"} and row.state == MilestoneShare.State.COVERED:
        carry_out_away(share=row, at=at)
    return part


def carry_out_away(*, share: MilestoneShare, at: datetime) -> None:
    """Moves the money of visits that the payer is away from out of a covered share. The share and its milestone are locked by the caller."""
    for part in VisitPart.objects.filter(share=share, is_away=True).order_by("pk"):
        kept = part.accepted_pence or 0
        if kept < part.pence:
            part.share = _piece(share, part.pence - kept)
            part.save(update_fields=["share"])
            money.give_back(share=part.share, verb="away", by=part.answered_by, at=at)
        if kept:
            piece = _piece(share, kept)
            if part.share_id == share.pk:
                part.share = piece
                part.save(update_fields=["share"])
            money.agree(share=piece, verb="band", by=part.answered_by, at=at)


def _piece(share: MilestoneShare, pence: int) -> MilestoneShare:
    """A row with `pence` of the share: a new one, or the share itself when that is all that is left of it."""
    return share if share.pence == pence else money.cut(share=share, pence=pence)


def _slot(milestone: Milestone, share: MilestoneShare, visit: Visit, at: datetime) -> Visit:
    """A visit that may still come, or that nobody has begun today. Of a day that is over the provider writes down what they did, and is paid for it

    after a yes: bands, of two hours at most, are for who was not there.
    """
    slot = Visit.objects.locked().filter(pk=visit.pk, milestone=milestone, state=Visit.State.PLANNED).first()
    if slot is None or slot.payer_id not in {None, share.payer_id}:
        raise NotNow("This visit has begun, is over, or was called off.")
    if VisitPart.objects.filter(visit=slot, share__payer_id=share.payer_id).exists():
        raise NotNow("You have told us about this visit already.")
    if slot.on < at.astimezone(LONDON).date():
        raise NotNow("That day is over. We ask you what happened when they have sent the week in.")
    return slot


def _kept(milestone: Milestone, visit: Visit, pence: int, at: datetime) -> int:
    """What the signed bands give the provider. Not a minute before the visit counts as no notice at all."""
    start = start_of(visit.on, visit.planned_start)
    seconds = max(0, int((start - at).total_seconds()))
    bands = [Band(**row) for row in milestone.agreement.bands]
    return band_pence(pence, hours_before=Fraction(seconds, 3600), minutes=visit.planned_minutes, bands=bands)


def _call_off_if_nobody_is_left(milestone: Milestone, visit: Visit, at: datetime) -> None:
    payers = {visit.payer_id} if visit.payer_id else set(milestone.shares.exclude(state="dropped").values_list("payer_id", flat=True))
    if payers <= set(visit.parts.filter(is_away=True).values_list("share__payer_id", flat=True)):
        visit.state, visit.called_off_at = Visit.State.CALLED_OFF, at
        visit.save(update_fields=["state", "called_off_at"])
