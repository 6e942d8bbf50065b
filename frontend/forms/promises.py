"""Promising part of a budget to a group."""

from typing import Any

from django import forms

from frontend import words
from frontend.forms import DateField, Form, MoneyField, Option, PickField
from frontend.forms.widgets import TextInput
from frontend.presenters.budgets import Part


class PromiseForm(Form):
    """How much a week, for how many weeks, from when, out of which part of the budget."""

    portion = PickField(label="From which part of your budget?", choices=[])
    weekly_pence = MoneyField(label="How much can you promise a week?", per="a week", help_text="The most you want to pay. You may pay less.")
    weeks = forms.IntegerField(label="For how many weeks?", min_value=1, max_value=52, widget=TextInput("4", inputmode="numeric"))
    starts_on = DateField(label="From which day?", help_text="For example, Monday 9 March 2026.")

    def __init__(self, *args: Any, parts: list[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = {str(part.portion_id): part for part in parts}
        field = self.fields["portion"]
        field.choices = [  # type: ignore[attr-defined]
            (key, Option(part.title, hint=part.in_the_way or f"{words.pounds(part.free_pence)} a week is free.")) for key, part in self.parts.items()
        ]
        if len(self.parts) == 1:
            field.initial = next(iter(self.parts))

    @property
    def part(self) -> Part:
        return self.parts[self.cleaned_data["portion"]]
