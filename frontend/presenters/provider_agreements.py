"""An agreement for its provider: whom to visit, the total, and what of it is only promised by order."""

from dataclasses import dataclass
from datetime import date

from frontend import words
from frontend.presenters.agreements import AgreementPage, when_of
from frontend.presenters.agreements import page as plain_page
from frontend.presenters.paths import payer_of_portion
from marketplace.models import Agreement, Payer
from people.models import Person
from pooling.rules import ORDER_PAID_WITHIN_DAYS
from providers.models import Enterprise


@dataclass(frozen=True, slots=True)
class Line:
    """An agreement in the provider's list. `waits`: for their own yes or no."""

    pk: int
    title: str
    said: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Visited:
    """Somebody to visit: first name, about where, how their part is paid."""

    known_as: str
    outcode: str
    pays: str


@dataclass(frozen=True, slots=True)
class ProviderAgreement:
    """`order_pence`: a week's sum that only comes after the yes."""

    page: AgreementPage
    people: list[Visited]
    waits: bool
    weekly_pence: int
    total_pence: int
    order_pence: int
    order_total_pence: int
    promised_by: str
    days: int


def lines(enterprise: Enterprise) -> list[Line]:
    """Those that wait for an answer first, then the newest."""
    rows = list(Agreement.objects.filter(enterprise=enterprise).exclude(state="drafting").select_related("cluster").order_by("-pk")[:50])
    found = [Line(row.pk, row.title, f"{when_of(row)}. {_STATES[row.state]}", _waits(row)) for row in rows]
    return sorted(found, key=lambda line: not line.waits)


_STATES = {
    "drafting": "Being written.",
    "with_parties": "Waiting for everybody’s yes.",
    "half_signed": "Waiting for the other side’s yes.",
    "active": "Going.",
    "suspended": "Stopped for now.",
    "ending": "Ending.",
    "void": "It did not come about.",
    "completed": "Over.",
    "terminated": "Ended early.",
}


def _waits(agreement: Agreement) -> bool:
    return agreement.is_open_to_sign and agreement.provider_signed_version != agreement.version


def page(agreement: Agreement, owner: Person, today: date) -> ProviderAgreement:
    """As its provider may see it: first names and about where, never what another side of them pays from."""
    plain = plain_page(agreement, owner, today)
    payers = list(Payer.objects.filter(agreement=agreement).taking_part().select_related("person", "portion__holder").order_by("pk"))
    order = plain.view.by_order_pence
    return ProviderAgreement(
        page=plain,
        people=[Visited(payer.person.known_as, payer.person.outcode, _pays(payer)) for payer in payers],
        waits=_waits(agreement),
        weekly_pence=plain.view.weekly_pence,
        total_pence=plain.view.most_pence,
        order_pence=order,
        order_total_pence=sum(payer.ceiling_pence for payer in payers if payer.pays_at_yes),
        promised_by=words.names(dict.fromkeys(payer_of_portion(payer.portion) for payer in payers if payer.pays_at_yes and payer.portion)),
        days=ORDER_PAID_WITHIN_DAYS,
    )


def _pays(payer: Payer) -> str:
    if payer.state != Payer.State.SIGNED:
        return "Has not said yes yet"
    if payer.pays_at_yes and payer.portion is not None:
        return f"{payer_of_portion(payer.portion)} pays after the yes"
    return "Paid in before you come"
