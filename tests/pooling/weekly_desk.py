"""Whoever looks after the money of three people of a group, and their weekly list."""

from dataclasses import dataclass
from datetime import timedelta

from ledger.selectors import balance
from payments.models import Payment
from payments.selectors import proof as payments_proof
from pooling.books import Wallet
from pooling.models import Call, Earmark, Membership, Portion, WeeklyList
from pooling.selectors import proof
from pooling.selectors import weekly as reading
from pooling.services import budgets, wallets, weekly_lists, weekly_money
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town

DAY = AT.date()


@dataclass
class Desk:
    """Kasmo Together looks after the ISF of Amina, Yusuf and Halima; Southwark pays ISF money ahead, or by order. All have promised."""

    town: Town
    places: list[Membership]
    parts: list[Portion]
    earmarks: list[Earmark]
    shares: int = 0

    def call(self, who: int, pence: int, *, due: int = 5) -> Call:
        self.shares += 1
        return cast.called(self.earmarks[who], share=self.shares, pence=pence, at=AT, due_on=DAY + timedelta(days=due))

    def made(self) -> WeeklyList:
        return weekly_lists.make(organisation=self.town.kasmo, council_code=SOUTHWARK, by=self.town.sam, at=AT)

    def sent(self, weekly_list: WeeklyList | None = None) -> WeeklyList:
        row = weekly_lists.send(weekly_list=weekly_list or self.made(), by=self.town.sam, at=AT)
        self.go_on(row)
        return row

    def go_on(self, weekly_list: WeeklyList) -> None:
        while weekly_money.go_on(weekly_list_id=weekly_list.pk, at=AT):
            pass
        weekly_list.refresh_from_db()

    def comes(self, weekly_list: WeeklyList, pence: int) -> None:
        """So much is in the wallet: what was asked for is closed first, when it is another sum."""
        waiting = self.waiting
        if waiting is not None and waiting.pence != pence:
            wallets.close_waiting(Wallet(self.town.kasmo.pk, SOUTHWARK), by=None, at=AT)
        payment = wallets.pay_in(organisation=self.town.kasmo, council_code=SOUTHWARK, pence=pence, by=self.town.sam, at=AT)
        self.town.bank.pays(payment)
        self.go_on(weekly_list)

    @property
    def waiting(self) -> Payment | None:
        return Payment.objects.filter(about=Wallet(self.town.kasmo.pk, SOUTHWARK).about, state__in=("started", "open")).first()

    @property
    def here(self) -> int:
        return balance(Wallet(self.town.kasmo.pk, SOUTHWARK).money)


def desk_of(town: Town) -> Desk:
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="ahead", by=town.operator, at=AT)
    people = (town.amina, town.yusuf, town.halima)
    _, places = cast.group(*people, at=AT, facilitator=town.ruth)
    parts = [cast.isf(person, holder=town.kasmo, confirmed_by=town.sam, at=AT) for person in people]
    kept = [cast.earmarked(cast.promised(place, part, at=AT), at=AT) for place, part in zip(places, parts, strict=True)]
    return Desk(town, places, parts, kept)


def all_is_well() -> bool:
    assert proof() == []
    assert payments_proof() == []
    return True


def names(weekly_list: WeeklyList) -> list[str]:
    return [row.membership.person.known_as for row in reading.rows_of(weekly_list)]


def states(weekly_list: WeeklyList) -> list[str]:
    return [row.state for row in reading.rows_of(weekly_list)]
