"""What we keep of Stripe's objects: small frozen shapes, in pence and aware datetimes. Imports no SDK, so that every service may."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class StripeSaidNo(Exception):
    """A definitive refusal: Stripe did not do it and never will under this key. `code` is Stripe's slug."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}")


class AnswerLost(Exception):
    """It may or may not have happened: a time-out, a broken answer, a 5xx, a 409, a key known for other parameters."""


class StripeIsBusy(Exception):
    """It was not tried (429, or a key that is not allowed in): ask again later under the same key."""


class NotFound(Exception):
    """Stripe has no such object."""


class BadSignature(Exception):
    """Not from Stripe, too old, or altered on the way."""


@dataclass(frozen=True, slots=True)
class Line:
    """A balance transaction. `net_pence` is `pence` less `fee_pence`; money out is below zero."""

    id: str
    kind: str
    source: str
    pence: int
    fee_pence: int
    net_pence: int
    currency: str
    is_available: bool
    available_on: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """Money taken. `line` is None while Stripe has not made it yet."""

    id: str
    pence: int
    currency: str
    is_paid: bool
    intent_id: str
    created_at: datetime
    line: Line | None


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment as Stripe sees it. `reference` is our payment's id."""

    id: str
    status: str
    reference: str
    charge: Charge | None
    instructions: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A card page. `status`: open, complete, expired."""

    id: str
    status: str
    url: str
    intent_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class TopUp:
    """`status`: pending, succeeded, failed, canceled, reversed."""

    id: str
    status: str
    operation: str
    line_id: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """`operation` is the id of ours that made it; empty when a person did, at the dashboard."""

    id: str
    pence: int
    operation: str
    line_id: str


@dataclass(frozen=True, slots=True)
class RefundMade:
    """`status`: pending, succeeded, failed, canceled, requires_action."""

    id: str
    status: str
    pence: int
    operation: str
    charge_id: str
    line_id: str
    failed_line_id: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """`bank_fingerprint` is empty until bank details were given."""

    id: str
    may_receive: bool
    details_needed: tuple[str, ...]
    bank_fingerprint: str
    bank_ends_in: str


@dataclass(frozen=True, slots=True)
class Customer:
    id: str


@dataclass(frozen=True, slots=True)
class AccountLink:
    url: str


@dataclass(frozen=True, slots=True)
class PageOfLines:
    """Oldest first, whichever way they were asked for. `has_more` in the direction asked."""

    lines: tuple[Line, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A hint that something changed: ids only."""

    id: str
    kind: str
    object_kind: str
    object_id: str
    account_id: str
    is_live: bool


Made = Session | Intent | TopUp | Transfer | RefundMade | ConnectedAccount | Customer | AccountLink
