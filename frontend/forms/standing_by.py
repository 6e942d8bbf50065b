"""For people beside: writing down somebody's own answer, deciding a question with a second person."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontend import words
from frontend.forms import Form, MoneyField, Option, PickField, TextField, TickField, YesNoField
from frontend.forms.answers import WeekForm
from frontend.presenters.answers import AskedVisit


class TheirAnswerForm(WeekForm):
    """A week's visits as the person answered them, with how they did. Made by `their_answer_form`."""


def their_answer_form(visits: Sequence[AskedVisit], provider: str, name: str) -> type[TheirAnswerForm]:
    """The form for these visits."""
    fields: dict[str, Any] = {}
    for visit in visits:
        label = f"{words.day(visit.on)}: what does {name} say?"
        fields[visit.field] = PickField(label=label, help_text=f"{visit.said}. {provider} says {visit.who} came.", choices=_choices(visit))
        lengths = [("", "Choose"), *((str(each), words.duration(each)) for each in visit.lengths)]
        fields[f"minutes_{visit.field}"] = forms.ChoiceField(label=f"How long was {visit.who} there?", required=False, choices=lengths)
    fields["words"] = TextField(
        label=f"How did {name} answer?",
        lines=True,
        max_length=1000,
        help_text="In their own words, by a nod, on the phone. If something was not right, the provider reads this.",
    )
    fields["own"] = TickField(label="Before you go on", choices=[("yes", f"I asked {name}. This is their own answer, not mine")])
    return type("ThisAnswerForm", (TheirAnswerForm,), {**fields, "visits": visits, "__module__": __name__})


def _choices(visit: AskedVisit) -> list[tuple[str, str]]:
    part = Option("Part of it happened", hint="That part is paid. The rest waits.", reveals=[f"minutes_{visit.field}"])
    return [
        ("yes", Option("Yes, it happened", hint=f"{words.pounds(visit.pence)} is paid")),
        *([("part", part)] if visit.lengths else []),
        ("no", Option("No, it did not happen", hint="Nothing is paid now. The provider is asked.")),
        ("not_sure", Option("They are not sure", hint="Ask them again another day.")),
    ]


class DecideForm(Form):
    """The first of two people: how much should be paid, and why."""

    pay_pence = MoneyField(label="How much should be paid?", least=0)
    reason = TextField(label="Why?", lines=True, max_length=1000, help_text="Both sides and the second person read this.")

    def __init__(self, *args: Any, most_pence: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pay_pence"]
        field.most = most_pence  # type: ignore[attr-defined]
        field.help_text = f"From £0.00 to {words.pounds(most_pence)}. The rest goes back to who paid, or is not asked for."


class SecondForm(Form):
    """The second of two people: yes with a reason of their own, or no."""

    agree = YesNoField(
        label="Do you agree?",
        yes=Option("Yes. It is settled at once", reveals=("reason",)),
        no=Option("No", hint="The question stays open. Somebody can propose another sum."),
    )
    reason = TextField(label="Why do you agree?", required=False, lines=True, max_length=1000, help_text="Both sides read this.")
    proposed_pence = forms.IntegerField(widget=forms.HiddenInput)
    shows = ("proposed_pence",)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("agree") and not said.get("reason"):
            self.add_error("reason", "Write why you agree. Both sides read it.")
        return said


class RightForm(Form):
    """The first of two people: a payment that was questioned late was right, and why."""

    reason = TextField(label="Why was it right?", lines=True, max_length=1000, help_text="The person who asked and the second one of you read this.")


class RightSecondForm(SecondForm):
    """The second of them."""

    agree = YesNoField(
        label="Was it right?",
        yes=Option("Yes, it was right", hint="Then this is over. The money stays paid.", reveals=("reason",)),
        no=Option("No", hint="It stays open."),
    )
    reason = TextField(label="Why do you agree?", required=False, lines=True, max_length=1000, help_text="The person who asked reads this.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["proposed_pence"]  # it stays paid


class WhyForm(Form):
    """Asking for something that a second person must say yes to."""

    reason = TextField(label="Why?", lines=True, max_length=1000, help_text="The second person reads this. It is kept.")
