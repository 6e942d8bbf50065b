"""Our forms as sheets of paper: each question with lines or boxes to fill in by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms

from frontend.forms.groups import StartGroupForm
from frontend.forms.joining import JoinForm, WhoHelpsForm
from frontend.forms.near import MissingForm
from frontend.forms.public import WorriedForm


@dataclass(frozen=True, slots=True)
class Printable:
    """One of our forms, and what stands above it on paper."""

    title: str
    lead: str
    form: type[forms.Form]


@dataclass(frozen=True, slots=True)
class Question:
    """One question on paper. Without choices: `lines` to write on."""

    label: str
    hint: str
    choices: list[str]
    lines: range


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    lead: str
    questions: list[Question]


FORMS: dict[str, Printable] = {
    "your-own-page": Printable("Make your own page", "It is free. You can stop on any day.", JoinForm),
    "who-helps-you": Printable("Who helps you", "If you ask us for help in private, they will not be told.", WhoHelpsForm),
    "what-is-missing": Printable("What is missing near you", "The council sees how many people asked. It does not see who.", MissingForm),
    "start-a-group": Printable("Start a group", "No money moves. Later changes need everyone's yes.", StartGroupForm),
    "worried": Printable("Worried about someone", "In danger now? Call 999.", WorriedForm),
}


def sheet(name: str) -> Sheet:
    """One form as a sheet of paper. `name`: a key of FORMS."""
    printable = FORMS[name]
    return Sheet(printable.title, printable.lead, list(_questions(printable.form())))


def _questions(form: forms.Form) -> Iterator[Question]:
    for bound in form.visible_fields():
        field = bound.field
        choices = [str(label) for _, label in getattr(field, "choices", ())]
        is_long = isinstance(field.widget, forms.Textarea)
        yield Question(str(field.label), str(field.help_text), choices, range(4 if is_long else 1))
