"""Saying visit by visit what happened. Nothing is chosen beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html

from frontend import words
from frontend.forms import Form, MoneyField, Option, PickField, TextField
from frontend.presenters.answers import AskedVisit, WeekPage
from marketplace.models import VisitPart


@dataclass(frozen=True, slots=True)
class Spoken:
    """One answer and what it does: so much is paid, so much waits, so much is asked about again."""

    visit: AskedVisit
    answer: str
    said: str
    pay_pence: int
    wait_pence: int
    again_pence: int


class WeekForm(Form):
    """One question a visit; made by `week_form` for the visits of a week."""

    visits: ClassVar[Sequence[AskedVisit]] = ()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        chosen = [said.get(visit.field) for visit in self.visits]
        for visit, answer in zip(self.visits, chosen, strict=True):
            name = f"minutes_{visit.field}"
            if answer == "part" and not said.get(name) and name not in self.errors:
                self.add_error(name, f"Pick how long {visit.who} was there on {words.day(visit.on)}.")
        if {"part", "no"} & set(chosen) and not said.get("words"):
            self.add_error("words", "Write a few words, so that the provider knows what was not right.")
        return said

    @property
    def spoken(self) -> list[Spoken]:
        """What each answer does to the money. Once the form is good."""
        return [self._spoken(visit) for visit in self.visits]

    def _spoken(self, visit: AskedVisit) -> Spoken:
        answer = str(self.cleaned_data[visit.field])
        if answer == "part":
            minutes = int(self.cleaned_data[f"minutes_{visit.field}"])
            pay = visit.accepted_pence(minutes)
            return Spoken(visit, answer, f"{words.duration(minutes)} of it happened", pay, visit.pence - pay, 0)
        if answer == "yes":
            return Spoken(visit, answer, "Yes, it happened", visit.pence, 0, 0)
        if answer == "no":
            return Spoken(visit, answer, "No, it did not happen", 0, visit.pence, 0)
        return Spoken(visit, answer, "Not sure", 0, 0, visit.pence)

    @property
    def answers(self) -> list[tuple[VisitPart, str, int | None]]:
        """As `marketplace.services.shares.answer` takes them."""
        return [(one.visit.part, one.answer, one.pay_pence if one.answer == "part" else None) for one in self.spoken]


def week_form(page: WeekPage) -> type[WeekForm]:
    """The form for this week's visits."""
    fields: dict[str, Any] = {}
    for visit in page.visits:
        fields[visit.field] = PickField(label=words.day(visit.on), help_text=_what_was_written(visit), choices=_choices(visit, page.provider))
        lengths = [("", "Choose"), *((str(each), _length(visit, each)) for each in visit.lengths)]
        fields[f"minutes_{visit.field}"] = forms.ChoiceField(label=f"How long was {visit.who} there?", required=False, choices=lengths)
    fields["words"] = TextField(
        label="What was not right?",
        required=False,
        lines=True,
        max_length=1000,
        help_text=format_html("Only if something was not. {} reads it.", page.provider),
    )
    return type("ThisWeekForm", (WeekForm,), {**fields, "visits": page.visits, "__module__": __name__})


def _what_was_written(visit: AskedVisit) -> str:
    """Their note is somebody's own writing: escaped, since hints may hold markup."""
    note = format_html(" They wrote: “{}”", visit.note) if visit.note else ""
    return format_html("{}. {} came.{}", visit.said, visit.who, note)


def _choices(visit: AskedVisit, provider: str) -> list[tuple[str, str]]:
    part = Option("Part of it happened", hint="You pay for that part. The rest waits while you talk.", reveals=[f"minutes_{visit.field}"])
    return [
        ("yes", Option("Yes, it happened", hint=f"Pay {words.pounds(visit.pence)}")),
        *([("part", part)] if visit.lengths else []),
        ("no", Option("No, it did not happen", hint=f"Pay nothing now. We ask {provider}.")),
        ("not_sure", Option("I am not sure", hint="We ask you again tomorrow.")),
    ]


def _length(visit: AskedVisit, minutes: int) -> str:
    return f"{words.duration(minutes)}: pay {words.pounds(visit.accepted_pence(minutes))}"


class SplitForm(Form):
    """How much of what is in question should be paid; the rest is the payer's."""

    pay_pence = MoneyField(label="How much should be paid?", least=0, help_text="Write £0.00 for nothing.")

    def __init__(self, *args: Any, most_pence: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pay_pence"]
        field.most = most_pence  # type: ignore[attr-defined]
        field.help_text = f"From £0.00 to {words.pounds(most_pence)}. The rest goes back to who paid, or is not asked for."


class WrongForm(Form):
    """What was wrong with a payment made without an answer."""

    words = TextField(label="What was wrong?", lines=True, max_length=1000, help_text="A few words do. The provider can read them.")


class ReplyForm(Form):
    """The provider's own words about it."""

    words = TextField(label="What do you say happened?", lines=True, max_length=1000, help_text="The person who asked reads this.")
