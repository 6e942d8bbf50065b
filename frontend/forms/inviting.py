"""The code that somebody was given."""

from frontend.forms import Form, TextField

UNKNOWN = "We don’t know this code. Look at it again, or ask for a new one: each works for four weeks."


class CodeForm(Form):
    """One code."""

    question = "code"
    code = TextField(label="What is your code?", max_length=20, width="20", autocomplete="off", help_text="It looks like k7mp-4xqd.")
