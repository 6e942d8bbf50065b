"""What an operator says: a paper is right or not, the platform's own money goes in, a payment should stop."""

from typing import Any

from django import forms

from frontend.forms import DateField, Form, MoneyField, Option, PickField, TextField
from frontend.presenters.approvals import GIVEN_BACK, GOES_ON, STOPPED
from people.models import Council


class PaperForm(Form):
    """One paper: I saw the original, or it is not right."""

    answer = PickField(
        label="What did you see?",
        choices=[
            ("right", Option("It is right. I saw the original, or asked who issued it", reveals=("how_seen", "issued_on", "expires_on"))),
            ("wrong", Option("It is not right", reveals=("reason",))),
        ],
    )
    how_seen = TextField(
        label="How did you see it?", required=False, max_length=300, help_text="For example: held the paper at the hub, or asked the Update Service."
    )
    issued_on = DateField(label="The date on it", required=False, help_text="As you read it.")
    expires_on = DateField(label="Its last day, if it has one", required=False)
    reason = TextField(
        label="What is not right?", required=False, lines=True, max_length=600, help_text="Say what would put it right. The provider reads it."
    )

    def __init__(self, *args: Any, community: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if community:  # known, not seen on paper: there are no dates to read
            del self.fields["issued_on"], self.fields["expires_on"]
            self.fields["how_seen"].label = "How do you know them?"
            self.fields["how_seen"].help_text = "For example: went there on a Thursday, and spoke with people who come."
            known, not_yet = Option("We know them now", reveals=("how_seen",)), Option("Not yet", reveals=("reason",))
            self.fields["answer"].choices = [("right", known), ("wrong", not_yet)]  # type: ignore[attr-defined]


class DealtWithForm(Form):
    """What was done about a worry."""

    what_was_done = TextField(
        label="What was done about it?", lines=True, max_length=2000, help_text="Whom you told, when, and what they said. Only operators read it."
    )


class TopUpForm(Form):
    """The platform's own money, for Stripe's fees."""

    council = forms.ChoiceField(label="For which council?")
    pence = MoneyField(label="How much?", least=100, most=5_000_000, help_text="It comes from the platform's own bank and pays Stripe's fees.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Council.objects.order_by("name").values_list("pk", "name")
        self.fields["council"].choices = [("", "Choose"), *found]  # type: ignore[attr-defined]
        self.fields["council"].error_messages["required"] = "Pick a council from the list."


class StopForm(Form):
    """One payment to a provider: what should happen to it, and why."""

    what = PickField(label="What should happen to it?", choices=[])
    reason = TextField(label="Why?", lines=True, max_length=1000, help_text="The second person reads this. It is kept.")

    def __init__(self, *args: Any, is_stopped: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = [(GOES_ON, "Let it go out after all")]
        off = [
            (STOPPED, "Stop it for now"),
            (GIVEN_BACK, Option("Never send it this way", hint="It stays owed to them, and in the list.")),
        ]
        self.fields["what"].choices = on if is_stopped else off  # type: ignore[attr-defined]
