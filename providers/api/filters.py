"""What lists of providers, papers and services are narrowed by."""

from typing import Any

from django_filters.rest_framework import CharFilter, ChoiceFilter, DateFilter

from audit.api.narrowing import IdFilter, Narrowed, WholeNumberFilter, YesNoFilter
from providers.models import Check, DayOff, Enterprise, Invitation, Listing, Worker, WorkHours
from providers.rules import PARTS_OF_DAY


class EnterpriseFilter(Narrowed):
    mine = YesNoFilter(method="keep_mine", label="Only those you own or work in")

    class Meta:
        model = Enterprise
        fields = ("state", "council_code")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(pk__in=Enterprise.objects.of(self.request.user).values("pk")) if value else rows


class WorkerFilter(Narrowed):
    enterprise = IdFilter("enterprise_id")

    class Meta:
        model = Worker
        fields = ("state",)


class WorkHoursFilter(Narrowed):
    worker = IdFilter("worker_id")
    enterprise = IdFilter("worker__enterprise_id")
    weekday = WholeNumberFilter("weekday", min_value=1, max_value=7, label="1 Monday to 7 Sunday")

    class Meta:
        model = WorkHours
        fields: tuple[str, ...] = ()


class DayOffFilter(Narrowed):
    worker = IdFilter("worker_id")
    enterprise = IdFilter("worker__enterprise_id")
    on_from = DateFilter("on", "gte")
    on_until = DateFilter("on", "lte")

    class Meta:
        model = DayOff
        fields: tuple[str, ...] = ()


class InvitationFilter(Narrowed):
    enterprise = IdFilter("enterprise_id")
    is_stopped = YesNoFilter("stopped_at", "isnull", exclude=True, label="Only those you stopped, or only those you did not")

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()


class CheckFilter(Narrowed):
    enterprise = IdFilter("enterprise_id")
    waiting = YesNoFilter(method="keep_waiting", label="Only those nobody has looked at yet")

    class Meta:
        model = Check
        fields = ("kind",)

    def keep_waiting(self, rows: Any, name: str, value: bool) -> Any:
        return rows.waiting() if value else rows


class ListingFilter(Narrowed):
    enterprise = IdFilter("enterprise_id")
    category = CharFilter("category__slug", max_length=40)
    language = CharFilter("languages__slug", max_length=40)
    weekday = WholeNumberFilter("weekdays", "contains", method="keep_weekday", label="1 Monday to 7 Sunday")
    part_of_day = ChoiceFilter(choices=[(part, part) for part in PARTS_OF_DAY], method="keep_part")
    most_pence = WholeNumberFilter("price_pence", "lte", min_value=0, max_value=1_000_000, label="Costs one person at most so much, per unit")

    class Meta:
        model = Listing
        fields = ("state", "unit", "charge")

    def keep_weekday(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(weekdays__contains=[int(value)]) if 1 <= value <= 7 else rows.none()

    def keep_part(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(parts_of_day__contains=[value])
