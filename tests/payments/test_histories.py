"""Random histories with faults: not a penny made or lost, people's money covered after every step, and Stripe equal line by line."""

import random
from typing import Any

import pytest
from django.db import transaction

from ledger.services.journals import NotEnough
from ledger.services.proof import prove
from payments.models import Payment, PaymentOperation, Refund, Remittance
from payments.selectors import proof
from payments.services import reconciliation, refunds, remittances
from payments.services.proof import prove_against_stripe
from tests.payments.conftest import AMINA, COUNCIL, DECLINED, PAYS, YUSUF, Play

FAULTS = ["500_before", "500_stored_after", "drop_after_commit", "truncated", "429", "409"]
PATHS = ["/v1/transfers", "/v1/refunds", "/v1/checkout/sessions", "/v1/payment_intents", "/v1/topups", "/v1/customers", "*"]


class History:
    """People, the clock, Stripe and faults, by dice."""

    def __init__(self, play: Play, seed: int) -> None:
        self.play, self.dice, self.calls = play, random.Random(seed), 0
        self.payee = play.payee()

    def step(self) -> None:
        verbs = [self.pay, self.by_bank, *3 * [self.share], *2 * [self.take_back], self.fault, *3 * [self.wait], self.reconcile]
        self.dice.choice(verbs)()
        self.play.run()

    def pay(self) -> None:
        self.calls += 1
        payment = self.play.start(self.dice.randint(30, 20_000), self.dice.choice([AMINA, YUSUF]), f"call:{self.calls}")
        if payment.state == "open":
            self.play.type_card(payment, self.dice.choice([PAYS, PAYS, DECLINED]))

    def by_bank(self) -> None:
        self.calls += 1
        payment = self.play.start_bank(self.dice.randint(30, 20_000), self.dice.choice([AMINA, YUSUF]), f"call:{self.calls}")
        if payment.state == "open":
            self.play.send_money(payment, self.dice.choice([payment.pence, payment.pence + 500, max(1, payment.pence - 500)]))

    def share(self) -> None:
        self._try(self._share, self.dice.randint(1, 4000), self.dice.choice([AMINA, YUSUF]))

    def _share(self, pence: int, owner: str) -> None:
        self.play.owe(self.payee, pence, owner)

    def take_back(self) -> None:
        self._try(self._take_back, self.dice.randint(1, 4000), self.dice.choice([AMINA, YUSUF]))

    def _take_back(self, pence: int, owner: str) -> None:
        refunds.approve(lot_owner=owner, pence=pence, council_code=COUNCIL, about="withdrawal:1", by=None, at=self.play.at)
        self.play.move("SHARE", owner, "REFUND", owner, pence)

    def _try(self, verb: Any, *what: Any) -> None:
        try:
            with transaction.atomic():
                verb(*what)
        except (remittances.LotsFallShort, NotEnough):
            pass

    def fault(self) -> None:
        self.play.stripe.fault(
            self.dice.choice(FAULTS), self.dice.choice(PATHS), method=self.dice.choice(["POST", "*"]), count=self.dice.randint(1, 3)
        )

    def wait(self) -> None:
        self.play.skip(days=self.dice.randint(0, 5), seconds=self.dice.randint(1, 4000))

    def reconcile(self) -> None:
        reconciliation.run_due(at=self.play.at)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("seed", range(4))
def test_no_history_makes_or_loses_a_penny(play: Play, seed: int) -> None:
    play.float(50_000)
    play.lot(20_000, about="call:0")
    history = History(play, seed)
    for _ in range(60):
        history.step()
        assert prove() == []
        assert proof() == []
    play.stripe.control("faults", [])
    for _ in range(3):
        play.later(days=10)
        reconciliation.run(at=play.at)
    assert not PaymentOperation.objects.filter(state__in=("planned", "sent", "unknown")).exists()
    assert not Remittance.objects.exclude(state="paid").exists()
    assert not Refund.objects.exclude(state="succeeded").exists()
    stuck = Payment.objects.filter(state__in=("started", "clearing"))
    assert [(row.kind, row.state, row.line_id, row.operation.state, row.operation.error, row.available_on) for row in stuck] == []
    assert prove() == proof() == prove_against_stripe() == []
    assert len(play.transfers()) == Remittance.objects.count() > 0
    assert play.dump()["equal"]
