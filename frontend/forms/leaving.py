"""Leaving: asking about a line, answering, removal and its reply, telling us that somebody is gone."""

from collections.abc import Sequence
from typing import Any

from frontend.forms.base import Form
from frontend.forms.fields import Option, PickField, TextField
from pooling.models import EndWhy


class AskAboutForm(Form):
    """One line of a statement, and what is wrong with it."""

    line = PickField(label="Which line?", choices=())
    words = TextField(label="What is it about?", help_text="The people who look after the money read it.", lines=True, max_length=1_000)

    def __init__(self, *args: Any, lines: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = list(lines)  # type: ignore[attr-defined]


class ReasonsForm(Form):
    """An answer to a question about a statement."""

    reasons = TextField(label="Your answer", help_text="Say why. The person reads it. We add everything up again.", lines=True, max_length=1_000)


class RemovalForm(Form):
    """Whom the group is asked about, and why."""

    who = PickField(label="Who?", choices=())
    reason = TextField(
        label="Why?",
        help_text="They read it, and can answer before anybody decides. Write what happened, not what somebody is like.",
        lines=True,
        max_length=1_000,
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = list(people)  # type: ignore[attr-defined]


class RemovalReplyForm(Form):
    """The person's own answer."""

    reply = TextField(label="Your answer", help_text="Everybody who decides can read it.", lines=True, max_length=1_000)


class AppealForm(Form):
    """Why somebody thinks it is wrong."""

    appeal = TextField(label="Why is it wrong?", help_text="Somebody outside looks at it. You stay until they answer.", lines=True, max_length=1_000)


class AppealAnswerForm(Form):
    """An operator's decision."""

    uphold = PickField(
        label="What do you decide?", choices=[("yes", Option("They stay in the group")), ("no", Option("The group’s decision stands"))]
    )
    answer = TextField(label="Why?", help_text="Both sides read it.", lines=True, max_length=1_000)


class GoneForm(Form):
    """Somebody died, moved, or has no budget any more."""

    who = PickField(label="Who?", choices=())
    why = PickField(label="What happened?", choices=EndWhy.choices)
    words = TextField(label="Anything we should know?", required=False, lines=True, max_length=400)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = list(people)  # type: ignore[attr-defined]


class EndForm(Form):
    """Whoever looks after the money says what happened."""

    why = PickField(label="What happened?", choices=EndWhy.choices)
    words = TextField(label="Anything to keep with it?", help_text="The group does not read it.", required=False, lines=True, max_length=400)
