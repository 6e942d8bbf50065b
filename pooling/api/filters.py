"""What lists of budgets, groups, promises and calls are narrowed by."""

from typing import Any

from django.db.models import Q
from django_filters.rest_framework import BooleanFilter, ChoiceFilter, FilterSet, NumberFilter

from pooling.models import (
    Budget,
    Call,
    Charter,
    Cluster,
    FundingMode,
    Hold,
    IdleOffer,
    InCommon,
    Interest,
    Introduction,
    Membership,
    Pledge,
    Portion,
    WalletMove,
    Withdrawal,
)

HOLDER_LISTS = {
    "to_pay": Q(state="called", mode="ahead"),
    "orders_to_accept": Q(state="called", mode="on_yes"),
    "bills": Q(state="ordered", owed_pence__isnull=False),
    "on_the_way": Q(state="clearing"),
    "waiting_for_a_yes": Q(state="ordered", owed_pence__isnull=True),
    "missed": Q(state="missed"),
}


class BudgetFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    mine = BooleanFilter(method="keep_mine", label="Only your own")

    class Meta:
        model = Budget
        fields = ("kind", "superseded", "sureness")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(person=self.request.user) if value else rows


class PortionFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    budget = NumberFilter("budget_id", min_value=1)
    holder = NumberFilter("holder_id", min_value=1)

    class Meta:
        model = Portion
        fields = ("route",)


class FundingModeFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = FundingMode
        fields = ("council_code", "route")


class ClusterFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Cluster
        fields = ("state", "purpose", "outcode")


class CharterFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    cluster = NumberFilter("cluster_id", min_value=1)

    class Meta:
        model = Charter
        fields = ("version",)


class MembershipFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    cluster = NumberFilter("cluster_id", min_value=1)
    mine = BooleanFilter(method="keep_mine", label="Only your own")

    class Meta:
        model = Membership
        fields = ("state",)

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(person=self.request.user) if value else rows


class PledgeFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    membership = NumberFilter("membership_id", min_value=1)
    cluster = NumberFilter("membership__cluster_id", min_value=1)

    class Meta:
        model = Pledge
        fields = ("state",)


class CallFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    holder = NumberFilter("portion__holder_id", min_value=1)
    cluster = NumberFilter("membership__cluster_id", min_value=1)
    list = ChoiceFilter(choices=[(name, name) for name in HOLDER_LISTS], method="keep_list", label="What there is to do")
    mine = BooleanFilter(method="keep_mine", label="Only what you pay yourself")

    class Meta:
        model = Call
        fields = ("state", "mode", "about_kind", "about_id")

    def keep_list(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(HOLDER_LISTS[value])

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(membership__person=self.request.user, portion__holder__isnull=True) if value else rows


class HoldFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    membership = NumberFilter("membership_id", min_value=1)

    class Meta:
        model = Hold
        fields = ("about_kind", "about_id", "share_id")


class WithdrawalFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    membership = NumberFilter("membership_id", min_value=1)

    class Meta:
        model = Withdrawal
        fields = ("state",)


class IdleOfferFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = IdleOffer
        fields = ("state", "membership")


class WalletMoveFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = WalletMove
        fields = ("kind", "organisation")


class InterestFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    mine = BooleanFilter(method="keep_mine", label="Only your own")

    class Meta:
        model = Interest
        fields = ("state", "category", "outcode")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(person=self.request.user) if value else rows


class IntroductionFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Introduction
        fields = ("category", "outcode")


class InCommonFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = InCommon
        fields = ("kind", "shown")
