"""The weekly list of who looks after money, in words: who, what for, by when, how it stands, where to send the sum."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.shortcuts import get_object_or_404

from frontend import words
from frontend.presenters import paying
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.models import PaymentOperation
from payments.services import operations
from people.models import Organisation
from pooling.models import WeeklyList, WeeklyListRow
from pooling.rules.weekly import COVERS_DAYS
from pooling.selectors import weekly as reading
from pooling.selectors.weekly import Purse
from pooling.services import weekly_lists, weekly_money
from pooling.services.weekly_lists import NothingToList

COLUMNS = ("Place", "For", "Group", "What", "By", "How much", "How it stands")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_STANDS = {"funded": "Paid", "ordered": "Ordered", "dropped": "Not needed from this list"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list."""

    row: WeeklyListRow
    name: str
    group: str
    what: str
    stands: str

    @property
    def cells(self) -> list[str]:
        row = self.row
        return [str(row.number), self.name, self.group, self.what, words.day(row.due_on), words.pounds(row.pence), self.stands]

    @property
    def csv_cells(self) -> list[str]:
        """For a spreadsheet: the year is said, and the sum is a plain number."""
        row = self.row
        plain = words.pounds(row.pence).lstrip("£").replace(",", "")
        return [str(row.number), self.name, self.group, self.what, f"{row.due_on:%d/%m/%Y}", plain, self.stands]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One list. `instructions`: where to send the sum that is waited for."""

    weekly_list: WeeklyList
    lines: list[Line]
    purse: Purse

    @property
    def organisation(self) -> Organisation:
        return self.weekly_list.organisation

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS

    @property
    def rows(self) -> list[list[str]]:
        return [line.cells for line in self.lines]

    @property
    def to_pay_pence(self) -> int:
        """All its rows to be paid, whether they are by now or not."""
        return sum(line.row.pence for line in self.lines if line.row.kind == reading.PAY and line.row.state != "dropped")

    @property
    def paid_pence(self) -> int:
        return sum(line.row.funded_pence for line in self.lines)

    @property
    def missing_pence(self) -> int:
        """Neither paid, nor here, nor on its way."""
        return reading.missing_pence([line.row for line in self.lines], self.purse)

    @property
    def orders(self) -> list[Line]:
        """Those that wait."""
        return [line for line in self.lines if line.row.kind == reading.ORDER and line.row.state == "waiting"]

    @property
    def waits_for_orders(self) -> bool:
        return bool(self.orders) and self.weekly_list.state in ("ready", "sent")

    @property
    def people(self) -> list[tuple[int, str]]:
        """Each person once, in order."""
        return list({line.row.membership.person_id: line.name for line in self.lines}.items())

    @property
    def instructions(self) -> dict[str, Any]:
        return self.purse.waiting.instructions if self.purse.waiting else {}

    @property
    def payment_id(self) -> str:
        return str(self.purse.waiting.pk) if self.purse.waiting else ""


@dataclass(frozen=True, slots=True)
class ListsPage:
    """An organisation's lists. `now`: ready, or sent and waiting."""

    organisation: Organisation
    weekday: str
    now: list[WeeklyList]
    before: list[WeeklyList]


def page(organisation: Organisation) -> ListsPage:
    """The newest twenty."""
    rows = list(WeeklyList.objects.filter(organisation=organisation).order_by("-pk")[:20])
    now = [row for row in rows if row.state in ("ready", "sent")]
    weekday = WEEKDAYS[reading.weekday_of(organisation) - 1]
    return ListsPage(organisation, weekday, now, [row for row in rows if row not in now])


def list_of(organisation: Organisation, pk: int) -> WeeklyList:
    return get_object_or_404(WeeklyList.objects.select_related("organisation"), organisation=organisation, pk=pk)


def list_page(weekly_list: WeeklyList) -> ListPage:
    rows = reading.rows_of(weekly_list)
    dues = paying.dues([row.call for row in rows])
    lines = [Line(row, row.membership.person.full_name, due.group, due.what, _stands(row, weekly_list)) for row, due in zip(rows, dues, strict=True)]
    return ListPage(weekly_list, lines, reading.purse_of(weekly_list))


def _stands(row: WeeklyListRow, weekly_list: WeeklyList) -> str:
    if row.state != "waiting":
        return _STANDS[row.state]
    if weekly_list.state in ("superseded", "stopped"):
        return "Not paid from this list"
    if row.kind == reading.ORDER:
        return "An order to say yes to"
    if row.call.state == "clearing":
        return "On its way by itself"
    return "Waits for the money" if weekly_list.state == "sent" else "To pay"


def make(organisation: Organisation, *, by: Any, today: date, at: datetime) -> list[WeeklyList]:
    """A list for each council in which something is asked for. Raises NothingToList."""
    councils = reading.councils_of(organisation, covers_to=today + timedelta(days=COVERS_DAYS))
    if not councils:
        raise NothingToList
    return [weekly_lists.make(organisation=organisation, council_code=code, by=by, at=at) for code in councils]


def carry_out(weekly_list: WeeklyList, at: datetime) -> None:
    """Asks Stripe for what was planned, and goes on as far as that goes. When Stripe is slow, the timers do it."""
    with suppress(AnswerLost, StripeIsBusy):
        for _ in range(4):
            moved = weekly_money.go_on(weekly_list_id=weekly_list.pk, at=at)
            if not _perform(weekly_list, at) and not moved:
                return


def _perform(weekly_list: WeeklyList, at: datetime) -> int:
    waiting = reading.purse_of(weekly_list).waiting
    if waiting is None:
        return 0
    planned = PaymentOperation.objects.filter(reference=f"payment:{waiting.pk}", state="planned").values_list("pk", flat=True)
    return sum(operations.perform(pk, at=at) is not None for pk in list(planned))
