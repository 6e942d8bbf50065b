"""Who may run an enterprise's page, and who may say that its papers are right."""

from people.models import Person
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
    return Enterprise.objects.filter(pk=enterprise.pk).linked_to(person).exists()


def is_close_to_payee(*, person: Person, owner: str) -> bool:
    """`is_linked`, of whoever is paid under this name ("enterprise:5"). For `payments`, which knows no providers: settings.CLOSE_TO_PAYEE."""
    kind, _, number = owner.partition(":")
    return kind == "enterprise" and Enterprise.objects.filter(pk=int(number)).linked_to(person).exists()


def may_judge_check(*, by: Person | None, check: Check) -> bool:
    """An operator who did not ask for it and has no link to the enterprise (abuse.md 8). The first of two may still refuse it, not confirm it."""
    return by is not None and by.is_operator and by.pk != check.asked_by_id and not is_linked(person=by, enterprise=check.enterprise)
