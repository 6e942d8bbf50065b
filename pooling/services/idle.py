"""Idle money: free in a group for 28 days it is offered back, after 60 it goes home by itself, and its owner hears of that a week before.

How much is idle: what is free now, less what came into the same account since. What leaves is the oldest money first, so that is exact.
Looked through once a day.
"""

from datetime import datetime, timedelta

from django.db import transaction

from audit.clock import london_date
from audit.errors import NotAllowed
from audit.services import facts, trail
from ledger.selectors import balances, entries
from payments.services.one_by_one import one_by_one
from people.models import Person
from pooling import policies, selectors
from pooling.books import Lot, lot_of
from pooling.models import IdleLook, IdleOffer, Membership, Portion
from pooling.rules import IDLE, NEW, step
from pooling.services.shares import send_home, withdraw
from pooling.services.transactions import all_or_nothing

OFFER_DAYS = 28
HOME_DAYS = 60
WARN_DAYS = 7
MOST_LINES = 2_000
"""Of one account, newest first: far more than 60 days bring."""
State = IdleOffer.State


def idle_pence(lot: Lot, *, days: int, at: datetime) -> int:
    """How many free pence have been here for at least so many days. Never below zero."""
    free = selectors.free_share(lot.membership_id, lot.portion_id, lot.council)
    return max(0, free - _came_in(lot, at - timedelta(days=days))) if free > 0 else 0


def _came_in(lot: Lot, since: datetime) -> int:
    lines = entries(owner=lot.owner, codes=("SHARE",), limit=MOST_LINES)
    return sum(line.pence for line in lines if line.pence > 0 and line.effective_at > since and line.account == lot.share)


def advance_due(*, at: datetime) -> int:
    """Once a day: offers, warns, sends home, and closes offers whose money was used. Returns how many offers moved."""
    if not _is_first_look(at):
        return 0
    here = [lot for account, pence in balances(codes=("SHARE",)).items() if pence > 0 and (lot := lot_of(account.owner, account.council))]
    waiting = {Lot(row.membership_id, row.portion_id, row.council_code) for row in IdleOffer.objects.open()}
    lots = sorted({*here, *waiting}, key=lambda lot: (lot.membership_id, lot.portion_id))
    return one_by_one(lots, lambda lot: advance_one(lot=lot, at=at))


@transaction.atomic
def _is_first_look(at: datetime) -> bool:
    today = london_date(at)
    _, is_new = IdleLook.objects.select_for_update().get_or_create(pk=1, defaults={"looked_on": today})
    if is_new:
        return True
    return bool(IdleLook.objects.filter(pk=1, looked_on__lt=today).update(looked_on=today))


@all_or_nothing
def advance_one(*, lot: Lot, at: datetime) -> int:
    """What the clock does to one portion's free money in one group: 1 if something changed."""
    place = Membership.objects.locked().get(pk=lot.membership_id)
    offer = IdleOffer.objects.open().filter(membership=place, portion_id=lot.portion_id, council_code=lot.council).locked().first()
    pence = idle_pence(lot, days=OFFER_DAYS, at=at)
    if offer is None:
        return _offer(lot, pence, at) if pence else 0
    if not pence:
        return _end(offer, "use_up", at)
    offer.pence = pence
    offer.save(update_fields=["pence"])
    today = london_date(at)
    old = idle_pence(lot, days=HOME_DAYS, at=at) if today >= offer.goes_home_on else 0
    if old and offer.warned_at is not None:
        return _send(offer, old, None, at)
    if offer.warned_at is None and today >= offer.goes_home_on - timedelta(days=WARN_DAYS):
        return _warn(offer, at)
    return 0


def _offer(lot: Lot, pence: int, at: datetime) -> int:
    goes = london_date(at) + timedelta(days=HOME_DAYS - OFFER_DAYS)
    fields = {"membership_id": lot.membership_id, "portion_id": lot.portion_id, "council_code": lot.council, "pence": pence}
    offer = IdleOffer.objects.create(state=step(IDLE, NEW, "offer"), offered_at=at, goes_home_on=goes, **fields)
    return _note(offer, "offered", None, at)


def _warn(offer: IdleOffer, at: datetime) -> int:
    """A week before it goes; when nothing ran for long, a week from now, so that nobody's money goes untold."""
    offer.warned_at, offer.goes_home_on = at, max(offer.goes_home_on, london_date(at) + timedelta(days=WARN_DAYS))
    offer.save(update_fields=["warned_at", "goes_home_on"])
    return _note(offer, "warned", None, at)


def _send(offer: IdleOffer, pence: int, by: Person | None, at: datetime) -> int:
    place, portion = Membership.objects.get(pk=offer.membership_id), Portion.objects.select_related("holder", "budget").get(pk=offer.portion_id)
    if by is not None:
        row = withdraw(membership=place, portion=portion, pence=pence, by=by, at=at)
    else:
        home = send_home(membership=place, portion=portion, most_pence=pence, at=at)
        if home is None:
            return _end(offer, "use_up", at)
        row = home
    offer.state, offer.withdrawal, offer.pence, offer.ended_at = step(IDLE, offer.state, "send"), row, row.pence, at
    offer.save(update_fields=["state", "withdrawal", "pence", "ended_at"])
    return _note(offer, "sent", by, at)


def _end(offer: IdleOffer, verb: str, at: datetime) -> int:
    offer.state, offer.ended_at = step(IDLE, offer.state, verb), at
    offer.save(update_fields=["state", "ended_at"])
    return 1


def _note(offer: IdleOffer, what: str, by: Person | None, at: datetime) -> int:
    detail = {"pence": offer.pence, "membership": offer.membership_id, "portion": offer.portion_id}
    council = offer.council_code
    trail.write(by=by, verb=f"pooling.idle_{what}", about_kind="idleoffer", about_id=offer.pk, at=at, council_code=council, detail=detail)
    payload = {"offer": offer.pk, "what": what, "pence": offer.pence}
    facts.record(kind="pooling.money_is_idle", subject=f"idle:{offer.pk}", payload=payload, at=at, council_code=council)
    return 1


# --- what its owner says ---


@all_or_nothing
def keep_here(*, offer: IdleOffer, by: Person, at: datetime) -> IdleOffer:
    """It stays until its day; they are not asked again about it. Raises NotAllowed, NotNow."""
    row = _locked(offer, by, at)
    row.state = step(IDLE, row.state, "keep")
    row.save(update_fields=["state"])
    detail = {"pence": row.pence, "goes_home_on": str(row.goes_home_on)}
    trail.write(by=by, verb="pooling.idle_kept", about_kind="idleoffer", about_id=row.pk, at=at, council_code=row.council_code, detail=detail)
    return row


@all_or_nothing
def send_back(*, offer: IdleOffer, by: Person, at: datetime) -> IdleOffer:
    """What is idle of it goes home now; less, if some was used meanwhile. Raises NotAllowed, NotNow, NotThatMuchFree."""
    row = _locked(offer, by, at)
    step(IDLE, row.state, "send")
    free = selectors.free_of_debt(row.membership_id, row.portion_id, row.council_code)
    _send(row, min(row.pence, max(free, 0)), by, at)
    return row


def _locked(offer: IdleOffer, by: Person, at: datetime) -> IdleOffer:
    place = Membership.objects.locked().select_related("person").get(pk=offer.membership_id)
    row = IdleOffer.objects.locked().select_related("portion__holder").get(pk=offer.pk)
    if not policies.may_send_home(by=by, membership=place, portion=row.portion, at=at):
        raise NotAllowed
    return row
