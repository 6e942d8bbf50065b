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
    """Money taken, or asked for. `line` is None while Stripe has not made it yet. `status`: succeeded, pending, failed.

    A Direct Debit has its line while it is pending; when it fails, `failure_line_id` is a second one that takes it back.
    """

    id: str
    pence: int
    currency: str
    is_paid: bool
    intent_id: str
    created_at: datetime
    line: Line | None
    status: str = ""
    failure_line_id: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SetUp:
    """A page where a Direct Debit is set up. `status`: the page's (open, complete, expired); `is_done`: we have their word. Ids of Stripe's."""

    id: str
    status: str
    url: str
    is_done: bool
    method_id: str
    mandate_id: str
    ends_in: str


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
    """`operation` is the id of ours that made it; empty when a person did, at the dashboard. `destination`: the account; `group` is ours too."""

    id: str
    pence: int
    operation: str
    line_id: str
    destination: str = ""
    group: str = ""


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
class Reversal:
    """A transfer, or part of it, taken back from the account it went to. `operation` as in `Transfer`."""

    id: str
    pence: int
    operation: str
    transfer_id: str
    line_id: str


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A payer's bank asks or takes money back. `status`: Stripe's (warning_…, needs_response, under_review, won, lost). `lines`: what moved."""

    id: str
    status: str
    pence: int
    charge_id: str
    reason: str
    opened_at: datetime
    respond_by: datetime | None
    lines: tuple[Line, ...]


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


Made = Session | SetUp | Intent | TopUp | Transfer | Reversal | RefundMade | ConnectedAccount | Customer | AccountLink
