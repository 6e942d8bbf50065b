"""The names of this room's ledger accounts. `council` is the payer's council, in every journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ledger.services.accounts import Account

if TYPE_CHECKING:
    from people.models import Person


@dataclass(frozen=True, slots=True)
class Lot:
    """One portion's money in one group: whose it is, wherever in the book it lies."""

    membership_id: int
    portion_id: int
    council: str

    @property
    def owner(self) -> str:
        return f"member:{self.membership_id}/portion:{self.portion_id}"

    @property
    def share(self) -> Account:
        return Account("SHARE", self.council, self.owner)

    @property
    def pending(self) -> Account:
        return Account("PENDING", self.council, self.owner)

    @property
    def refund(self) -> Account:
        return Account("REFUND", self.council, self.owner)

    @property
    def leaving(self) -> Account:
        """What their statement says is going home, until it goes."""
        return Account("LEAVING", self.council, self.owner)

    def reserve(self, about: str) -> Account:
        return Account("RESERVE", self.council, f"{about}/{self.owner}")

    def hold(self, hold_id: int) -> Account:
        return Account("HOLD", self.council, f"hold:{hold_id}/{self.owner}")

    def dispute(self, hold_id: int) -> Account:
        return Account("DISPUTE", self.council, f"hold:{hold_id}/{self.owner}")


@dataclass(frozen=True, slots=True)
class Wallet:
    """What an organisation paid in for its people in one council and nobody has been given yet."""

    organisation_id: int
    council: str

    @property
    def owner(self) -> str:
        return f"holder:{self.organisation_id}"

    @property
    def about(self) -> str:
        """What its payments are about: one is waited for at a time."""
        return f"wallet:{self.organisation_id}/{self.council}"

    @property
    def payer(self) -> str:
        """Who pays it in, as `payments` names payers: for each council another customer at Stripe, so that a sum never pays for another council's."""
        return f"organisation:{self.organisation_id}/council:{self.council}"

    @property
    def money(self) -> Account:
        return Account("WALLET", self.council, self.owner)

    @property
    def refund(self) -> Account:
        return Account("REFUND", self.council, self.owner)


def lot_of(owner: str, council: str) -> Lot | None:
    """The lot that "member:12/portion:7" names; None where the owner is somebody else, such as an organisation."""
    place, _, portion = owner.partition("/")
    what, _, membership_id = place.partition(":")
    kind, _, portion_id = portion.partition(":")
    if (what, kind) != ("member", "portion") or not (membership_id.isdigit() and portion_id.isdigit()):
        return None
    return Lot(int(membership_id), int(portion_id), council)


def due(payee_id: int, council: str) -> Account:
    """What is owed to a provider out of one council's people's money."""
    return Account("DUE", council, f"payee:{payee_id}")


def actor(by: "Person | None") -> str:
    """Who did it, as a journal names them: an opaque code, or "" for the system."""
    return f"person:{by.pk}" if by is not None else ""


@dataclass(frozen=True, slots=True)
class Why:
    """What a journal says of itself: who, when, about what."""

    by: "Person | None"
    at: datetime
    about: str
