"""Whatever is done to it in whatever order, the sandbox's own books are whole."""

import contextlib
import random

import pytest
import stripe

from tests.contract.conftest import BANK_TRANSFER, PROVIDER
from tests.contract.pages_by_hand import fields_of, open_page
from tests.contract.test_direct_debit import SET_UP, keep_bank


def keep_another(api, customer, number):
    session = api.checkout.sessions.create(SET_UP | {"customer": customer})
    open_page(session.url, fields_of(open_page(session.url)) | {"account_number": number})
    return api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]}).setup_intent.payment_method


class Walk:
    def __init__(self, api, sandbox, seed):
        self.api, self.sandbox, self.dice = api, sandbox, random.Random(seed)
        self.customer, kept = keep_bank(api)
        self.methods = [kept.payment_method, *(keep_another(api, self.customer, number) for number in ("22222227", "00033333"))]
        self.accounts = [api.accounts.create(PROVIDER).id for _ in range(2)]
        for account in self.accounts:
            sandbox.act("onboard", account=account)

    def one(self, page):
        return self.dice.choice(page.data).id if page.data else "none"

    def step(self):
        verbs = (self.card, self.bank, self.debit, self.top_up, self.transfer, self.from_charge, self.reverse, self.refund)
        verbs += (self.fail, self.fail_topup, self.fail_payout, self.fail_debit, self.dispute, self.decide, self.clock)
        with contextlib.suppress(stripe.InvalidRequestError, stripe.CardError, RuntimeError):  # a refusal is an answer too
            self.dice.choice(verbs)()

    def pence(self):
        return self.dice.randint(30, 9000)

    def card(self):
        method = self.dice.choice(["pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined"])
        self.api.payment_intents.create({"amount": self.pence(), "currency": "gbp", "payment_method": method, "confirm": True})

    def bank(self):
        self.api.payment_intents.create(BANK_TRANSFER | {"amount": self.pence(), "customer": self.customer})
        self.api.test_helpers.customers.fund_cash_balance(self.customer, {"amount": self.pence(), "currency": "gbp"})

    def debit(self):
        asked = {"amount": self.pence(), "currency": "gbp", "customer": self.customer, "payment_method": self.dice.choice(self.methods)}
        self.api.payment_intents.create(asked | {"off_session": True, "confirm": True})

    def fail_debit(self):
        self.sandbox.act("fail_debit", charge=self.one(self.api.charges.list({"limit": 20})))

    def fail_topup(self):
        self.sandbox.act("fail_topup", topup=self.one(self.api.topups.list()))

    def fail_payout(self):
        self.sandbox.act("fail_payout", payout=self.one(self.api.payouts.list(options={"stripe_account": self.dice.choice(self.accounts)})))

    def top_up(self):
        self.api.topups.create({"amount": self.pence(), "currency": "gbp"})

    def transfer(self):
        self.api.transfers.create({"amount": self.pence() // 4 + 1, "currency": "gbp", "destination": self.dice.choice(self.accounts)})

    def from_charge(self):
        source = self.one(self.api.charges.list({"limit": 20}))
        asked = {"amount": self.pence(), "currency": "gbp", "destination": self.dice.choice(self.accounts), "source_transaction": source}
        self.api.transfers.create(asked)

    def reverse(self):
        self.api.transfers.reversals.create(self.one(self.api.transfers.list({"limit": 20})), {"amount": self.pence() // 4 + 1})

    def refund(self):
        self.api.refunds.create({"charge": self.one(self.api.charges.list({"limit": 20})), "amount": self.pence() // 4 + 1})

    def fail(self):
        self.sandbox.act("fail_refund", refund=self.one(self.api.refunds.list()))

    def dispute(self):
        self.sandbox.act("dispute", charge=self.one(self.api.charges.list({"limit": 20})))

    def decide(self):
        self.sandbox.act("close_dispute", dispute=self.one(self.api.disputes.list()), won=self.dice.random() < 0.5)

    def clock(self):
        self.sandbox.move_clock(days=self.dice.choice([0.1, 1, 3]))


@pytest.mark.parametrize("seed", range(3))
def test_books_are_whole_after_any_history(api, sandbox, seed):
    walk = Walk(api, sandbox, seed)
    for step in range(120):
        walk.step()
        if step % 20 == 0:
            assert sandbox.control("dump")["equal"]
    sandbox.move_clock(days=10)
    books = sandbox.control("dump")
    assert books["equal"]
    assert all(balance["pending"] == 0 for balance in books["balances"].values())
    lines = [line for line in books["balance_transactions"] if line["account"] == "acct_platform"]
    assert len({line["id"] for line in lines}) == len(lines)
    kinds = {line["type"] for line in lines}
    assert {"charge", "payment", "topup", "transfer", "refund"} <= kinds
