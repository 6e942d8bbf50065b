"""Looking for help nearby: what, and where. And saying that nothing fits."""

from typing import Any

from django.forms import BoundField, CharField, ChoiceField, HiddenInput, Select, SlugField

from frontend.forms import Form, MoneyField, Option, PickField, TextField
from frontend.forms.places import WhereField
from marketplace.models import Need, PartOfWeek
from marketplace.services.needs import Wishes
from places.postcodes import UnknownOutcode, place_of
from vocabulary.models import Term

NOT_SURE, SOMETHING_ELSE, THINK = "any", "other", "think"
LONGEST_WORDS = 80


def kinds_of_help() -> list[tuple[str, str]]:
    """Slugs and labels of every kind of help."""
    return [(term.slug, term.label) for term in Term.objects.categories()]


def all_kinds() -> list[tuple[str, str]]:
    """Those, and everything."""
    return [(NOT_SURE, "Everything"), *kinds_of_help()]


class WhatForm(Form):
    """The first question. Somebody who does not know yet is helped to think."""

    question = "what"
    what = PickField(label="What would help you most?", choices=[], help_text="Pick one. You can add more later.")
    words = TextField(label="What is it? A word or two", required=False, max_length=LONGEST_WORDS, width="20")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [pair for pair in kinds_of_help() if pair[0] != SOMETHING_ELSE]
        other = [(SOMETHING_ELSE, Option("Something else", reveals=["words"])), (THINK, "I don’t know yet. Help me think")]
        self.fields["what"].choices = [*named, *other]  # type: ignore[attr-defined]


class ThinkForm(Form):
    """For who does not know yet: what would be better, instead of what would help."""

    question = "outcome"
    outcome = PickField(label="What would you like to be better?", choices=[], required=False, help_text="Pick one. There is no wrong answer.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = Term.objects.filter(kind=Term.Kind.OUTCOME).order_by("position", "label")
        choices = [*terms.values_list("slug", "label"), (NOT_SURE, Option("Show me everything near me", after_or=True))]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class WhereForm(Form):
    """The second question."""

    question = "where"
    where = WhereField(label="Where do you live?", help_text="Type the first part of your postcode. For example, SE15.")


class NearForm(Form):
    """What, where, in which words, and the most one can pay. Nothing of it is saved; the rest of a search are words of lists.

    Search knows the kinds of help: it gives the page those to pick from (`offer`), so that they are not asked for twice; nor is `council`, that
    of the place once it is known to be one ("": we know the place, not its council).
    """

    what = SlugField(label="What would help?", widget=Select)
    where = WhereField(label="Near", help_text="")
    words = TextField(label="Or in your own words", required=False, max_length=LONGEST_WORDS)
    most = MoneyField(label="At most, for one person", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.council = ""
        self.fields["where"].known = self._knows  # type: ignore[attr-defined]
        for name in ("words", "most"):
            self.fields[name].hides_optional = True  # type: ignore[attr-defined]

    def _knows(self, code: str) -> bool:
        try:
            _, self.council = place_of(code)
        except UnknownOutcode:
            return False
        return True

    def offer(self, kinds: list[tuple[str, str]]) -> "NearForm":
        """With these kinds of help to pick from."""
        self.fields["what"].widget.choices = kinds
        return self

    @property
    def typed(self) -> dict[str, dict[str, str]]:
        """The label of each field, and what stands in it: the page of what was found writes them out itself."""
        return {name: {"label": str(field.label), "value": self.data.get(name) or ""} for name, field in self.fields.items()}

    @property
    def top(self) -> list[BoundField]:
        """What stands at the top of the page; the most one can pay is among the ways to choose."""
        return [self[name] for name in ("what", "where", "words")]


class MissingForm(Form):
    """What nobody near offers. Anybody may say it; it is counted, without a name."""

    category = PickField(label="What is missing?", choices=[])
    outcode = WhereField()
    reason = PickField(
        label="Why was nothing right?",
        choices=[
            (Need.Reason.NO_PROVIDER.value, "Nobody near me does this"),
            (Need.Reason.NO_TIME.value, "Nobody at the time I need"),
            (Need.Reason.TOO_DEAR.value, "It costs too much"),
            (Need.Reason.NOT_ACCESSIBLE.value, "It would not work for me: the language, the steps, the way"),
        ],
    )
    words = TextField(
        label="Tell us in your own words",
        help_text="Only you can read this here. The council sees how many people asked, not these words.",
        lines=True,
        required=False,
        max_length=600,
    )

    # What the search asked besides, when it was told from there: kept for somebody who is signed in, as wishes of theirs.
    part_of_week = ChoiceField(choices=PartOfWeek.choices, required=False, widget=HiddenInput)
    language = SlugField(required=False, widget=HiddenInput)
    access = CharField(required=False, max_length=200, widget=HiddenInput)

    def __init__(self, *args: Any, is_known: bool = True, **kwargs: Any) -> None:
        """`is_known`: somebody signed in. Nobody else's words are kept, so nobody else is asked for them."""
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = kinds_of_help()  # type: ignore[attr-defined]
        if not is_known:
            del self.fields["words"]

    @property
    def wishes(self) -> Wishes:
        said = self.cleaned_data
        known = Term.objects.filter(kind=Term.Kind.ACCESS, slug__in=said["access"].split()).values_list("slug", flat=True)
        language = Term.objects.languages().filter(slug=said["language"]).values_list("slug", flat=True).first()
        return Wishes(part_of_week=said["part_of_week"], language=language or "", access=tuple(known))
