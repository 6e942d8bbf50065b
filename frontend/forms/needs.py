"""What somebody would like, what of it their group may read, and who else can do it."""

from typing import Any

from django import forms

from frontend.forms import DropField, Form, MoneyField, Option, PickField, TextField, TickField
from frontend.forms.near import kinds_of_help
from frontend.forms.places import WhereField
from frontend.forms.widgets import TextInput
from marketplace.models import Need, PartOfWeek
from marketplace.services.needs import Wishes
from pooling.models import Membership
from vocabulary.models import Term

PARTS = [(one.value or "any", one.label) for one in PartOfWeek]
SHARED_WORDS = {
    "words": "My own words",
    "part_of_week": "When",
    "times_a_week": "How often",
    "access": "What makes it work for me",
    "language": "The language",
    "money": "What I could pay",
}
NOT_FOUND = [
    (Need.Reason.NO_PROVIDER.value, "Nobody near me does this"),
    (Need.Reason.NO_TIME.value, "Nobody at the time I need"),
    (Need.Reason.TOO_DEAR.value, "It costs too much"),
    (Need.Reason.NOT_ACCESSIBLE.value, "It would not work for me: the language, the steps, the way"),
    (Need.Reason.NO_CHECKS.value, "The checks it needs are missing"),
    (Need.Reason.FUNDING_RULE.value, "My budget may not pay for it"),
]
FREELY = [
    (Need.MetHow.FAMILY.value, "My family"),
    (Need.MetHow.NEIGHBOURS.value, "Neighbours or friends"),
    (Need.MetHow.GROUP.value, "People in a group, for each other"),
    (Need.MetHow.TIME_BANK.value, "Somebody who gives time"),
    (Need.MetHow.OTHER.value, "Something else that is free"),
]


class NeedForm(Form):
    """What, where, when, how often, in which way, for how much. Only the first two are needed."""

    category = PickField(label="What would help?", choices=[])
    outcode = WhereField()
    words = TextField(
        label="In your own words",
        help_text="Only you read this. You choose later what others may read.",
        lines=True,
        required=False,
        max_length=600,
    )
    part_of_week = PickField(label="When?", choices=PARTS, initial="any")
    times_a_week = forms.IntegerField(
        label="How many times a week?", min_value=1, max_value=21, required=False, widget=TextInput("4", inputmode="numeric")
    )
    access = TickField(label="What must it have to work for you?", choices=[], required=False)
    language = DropField(label="Is there a language they must speak?", choices=[], initial="none")
    low_pence = MoneyField(label="What could you pay? From", per="a week", required=False)
    high_pence = MoneyField(label="Up to", per="a week", required=False)
    count = TickField(
        label="What may your council count?",
        choices=[("counted", Option("That somebody wants this", hint="How many people, never who.")), ("language", "The language too")],
        required=False,
        initial=["counted"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = Term.objects.filter(kind__in=[Term.Kind.ACCESS, Term.Kind.LANGUAGE]).order_by("position", "label")
        pairs = [(term.kind, term.slug, term.label) for term in terms]
        choices = {name: [(slug, label) for kind, slug, label in pairs if kind == name] for name in ("access", "language")}
        self.fields["category"].choices = kinds_of_help()  # type: ignore[attr-defined]
        self.fields["access"].choices = choices["access"]  # type: ignore[attr-defined]
        self.fields["language"].choices = [("none", "No"), *choices["language"]]  # type: ignore[attr-defined]

    def wishes(self) -> Wishes:
        said = self.cleaned_data
        return Wishes(
            part_of_week="" if said["part_of_week"] == "any" else said["part_of_week"],
            times_a_week=said["times_a_week"],
            access=tuple(said["access"]),
            language="" if said["language"] == "none" else said["language"],
            language_counted="language" in said["count"] and said["language"] != "none",
            weekly_pence_low=said["low_pence"],
            weekly_pence_high=said["high_pence"],
        )


class GroupForm(Form):
    """With which of my groups."""

    cluster = PickField(label="With which group?", choices=[])

    def __init__(self, *args: Any, places: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(place.cluster_id): place for place in places}
        field = self.fields["cluster"]
        field.choices = [(key, place.cluster.name) for key, place in self.places.items()]  # type: ignore[attr-defined]
        if len(self.places) == 1:
            field.initial = next(iter(self.places))


class ShareForm(GroupForm):
    """Each thing by its own tick."""

    fields_shared = TickField(
        label="What may they read?",
        choices=list(SHARED_WORDS.items()),
        required=False,
        help_text="They see what kind of help it is. Tick what else they may read. Nothing is ticked for you.",
    )


class JoinForm(Form):
    """My own wishes, when I would like it too."""

    words = TextField(label="What matters to you?", help_text="Your group reads this.", lines=True, required=False, max_length=600)
    part_of_week = PickField(label="When?", choices=PARTS, initial="any")
    times_a_week = forms.IntegerField(
        label="How many times a week?", min_value=1, max_value=21, required=False, widget=TextInput("4", inputmode="numeric")
    )
    count = TickField(
        label="What may your council count?",
        choices=[("counted", Option("That somebody wants this", hint="How many people, never who."))],
        required=False,
        initial=["counted"],
    )


class FirstForm(Form):
    """Before anything is bought: is there somebody, or something free?"""

    way = PickField(
        label="How shall it be done?",
        choices=[
            ("known", Option("Somebody I know does it", hint="Family, neighbours, friends, people in the group.")),
            ("free", Option("I look for something free first", hint="Clubs, neighbours, people who give time.")),
            ("buy", Option("We choose somebody from the list", hint="You see the price before you say anything.")),
            ("together", Option("I ask my group first: shall we buy it?", hint="Everybody answers. It moves nobody’s money.")),
            ("ask", Option("We ask providers, because nobody sells what we want", hint="You write what you want. They answer with a price.")),
        ],
    )


class MetForm(Form):
    """Who does it."""

    how = PickField(label="Who does it?", choices=FREELY)


class NotFoundForm(Form):
    """Why nothing was right."""

    reason = PickField(label="Why was nothing right?", choices=NOT_FOUND)
