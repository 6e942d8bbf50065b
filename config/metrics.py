"""`/metrics` for Prometheus: how old what waits is, what rings, what the platform has and is owed. Nothing about people.

Read from the database when asked, so any number of web processes say the same, and written by hand: the format is a line a figure
(Prometheus text format 0.0.4). From the loopback without a proxy before it, or with `METRICS_TOKEN`; to anybody else it is not there.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Min, Model, QuerySet, Sum, When
from django.db.models.functions import Abs, Now
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit import clock
from audit.models import Delivery
from config.models import Pulse
from ledger.selectors import balances, unsealed
from payments.models import Alarm, Payment, PaymentOperation, ReconcileCursor, StripeLine, WebhookEvent
from payments.services import ages
from pooling.models import Hold

BEFORE_A_PROXY = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
FORMAT = "text/plain; version=0.0.4; charset=utf-8"
UNFINISHED = ("planned", "sent", "unknown")
Labels = dict[str, str]
# As StripeLine.unknown_pence, either way: what came and what went must not make each other disappear. Other money is no pence.
UNKNOWN_PENCE = Case(When(currency="gbp", then=Abs(F("net_pence") - F("ours_pence"))), default=0)


@dataclass(frozen=True)
class Figure:
    """One figure: its name after `clubtogether_`, a sentence, and how to read it now: (labels, value) each."""

    name: str
    says: str
    read: Callable[[datetime], Iterator[tuple[Labels, int]]]


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Every figure as it is now. 404 to whoever may not read them."""
    if not may_read(request):
        raise Http404
    return HttpResponse("".join(lines(clock.now())), content_type=FORMAT)


def may_read(request: HttpRequest) -> bool:
    """With the token, where one is set; without one from this machine itself, when no proxy speaks for somebody else."""
    if settings.METRICS_TOKEN:
        return compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if any(name in request.headers for name in BEFORE_A_PROXY):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def lines(at: datetime) -> Iterator[str]:
    """The lines of the answer."""
    for figure in FIGURES:
        name = f"clubtogether_{figure.name}"
        yield f"# HELP {name} {figure.says}\n# TYPE {name} gauge\n"
        for labels, value in figure.read(at):
            said = ",".join(f'{key}="{_escaped(text)}"' for key, text in sorted(labels.items()))
            yield f"{name}{{{said}}} {value}\n" if said else f"{name} {value}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(age: timedelta | None) -> int:
    return max(0, int(age.total_seconds())) if age is not None else 0


def _one(value: int) -> Iterator[tuple[Labels, int]]:
    yield {}, value


def _since(rows: QuerySet[Model], order: str, field: str = "") -> int:
    """Seconds of real time since the oldest of these, or since what `field` says of the first in this order."""
    age = rows.order_by(order).values_list(ExpressionWrapper(Now() - F(field or order), output_field=DurationField()), flat=True).first()
    return _seconds(age)


def _outbox(at: datetime) -> Iterator[tuple[Labels, int]]:
    return _one(_since(Delivery.objects.exclude(state="done"), "fact__recorded_at"))


def _inbox(at: datetime) -> Iterator[tuple[Labels, int]]:
    return _one(_since(WebhookEvent.objects.exclude(state="done"), "received_at"))


def _operations(at: datetime) -> Iterator[tuple[Labels, int]]:
    found = dict(PaymentOperation.objects.filter(state__in=UNFINISHED).values_list("state").annotate(n=Count("pk")))
    yield from (({"state": state}, found.get(state, 0)) for state in UNFINISHED)


def _operations_oldest(at: datetime) -> Iterator[tuple[Labels, int]]:
    rows = PaymentOperation.objects.filter(state__in=UNFINISHED)
    found = dict(rows.values_list("state").annotate(oldest=Min("planned_at")))
    yield from (({"state": state}, _seconds(at - found[state]) if state in found else 0) for state in UNFINISHED)


def _by_council(code: str) -> Callable[[datetime], Iterator[tuple[Labels, int]]]:
    def read(at: datetime) -> Iterator[tuple[Labels, int]]:
        sums: Counter[str] = Counter()
        for account, pence in balances(codes=(code,)).items():
            sums[account.council] += pence
        yield from (({"council": council}, sums[council]) for council in sorted(sums))

    return read


def _suspense(measure: Count | Sum) -> Callable[[datetime], Iterator[tuple[Labels, int]]]:
    def read(at: datetime) -> Iterator[tuple[Labels, int]]:
        found = StripeLine.objects.filter(state="suspense").values_list("council_code").annotate(n=measure).order_by("council_code")
        yield from (({"council": council}, number) for council, number in found)

    return read


def _lines_waiting(at: datetime) -> Iterator[tuple[Labels, int]]:
    """Before its money is available a line waits as it should."""
    waits = StripeLine.objects.filter(state="waiting", available_on__lte=at)
    oldest = waits.order_by("available_on").values_list("available_on", flat=True).first()
    return _one(_seconds(at - oldest if oldest else None))


def _alarms(at: datetime) -> Iterator[tuple[Labels, int]]:
    rows = Alarm.objects.open().values_list("kind", "stops_releases").annotate(n=Count("pk")).order_by("kind", "stops_releases")
    yield from (({"kind": kind, "stops_releases": "1" if stops else "0"}, number) for kind, stops, number in rows)


def _hold(at: datetime) -> Iterator[tuple[Labels, int]]:
    held = Hold.objects.filter(placed_pence__gt=F("released_pence") + F("returned_pence"))
    oldest = held.order_by("placed_at").values_list("placed_at", flat=True).first()
    return _one(_seconds(at - oldest if oldest else None))


def _lot(at: datetime) -> Iterator[tuple[Labels, int]]:
    oldest = Payment.objects.charged_before(at).values_list("charged_at", flat=True).first()
    return _one(_seconds(at - oldest if oldest else None))


def _books_age(at: datetime) -> Iterator[tuple[Labels, int]]:
    return _one(_since(Pulse.objects.filter(name=Pulse.Name.BOOKS), "at"))


def _books_right(at: datetime) -> Iterator[tuple[Labels, int]]:
    return _one(int(Pulse.objects.filter(name=Pulse.Name.BOOKS, is_fine=True).exists()))


def _seals(at: datetime) -> Iterator[tuple[Labels, int]]:
    return _one(_since(unsealed(), "pk", "recorded_at"))


def _reconciled(at: datetime) -> Iterator[tuple[Labels, int]]:
    """Not there before the first run."""
    read_at = ReconcileCursor.objects.filter(read_at__isnull=False).values_list("read_at", flat=True).first()
    return _one(_seconds(at - read_at)) if read_at else iter(())


FIGURES = (
    Figure("outbox_lag_seconds", "How long the oldest fact that is not delivered waits.", _outbox),
    Figure("outbox_waiting", "Deliveries not made yet.", lambda at: _one(Delivery.objects.filter(state="waiting").count())),
    Figure("outbox_parked", "Deliveries that failed ten times.", lambda at: _one(Delivery.objects.filter(state="parked").count())),
    Figure("inbox_age_seconds", "How long the oldest event of Stripe's that is not worked on waits.", _inbox),
    Figure("inbox_parked", "Events of Stripe's that failed ten times.", lambda at: _one(WebhookEvent.objects.filter(state="parked").count())),
    Figure("operations", "Calls to Stripe that are not finished, by state.", _operations),
    Figure("operations_oldest_seconds", "The oldest call to Stripe that is not finished, by state.", _operations_oldest),
    Figure("suspense_pence", "Money at Stripe that nobody can explain, come and gone added up, by council.", _suspense(Sum(UNKNOWN_PENCE))),
    Figure("suspense_lines", "Lines of Stripe's balance that nobody can explain, by council.", _suspense(Count("pk"))),
    Figure("lines_waiting_seconds", "How long the oldest line of Stripe's balance that is available waits to be booked.", _lines_waiting),
    Figure("alarms_open", "Open alarms, by kind.", _alarms),
    Figure("hold_oldest_seconds", "The oldest held money.", _hold),
    Figure("lot_oldest_seconds", "The oldest payment with money left in it, from its charge.", _lot),
    Figure("lots_too_old", "Payments over 90 days with money left that nobody decided to keep.", lambda at: _one(len(ages.too_old(at)))),
    Figure("float_pence", "The platform's own money at Stripe, by council.", _by_council("FLOAT")),
    Figure("receivable_pence", "What is owed to the platform, by council.", _by_council("RECEIVABLE")),
    Figure("books_proven_age_seconds", "Since the last proof of the books.", _books_age),
    Figure("books_right", "1 when the last proof of the books found nothing.", _books_right),
    Figure("seals_lag_seconds", "How long the oldest entry of the book that is not sealed waits.", _seals),
    Figure("reconciled_age_seconds", "Since Stripe's lines were last read.", _reconciled),
)
