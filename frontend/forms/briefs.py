"""Writing what the group wants, a payer's own yes, showing it to providers, questions and answers."""

from typing import Any

from django import forms

from frontend import words
from frontend.forms import DateField, Form, MoneyField, Option, PickField, TextField, TickField, YesNoField
from frontend.forms.agreements import WEEKDAYS
from frontend.forms.widgets import TextInput
from marketplace.models import Brief, BriefLot
from marketplace.rules.briefs import MOST_OPEN_DAYS
from marketplace.services.brief_words import CRITERIA, MOST_LETTERS, BriefDraft, LotDraft, lot_draft
from pooling.models import Membership, Pledge

SAME = "same"
PARTS_OF_DAY = [("morning", "Mornings"), ("afternoon", "Afternoons"), ("evening", "Evenings"), ("night", "Nights")]
NO_NAMES = "Do not write names, addresses, phone numbers or hours. People you do not know will read this."


class PartForm(Form):
    """One part for one provider: what, how often, when, for how much at most."""

    title = TextField(label="Give it a short name", help_text="For example: evening meals.", max_length=120)
    visits_per_week = forms.IntegerField(label="How many visits a week?", min_value=1, max_value=7, widget=TextInput("4", inputmode="numeric"))
    minutes = forms.IntegerField(label="How many minutes is each visit?", min_value=15, max_value=720, widget=TextInput("4", inputmode="numeric"))
    parts_of_day = TickField(label="At which part of the day?", choices=PARTS_OF_DAY, required=False, help_text="Providers see this, never the hour.")
    weekdays = TickField(label="On which days?", choices=WEEKDAYS, required=False, help_text="Tick none if any day will do.")
    weekly_ceiling_pence = MoneyField(label="What may it cost at most, all of you together?", per="a week", least=100)

    def lot(self) -> LotDraft:
        said = self.cleaned_data
        return LotDraft(
            title=said["title"],
            visits_per_week=said["visits_per_week"],
            minutes=said["minutes"],
            weekly_ceiling_pence=said["weekly_ceiling_pence"],
            weekdays=tuple(int(day) for day in said["weekdays"]),
            parts_of_day=tuple(said["parts_of_day"]),
        )


class BriefForm(PartForm):
    """The guided questions: what is hard, for whom, what should be better, what it must have, when, for how much, and how we choose."""

    problem = TextField(label="What is hard now?", help_text=NO_NAMES, lines=True, max_length=MOST_LETTERS)
    people_words = TextField(
        label="Who is it for?", help_text="For example: three older women who speak Somali.", lines=True, max_length=MOST_LETTERS
    )
    outcome_words = TextField(label="What should be better then?", lines=True, max_length=MOST_LETTERS)
    must_haves = TextField(
        label="What must it have?", help_text="One on each line, five at most. A short list gets more answers.", lines=True, required=False
    )
    together = YesNoField(
        label="Who is each visit for?",
        yes=Option("All of us together", hint="One visit. We split the price."),
        no=Option("Each of us has our own visits"),
    )
    weeks = forms.IntegerField(label="For how many weeks?", min_value=1, max_value=52, widget=TextInput("4", inputmode="numeric"))
    starts_on = DateField(label="From which day?", help_text="Allow about six weeks: two to hear from providers, the rest to choose and sign.")
    payers = TickField(label="Who would pay an equal part?", choices=[], help_text="Each of them says yes or no for themselves later.")
    matters = PickField(label="What matters most when you choose?", choices=[*CRITERIA.items(), (SAME, "All of it the same")], initial=SAME)
    field_order = (
        "problem",
        "people_words",
        "outcome_words",
        "must_haves",
        "title",
        "together",
        "visits_per_week",
        "minutes",
        "parts_of_day",
        "weekdays",
        "weeks",
        "starts_on",
        "weekly_ceiling_pence",
        "payers",
        "matters",
    )

    def __init__(self, *args: Any, places: list[Membership], brief: Brief | None = None, **kwargs: Any) -> None:
        start = _initial(brief) if brief else {"payers": [str(place.pk) for place in places]}
        kwargs["initial"] = {**start, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        self.others = list(brief.lots.all())[1:] if brief else []
        self.fields["payers"].choices = [(key, place.person.known_as) for key, place in self.places.items()]  # type: ignore[attr-defined]

    def draft(self) -> BriefDraft:
        said = self.cleaned_data
        names = ("problem", "people_words", "outcome_words", "together", "weeks", "starts_on")
        return BriefDraft(
            **{name: said[name] for name in names},
            must_haves=lines_of(said["must_haves"]),
            lots=(self.lot(), *(lot_draft(other) for other in self.others)),
            weights=_weights(said["matters"]),
        )

    def chosen(self) -> list[Membership]:
        return [self.places[key] for key in self.cleaned_data["payers"]]


class YesForm(Form):
    """One payer's own yes: from which promise."""

    pledge = PickField(label="From which promise?", choices=[])
    most_pence = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    shows = ("most_pence", "version")

    def __init__(self, *args: Any, pledges: list[Pledge], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pledges = {str(pledge.pk): pledge for pledge in pledges}
        field = self.fields["pledge"]
        field.choices = [(key, _promise(pledge)) for key, pledge in self.pledges.items()]  # type: ignore[attr-defined]
        if len(self.pledges) == 1:
            field.initial = next(iter(self.pledges))


class BackForm(Form):
    """What should be changed."""

    comments = TextField(label="What should be changed?", lines=True, max_length=MOST_LETTERS)


class PublishForm(Form):
    """For how many days."""

    open_days = forms.IntegerField(
        label="For how many days can providers answer?", max_value=MOST_OPEN_DAYS, widget=TextInput("4", inputmode="numeric")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    shows = ("version",)

    def __init__(self, *args: Any, least: int, version: int, **kwargs: Any) -> None:
        kwargs["initial"] = {"open_days": least, "version": version}
        super().__init__(*args, **kwargs)
        self.fields["open_days"].help_text = f"Between {least} and {MOST_OPEN_DAYS}. They can ask you things in the first half."


class ChangeForm(Form):
    """Other words while it is open. The work and the money stay."""

    problem = TextField(label="What is hard now?", help_text=NO_NAMES, lines=True, max_length=MOST_LETTERS)
    people_words = TextField(label="Who is it for?", lines=True, max_length=MOST_LETTERS)
    outcome_words = TextField(label="What should be better then?", lines=True, max_length=MOST_LETTERS)
    must_haves = TextField(label="What must it have?", help_text="One on each line, five at most.", lines=True, required=False)
    why = TextField(label="Why do you change it?", help_text="Providers read this.", lines=True, max_length=MOST_LETTERS)

    def changed(self, brief: Brief) -> dict[str, Any]:
        """What is other than before."""
        said = {**self.cleaned_data, "must_haves": list(lines_of(self.cleaned_data["must_haves"]))}
        return {name: said[name] for name in ("problem", "people_words", "outcome_words", "must_haves") if said[name] != getattr(brief, name)}


class StopForm(Form):
    """Why the group would take it back."""

    reason = TextField(label="Why?", help_text="Your group decides. If they say yes, providers read this.", lines=True, max_length=MOST_LETTERS)


class WordsForm(Form):
    """A question, or its answer."""

    words = TextField(label="Your words", help_text=NO_NAMES, lines=True, max_length=MOST_LETTERS)


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _weights(matters: str) -> dict[str, int]:
    if matters == SAME:
        return dict.fromkeys(CRITERIA, 25)
    return {slug: 40 if slug == matters else 20 for slug in CRITERIA}


def initial_of(lot: BriefLot) -> dict[str, Any]:
    """A part as `PartForm` takes it."""
    names = ("title", "visits_per_week", "minutes", "parts_of_day", "weekly_ceiling_pence")
    return {**{name: getattr(lot, name) for name in names}, "weekdays": [str(day) for day in lot.weekdays]}


def _initial(brief: Brief) -> dict[str, Any]:
    most = max(brief.criteria, key=lambda one: one["weight"])
    names = ("problem", "people_words", "outcome_words", "together", "weeks", "starts_on")
    return {
        **{name: getattr(brief, name) for name in names},
        "must_haves": "\n".join(brief.must_haves),
        **initial_of(brief.lots.all()[0]),
        "payers": [str(one.membership_id) for one in brief.payers.all()],
        "matters": most["slug"] if most["weight"] > 25 else SAME,
    }


def _promise(pledge: Pledge) -> Option:
    said = f"{words.pounds(pledge.weekly_pence)} a week for {words.count(pledge.weeks, 'week')}"
    return Option(said, hint=f"{words.pounds(pledge.pence - pledge.earmarked_pence)} of it is not kept for anything yet.")
