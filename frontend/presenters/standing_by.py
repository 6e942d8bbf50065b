"""What waits for people beside others: whom to ask, what needs a second person, which questions to settle."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from frontend import words
from frontend.navigation import address
from frontend.presenters import answers
from frontend.presenters.answers import AskedVisit
from marketplace.models import MilestoneShare, VisitPart
from marketplace.selectors import Task, to_help
from marketplace.services.decisions import DECIDE
from marketplace.services.money import ABOUT_SHARE
from people.models import Approval, Person

# kind of task: title, what is said of it, what the button says, name of the page. {title}, {name} and {money} are filled in.
_SAID = {
    "ask_person": (
        "Ask {name}: {title}",
        "We had no answer. {money} waits. Ask them yourself and write down what they say.",
        "Write it down",
        "share-ask",
    ),
    "second_person": (
        "A second yes: {title}",
        "{name} said yes to {money}. It is a large sum, so it needs your yes too.",
        "Look at it",
        "share-second",
    ),
    "decide": (
        "A question to settle: {title}",
        "{money} of {name} waits. Two people decide, neither with an interest in it.",
        "Look at it",
        "question-decide",
    ),
    "decide_late": (
        "Paid without an answer: {title}",
        "{name} says that {money} should not have been paid. Two people look at it, neither with an interest in it.",
        "Look at it",
        "late-decide",
    ),
    "talk": ("Help them talk: {title}", "{money} of {name} waits, until both sides agree or two others decide.", "Read what was said", "question"),
}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A row for `task_thread`."""

    title: str
    text: str
    action: str
    url: str
    kind_of: str
    when: str = ""


def tasks(person: Person, *, decides: bool = True, asks: bool = True) -> list[TaskLine]:
    """What waits for this person, as somebody beside. `decides`: may end questions; otherwise they help both sides talk. `asks`: may ask people."""
    return lines(to_help(person), decides=decides, asks=asks)


def lines(tasks: Iterable[Task], *, decides: bool = True, asks: bool = True) -> list[TaskLine]:
    """These tasks in words, as `tasks` says them."""
    found = [task for task in tasks if asks or task.kind != "ask_person"]
    return [_line(task, "talk" if task.kind == "decide" and not decides else task.kind) for task in found]


def _line(task: Task, kind: str) -> TaskLine:
    title, text, action, page = _SAID[kind]
    filled = {"title": task.title, "name": task.known_as, "money": words.pounds(task.pence)}
    return TaskLine(title.format(**filled), text.format(**filled), action, address(page, task.about_id), kind)


def visits_to_ask(share: MilestoneShare, viewer: Person) -> list[AskedVisit]:
    """The visits of this part of a week. What the provider wrote about the person stays theirs: only who may read it sees it."""
    readable = set(VisitPart.objects.visible_to(viewer).filter(share=share).values_list("pk", flat=True))
    return [one if one.part.pk in readable else replace(one, note="") for one in answers.visits_of([share])]


def proposal(share: MilestoneShare, at: datetime) -> Approval | None:
    """How the first of two people would end this question, if somebody has said."""
    return Approval.objects.about(DECIDE, ABOUT_SHARE, share.pk).open(at).select_related("asked_by").order_by("-pk").first()
