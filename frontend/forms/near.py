"""Looking for help nearby: what, and where. And saying that nothing fits."""

from typing import Any

from frontend.forms import Form, PickField, TextField
from frontend.forms.places import WhereField
from marketplace.models import Need
from vocabulary.models import Term

NOT_SURE = "any"


def kinds_of_help() -> list[tuple[str, str]]:
    """Slugs and labels of every kind of help."""
    return [(term.slug, term.label) for term in Term.objects.categories()]


class NearForm(Form):
    """One question and a place. Nothing of it is saved."""

    what = PickField(label="What would help you most?", choices=[], help_text="Pick one. You can look again as often as you like.")
    where = WhereField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*kinds_of_help(), (NOT_SURE, "I don't know yet. Show me everything")]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]


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

    def __init__(self, *args: Any, is_known: bool = True, **kwargs: Any) -> None:
        """`is_known`: somebody signed in. Nobody else's words are kept, so nobody else is asked for them."""
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = kinds_of_help()  # type: ignore[attr-defined]
        if not is_known:
            del self.fields["words"]
