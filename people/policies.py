"""Who may: act for somebody, say how sure we are of them, give an approval, sign in without a second factor."""

from collections.abc import Iterable
from datetime import datetime

from people.models import Approval, Organisation, Person, Supporter
from people.roles import COMMISSIONER, FACILITATOR, HOLDER_STAFF, OPERATOR, has_role
from people.rules import DECISIONS


def may_act_for(*, by: Person | None, person: Person, decision: str, at: datetime) -> bool:
    """True for oneself; for a supporter when the person's record names this decision and has begun.

    `decision`: budgets, groups, promises, payments, visits. A supporter `beside` decides nothing. The system decides for nobody.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision!r} is not a decision that a supporter can be given")
    if by is None or not by.is_active:
        return False
    return by.pk == person.pk or bool(decided_for(by=by, people=[person.pk], decision=decision, at=at))


def decided_for(*, by: Person, people: Iterable[int], decision: str, at: datetime) -> set[int]:
    """Those of these people, by number, for whom this supporter may make this decision now. One query."""
    records = Supporter.objects.live(at).filter(person__in=people, supporter=by, kind=Supporter.Kind.FOR, decisions__contains=[decision])
    return set(records.values_list("person_id", flat=True))


def may_vouch(*, by: Person | None, person: Person, level: str, at: datetime) -> bool:
    """`seen`: a facilitator of the person's council, or an operator. `confirmed`: who works for a funder there. Never oneself."""
    if by is None or not by.is_active or by.pk == person.pk:
        return False
    if level == "seen":
        return by.is_operator or has_role(by, FACILITATOR, council_code=person.council_code, at=at)
    return level == "confirmed" and has_role(by, HOLDER_STAFF, council_code=person.council_code, at=at)


def may_confirm_supporter(*, by: Person | None, supporter: Supporter, at: datetime) -> bool:
    """Beside: the person themselves. For: an operator, or who works for a funder there; never who would gain by it."""
    if by is None or not by.is_active or by.pk == supporter.supporter_id:
        return False
    if supporter.kind == Supporter.Kind.BESIDE and by.pk == supporter.person_id:
        return True
    return by.pk != supporter.person_id and (by.is_operator or has_role(by, HOLDER_STAFF, council_code=supporter.person.council_code, at=at))


def may_answer_approval(*, by: Person | None, approval: Approval, at: datetime) -> bool:
    """Not who asked; an operator, or who works for the council it concerns. Rooms ask for more: that they have no interest in it."""
    if by is None or not by.is_active or by.pk == approval.asked_by_id:
        return False
    if by.is_operator:
        return True
    councils = Organisation.objects.filter(kind=Organisation.Kind.COUNCIL, council_code=approval.council_code)
    return bool(approval.council_code) and any(has_role(by, HOLDER_STAFF, organisation=council, at=at) for council in councils)


def may_give_roles(*, by: Person | None) -> bool:
    """Operators; None is the system, when an installation is set up."""
    return by is None or by.is_operator


NEED_SECOND_FACTOR = frozenset({OPERATOR, HOLDER_STAFF, COMMISSIONER})


def needs_second_factor(person: Person, *, at: datetime) -> bool:
    """Who sees other people's money or papers must show more than a password."""
    return person.is_staff or any(has_role(person, kind, at=at) for kind in NEED_SECOND_FACTOR)
