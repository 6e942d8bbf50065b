"""Joining as a community group, one question a page: what it gives is free, or for time. Nothing is saved before the last page."""

from typing import Any

from django.forms import BoundField

from frontend.forms import Form, OutcodeField, PickField, TextField, TickField
from frontend.forms.provider import GIFTS, PARTS_OF_DAY, WEEKDAYS, knows, number
from frontend.forms.provider_join import JoinAboutForm
from vocabulary.models import Term


class GiftForm(Form):
    """What they give."""

    title = TextField(label="What is it called?", max_length=80, help_text="In a few words. For example: Lunch club.")
    description = TextField(
        label="Say more about it",
        lines=True,
        required=False,
        max_length=1000,
        help_text="The place, the time, and what people should bring. Do not put anybody’s home address here.",
    )
    category = PickField(label="What does it help with most?", choices=[])
    charge = PickField(label="What does it cost?", choices=GIFTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [(one.slug, one.label) for one in Term.objects.categories()]  # type: ignore[attr-defined]


class MeetingPlaceForm(Form):
    """Where and when; in which languages, and how easy it is to get in."""

    outcode = OutcodeField(label="Where do you meet?", known=knows, help_text="The first part of the postcode. For example, SE15.")
    radius_miles = number("How many miles away may people live?", 1, 60)
    weekdays = TickField(label="On which days?", choices=WEEKDAYS, required=False, help_text="Tick none if it has no fixed day.")
    parts_of_day = TickField(label="At what times?", choices=PARTS_OF_DAY, required=False)
    access = TickField(label="Is it easy to get into and use?", choices=[], required=False, help_text="Tick what is true where you meet.")
    languages = TickField(label="Which languages do you speak with people?", choices=[], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = {kind: list(Term.objects.filter(kind=kind)) for kind in ("access", "language")}
        for name, kind in (("access", "access"), ("languages", "language")):
            self.fields[name].choices = [(one.slug, one.label) for one in self.words[kind]]  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[BoundField]:
        """All but the languages, which the page opens on a press: a long list that most have nothing to tick in."""
        return [field for field in super().shown if field.name != "languages"]

    @property
    def terms(self) -> dict[str, Any]:
        """As `listings.save` takes it."""
        said = self.cleaned_data
        return {
            **{name: said[name] for name in ("outcode", "radius_miles", "parts_of_day")},
            "weekdays": [int(day) for day in said["weekdays"]],
            "access": [one for one in self.words["access"] if one.slug in said["access"]],
            "languages": [one for one in self.words["language"] if one.slug in said["languages"]],
        }


class GroupAboutForm(JoinAboutForm):
    """What the group is called, and who speaks for it. Who has a page already is not asked their name and number again."""

    name = TextField(label="What is your group called?", max_length=120)
    about = TextField(label="Tell people about it in two lines", lines=True, max_length=400, help_text="Do not put your own address here.")
    field_order = ("name", "about", "full_name", "reach")
