"""Reading payments: what pages show, what operators watch, and what must be so (`proof`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from audit.clock import london_date
from audit.one_question import Row, by_list
from audit.one_question import rows as listed
from ledger.selectors import balance, balances_on, closed_everywhere
from ledger.services.accounts import Account
from payments.models import Alarm, Payee, Payment, Remittance
from payments.services import ages, risk
from payments.services.proof import prove
from people.models import Council, Person
from places.calendar import add_working_days

BANK_WORKING_DAYS = 2  # from Stripe's balance of theirs to their bank; Stripe's usual time in the United Kingdom


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """A payment for its payer's page. `instructions`: reference, sort_code, account_number, name, remaining_pence (bank transfers)."""

    id: UUID
    kind: str
    state: str
    pence: int
    about: str
    started_at: datetime
    charged_at: datetime | None
    available_on: datetime | None
    checkout_url: str
    instructions: dict[str, Any]
    problem: str


@dataclass(frozen=True, slots=True)
class HeldThen:
    """What the accounts of one code (docs/money.md has the codes) together held at the end of a day."""

    account: str
    pence: int


@dataclass(frozen=True, slots=True)
class BooksSeen:
    """A council's books. `closed_through`: the last day that is closed; None while none is. `held`: what accounts held at its end, for good."""

    code: str
    name: str
    closed_through: date | None
    held: list[HeldThen]


@dataclass(frozen=True, slots=True)
class RemittanceSeen:
    """Money to a payee. `bank_on`: the day it should be in their bank; None while that can't be said. `goes_on`: it waits until this day."""

    id: int
    about: str
    pence: int
    state: str
    waiting_since: datetime
    paid_at: datetime | None
    bank_on: date | None
    goes_on: date | None


@dataclass(frozen=True, slots=True)
class PayeeSeen:
    """Whether somebody can be paid, and what Stripe still asks of them (Stripe's own field names)."""

    id: int
    owner: str
    is_ready: bool
    has_account: bool
    details_needed: tuple[str, ...]
    bank_ends_in: str
    bank_changed_at: datetime | None


def payments_of(owner: str, *, about: Iterable[str] = ()) -> list[PaymentSeen]:
    """All of a payer's payments ("person:3"), newest first; narrowed to some things they were for. Whoever calls has checked who asks."""
    rows = Payment.objects.filter(payer__owner=owner)
    if about := tuple(about):
        rows = rows.filter(about__in=about)
    return [_payment(row) for row in rows.order_by("-started_at", "-pk")]


def payments_about(about: Iterable[str]) -> dict[str, list[PaymentSeen]]:
    """The payments for each of several things, newest first."""
    found: dict[str, list[PaymentSeen]] = {name: [] for name in about}
    for row in Payment.objects.filter(about__in=list(found)).order_by("-started_at", "-pk"):
        found[row.about].append(_payment(row))
    return found


def payment(payment_id: UUID) -> PaymentSeen:
    """One payment. Raises Payment.DoesNotExist."""
    return _payment(Payment.objects.get(pk=payment_id))


def _payment(row: Payment) -> PaymentSeen:
    return PaymentSeen(
        id=row.pk,
        kind=row.kind,
        state=row.state,
        pence=row.pence,
        about=row.about,
        started_at=row.started_at,
        charged_at=row.charged_at,
        available_on=row.available_on,
        checkout_url=row.checkout_url if row.state == "open" else "",
        instructions=row.instructions,
        problem=row.problem,
    )


def remittances_of(payee_id: int, *, today: date) -> list[RemittanceSeen]:
    """What went and goes to a payee, newest first, each with the day it should be in their bank."""
    found = Remittance.objects.filter(payee_id=payee_id).select_related("payment__payer", "payee").order_by("-waiting_since", "-pk")
    return [_remittance(row, today) for row in found]


def remittances_listed(payees: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """What went and goes to these payees, to be asked for together with other lists."""
    said = {name: name for name in ("about", "pence", "state", "waiting_since", "paid_at")}
    return listed(Remittance.objects.filter(payee__in=payees), "remittance", **said)


def remittances_among(found: Iterable[Row], *, today: date) -> list[RemittanceSeen]:
    """What of it was asked: as `remittances_of`, oldest first and not until when each waits."""
    return [_among(row, today) for row in by_list(found, "remittance")]


def _among(row: Row, today: date) -> RemittanceSeen:
    since, paid_at = datetime.fromisoformat(row["waiting_since"]), row.moment("paid_at")
    return RemittanceSeen(row.pk, row["about"], row["pence"], row["state"], since, paid_at, _bank_on(row["state"], paid_at, today), None)


def remittances_about(about: Iterable[str], *, today: date) -> dict[str, list[RemittanceSeen]]:
    """What went and goes out for each of several things ("share:9")."""
    found: dict[str, list[RemittanceSeen]] = {name: [] for name in about}
    moves = Remittance.objects.filter(about__in=list(found)).select_related("payment__payer", "payee")
    for row in moves.order_by("waiting_since", "pk"):
        found[row.about].append(_remittance(row, today))
    return found


def _remittance(row: Remittance, today: date) -> RemittanceSeen:
    goes_on = risk.releasable_on(row, today=today) if row.state == Remittance.State.WAITING else None
    later = goes_on if goes_on and goes_on > today else None
    return RemittanceSeen(row.pk, row.about, row.pence, row.state, row.waiting_since, row.paid_at, _bank_on(row.state, row.paid_at, today), later)


def _bank_on(state: str, paid_at: datetime | None, today: date) -> date | None:
    if state in ("waiting", "on_hold", "cancelled", "reversed", "set_off"):
        return None
    return add_working_days(london_date(paid_at) if paid_at else today, BANK_WORKING_DAYS)


def payee(payee_id: int) -> PayeeSeen:
    """How a payee stands. Raises Payee.DoesNotExist."""
    row = Payee.objects.get(pk=payee_id)
    needed = tuple(row.details_needed)
    return PayeeSeen(row.pk, row.owner, row.ready, row.stripe_account_id is not None, needed, row.bank_ends_in, row.bank_changed_at)


def is_ready(payee_id: int) -> bool:
    """True when Stripe, as last asked, lets us pay them."""
    return Payee.objects.filter(pk=payee_id, ready=True).exists()


def float_balance(council_code: str) -> int:
    """The platform's own money at Stripe for a council, in pence."""
    return balance(Account("FLOAT", council_code))


def frozen(council_code: str = "") -> bool:
    """True while nothing goes out to this council's providers (with "", while nothing goes out anywhere)."""
    return Alarm.objects.stopping(council_code).exists()


def waiting_pence(person: Any, council_code: str) -> int:
    """What is owed to a council's providers and has not gone out; 0 for anybody but an operator."""
    return Remittance.objects.visible_to(person).waiting().filter(council_code=council_code).aggregate(sum=Sum("pence"))["sum"] or 0


def proof() -> list[str]:
    """Sentences of what is not as it must be between payments' rows and the book; empty when all is well. `check_books` prints them."""
    return [*prove(), *ages.prove()]


def books(person: Person) -> list[BooksSeen]:
    """Every council's books by name, for operators; nothing for anybody else. Three queries."""
    if not (person.is_active and person.is_operator):
        return []
    closed = closed_everywhere()
    held = balances_on(closed)
    names = Council.objects.order_by("name").values_list("pk", "name")
    return [BooksSeen(code, name, closed.get(code), _held(held.get(code, {}))) for code, name in names]


def books_on(council_code: str, day: date) -> list[HeldThen]:
    """What a council's accounts held at the end of a London day, by when things happened; of an open day it can still change. One query."""
    return _held(balances_on({council_code: day})[council_code])


def _held(by_code: dict[str, int]) -> list[HeldThen]:
    return [HeldThen(code, pence) for code, pence in by_code.items()]
