"""What must come of what people ask for: yes with its journals, or no with its reason."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from config.simulation.model import debits
from config.simulation.model.book import Entry, Key, Move, Wrong
from config.simulation.model.state import Model, Plan
from config.simulation.model.things import Call, Hold, Outgoing, Payee, Payment, Purse, Withdrawal, to_ask

SILLY = "ValueError"
WAITS, THEIR_OWN = ("started", "open"), ("card", "pay_by_bank", "bacs")
MOST = 99_999_999


def open_call(model: Model, purse: Purse, share: int, pence: int, due_day: int) -> Plan:
    """Never above what was said yes to; less what is free and not owed."""
    if pence < 1 or pence > purse.earmark_left:
        return Plan("ceiling_reached")
    asked = to_ask(pence, model.may_go_home(purse))

    def apply(row: Any) -> list[Entry]:
        call = Call(row.pk, purse, share, pence, asked, "called" if asked else "funded", model.now, due_day)
        purse.calls[call.id] = model.calls[call.id] = call
        purse.earmark_left -= pence
        return []

    return Plan(apply=apply)


def pay(model: Model, call: Call, kind: str) -> Plan:
    """A payment for a call: pressed again it is the same one; another way closes the first."""
    if call.purse.is_held and kind in THEIR_OWN:
        return Plan("no_card")
    if call.purse.mode != "ahead":
        return Plan("is_an_order")
    return start(model, call, kind)


def start(model: Model, call: Call, kind: str) -> Plan:
    if not call.is_payable:
        return Plan("not_now")
    before = call.payment if call.payment is not None and call.payment.local in WAITS else None
    if before is not None and before.kind == kind and before.pence == call.to_pay:
        return Plan()
    if before is not None and before.local == "started" and before.is_begun:
        return Plan("payment_is_taken")
    if kind == "bacs" and (reason := debits.why_not(model, call.purse)):
        return Plan(reason)
    if not 30 <= call.to_pay <= MOST:
        return Plan("amount")
    if kind == "pay_by_bank" and not 50 <= call.to_pay <= 1_000_000:
        return Plan("way_is_off")
    others = [p for p in call.payments if p.kind == kind and p.local in WAITS and p is not before]
    if any(p.pence != call.to_pay for p in others):
        return Plan("payment_is_open")
    return Plan(apply=lambda row: _start(model, call, kind, before, row))


def _start(model: Model, call: Call, kind: str, before: Payment | None, row: Any) -> list[Entry]:
    close(before)
    name = str(row.pk)
    if name not in model.payments:
        model.live[name] = model.payments[name] = Payment(
            name, kind, call.to_pay, call.purse.council, call.purse, call, operation=str(row.operation_id)
        )
        call.payments.append(model.payments[name])
    call.payment = model.payments[name]
    return []


def close(payment: Payment | None) -> None:
    """A payment nobody waits for any more: gone at once when Stripe was never asked; else Stripe is asked to close it."""
    if payment is not None and payment.local == "started" and not payment.is_begun:
        payment.local = "cancelled"


def top_up(model: Model, council: str, pence: int) -> Plan:
    def apply(row: Any) -> list[Entry]:
        model.live[str(row.pk)] = model.payments[str(row.pk)] = Payment(str(row.pk), "top_up", pence, council, operation=str(row.operation_id))
        return []

    return Plan(apply=apply)


def drop_call(model: Model, call: Call) -> Plan:
    """Not needed: what is here is free again; what is on its way stays its owner's when it comes."""
    if call.state in ("cancelled", "consumed"):
        return Plan("not_now")

    def apply(_: Any) -> list[Entry]:
        if call.state == "clearing":
            call.is_unwanted = True
        else:
            close(call.payment)
            uncall(call)
        return []

    return Plan(apply=apply)


def uncall(call: Call) -> None:
    """What was called may be called again."""
    call.state = "cancelled"
    call.purse.earmark_left += call.pence
    call.purse.calls.pop(call.id, None)


def place(model: Model, about: str, parts: Sequence[tuple[Call, int]]) -> Plan:
    """All of it or nothing; one journal a council."""
    for call, pence in parts:
        if call.state != "funded" or call.owed is not None or not 1 <= pence <= call.pence:
            return Plan("not_covered")

    def apply(holds: Any) -> list[Entry]:
        moves: dict[str, list[Move]] = {}
        for call, pence in parts:
            purse, hold = call.purse, Hold(holds[call.share].pk, call.purse, call.share, pence)
            model.holds[hold.id] = hold
            call.state = "consumed"
            purse.calls.pop(call.id)
            steps = [purse.key("SHARE"), purse.key("RESERVE", about), purse.key("HOLD", f"hold:{hold.id}")]
            moves.setdefault(purse.council, []).extend(Move(*pair, pence) for pair in pairwise(steps))
        return [Entry("place", council, tuple(moves[council])) for council in sorted(moves)]

    return Plan(apply=apply)


def release(model: Model, hold: Hold, pence: int, payee: Payee, about: str) -> Plan:
    """Held money becomes owed to the provider, out of the oldest lots; one thing is paid for once."""
    reason = _too_much(hold.held, pence) or ("already_paid_for" if about in model.paid_for else "")
    if reason:
        return Plan(reason)

    def apply(_: Any) -> list[Entry]:
        hold.released += pence
        model.paid_for.add(about)
        return [Entry("release", hold.purse.council, (Move(_held(hold, "HOLD"), due(payee, hold.purse.council), pence),))]

    return Plan(apply=apply)


def give_back(hold: Hold, pence: int) -> Plan:
    def apply(_: Any) -> list[Entry]:
        hold.returned += pence
        return [Entry("give_back", hold.purse.council, (Move(_held(hold, "HOLD"), hold.purse.key("SHARE"), pence),))]

    return Plan(_too_much(hold.held, pence), apply)


def dispute(hold: Hold, pence: int) -> Plan:
    def apply(_: Any) -> list[Entry]:
        hold.disputed += pence
        return [Entry("dispute", hold.purse.council, (Move(_held(hold, "HOLD"), _held(hold, "DISPUTE"), pence),))]

    return Plan(_too_much(hold.held, pence), apply)


def settle(model: Model, hold: Hold, pay_pence: int, return_pence: int, payee: Payee, about: str) -> Plan:
    """Questioned money: so much to the provider, so much back, in one journal."""
    reason = SILLY if min(pay_pence, return_pence) < 0 else _too_much(hold.disputed, pay_pence + return_pence)
    if reason or (pay_pence and about in model.paid_for):
        return Plan(reason or "already_paid_for")

    def apply(_: Any) -> list[Entry]:
        hold.disputed -= pay_pence + return_pence
        hold.released += pay_pence
        hold.returned += return_pence
        if pay_pence:
            model.paid_for.add(about)
        council, account = hold.purse.council, _held(hold, "DISPUTE")
        ways = ((due(payee, council), pay_pence), (hold.purse.key("SHARE"), return_pence))
        return [Entry("settle", council, tuple(Move(account, to, pence) for to, pence in ways if pence))]

    return Plan(apply=apply)


def withdraw(model: Model, purse: Purse, pence: int, *, is_theirs: bool) -> Plan:
    """Free money goes home, out of the newest lots; not what is owed out of it."""
    if not is_theirs:
        return Plan("not_allowed")
    if not 1 <= pence <= model.may_go_home(purse):
        return Plan("not_that_much_free")

    def apply(row: Any) -> list[Entry]:
        model.withdrawals[row.pk] = model.watched[row.pk] = Withdrawal(row.pk, purse, pence, [])
        return [Entry("withdraw", purse.council, (Move(purse.key("SHARE"), purse.key("REFUND"), pence),))]

    return Plan(apply=apply)


def keep(model: Model, row: Withdrawal) -> Plan:
    """What the bank sent back stays in after all, in the lots it came from; once, and what comes back later is paid by hand."""
    if row.state != "failed" or row.is_kept:
        return Plan("not_now")

    def apply(_: Any) -> list[Entry]:
        row.is_kept, row.state, model.watched[row.id] = True, "kept", row
        return [Entry("keep", row.purse.council, (Move(row.purse.key("REFUND"), row.purse.key("SHARE"), put_back(row)),))]

    return Plan(apply=apply)


def put_back(row: Withdrawal) -> int:
    """What a bank sent back is in its lots again. Gives how many pence."""
    failed = [one for one in row.refunds if one.state == "failed"]
    for one in failed:
        one.state = "cancelled"
        one.lot.refunded -= one.pence
        if one.lot not in row.purse.lots:
            row.purse.lots.append(one.lot)
    return sum(one.pence for one in failed)


def name_lots(
    model: Model, purse: Purse, pence: int, rows: Iterable[tuple[int, str, int]], about: str, owner: str, *, newest: bool, only: Payment | None = None
) -> list[Outgoing]:
    """The rows (id, payment, pence) that name the lots of something that leaves: oldest first, newest first, or one lot alone.

    Raises Wrong unless they are the right lots.
    """
    found, wanted = list(rows), [(only, pence)] if only is not None else model.take(purse, pence, newest=newest)
    if [(payment, part) for _, payment, part in found] != [(lot.id, part) for lot, part in wanted]:
        raise Wrong(f"{about}: taken from {found}, and should be from {[(lot.id, part) for lot, part in wanted]}")
    state = "approved" if newest else "waiting"
    made = [Outgoing(pk, part, purse.council, lot, owner, state, model.now, about) for (pk, _, _), (lot, part) in zip(found, wanted, strict=True)]
    for one in made:
        if newest:
            one.lot.refunded += one.pence
        else:
            one.lot.used += one.pence
        (model.refunds if newest else model.remittances)[one.id] = one
    if any(one.lot.free < 0 for one in made):
        raise Wrong(f"{about}: more was taken from a lot than came in by it")
    return made


def due(payee: Payee, council: str) -> Key:
    return Key("DUE", council, f"payee:{payee.id}")


def _held(hold: Hold, code: str) -> Key:
    return hold.purse.key(code, f"hold:{hold.id}")


def _too_much(there: int, pence: int) -> str:
    if pence < 1:
        return SILLY
    return "hold_is_used_up" if pence > there else ""
