"""Roles are rows with a place, a beginning and an end; nobody gives themselves one."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from audit.errors import NotAllowed
from people.models import Role
from people.roles import councils_of, has_role, organisations_of
from people.services import organisations, people
from people.services.organisations import RoleNeedsMore, RolesDoNotGoTogether
from tests import cast
from tests.cast import AT, LAMBETH, SOUTHWARK

pytestmark = pytest.mark.django_db


def test_a_role_counts_in_its_council_and_for_its_organisation() -> None:
    sam = cast.sam()
    assert has_role(sam, "holder_staff", at=AT)
    assert has_role(sam, "holder_staff", council_code=SOUTHWARK, organisation=cast.kasmo(), at=AT)
    assert not has_role(sam, "holder_staff", organisation=cast.southwark_money(), at=AT)
    assert not has_role(sam, "holder_staff", council_code=LAMBETH, at=AT)
    assert not has_role(sam, "facilitator", at=AT)
    assert not has_role(None, "facilitator", at=AT)
    assert organisations_of(sam, at=AT) == [cast.kasmo()]
    assert councils_of(cast.ruth(), "facilitator", at=AT) == [SOUTHWARK]


def test_an_operator_runs_every_council() -> None:
    assert has_role(cast.operator(), "operator", council_code=LAMBETH, at=AT)
    assert cast.operator().is_operator


def test_a_role_begins_and_ends() -> None:
    ruth = cast.ruth()
    assert not has_role(ruth, "facilitator", at=AT - timedelta(seconds=1))
    organisations.end_role(role=Role.objects.get(person=ruth), by=cast.operator(), at=AT + timedelta(days=1))
    assert has_role(ruth, "facilitator", at=AT)
    assert not has_role(ruth, "facilitator", at=AT + timedelta(days=1))


def test_somebody_who_left_has_no_role() -> None:
    ruth = cast.ruth()
    ruth.is_active = False
    assert not has_role(ruth, "facilitator", at=AT)


def test_only_another_operator_gives_roles() -> None:
    operator, stranger = cast.operator(), cast.stranger()
    for by, person in [(stranger, cast.amina()), (operator, operator)]:
        with pytest.raises(NotAllowed):
            organisations.give_role(person=person, kind="facilitator", council_code=SOUTHWARK, by=by, at=AT)
    organisations.give_role(person=stranger, kind="facilitator", council_code=SOUTHWARK, by=operator, at=AT)
    assert has_role(stranger, "facilitator", council_code=SOUTHWARK, at=AT)


def test_ending_an_operator_s_role_ends_what_it_showed() -> None:
    second = cast.second_operator()
    organisations.end_role(role=Role.objects.get(person=second), by=cast.operator(), at=AT + timedelta(hours=1))
    second.refresh_from_db()
    assert not second.is_operator


def test_a_role_says_where() -> None:
    with pytest.raises(RoleNeedsMore):
        organisations.give_role(person=cast.amina(), kind="facilitator", by=None, at=AT)
    with pytest.raises(RoleNeedsMore):
        organisations.give_role(person=cast.amina(), kind="holder_staff", council_code=SOUTHWARK, by=None, at=AT)


def test_nobody_plans_for_a_council_and_looks_after_money_there() -> None:
    """A commissioner who is also a holder could join hidden numbers to names (abuse.md, "Data and control")."""
    colin, priya = cast.colin(), cast.priya()
    with pytest.raises(RolesDoNotGoTogether):
        organisations.give_role(person=colin, kind="commissioner", council_code=SOUTHWARK, by=None, at=AT)
    with pytest.raises(RolesDoNotGoTogether):
        organisations.give_role(person=priya, kind="holder_staff", organisation=cast.kasmo(), by=None, at=AT)
    organisations.give_role(person=colin, kind="commissioner", council_code=LAMBETH, by=None, at=AT)
    organisations.give_role(person=priya, kind="commissioner", council_code=SOUTHWARK, by=None, at=AT)


def test_an_installation_is_set_up_by_its_command_and_wrong_words_are_one_sentence() -> None:
    person = people.register(email="First@example.com", full_name="First Person", by=None, at=AT)
    call_command("set_up", "council", "E09000028", "Southwark", "--day-phone", "020 7525 3324")
    call_command("set_up", "organisation", "council", "Southwark Council", "--council", "E09000028")
    call_command("set_up", "role", "first@example.com", "operator")
    for _ in "twice":
        call_command("set_up", "role", "first@example.com", "holder_staff", "--organisation", "Southwark Council")
    person.refresh_from_db()
    assert (person.is_operator, sorted(person.roles.values_list("kind", "council_code"))) == (True, [("holder_staff", "E09000028"), ("operator", "")])
    for wrong, sentence in (
        (["role", "nobody@example.com", "operator"], "They make their page first"),
        (["role", "first@example.com", "commissioner", "--council", "E09000028"], "hidden numbers could be joined to names"),
        (["role", "first@example.com", "facilitator"], "which council"),
        (["organisation", "council", "Elsewhere", "--council", "E00000000"], "There is no council E00000000 yet"),
        (["end-role", "first@example.com", "facilitator", "--council", "E09000028"], "does not do that now"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("set_up", *wrong)
    call_command("set_up", "end-role", "first@example.com", "operator")
    person.refresh_from_db()
    assert not person.is_operator
