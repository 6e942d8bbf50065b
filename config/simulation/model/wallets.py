"""What must come of one sum paid in for many people: handed out with its lots, asked for, sent back by its lots, kept."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from config.simulation.model.book import Entry, Move, Wrong
from config.simulation.model.machine import judges
from config.simulation.model.people import MOST, WAITS, close, put_back
from config.simulation.model.state import Model, Plan
from config.simulation.model.things import SMALLEST, Call, Payment, Purse, Wallet, Withdrawal

SOON_DAYS = 60
Slices = Sequence[tuple[Purse, int]]
Parts = list[tuple[Payment, Purse, int]]


def waiting(model: Model, wallet: Wallet) -> Payment | None:
    """The payment that is waited for."""
    return next((one for one in model.live.values() if one.purse is wallet and one.local in WAITS), None)


def pay_in(model: Model, wallet: Wallet, pence: int, *, is_staff: bool) -> Plan:
    """One bank transfer at a time: asked again, it is the same one."""
    open_one = waiting(model, wallet)
    if not is_staff or not SMALLEST <= pence <= MOST:
        return Plan("amount" if is_staff else "not_allowed")
    if open_one is not None:
        return Plan("" if open_one.pence == pence else "payment_is_open")

    def apply(row: Any) -> list[Entry]:
        new = Payment(str(row.pk), "bank_transfer", pence, wallet.council, wallet, operation=str(row.operation_id))
        model.live[new.id] = model.payments[new.id] = new
        return []

    return Plan(apply=apply)


def stop_waiting(model: Model, wallet: Wallet, *, is_staff: bool) -> Plan:
    open_one = waiting(model, wallet)
    if not is_staff:
        return Plan("not_allowed")
    if open_one is not None and open_one.local == "started" and open_one.is_begun:
        return Plan("payment_is_taken")

    def apply(_: Any) -> list[Entry]:
        close(open_one)
        for row in model.lists.values():
            row.state = "stopped" if row.wallet is wallet and row.state == "sent" else row.state
        return []

    return Plan(apply=apply)


def most(model: Model, purse: Purse, today: int) -> int:
    """What a place can use: what is asked for and its money not here yet, and what its promise says of the next 60 days, less what is free."""
    come = {pk for pk, pence in model.news if pk in purse.calls and pence >= purse.calls[pk].to_pay}
    asked = sum(call.to_pay for call in purse.calls.values() if call.is_payable and call.id not in come)
    first, last = max(today, purse.promised_from), min(today + SOON_DAYS, purse.promised_until)
    weeks = -(-(last - first + 1) // 7) if last >= first else 0
    soon = min(purse.earmark_left, purse.promised_weekly * weeks) if purse.mode == "ahead" else 0
    return max(0, asked + soon - max(0, model.may_go_home(purse)))


def hand_out(model: Model, wallet: Wallet, slices: Slices, *, unheard: set[int], today: int, is_staff: bool, made: Parts) -> Plan:
    """All rows or none; what is asked for is paid at once. `made` is told which lot each part came from."""
    if not is_staff or not slices:
        return Plan("nothing_to_hand_out" if is_staff else "not_allowed")
    twice = Counter(purse.member for purse, _ in slices)
    theirs = {purse.member for purse in model.purses if purse.is_held and purse.council == wallet.council}
    if any(purse.member not in theirs or twice[purse.member] > 1 or not 1 <= pence <= most(model, purse, today) for purse, pence in slices):
        return Plan("rows_are_wrong")
    if sum(pence for _, pence in slices) > model.free_in(wallet):
        return Plan("not_that_much_paid_in")

    def apply(_: Any) -> list[Entry]:
        for purse, pence in slices:
            for lot, part in model.take(wallet, pence, newest=False):
                lot.used += part
                made.append((lot, purse, part))
            _cover(purse, max(0, model.may_go_home(purse)) + pence, unheard)
        return [Entry("hand_out", wallet.council, (Move(wallet.key("SHARE"), purse.key("SHARE"), part),)) for _, purse, part in made]

    return Plan(apply=apply)


def _cover(purse: Purse, left: int, unheard: set[int]) -> None:
    """Soonest first, whole calls only; not what a payment has something to tell of."""
    asked: list[Call] = sorted((call for call in purse.calls.values() if call.is_payable), key=lambda call: (call.due_day, call.id))
    for call in asked:
        if call.to_pay <= left and call.id not in unheard:
            left -= call.to_pay
            close(call.payment)
            call.state = "funded"


def name_parts(model: Model, made: Parts, rows: Iterable[tuple[str, str, int, int]]) -> None:
    """Each part, (id, of which lot, pence, whose place), is a lot of its new owner's, as old as the money is. Raises Wrong."""
    found = {(of, member): (name, pence) for name, of, pence, member in rows}
    if {key: pence for key, (_, pence) in found.items()} != {(lot.id, purse.member): part for lot, purse, part in made}:
        raise Wrong(f"Handed out: {found}; should be {[(lot.id, purse.member, part) for lot, purse, part in made]}")
    for lot, purse, part in made:
        name, _ = found[lot.id, purse.member]
        new = Payment(name, lot.kind, part, lot.council, purse, state="available", local="clearing", charge=lot.charge)
        new.taken_at, new.available_at = lot.taken_at, lot.available_at
        model.payments[name] = new
        purse.lots.append(new)


def send_back(model: Model, wallet: Wallet, pence: int, *, is_staff: bool) -> Plan:
    """What nobody was given goes back by its lots, newest first."""
    if not is_staff or not 1 <= pence <= model.free_in(wallet):
        return Plan("not_that_much_paid_in" if is_staff else "not_allowed")

    def apply(row: Any) -> list[Entry]:
        model.sent_back[row.pk] = Withdrawal(row.pk, wallet, pence, [])
        return [Entry("wallet_sent_back", wallet.council, (Move(wallet.key("SHARE"), wallet.key("REFUND"), pence),))]

    return Plan(apply=apply)


@judges
def wallet_sent_back(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Old money that the clock sends back; `observing` has looked at which, and whether it is old enough."""
    row = model.sent_back[int(about)]
    return (Move(row.purse.key("SHARE"), row.purse.key("REFUND"), row.pence),)


def keep(row: Withdrawal) -> Plan:
    """What the bank sent back is in the wallet again; once for each sum."""
    if row.is_kept or not any(one.state == "failed" for one in row.refunds):
        return Plan("nothing_came_back")

    def apply(_: Any) -> list[Entry]:
        row.is_kept = True
        return [Entry("wallet_kept", row.purse.council, (Move(row.purse.key("REFUND"), row.purse.key("SHARE"), put_back(row)),))]

    return Plan(apply=apply)
