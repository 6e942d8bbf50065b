"""What somebody tells us about their budget: where it comes from, how much, what is already spent, since when."""

from typing import Any

from django.db.models import Q

from frontend.forms import DateField, Form, MoneyField, Option, PickField
from people.models import Organisation, Person
from pooling.models import Budget, Portion, Route
from pooling.rules import HELD_ROUTES, OWN_MONEY_ROUTES
from pooling.services.budgets import Amounts, Period, PortionDraft

_HINTS = {
    Route.DIRECT_PAYMENT: "The council pays it to you, and you pay for your help.",
    Route.ISF: "An organisation holds it for you. It is sometimes called an ISF.",
    Route.COUNCIL_MANAGED: "The council pays for your help. You never see the money.",
    Route.SELF_FUNDED: "You pay yourself.",
}
_ASKED = (Route.DIRECT_PAYMENT, Route.ISF, Route.COUNCIL_MANAGED, Route.SELF_FUNDED, Route.PHB_DIRECT, Route.PHB_THIRD_PARTY, Route.PHB_NOTIONAL)


class BudgetForm(Form):
    """One budget with one part. A second part is a second budget on the page: parts are never merged."""

    route = PickField(
        label="Where does your care money come from?", choices=[(one.value, Option(one.label, hint=_HINTS.get(one, ""))) for one in _ASKED]
    )
    holder = PickField(label="Who looks after it?", required=False, help_text="Only if somebody looks after the money for you.", choices=[])
    weekly_pence = MoneyField(label="How much is it a week?", per="a week", help_text="It is in the letter about your budget. For example, £210.00.")
    contribution_pence = MoneyField(
        label="How much of that do you pay yourself?", per="a week", least=0, required=False, help_text="Leave it empty if you pay nothing."
    )
    spent_elsewhere_weekly_pence = MoneyField(
        label="How much of it is already spent each week?", per="a week", least=0, required=False, help_text="On other help. Leave it empty if none."
    )
    kind = PickField(
        label="Is that the real amount?",
        choices=[
            ("agreed", Option("Yes, it is agreed", hint="You have a letter that says so.")),
            ("indicative", Option("No, it is a first guess", hint="You can plan with it. You can't promise it yet.")),
        ],
    )
    starts_on = DateField(label="Since when?", help_text="For example, 1 January 2026.")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = Organisation.objects.filter(Q(council_code=person.council_code))
        self.fields["holder"].choices = [(str(one.pk), one.name) for one in holders]  # type: ignore[attr-defined]
        self.holders = {str(one.pk): one for one in holders}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        route, holder = said.get("route"), said.get("holder")
        if route in HELD_ROUTES and not holder:
            self.add_error("holder", "Pick who looks after the money. If they are not in the list, ring us.")
        if route and route not in HELD_ROUTES:
            said["holder"] = ""
        return said

    def amounts(self) -> Amounts:
        """The three sums of the law, from the two a person knows."""
        weekly: int = self.cleaned_data["weekly_pence"]
        own = weekly if self.cleaned_data["route"] in OWN_MONEY_ROUTES else self.cleaned_data["contribution_pence"] or 0
        return Amounts(cost_pence=weekly, contribution_pence=own, funder_pence=max(0, weekly - own))

    def portion(self) -> PortionDraft:
        said = self.cleaned_data
        holder = self.holders.get(said["holder"] or "")
        return PortionDraft(
            route=said["route"],
            weekly_pence=said["weekly_pence"],
            funder_name=holder.name if holder else str(Route(said["route"]).label),
            holder=holder,
            spent_elsewhere_weekly_pence=said["spent_elsewhere_weekly_pence"] or 0,
        )

    def period(self) -> Period:
        return Period(starts_on=self.cleaned_data["starts_on"])


class ChangeBudgetForm(Form):
    """New sums for the same budget: a new version, which somebody must look at again."""

    weekly_pence = MoneyField(label="How much is it a week now?", per="a week")
    contribution_pence = MoneyField(label="How much of that do you pay yourself?", per="a week", least=0, required=False)
    spent_elsewhere_weekly_pence = MoneyField(label="How much of it is already spent each week?", per="a week", least=0, required=False)
    kind = PickField(label="Is that the real amount?", choices=[("agreed", "Yes, it is agreed"), ("indicative", "No, it is a first guess")])
    starts_on = DateField(label="Since when?")

    @classmethod
    def of(cls, data: Any, budget: Budget, portion: Portion) -> "ChangeBudgetForm":
        now = {
            "weekly_pence": portion.weekly_pence,
            "contribution_pence": budget.weekly_contribution_pence,
            "spent_elsewhere_weekly_pence": portion.spent_elsewhere_weekly_pence,
            "kind": budget.kind,
            "starts_on": budget.starts_on,
        }
        return cls(data, initial=now)

    def amounts(self) -> Amounts:
        weekly: int = self.cleaned_data["weekly_pence"]
        own: int = self.cleaned_data["contribution_pence"] or 0
        return Amounts(cost_pence=weekly, contribution_pence=own, funder_pence=max(0, weekly - own))
