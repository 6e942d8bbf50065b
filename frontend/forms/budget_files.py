"""A file of budgets, and what its sums come to."""

from typing import Any

from django import forms

from frontend.forms import Form, MoneyField
from pooling.rules import budget_files
from pooling.rules.budget_files import FileIsNotOurs


class BudgetFileForm(Form):
    """`file` becomes its text. `control_pence`: from their own list, not from the file."""

    file = forms.FileField(
        label="Your file",
        help_text="One CSV file. Take our file, change it and save it.",
        error_messages={"required": "Choose the file.", "empty": "This file is empty.", "missing": "Choose the file.", "invalid": "Choose the file."},
    )
    control_pence = MoneyField(
        label="What do all the sums a week come to?",
        least=0,
        help_text="From your own list, not from this file. If the two are not the same, we read nothing.",
    )

    def clean_file(self) -> str:
        sent: Any = self.cleaned_data["file"]
        if sent.size > 2 * budget_files.MOST_FILE_LETTERS:
            raise forms.ValidationError(FileIsNotOurs.sentence)
        try:
            return budget_files.decoded(sent.read())
        except FileIsNotOurs as refusal:
            raise forms.ValidationError(refusal.sentence) from None
