"""Who may do what in this room. `by` None is the system, which these never let through: services say where the system acts."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from people.models import Person
from people.policies import decided_for, may_act_for
from people.roles import has_role
from pooling.models import Budget, Cluster, Membership, Portion, Removal, Statement
from pooling.querysets.deciding import stoppable_by


def may_decide(*, by: Person | None, person: Person, decision: str, at: datetime) -> bool:
    """The person, or a supporter whose authority names this decision (budgets, groups, promises, payments)."""
    return by is not None and may_act_for(by=by, person=person, decision=decision, at=at)


def works_for_holder(*, by: Person | None, portion: Portion, at: datetime) -> bool:
    """Works for the organisation that looks after this portion."""
    return by is not None and portion.holder is not None and has_role(by, "holder_staff", organisation=portion.holder, at=at)


def may_record_budget(*, by: Person | None, person: Person, at: datetime) -> bool:
    """The person, a supporter for budgets, or a facilitator of their council. Recording makes nothing surer."""
    if may_decide(by=by, person=person, decision="budgets", at=at):
        return True
    return by is not None and has_role(by, "facilitator", council_code=person.council_code, at=at)


def may_vouch(*, by: Person | None, budget: Budget, level: str, at: datetime) -> bool:
    """`seen`: a facilitator of that council, or an operator. `confirmed`: who works for the funder: a holder of one of its portions, or the council.

    Never whoever may decide about that budget (state-machines.md 1; abuse.md 18).
    """
    if by is None or may_decide(by=by, person=budget.person, decision="budgets", at=at):
        return False
    if level == "seen":
        return by.is_operator or has_role(by, "facilitator", council_code=budget.council_code, at=at) or _works_for_funder(by, budget, at)
    return level == "confirmed" and _works_for_funder(by, budget, at)


def _works_for_funder(by: Person, budget: Budget, at: datetime) -> bool:
    if any(works_for_holder(by=by, portion=portion, at=at) for portion in budget.portions.select_related("holder")):
        return True
    roles = by.roles.live(at).filter(kind="holder_staff", organisation__kind="council", organisation__council_code=budget.council_code)
    return roles.exists()


def is_in(*, by: Person | None, cluster: Cluster) -> bool:
    """In the group now."""
    return by is not None and cluster.memberships.inside().of(by).exists()


def is_facilitator_of(*, by: Person | None, cluster: Cluster) -> bool:
    """The facilitator that this group chose."""
    return by is not None and by.is_active and cluster.facilitator_id == by.pk


def may_invite(*, by: Person | None, cluster: Cluster) -> bool:
    """Somebody in the group, or its facilitator; the group decides in either case."""
    return is_in(by=by, cluster=cluster) or is_facilitator_of(by=by, cluster=cluster)


def may_pay(*, by: Person | None, membership: Membership, portion: Portion, at: datetime) -> bool:
    """Own money: the person or a supporter for payments. Money somebody looks after: whoever works for them."""
    if portion.is_held:
        return works_for_holder(by=by, portion=portion, at=at)
    return may_decide(by=by, person=membership.person, decision="payments", at=at)


def may_send_home(*, by: Person | None, membership: Membership, portion: Portion, at: datetime) -> bool:
    """Sending free money back to where it came from: whoever may pay it in, or the person it is for."""
    paying = may_pay(by=by, membership=membership, portion=portion, at=at)
    return paying or may_decide(by=by, person=membership.person, decision="payments", at=at)


def may_end_place(*, by: Person | None, membership: Membership, at: datetime) -> bool:
    """Saying that somebody's budget ended, that they died or moved: who looks after any of their money; where nobody does, the council's own
    money team. Never whoever may decide for that person, and never who plans for a council: they see no names.
    """
    return bool(places_to_end(by=by, places=[membership], at=at))


def places_to_end(*, by: Person | None, places: Collection[Membership], at: datetime) -> set[int]:
    """As `may_end_place`, of many: those of these places, by number, that they may end. Three queries."""
    if by is None or not by.is_active:
        return set()
    people = {place.pk: place.person_id for place in places}
    holders: dict[int, set[int | None]] = defaultdict(set)
    for person, holder in Portion.objects.filter(budget__person__in=people.values(), holder__isnull=False).values_list(
        "budget__person_id", "holder_id"
    ):
        holders[person].add(holder)
    mine = [role.organisation for role in by.roles.live(at).filter(kind="holder_staff").select_related("organisation") if role.organisation]
    work_for, councils = {one.pk for one in mine}, {one.council_code for one in mine if one.kind == "council"}
    own = {by.pk} | decided_for(by=by, people=people.values(), decision="groups", at=at)
    in_council = {place.pk for place in places if place.council_code in councils}
    return {pk for pk, person in people.items() if person not in own and (holders[person] & work_for if holders[person] else pk in in_council)}


def may_resolve(*, by: Person | None, statement: Statement, person: Person, at: datetime) -> bool:
    """Answering a question about a statement: an operator, or who looks after a part of that money; never the person or who decides for them."""
    if by is None or not by.is_active or by.pk == person.pk or may_decide(by=by, person=person, decision="payments", at=at):
        return False
    parts = statement.parts.select_related("portion__holder")
    return by.is_operator or any(works_for_holder(by=by, portion=part.portion, at=at) for part in parts)


def may_answer_appeal(*, by: Person | None, removal: Removal, membership: Membership, at: datetime) -> bool:
    """An operator with no interest: not in the group, nor who helps it, nor who asked for it, nor who decides for the person."""
    if by is None or not by.is_operator or by.pk == removal.asked_by_id:
        return False
    sides = (is_in(by=by, cluster=membership.cluster), is_facilitator_of(by=by, cluster=membership.cluster))
    return not any(sides) and not may_decide(by=by, person=membership.person, decision="groups", at=at)


def may_stop_group(*, by: Person | None, cluster: Cluster, at: datetime) -> bool:
    """An operator, or who works for an organisation that looks after money promised to the group; nobody with a place in it, nor its facilitator."""
    return stoppable_by(by, at=at).filter(pk=cluster.pk).exists()


def may_give_up(*, by: Person | None, cluster: Cluster, at: datetime) -> bool:
    """Giving up a group that never began: its facilitator, or who may decide for the only person in it."""
    inside = list(cluster.memberships.inside().select_related("person"))
    alone = len(inside) == 1 and may_decide(by=by, person=inside[0].person, decision="groups", at=at)
    return alone or is_facilitator_of(by=by, cluster=cluster)
