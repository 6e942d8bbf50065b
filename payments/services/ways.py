"""How somebody may pay here: by card, from their bank's app, by Direct Debit, by bank transfer; only what is possible for them, with its days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from payments.models import Mandate, Payment, WaySwitch
from payments.rules import CLEARING_WORKING_DAYS, NEW_DEBIT_WORKING_DAYS, WAY_LIMITS_PENCE, WAYS_ON
from payments.services import risk
from people.models import Person
from people.roles import has_role

Kind = Payment.Kind


class WayIsOff(Refusal):
    """The council has not switched this way to pay on, or it does not take such a sum."""

    code = "way_is_off"
    sentence = "You can’t pay this way here. Choose another way."


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay. `working_days`: until the money is here, at the slowest usual. `is_set_up`: a Direct Debit stands (`ends_in`: its account)."""

    kind: str
    working_days: int
    is_set_up: bool = False
    ends_in: str = ""


def choose(*, council_code: str, kind: str, is_on: bool, by: Person, at: datetime) -> WaySwitch:
    """An operator switches a way to pay on or off for a council. What is under way goes on. Raises NotAllowed; WayIsOff for an unknown kind."""
    if not has_role(by, "operator", council_code=council_code, at=at):
        raise NotAllowed
    if kind not in WAYS_ON:
        raise WayIsOff
    with transaction.atomic():
        fields = {"is_on": is_on, "changed_by_id": by.pk, "changed_at": at}
        row, _ = WaySwitch.objects.update_or_create(council_code=council_code, kind=kind, defaults=fields)
        detail = {"kind": kind, "is_on": is_on}
        trail.write(by=by, verb="payments.choose_way", about_kind="way_switch", about_id=row.pk, at=at, council_code=council_code, detail=detail)
        return row


def is_on(council_code: str, kind: str) -> bool:
    """Whether a council takes this way to pay: its own switch, else the house's."""
    chosen = WaySwitch.objects.filter(council_code=council_code, kind=kind).values_list("is_on", flat=True).first()
    return WAYS_ON[kind] if chosen is None else chosen


def must_be_on(council_code: str, kind: str, pence: int) -> None:
    """Raises WayIsOff."""
    low, high = WAY_LIMITS_PENCE.get(kind, (0, pence))
    if not low <= pence <= high or not is_on(council_code, kind):
        raise WayIsOff


def possible(*, payer_owner: str, council_code: str, pence: int, at: datetime) -> list[Way]:
    """The ways open to this payer for so much, quickest first. An organisation pays by bank transfer."""
    transfer = Way(Kind.BANK_TRANSFER, CLEARING_WORKING_DAYS[Kind.BANK_TRANSFER])
    if not payer_owner.startswith("person:"):
        return [transfer]
    ways = [transfer]
    room = risk.card_room(payer_owner, at=at)
    if room is None or pence <= room:
        ways.append(Way(Kind.CARD, CLEARING_WORKING_DAYS[Kind.CARD]))
    for kind in (Kind.PAY_BY_BANK, Kind.BACS):
        low, high = WAY_LIMITS_PENCE.get(kind, (0, pence))
        if low <= pence <= high and is_on(council_code, kind):
            ways.append(_debit(payer_owner) if kind == Kind.BACS else Way(kind, CLEARING_WORKING_DAYS[kind]))
    return sorted(ways, key=lambda way: way.working_days)


def _debit(payer_owner: str) -> Way:
    stands = active_mandate(payer_owner)
    if stands is None:
        return Way(Kind.BACS, NEW_DEBIT_WORKING_DAYS)
    is_known = Payment.objects.filter(payer=stands.payer, kind=Kind.BACS, state="available").exists()
    days = CLEARING_WORKING_DAYS[Kind.BACS] if is_known else NEW_DEBIT_WORKING_DAYS
    return Way(Kind.BACS, days, is_set_up=True, ends_in=stands.ends_in)


def owners_by_debit(payer_owners: Iterable[str]) -> set[str]:
    """Those of them for whom a Direct Debit stands."""
    return set(Mandate.objects.filter(payer__owner__in=payer_owners, state=Mandate.State.ACTIVE).values_list("payer__owner", flat=True))


def active_mandate(payer_owner: str) -> Mandate | None:
    """The Direct Debit that stands, if one does."""
    return Mandate.objects.filter(payer__owner=payer_owner, state=Mandate.State.ACTIVE).select_related("payer").first()
