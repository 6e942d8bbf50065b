"""A time, who takes part, from which money; and when somebody can be booked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from frontend import words
from frontend.forms import DateField, Form, Option, PickField, TextField, TextInput, TickField, TimeField
from frontend.forms.agreements import YesForm
from pooling.models import Membership, Portion

OFTEN = [("1", "Just once"), ("4", "Every week, for 4 weeks"), ("8", "Every week, for 8 weeks"), ("12", "Every week, for 12 weeks")]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class TimeForm(Form):
    """Which of the free times of a day, and how often."""

    time = PickField(label="At what time?", choices=[])
    weeks = PickField(label="How often?", choices=OFTEN, initial="1")

    def __init__(self, *args: Any, starts: Sequence[datetime], is_meeting: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.starts = {start.isoformat(): start for start in starts}
        self.fields["time"].choices = [(key, words.clock(start)) for key, start in self.starts.items()]  # type: ignore[attr-defined]
        if is_meeting:
            del self.fields["weeks"]

    def clean_time(self) -> datetime:
        return self.starts[self.cleaned_data["time"]]


class CancelForm(Form):
    """A press, with what it costs as the page said; empty where it costs the one who presses nothing."""

    most_pence = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shows = ("most_pence",)


class KeepGoingForm(Form):
    """What happens if nobody can come."""

    who_to_ring = TextField(label="If they can’t come: who shall we ring?", max_length=200, help_text="For example: my sister Sahra, 07700 900123.")
    what_i_want = TextField(label="And what do you want to happen then?", max_length=400, help_text="For example: ring me, I can wait.")

    @property
    def keep_going(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("who_to_ring", "what_i_want")}


_UNLESS = "Money from the council can’t pay them, unless the council agrees first."
OF_ANOTHER = (
    ("none", "No"),
    ("elsewhere", "Yes, and they live somewhere else"),
    ("same_home", Option("Yes, and they live together", hint=_UNLESS)),
    ("partner", Option("Yes, husband, wife or partner", hint=_UNLESS)),
)
"""How family is asked about where somebody books for another person."""


class AloneForm(KeepGoingForm):
    """Booking for oneself: from which money, and whether family works there."""

    field_order = ("portion", "related", "who_to_ring", "what_i_want")
    portion = PickField(label="From which money?", choices=[])
    related = PickField(label="Is anybody who works there your family?", choices=YesForm.base_fields["related"].choices)  # type: ignore[attr-defined]

    def __init__(self, *args: Any, portions: Sequence[Portion], name: str = "", **kwargs: Any) -> None:
        """`name`: whom it is booked for, where somebody else asks."""
        super().__init__(*args, **kwargs)
        if name:
            self.fields["related"].label = f"Is anybody who works there {name}’s family?"
            self.fields["related"].choices = list(OF_ANOTHER)  # type: ignore[attr-defined]
        self.portions = {str(one.pk): one for one in portions}
        field = self.fields["portion"]
        field.choices = [(key, _portion(one)) for key, one in self.portions.items()]  # type: ignore[attr-defined]
        if len(self.portions) == 1:
            field.initial = next(iter(self.portions))

    def clean_portion(self) -> Portion:
        return self.portions[self.cleaned_data["portion"]]


def _portion(portion: Portion) -> Option:
    who = f" with {portion.holder.name}" if portion.holder else ""
    return Option(f"{portion.get_route_display()}{who}", hint=f"{words.pounds(portion.weekly_pence)} a week in all.")


class TogetherForm(KeepGoingForm):
    """Who of the group takes part."""

    field_order = ("payers", "who_to_ring", "what_i_want")
    payers = TickField(label="Who takes part?", choices=[])

    def __init__(self, *args: Any, places: Sequence[Membership], **kwargs: Any) -> None:
        kwargs["initial"] = {"payers": [str(place.pk) for place in places], **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        self.fields["payers"].choices = [(key, place.person.known_as) for key, place in self.places.items()]  # type: ignore[attr-defined]

    def clean_payers(self) -> list[Membership]:
        return [self.places[key] for key in self.cleaned_data["payers"]]


class HoursForm(Form):
    """From when to when, for each day of the week; empty: not that day."""

    def __init__(self, *args: Any, week: Mapping[int, tuple[time, time]], **kwargs: Any) -> None:
        """`week`: when they can be booked now, by weekday. It stands in the form: a day not touched would be lost."""
        initial = {f"from_{day}": begins for day, (begins, _) in week.items()} | {f"to_{day}": ends for day, (_, ends) in week.items()}
        super().__init__(*args, initial=initial, **kwargs)
        for number, name in enumerate(DAYS, 1):
            wrong = {"invalid": f"Write times on {name} like 9am and 5:30pm."}
            for field, label in ((f"from_{number}", "from"), (f"to_{number}", "until")):
                box = TextInput("4", autocomplete="off")
                self.add_field(field, TimeField(label=f"{name}, {label}", required=False, widget=box, error_messages=wrong))

    @property
    def days(self) -> list[tuple[str, BoundField, BoundField]]:
        """For each day its name and its two fields, side by side on the page."""
        return [(name, self[f"from_{number}"], self[f"to_{number}"]) for number, name in enumerate(DAYS, 1)]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for number, name in enumerate(DAYS, 1):
            if f"from_{number}" in self.errors or f"to_{number}" in self.errors:
                continue
            first, last = said.get(f"from_{number}"), said.get(f"to_{number}")
            if (first is None) != (last is None) or (first and last and first >= last):
                self.add_error(f"from_{number}", ValidationError(f"Write from when to when on {name}, like 9am and 5pm. Or leave both empty."))
        return said

    @property
    def hours(self) -> dict[int, tuple[time, time]]:
        said = self.cleaned_data
        return {number: (said[f"from_{number}"], said[f"to_{number}"]) for number in range(1, 8) if said.get(f"from_{number}")}


class DayOffForm(Form):
    """A day on which nobody can book them."""

    on = DateField(label="On which day?")

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        return day
