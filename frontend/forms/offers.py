"""A provider's offer, and the group's way to a choice: ties, who is looked at closely, points with reasons, why not the others."""

from typing import Any

from django import forms

from frontend import words
from frontend.forms import DateField, Form, MoneyField, PickField, TextField, TickField, TimeField
from frontend.forms.agreements import WEEKDAYS
from frontend.forms.widgets import TextInput
from marketplace.models import Conflict, Offer
from marketplace.rules.offering import MOST_POINTS, Terms

TIES = [(Conflict.Kind.NONE.value, "No"), *((one.value, str(one.label).rstrip(".")) for one in Conflict.Kind if one != Conflict.Kind.NONE)]


class OfferForm(Form):
    """What a provider offers. Filled in from their own service."""

    visit_pence = MoneyField(label="What does one visit cost, in all?")
    starts_on = DateField(label="From which day?")
    weekdays = TickField(label="On which days?", choices=WEEKDAYS)
    start_time = TimeField(label="At what time?", required=False, help_text="For example, 10am. Leave it empty if it does not matter.")
    words = TextField(label="How would you do it?", lines=True, max_length=2000)
    people_words = TextField(label="Who would come?", lines=True, max_length=1000, help_text="First names, and what they can do.")
    milestones_words = TextField(label="What would be done by when?", lines=True, max_length=1000)

    def __init__(self, *args: Any, offer: Offer, most_pence: int, **kwargs: Any) -> None:
        names = ("visit_pence", "starts_on", "start_time", "words", "people_words", "milestones_words")
        kwargs["initial"] = {name: getattr(offer, name) for name in names} | {"weekdays": [str(day) for day in offer.weekdays]}
        super().__init__(*args, **kwargs)
        who = "for everybody together" if offer.brief.together else "for one person"
        self.fields["visit_pence"].help_text = f"One visit, {who}: {words.pounds(most_pence)} at most."
        asked = words.names(label for key, label in WEEKDAYS if int(key) in offer.lot.weekdays) or "Any days"
        self.fields["weekdays"].help_text = f"They want {words.count(offer.lot.visits_per_week, 'visit')} a week. {asked}."

    def terms(self) -> Terms:
        """The arguments of `offers.edit` and `offers.revise`, but for the time of day."""
        said = self.cleaned_data
        days = tuple(int(day) for day in said["weekdays"])
        rest = {name: said[name] for name in ("visit_pence", "starts_on", "words", "people_words", "milestones_words")}
        return Terms(weekdays=days, **rest)


class OneReasonForm(Form):
    """One text: why."""

    reason = TextField(label="Why?", lines=True, max_length=2000)


class JudgeForm(OneReasonForm):
    """An operator's answer to who says that a choice was unfair."""

    upheld = PickField(label="Was the choice fair?", choices=[("no", "Yes, it stands"), ("yes", "No. The group chooses again")])
    reason = TextField(label="Why? Both sides read it", lines=True, max_length=2000)
    field_order = ("upheld", "reason")


class TiesForm(Form):
    """Whether I know anybody who offers, provider by provider."""

    def __init__(self, *args: Any, offers: list[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for offer in offers:
            self.add_field(f"tie_{offer.pk}", PickField(label=f"Do you know anybody at {offer.enterprise.name}?", choices=TIES))

    def ties(self) -> dict[int, str]:
        """Kind by offer; those without a tie left out."""
        said = {int(name.removeprefix("tie_")): kind for name, kind in self.cleaned_data.items()}
        return {pk: kind for pk, kind in said.items() if kind != Conflict.Kind.NONE}


class WhyNotForm(Form):
    """Why not, for each of these offers. Their providers read it."""

    def __init__(self, *args: Any, offers: list[Offer], required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for offer in offers:
            why = TextField(label=f"Why not {offer.enterprise.name}?", lines=True, max_length=2000, required=required)
            why.help_text = "They read this. Say it kindly, and without names."
            self.add_field(f"why_{offer.pk}", why)

    def reasons(self) -> dict[int, str]:
        return {int(name.removeprefix("why_")): text for name, text in self.cleaned_data.items() if name.startswith("why_")}


class ShortlistForm(WhyNotForm):
    """Which ones we look at closely. All, unless somebody says otherwise; who is left out reads why."""

    keep = TickField(label="Which ones do you want to look at closely?", choices=[])
    field_order = ("keep",)

    def __init__(self, *args: Any, offers: list[Offer], **kwargs: Any) -> None:
        kwargs["initial"] = {"keep": [str(one.pk) for one in offers]}
        super().__init__(*args, offers=offers, required=False, **kwargs)
        self.offers = {str(one.pk): one for one in offers}
        self.fields["keep"].choices = [(key, one.enterprise.name) for key, one in self.offers.items()]  # type: ignore[attr-defined]

    def chosen(self) -> list[Offer]:
        return [self.offers[key] for key in self.cleaned_data["keep"]]


class NobodyForm(WhyNotForm):
    """No offer will do, with a reason for the group and one for each provider."""

    why = TextField(label="Why none of them? Your group reads this", lines=True, max_length=2000)
    field_order = ("why",)


class PointsForm(Form):
    """Points by each of the brief's criteria, each with its reason."""

    def __init__(self, *args: Any, criteria: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slugs = [str(one["slug"]) for one in criteria]
        for one in criteria:
            label = str(one["label"])
            points = forms.IntegerField(
                label=f"{label}: how many points?", min_value=0, max_value=MOST_POINTS, widget=TextInput("2", inputmode="numeric")
            )
            points.help_text = f"0 to {MOST_POINTS}. It counts {one['weight']} of 100."
            self.add_field(f"points_{one['slug']}", points)
            self.add_field(f"reason_{one['slug']}", TextField(label=f"{label}: why?", lines=True, max_length=1000))

    def points(self) -> dict[str, tuple[int, str]]:
        said = self.cleaned_data
        return {slug: (said[f"points_{slug}"], said[f"reason_{slug}"]) for slug in self.slugs}


class KeepGoingForm(Form):
    """What happens when they can't come: before everybody is asked to sign."""

    who_to_ring = TextField(label="If they can’t come: who shall we ring?", max_length=200, help_text="For example: my sister Sahra, 07700 900123.")
    what_i_want = TextField(
        label="And what do you want to happen then?", max_length=400, lines=True, help_text="For example: ring me, I can wait until the next day."
    )
