"""Somebody stops paying for an agreement that goes on for others: because they leave the group, or by their own notice (state-machines.md S5).

What the provider may still bill for them ends with the last week that begins by their last day. The others are asked; nobody's price rises by itself.
"""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import Agreement, Milestone, MilestoneShare, Payer, Visit
from marketplace.rules.dates import LONDON, last_day_of_notice
from marketplace.rules.tables import NotNow
from marketplace.selectors.exits import LIVE
from marketplace.services import ceilings, ending, exit_terms, keep_going, money, rounds
from marketplace.services.funding import drop_share, drop_week, fall_short, locked_shares, locked_week, uncover_now
from marketplace.services.writing import log, tell
from payments.services.one_by_one import one_by_one
from people.models import Person
from pooling.models import Leaving, Membership
from pooling.services.transactions import all_or_nothing


@all_or_nothing
def leaving_began(*, membership_id: int, until: date, at: datetime) -> int:
    """`pooling`: somebody is out of their group from `until` on. Returns how many agreements that touches. Safe to repeat."""
    membership = Membership.objects.get(pk=membership_id)
    last_day = until - timedelta(days=1)
    touched = 0
    for agreement_id in _live_agreements(membership_id):
        agreement, payer = _lock(agreement_id, membership_id)
        if payer is None or (payer.leaves_on is not None and payer.leaves_on <= last_day):
            continue
        exit_terms.set_last_day(payer=payer, agreement=agreement, last_day=last_day, at=at)
        keep_going.start(agreement=agreement, why="stopped", at=at)
        rounds.ask_others(agreement=agreement, at=at)
        touched += 1
    exit_terms.record(membership=membership, until=until, at=at)
    return touched


@all_or_nothing
def leaving_taken_back(*, membership_id: int, until: date, at: datetime) -> int:
    """They stay: what the others have not all agreed to yet is not asked any more. What they have agreed to stands. Safe to repeat.

    `until`: the day on which they would have been out; an agreement they stopped themselves, from another day, stays stopped.
    """
    stayed = 0
    for agreement_id in _live_agreements(membership_id):
        agreement, payer = _lock(agreement_id, membership_id)
        if payer is None or payer.leaves_on != until - timedelta(days=1):
            continue
        if not agreement.together or _is_in_weeks_after(payer):
            exit_terms.set_last_day(payer=payer, agreement=agreement, last_day=None, at=at)
            for change in agreement.changes.asking().filter(kind="payers").select_for_update(of=("self",)):
                rounds.end(change=change, verb="take_back", reason="They stay.", by=None, at=at)
            if agreement.payers.leaving().exists():
                rounds.ask_others(agreement=agreement, at=at)
            stayed += 1
    return stayed


@all_or_nothing
def left(*, membership_id: int, at: datetime) -> int:
    """Their day has come: what is held or asked for weeks that are not theirs is theirs again. Returns how many agreements. Safe to repeat."""
    gone = 0
    for agreement_id in _live_agreements(membership_id):
        agreement, payer = _lock(agreement_id, membership_id)
        if payer is not None and payer.leaves_on is not None:
            _go(agreement, payer, at)
            gone += 1
    return gone


@all_or_nothing
def stop(*, agreement: Agreement, membership: Membership, by: Person, at: datetime) -> Agreement:
    """One of several payers stops, with the notice that was signed, and stays in the group. Raises NotAllowed, NotNow."""
    row, payer = _lock(agreement.pk, membership.pk)
    if payer is None or not policies.may_sign_for(by=by, payer=payer, at=at):
        raise NotAllowed("Only the person who pays can stop, or somebody who may decide for them.")
    if row.state not in LIVE or payer.leaves_on is not None:
        raise NotNow("You have said already that you stop, or these visits are over.")
    if row.payers.signed().count() == 1:
        ending.end_early(agreement=row, reason="", by=by, at=at)
        return row
    last_day = last_day_of_notice(at.astimezone(LONDON).date(), row.notice_days)
    log(by=by, verb="stop_part", row=row, at=at, on_behalf_of=payer.person, payer=payer.pk)
    exit_terms.set_last_day(payer=payer, agreement=row, last_day=last_day, at=at)
    rounds.ask_others(agreement=row, at=at)
    return row


@all_or_nothing
def group_ends(*, cluster_id: int, at: datetime) -> int:
    """The group ends: its running agreements end with the notice that was signed. Returns how many. Safe to repeat."""
    rows = Agreement.objects.locked().filter(cluster_id=cluster_id, state__in=["active", "suspended"]).select_related("enterprise").order_by("pk")
    for row in rows:
        for change in row.changes.asking().select_for_update(of=("self",)):
            rounds.end(change=change, verb="take_back", reason="The group ends.", by=None, at=at)
        ending.give_notice(agreement=row, reason="The group ends.", by=None, at=at)
    return len(rows)


def group_stopped(*, cluster_id: int, at: datetime) -> None:
    """The group's money is stopped for now: what each wrote down for such a day counts. Visits that are covered go on."""
    for row in Agreement.objects.filter(cluster_id=cluster_id, state="active").order_by("pk"):
        keep_going.start(agreement=row, why="suspended", at=at)


def advance_due(*, at: datetime) -> int:
    """Those whose last day is over are out; who leaves the group gets a last day. Returns how many moved."""
    today = at.astimezone(LONDON).date()
    unheard = _not_heard_of().order_by("pk").values_list("membership_id", "until")
    moved = one_by_one(unheard, lambda row: leaving_began(membership_id=row[0], until=row[1], at=at))
    due = Payer.objects.leaving().filter(leaves_on__lt=today, agreement__state__in=LIVE).order_by("agreement_id", "pk")
    return moved + one_by_one(due.values_list("agreement_id", "membership_id"), lambda pair: _go_in_time(*pair, today, at))


def _not_heard_of() -> QuerySet[Leaving]:
    """Leavings of people who pay for what runs without a last day in it: they said so before it ran, or before they took a place in it.

    One whose appeal is open is none: until it is answered they stay.
    """
    payers = Payer.objects.signed().filter(leaves_on__isnull=True, agreement__state__in=LIVE)
    return Leaving.objects.exclude(state="taken_back").exclude(removal__state="appealed").filter(membership__in=payers.values("membership"))


@all_or_nothing
def _go_in_time(agreement_id: int, membership_id: int, today: date, at: datetime) -> int:
    agreement, payer = _lock(agreement_id, membership_id)
    if payer is None or payer.leaves_on is None or payer.leaves_on >= today:
        return 0
    _go(agreement, payer, at)
    return 1


def _live_agreements(membership_id: int) -> list[int]:
    rows = Payer.objects.signed().filter(membership_id=membership_id, agreement__state__in=LIVE)
    return list(rows.order_by("agreement_id").values_list("agreement_id", flat=True))


def _lock(agreement_id: int, membership_id: int) -> tuple[Agreement, Payer | None]:
    agreement = Agreement.objects.locked().select_related("enterprise", "cluster").get(pk=agreement_id)
    related = ("person", "membership", "earmark", "agreement__enterprise")
    payer = Payer.objects.locked().signed().select_related(*related).filter(agreement_id=agreement_id, membership_id=membership_id).first()
    return agreement, payer


def _is_in_weeks_after(payer: Payer) -> bool:
    """Whether the others have not agreed to weeks without them yet."""
    shares = MilestoneShare.objects.filter(payer=payer, milestone__starts_on__gt=payer.leaves_on).exclude(milestone__state="cancelled")
    return not shares.filter(state="dropped").exists()


def _go(agreement: Agreement, payer: Payer, at: datetime) -> None:
    later = Milestone.objects.filter(agreement=agreement, starts_on__gt=payer.leaves_on).order_by("pk").values_list("pk", flat=True)
    for pk in later:
        _leave_week(pk, payer, at)
    payer.state = Payer.State.STOPPED
    payer.save(update_fields=["state"])
    ceilings.lower(payer=payer, at=at)
    log(by=None, verb="payer_stopped", row=agreement, at=at, payer=payer.pk)
    tell(kind="payer_stopped", row=agreement, at=at, payer=payer.pk)
    if not agreement.payers.signed().exists() and agreement.state != Agreement.State.ENDING:
        last_day = payer.leaves_on or at.astimezone(LONDON).date()
        ending.begin_end(agreement=agreement, reason="Nobody pays for this any more.", last_day=last_day, by=None, at=at)


def _leave_week(pk: int, payer: Payer, at: datetime) -> None:
    week = locked_week(pk)
    shares = locked_shares(week)
    is_open = week.state in {"planned", "funding_due", "short"}
    for share in [one for one in shares if one.payer_id == payer.pk]:
        if is_open and share.state == MilestoneShare.State.COVERED and share.hold is None:
            # What they paid covers no part of the week any more, and the provider has a say about what is missing.
            uncover_now(share, at)
        if share.state == MilestoneShare.State.PLANNED:
            drop_share(share=share, by=None, at=at)
            if not week.agreement.together:
                week.left_out_pence += share.pence
        elif share.state == MilestoneShare.State.COVERED:
            _give_back(share, at)
    week.save(update_fields=["left_out_pence"])
    if is_open and not any(one.state in {"planned", "covered"} for one in shares):
        drop_week(milestone=week, shares=shares, by=None, at=at)
    elif week.state == Milestone.State.FUNDING_DUE and week.agreement.together:
        fall_short(week, shares, at)


def _give_back(share: MilestoneShare, at: datetime) -> None:
    """What is held is theirs again; an order is not needed; nobody comes to them alone."""
    own = Visit.objects.filter(milestone=share.milestone, payer=share.payer, state=Visit.State.PLANNED)
    own.update(state=Visit.State.CALLED_OFF, called_off_at=at)
    money.give_back(share=share, verb="give_back", by=None, at=at)
