"""What the model knows of: whose money, payments, calls, holds, and what goes out and back."""

from dataclasses import dataclass, field
from typing import NamedTuple

from config.simulation.model.book import Key


@dataclass(eq=False)
class Purse:
    """One portion's money in one group."""

    member: int
    portion: int
    council: str
    group: int
    person: int
    payer: int
    is_held: bool = False
    mode: str = "ahead"
    pledge: int = 0
    earmark: int = 0
    earmark_left: int = 0
    promised_from: int = 0
    promised_until: int = 0
    promised_weekly: int = 0
    lots: list["Payment"] = field(default_factory=list)
    calls: dict[int, "Call"] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return f"member:{self.member}/portion:{self.portion}"

    def key(self, code: str, about: str = "") -> Key:
        """An account of theirs; RESERVE, HOLD and DISPUTE are named after what they are about."""
        return Key(code, self.council, f"{about}/{self.owner}" if about else self.owner)


@dataclass(eq=False)
class Wallet(Purse):
    """What an organisation paid in for its people and nobody was given yet: its WALLET stands where a person's SHARE does.

    `own_order`: of its people in lists, as it set it last.
    """

    holder: int = 0
    asked: list[str] = field(default_factory=list)
    own_order: list[int] = field(default_factory=list)

    @property
    def owner(self) -> str:
        return f"holder:{self.holder}"

    def key(self, code: str, about: str = "") -> Key:
        return super().key("WALLET" if code == "SHARE" else code, about)


@dataclass(eq=False)
class Payment:
    """Money coming in, then a lot. `state`: asked, clearing, available. `local`: what our own row says while it is only asked for.
    `is_disputed`: as our rows have it; `is_charged_back`: as Stripe has it, until it is won.

    `taken_at`, `available_at`, `fee`: Stripe's own record of the charge; `taken_at` None: Stripe took nothing. `bank`: of a Direct Debit, which
    is taken when it is asked for, "asked", then "yes" or "no"; `bounced`: of a no, how many of its two lines are in the book.
    """

    id: str
    kind: str
    pence: int
    council: str
    purse: Purse | None = None
    call: "Call | None" = None
    state: str = "asked"
    local: str = "started"
    is_begun: bool = False
    intent: str = ""
    page: str = ""
    operation: str = ""
    taken_at: int | None = None
    available_at: int = 0
    fee: int = 0
    charge: str = ""
    used: int = 0
    refunded: int = 0
    lost: int = 0
    is_disputed: bool = False
    is_charged_back: bool = False
    bank: str = ""
    bounced: int = 0

    @property
    def of(self) -> Purse:
        """Whose money it is; not of a top-up."""
        assert self.purse is not None
        return self.purse

    @property
    def free(self) -> int:
        return self.pence - self.used - self.refunded - self.lost


@dataclass(eq=False)
class Call:
    """The asking for one share. `asked`: what must come, the rest being free money already here."""

    id: int
    purse: Purse
    share: int
    pence: int
    asked: int
    state: str
    opened_at: int
    due_day: int
    payment: Payment | None = None
    is_unwanted: bool = False
    owed: int | None = None
    billed_at: int = 0
    payments: list[Payment] = field(default_factory=list)

    @property
    def spare(self) -> int:
        return self.pence - self.asked

    @property
    def to_pay(self) -> int:
        return self.asked if self.owed is None else to_ask(self.owed, self.spare)

    @property
    def is_payable(self) -> bool:
        """Asked for ahead of the visits; or an order, once its person's yes has said how much of it is owed."""
        return self.state == "called" if self.purse.mode == "ahead" else self.state == "ordered" and self.owed is not None

    @property
    def needs(self) -> int:
        return self.pence if self.owed is None else self.owed


@dataclass(eq=False)
class Hold:
    """Held money of one payer for one piece of work."""

    id: int
    purse: Purse
    share: int
    placed: int
    released: int = 0
    returned: int = 0
    disputed: int = 0

    @property
    def held(self) -> int:
        return self.placed - self.released - self.returned - self.disputed


@dataclass(eq=False)
class Outgoing:
    """A remittance to a payee, or a refund, out of one lot. `state`: as our own table of steps names it."""

    id: int
    pence: int
    council: str
    lot: Payment
    owner: str
    state: str
    since: int
    about: str = ""
    has_left: bool = False
    stripe_id: str = ""
    operation: str = ""
    is_failed_at_stripe: bool = False
    asked_back: int = 0


@dataclass(eq=False)
class Mandate:
    """A payer's Direct Debit. `state` is our row's; the rest is so at Stripe: given on its page, run out, ended."""

    id: int
    purse: Purse
    operation: str
    state: str = "started"
    page: str = ""
    at_stripe: str = ""
    is_given: bool = False
    is_run_out: bool = False
    is_ended: bool = False


@dataclass(eq=False)
class WeeklyList:
    """What an organisation is asked for in ten days. `paid`: its calls that were paid by it. `order`: all of them; `usual`: as it would be."""

    id: int
    wallet: Wallet
    state: str = "ready"
    paid: set[int] = field(default_factory=set)
    order: list[int] = field(default_factory=list)
    usual: list[int] = field(default_factory=list)


class ListRow(NamedTuple):
    """A row of a list, as our own has it. `kind`: to be paid, or an order to be accepted."""

    call: int
    state: str
    pence: int | None
    slice: int | None
    kind: str


@dataclass(eq=False)
class Payee:
    """Somebody who is paid. What is so at Stripe, not what we were told."""

    id: int
    account: str
    council: str
    is_ready: bool = True
    bank_changed_at: int | None = None


@dataclass(eq=False)
class Withdrawal:
    """Free money going home. `state` "failed": a bank sent some back, and nobody has decided about it."""

    id: int
    purse: Purse
    pence: int
    refunds: list[Outgoing]
    is_kept: bool = False
    state: str = "returning"

    @property
    def may_change(self) -> bool:
        """By what our rows will learn: a refund may fail weeks later, because a bank sent it back or because Stripe would not send it at all."""
        return self.state == "returning" or (self.state != "failed" and any(one.state == "failed" for one in self.refunds))


SMALLEST = 30  # pence; Stripe takes no card payment below


def to_ask(share: int, free: int) -> int:
    """What a call asks for: the share less what is free, but never between 1p and the smallest payment, and never more than the share."""
    asked = max(0, share - max(0, free))
    return min(share, max(asked, SMALLEST)) if asked else 0


def fee_of(kind: str, pence: int) -> int:
    """Stripe's fee as the sandbox reads it: cards 1.5% and 20p, bank transfers 0.5% and at most £2.00, half a penny up."""
    if kind == "card":
        return min((pence * 15 + 500) // 1000 + 20, pence)
    return min((pence * 5 + 500) // 1000, 200, pence) if kind == "bank_transfer" else 0
