"""Budgets, their portions, and when councils pay."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from pooling.api.filters import BudgetFilter, FundingModeFilter, PortionFilter
from pooling.api.serializers.budgets import (
    BudgetChange,
    BudgetRow,
    BudgetSaid,
    BudgetVouching,
    FundingModeRow,
    FundingModeSaid,
    PortionFree,
    PortionRow,
)
from pooling.models import Budget, FundingMode, Portion
from pooling.services import budgets


class Budgets(ReadEdge):
    """Budgets: yours, of people you help, whose money you look after, or whose group you help."""

    model = Budget
    related = ("person",)
    serializer_class = BudgetRow
    filterset_class = BudgetFilter

    def rows(self) -> QuerySet[Any]:
        portions = Portion.objects.visible_to(self.person).select_related("budget").order_by("pk")
        return super().rows().prefetch_related(Prefetch("portions", portions))

    @makes(BudgetSaid, BudgetRow)
    def create(self, request: Request) -> Response:
        """Writes down a budget as it was told. Nobody is sure of it yet."""
        said = self.asked()
        place = said.get("membership")
        person = place.person if place else said.get("person", self.person)
        council = said.get("council_code")
        drafts = [budgets.PortionDraft(**{**part, "categories": [one.slug for one in part["categories"]]}) for part in said["portions"]]
        code = council.pk if council else ""
        return self.answer(budgets.record(person=person, portions=drafts, council_code=code, by=self.person, at=self.at, **_figures(said)))

    @verb(BudgetChange, BudgetRow)
    def revise(self, request: Request, pk: int) -> Response:
        """A new version, which nobody is sure of yet. Promises already made stay."""
        row, said = self.get_object(), self.asked()
        weekly = {part["portion"].pk: (part["weekly_pence"], part["spent_elsewhere_weekly_pence"]) for part in said["portions"]}
        return self.answer(budgets.revise(budget=row, weekly=weekly, by=self.person, at=self.at, **_figures(said)))

    @verb(BudgetVouching, BudgetRow)
    def vouch(self, request: Request, pk: int) -> Response:
        """Says how sure you are of it. Never the person themselves."""
        return self.answer(budgets.vouch(budget=self.get_object(), by=self.person, at=self.at, **self.asked()))


def _figures(said: dict[str, Any]) -> dict[str, Any]:
    amounts = budgets.Amounts(said["weekly_cost_pence"], said["weekly_contribution_pence"], said["weekly_funder_pence"])
    return {"kind": said["kind"], "amounts": amounts, "period": budgets.Period(said["starts_on"], said["ends_on"], said["review_on"])}


class Portions(ReadEdge):
    """Parts of budgets. One by itself says what is free to promise."""

    model = Portion
    related = ("budget",)
    serializer_class = PortionRow
    filterset_class = PortionFilter

    def get_serializer_class(self) -> Any:
        return PortionFree if self.action == "retrieve" else PortionRow


class FundingModes(ReadEdge):
    """Councils' own choices of when money comes; without one, see `mode` of a call."""

    model = FundingMode
    serializer_class = FundingModeRow
    filterset_class = FundingModeFilter
    anybody = frozenset({"list", "retrieve"})

    @makes(FundingModeSaid, FundingModeRow)
    def create(self, request: Request) -> Response:
        """A council's money team, or an operator, chooses."""
        said = self.asked()
        return self.answer(budgets.choose_mode(**{**said, "council_code": said["council_code"].pk}, by=self.person, at=self.at))
