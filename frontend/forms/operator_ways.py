"""What an operator says about ways to pay."""

from typing import Any

from django import forms

from frontend.forms import Form, Option, PickField
from frontend.presenters.operator_ways import NAMES
from people.models import Council

_HINTS = {"bacs": "A payer’s bank can take it back long after. It rests seven working days longer before it goes to a provider."}


class WaysForm(Form):
    """One way to pay, in one council, on or off."""

    council = forms.ChoiceField(label="Which council?")
    kind = PickField(label="Which way to pay?", choices=[(kind, Option(name, hint=_HINTS.get(kind, ""))) for kind, name in NAMES.items()])
    is_on = PickField(label="From now", choices=[("on", "People can pay this way"), ("off", "Nobody new can pay this way")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Council.objects.order_by("name").values_list("pk", "name")
        self.fields["council"].choices = [("", "Choose"), *found]  # type: ignore[attr-defined]
        self.fields["council"].error_messages["required"] = "Pick a council from the list."
