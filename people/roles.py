"""Roles are rows: who may do what, where, from when to when. One question, asked by every room's policies."""

from datetime import datetime

from django.db.models import QuerySet

from audit.kept import answers
from people.models import Organisation, Person, Role

FACILITATOR, COMMISSIONER, HOLDER_STAFF, OPERATOR = "facilitator", "commissioner", "holder_staff", "operator"


def has_role(
    person: Person | None, kind: str, *, council_code: str | None = None, organisation: Organisation | int | None = None, at: datetime
) -> bool:
    """Whether the person holds a live role of this kind; in that council and for that organisation, when they are named.

    An operator's role without a council counts in every council.
    """
    if person is None or not person.is_active:
        return False
    roles = Role.objects.live(at).filter(person=person, kind=kind)
    if council_code is not None:
        roles = roles.filter(council_code__in=["", council_code] if kind == OPERATOR else [council_code])
    if organisation is not None:
        roles = roles.filter(organisation=organisation)
    return roles.exists()


def organisations_of(person: Person | None, *, at: datetime) -> list[Organisation]:
    """The holders that this person works for now."""
    if person is None or not person.is_active:
        return []
    return answers(_organisations, person, at)


def _organisations(person: Person, at: datetime) -> QuerySet[Organisation]:
    return Organisation.objects.filter(roles__in=Role.objects.live(at).filter(person=person, kind=HOLDER_STAFF)).distinct()


def councils_of(person: Person | None, kind: str, *, at: datetime) -> list[str]:
    """The GSS codes of the councils where this person holds this role now, in order."""
    if person is None or not person.is_active:
        return []
    return sorted(set(Role.objects.live(at).filter(person=person, kind=kind).values_list("council_code", flat=True)))
