"""What belongs on a weekly list, how a list stands, and where its sum is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Q, QuerySet

from audit.clock import london_date
from payments.models import Payment
from people.models import Organisation
from pooling.books import Wallet
from pooling.models import Call, WeeklyDay, WeeklyList, WeeklyListRow
from pooling.rules import ORDER_PAID_WITHIN_DAYS
from pooling.rules.weekly import COVERS_DAYS, USUAL_WEEKDAY, Asked, goes_to, newest_list_day, usual_order
from pooling.selectors.wallets import free_in

State = Call.State
PAY, ORDER = WeeklyListRow.Kind.PAY, WeeklyListRow.Kind.ORDER


@dataclass(frozen=True, slots=True)
class Purse:
    """Where a list's money is, in pence: in the wallet, on its way, and waited for by a bank transfer of which `come_pence` has come."""

    here_pence: int
    coming_pence: int
    waiting: Payment | None

    @property
    def come_pence(self) -> int:
        if self.waiting is None or self.waiting.state != "open":
            return 0
        return self.waiting.pence - int(self.waiting.instructions.get("remaining_pence", self.waiting.pence))


def weekday_of(organisation: Organisation) -> int:
    """The day of the week on which its list is made: 1 Monday to 7 Sunday."""
    return WeeklyDay.objects.filter(organisation=organisation).values_list("weekday", flat=True).first() or USUAL_WEEKDAY


def kind_of(call: Call) -> str:
    """What a call needs of who looks after its money now: `pay`, `order`, or nothing ("")."""
    if call.state == State.CALLED:
        return PAY if call.mode == "ahead" else ORDER
    return PAY if call.state == State.ORDERED and call.owed_pence is not None else ""


def due_of(call: Call) -> date:
    """By when a call must be paid or ordered; of an order that was said yes to, thirty days after that yes."""
    if call.billed_at is None:
        return call.due_on
    return london_date(call.billed_at) + timedelta(days=ORDER_PAID_WITHIN_DAYS)


def wanted(organisation: Organisation, council_code: str, *, covers_to: date) -> list[tuple[Call, date | None]]:
    """What is asked of its people until a day, in the usual order, each with the day until which anything of that person's was paid. Two queries."""
    rows = _asked_for(covers_to).filter(portion__holder=organisation, council_code=council_code)
    calls = {call.pk: call for call in rows.select_related("membership__person")}
    paid = _paid_until({call.membership.person_id for call in calls.values()})
    asked_of = (
        Asked(call.pk, call.membership.person_id, call.membership.person.full_name, due_of(call), paid.get(call.membership.person_id))
        for call in calls.values()
    )
    return [(calls[one.key], one.paid_until) for one in usual_order(asked_of)]


def _paid_until(people: Iterable[int]) -> dict[int, date]:
    rows = Call.objects.filter(membership__person__in=set(people), state__in=(State.FUNDED, State.CONSUMED))
    return dict(rows.values("membership__person").annotate(day=Max("due_on")).values_list("membership__person", "day"))


def due_for_a_list(*, today: date) -> list[tuple[int, str]]:
    """(organisation, council) where something is asked for and no list was made on its newest day or since. Three queries."""
    rows = _asked_for(today + timedelta(days=COVERS_DAYS)).filter(portion__holder__isnull=False)
    pairs = sorted(set(rows.values_list("portion__holder_id", "council_code")))
    days = dict(WeeklyDay.objects.values_list("organisation_id", "weekday"))
    newest = WeeklyList.objects.values_list("organisation_id", "council_code").annotate(day=Max("made_on"))
    made = {(pk, council): day for pk, council, day in newest}
    return [pair for pair in pairs if made.get(pair, date.min) < newest_list_day(today, days.get(pair[0], USUAL_WEEKDAY))]


def _asked_for(covers_to: date) -> QuerySet[Call]:
    """Calls for which who looks after the money has something to do: due until a day, or said yes to already."""
    return Call.objects.filter(Q(state=State.CALLED, due_on__lte=covers_to) | Q(state=State.ORDERED, owed_pence__isnull=False))


def councils_of(organisation: Organisation, *, covers_to: date) -> list[str]:
    """The councils in which something is asked of its people, in order."""
    return sorted(set(_asked_for(covers_to).filter(portion__holder=organisation).values_list("council_code", flat=True)))


def rows_of(weekly_list: WeeklyList) -> list[WeeklyListRow]:
    """In the list's order, with whom and what each is about. One query."""
    return list(weekly_list.rows.select_related("call__membership__cluster", "call__portion__budget", "membership__person"))


def purse_of(weekly_list: WeeklyList) -> Purse:
    """Two queries."""
    wallet = Wallet(weekly_list.organisation_id, weekly_list.council_code)
    # Payments first: what comes meanwhile is then counted twice for a moment, and never asked for again.
    payments = list(Payment.objects.filter(about=wallet.about, state__in=("started", "open", "clearing")))
    waiting = [one for one in payments if one.state != "clearing"]
    return Purse(free_in(wallet), sum(one.pence for one in payments if one.state == "clearing"), waiting[0] if waiting else None)


def missing_pence(rows: Sequence[WeeklyListRow], purse: Purse) -> int:
    """What the waiting rows need and is neither here nor on its way. What is paid some other way meanwhile is not missing."""
    needs = sum(row.pence for row in rows if row.state == "waiting" and row.kind == PAY and row.call.state != State.CLEARING)
    return max(0, needs - purse.here_pence - purse.coming_pence)


def left_waiting(rows: Sequence[WeeklyListRow], pence: int) -> list[WeeklyListRow]:
    """The rows to be paid that a sum does not reach, in order."""
    waiting = [row for row in rows if row.state == "waiting" and row.kind == PAY and row.call.state != State.CLEARING]
    return waiting[goes_to([row.pence for row in waiting], pence) :]
