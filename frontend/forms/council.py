"""A question of a council's officer, and a person's answer to it."""

from frontend.forms import Form, TextField
from marketplace.services.asks import LONGEST_ANSWER, LONGEST_QUESTION


class AskForm(Form):
    """What the officer wants to know."""

    words = TextField(
        label="What do you want to ask?",
        help_text="One question, in plain words. No names, addresses or phone numbers. People read it as you write it.",
        lines=True,
        max_length=LONGEST_QUESTION,
    )


class AnswerForm(Form):
    """The person's own words, and a name only if they want."""

    words = TextField(label="Your answer", lines=True, max_length=LONGEST_ANSWER)
    name = TextField(
        label="Your name, if you want to give it",
        help_text="Leave it empty and nobody knows who you are.",
        required=False,
        max_length=80,
        width="20",
    )
