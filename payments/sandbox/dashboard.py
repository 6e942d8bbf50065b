"""What happens at Stripe without our asking: a person at the dashboard, a bank, a cardholder who disputes."""

from collections.abc import Callable
from typing import Any

from payments.sandbox import money
from payments.sandbox.operations import accounts, customers, debits, disputes, methods, payouts, refunds, topups, transfers
from payments.sandbox.registry import Call
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, PLATFORM, World

Action = Callable[[World, Json], Json]


def _by_hand(world: World, **params: Any) -> Call:
    return Call(world, {key: value for key, value in params.items() if value is not None}, {})


def refund_by_hand(world: World, asked: Json) -> Json:
    """`charge`, `amount` optional."""
    return refunds.create_refund(_by_hand(world, charge=asked["charge"], amount=asked.get("amount")))


def transfer_by_hand(world: World, asked: Json) -> Json:
    """`destination`, `amount`."""
    return transfers.create_transfer(_by_hand(world, destination=asked["destination"], amount=asked["amount"], currency="gbp"))


def payout_by_hand(world: World, asked: Json) -> Json:
    """`amount`, `account` optional (the platform)."""
    account = accounts.connected(world, asked.get("account", PLATFORM))
    money.require(world, account["id"], asked["amount"])
    return payouts.make(world, account, asked["amount"], automatic=False)


def set_payouts(world: World, asked: Json) -> Json:
    """`interval` (daily or manual), `account` optional (the platform)."""
    account = accounts.connected(world, asked.get("account", PLATFORM))
    account["settings"]["payouts"]["schedule"]["interval"] = asked["interval"]
    return accounts.announce(world, account)


def onboard(world: World, asked: Json) -> Json:
    """`account`; finishes its onboarding without the page. `sort_code`, `account_number` optional."""
    account = accounts.connected(world, asked["account"])
    return accounts.finish_onboarding(world, account, _bank(world, asked))


def change_bank(world: World, asked: Json) -> Json:
    """`account`, `sort_code`, `account_number`: the fingerprint changes with them."""
    account = accounts.connected(world, asked["account"])
    return accounts.change_bank(world, account, _bank(world, asked))


def _bank(world: World, asked: Json) -> Json:
    return accounts.bank_account(world, asked["account"], asked.get("sort_code", "108800"), asked.get("account_number", "00012345"))


def lose_transfers(world: World, asked: Json) -> Json:
    """`account`: Stripe asks for something more and stops transfers to it."""
    return accounts.lose_transfers(world, accounts.connected(world, asked["account"]))


def ask_more(world: World, asked: Json) -> Json:
    """`account`, `days` optional (14), `due` optional: Stripe asks for something by a day, and stops transfers on that day."""
    deadline = world.now() + int(asked.get("days", 14) * DAY)
    return accounts.ask_more(world, accounts.connected(world, asked["account"]), asked.get("due", ["individual.verification.document"]), deadline)


def regain_transfers(world: World, asked: Json) -> Json:
    """`account`: what was asked for has been given."""
    account = accounts.connected(world, asked["account"])
    account |= {"requirements": accounts.requirements([]), "payouts_enabled": True}
    accounts.set_capabilities(world, account, "active")
    return accounts.announce(world, account)


def reject_account(world: World, asked: Json) -> Json:
    """`account`: Stripe will not have it."""
    account = accounts.connected(world, asked["account"])
    account |= {"requirements": accounts.requirements([], "rejected.other"), "payouts_enabled": False}
    accounts.set_capabilities(world, account, "inactive")
    return accounts.announce(world, account)


def fail_refund(world: World, asked: Json) -> Json:
    """`refund`, `reason` optional."""
    return refunds.fail(world, world.get("refund", asked["refund"]), asked.get("reason", "lost_or_stolen_card"))


def fail_payout(world: World, asked: Json) -> Json:
    """`payout`, `code` optional."""
    return payouts.fail(world, world.get("payout", asked["payout"]), asked.get("code", "account_closed"))


def fail_topup(world: World, asked: Json) -> Json:
    """`topup`, `code` optional: the bank does not send it, or takes it back."""
    return topups.fail(world, world.get("topup", asked["topup"]), asked.get("code", "insufficient_funds"))


def give_bank_details(world: World, asked: Json) -> Json:
    """`refund`: the payer has told Stripe where a refund that waits for it is to go."""
    return refunds.go_on(world, world.get("refund", asked["refund"]))


def bank_transfer(world: World, asked: Json) -> Json:
    """`amount` sent from the bank of a `customer`, or of whoever a `payment_intent` waits for; `reference` optional.

    `unnamed`: the transfer does not say which account it came from, so that a refund has to ask the payer.
    """
    intent = world.get("payment_intent", asked["payment_intent"]) if "payment_intent" in asked else {"customer": asked.get("customer")}
    reference = asked.get("reference", intent.get("_reference"))
    customer = world.get("customer", str(intent["customer"])) | ({"_unnamed": True} if asked.get("unnamed") else {})
    return customers.receive(world, customer, int(asked["amount"]), reference)


def dispute(world: World, asked: Json) -> Json:
    """`charge`, `amount` and `reason` optional: the payer's bank takes the money back, and Stripe its fee. Direct Debit: lost from the start."""
    charge = world.get("charge", asked["charge"])
    return disputes.start(world, charge, asked.get("amount", charge["amount"] - charge["amount_refunded"]), asked.get("reason", ""))


def inquiry(world: World, asked: Json) -> Json:
    """`charge`, `amount` optional: a card's bank asks, and moves no money yet. `close_dispute` (won) ends it, `escalate_dispute` makes it real."""
    charge = world.get("charge", asked["charge"])
    return disputes.ask(world, charge, asked.get("amount", charge["amount"] - charge["amount_refunded"]))


def escalate_dispute(world: World, asked: Json) -> Json:
    """`dispute`: a bank that asked takes the money."""
    return disputes.escalate(world, world.get("dispute", asked["dispute"]))


def drain(world: World, asked: Json) -> Json:
    """`account`, `amount` optional (all): what a provider has at Stripe goes to its bank now, so that a reversal finds too little."""
    return payout_by_hand(world, asked | {"amount": asked.get("amount", money.balance(world, asked["account"]))})


def close_dispute(world: World, asked: Json) -> Json:
    """`dispute`, `won` true or false: a dispute won gives the money back, not the fee."""
    return disputes.close(world, world.get("dispute", asked["dispute"]), won=bool(asked["won"]))


def fail_debit(world: World, asked: Json) -> Json:
    """`payment_intent` or `charge`, `code` optional: the bank says no to a Direct Debit that is being processed."""
    return debits.fail(world, _debited(world, asked), asked.get("code", "insufficient_funds"))


def settle_debit(world: World, asked: Json) -> Json:
    """`payment_intent` or `charge`: the bank pays a Direct Debit before its day."""
    return debits.settle(world, _debited(world, asked))


def _debited(world: World, asked: Json) -> Json:
    return world.get("payment_intent", asked.get("payment_intent") or world.get("charge", asked["charge"])["payment_intent"])


def revoke_mandate(world: World, asked: Json) -> Json:
    """`mandate` or `payment_method`, `reason` optional: the payer ends the Direct Debit at their bank. What is being processed fails."""
    mandate_id = asked.get("mandate") or world.get("payment_method", asked["payment_method"])["_mandate"]
    return methods.end_mandate(world, world.get("mandate", mandate_id), "revoked", asked.get("reason", "debit_not_authorized"))


def unexplained(world: World, asked: Json) -> Json:
    """`amount`, signed: a line in the books that nothing of ours explains."""
    return money.post(world, "adjustment", asked["amount"], world.new_id("adj"), description="Adjustment")


ACTIONS: dict[str, Action] = {
    verb.__name__: verb
    for verb in (
        refund_by_hand,
        transfer_by_hand,
        payout_by_hand,
        set_payouts,
        onboard,
        change_bank,
        lose_transfers,
        regain_transfers,
        ask_more,
        reject_account,
        fail_refund,
        fail_payout,
        fail_topup,
        give_bank_details,
        bank_transfer,
        dispute,
        inquiry,
        escalate_dispute,
        close_dispute,
        drain,
        fail_debit,
        settle_debit,
        revoke_mandate,
        unexplained,
    )
}
