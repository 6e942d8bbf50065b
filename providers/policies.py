"""Who may run an enterprise's page, and who may say that its papers are right."""

from collections.abc import Iterable

from django.db.models import Q

from people.models import Person, Supporter
from providers.models import Check, Enterprise, Worker


def may_run(*, by: Person | None, enterprise: Enterprise) -> bool:
    """The owner."""
    return by is not None and by.is_active and by.pk == enterprise.owner_id


def may_show_paper(*, by: Person | None, enterprise: Enterprise, worker: Worker | None) -> bool:
    """The owner, the worker it is about, or an operator who types it in."""
    if by is None or not by.is_active:
        return False
    return may_run(by=by, enterprise=enterprise) or by.is_operator or (worker is not None and worker.person_id == by.pk)


def is_linked(*, person: Person, enterprise: Enterprise) -> bool:
    """Owns it, works or ever worked there, or helps or is helped by its owner."""
    return bool(linked_among(person=person, enterprises=[enterprise]))


def linked_among(*, person: Person, enterprises: Iterable[Enterprise]) -> set[int]:
    """Which of these this person is linked to, as `is_linked` says. Two queries at most, however many there are."""
    owners = {one.pk: one.owner_id for one in enterprises}
    found = {pk for pk, owner in owners.items() if owner == person.pk}
    if found == set(owners):
        return found
    found |= set(Worker.objects.filter(enterprise__in=owners, person=person).values_list("enterprise_id", flat=True))
    either_way = Q(person=person, supporter__in=owners.values()) | Q(supporter=person, person__in=owners.values())
    beside = Supporter.objects.filter(either_way, ends_at__isnull=True).values_list("person_id", "supporter_id")
    close = {pk for pair in beside for pk in pair if pk != person.pk}
    return found | {pk for pk, owner in owners.items() if owner in close}


def may_judge_check(*, by: Person | None, check: Check) -> bool:
    """An operator who did not ask for it and has no link to the enterprise (abuse.md 8)."""
    return by is not None and by.is_operator and by.pk != check.asked_by_id and not is_linked(person=by, enterprise=check.enterprise)
