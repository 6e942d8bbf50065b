"""What a leaver promised: over when they are out, as soon as nothing that was asked for is still open. No money moves."""

from datetime import datetime

from payments.services.one_by_one import one_by_one
from pooling.models import Earmark, Membership, Pledge
from pooling.rules import PLEDGE, step
from pooling.selectors.leaving import AFTER_STATEMENT
from pooling.services import earmarks
from pooling.services.transactions import all_or_nothing


def end_promises(place: Membership, at: datetime) -> int:
    """What was promised and nobody asked for is over; a promise with something asked for ends when that does. `place` is locked. How many ended."""
    kept = Earmark.objects.live().filter(pledge__membership=place).values_list("about_kind", "about_id", "pledge_id")
    for kind, about_id, pledge_id in sorted(kept):
        earmarks.drop(about_kind=kind, about_id=about_id, at=at, pledge=Pledge(pk=pledge_id))
    ended = 0
    for pledge in place.pledges.live().locked().order_by("pk"):
        if not pledge.calls.unended().exists():
            pledge.state = step(PLEDGE, pledge.state, "finish" if pledge.called_pence else "cancel")
            pledge.save(update_fields=["state"])
            ended += 1
    return ended


def end_promises_due(*, at: datetime) -> int:
    """Promises of people who are out, whose last call has ended since. Returns how many places moved."""
    due = Membership.objects.filter(state__in=AFTER_STATEMENT, pledges__state="pledged").distinct().order_by("pk")
    return one_by_one(list(due), lambda place: _end(place.pk, at))


@all_or_nothing
def _end(pk: int, at: datetime) -> int:
    return end_promises(Membership.objects.locked().get(pk=pk), at)
