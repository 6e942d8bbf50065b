"""What lists of needs, agreements, weeks, visits and shares are narrowed by."""

from typing import Any

from django_filters.rest_framework import DateFilter

from audit.api.narrowing import IdFilter, Narrowed, YesNoFilter
from marketplace.models import (
    Agreement,
    BookedTime,
    Booking,
    Brief,
    BriefPayer,
    BriefQuestion,
    Change,
    ChangeAnswer,
    Milestone,
    MilestoneShare,
    Need,
    Offer,
    Payer,
    Visit,
)


class NeedFilter(Narrowed):
    class Meta:
        model = Need
        fields = ("state", "category")


class BriefFilter(Narrowed):
    cluster = IdFilter("cluster_id")

    class Meta:
        model = Brief
        fields = ("state", "category")


class BriefPayerFilter(Narrowed):
    brief = IdFilter("brief_id")

    class Meta:
        model = BriefPayer
        fields = ("state",)


class BriefQuestionFilter(Narrowed):
    brief = IdFilter("brief_id")

    class Meta:
        model = BriefQuestion
        fields = ()


class AgreementFilter(Narrowed):
    cluster = IdFilter("cluster_id")
    enterprise = IdFilter("enterprise_id")

    class Meta:
        model = Agreement
        fields = ("state",)


class OfferFilter(Narrowed):
    brief = IdFilter("brief_id")
    enterprise = IdFilter("enterprise_id")

    class Meta:
        model = Offer
        fields = ("state",)


class ChoiceFilter(Narrowed):
    cluster = IdFilter("cluster_id")

    class Meta:
        model = Brief
        fields = ("state",)


class PayerFilter(Narrowed):
    agreement = IdFilter("agreement_id")

    class Meta:
        model = Payer
        fields = ("state",)


class MilestoneFilter(Narrowed):
    agreement = IdFilter("agreement_id")
    enterprise = IdFilter("agreement__enterprise_id")
    ends_from = DateFilter("ends_on", "gte")
    starts_until = DateFilter("starts_on", "lte")

    class Meta:
        model = Milestone
        fields = ("state",)


class VisitFilter(Narrowed):
    milestone = IdFilter("milestone_id")
    agreement = IdFilter("milestone__agreement_id")
    on_from = DateFilter("on", "gte")
    on_until = DateFilter("on", "lte")

    class Meta:
        model = Visit
        fields = ("state",)


class ShareFilter(Narrowed):
    milestone = IdFilter("milestone_id")
    agreement = IdFilter("milestone__agreement_id")
    mine = YesNoFilter(method="keep_mine", label="Only what you pay")

    class Meta:
        model = MilestoneShare
        fields = ("state", "covered_by", "waits_for")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.of(self.request.user.pk) if value else rows


class ChangeFilter(Narrowed):
    agreement = IdFilter("agreement_id")

    class Meta:
        model = Change
        fields = ("state", "kind")


class ChangeAnswerFilter(Narrowed):
    change = IdFilter("change_id")
    agreement = IdFilter("change__agreement_id")

    class Meta:
        model = ChangeAnswer
        fields = ("answer",)


class BookingFilter(Narrowed):
    enterprise = IdFilter("enterprise_id")
    mine = YesNoFilter(method="keep_mine", label="Only yours, and what you were asked to be part of")

    class Meta:
        model = Booking
        fields = ("state", "kind")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.of(self.request.user) if value else rows


class BookedTimeFilter(Narrowed):
    booking = IdFilter("booking_id")
    from_day = DateFilter("starts_at", "date__gte")
    until_day = DateFilter("starts_at", "date__lte")

    class Meta:
        model = BookedTime
        fields: tuple[str, ...] = ()
