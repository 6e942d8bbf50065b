"""What operators watch and put right, page by page: calls to Stripe, its events, its balance, what is owed to us. Empty for anybody else.

Every list is a constant number of queries, whatever it holds.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Count, F, Min, Model, QuerySet, Sum

from payments.models import Alarm, Dispute, Explanation, Payee, PaymentOperation, ReconcileRun, Recovery, Refund, StripeLine, WebhookEvent
from people.querysets import is_operator

A_PAGE = 50
Row = TypeVar("Row")
Of = TypeVar("Of", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`number` counts from 1; an empty list is one page. A number beyond the last gives the last."""

    rows: list[Row]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class SuspenseSeen:
    """A line nobody could explain: what somebody said it was, if anybody did, and its alarm while that rings. `net_pence` below zero: it left."""

    line: StripeLine
    explanation: Explanation | None
    council_code: str
    net_pence: int
    alarm_id: int | None


@dataclass(frozen=True, slots=True)
class NegativePayee:
    """Somebody who was paid and owes us: how much, for how many things, since when."""

    payee: Payee
    owed_pence: int
    recoveries: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """One screen of figures. `operations` and `events` by state; pence as whole numbers."""

    operations: dict[str, int]
    events: dict[str, int]
    suspense: int
    disputes_open: int
    owed_by_payers_pence: int
    owed_by_payees_pence: int
    failed_refunds: int
    alarms: int


def operations(person: Any, *, state: str = "", kind: str = "", page: int = 1) -> Page[PaymentOperation]:
    """Calls to Stripe, newest first; narrowed to a state or a kind."""
    rows = _narrowed(PaymentOperation.objects.visible_to(person), state=state, kind=kind)
    return _page(rows.order_by("-planned_at", "-pk"), page)


def events(person: Any, *, state: str = "", page: int = 1) -> Page[WebhookEvent]:
    """What Stripe told us, newest first. Parked ones may be tried again (`inbox.retry`)."""
    return _page(_narrowed(WebhookEvent.objects.visible_to(person), state=state).order_by("-received_at", "-pk"), page)


def suspense(person: Any, *, state: str = "suspense", page: int = 1) -> Page[SuspenseSeen]:
    """Lines that nobody could explain, oldest first; with `state="explained"`, those that two people explained."""
    rows = StripeLine.objects.visible_to(person).filter(state=state).order_by("created_at", "pk")
    found = _page(rows, page)
    keys = [line.pk for line in found.rows]
    told = {one.line_id: one for one in Explanation.objects.filter(line__in=keys, refused_at=None).select_related("proposed_by", "agreed_by")}
    alarms = Alarm.objects.open().filter(kind="unexplained_line", about__in=[f"line:{key}" for key in keys])
    ringing = dict(alarms.values_list("about", "pk"))
    seen = [SuspenseSeen(line, told.get(line.pk), line.council_code, line.net_pence, ringing.get(f"line:{line.pk}")) for line in found.rows]
    return Page(seen, found.number, found.pages, found.total)


def runs(person: Any, *, page: int = 1) -> Page[ReconcileRun]:
    """Reconciliations that found or moved something, newest first."""
    return _page(ReconcileRun.objects.visible_to(person).order_by("-at", "-pk"), page)


def disputes(person: Any, *, state: str = "", page: int = 1) -> Page[Dispute]:
    """Payments that a payer's bank asked about or took back, newest first."""
    rows = _narrowed(Dispute.objects.visible_to(person), state=state).select_related("payment__payer")
    return _page(rows.order_by("-opened_at", "-pk"), page)


def recoveries(person: Any, *, state: str = "", page: int = 1) -> Page[Recovery]:
    """Money asked back from those who were paid, newest first."""
    rows = _narrowed(Recovery.objects.visible_to(person), state=state).select_related("payee", "remittance")
    return _page(rows.order_by("-opened_at", "-pk"), page)


def failed_refunds(person: Any, *, page: int = 1) -> Page[Refund]:
    """Money that could not go back the way it came, oldest first: to decide about, or to be paid by hand."""
    rows = Refund.objects.visible_to(person).filter(state__in=("failed", "rerouted"))
    return _page(rows.select_related("payment__payer", "reroute").order_by("finished_at", "pk"), page)


def negative_payees(person: Any, *, page: int = 1) -> Page[NegativePayee]:
    """Those who were paid and owe us, the most first."""
    came = F("reversed_pence") + F("set_off_pence") + F("repaid_pence") + F("written_off_pence")
    rows = (
        Recovery.objects.visible_to(person).owed().values("payee").annotate(owed=Sum(F("pence") - came), things=Count("pk"), since=Min("opened_at"))
    )
    found = _page(rows.order_by("-owed", "payee"), page)
    payees = Payee.objects.in_bulk([row["payee"] for row in found.rows])
    seen = [NegativePayee(payees[row["payee"]], row["owed"], row["things"], row["since"]) for row in found.rows]
    return Page(seen, found.number, found.pages, found.total)


def counts(person: Any) -> Counts:
    """One screen of figures; all zero for anybody but an operator."""
    if not is_operator(person):
        return Counts({}, {}, 0, 0, 0, 0, 0, 0)
    settled = F("taken_pence") + F("repaid_pence") + F("written_off_pence")
    came = F("reversed_pence") + F("set_off_pence") + F("repaid_pence") + F("written_off_pence")
    return Counts(
        operations=_by_state(PaymentOperation.objects.all()),
        events=_by_state(WebhookEvent.objects.all()),
        suspense=StripeLine.objects.filter(state="suspense").count(),
        disputes_open=Dispute.objects.unended().count(),
        owed_by_payers_pence=Dispute.objects.owing().aggregate(sum=Sum(F("withdrawn_pence") - settled))["sum"] or 0,
        owed_by_payees_pence=Recovery.objects.owed().aggregate(sum=Sum(F("pence") - came))["sum"] or 0,
        failed_refunds=Refund.objects.filter(state__in=("failed", "rerouted")).count(),
        alarms=Alarm.objects.open().count(),
    )


def _by_state(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.order_by().values_list("state").annotate(n=Count("pk")))


def _narrowed(rows: QuerySet[Of], **wanted: str) -> QuerySet[Of]:
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def _page(rows: QuerySet[Any, Any], number: int) -> Page[Any]:
    total = rows.count()
    pages = max(1, (total + A_PAGE - 1) // A_PAGE)
    number = min(max(number, 1), pages)
    return Page(list(rows[(number - 1) * A_PAGE : number * A_PAGE]), number, pages, total)
