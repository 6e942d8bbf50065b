"""What the style page shows: invented people and sums that add up, and a form with and without problems."""

from typing import Any

from django import forms as django_forms
from django.contrib.messages import ERROR, INFO, SUCCESS
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator

from frontend.forms import (
    DateField,
    DatePartsField,
    Form,
    MoneyField,
    Option,
    OutcodeField,
    PickField,
    TextField,
    TickField,
    TimeField,
    YesNoField,
)
from frontend.pictures.people import FIGURES
from frontend.pictures.scenes import AtTable
from frontend.pictures.strands import STATES, STRANDS

MINUTES = [("30", "30 minutes"), ("45", "45 minutes")]


class SpecimenForm(Form):
    """Every kind of field."""

    name = TextField(label="What shall we call you?", help_text="Your first name is enough.", max_length=40, autocomplete="given-name")
    weekly = MoneyField(label="How much each week?", help_text="You can change it later.", per="a week")
    area = OutcodeField(
        label="Where do you live?", help_text="Type the first part of your postcode. For example, SE15.", known=lambda code: code.startswith("SE1")
    )
    starts = DateField(label="When should it start?", help_text="For example, 3 March 2026.")
    born = DatePartsField(label="When were you born?", help_text="For example, 3 11 1951.")
    at = TimeField(label="What time suits you?", required=False)
    came = PickField(
        label="Did Hodan come on Tuesday 3 March?",
        choices=[
            ("yes", Option("Yes, it happened", hint="Pay £24.00")),
            ("part", Option("Part of it happened", reveals=["minutes"])),
            ("no", Option("No, it did not happen", hint="Pay nothing")),
            ("unsure", Option("I am not sure", hint="We ask you again tomorrow", after_or=True)),
        ],
    )
    minutes = django_forms.ChoiceField(label="How long was Hodan there?", choices=MINUTES, required=False)
    help_with = TickField(
        label="What would help you?", choices=[("meals", "Meals and jobs at home"), ("out", "Getting out and about"), ("company", "Company")]
    )
    alone = YesNoField(label="Do you live alone?", yes="Yes, I live alone", no="No, somebody lives with me")
    words = TextField(label="Anything you want the others to know?", lines=True, required=False, max_length=60)
    agree = django_forms.BooleanField(label="I have read our rules")


WRONG = {
    "weekly": "sixty",
    "area": "SE99",
    "starts": "soon",
    "born_day": "31",
    "born_month": "2",
    "born_year": "1951",
    "at": "3",
    "came": "part",
    "words": "word " * 20,
}

AMINA = AtTable("Amina", "hijab", 1)
YUSUF = AtTable("Yusuf", "kufi", 2)
HALIMA = AtTable("Halima", "hijab-cream", 3)
HODAN = AtTable("Hodan", "hijab-plum")

LANES = [
    {"state": "paid", "pence": 16800, "sentence": "for 7 visits that happened"},
    {"state": "held", "pence": 9600, "sentence": "for visits in weeks 5 and 6"},
    {"state": "yours", "pence": 9600, "sentence": "put in, not used yet. You can take it back"},
    {"state": "back", "pence": 2400, "sentence": "one cancelled visit, sent to your direct payment account"},
]
PATHS = [
    {
        "name": "Amina Farah",
        "sub": "Direct payment",
        "figure": "hijab",
        "strand": 1,
        "promised": 33600,
        "yours": 9600,
        "held": 9600,
        "paid": 16800,
        "back": 2400,
    },
    {
        "name": "Yusuf Ali",
        "sub": "Looked after by Southwark Circle",
        "figure": "kufi",
        "strand": 2,
        "promised": 33600,
        "yours": 9600,
        "held": 9600,
        "paid": 19200,
        "back": 0,
    },
    {
        "name": "Halima Noor",
        "sub": "Looked after by the council",
        "figure": "headwrap",
        "strand": 3,
        "promised": 33600,
        "yours": 9600,
        "held": 9600,
        "paid": 19200,
        "back": 0,
    },
]
TASKS = [
    {
        "title": "Did last week’s visits happen?",
        "url": "#thread",
        "when": "By Friday 13 March",
        "text": "Barwaaqo Care says Hodan came on Tuesday and Thursday. £48.00 is held while you check.",
        "action": "Tell us about the visits",
    },
    {
        "title": "Shall we add a Sunday visit until Eid?",
        "url": "#thread",
        "when": "Was due Thursday 5 March",
        "kind": "late",
        "text": "It would cost you £24.00 more for each Sunday. Yusuf and Halima have answered.",
        "action": "Give your answer",
    },
]
TRACK = [
    {"title": "You put it in", "text": "Wednesday 25 February, by card", "state": "done"},
    {"title": "Held for week 5", "text": "Friday 27 February", "state": "done"},
    {"title": "Visits written down", "text": "by Hodan Warsame, Saturday 7 March", "state": "done"},
    {"title": "You say what happened", "text": "now, by Friday 13 March", "state": "here"},
    {"title": "Paid to Barwaaqo Care", "text": "about 3 working days after you answer", "state": "later"},
]
ANSWERS = [
    {"key": "What", "value": "Cooking at home", "change": "#answers", "what": "what you want"},
    {"key": "When", "value": "Tuesdays and Thursdays, 10am to 11am", "change": "#answers"},
    {"key": "Each week", "value": "£48.00", "change": "#answers", "what": "how much each week"},
]
SUMS = [
    {"key": "Pay Barwaaqo Care", "value": "£36.00"},
    {"key": "Comes back to you", "sub": "30 minutes on Thursday 5 March", "value": "£12.00"},
    {"key": "Held for week 5", "value": "£48.00", "total": True},
]
ANSWERED = [
    {"name": "Yusuf", "figure": "kufi", "strand": 2, "answered": True},
    {"name": "Halima", "figure": "hijab-cream", "strand": 3, "answered": True},
    {"name": "Amina", "figure": "hijab", "strand": 1, "answered": False, "mine": True},
]


IDEAS = [
    ("people", "Three of you want help at home."),
    ("provider", "Barwaaqo Care would come."),
    ("door", "You say what happened, never the provider."),
    ("promise", "You promised at most £60.00 a week."),
    ("inside", "You pay £48.00 of it."),
    ("whole", "In all it costs you at most £576.00."),
    ("held", "It is held until you say that the visits happened."),
    ("going", "It is on its way to their bank."),
    ("paid", "You say yes: it is paid."),
    ("waits", "You say no: nobody gets it while we ask."),
    ("home", "What is not used comes back to you."),
    ("clock", "You say nothing? We ask two more times."),
    ("tick", "It is done."),
    ("talk", "People are talking about this."),
]
LOOKS = [
    {"key": "Under the pointer", "value": "A button darkens, a link’s line is thicker. Nothing moves, nothing opens."},
    {"key": "With the keyboard on it", "value": "A yellow ring, and a dark ring round that. Press Tab to see it; it is never covered."},
    {"key": "Pressed", "value": "The lip of the main button closes. With less movement asked for, it only darkens."},
    {"key": "Not to be pressed yet", "value": "There is no such button. Every button can be pressed, and says why if it can’t be done."},
    {"key": "Wrong", "value": "A thick bar, the word “Problem”, and what to write instead. What was typed stays."},
    {"key": "In the dark", "value": "The same parts with the colours turned; strands keep their fill, their edges take it too."},
    {"key": "With colours of one’s own", "value": "Words, outlines and shape say everything; the band is in the colour of what is chosen."},
    {"key": "On paper", "value": "One column, black on white, no buttons, a line to sign."},
    {"key": "On a phone", "value": "One column, buttons as wide as the page, a table read row by row."},
]
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


def page() -> dict[str, Any]:
    """The context of /style/. Three people only share the table, but all eight strands and all heads are shown."""
    wrong = SpecimenForm(WRONG, auto_id="wrong_%s")
    return {
        "fine": SpecimenForm(initial={"name": "Amina", "weekly": 4800}),
        "wrong": wrong,
        "heads": [(name, figure.label, place % 8 + 1) for place, (name, figure) in enumerate(FIGURES.items())],
        "strands": [(which, *words) for which, words in STRANDS.items()],
        "states": STATES.items(),
        "table_people": [AMINA, YUSUF, HALIMA, HODAN],
        "lanes": LANES,
        "paths": PATHS,
        "tasks": TASKS,
        "steps": TRACK,
        "asked_about": [*TRACK[:2], {"title": "People are talking about this", "text": "Nobody gets it until it is settled.", "state": "trouble"}],
        "quarters": [("April to June 2025", 40, 60), ("July to September 2025", 50, 45), ("October to December 2025", 65, 40)],
        "answers": ANSWERS,
        "sums": SUMS,
        "answered": ANSWERED,
        "strip_of": [1, 2, 3],
        "columns": ["Kind of support", "Asked", "Found"],
        "numbers": [["Company on outings", "80", "55"], ["Cooking together", "95", "85"]],
        "swatches": ["ink", "ink-soft", "mulberry", "bottle", "plaster", "plaster-light", "focus", "yes", "wait", "stop"],
        "others": [1, 2],
        "ideas": IDEAS,
        "looks": LOOKS,
        "long": LONG,
        "long_row": [[LONG, "80", "55"]],
        "no_tasks": [],
        "kept": SpecimenForm({"name": "Amina"}),
        "said": [Message(SUCCESS, "Your answer is in."), Message(INFO, "We wrote to Hodan."), Message(ERROR, "Nothing has changed.")],
        "few_of_many": Paginator(range(30), 10).page(2),
    }
