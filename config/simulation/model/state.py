"""Everything the model knows, and what can be asked of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from config.simulation.model.book import Book, Entry, Wrong
from config.simulation.model.debts import ByHand, Dispute, Recovery
from config.simulation.model.things import Call, Hold, Mandate, Outgoing, Payee, Payment, Purse, Wallet, WeeklyList, Withdrawal


@dataclass
class Plan:
    """What must come of something asked for: a refusal with its reason, or the journals that `apply` gives once it was done."""

    reason: str = ""
    apply: Callable[[Any], list[Entry]] = lambda _: []


@dataclass
class Model:
    """`live`: payments that are neither lots nor dead. `news`: (call id, pence) of payments that are here while their call has not heard of it.
    `watched`: withdrawals that facts may still change. `stopped`: councils with an alarm that stops. `dispute_rows`: disputes by our row's
    number. `short`: calls that fell short. `just_credited`: places in groups whose owner a payee gave money back to since that was last asked.
    `bouncing`: Direct Debits to which a bank said no, until both lines are in the book. `sent_back`: out of wallets, by the number of the move.
    `to_bear`: until when the word of one operator stands that something is lost. `by_hand`: what nobody here made, by its line at Stripe."""

    book: Book = field(default_factory=Book)
    purses: list[Purse] = field(default_factory=list)
    wallets: list[Wallet] = field(default_factory=list)
    lists: dict[int, WeeklyList] = field(default_factory=dict)
    handed: dict[int, tuple[Payment, Purse, int]] = field(default_factory=dict)
    given: dict[int, int] = field(default_factory=dict)
    sent_back: dict[int, Withdrawal] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    live: dict[str, Payment] = field(default_factory=dict)
    calls: dict[int, Call] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    payees: list[Payee] = field(default_factory=list)
    remittances: dict[int, Outgoing] = field(default_factory=dict)
    refunds: dict[int, Outgoing] = field(default_factory=dict)
    withdrawals: dict[int, Withdrawal] = field(default_factory=dict)
    watched: dict[int, Withdrawal] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    dispute_rows: dict[int, Dispute] = field(default_factory=dict)
    short: set[int] = field(default_factory=set)
    recoveries: dict[int, Recovery] = field(default_factory=dict)
    to_bear: dict[str, int] = field(default_factory=dict)
    by_hand: dict[str, ByHand] = field(default_factory=dict)
    just_credited: set[int] = field(default_factory=set)
    mandates: dict[int, Mandate] = field(default_factory=dict)
    bouncing: dict[str, Payment] = field(default_factory=dict)
    debit_is_on: set[str] = field(default_factory=set)
    reversed_at_stripe: int = 0
    paid_for: set[str] = field(default_factory=set)
    news: set[tuple[int, int]] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    made_at_stripe: dict[str, str] = field(default_factory=dict)
    sent_at_stripe: int = 0
    paid_out: int = 0
    minutes: dict[UUID, Entry] = field(default_factory=dict)
    now: int = 0

    def enter(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.book.enter(entry)

    def needed(self, purse: Purse) -> int:
        """What of the money here is counted on: by funded calls, by what open calls were reduced by, and by calls whose money is here."""
        total = 0
        for call in purse.calls.values():
            if call.state == "funded":
                total += call.needs
            elif call.state in ("called", "ordered", "clearing") and not call.is_unwanted:
                has_come = any(pk == call.id and pence >= call.to_pay for pk, pence in self.news)
                total += call.spare + (call.to_pay if has_come else 0)
        return total

    def free(self, purse: Purse) -> int:
        """Their own money here that nothing counts on."""
        return self.book.balances[purse.key("SHARE")] - self.needed(purse)

    def may_go_home(self, purse: Purse) -> int:
        """What is free, less what they owe because their bank took a payment back."""
        return self.free(purse) - max(0, self.book.holds("RECEIVABLE", purse.council, purse.owner))

    def free_in(self, wallet: Wallet) -> int:
        """What may leave a wallet, for people or for its bank: what is there, less what its organisation owes for the same reason."""
        there, owed = (self.book.holds(code, wallet.council, wallet.owner) for code in ("WALLET", "RECEIVABLE"))
        return max(0, there - max(0, owed))

    def owes(self, owner: str, council: str) -> int:
        """What somebody owes because their bank took money back, one thing not set against another."""
        return sum(max(0, case.owed) for case in self.disputes.values() if (case.purse.owner, case.purse.council) == (owner, council))

    def take(self, purse: Purse, pence: int, *, newest: bool) -> list[tuple[Payment, int]]:
        """Which lots so much comes from: oldest first, or newest first; disputed ones last. Fewer pence than asked when they fall short."""
        parts = []
        purse.lots = [lot for lot in purse.lots if lot.free]
        in_order = sorted(purse.lots, key=lambda lot: (lot.taken_at or 0, lot.id), reverse=newest)
        for lot in sorted(in_order, key=lambda lot: lot.is_disputed):
            part = min(lot.free, pence)
            if part > 0:
                parts.append((lot, part))
                pence -= part
        return parts

    def float_is_short(self, council: str) -> bool:
        """Whether some payment there waits for the platform's own money."""
        there = self.book.holds("FLOAT", council)
        waiting = [p for p in (*self.live.values(), *self.bouncing.values()) if p.council == council and p.available_at <= self.now]
        return any(p.fee > there for p in waiting if p.state == "clearing" or p.bank == "no")

    def saw(self, operation: str, thing: str) -> None:
        """Stripe made something for one of our operations. Raises Wrong when it is the second."""
        if operation and self.made_at_stripe.setdefault(operation, thing) != thing:
            raise Wrong(f"Stripe made two things for operation {operation}: {self.made_at_stripe[operation]} and {thing}")
