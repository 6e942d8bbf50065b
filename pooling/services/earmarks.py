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
from pooling.services.membership_records import must_go_on
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
    must_go_on(row.membership.cluster)
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
def raise_to(*, earmark: Earmark, pence: int, by: Person, at: datetime) -> Earmark:
    """Keeps more of the same promise for the same thing: a new ceiling, on the owner's own yes. Never less than before.

    Raises NotAllowed, NotNow, NoNewYes, PledgeIsExhausted.
    """
    row = lock_pledge(earmark.pledge_id)
    kept = Earmark.objects.locked().get(pk=earmark.pk)
    if not policies.may_decide(by=by, person=row.membership.person, decision="promises", at=at):
        raise NotAllowed
    kept.state = step(EARMARK, kept.state, "raise")
    more = pence - kept.pence
    if more <= 0:
        return kept
    must_go_on(row.membership.cluster)
    if row.earmarked_pence + more > row.pence:
        raise PledgeIsExhausted(row.pence - row.earmarked_pence)
    _keep(row, kept, pence, "pooling.raise_earmark", by, at)
    return kept


@all_or_nothing
def lower_to(*, earmark: Earmark, pence: int, at: datetime) -> Earmark:
    """Keeps no more than `pence`, never less than was called: what is over is free in its promise again. Nothing kept: dropped."""
    row = lock_pledge(earmark.pledge_id)
    kept = Earmark.objects.locked().get(pk=earmark.pk)
    wanted = max(pence, kept.called_pence)
    if kept.state != Earmark.State.LIVE or wanted >= kept.pence:
        return kept
    if wanted == 0:
        _drop_one(row.pk, kept.pk, at)
        return Earmark.objects.get(pk=kept.pk)
    kept.state = step(EARMARK, kept.state, "lower")
    _keep(row, kept, wanted, "pooling.lower_earmark", None, at)
    return kept


def _keep(row: Pledge, kept: Earmark, pence: int, verb: str, by: Person | None, at: datetime) -> None:
    row.earmarked_pence += pence - kept.pence
    row.save(update_fields=["earmarked_pence"])
    kept.pence = pence
    kept.save(update_fields=["pence"])
    trail.write(
        by=by,
        on_behalf_of=row.membership.person if by is not None else None,
        verb=verb,
        about_kind=kept.about_kind,
        about_id=kept.about_id,
        at=at,
        council_code=row.council_code,
        detail={"earmark": kept.pk, "pledge": row.pk, "pence": pence},
    )


@all_or_nothing
def drop(*, about_kind: str, about_id: int, at: datetime, pledge: Pledge | None = None) -> int:
    """What was kept for a thing, and not called, is free in its promise again (of one promise, or of all). Returns how many."""
    found = Earmark.objects.live().filter(about_kind=about_kind, about_id=about_id)
    if pledge is not None:
        found = found.filter(pledge=pledge)
    wanted = sorted(found.values_list("pledge__membership_id", "pledge_id", "pk"))
    return sum(_drop_one(pledge_id, pk, at) for _, pledge_id, pk in wanted)


@all_or_nothing
def keep_again(*, earlier: Earmark, at: datetime) -> Earmark | None:
    """The same yes, kept again for the same thing: what it had passed on to never came about. Nobody says yes to anything new.

    None where that can't be: it is kept already, or the promise ended or has no room for all of it any more.
    """
    row = lock_pledge(earlier.pledge_id)
    kept = row.earmarks.live().filter(about_kind=earlier.about_kind, about_id=earlier.about_id).exists()
    if kept or row.state != Pledge.State.PLEDGED or row.earmarked_pence + earlier.pence > row.pence:
        return None
    row.earmarked_pence += earlier.pence
    row.save(update_fields=["earmarked_pence"])
    again = Earmark.objects.create(
        pledge=row,
        about_kind=earlier.about_kind,
        about_id=earlier.about_id,
        pence=earlier.pence,
        state=step(EARMARK, NEW, "earmark"),
        said_by=earlier.said_by,
        said_at=earlier.said_at,
    )
    trail.write(
        by=None,
        verb="pooling.keep_again",
        about_kind=again.about_kind,
        about_id=again.about_id,
        at=at,
        council_code=row.council_code,
        detail={"earmark": again.pk, "pledge": row.pk, "pence": again.pence},
    )
    return again


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
