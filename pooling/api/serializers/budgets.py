"""Shapes of budgets and their portions."""

from rest_framework import serializers

from audit.api.shapes import DayField, PenceField, Row, Shape, VisibleField, WordField
from people.models import Council, Organisation, Person
from pooling.models import Budget, FundingMode, Membership, Mode, Portion, Route
from pooling.selectors import free_to_promise
from vocabulary.models import Term


class PortionRow(Row):
    """A part of a budget with one funder and one route."""

    person = serializers.IntegerField(source="budget.person_id", read_only=True)

    class Meta:
        model = Portion
        fields = (
            "id",
            "budget",
            "person",
            "route",
            "funder_name",
            "holder",
            "weekly_pence",
            "spent_elsewhere_weekly_pence",
            "council_code",
            "categories",
        )


class PortionFree(PortionRow):
    """As in the list, with what is free to promise of it, in pence a week. Below zero: the budget was cut after promises were made."""

    free_weekly_pence = serializers.SerializerMethodField()

    class Meta(PortionRow.Meta):
        fields = (*PortionRow.Meta.fields, "free_weekly_pence")  # type: ignore[assignment]

    def get_free_weekly_pence(self, row: Portion) -> int:
        return free_to_promise(row)


class BudgetRow(Row):
    """One version of a person's budget, in pence a week, with those of its portions that you may see."""

    portions = PortionRow(many=True, read_only=True)
    known_as = serializers.CharField(source="person.known_as", read_only=True)

    class Meta:
        model = Budget
        fields = (
            "id",
            "person",
            "known_as",
            "kind",
            "version",
            "superseded",
            "council_code",
            "weekly_cost_pence",
            "weekly_contribution_pence",
            "weekly_funder_pence",
            "starts_on",
            "ends_on",
            "review_on",
            "sureness",
            "sureness_at",
            "portions",
        )


class PortionSaid(Shape):
    """A part of a budget as it was told. `holder`: who looks after it, where somebody does. `categories`: what the plan allows; none: anything."""

    route = serializers.ChoiceField(Route.choices)
    funder_name = serializers.CharField(max_length=120)
    weekly_pence = PenceField()
    spent_elsewhere_weekly_pence = PenceField(required=False, default=0)
    holder = serializers.PrimaryKeyRelatedField(queryset=Organisation.objects.all(), required=False, allow_null=True, default=None)
    categories = WordField("slug", queryset=Term.objects.filter(kind="category"), many=True, required=False, default=list)


class Figures(Shape):
    """The three sums of a budget, in pence a week, and its days."""

    kind = serializers.ChoiceField(Budget.Kind.choices)
    weekly_cost_pence = PenceField()
    weekly_contribution_pence = PenceField()
    weekly_funder_pence = PenceField()
    starts_on = DayField()
    ends_on = DayField(required=False, allow_null=True, default=None)
    review_on = DayField(required=False, allow_null=True, default=None)


class BudgetSaid(Figures):
    """A budget: your own, or that of a person you may record one for (`person`, or `membership` in a group you help)."""

    person = VisibleField(Person, required=False)
    membership = VisibleField(Membership, ("person",), required=False)
    council_code = WordField("code", queryset=Council.objects.all(), required=False)
    portions = serializers.ListField(child=PortionSaid(), min_length=1, max_length=8)


class PortionChange(Shape):
    """New sums for one portion."""

    portion = VisibleField(Portion)
    weekly_pence = PenceField()
    spent_elsewhere_weekly_pence = PenceField(required=False, default=0)


class BudgetChange(Figures):
    """A new version. Portions that are not named stay as they are."""

    portions = serializers.ListField(child=PortionChange(), required=False, max_length=8, default=list)


class BudgetVouching(Shape):
    """How sure you are: you saw the letter, or you pay it and say so."""

    level = serializers.ChoiceField([("seen", "saw the letter"), ("confirmed", "the one who pays says so")])


class FundingModeRow(Row):
    """When a council pays money of a route: before the visits, or by an order and after the yes."""

    class Meta:
        model = FundingMode
        fields = ("id", "council_code", "route", "mode")


class FundingModeSaid(Shape):
    """A council's choice."""

    council_code = WordField("code", queryset=Council.objects.all())
    route = serializers.ChoiceField(
        [(route.value, route.label) for route in (Route.ISF, Route.COUNCIL_MANAGED, Route.PHB_THIRD_PARTY, Route.PHB_NOTIONAL)]
    )
    mode = serializers.ChoiceField(Mode.choices)
