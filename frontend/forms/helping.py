"""What somebody who helps groups says they saw: a person, a letter, a budget."""

from typing import Any

from frontend.forms import Form, TextField, TickField

MET = [("met", "I met them"), ("letter", "I saw a letter or card with this name")]


def _need_both(form: Form) -> None:
    if "saw" not in form.errors and len(form.cleaned_data.get("saw", [])) < len(MET):
        form.add_error("saw", "Tick both. If you have not done both yet, come back when you have.")


class SeenForm(Form):
    """I met this person."""

    saw = TickField(label="What did you do?", choices=MET)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        _need_both(self)
        return said


class MetForm(SeenForm):
    """I met somebody who is in none of my groups yet."""

    reach = TextField(label="Their e-mail or mobile number", help_text="The one they use here. Ask them for it.", max_length=120)
    full_name = TextField(label="Their whole name, as on the letter", max_length=120)
    field_order = ("reach", "full_name", "saw")


class LetterSeenForm(Form):
    """The letter says the same."""

    saw = TickField(label="Before you say so", choices=[("yes", "I have the letter here. The name, the sums and the dates are the same")])
