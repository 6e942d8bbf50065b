"""What needs doing, in words and with the page where it is done. One list for everybody; each sees only their own."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from frontend import words
from frontend.navigation import address
from frontend.presenters import briefs, choosing, deciding, finding, leaving, varying
from frontend.presenters.paying import dues
from marketplace.rules.dates import start_of
from marketplace.selectors import Task, to_do
from marketplace.selectors.asks import questions_to
from people.models import Person
from pooling import selectors
from pooling.models import IdleOffer, Membership

# kind of task: title, what is said of it, what the button says, name of the page. {title}, {name} and {money} are filled in.
_SAID = {
    "say_it_happened": (
        "Did it happen? {title}",
        "{whose} part is {money}. You say it visit by visit.",
        "Tell us about the visits",
        "share-answer",
    ),
    "sign": ("Say yes or no: {title}", "{whose} part would be {money} a week.", "Look at it", "agreement"),
    "sign_as_provider": ("Say yes or no: {title}", "People near you chose you. It is {money} a week.", "Look at it", "provider-agreement"),
    "record_visit": ("Write down the visit: {title}", "Start it when you come, finish it when you go.", "Write it down", "provider-visit"),
    "send_week_in": ("Send the week in: {title}", "Then we ask each person if it happened.", "Look at the week", "provider-week"),
    "short_week": ("Not all of it is covered: {title}", "Say if you come for those who are covered.", "Look at the week", "provider-week"),
    "reply": ("A visit was not confirmed: {title}", "It is about {money}. Say how it was.", "Answer", "question"),
    "ask_person": ("Ask {name} if it happened: {title}", "We had no answer. Write down their own answer.", "Write it down", "share-ask"),
    "second_person": ("A second person is needed: {title}", "It is a large sum: {money}.", "Look at it", "share-second"),
    "decide": ("A question to settle: {title}", "It is about {money}.", "Look at it", "question"),
    "decide_late": ("Paid without an answer: {title}", "{name} says that {money} should not have been paid.", "Look at it", "late-decide"),
}
FIRST = ("say_it_happened",)


def tasks_of(person: Person, *, today: date, has_budget: bool = True, hats: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Rows for `task_thread`: title, url, text, action, and when there is a day, when and kind. Most urgent first.

    `has_budget` False: asked to tell of one, once in a group. `hats`: what they come here as (`navigation.hats_of`): who may settle a
    question has a page for that; others see the question.
    """
    decides = bool(hats & {"operator", "holder_staff"})
    found = [row for task in to_do(person, today=today) if (row := _row(task, person, today, decides=decides))]
    first = [row for row in found if row["of"] in FIRST]
    rest = (row for row in found if row["of"] not in FIRST)
    groups = [*_to_decide(person, today), *_groups(person, has_budget), *_of_areas(person)]
    return [*first, *_payments(person, today), *rest, *groups, *leaving.tasks(person), *_idle(person), *_asked(person, today)]


def _of_areas(person: Person) -> Iterator[dict[str, Any]]:
    """What waits in what a group asks for, chooses and changes, and in finding one."""
    for area in (briefs, choosing, varying, finding):
        yield from area.tasks(person)


def _row(task: Task, person: Person, today: date, *, decides: bool) -> dict[str, Any] | None:
    title, text, action, page = _SAID[task.kind]
    url = address("question-decide" if decides and task.kind == "decide" else page, task.about_id)
    if not url:
        return None
    whose = "Your" if task.known_as in ("", person.known_as) else f"{task.known_as}’s"
    filled = {"title": task.title, "name": task.known_as, "money": words.pounds(task.pence), "whose": whose}
    row = {"of": task.kind, "title": title.format(**filled), "text": text.format(**filled), "action": action, "url": url}
    return {**row, **by_when(task.by, today)}


def by_when(day: date | None, today: date) -> dict[str, str]:
    """The date tag of a task: by when, or since when it is late."""
    if day is None:
        return {}
    return {"when": f"By {words.day(day)}", "kind": "wait"} if day >= today else {"when": f"Was due {words.day(day)}", "kind": "late"}


def _payments(person: Person, today: date) -> Iterator[dict[str, Any]]:
    for due in dues(selectors.calls_to_pay(person)):
        if due.stands not in ("pay", "sending"):
            continue
        text = f"{words.pounds(due.pence)} for {due.what or due.group}. It is held with your name on it until you say the visits happened."
        if due.stands == "sending":
            text = f"We are waiting for your bank transfer: {words.pounds(due.pence)} for {due.what or due.group}."
        row = {"of": "pay", "title": "Your payment is due", "text": text, "action": "Pay my part", "url": address("payment", due.call_id)}
        yield {**row, **by_when(due.due_on, today)}


def _idle(person: Person) -> Iterator[dict[str, Any]]:
    """Free money that nothing has needed for four weeks, until they say what to do with it."""
    for offer in IdleOffer.objects.filter(state=IdleOffer.State.OFFERED).answered_by(person).order_by("goes_home_on", "pk"):
        whose = "" if offer.membership.person_id == person.pk else f" of {offer.membership.person.known_as}"
        text = f"{words.pounds(offer.pence)}{whose} in {offer.membership.cluster.name}. Send it back, or keep it here for now."
        yield _task("idle", "Some money is not needed", text, "Look at it", "money-idle-answer", offer.pk)


def _to_decide(person: Person, today: date) -> Iterator[dict[str, Any]]:
    """Questions of their groups that wait for an answer: their own, or of somebody they may decide for."""
    for ballot, text in deciding.tasks(person, at=start_of(today, time.min)):
        row = _task("question_for_us", ballot.proposal.title, text, "Give your answer", "group-question", ballot.proposal_id)
        yield {**row, **by_when(words.local_date(ballot.proposal.closes_at) if ballot.proposal.closes_at else None, today)}


def _asked(person: Person, today: date) -> Iterator[dict[str, Any]]:
    """A question of their council's officer, about something they could not find."""
    for row in questions_to(person, at=start_of(today + timedelta(days=1), time.min)):
        yield _task("officer_asks", "Your council asks something", row.question.words, "Read and answer", "officer-asks", row.pk)


def _groups(person: Person, has_budget: bool) -> Iterator[dict[str, Any]]:
    places = selectors.places_of(person)
    for place in places:
        if place.state == Membership.State.INVITED:
            title = f"{place.cluster.name} would like you to come"
            yield _task("invited", title, "Read their rules. Then you decide.", "Read and decide", "place-join", place.pk)
    if not has_budget and any(place.is_in for place in places):
        text = "Then you can promise part of it. You see the most it can cost first."
        yield _task("budget", "Tell us about your budget", text, "Tell us", "budget-add")
    for asked in selectors.questions_for(person):
        title = f"May {asked.person.known_as} come into {asked.cluster.name}?"
        yield _task("answer", title, "Everyone in the group answers.", "Give your answer", "place-answer", asked.pk)


def _task(of: str, title: str, text: str, action: str, page: str, *args: object) -> dict[str, Any]:
    return {"of": of, "title": title, "text": text, "action": action, "url": address(page, *args)}
