"""Councils, the organisations that look after money, and the roles people hold."""

from datetime import datetime

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Council, Organisation, Person, Role
from people.policies import may_give_roles
from people.services import tokens


class RoleNeedsMore(Refusal):
    code = "role_needs_more"
    sentence = "Say where this person will do this: which council, and for staff of an organisation, which one."
    field = "organisation"


NEVER_BOTH: frozenset[str] = frozenset({Role.Kind.COMMISSIONER, Role.Kind.HOLDER_STAFF})
"""Whoever knows names must not read the counts in which they were hidden (abuse.md, "Data and control")."""


class RolesDoNotGoTogether(Refusal):
    """Planning for a council and looking after people's money there are for two people."""

    code = "roles_do_not_go_together"
    sentence = "One person can’t both plan for a council and look after people’s money there: hidden numbers could be joined to names."


def add_council(*, code: str, name: str, by: Person | None, at: datetime, day_phone: str = "", night_phone: str = "") -> Council:
    """A council by its GSS code. Adding it again updates its name and numbers."""
    if not may_give_roles(by=by):
        raise NotAllowed
    with transaction.atomic():
        council, _ = Council.objects.update_or_create(code=code, defaults={"name": name, "day_phone": day_phone, "night_phone": night_phone})
        trail.write(by=by, verb="people.add_council", about_kind="council", about_id=code, at=at, council_code=code)
    return council


def add_organisation(*, kind: str, name: str, council_code: str, by: Person | None, at: datetime, parent: Organisation | None = None) -> Organisation:
    """Somebody who may look after money for people: kind `isf_holder` or `council`. Adding the same name again gives the one there is."""
    if not may_give_roles(by=by):
        raise NotAllowed
    with transaction.atomic():
        organisation, is_new = Organisation.objects.get_or_create(council_code=council_code, name=name, defaults={"kind": kind, "parent": parent})
        if is_new:
            trail.write(by=by, verb="people.add_organisation", about_kind="organisation", about_id=organisation.pk, at=at, council_code=council_code)
    return organisation


def give_role(
    *, person: Person, kind: str, by: Person | None, at: datetime, organisation: Organisation | None = None, council_code: str = ""
) -> Role:
    """Gives a role from now on; giving it again gives the one there is. Nobody gives themselves one.

    Raises NotAllowed, RoleNeedsMore, RolesDoNotGoTogether.
    """
    if not may_give_roles(by=by) or (by is not None and by.pk == person.pk):
        raise NotAllowed("Only another person who runs this site can do this.")
    code = council_code or (organisation.council_code if organisation else "")
    if (kind == Role.Kind.HOLDER_STAFF and organisation is None) or (kind != Role.Kind.OPERATOR and not code):
        raise RoleNeedsMore
    with transaction.atomic():
        locked = Person.objects.locked().get(pk=person.pk)
        if kind in NEVER_BOTH and Role.objects.live(at).filter(person=locked, kind__in=NEVER_BOTH - {kind}, council_code=code).exists():
            raise RolesDoNotGoTogether
        role, is_new = Role.objects.get_or_create(
            person=locked, kind=kind, organisation=organisation, council_code=code, ends_at=None, defaults={"starts_at": at}
        )
        if kind == Role.Kind.OPERATOR and not locked.is_staff:
            locked.is_staff = person.is_staff = True
            locked.save(update_fields=["is_staff"])
        if is_new:
            tokens.stop_where_one_step_is_too_few(person=locked, by=by, at=at)
            trail.write(
                by=by,
                verb="people.give_role",
                about_kind="role",
                about_id=role.pk,
                at=at,
                council_code=code,
                detail={"person": person.pk, "kind": kind},
            )
    return role


def end_role(*, role: Role, by: Person | None, at: datetime) -> None:
    """Ends a role now. What was done in it stays."""
    if not may_give_roles(by=by):
        raise NotAllowed
    with transaction.atomic():
        person = Person.objects.locked().get(pk=role.person_id)
        ended = Role.objects.filter(pk=role.pk, ends_at__isnull=True).update(ends_at=at)
        if not ended:
            return
        is_still_operator = Role.objects.live(at).filter(person=person, kind=Role.Kind.OPERATOR).exists()
        if role.kind == Role.Kind.OPERATOR and not is_still_operator:
            person.is_staff = False
            person.save(update_fields=["is_staff"])
        trail.write(by=by, verb="people.end_role", about_kind="role", about_id=role.pk, at=at, council_code=role.council_code)
