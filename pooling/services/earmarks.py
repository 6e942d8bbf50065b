"""Keeping part of a promise for one thing, on its owner's own yes. Still no money, nothing in the ledger.

Locks: the place in the group, then the promise, then the earmark.
"""

from datetime import datetime

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from pooling import policies
from pooling.models import Earmark, Membership, Pledge
from pooling.rules import EARMARK, NEW, PLEDGE, pounds, step
from pooling.services.transactions import all_or_nothing


class PledgeIsExhausted(Refusal):
    code = "promise_is_used_up"
    field = "pledge"

    def __init__(self, left_pence: int) -> None:
        super().__init__(f"Your promise has {pounds(left_pence)} left. This is more than that. Promise more first, or choose fewer weeks.")


class AlreadyKept(Refusal):
    code = "already_kept"
    sentence = "You have already said yes to this."


@all_or_nothing
def earmark(*, pledge: Pledge, about_kind: str, about_id: int, pence: int, by: Person, at: datetime) -> Earmark:
    """Keeps `pence` of a promise for one thing: the ceiling of what may be called for it. The owner's own yes, or a supporter's for promises.

    Raises NotAllowed, NotNow, PledgeIsExhausted, AlreadyKept; ValueError on a sum below 1p.
    """
    if pence < 1:
        raise ValueError("An earmark is at least 1p.")
    row = lock_pledge(pledge.pk)
    if not policies.may_decide(by=by, person=row.membership.person, decision="promises", at=at):
        raise NotAllowed
    step(PLEDGE, row.state, "earmark")
    if row.earmarks.live().filter(about_kind=about_kind, about_id=about_id).exists():
        raise AlreadyKept
    if row.earmarked_pence + pence > row.pence:
        raise PledgeIsExhausted(row.pence - row.earmarked_pence)
    row.earmarked_pence += pence
    row.save(update_fields=["earmarked_pence"])
    kept = Earmark.objects.create(
        pledge=row, about_kind=about_kind, about_id=about_id, pence=pence, state=step(EARMARK, NEW, "earmark"), said_by=by, said_at=at
    )
    trail.write(
        by=by,
        on_behalf_of=row.membership.person,
        verb="pooling.earmark",
        about_kind=about_kind,
        about_id=about_id,
        at=at,
        council_code=row.council_code,
        detail={"earmark": kept.pk, "pledge": row.pk, "pence": pence},
    )
    return kept


@all_or_nothing
def drop(*, about_kind: str, about_id: int, at: datetime, pledge: Pledge | None = None) -> int:
    """What was kept for a thing, and not called, is free in its promise again (of one promise, or of all). Returns how many."""
    found = Earmark.objects.live().filter(about_kind=about_kind, about_id=about_id)
    if pledge is not None:
        found = found.filter(pledge=pledge)
    wanted = sorted(found.values_list("pledge__membership_id", "pledge_id", "pk"))
    return sum(_drop_one(pledge_id, pk, at) for _, pledge_id, pk in wanted)


def _drop_one(pledge_id: int, pk: int, at: datetime) -> int:
    row = lock_pledge(pledge_id)
    kept = Earmark.objects.locked().get(pk=pk)
    if kept.state != Earmark.State.LIVE:
        return 0
    step(PLEDGE, row.state, "drop_earmark")
    kept.state = step(EARMARK, kept.state, "drop")
    kept.save(update_fields=["state"])
    row.earmarked_pence -= kept.pence - kept.called_pence
    row.save(update_fields=["earmarked_pence"])
    trail.write(
        by=None,
        verb="pooling.drop_earmark",
        about_kind=kept.about_kind,
        about_id=kept.about_id,
        at=at,
        council_code=row.council_code,
        detail={"earmark": kept.pk},
    )
    return 1


def lock_pledge(pledge_id: int) -> Pledge:
    """The promise, locked after its owner's place in the group."""
    membership_id = Pledge.objects.values_list("membership_id", flat=True).get(pk=pledge_id)
    place = Membership.objects.locked().select_related("person").get(pk=membership_id)
    row = Pledge.objects.locked().select_related("portion__budget").get(pk=pledge_id)
    row.membership = place
    return row
