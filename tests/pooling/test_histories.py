"""Random histories of three people's money, paid ahead and by order, against a tiny model: nothing made, nothing lost, rows and book in step."""

from dataclasses import dataclass, field
from random import Random

import pytest

from audit.errors import Refusal
from ledger.selectors import balance, balances
from ledger.services.accounts import Account
from payments.models import Payment
from payments.services import payees
from pooling.books import Lot
from pooling.models import Call, Earmark, Hold, Membership, Portion
from pooling.selectors import free_share, proof
from pooling.services import calls, holds, shares
from pooling.services.holds import HoldPart
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town
from tests.pooling.test_holds import URLS

STEPS = 60


@dataclass
class History:
    """Plays random deeds and keeps its own books: what came in, what went to the provider, what went home."""

    town: Town
    chance: Random
    payers: list[tuple[Membership, Portion, Earmark]]
    payee_id: int
    came_in: int = 0
    paid: int = 0
    home: int = 0
    number: int = 0
    done: list[str] = field(default_factory=list)

    def play(self) -> None:
        deeds = [
            self.call,
            self.call,
            self.pay,
            self.pay,
            self.hold,
            self.hold,
            self.release,
            self.question,
            self.settle,
            self.give_back,
            self.go_home,
            self.drop,
        ]
        for _ in range(STEPS):
            deed = self.chance.choice(deeds)
            try:
                deed()
                self.done.append(deed.__name__)
            except Refusal as refusal:
                self.done.append(f"{deed.__name__}: {refusal.code}")
            self.check()

    def next(self) -> int:
        self.number += 1
        return self.number

    def some(self, most: int) -> int:
        return self.chance.randint(1, max(1, most))

    def call(self) -> None:
        place, portion, earmark = self.chance.choice(self.payers)
        before = free_share(place.pk, portion.pk, SOUTHWARK)
        call = cast.called(earmark, share=self.next(), pence=self.some(3_000), at=AT)
        assert call.asked_pence >= call.pence - max(0, before)

    def pay(self) -> None:
        call = self.chance.choice([*Call.objects.filter(state="called", mode="ahead")] or [None])
        if call is not None:
            payment = calls.pay_by_card(call=call, **URLS, by=call.membership.person, at=AT)
            if self.chance.random() < 0.2:
                self.town.bank.fails(payment)
                return
            self.town.bank.takes(payment)
            if self.chance.random() < 0.2:
                calls.drop_call(call=call, at=AT)
            self.town.bank.clears(payment)
            self.came_in += payment.pence

    def hold(self) -> None:
        ready = [*Call.objects.filter(state="funded", owed_pence__isnull=True)]
        if ready:
            parts = [HoldPart(call.about_id, call.membership_id, call.portion_id, self.some(call.pence)) for call in ready]
            holds.place(about_kind="milestone", about_id=self.next(), parts=parts, at=AT)

    def order(self) -> None:
        call = self.chance.choice([*Call.objects.filter(state="called", mode="on_yes")] or [None])
        if call is not None:
            calls.accept_order(call=call, reference="PO 1", by=self.town.colin, at=AT)

    def bill(self) -> None:
        call = self.chance.choice([*Call.objects.exclude(order_reference="")] or [None])
        if call is not None:
            calls.bill_order(call=call, about_id=self.next(), pence=self.some(call.pence), at=AT)

    def pay_bill(self) -> None:
        call = self.chance.choice([*Call.objects.filter(state="ordered", owed_pence__isnull=False)] or [None])
        if call is not None:
            payment = self.town.bank.pays(calls.pay_order_by_bank(call=call, by=self.town.colin, at=AT))
            self.came_in += payment.pence

    def pay_on(self) -> None:
        call = self.chance.choice([*Call.objects.filter(state="funded", owed_pence__isnull=False)] or [None])
        if call is not None:
            pence = self.some(call.owed_pence or 1)
            holds.release_by_order(call=call, pence=pence, payee_id=self.payee_id, about=f"share:{call.about_id}", by=None, at=AT)
            self.paid += pence

    def drop(self) -> None:
        call = self.chance.choice([*Call.objects.filter(state__in=["called", "funded", "ordered"])] or [None])
        if call is not None:
            calls.drop_call(call=call, at=AT)

    def a_hold(self) -> Hold:
        return self.chance.choice([*Hold.objects.all()] or [Hold(placed_pence=0)])

    def release(self) -> None:
        hold = self.a_hold()
        if hold.held_pence:
            # One in three asks for more than there is, and must be refused.
            pence = hold.held_pence + 1 if self.chance.random() < 0.3 else self.some(hold.held_pence)
            holds.release(hold=hold, pence=pence, payee_id=self.payee_id, about=f"share:{self.next()}", by=None, at=AT)
            self.paid += pence

    def question(self) -> None:
        hold = self.a_hold()
        if hold.held_pence:
            holds.dispute(hold=hold, pence=self.some(hold.held_pence + 100), by=None, at=AT)

    def settle(self) -> None:
        hold = self.a_hold()
        if hold.disputed_pence:
            pay = self.chance.randint(0, hold.disputed_pence)
            back = hold.disputed_pence - pay
            holds.settle(hold=hold, pay_pence=pay, return_pence=back, payee_id=self.payee_id, about=f"share:{self.next()}", by=None, at=AT)
            self.paid += pay

    def give_back(self) -> None:
        hold = self.a_hold()
        if hold.held_pence:
            holds.give_back(hold=hold, pence=self.some(hold.held_pence), by=None, at=AT)

    def go_home(self) -> None:
        place, portion, _ = self.chance.choice(self.payers)
        pence = self.some(free_share(place.pk, portion.pk, SOUTHWARK) + 50)
        shares.withdraw(membership=place, portion=portion, pence=pence, by=place.person, at=AT)
        self.home += pence

    def check(self) -> None:
        assert proof() == [], self.done
        theirs = sum(balances(codes=("SHARE", "HOLD", "DISPUTE", "RESERVE")).values())
        assert theirs + self.paid + self.home == self.came_in, self.done
        assert balance(Account("DUE", SOUTHWARK, f"payee:{self.payee_id}")) == self.paid
        assert min(balances(codes=("SHARE", "HOLD", "DISPUTE", "RESERVE", "REFUND")).values(), default=0) >= 0
        for place, portion, _ in self.payers:
            lot = Lot(place.pk, portion.pk, SOUTHWARK)
            assert 0 <= free_share(place.pk, portion.pk, SOUTHWARK) <= balance(lot.share), self.done
            left = sum(payment.free_pence for payment in Payment.objects.filter(lot_owner=lot.owner, state="available"))
            inside = sum(pence for account, pence in balances(codes=("SHARE", "HOLD", "DISPUTE")).items() if account.owner.endswith(lot.owner))
            assert left == inside, self.done


@pytest.mark.parametrize("seed", range(8))
def test_a_random_history_keeps_every_penny_with_its_owner(town: Town, seed: int) -> None:
    _, places = cast.group(town.amina, town.yusuf, town.halima, at=AT)
    hers = cast.council_managed(town.halima, council=town.council, confirmed_by=town.colin, at=AT, weekly_pence=500_000)
    portions = [cast.direct_payment(person, seen_by=town.ruth, at=AT, weekly_pence=500_000) for person in (town.amina, town.yusuf)]
    payers = []
    for place, portion in zip(places, [*portions, hers], strict=True):
        payers.append((place, portion, cast.earmarked(cast.promised(place, portion, at=AT, weekly_pence=500_000, weeks=4), at=AT)))
    payee = payees.open_payee(owner="enterprise:1", council_code=SOUTHWARK, by=None, at=AT)
    history = History(town, Random(seed), payers, payee.pk)
    history.play()
    assert history.came_in > 0
