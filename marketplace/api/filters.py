"""What lists of needs, agreements, weeks, visits and shares are narrowed by."""

from typing import Any

from django_filters.rest_framework import BooleanFilter, DateFilter, FilterSet, NumberFilter

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


class NeedFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Need
        fields = ("state", "category")


class BriefFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    cluster = NumberFilter("cluster_id", min_value=1)

    class Meta:
        model = Brief
        fields = ("state", "category")


class BriefPayerFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    brief = NumberFilter("brief_id", min_value=1)

    class Meta:
        model = BriefPayer
        fields = ("state",)


class BriefQuestionFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    brief = NumberFilter("brief_id", min_value=1)

    class Meta:
        model = BriefQuestion
        fields = ()


class AgreementFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    cluster = NumberFilter("cluster_id", min_value=1)
    enterprise = NumberFilter("enterprise_id", min_value=1)

    class Meta:
        model = Agreement
        fields = ("state",)


class OfferFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    brief = NumberFilter("brief_id", min_value=1)
    enterprise = NumberFilter("enterprise_id", min_value=1)

    class Meta:
        model = Offer
        fields = ("state",)


class ChoiceFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    cluster = NumberFilter("cluster_id", min_value=1)

    class Meta:
        model = Brief
        fields = ("state",)


class PayerFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    agreement = NumberFilter("agreement_id", min_value=1)

    class Meta:
        model = Payer
        fields = ("state",)


class MilestoneFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    agreement = NumberFilter("agreement_id", min_value=1)
    enterprise = NumberFilter("agreement__enterprise_id", min_value=1)
    ends_from = DateFilter("ends_on", "gte")
    starts_until = DateFilter("starts_on", "lte")

    class Meta:
        model = Milestone
        fields = ("state",)


class VisitFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    milestone = NumberFilter("milestone_id", min_value=1)
    agreement = NumberFilter("milestone__agreement_id", min_value=1)
    on_from = DateFilter("on", "gte")
    on_until = DateFilter("on", "lte")

    class Meta:
        model = Visit
        fields = ("state",)


class ShareFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    milestone = NumberFilter("milestone_id", min_value=1)
    agreement = NumberFilter("milestone__agreement_id", min_value=1)
    mine = BooleanFilter(method="keep_mine", label="Only what you pay")

    class Meta:
        model = MilestoneShare
        fields = ("state", "covered_by", "waits_for")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.of(self.request.user.pk) if value else rows


class ChangeFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    agreement = NumberFilter("agreement_id", min_value=1)

    class Meta:
        model = Change
        fields = ("state", "kind")


class ChangeAnswerFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    change = NumberFilter("change_id", min_value=1)
    agreement = NumberFilter("change__agreement_id", min_value=1)

    class Meta:
        model = ChangeAnswer
        fields = ("answer",)


class BookingFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    enterprise = NumberFilter("enterprise_id", min_value=1)
    mine = BooleanFilter(method="keep_mine", label="Only yours, and what you were asked to be part of")

    class Meta:
        model = Booking
        fields = ("state", "kind")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.of(self.request.user) if value else rows


class BookedTimeFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    booking = NumberFilter("booking_id", min_value=1)
    from_day = DateFilter("starts_at", "date__gte")
    until_day = DateFilter("starts_at", "date__lte")

    class Meta:
        model = BookedTime
        fields: tuple[str, ...] = ()
