"""Taking over what changed behind the model's back: at Stripe, by its own record; in our rows, where only the timing is free."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from audit.clock import london_date
from config.simulation import observing_by_hand as by_hand
from config.simulation import observing_debits as debits
from config.simulation import observing_disputes as disputes
from config.simulation import observing_recoveries as recoveries
from config.simulation import observing_weekly as weekly
from config.simulation import observing_withdrawals as withdrawals
from config.simulation import reading
from config.simulation.model import people as must
from config.simulation.model.book import Wrong
from config.simulation.model.things import Call, Payment, Purse, Withdrawal
from places.calendar import add_working_days, working_days_between

if TYPE_CHECKING:
    from config.simulation.world import World

MISS_WORKING_DAYS, BANK_WORKING_DAYS = 10, 5
SENT_HOME_DAYS, IDLE_SECONDS, ORDER_PAID_WITHIN_SECONDS = 88, 60 * 86_400, 30 * 86_400
ALARMS = ("float_short", "transfer_refused", "money_nobody_asked_for", "cash_not_returned")
DEAD = ("expired", "cancelled", "failed")


def learn(world: "World") -> None:
    """What happened at Stripe since the last look: what it took, sent and gave back. Raises Wrong when it did a thing twice."""
    for event in world.stripe.news():
        world.post.append(event)
        happened = HAPPENED.get(event["type"])
        if happened is not None:
            happened(world, event["data"]["object"])


def _took(world: "World", charge: dict[str, Any]) -> None:
    payment = world.model.payments.get(charge["metadata"].get("payment", ""))
    if payment is None:
        raise Wrong(f"Stripe took {charge['amount']}p for nothing of ours: {charge['id']}")
    if debits.said(world, payment, charge):
        return
    if payment.taken_at is not None or charge["amount"] != payment.pence:
        raise Wrong(f"Stripe took {charge['amount']}p for payment {payment.id} of {payment.pence}p, taken at {payment.taken_at}")
    line = world.stripe.get(f"/v1/balance_transactions/{charge['balance_transaction']}")
    payment.taken_at, payment.available_at, payment.fee, payment.charge = charge["created"], line["available_on"], line["fee"], charge["id"]
    payment.bank = "asked" if payment.kind == "bacs" else ""


def _topped_up(world: "World", thing: dict[str, Any]) -> None:
    payment = world.model.payments[thing["metadata"]["payment"]]
    world.model.saw(thing["metadata"]["operation"], thing["id"])
    payment.taken_at, payment.available_at, payment.charge = thing["created"], thing["expected_availability_date"], thing["id"]


def _sent(world: "World", transfer: dict[str, Any]) -> None:
    operation, source = transfer["metadata"].get("operation", ""), transfer["source_transaction"]
    if not operation:
        by_hand.sent(world, transfer)
        return
    world.model.saw(operation, transfer["id"])
    world.model.sent_at_stripe += transfer["amount"]
    [(pk,)] = reading.rows("select id from payments_remittance where operation_id = %s", operation)
    row, to = world.model.remittances[pk], {f"payee:{payee.id}": payee.account for payee in world.model.payees}
    # Of a charge of which too little is left, Stripe is not told.
    if (transfer["amount"], transfer["destination"]) != (row.pence, to[row.owner]) or source not in (None, row.lot.charge):
        raise Wrong(f"Stripe sent {transfer['amount']}p of {source} to {transfer['destination']}; remittance {pk}: {row.pence}p to {to[row.owner]}")


def _gave_back(world: "World", refund: dict[str, Any]) -> None:
    operation = refund["metadata"].get("operation", "")
    world.model.saw(operation, refund["id"])
    if refund["charge"] is None:
        return  # sent to us by mistake and never in any book of ours
    if not operation:
        by_hand.gave_back(world, refund)
        return
    [(pk,)] = reading.rows("select id from payments_refund where operation_id = %s", operation)
    row = world.model.refunds[pk]
    row.stripe_id = refund["id"]
    if refund["amount"] != row.pence or refund["charge"] != row.lot.charge:
        raise Wrong(f"Stripe gave {refund['amount']}p of {refund['charge']} back, refund {pk} is {row.pence}p of {row.lot.charge}")


def _came_back(world: "World", refund: dict[str, Any]) -> None:
    for row in world.model.refunds.values():
        if row.stripe_id == refund["id"]:
            row.is_failed_at_stripe = True


def _made(world: "World", thing: dict[str, Any]) -> None:
    world.model.saw(thing["metadata"].get("operation", ""), thing["id"])


HAPPENED = {
    "charge.succeeded": _took,
    "charge.pending": _took,
    "charge.failed": debits.refused,
    "checkout.session.completed": debits.page_left,
    "checkout.session.expired": debits.page_left,
    "mandate.updated": debits.changed,
    "topup.created": _topped_up,
    "transfer.created": _sent,
    "refund.created": _gave_back,
    "refund.failed": _came_back,
    "customer.created": _made,
    "payment_intent.created": _made,
    "transfer.reversed": recoveries.happened,
    **dict.fromkeys((f"charge.dispute.{what}" for what in ("created", "funds_withdrawn", "funds_reinstated", "closed")), disputes.happened),
}


def about_to_judge(world: "World", seen: reading.Seen) -> None:
    """What a journal's rule needs to know: which councils an alarm stops, and whether the payee may be paid."""
    if seen.entry.kind == "withdraw":
        _went_home(world, seen)
    if seen.entry.kind == "hand_out":
        weekly.handed(world, seen.about, seen.entry.moves[0].pence)
    if seen.entry.kind == "wallet_sent_back":
        _went_back(world, seen)
    if seen.entry.kind == "kept_for_debt":
        withdrawals.kept_for_debt(world, seen.about, seen.entry.moves[0].pence)
    if seen.about.startswith("dispute:"):
        disputes.known(world, seen.about)
    if seen.entry.kind == "recovery_set_off":
        recoveries.kept_back(world, seen.about, seen.entry.moves[0].pence)
    if seen.entry.kind in ("remittance_planned", "remittance_stopped"):
        _to_a_provider(world, seen)


def _to_a_provider(world: "World", seen: reading.Seen) -> None:
    row = world.model.remittances.get(int(seen.about.partition(":")[2]))
    payee = next((one for one in world.model.payees if row is not None and row.owner == f"payee:{one.id}"), None)
    if seen.entry.kind == "remittance_stopped":
        owes = any(
            one.state == "owed" and row is not None and (one.owner, one.council) == (row.owner, row.council)
            for one in world.model.recoveries.values()
        )
        if payee is None or (payee.bank_changed_at is None and not owes):
            raise Wrong(f"{seen.about} was put back, and its payee's bank details never changed, nor does it owe.")
        return
    if payee is None or not payee.is_ready:
        raise Wrong(f"{seen.about} was planned for a payee who can't be paid.")
    if row is not None and debits.rests(row, world.at):
        raise Wrong(f"{seen.about} was planned out of a Direct Debit that has to rest.")
    if payee.bank_changed_at is not None and working_days_between(_day(payee.bank_changed_at), london_date(world.at)) < BANK_WORKING_DAYS:
        raise Wrong(f"{seen.about} was planned to bank details changed less than five working days ago.")


def _went_home(world: "World", seen: reading.Seen) -> None:
    """The clock sent free money home: out of a lot of 88 days, or what was free for 60 days. Nothing that anything counts on."""
    model, about = world.model, seen.about
    debit, _, pence = seen.entry.moves[0]
    purse = next(purse for purse in model.purses if purse.key("SHARE") == debit)
    found = reading.refunds_about(about)
    old = model.payments[found[0][1]] if len(found) == 1 and _age(world, model.payments[found[0][1]]) >= SENT_HOME_DAYS else None
    idle = model.free(purse) - model.book.came_in(debit, model.now - IDLE_SECONDS)
    may = model.may_go_home(purse)
    if pence > min(may, idle if old is None else old.free):
        raise Wrong(f"{about}: the clock sent {pence}p home, free are {may}p, idle {idle}p")
    row = Withdrawal(int(about.partition(":")[2]), purse, pence, [])
    row.refunds = must.name_lots(model, purse, pence, found, about, purse.owner, newest=True, only=old)
    model.withdrawals[row.id] = model.watched[row.id] = row


def _went_back(world: "World", seen: reading.Seen) -> None:
    """The clock sent back what an organisation paid in long ago and gave nobody: all that was left of that lot."""
    model, about = world.model, seen.about
    debit, _, pence = seen.entry.moves[0]
    wallet = next(wallet for wallet in model.wallets if wallet.key("SHARE") == debit)
    found = reading.refunds_about(about)
    lot = model.payments[found[0][1]]
    if len(found) != 1 or _age(world, lot) < SENT_HOME_DAYS or pence != lot.free:
        raise Wrong(f"{about}: the clock sent {pence}p back out of {found}; of the first {lot.free}p is left, and it is {_age(world, lot)} days old.")
    row = model.sent_back[int(about.partition(":")[2])] = Withdrawal(int(about.partition(":")[2]), wallet, pence, [])
    row.refunds = must.name_lots(model, wallet, pence, found, about, wallet.owner, newest=True, only=lot)


def _age(world: "World", lot: Payment) -> int:
    return (london_date(world.at) - _day(lot.taken_at or 0)).days


def old_lots(world: "World", purse: Purse) -> list[Payment]:
    """Lots of 88 days and more that still have something in them."""
    return [lot for lot in purse.lots if lot.free and _age(world, lot) >= SENT_HOME_DAYS]


def _day(moment: int) -> date:
    return london_date(datetime.fromtimestamp(moment, UTC))


# --- our own rows ---


def rows(world: "World") -> None:
    """Payments that are waited for, calls, what facts have not told yet, alarms."""
    model = world.model
    _payments(world)
    debits.rows(world, learn)
    model.news = reading.news()
    weekly.rows(world)
    _calls(world)
    disputes.rows(world)
    recoveries.rows(world)
    _alarms(world)


def _payments(world: "World") -> None:
    model = world.model
    waiting = [payment.id for payment in model.live.values() if payment.local in ("started", "open")]
    for name, state, is_begun, intent, page, operation in reading.payments(waiting) if waiting else []:
        payment = model.payments[name]
        payment.is_begun, payment.intent, payment.page, payment.operation = is_begun, intent, page, operation
        if state in DEAD:
            if payment.taken_at is not None and payment.bank == "asked":
                learn(world)
            if payment.taken_at is not None and payment.bank != "no":
                raise Wrong(f"Payment {name} is {state}, and Stripe took it.")
            model.live.pop(name, None)
        payment.local = state if state != "available" else "clearing"


def _calls(world: "World") -> None:
    waiting = [call.id for purse in world.model.purses for call in purse.calls.values() if call.state in ("called", "clearing", "ordered")]
    for pk, state, payment, is_unwanted in reading.calls(waiting) if waiting else []:
        call = world.model.calls[pk]
        if state != call.state:
            if not _may_become(world, call, state, payment):
                raise Wrong(f"Call {pk} went from {call.state} to {state} with payment {payment}: it may not.")
            if state == "cancelled":
                must.uncall(call)
            call.state = state
        if is_unwanted != call.is_unwanted:
            raise Wrong(f"Call {pk} is {'' if is_unwanted else 'not '}unwanted.")
        call.payment = world.model.payments[payment] if payment else None


def _may_become(world: "World", call: Call, state: str, payment: str | None) -> bool:
    """What facts and the calendar may do to a call."""
    paid_by = world.model.payments.get(payment or "")
    is_here = paid_by is not None and paid_by.state == "available" and paid_by.pence >= call.to_pay
    if state == "clearing":
        return call.is_payable and paid_by is not None and paid_by.state in ("clearing", "available", "failed") and paid_by.pence >= call.to_pay
    if state == "funded":
        return is_here and not call.is_unwanted
    if state in ("called", "cancelled") and call.state == "clearing" and payment is None and call.payment is not None and call.payment.bank == "no":
        return call.is_unwanted == (state == "cancelled")
    if state == "cancelled":
        return call.is_unwanted and is_here
    if state == "shortfall":
        return is_here  # funded, and then short in the same step: `observing_disputes` looks why
    if state == "missed":
        last = max(call.due_day, add_working_days(_day(call.opened_at), MISS_WORKING_DAYS).toordinal())
        if call.state == "ordered":
            return call.owed is not None and world.model.now > call.billed_at + ORDER_PAID_WITHIN_SECONDS
        return call.state == "called" and london_date(world.at).toordinal() > last
    return False


def _alarms(world: "World") -> None:
    world.model.stopped.clear()
    for pk, kind, about, council, stops in reading.alarms():
        if pk not in world.alarms:
            world.alarms.add(pk)
            if kind == "float_short" and not world.model.float_is_short(council):
                raise Wrong(f"An alarm says FLOAT is short in {council}, and it is not.")
            if kind not in ALARMS and not _is_explained(world, kind, about):
                raise Wrong(f"An alarm rang that nothing explains: {kind} {about}")
        if stops and kind != disputes.UNCOVERED:
            world.model.stopped.add(council)


def _is_explained(world: "World", kind: str, about: str) -> bool:
    if kind == by_hand.ALARM:
        return about.partition(":")[2] in world.model.by_hand
    if kind == recoveries.ALARM:
        return any(row.state == "owed" for row in world.model.recoveries.values())
    # What somebody paid a provider by hand is missing too, until two people have said what it was.
    return kind in disputes.ALARMS and bool(world.model.disputes or (kind == disputes.UNCOVERED and world.model.by_hand))


def seldom(world: "World") -> None:
    """What only some timers change: withdrawals, and promises whose weeks are over."""
    withdrawals.rows(world)
    _promises(world)


def _promises(world: "World") -> None:
    of = {purse.pledge: purse for purse in world.model.purses if purse.pledge}
    for (pk,) in reading.rows("select id from pooling_pledge where id = any(%s) and state <> 'pledged'", list(of)):
        purse = of[pk]
        if purse.calls or london_date(world.at).toordinal() <= purse.promised_until:
            raise Wrong(f"Promise {pk} is over before its time, or with calls that are not dealt with: {list(purse.calls)}")
        purse.pledge = purse.earmark = purse.earmark_left = 0
