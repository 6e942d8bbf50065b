"""Our forms as sheets of paper: each question with lines or boxes to fill in by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms

from frontend.forms.finding import WouldLikeForm
from frontend.forms.groups import StartGroupForm
from frontend.forms.joining import JoinForm, WhoHelpsForm
from frontend.forms.near import MissingForm
from frontend.forms.public import WorriedForm


@dataclass(frozen=True, slots=True)
class Question:
    """One question on paper. Without choices: `lines` to write on."""

    label: str
    hint: str
    choices: list[str]
    lines: range


@dataclass(frozen=True, slots=True)
class Printable:
    """One of our forms, or questions that stand on paper alone, and what stands above them."""

    title: str
    lead: str
    form: type[forms.Form] | None = None
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    lead: str
    questions: list[Question]


ONE, FOUR = range(1), range(4)
# What a person answers visit by visit on the page, for one week on paper.
DID_IT_HAPPEN = (
    Question("Who came?", "", [], ONE),
    Question("Which days?", "For example, Tuesday 3 March and Thursday 5 March.", [], ONE),
    Question("Did it happen?", "", ["Yes, all of it. Pay my part", "Some of it", "No", "I am not sure. Ask me again"], ONE),
    Question("If it was some of it: which day, and how long?", "", [], ONE),
    Question("If it was not right: what happened?", "The provider is told, so that they can answer.", [], FOUR),
)
PROMISE = (
    Question("Which group?", "", [], ONE),
    Question("How much do you promise, at most, each week?", "In pounds. A promise moves no money.", [], ONE),
    Question("For how many weeks, from which day?", "", [], ONE),
    Question("Which part of your budget does it come from?", "For example, my direct payment from the council.", [], ONE),
)
FORMS: dict[str, Printable] = {
    "your-own-page": Printable("Make your own page", "It is free. You can stop on any day.", JoinForm),
    "who-helps-you": Printable("Who helps you", "If you ask us for help in private, they will not be told.", WhoHelpsForm),
    "what-is-missing": Printable("What is missing near you", "The council sees how many people asked. It does not see who.", MissingForm),
    "find-others": Printable("Find people near you", "Nobody sees your name before you meet. It costs nothing.", WouldLikeForm),
    "did-it-happen": Printable("Did it happen?", "Only you can say it. Nobody else may fill this in without asking you.", questions=DID_IT_HAPPEN),
    "promise": Printable("Promise part of your budget", "We write to you first what it can cost you at most.", questions=PROMISE),
    "start-a-group": Printable("Start a group", "No money moves. Later changes need everyone's yes.", StartGroupForm),
    "worried": Printable("Worried about someone", "In danger now? Call 999.", WorriedForm),
}


def sheet(name: str) -> Sheet:
    """One form as a sheet of paper. `name`: a key of FORMS."""
    printable = FORMS[name]
    questions = [*printable.questions, *(_questions(printable.form()) if printable.form else ())]
    return Sheet(printable.title, printable.lead, questions)


def _questions(form: forms.Form) -> Iterator[Question]:
    for bound in form.visible_fields():
        field = bound.field
        choices = [str(label) for _, label in getattr(field, "choices", ())]
        is_long = isinstance(field.widget, forms.Textarea)
        yield Question(str(field.label), str(field.help_text), choices, FOUR if is_long else ONE)
