"""Stopping a group for a while, giving one up before it began, and how one ends (state-machines.md 2).

Stopped, no money leaves the group for a provider and nobody can say a new yes in it; visits that are covered go on, and nothing stops a
person's own money from going home. A group that ends is over when every penny of everybody in it is where it belongs.
"""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from ledger import selectors as book
from payments.services.one_by_one import one_by_one
from people.models import Approval, Person
from people.services import approvals
from places.calendar import add_working_days
from pooling import policies, selectors
from pooling.models import Cluster, Membership, Portion, Proposal
from pooling.rules import CLUSTER, MEMBERSHIP_FINAL, MEMBERSHIP_IN, MOST_LETTERS, PLEDGE, NotNow, step
from pooling.services.membership_records import end_place
from pooling.services.shares import send_home
from pooling.services.transactions import all_or_nothing

FROZEN_WORKING_DAYS = 3
ALONE_DAYS = 30
UNFREEZE = "pooling.unfreeze"
State = Cluster.State
LEAVES = frozenset({"notice", "removal_notice", "settling", "statement_sent", "queried"})
GOING_HOME = ("SHARE", "PENDING", "LEAVING", "REFUND")


class SayWhy(Refusal):
    code = "say_why"
    sentence = "Say why, in a few words. It is kept, and the people in the group read it."
    field = "reason"


class SecondPersonNeeded(NotAllowed):
    code = "second_person_needed"
    sentence = "You did the last step, so another person must do this one."


class MoneyIsHere(Refusal):
    code = "money_is_here"
    sentence = "Some money is still here, or on its way. Wait until it is home. Then you can give the group up."


@all_or_nothing
def freeze(*, cluster: Cluster, reason: str, by: Person, at: datetime) -> Cluster:
    """Stops a group over a worry about somebody's safety or about fraud, for three working days. Who is in it is told.

    `by`: an operator, or who works for an organisation that looks after money promised to it; nobody in the group.
    Raises NotAllowed, SayWhy, NotNow.
    """
    row = _locked(cluster)
    _may_stop(row, by, at)
    state = step(CLUSTER, row.state, "freeze")
    if not reason.strip():
        raise SayWhy
    list(row.memberships.locked().order_by("pk"))  # a payment that began before this ends first; those after it see that it is stopped
    row.frozen_at, row.freeze_reason = at, reason.strip()[:MOST_LETTERS]
    # A yes to its going on was asked for while it was stopped for something else.
    approvals.lapse(what=UNFREEZE, about_kind="cluster", about_id=row.pk, at=at)
    _keep_frozen(row, state, by, at)
    _move(row, state, "freeze", by, at)
    _tell(row, kind="pooling.group_frozen", at=at)
    return row


@all_or_nothing
def renew(*, cluster: Cluster, by: Person, at: datetime) -> Cluster:
    """Another person than who did the last step keeps it stopped for three more working days. Raises NotAllowed, SecondPersonNeeded, NotNow."""
    row = _locked(cluster)
    _may_stop(row, by, at)
    state = step(CLUSTER, row.state, "renew")
    if row.frozen_by_id == by.pk:
        raise SecondPersonNeeded
    _keep_frozen(row, state, by, at)
    _move(row, state, "renew", by, at)
    return row


def _keep_frozen(row: Cluster, state: str, by: Person, at: datetime) -> None:
    days = add_working_days(london_date(at), FROZEN_WORKING_DAYS) - london_date(at)
    row.state, row.frozen_until, row.frozen_by = state, at + days, by


@all_or_nothing
def propose_unfreeze(*, cluster: Cluster, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two people says that the group may go on. Nothing changes yet. Raises NotAllowed, NotNow, ReasonIsMissing."""
    row = _locked(cluster)
    _may_stop(row, by, at)
    step(CLUSTER, row.state, "unfreeze")
    return approvals.ask(what=UNFREEZE, about_kind="cluster", about_id=row.pk, by=by, reason=reason, at=at, council_code=row.council_code)


@all_or_nothing
def unfreeze(*, cluster: Cluster, by: Person, at: datetime) -> Cluster:
    """The second person agrees: the group goes on. Raises NotAllowed (also who asked), NeedsApproval (nobody asked), NotNow."""
    row = _locked(cluster)
    _may_stop(row, by, at)
    state = step(CLUSTER, row.state, "unfreeze")
    rows = Approval.objects.about(UNFREEZE, "cluster", row.pk).open(at).order_by("-pk")
    asked = rows.exclude(asked_by=by).first() or rows.first()
    if asked is None:
        raise approvals.NeedsApproval
    approvals.give(approval=asked, by=by, at=at, room_says_may=True)
    approvals.require(what=UNFREEZE, about_kind="cluster", about_id=row.pk, at=at)
    _move(row, state, "unfreeze", by, at)
    return row


@all_or_nothing
def end_frozen(*, cluster: Cluster, reason: str, by: Person, at: datetime) -> Cluster:
    """Who looks after the money, or an operator, ends a group that is stopped. Another than who stopped it. Raises NotAllowed, SayWhy, NotNow."""
    row = _locked(cluster)
    _may_stop(row, by, at)
    if row.state != State.FROZEN:
        raise NotNow
    if row.frozen_by_id == by.pk:
        raise SecondPersonNeeded
    if not reason.strip():
        raise SayWhy
    _wind_down(row, by, at)
    return row


def wind_down_decided(*, proposal: Proposal, at: datetime) -> None:
    """The group decided to end. Raises NotNow where it ended, or was stopped, meanwhile."""
    row = _locked(proposal.cluster)
    if row.state != State.ACTIVE:
        raise NotNow("Your group was stopped, or ended, before this could be done.")
    _wind_down(row, None, at)


def _wind_down(row: Cluster, by: Person | None, at: datetime) -> None:
    state = step(CLUSTER, row.state, "wind_down")
    row.ending_since = at
    _move(row, state, "wind_down", by, at)
    _end_asked_in(row, at)
    _tell(row, kind="pooling.group_ending", at=at)


def _end_asked_in(row: Cluster, at: datetime) -> None:
    """Whoever asked to join, or was asked, hears that there is no group to join."""
    verbs = {"proposed": "reject", "applied": "reject", "invited": "expire"}
    for place in row.memberships.locked().filter(state__in=verbs).select_related("person").order_by("pk"):
        end_place(membership=place, verb=verbs[place.state], at=at, reason="The group has ended.")


@all_or_nothing
def abandon(*, cluster: Cluster, by: Person, at: datetime) -> Cluster:
    """Gives up a group that never began. Free money goes home; with any held or on its way, nothing is done.

    `by`: the facilitator, or who started it while nobody else is in. Raises NotAllowed, MoneyIsHere, NotNow.
    """
    row = _locked(cluster)
    if not policies.may_give_up(by=by, cluster=row, at=at):
        raise NotAllowed
    state = step(CLUSTER, row.state, "abandon")
    places = _places(row)
    _send_home(places, at)
    if any(_is_unsettled(place) for place in places):
        raise MoneyIsHere
    _end_places(places, at)
    _end_asked_in(row, at)
    row.ended_at = at
    _move(row, state, "abandon", by, at)
    return row


def advance_due(*, at: datetime) -> int:
    """What the clock does: a stop runs out, a group of one ends after 30 days, one that ends sends money home and closes. How many moved."""
    stopped = Cluster.objects.filter(state=State.FROZEN, frozen_until__lte=at)
    moved = one_by_one(stopped.values_list("pk", flat=True), lambda pk: _run_out(pk, at))
    lonely = Q(inside__lt=2) & (Q(alone_since__isnull=True) | Q(alone_since__lte=at - timedelta(days=ALONE_DAYS)))
    inside = Count("memberships", filter=Q(memberships__state__in=MEMBERSHIP_IN))
    active = Cluster.objects.groups().filter(state=State.ACTIVE).annotate(inside=inside)
    changed = active.filter(lonely | Q(inside__gte=2, alone_since__isnull=False))
    moved += one_by_one(changed.values_list("pk", flat=True), lambda pk: _look_at_size(pk, at))
    ending = Cluster.objects.filter(state=State.WINDING_DOWN)
    return moved + one_by_one(ending.values_list("pk", flat=True), lambda pk: _close(pk, at))


@all_or_nothing
def _run_out(pk: int, at: datetime) -> int:
    row = _locked(Cluster(pk=pk))
    if row.state != State.FROZEN or row.frozen_until is None or row.frozen_until > at:
        return 0
    _move(row, step(CLUSTER, row.state, "run_out"), "run_out", None, at)
    return 1


@all_or_nothing
def _look_at_size(pk: int, at: datetime) -> int:
    row = _locked(Cluster(pk=pk))
    if row.state != State.ACTIVE:
        return 0
    if row.memberships.inside().count() >= 2:
        row.alone_since = None
    elif row.alone_since is None:
        row.alone_since = at
    elif row.alone_since <= at - timedelta(days=ALONE_DAYS):
        _wind_down(row, None, at)
        return 1
    else:
        return 0
    row.save(update_fields=["alone_since"])
    return 1


@all_or_nothing
def _close(pk: int, at: datetime) -> int:
    row = _locked(Cluster(pk=pk))
    if row.state != State.WINDING_DOWN:
        return 0
    places = _places(row)
    sent = _send_home(places, at)
    if any(_is_unsettled(place) for place in places):
        return sent
    _end_places(places, at)
    row.ended_at = at
    _move(row, step(CLUSTER, row.state, "close"), "close", None, at)
    return 1


def _places(row: Cluster) -> list[Membership]:
    """Everybody whose money may still be here: also of those who left."""
    return list(row.memberships.locked().exclude(strand__isnull=True).select_related("person").order_by("pk"))


def _send_home(places: list[Membership], at: datetime) -> int:
    """Free money of those who are in and have nothing on any more; whoever is leaving gets theirs by their statement."""
    sent = 0
    for place in places:
        if place.state in MEMBERSHIP_IN and not selectors.has_something_on(place):
            for portion in Portion.objects.filter(pledges__membership=place).distinct().order_by("pk"):
                free = selectors.free_share(place.pk, portion.pk, portion.council_code)
                sent += free > 0 and send_home(membership=place, portion=portion, most_pence=free, at=at) is not None
    return sent


def _is_unsettled(place: Membership) -> bool:
    """Something of theirs is still in the group: held, free, on its way; or they are leaving it, and their own statement ends that."""
    money = book.balances(codes=GOING_HOME, owner_prefix=f"member:{place.pk}/", with_money=True)
    return place.state in LEAVES or bool(money) or selectors.has_something_on(place)


def _end_places(places: list[Membership], at: datetime) -> None:
    for place in places:
        if place.state in MEMBERSHIP_FINAL:
            continue
        for pledge in place.pledges.live().locked():
            pledge.state = step(PLEDGE, pledge.state, "cancel")
            pledge.save(update_fields=["state"])
        end_place(membership=place, verb="group_closes", at=at)


def _locked(cluster: Cluster) -> Cluster:
    return Cluster.objects.locked().get(pk=cluster.pk)


def _may_stop(row: Cluster, by: Person, at: datetime) -> None:
    if not policies.may_stop_group(by=by, cluster=row, at=at):
        raise NotAllowed


def _move(row: Cluster, state: str, verb: str, by: Person | None, at: datetime) -> None:
    row.state = state
    row.save()
    trail.write(by=by, verb=f"pooling.group_{verb}", about_kind="cluster", about_id=row.pk, at=at, council_code=row.council_code)


def _tell(row: Cluster, *, kind: str, at: datetime) -> None:
    facts.record(kind=kind, subject=f"cluster:{row.pk}", payload={"cluster": row.pk}, at=at, council_code=row.council_code)
