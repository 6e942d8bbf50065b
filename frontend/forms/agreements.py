"""What a group asks of a provider, and each person's own yes."""

from datetime import date
from typing import Any

from django import forms

from frontend import words
from frontend.forms import DateField, Form, Option, PickField, TextField, TickField, TimeField, YesNoField
from frontend.forms.widgets import TextInput
from pooling.models import Membership, Pledge

WEEKDAYS = [("1", "Monday"), ("2", "Tuesday"), ("3", "Wednesday"), ("4", "Thursday"), ("5", "Friday"), ("6", "Saturday"), ("7", "Sunday")]


class WishForm(Form):
    """How often, how long, which days, who takes part, and what to do if nobody can come."""

    together = YesNoField(
        label="Who is each visit for?",
        yes=Option("All of us together", hint="One visit. We split the price."),
        no=Option("Each of us has our own visits", hint="Each pays for their own."),
    )
    payers = TickField(label="Who takes part?", choices=[])
    weekdays = TickField(label="On which days?", choices=WEEKDAYS)
    start_time = TimeField(label="At what time?", required=False, help_text="For example, 10am. Leave it empty if it does not matter.")
    minutes = forms.IntegerField(label="How many minutes is each visit?", min_value=15, max_value=720, widget=TextInput("4", inputmode="numeric"))
    weeks = forms.IntegerField(label="For how many weeks?", min_value=1, max_value=52, widget=TextInput("4", inputmode="numeric"))
    starts_on = DateField(label="From which day?")
    who_to_ring = TextField(label="If they can’t come: who shall we ring?", max_length=200, help_text="For example: my sister Sahra, 07700 900123.")
    what_i_want = TextField(
        label="And what do you want to happen then?", max_length=400, lines=True, help_text="For example: ring me, I can wait until the next day."
    )

    def __init__(self, *args: Any, places: list[Membership], soonest: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": soonest, "payers": [str(place.pk) for place in places], **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        self.fields["payers"].choices = [(key, place.person.known_as) for key, place in self.places.items()]  # type: ignore[attr-defined]
        self.fields["starts_on"].help_text = f"{words.day(soonest)} or later, so that there is time to pay."

    def wish(self) -> dict[str, Any]:
        """The arguments of `agreements.propose`, but for the group, the service and who asks."""
        said = self.cleaned_data
        return {
            "together": said["together"],
            "visits_per_week": len(said["weekdays"]),
            "minutes": said["minutes"],
            "weeks": said["weeks"],
            "starts_on": said["starts_on"],
            "weekdays": [int(day) for day in said["weekdays"]],
            "start_time": said["start_time"],
            "keep_going": {"who_to_ring": said["who_to_ring"], "what_i_want": said["what_i_want"]},
            "payers": [self.places[key] for key in said["payers"]],
        }


def _family(with_whom: str, whose: str) -> list[tuple[str, str | Option]]:
    hint = "Money from the council can’t pay them, unless the council agrees first."
    return [
        ("none", "No"),
        ("elsewhere", "Yes, and they live somewhere else"),
        ("same_home", Option(f"Yes, and they live {with_whom}", hint=hint)),
        ("partner", Option(f"Yes, {whose} husband, wife or partner", hint=hint)),
    ]


class YesForm(Form):
    """One payer's own yes: from which promise, and whether family works there."""

    pledge = PickField(label="From which promise?", choices=[])
    related = PickField(
        label="Is anybody who works there your family?",
        choices=_family("with me", "my"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    shows = ("version",)

    def __init__(self, *args: Any, pledges: list[Pledge], whose: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if whose:  # somebody else says yes for them
            self.fields["related"].label = f"Is anybody who works there family of {whose}?"
            self.fields["related"].choices = _family(f"with {whose}", "a")  # type: ignore[attr-defined]
        self.pledges = {str(pledge.pk): pledge for pledge in pledges}
        field = self.fields["pledge"]
        field.choices = [(key, _promise(pledge)) for key, pledge in self.pledges.items()]  # type: ignore[attr-defined]
        if len(self.pledges) == 1:
            field.initial = next(iter(self.pledges))

    @property
    def chosen(self) -> Pledge:
        return self.pledges[self.cleaned_data["pledge"]]


def _promise(pledge: Pledge) -> Option:
    left = pledge.pence - pledge.earmarked_pence
    said = f"{words.pounds(pledge.weekly_pence)} a week for {words.count(pledge.weeks, 'week')}"
    return Option(f"{said}, from {pledge.portion.get_route_display().lower()}", hint=f"{words.pounds(left)} of it is not kept for anything yet.")


class WhyForm(Form):
    """Why the council should agree to pay somebody in the family."""

    reason = TextField(
        label="Why should it be them?", lines=True, max_length=1000, help_text="For example: nobody else near here speaks my language."
    )
