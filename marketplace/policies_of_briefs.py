"""Who may write, look over, publish and answer for a brief."""

from datetime import datetime

from django.db.models import Q

from marketplace.models import Brief
from people.models import Person, Role
from people.policies import may_act_for
from pooling.models import Cluster, Pledge
from providers.models import Enterprise


def speaks_in(*, by: Person, cluster: Cluster, at: datetime) -> bool:
    """In the group, or acts for somebody in it where groups are concerned."""
    places = cluster.memberships.inside().select_related("person")
    return any(may_act_for(by=by, person=place.person, decision="groups", at=at) for place in places)


def helps(*, by: Person, cluster: Cluster) -> bool:
    """The one who helps this group."""
    return by.is_active and cluster.facilitator_id == by.pk


def sells_this(*, by: Person, category: str) -> bool:
    """Owns or works for a provider of this kind of help: they do not write what providers are asked (abuse.md 5)."""
    theirs = Q(owner=by) | Q(workers__person=by, workers__state="active")
    return Enterprise.objects.filter(theirs, listings__category__slug=category).exists()


def may_write(*, by: Person, cluster: Cluster, category: str, at: datetime) -> bool:
    """The one who helps the group, or somebody in it; nobody who sells this kind of help."""
    inside = helps(by=by, cluster=cluster) or speaks_in(by=by, cluster=cluster, at=at)
    return inside and not sells_this(by=by, category=category)


def may_check(*, by: Person, brief: Brief, at: datetime) -> bool:
    """The one who helps the group; in a group without one, somebody in it."""
    if sells_this(by=by, category=brief.category):
        return False
    if brief.cluster.facilitator_id is None:
        return speaks_in(by=by, cluster=brief.cluster, at=at)
    return helps(by=by, cluster=brief.cluster)


def looks_after_money(*, by: Person, brief: Brief, at: datetime) -> bool:
    """Works for who looks after money that somebody promised this group."""
    holders = Pledge.objects.live().filter(membership__in=brief.payers.values("membership")).values("portion__holder")
    return Role.objects.live(at).filter(person=by, kind=Role.Kind.HOLDER_STAFF, organisation__in=holders).exists()


def may_look_over(*, by: Person, brief: Brief, at: datetime) -> bool:
    """The second pair of eyes, who may return or publish it: who helps the group, who looks after a payer's money, or, where the one who helps

    wrote it or there is none, somebody in the group. Never who wrote it, never somebody who sells this.
    """
    if by.pk == brief.written_by_id or sells_this(by=by, category=brief.category):
        return False
    cluster = brief.cluster
    if helps(by=by, cluster=cluster) or looks_after_money(by=by, brief=brief, at=at):
        return True
    return cluster.facilitator_id in {None, brief.written_by_id} and speaks_in(by=by, cluster=cluster, at=at)


def may_return(*, by: Person, brief: Brief, at: datetime) -> bool:
    """Sends it back to be written again: either pair of eyes."""
    return may_look_over(by=by, brief=brief, at=at) or may_check(by=by, brief=brief, at=at)


def may_answer_providers(*, by: Person, brief: Brief, at: datetime) -> bool:
    """The one who helps the group, or somebody in it."""
    return may_write(by=by, cluster=brief.cluster, category=brief.category, at=at)
