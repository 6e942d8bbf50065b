"""Of which days a statement is wanted."""

from typing import Any

from frontend.forms import DateField, Form


class DaysForm(Form):
    """From one day to another, both with it. Left empty it is as far as there is."""

    first = DateField(label="From", required=False, help_text="Leave it empty to begin at the beginning.")
    last = DateField(label="To", required=False, help_text="Leave it empty to go on until now.")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", "This day is before the first one. Write a later day, or change the first.")
        return said
