"""Finding each other: what somebody would like with others, a meeting to host, what people may have in common, looking for a group."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from audit.clock import LONDON
from frontend.forms import DateField, DropField, Form, Option, PickField, TextField, TickField, TimeField, YesNoField
from frontend.forms.near import kinds_of_help
from frontend.forms.places import WhereField
from pooling.rules.finding import CONDITIONS, FAITHS, PARTS_OF_WEEK
from vocabulary.models import Term

ANY = "any"


class WouldLikeForm(Form):
    """What, where, when. No names, nothing about the person."""

    category = PickField(label="What would you like with others?", choices=[])
    outcode = WhereField()
    parts_of_week = TickField(label="When would it suit you?", choices=list(PARTS_OF_WEEK.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = kinds_of_help()  # type: ignore[attr-defined]


class FindGroupForm(Form):
    """What for, and where. Nothing of it is saved."""

    purpose = PickField(label="What is the group for?", choices=[])
    outcode = WhereField(required=False, help_text="Leave it empty to see all groups of your council.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = [(one.slug, one.label) for one in Term.objects.purposes()]
        self.fields["purpose"].choices = [*purposes, (ANY, "I don’t mind. Show me all")]  # type: ignore[attr-defined]


class HostForm(Form):
    """Whom to bring together, where and when."""

    people = TickField(label="Who shall meet?", choices=[])
    meets_on = DateField(label="On which day?", help_text="For example, 3 March 2026.")
    meets_time = TimeField(label="At what time?", help_text="For example, 10:30am.")
    place = TextField(
        label="Where?", max_length=200, help_text="Somewhere everybody can get to. For example: Peckham Library, room 2. It has a lift."
    )

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = list(people)  # type: ignore[attr-defined]

    @property
    def meets_at(self) -> datetime:
        """Once the form is good."""
        return datetime.combine(self.cleaned_data["meets_on"], self.cleaned_data["meets_time"], LONDON)


class InCommonForm(Form):
    """One thing somebody says of themselves, with a yes of its own."""

    word = PickField(label="Which?", choices=[])
    seen = YesNoField(
        label="May people in your groups see it?",
        yes="Yes. Only people who have been in the group for longer than the first days.",
        no=Option("No. Nobody sees it.", hint="We only use it to put you near people who said the same."),
    )
    agreed = TickField(
        label="Your yes",
        choices=[("yes", "I agree that you keep this and use it for that. I can take it back on any day")],
        help_text="You do not have to. It never decides if you may join a group.",
    )
    ASKED = {"language": "Which language?", "faith": "Which faith?", "condition": "What do you live with?"}

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": "no", **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        found = words_in_common(kind)
        many = kind == "language"
        label, choices = self.ASKED[kind], [("", "Pick one"), *found] if many else found
        self.add_field("word", (DropField if many else PickField)(label=label, choices=choices))
        self.fields["agreed"].error_messages["required"] = "Tick the box if you agree that we use this. Without your yes we do not keep it."


def words_in_common(kind: str) -> list[tuple[str, str]]:
    """Slugs and labels of one kind."""
    if kind == "language":
        return [(term.slug, term.label) for term in Term.objects.languages()]
    return list({"faith": FAITHS, "condition": CONDITIONS}[kind].items())
