"""One sum for a weekly list, sent to Stripe's stand-in: too little, the rest, twice, with another reference. Each step committed."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils.module_loading import import_string

from config.timers import TIMERS
from ledger.selectors import balance
from payments.gateways import stripe_gateway
from payments.models import Alarm, Payer, Payment
from payments.sandbox.webhooks import signature
from payments.selectors import proof as payments_proof
from payments.services import arrivals, cash, floats, inbox
from pooling.books import Wallet
from pooling.models import WeeklyList
from pooling.selectors import proof
from pooling.selectors import weekly as reading
from pooling.services import weekly_lists
from tests import cast
from tests.pooling.conftest import build_town
from tests.pooling.weekly_desk import Desk, desk_of
from tests.sandbox_process import PLATFORM_SECRET, SandboxProcess


class Week:
    """Kasmo Together's list, and its bank. Both clocks move together."""

    def __init__(self, desk: Desk, stripe: SandboxProcess) -> None:
        self.desk, self.stripe, self.at = desk, stripe, cast.AT

    def run(self, **later: int) -> None:
        self.at += timedelta(**later)
        ahead = int(self.at.timestamp()) - self.stripe.control("clock")["now"]
        self.stripe.move_clock(seconds=max(0, ahead))
        for _ in range(40):
            if not sum(import_string(name)(at=self.at) for name in TIMERS):
                return
        raise AssertionError("the timers never rest")

    def sends(self, pence: int, reference: str = "") -> None:
        """From the holder's bank, with the reference of the payment that is waited for, or with any other words."""
        customer = Payer.objects.get().stripe_customer_id
        waiting = self.desk.waiting
        said = reference or (waiting.instructions["reference"] if waiting else "THE SAME AGAIN")
        self.stripe.act("bank_transfer", customer=customer, amount=pence, reference=said)
        if waiting is not None:
            arrivals.refresh(payment_id=waiting.pk, at=self.at)

    def is_told(self, kind: str) -> None:
        """Stripe's newest event of a kind comes."""
        newest = next(one for one in stripe_gateway._stripe().events.list({"limit": 100}).data if one.type == kind)
        payload = json.dumps(newest.to_dict()).encode()
        inbox.store(payload=payload, signature=signature(payload, PLATFORM_SECRET, int(time.time())), endpoint="platform")

    @property
    def states(self) -> list[str]:
        return [row.state for row in reading.rows_of(WeeklyList.objects.latest("pk"))]


@pytest.fixture
def week(stripe: SandboxProcess, settings: Any) -> Week:
    settings.FACT_ROUTES = {kind: [one for one in to if one.startswith("pooling.")] for kind, to in settings.FACT_ROUTES.items()}
    week = Week(desk_of(build_town()), stripe)
    floats.top_up(council_code=cast.SOUTHWARK, pence=5_000, by=None, at=week.at)
    week.run()
    return week


def test_too_little_then_the_rest_then_the_same_again_is_all_kept_account_of(week: Week) -> None:
    desk = week.desk
    for who, pence in enumerate((2_000, 3_000, 4_000)):
        desk.call(who, pence, due=8 + who)
    made = weekly_lists.make(organisation=desk.town.kasmo, council_code=cast.SOUTHWARK, by=desk.town.sam, at=week.at)
    weekly_lists.send(weekly_list=made, by=desk.town.sam, at=week.at)
    week.run()
    assert desk.waiting is not None
    assert (desk.waiting.state, desk.waiting.pence) == ("open", 9_000)
    first_reference = desk.waiting.instructions["reference"]
    # Too little: what came becomes a payment of its own, and the rest is waited for.
    week.sends(5_500)
    week.run()
    assert desk.waiting is not None
    assert (desk.waiting.state, desk.waiting.pence) == ("open", 3_500)
    week.run(days=2)
    assert (week.states, desk.here) == (["funded", "funded", "waiting"], 500)
    # The rest, with the reference of the first.
    week.sends(3_500, reference=first_reference)
    week.run(days=2)
    assert (week.states, desk.here, desk.waiting) == (["funded"] * 3, 0, None)
    # The whole of it once more, by mistake: it is theirs, in their wallet.
    week.sends(9_000)
    cash.look_all(at=week.at)
    week.run()
    week.run(days=2)
    made.refresh_from_db()
    assert (made.state, desk.here, desk.waiting) == ("done", 9_000, None)
    about = Wallet(desk.town.kasmo.pk, cast.SOUTHWARK).about
    assert set(Payment.objects.filter(about=about, state="available").values_list("pence", flat=True)) == {3_500, 5_500, 9_000}
    assert (proof(), payments_proof(), balance(Wallet(desk.town.kasmo.pk, cast.SOUTHWARK).money)) == ([], [], 9_000)
    assert not Alarm.objects.open().filter(kind="money_nobody_asked_for").exists()


def test_the_same_again_after_a_list_is_done_is_theirs_in_the_same_hour(week: Week) -> None:
    """It waited for the next comparison with Stripe."""
    desk = week.desk
    desk.call(0, 2_000, due=8)
    made = weekly_lists.make(organisation=desk.town.kasmo, council_code=cast.SOUTHWARK, by=desk.town.sam, at=week.at)
    weekly_lists.send(weekly_list=made, by=desk.town.sam, at=week.at)
    week.run()
    week.sends(2_000)
    week.run(days=2)
    made.refresh_from_db()
    assert (made.state, desk.here) == ("done", 0)
    week.sends(2_000)
    week.run(seconds=30)
    assert Payer.objects.get().cash_pence == 0, "nobody has looked"
    week.is_told("customer_cash_balance_transaction.created")
    week.run()
    mine = Payment.objects.filter(about=Wallet(desk.town.kasmo.pk, cast.SOUTHWARK).about)
    assert sorted(mine.values_list("pence", "state")) == [(2_000, "available"), (2_000, "clearing")]
    assert not Alarm.objects.open().filter(kind="money_nobody_asked_for").exists()
    week.run(days=2)
    assert (desk.here, proof(), payments_proof()) == (2_000, [], [])
