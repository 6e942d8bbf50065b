"""`manage.py set_up`: which councils there are, who looks after money in them, and who does what here. No page does it: whoever may, runs the site.

Each says the same again without harm. `end-role` takes a role away from now on.
"""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import clock
from audit.errors import Refusal
from people.models import Council, Organisation, Person, Role
from people.services import organisations


class Command(BaseCommand):
    help = "Sets up councils, organisations that look after money, and what people do here."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        council = what.add_parser("council", help='for example: council E09000028 Southwark --day-phone "020 7525 3324"')
        council.add_argument("code", help="its GSS code")
        council.add_argument("name")
        council.add_argument("--day-phone", default="", help="who answers a worry by day; it stands on every page")
        council.add_argument("--night-phone", default="")
        holder = what.add_parser("organisation", help='for example: organisation council "Southwark Council" --council E09000028')
        holder.add_argument("kind", choices=Organisation.Kind.values)
        holder.add_argument("name")
        holder.add_argument("--council", required=True)
        for name in ("role", "end-role"):
            role = what.add_parser(name, help=f"for example: {name} ruth@example.com facilitator --council E09000028")
            role.add_argument("email", help="of somebody who has a page")
            role.add_argument("kind", choices=Role.Kind.values)
            role.add_argument("--council", default="")
            role.add_argument("--organisation", default="", help="its name, for who works there")

    def handle(self, *args: Any, what: str, **said: Any) -> None:
        deed = {"council": _council, "organisation": _organisation, "role": _role, "end-role": _end_role}[what]
        try:
            self.stdout.write(deed(said, clock.now()))
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal


def _council(said: dict[str, Any], at: datetime) -> str:
    row = organisations.add_council(
        code=said["code"], name=said["name"], day_phone=said["day_phone"], night_phone=said["night_phone"], by=None, at=at
    )
    return f"{row.name} is here."


def _organisation(said: dict[str, Any], at: datetime) -> str:
    row = organisations.add_organisation(kind=said["kind"], name=said["name"], council_code=_known_council(said["council"]), by=None, at=at)
    return f"{row.name} is here: {row.get_kind_display().lower()}."


def _role(said: dict[str, Any], at: datetime) -> str:
    person, organisation = _person(said["email"]), _of_that_name(said)
    council = _known_council(said["council"]) if said["council"] else ""
    row = organisations.give_role(person=person, kind=said["kind"], organisation=organisation, council_code=council, by=None, at=at)
    return f"{person.email}: {row.get_kind_display().lower()}."


def _end_role(said: dict[str, Any], at: datetime) -> str:
    person, organisation = _person(said["email"]), _of_that_name(said)
    council = said["council"] or (organisation.council_code if organisation else "")
    row = Role.objects.live(at).filter(person=person, kind=said["kind"], organisation=organisation, council_code=council).first()
    if row is None:
        raise CommandError(f"{person.email} does not do that now.")
    organisations.end_role(role=row, by=None, at=at)
    return f"{person.email}: no more {row.get_kind_display().lower()}."


def _person(email: str) -> Person:
    found = Person.objects.filter(email__iexact=email.strip()).first()
    if found is None:
        raise CommandError(f"Nobody here has the address {email}. They make their page first, like anybody.")
    return found


def _known_council(code: str) -> str:
    if not Council.objects.filter(pk=code).exists():
        raise CommandError(f"There is no council {code} yet: set_up council {code} NAME.")
    return code


def _of_that_name(said: dict[str, Any]) -> Organisation | None:
    if not said["organisation"]:
        return None
    rows = Organisation.objects.filter(name=said["organisation"])
    found = list(rows.filter(council_code=said["council"]) if said["council"] else rows)
    if len(found) != 1:
        raise CommandError(f"{'No' if not found else 'More than one'} organisation is called {said['organisation']}. Give --council as well.")
    return found[0]
