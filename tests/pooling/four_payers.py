"""Four people, three routes, three paid weeks each: where random histories of leaving begin; and what their model knows of each."""

from dataclasses import dataclass

from django.conf import settings
from django.test import override_settings

from payments.services import payees
from pooling.books import Lot
from pooling.models import Earmark, Membership, Portion
from pooling.services import calls
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK, somebody
from tests.cast_leaving import floated
from tests.cast_pooling import Bank
from tests.pooling.conftest import AT, Town, build_town
from tests.pooling.test_holds import URLS


@dataclass
class Payer:
    """One place and its money, and what the model knows of it: came in, went to providers, home, to a bank; and came back from a provider."""

    place: Membership
    portion: Portion
    earmark: Earmark
    ceiling: int
    came: int = 0
    paid: int = 0
    home: int = 0
    bank: int = 0
    again: int = 0

    @property
    def lot(self) -> Lot:
        return Lot(self.place.pk, self.portion.pk, SOUTHWARK)

    def state(self) -> str:
        return str(Membership.objects.values_list("state", flat=True).get(pk=self.place.pk))


@dataclass
class World:
    town: Town
    payers: list[Payer]
    payee_id: int


def build_world() -> World:
    town = build_town()
    people = [town.amina, town.yusuf, town.halima, somebody("dora@example.com", "Dora Day", is_seen=True)]
    _, places = cast.group(*people, at=AT, facilitator=town.ruth)
    portions = [
        cast.direct_payment(people[0], seen_by=town.ruth, at=AT, weekly_pence=500_000),
        cast.isf(people[1], holder=town.kasmo, confirmed_by=town.sam, at=AT, weekly_pence=500_000),
        cast.council_managed(people[2], council=town.council, confirmed_by=town.colin, at=AT, weekly_pence=500_000),
        cast.direct_payment(people[3], seen_by=town.ruth, at=AT, weekly_pence=500_000),
    ]
    payers = []
    for place, portion in zip(places, portions, strict=True):
        mark = cast.earmarked(cast.promised(place, portion, at=AT, weekly_pence=10_000, weeks=4), at=AT)
        payers.append(Payer(place, portion, mark, 40_000))
    payee = payees.open_payee(owner="enterprise:1", council_code=SOUTHWARK, by=None, at=AT)
    floated(10_000_000)
    world = World(town, payers, payee.pk)
    for number, one in enumerate(payers * 3, start=1):
        begin(one, number)
    return world


def begin(one: Payer, number: int) -> None:
    """Each has three weeks asked for: paid by card, or ordered in writing, and said yes to, and paid."""
    call = cast.called(one.earmark, share=number, pence=2_000 + 7 * number, at=AT)
    if call.mode == "ahead":
        payment = Bank(AT).pays(calls.pay_by_card(call=call, **URLS, by=one.place.person, at=AT))
        one.came += payment.pence
        return
    by = one.portion.holder.roles.get().person
    calls.accept_order(call=call, reference="PO 1", by=by, at=AT)
    if number > 4:
        calls.bill_order(call=call, about_id=number, pence=call.pence - 5, at=AT)
        one.came += Bank(AT).pays(calls.pay_order_by_bank(call=call, by=by, at=AT)).pence


def only_pooling_listens() -> World:
    """What the rooms above do with a fact is played here."""
    routes = {kind: [one for one in to if one.startswith("pooling.")] for kind, to in settings.FACT_ROUTES.items()}
    with override_settings(FACT_ROUTES=routes):
        return build_world()
