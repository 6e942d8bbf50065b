"""What an operator says about closing a council's books."""

from typing import Any

from django import forms

from frontend.forms import DateField, Form, TextField
from frontend.forms.operator_lists import READ
from people.models import Council


class CloseForm(Form):
    """Up to which day, in one council, and why."""

    council = forms.ChoiceField(label="Which council?")
    through = DateField(label="Close the books up to", help_text="The last day that is closed. It must be over.")
    reason = TextField(label="Why?", lines=True, max_length=1000, help_text=READ)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Council.objects.order_by("name").values_list("pk", "name")
        self.fields["council"].choices = [("", "Choose"), *found]  # type: ignore[attr-defined]
        self.fields["council"].error_messages["required"] = "Pick a council from the list."
