"""A random history of four people's money until they leave, and the tiny model in plain Python that keeps its own books beside it.

After every step nothing is made, lost, somebody else's, or above the most it can cost.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from audit.clock import london_date
from audit.errors import Refusal
from audit.models import Entry
from ledger.selectors import balances
from payments.models import Payment, Refund
from payments.services import recoveries
from pooling.models import Call, Hold, HoldMove, Leaving, Pledge, Statement
from pooling.selectors import free_share, proof
from pooling.services import budgets, calls, holds, leaving, pledges, setbacks, settlement, shares
from pooling.services.holds import HoldPart
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.cast_leaving import lines_add_up
from tests.cast_pooling import Bank
from tests.pooling.conftest import AT
from tests.pooling.four_payers import Payer, World
from tests.pooling.test_holds import URLS

STEPS = 30
OWN = ("SHARE", "RESERVE", "HOLD", "DISPUTE", "LEAVING")


@dataclass
class History:
    """Plays random deeds and keeps its own books."""

    world: World
    chance: Random
    agrees: bool = False
    at: datetime = AT
    number: int = 12
    done: list[str] = field(default_factory=list)
    before: int = 0

    def play(self) -> None:
        self.before = Entry.objects.latest("pk").pk
        ahead: list[Callable[[], None]] = [self.call, self.call, self.pay, self.pay, self.pay, self.hold, self.hold, self.part_yes, self.part_yes]
        rest = [self.order, self.bill, self.pay_bill, self.pay_on, self.question, self.settle, self.give_back, self.drop, self.go_home]
        late = [
            self.leave,
            self.leave,
            self.die,
            self.cut,
            self.chargeback,
            self.give_up,
            self.provider_gives_back,
        ]
        last = [*late, *rest, *[self.wait, self.answer] * 4]
        for number in range(STEPS):
            deed = self.chance.choice([*ahead, *rest] if number < STEPS // 3 else [*ahead, *last])
            try:
                with transaction.atomic():
                    deed()
                self.done.append(deed.__name__)
            except Refusal as refusal:
                self.done.append(f"{deed.__name__}: {refusal.code}")
            self.check(whole=number % 10 == 9)
        self.end()

    def verbs(self) -> list[str]:
        """What the audit trail says has happened: a deed that found nothing to do, or was refused, is not in it."""
        return list(Entry.objects.filter(pk__gt=self.before).values_list("verb", flat=True))

    def next(self) -> int:
        self.number += 1
        return self.number

    def some(self, most: int) -> int:
        return self.chance.randint(1, max(1, most))

    @property
    def bank(self) -> Bank:
        return Bank(self.at)

    def payer(self, place_id: int) -> Payer:
        return next(one for one in self.world.payers if one.place.pk == place_id)

    def a_call(self, **which: Any) -> Call | None:
        return self.chance.choice([*Call.objects.filter(**which).order_by("pk")] or [None])

    # --- what people, providers and banks do ---

    def call(self) -> None:
        one = self.chance.choice(self.world.payers)
        if one.state() in ("active", "notice"):
            cast.called(one.earmark, share=self.next(), pence=self.some(3_000), at=self.at, due_on=london_date(self.at) + timedelta(days=7))

    def pay(self) -> None:
        call = self.a_call(state="called", mode="ahead")
        if call is not None:
            payment = calls.pay_by_card(call=call, **URLS, by=call.membership.person, at=self.at)
            if self.chance.random() < 0.1:
                self.bank.fails(payment)
                return
            self.bank.takes(payment)
            if self.chance.random() < 0.2:
                calls.drop_call(call=call, at=self.at)
            self.bank.clears(payment)
            self.payer(call.membership_id).came += payment.pence

    def hold(self) -> None:
        ready = [*Call.objects.filter(state="funded", owed_pence__isnull=True).order_by("pk")]
        if ready:
            parts = [HoldPart(call.about_id, call.membership_id, call.portion_id, self.some(call.pence)) for call in ready]
            holds.place(about_kind="milestone", about_id=self.next(), parts=parts, at=self.at)

    def order(self) -> None:
        call = self.a_call(state="called", mode="on_yes")
        if call is not None:
            calls.accept_order(call=call, reference="PO 1", by=self.staff(call), at=self.at)

    def staff(self, call: Call) -> Any:
        return self.world.town.sam if call.portion.holder == self.world.town.kasmo else self.world.town.colin

    def bill(self) -> None:
        call = self.a_call(state="ordered", follows__isnull=True)
        if call is not None:
            calls.bill_order(call=call, about_id=self.next(), pence=self.some(call.pence), at=self.at)

    def pay_bill(self) -> None:
        call = self.a_call(state="ordered", owed_pence__isnull=False)
        if call is not None:
            payment = self.bank.pays(calls.pay_order_by_bank(call=call, by=self.staff(call), at=self.at))
            self.payer(call.membership_id).came += payment.pence

    def pay_on(self) -> None:
        call = self.a_call(state="funded", owed_pence__isnull=False)
        if call is not None:
            pence = self.some(call.owed_pence or 1)
            about = f"share:{call.about_id}"
            holds.release_by_order(call=call, pence=pence, payee_id=self.world.payee_id, about=about, by=None, at=self.at)
            self.payer(call.membership_id).paid += pence

    def a_hold(self) -> Hold:
        return self.chance.choice([*Hold.objects.order_by("pk")] or [Hold(placed_pence=0)])

    def part_yes(self) -> None:
        """So much happened; the rest is asked about, or comes back."""
        hold = self.a_hold()
        if hold.held_pence:
            pence = self.some(hold.held_pence)
            holds.release(hold=hold, pence=pence, payee_id=self.world.payee_id, about=f"share:{self.next()}", by=None, at=self.at)
            self.payer(hold.membership_id).paid += pence
            rest = Hold.objects.get(pk=hold.pk).held_pence
            if rest:
                self.chance.choice([holds.dispute, holds.give_back])(hold=hold, pence=rest, by=None, at=self.at)

    def question(self) -> None:
        hold = self.a_hold()
        if hold.held_pence:
            holds.dispute(hold=hold, pence=self.some(hold.held_pence + 100), by=None, at=self.at)

    def settle(self) -> None:
        hold = self.a_hold()
        if hold.disputed_pence:
            pay = self.chance.randint(0, hold.disputed_pence)
            fields = {"payee_id": self.world.payee_id, "about": f"share:{self.next()}", "by": None, "at": self.at}
            holds.settle(hold=hold, pay_pence=pay, return_pence=hold.disputed_pence - pay, **fields)
            self.payer(hold.membership_id).paid += pay

    def give_back(self) -> None:
        hold = self.a_hold()
        if hold.held_pence:
            holds.give_back(hold=hold, pence=self.some(hold.held_pence), by=None, at=self.at)

    def drop(self) -> None:
        call = self.a_call(state__in=["called", "funded", "ordered", "missed"])
        if call is not None:
            calls.drop_call(call=call, at=self.at)

    def go_home(self) -> None:
        one = self.chance.choice(self.world.payers)
        pence = self.some(free_share(one.place.pk, one.portion.pk, SOUTHWARK) + 50)
        shares.withdraw(membership=one.place, portion=one.portion, pence=pence, by=one.place.person, at=self.at)
        one.home += pence

    def leave(self) -> None:
        one = self.chance.choice(self.world.payers)
        if one.state() == "notice" and self.chance.random() < 0.3:
            leaving.take_back_notice(membership=one.place, by=one.place.person, at=self.at)
        else:
            leaving.give_notice(membership=one.place, by=one.place.person, at=self.at)

    def die(self) -> None:
        if self.chance.random() < 0.5:
            why = self.chance.choice(["died", "ended", "moved"])
            one = self.chance.choice(self.world.payers)
            leaving.eligibility_ended(membership=one.place, why=why, by=self.who_ends(one), at=self.at)

    def who_ends(self, one: Payer) -> Any:
        """Who looks after that money; of a direct payment the council's own money team."""
        return self.world.town.sam if one.portion.holder == self.world.town.kasmo else self.world.town.colin

    def cut(self) -> None:
        """Less from now on: what was promised stands, and more can't be promised."""
        one = self.chance.choice(self.world.payers)
        budget = cast.current_budget(one.portion)
        amounts, period = budgets.Amounts(5_000, 0, 5_000), budgets.Period(budget.starts_on, budget.ends_on, budget.review_on)
        weekly, who = {one.portion.pk: (5_000, 0)}, one.place.person
        budgets.revise(budget=budget, kind="agreed", amounts=amounts, period=period, by=who, at=self.at, weekly=weekly)
        fields = {"weekly_pence": 5_001, "weeks": 4, "starts_on": cast.monday_after(self.at), "by": who, "at": self.at}
        with pytest.raises(Refusal):
            pledges.promise(membership=one.place, portion=one.portion, **fields)

    def chargeback(self) -> None:
        if self.chance.random() < 0.5:
            payment = self.chance.choice([*Payment.objects.filter(state="available", disputes__isnull=True, part_of=None, kind="card")] or [None])
            if payment is not None:
                self.bank.takes_back(payment, self.some(payment.pence), ends="lost")
                self.debts()

    def give_up(self) -> None:
        setbacks.advance_due(at=self.at)
        self.debts()

    def provider_gives_back(self) -> None:
        """Some of what was paid is asked back, perhaps long after; it is its payer's again at once (FLOAT stands in)."""
        move = self.chance.choice([*HoldMove.objects.filter(kind__in=["release", "settle_pay"]).order_by("pk")] or [None])
        if move is not None:
            pence = self.some(move.pence)
            recoveries.open_for(about=move.about, pence=pence, by=self.world.town.operator, at=self.at)
            setbacks.advance_due(at=self.at)
            self.payer(move.hold.membership_id).again += pence
            self.debts()

    def debts(self) -> None:
        """What banks took, out of the payer's own money here: as the rows of what is owed say, which payments' own proof checks."""
        taken = dict(Payment.objects.order_by().values_list("lot_owner").annotate(sum=Sum("disputes__taken_pence")))
        for one in self.world.payers:
            one.bank = int(taken.get(one.lot.owner) or 0)

    # --- the clock, and who has left ---

    def wait(self) -> None:
        """Days pass: what is not paid is missed, notice ends, statements go out, reminders, silence, and what came free late goes home."""
        self.at += timedelta(days=self.chance.choice([1, 3, 10, 30]))
        calls.advance_due(at=self.at)
        leaving.advance_due(at=self.at)
        if self.chance.random() < 0.7:
            self.market_lets_go()
        settlement.advance_due(at=self.at)
        self.count_home()

    def market_lets_go(self) -> None:
        """What the market does when somebody left: their later weeks are dropped, what was held for some of those is theirs."""
        for one in self.world.payers:
            if one.state() in ("active", "notice"):
                continue
            for call in Call.objects.filter(membership=one.place, state__in=["called", "funded", "missed"], owed_pence__isnull=True):
                calls.drop_call(call=call, at=self.at)
            for hold in Hold.objects.filter(membership=one.place):
                if hold.held_pence and self.chance.random() < 0.5:
                    holds.give_back(hold=hold, pence=hold.held_pence, by=None, at=self.at)

    def count_home(self) -> None:
        """What went home by statements; that it is no more than was theirs, and went by their own lots, `check` and `end` look at."""
        home = dict(Refund.objects.exclude(state="cancelled").order_by().values_list("lot_owner").annotate(sum=Sum("pence")))
        for one in self.world.payers:
            one.home = int(home.get(one.lot.owner, 0))

    def answer(self) -> None:
        row = self.chance.choice([*Statement.objects.filter(state__in=["sent", "queried"]).order_by("pk")] or [None])
        if row is None:
            return
        who = row.membership.person
        if row.state == "queried":
            settlement.resolve(asked=row.asked, reasons="We looked.", by=self.world.town.operator, at=self.at)
        elif row.lines and self.chance.random() < 0.4:
            settlement.query(statement=row, line=self.chance.randrange(len(row.lines)), words="Is it so?", by=who, at=self.at)
        else:
            settlement.agree(statement=row, by=who, at=self.at)
        self.count_home()

    # --- what must be so ---

    def check(self, *, whole: bool) -> None:
        if whole:
            assert proof() == [], self.done
        there: Counter[str] = Counter()
        for account, pence in balances(codes=OWN, with_money=True).items():
            assert pence > 0, self.done
            there[account.owner.rpartition("/member:")[2] if "/member:" in account.owner else account.owner.removeprefix("member:")] += pence
        asked = Call.objects.filter(follows__isnull=True).exclude(state="cancelled").order_by().values_list("membership_id")
        called = dict(asked.annotate(sum=Sum("pence")))
        for one in self.world.payers:
            here = there.pop(one.lot.owner.removeprefix("member:"), 0)
            assert one.came + one.again == here + one.paid + one.home + one.bank, (self.done, one)
            # Nobody pays above the most it can cost, as shown before their yes.
            assert one.paid <= one.ceiling, self.done
            assert called.get(one.place.pk, 0) <= one.ceiling, self.done
        assert not there, self.done

    def end(self) -> None:
        """Everybody leaves, everything open is closed, days pass: then all of it is home, by each payer's own lots, and nothing is left."""
        for hold in Hold.objects.order_by("pk"):
            if hold.disputed_pence:
                fields = {"payee_id": self.world.payee_id, "about": f"share:{self.next()}", "by": None, "at": self.at}
                holds.settle(hold=hold, pay_pence=0, return_pence=hold.disputed_pence, **fields)
        for one in self.world.payers:
            if one.state() in ("active", "notice"):
                leaving.eligibility_ended(membership=one.place, why="ended", by=self.who_ends(one), at=self.at)
        for hold in Hold.objects.order_by("pk"):
            if hold.held_pence:
                holds.give_back(hold=hold, pence=hold.held_pence, by=None, at=self.at)
        self.days_pass()
        self.count_home()
        self.debts()
        self.check(whole=True)
        self.all_home()

    def days_pass(self) -> None:
        """Half of the histories end in silence: two reminders, ten working days; in the others everybody agrees."""
        for _ in range(6):
            if {one.state() for one in self.world.payers} == {"settled"}:
                break
            self.at += timedelta(days=9)
            setbacks.advance_due(at=self.at)
            for call in Call.objects.filter(state__in=["called", "funded", "missed", "ordered"]):
                calls.drop_call(call=call, at=self.at)
            for row in Statement.objects.filter(state="queried"):
                settlement.resolve(asked=row.asked, reasons="We looked.", by=self.world.town.operator, at=self.at)
            settlement.advance_due(at=self.at)
            if self.agrees:
                for row in Statement.objects.filter(state="sent").select_related("membership__person"):
                    settlement.agree(statement=row, by=row.membership.person, at=self.at)
        setbacks.advance_due(at=self.at)
        settlement.advance_due(at=self.at)

    def all_home(self) -> None:
        assert {one.state() for one in self.world.payers} == {"settled"}, self.done
        assert set(Leaving.objects.exclude(state="taken_back").values_list("state", flat=True)) == {"settled"}
        assert balances(codes=OWN, with_money=True) == {}, self.done
        # A promise outlives its payer's place only while a bank's taking something back is not settled.
        assert not Pledge.objects.live().exclude(calls__state__in=("shortfall",)).exists()
        # To the original payer and portion, never more than each payment brought.
        for refund in Refund.objects.select_related("payment"):
            assert refund.payment.lot_owner == refund.lot_owner
        for payment in Payment.objects.filter(kind__in=["card", "bank_transfer"]):
            assert payment.refunded_pence + payment.used_pence + payment.lost_pence <= payment.pence + sum(
                payment.remittances.values_list("recovered_pence", flat=True)
            )
        for statement in Statement.objects.filter(state__in=["sent", "agreed", "silent"]):
            if statement.version == 1 and not statement.moves.filter(kind="debt").exists():
                lines_add_up(statement)
