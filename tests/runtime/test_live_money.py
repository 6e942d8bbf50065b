"""Money on the platform as it really runs: five processes, one of them or all of them killed in the worst moment, and not a penny lost or sent twice.

One platform serves every test, in this order; each asks for what it needs of the story as it then stands, and ends with the books proved.
"""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from audit.services import clock
from config import demo_state, postgres
from config.demo_story.cast import AMINA, COLIN, HALIMA, SAM, YUSUF, Part
from marketplace.models import MilestoneShare, Visit
from payments.models import Payment, PaymentOperation, Remittance, WebhookEvent
from payments.rules import LEASE
from pooling.models import Call
from tests.conftest import point_connections_at
from tests.money import cover
from tests.runtime.demo_process import ROOT, DemoProcess, eventually
from tests.runtime.visitor import DECLINED, Visitor

pytestmark = pytest.mark.live
Answer = TypeVar("Answer")
PATIENCE_SECONDS = 60.0
FAR_ENOUGH_DAYS = 21
HANG_SECONDS = 20
TWO_MINUTES = int(LEASE.total_seconds()) + 30
SETTINGS = ("STRIPE_SECRET_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET_PLATFORM", "STRIPE_WEBHOOK_SECRET_CONNECT")


@dataclass(frozen=True)
class Database:
    """The running demo's, for both logins."""

    web_url: str
    owner_url: str


@dataclass(frozen=True)
class Platform:
    """A running demo, from outside and from inside."""

    demo: DemoProcess
    blocker: DjangoDbBlocker

    # --- from outside ---

    def visitor(self, part: Part) -> Visitor:
        return Visitor(f"http://127.0.0.1:{self.demo.port}", part)

    def manage(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py …` as an operator types it."""
        asked = [sys.executable, "manage.py", *command]
        return subprocess.run(asked, cwd=ROOT, env=self.demo.environment(), capture_output=True, text=True, check=False)

    def a_day_passes(self) -> None:
        """Both clocks, with everything that falls due."""
        self._post(f"http://127.0.0.1:{self.demo.port}/demo/clock/", {"days": 1})

    def until(self, claim: Callable[[], bool], what: str) -> None:
        """Lets days pass until it is so."""
        for _ in range(FAR_ENOUGH_DAYS):
            if claim():
                return
            self.a_day_passes()
        assert claim(), what

    def stripe(self, verb: str, asked: Any) -> Any:
        """The sandbox's control plane."""
        return self._post(f"{self._kept('STRIPE_API_BASE')}/_sandbox/{verb}", asked)

    def at_stripe(self, things: str) -> list[dict[str, Any]]:
        """What Stripe has of these ("transfers"), newest first."""
        address = f"{self._kept('STRIPE_API_BASE')}/v1/{things}?limit=100"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self._kept('STRIPE_SECRET_KEY')}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        assert not found["has_more"]
        return list(found["data"])

    def _post(self, address: str, asked: Any) -> Any:
        request = urllib.request.Request(address, json.dumps(asked).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def _kept(self, name: str) -> str:
        return demo_state.read_settings(self.demo.data_dir)[name]

    # --- from inside ---

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Our models read the platform's own database, and our gateway asks its sandbox."""
        before = {alias: dict(connections[alias].settings_dict) for alias in connections}
        addresses = [postgres.url(self.demo.data_dir, role) for role in (postgres.WEB, postgres.OWNER)]
        with self.blocker.unblock(), pytest.MonkeyPatch.context() as patch:
            for name in SETTINGS:
                patch.setattr(settings, name, self._kept(name))
            point_connections_at(Database(*addresses))
            try:
                yield
            finally:
                for alias, kept in before.items():
                    connections[alias].close()
                    connections[alias].settings_dict.update(kept)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        with self.inside():
            return question()

    def two_minutes_pass(self) -> None:
        """Both clocks; no timer is run: that is left to the worker."""
        self.ask(lambda: clock.move(seconds=TWO_MINUTES))
        self.stripe("clock", {"seconds": TWO_MINUTES})

    def call_of(self, part: Part, share: int | None = None) -> Call:
        """What this person's money is asked for now, in the same week as a share if one is named; days pass until something is."""

        def first() -> Call | None:
            rows = Call.objects.filter(membership__person__email=part.email, state="called").order_by("due_on", "pk")
            if share is not None:
                week = MilestoneShare.objects.get(pk=share).milestone_id
                rows = rows.filter(about_id__in=MilestoneShare.objects.filter(milestone=week).values("pk"))
            return rows.first()

        self.until(lambda: self.ask(first) is not None, f"{part.name} is asked for money")
        call = self.ask(first)
        assert call is not None
        return call

    def payment_of(self, call: Call) -> Payment:
        """The one payment there is for it."""
        return self.ask(lambda: Payment.objects.get(about=f"call:{call.pk}"))

    def state_of(self, call: Call) -> str:
        return self.ask(lambda: Call.objects.get(pk=call.pk)).state

    def has_the_money(self, call: Call) -> bool:
        return self.payment_of(call).state == "available" and self.state_of(call) in ("funded", "consumed")

    def books_are_right(self) -> None:
        """`manage.py check_books` says so, everybody was covered at every moment, and nothing was sent twice."""
        proved = self.manage("check_books")
        assert proved.returncode == 0, proved.stdout + proved.stderr
        assert self.ask(cover.uncovered) == []
        sent = [one["metadata"]["operation"] for one in self.at_stripe("transfers")]
        paid = self.ask(lambda: [str(pk) for pk in Remittance.objects.filter(state="paid").values_list("operation_id", flat=True)])
        assert sorted(sent) == sorted(paid)


@pytest.fixture(scope="module")
def platform(demo: DemoProcess, django_db_blocker: DjangoDbBlocker) -> Platform:
    """Running, with the story in it: Amina was asked about a week and has not answered."""
    if not demo.is_running():
        demo.start()
    return Platform(demo, django_db_blocker)


@pytest.fixture
def no_webhooks(platform: Platform) -> Iterator[None]:
    """Stripe sends its webhooks, and every one is lost on the way."""
    told = platform.ask(WebhookEvent.objects.count)
    platform.stripe("webhooks", {"mode": "drop"})
    yield
    assert platform.ask(WebhookEvent.objects.count) == told
    platform.stripe("webhooks", {"mode": "normal"})


def test_a_worker_killed_between_stripes_commit_and_ours_sends_the_money_once(platform: Platform, no_webhooks: None) -> None:
    share = platform.ask(lambda: MilestoneShare.objects.get(payer__person__email=AMINA.email, state="asked"))
    before = len(platform.at_stripe("transfers"))
    platform.stripe("faults", {"method": "POST", "path": "/v1/transfers", "kind": "hang_after_commit", "seconds": HANG_SECONDS})
    platform.visitor(AMINA).says_it_all_happened(share.pk)
    assert eventually(lambda: len(platform.at_stripe("transfers")) == before + 1, PATIENCE_SECONDS)
    worker = platform.demo.child("celery")
    assert worker is not None
    worker.kill()

    def remittance() -> Remittance:
        return platform.ask(lambda: Remittance.objects.select_related("operation").get(about=f"share:{share.pk}"))

    left = remittance()
    assert left.operation is not None
    assert (left.state, left.operation.state, left.operation.stripe_id) == ("sent", "sent", None)
    assert eventually(lambda: platform.demo.child("celery") not in (None, worker), PATIENCE_SECONDS)
    platform.two_minutes_pass()
    assert eventually(lambda: remittance().state == "paid", PATIENCE_SECONDS)
    sent = [one for one in platform.at_stripe("transfers") if one["metadata"]["operation"] == str(left.operation_id)]
    assert [(one["id"], one["amount"]) for one in sent] == [(remittance().operation.stripe_id, share.pence)]
    assert len(platform.at_stripe("transfers")) == before + 1
    platform.books_are_right()


def test_everything_killed_in_the_middle_of_a_payment_loses_nothing_and_the_payment_ends(platform: Platform) -> None:
    amina, call = platform.visitor(AMINA), platform.call_of(AMINA)
    platform.stripe("faults", {"method": "POST", "path": "/v1/checkout/sessions", "kind": "hang_after_commit", "seconds": HANG_SECONDS})
    pages = len(platform.at_stripe("checkout/sessions"))
    press = threading.Thread(target=_presses_in_vain, args=(amina, call.pk))
    press.start()
    assert eventually(lambda: len(platform.at_stripe("checkout/sessions")) == pages + 1, PATIENCE_SECONDS)
    kept = _everything(platform)
    platform.demo.kill_everything()
    press.join(PATIENCE_SECONDS)
    assert not press.is_alive()

    platform.demo.start()
    now = _everything(platform)
    assert {name: lost for name in kept if (lost := kept[name] - now[name])} == {}
    assert platform.payment_of(call).state == "started"
    assert "Stripe takes longer than usual. No money was taken." in amina.see(amina.opens_the_card_page(call.pk)).html
    platform.two_minutes_pass()
    assert eventually(lambda: platform.payment_of(call).state == "open", PATIENCE_SECONDS)
    page = amina.opens_the_card_page(call.pk)
    assert page == platform.payment_of(call).checkout_url
    assert "We have your payment" in amina.pays_there(page).html
    assert len(platform.at_stripe("checkout/sessions")) == pages + 1
    platform.until(lambda: platform.has_the_money(call), "the payment ends")
    platform.books_are_right()


def _presses_in_vain(visitor: Visitor, call_id: int) -> None:
    with pytest.raises(OSError):
        visitor.opens_the_card_page(call_id)


def _everything(platform: Platform) -> dict[str, set[Any]]:
    """What was committed on either side."""
    with platform.inside():
        return {
            "journals": {moment.journal for moment in cover.walk()},
            "payments": set(Payment.objects.values_list("pk", "pence")),
            "calls to Stripe": set(PaymentOperation.objects.values_list("pk", "params_hash")),
            "shares": set(MilestoneShare.objects.values_list("pk", "pence", "paid_pence")),
            **{name: {one["id"] for one in platform.at_stripe(name)} for name in ("transfers", "charges", "checkout/sessions")},
        }


def test_a_declined_card_stops_nobody_elses_visits(platform: Platform) -> None:
    amina, call = platform.visitor(AMINA), platform.call_of(AMINA)
    refused = amina.pays_there(amina.opens_the_card_page(call.pk), DECLINED)
    assert "Nothing was taken." in refused.html
    assert (
        "Your bank said no to the card. No money was taken. Try another card, or pay by bank transfer."
        in amina.see(f"/payments/{call.pk}/after/").html
    )

    bank = platform.call_of(YUSUF, call.about_id)
    platform.visitor(SAM).send(f"/payments/{bank.pk}/bank/")
    payment = platform.payment_of(bank)
    platform.stripe("dashboard", {"action": "bank_transfer", "payment_intent": payment.intent_id, "amount": payment.pence})
    order = platform.call_of(HALIMA, call.about_id)
    platform.visitor(COLIN).send(f"/looking-after/orders/{order.pk}/", reference="SWK-2026-LIVE", _confirm="yes")

    share = platform.ask(lambda: MilestoneShare.objects.select_related("milestone").get(pk=call.about_id))
    platform.until(lambda: platform.ask(share.milestone.refresh_from_db) or share.milestone.state == "funded", "the week goes ahead")
    with platform.inside():
        rows = MilestoneShare.objects.filter(milestone=share.milestone).values_list("payer__person__email", "state", "covered_by")
        assert set(rows) == {(AMINA.email, "dropped", ""), (YUSUF.email, "covered", "money"), (HALIMA.email, "covered", "order")}
        visits = Visit.objects.filter(milestone=share.milestone).values_list("payer__person__email", "state").distinct()
        assert set(visits) == {(AMINA.email, "called_off"), (YUSUF.email, "planned"), (HALIMA.email, "planned")}
    assert "you have no visits that week. The visits of the others go on." in amina.see(f"/payments/{call.pk}/").html
    platform.books_are_right()


def test_a_payment_of_which_every_webhook_is_lost_comes_to_the_same_end(platform: Platform, no_webhooks: None) -> None:
    amina, call = platform.visitor(AMINA), platform.call_of(AMINA)
    page = amina.opens_the_card_page(call.pk)
    amina.pays_and_shuts_the_window(page)
    done = platform.manage("reconcile")
    assert done.returncode == 0, done.stderr
    assert (platform.payment_of(call).state, platform.state_of(call)) == ("clearing", "clearing")
    platform.until(lambda: platform.has_the_money(call), "the payment ends")
    platform.books_are_right()


def test_ctrl_c_after_all_that_leaves_no_process(platform: Platform) -> None:
    assert platform.demo.get("/readyz")[0] == 200
    assert platform.demo.stop().endswith("Stopped.\n")
    assert platform.demo.running() == set()
