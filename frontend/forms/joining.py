"""Making one's own page: what we call you, how we reach you, who helps you."""

from typing import Any

from frontend.forms import Form, Option, PhoneField, PickField, TextField, TickField
from frontend.forms.places import WhereField
from people.models import Supporter

REACH = {"text": "phone", "phone": "ring", "email": "email"}


class JoinForm(Form):
    """A name, one way to reach somebody, and a place unless they said it while they looked. The six numbers go to where we reach them."""

    full_name = TextField(label="What shall we call you?", max_length=120, width="20", autocomplete="name")
    reach = PickField(
        label="How can we reach you?",
        choices=[
            ("text", Option("Text", reveals=("phone",))),
            ("phone", Option("Phone call", hint="We ring and read things out.", reveals=("ring",))),
            ("email", Option("E-mail", reveals=("email",))),
        ],
        help_text="We will never ring to ask for money, a code, or your bank number.",
    )
    phone = PhoneField(label="Your mobile number", required=False)
    ring = PhoneField(label="Your phone number", required=False)
    email = TextField(label="Your e-mail", required=False, max_length=254, autocomplete="email")
    outcode = WhereField()

    def __init__(self, *args: Any, where: str = "", **kwargs: Any) -> None:
        """`where`: the outcode they looked near. Nobody is asked twice."""
        super().__init__(*args, **kwargs)
        self.where = where
        if where:
            del self.fields["outcode"]

    def clean(self) -> dict[str, Any]:
        """The box under the chosen way must be filled in; what stands in the others is not used."""
        said: dict[str, Any] = super().clean() or {}
        name = REACH.get(said.get("reach", ""))
        if name and not said.get(name) and name not in self.errors:
            self.add_error(name, "Write your e-mail, like name@example.com." if name == "email" else "Write your number, like 07700 900123.")
        for other in set(REACH.values()) - {name}:
            self.errors.pop(other, None)
        return {"outcode": self.where, **said}

    @property
    def address(self) -> str:
        """Where the six numbers go: an e-mail or a phone number."""
        said = self.cleaned_data
        return str(said[REACH[said["reach"]]])

    @property
    def is_email(self) -> bool:
        return bool(self.cleaned_data["reach"] == "email")


class WhoHelpsForm(Form):
    """Does anyone help you with this? Somebody with a way in of their own needs a page here first."""

    question = "who"
    who = PickField(
        label="Does anyone help you with this?",
        choices=[
            ("nobody", "No. I do it myself"),
            ("beside", Option("Yes. Someone sits with me", hint="They help me read and type. They can't do anything without me.")),
            (
                "own_way",
                Option("Yes. I want someone to have their own way in", hint="They see what you see. You can stop it any day.", reveals=("reach",)),
            ),
            (
                "legal",
                Option(
                    "Someone has the legal right to decide for me",
                    hint="We check this with your council first. It begins a week after that.",
                    reveals=("legal_reach", "decisions", "source"),
                ),
            ),
        ],
    )
    reach = TextField(label="Their e-mail or mobile number", help_text="They need a page of their own here first.", required=False, max_length=120)
    legal_reach = TextField(
        label="Their e-mail or mobile number", help_text="They need a page of their own here first.", required=False, max_length=120
    )
    decisions = TickField(label="What may they decide?", choices=Supporter.Decision.choices, required=False)
    source = TextField(
        label="Which paper gives them the right?", help_text="For example: lasting power of attorney, from 2024.", required=False, max_length=200
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        needed = {"own_way": "reach", "legal": "legal_reach"}.get(said.get("who", ""))
        if needed and not said.get(needed):
            self.add_error(needed, "Write the e-mail or mobile number that they use here.")
        return said
