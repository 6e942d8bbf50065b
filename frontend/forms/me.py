"""My own page: how I am reached, my words, when I am away, my picture."""

from datetime import date
from typing import Any

from frontend.forms import DateField, Form, Option, PickField, TextField
from frontend.pictures.people import FIGURES
from people.models import Person


class ReachForm(Form):
    """Which way we write. Only ways we have an address for, and letters."""

    channel = PickField(label="How shall we reach you?", choices=[])
    letter_address = TextField(label="Where shall we send letters?", required=False, lines=True, max_length=400, autocomplete="street-address")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        kwargs["initial"] = {"channel": person.channel, "letter_address": person.letter_address, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        ways = [("text", Option("Text", hint=person.phone or "")), ("phone", Option("Phone call", hint=person.phone or ""))] if person.phone else []
        mail = [("email", Option("E-mail", hint=person.email or ""))] if person.email else []
        self.fields["channel"].choices = [*ways, *mail, ("letter", Option("Letter", reveals=("letter_address",)))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("channel") == "letter" and not said.get("letter_address", "").strip():
            self.add_error("letter_address", "Write where to send letters: your name, the house and street, the town and the postcode.")
        return said


class WordsForm(Form):
    """The person's own words, which stand in every message."""

    question = "phrase"
    phrase = TextField(
        label="What are your words?",
        required=False,
        max_length=60,
        width="20",
        help_text="They stand in every message from us. A message without them is not from us. For example: blue teapot on Sunday.",
    )


class AwayForm(Form):
    """Away until a day, or back."""

    question = "until"
    until = DateField(label="Until which day are you away?", help_text="For example, 3 March 2026.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < self.today:
            self.add_error("until", "That day is over. Write a day that is still to come, or today.")
        return until


class PictureForm(Form):
    """How somebody is drawn at the table."""

    figure = PickField(label="How shall we draw you?", choices=[(name, figure.label.capitalize()) for name, figure in FIGURES.items()])
