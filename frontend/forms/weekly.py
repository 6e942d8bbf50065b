"""What whoever looks after money says about a weekly list: its day, its order, its orders."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontend.forms import Form, PickField, TextField, TickField
from frontend.forms.widgets import TextInput
from frontend.words import pounds


class DayForm(Form):
    """`weekday`: 1 Monday to 7 Sunday."""

    question = "weekday"
    weekday = PickField(label="On which day do you want your list?")

    def __init__(self, *args: Any, weekdays: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekday"].choices = [(str(number), name) for number, name in enumerate(weekdays, start=1)]  # type: ignore[attr-defined]


class PlacesForm(Form):
    """A number for each person; 1 is paid first. Two with the same number stay as they are to each other. Or the usual order again."""

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], has_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, (pk, name) in enumerate(people, start=1):
            widget = TextInput("4", inputmode="numeric")
            self.add_field(f"n{pk}", forms.IntegerField(label=name, min_value=1, max_value=9_999, initial=number, widget=widget))
        if has_own:
            self.add_field("usual", TickField(label="Or forget this order", choices=[("yes", "Put them in the usual order again")], required=False))

    @property
    def numbers(self) -> dict[int, int]:
        """{person: number}."""
        if self.cleaned_data.get("usual"):
            return {}
        return {int(name[1:]): number for name, number in self.cleaned_data.items() if name != "usual"}


class OrdersForm(Form):
    """One reference for all orders that are ticked."""

    orders = TickField(label="Which do you order?", error_messages={"required": "Tick at least one."})
    reference = TextField(
        label="The reference of your order", max_length=60, width="20", help_text="For example, PO-10442. It stands on your bills later."
    )

    def __init__(self, *args: Any, lines: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = {str(line.row.pk): line for line in lines}
        labels = [(pk, f"{line.name}: {pounds(line.row.pence)}. {line.what or line.group}") for pk, line in self._lines.items()]
        self.fields["orders"].choices = labels  # type: ignore[attr-defined]
        self.initial.setdefault("orders", list(self._lines))

    @property
    def rows(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["orders"]]

    @property
    def chosen(self) -> list[Any]:
        """For the check page."""
        return [self._lines[pk] for pk in self.cleaned_data["orders"]]

    @property
    def total_pence(self) -> int:
        return sum(line.row.pence for line in self.chosen)
