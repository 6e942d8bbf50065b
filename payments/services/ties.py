"""Whose money something is about: who paid it in and who is paid say nothing of what becomes of it, as one of two people."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.module_loading import import_string

from audit.errors import NotAllowed
from payments.models import Dispute, Payee, Payment, Recovery, Refund, Remittance, StripeLine
from people.models import Person

KINDS: dict[str, type[Model]] = {
    "payment": Payment,
    "payee": Payee,
    "refund": Refund,
    "dispute": Dispute,
    "recovery": Recovery,
    "remittance": Remittance,
}


def concerned(*abouts: str) -> list[Payment | Payee]:
    """Who paid in, and who is paid, of each row that is named: "payment:<id>", "payee:4", "remittance:8". Nobody, where none is there."""
    return [one for about in abouts for one in _of(about)]


def of_line(line: StripeLine, about: str) -> list[Payment | Payee]:
    """Of a line of Stripe's: what Stripe says it touched, whatever else it is said to be; and what it is said to be about."""
    return concerned(line.touched, about)


def of_request(about_kind: str, about_id: object) -> list[Payment | Payee]:
    """Of what a second person is asked for."""
    if about_kind != "stripe_line":
        return concerned(f"{about_kind}:{about_id}")
    line = StripeLine.objects.filter(pk=about_id).first()
    said = line.explanations.filter(refused_at=None).first() if line else None
    return of_line(line, said.about if said else "") if line else []


def must_be_nobodys(things: list[Payment | Payee], *, by: Person) -> None:
    """Raises NotAllowed for who paid one of them in, and for who runs, works or worked for, or is close to who is paid."""
    for one in things:
        if isinstance(one, Payee):
            # Who that is, a room above knows.
            if import_string(settings.CLOSE_TO_PAYEE)(person=by, owner=one.owner):
                raise NotAllowed("You run this provider, work for it, or are close to who runs it. Two other people say what happens with its money.")
        elif one.payer is not None and one.payer.owner == f"person:{by.pk}":
            raise NotAllowed("You paid this in yourself. Two other people say what happens with it.")


def _of(about: str) -> list[Payment | Payee]:
    what, _, number = about.partition(":")
    try:
        row = KINDS[what]._default_manager.filter(pk=number).first() if what in KINDS else None
    except (ValueError, ValidationError):
        return []  # no number at all
    sent = getattr(row, "remittance", None)  # of what is asked back: its payer has it again where the platform bears it
    found = [row, getattr(row, "payment", None), getattr(row, "payee", None), getattr(sent, "payment", None)]
    return [one for one in found if isinstance(one, (Payment, Payee))]
