"""What payers and payees owe, and what nobody here has sent."""

from dataclasses import dataclass, field

from config.simulation.model.things import Outgoing, Payment, Purse


@dataclass(eq=False)
class Recovery:
    """What a payee owes: asked back out of one remittance, whose payer gets it; or paid to them by hand, and nobody gets it (`is_credited`).

    `state`: reversing, owed, recovered, as our row has it; `come`: what came of it.
    """

    id: int
    owner: str
    council: str
    pence: int
    state: str
    remittance: Outgoing | None = None
    purse: Purse | None = None
    come: int = 0
    is_credited: bool = False

    @property
    def left(self) -> int:
        return self.pence - self.come


@dataclass
class ByHand:
    """What somebody sent at Stripe's dashboard: to a payee, or a `payment` back. `kind`, `about`: what two people will say that it was.

    `source`: what it is at Stripe; `found_in`, `council`: whose SUSPENSE it stands in, and whose it is then; `state`: made, suspense, explained;
    `asked_until`: how long the first one's word stands.
    """

    line: str
    source: str
    kind: str
    about: str
    found_in: str
    council: str
    pence: int
    payment: Payment | None = None
    state: str = "made"
    asked_until: int = 0


@dataclass(eq=False)
class Dispute:
    """A payer's bank takes a payment back. `lines`: what moved at Stripe, as (pence, fee), by its id there; `booked`: those in the book.

    `status` is Stripe's word, `state` our row's; `losses`: what each lot lost to it, the first that did so first; `borne`: by the platform.
    """

    id: str
    payment: Payment
    purse: Purse
    status: str = "needs_response"
    state: str = ""
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    booked: set[str] = field(default_factory=set)
    withdrawn: int = 0
    taken: int = 0
    borne: int = 0
    losses: dict[str, int] = field(default_factory=dict)

    @property
    def owed(self) -> int:
        """What the payer owes; below zero what is theirs to have back."""
        return self.withdrawn - self.taken - self.borne

    @property
    def may_change(self) -> bool:
        return self.state not in ("won", "settled") or bool(self.owed) or len(self.booked) < len(self.lines)
