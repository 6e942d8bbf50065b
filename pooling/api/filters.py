"""What lists of budgets, groups, promises and calls are narrowed by."""

from typing import Any

from django.db.models import Q
from django_filters.rest_framework import ChoiceFilter

from audit.api.narrowing import IdFilter, Narrowed, YesNoFilter
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


class BudgetFilter(Narrowed):
    mine = YesNoFilter(method="keep_mine", label="Only your own")

    class Meta:
        model = Budget
        fields = ("kind", "superseded", "sureness")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(person=self.request.user) if value else rows


class PortionFilter(Narrowed):
    budget = IdFilter("budget_id")
    holder = IdFilter("holder_id")

    class Meta:
        model = Portion
        fields = ("route",)


class FundingModeFilter(Narrowed):
    class Meta:
        model = FundingMode
        fields = ("council_code", "route")


class ClusterFilter(Narrowed):
    class Meta:
        model = Cluster
        fields = ("state", "purpose", "outcode")


class CharterFilter(Narrowed):
    cluster = IdFilter("cluster_id")

    class Meta:
        model = Charter
        fields = ("version",)


class MembershipFilter(Narrowed):
    cluster = IdFilter("cluster_id")
    mine = YesNoFilter(method="keep_mine", label="Only your own")

    class Meta:
        model = Membership
        fields = ("state",)

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(person=self.request.user) if value else rows


class PledgeFilter(Narrowed):
    membership = IdFilter("membership_id")
    cluster = IdFilter("membership__cluster_id")

    class Meta:
        model = Pledge
        fields = ("state",)


class CallFilter(Narrowed):
    holder = IdFilter("portion__holder_id")
    cluster = IdFilter("membership__cluster_id")
    list = ChoiceFilter(choices=[(name, name) for name in HOLDER_LISTS], method="keep_list", label="What there is to do")
    mine = YesNoFilter(method="keep_mine", label="Only what you pay yourself")

    class Meta:
        model = Call
        fields = ("state", "mode", "about_kind", "about_id")

    def keep_list(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(HOLDER_LISTS[value])

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(membership__person=self.request.user, portion__holder__isnull=True) if value else rows


class HoldFilter(Narrowed):
    membership = IdFilter("membership_id")

    class Meta:
        model = Hold
        fields = ("about_kind", "about_id", "share_id")


class WithdrawalFilter(Narrowed):
    membership = IdFilter("membership_id")

    class Meta:
        model = Withdrawal
        fields = ("state",)


class IdleOfferFilter(Narrowed):
    class Meta:
        model = IdleOffer
        fields = ("state", "membership")


class WalletMoveFilter(Narrowed):
    class Meta:
        model = WalletMove
        fields = ("kind", "organisation")


class InterestFilter(Narrowed):
    mine = YesNoFilter(method="keep_mine", label="Only your own")

    class Meta:
        model = Interest
        fields = ("state", "category", "outcode")

    def keep_mine(self, rows: Any, name: str, value: bool) -> Any:
        return rows.filter(person=self.request.user) if value else rows


class IntroductionFilter(Narrowed):
    class Meta:
        model = Introduction
        fields = ("category", "outcode")


class InCommonFilter(Narrowed):
    class Meta:
        model = InCommon
        fields = ("kind", "shown")
