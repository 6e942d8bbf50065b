"""What needs doing, in words and with the page where it is done. One list for everybody; each sees only their own."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat, JSONObject

from audit.one_question import Row, asked_of, by_list, together
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from frontend.presenters import booking_tasks, briefs, choosing, deciding, finding, keeping, leaving, paying, varying
from frontend.presenters.keeping import KeptCard
from marketplace.models import MilestoneShare, Need
from marketplace.rules.dates import start_of
from marketplace.selectors.asks import questions_to
from marketplace.selectors.helping import Task, tasks_among, waiting
from payments.models import Payment
from people.models import Person
from pooling import selectors
from pooling.models import Budget, IdleOffer, Membership
from pooling.selectors.holders import own_calls_to_pay
from vocabulary.models import Term

COMING = ("clearing", "available")
WAITED_FOR = ("started", "open")
"""How a payment stands: at Stripe already; or of a bank transfer, waited for."""

# kind of task: title, what is said of it, what the button says, name of the page. {title}, {name} and {money} are filled in.
_SAID = {
    "say_it_happened": (
        "Did it happen? {title}",
        "{whose} part is {money}. You say it visit by visit.",
        "Tell us about the visits",
        "share-answer",
    ),
    "sign": ("Say yes or no: {title}", "{whose} part would be {money}{a_week}.", "Look at it", "agreement"),
    "sign_as_provider": ("Say yes or no: {title}", "People near you chose you. It is {money}{a_week}.", "Look at it", "provider-agreement"),
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


@dataclass(frozen=True, slots=True)
class Doing:
    """What needs doing: rows for `task_thread`. `asked`: what they said is missing, and still is; `kept`: what they put by. Newest first."""

    tasks: list[dict[str, Any]]
    asked: list[Row]
    kept: list[KeptCard]
    has_budget: bool


def doing(person: Person, *, today: date, hats: Collection[str] = ()) -> Doing:
    """Rows of title, url, text, action, and when there is a day, when and kind. Most urgent first. One query.

    Who has no budget is asked to tell of one, once in a group. `hats`: what they come here as (`navigation.hats_of`): who may settle a
    question has a page for that; others see the question. What waits for providers is only asked for somebody who is one.
    """
    found = asked_of(_waiting, person, today, not hats or not {"provider", "community"}.isdisjoint(hats))
    decides = "operator" in hats or "holder_staff" in hats
    rows = [row for task in tasks_among(found) if (row := _row(task, person, today, decides=decides))]
    tasks = [
        *(row for row in rows if row["of"] in FIRST),
        *_payments(found, today),
        *booking_tasks.said_of(found, person),
        *(row for row in rows if row["of"] not in FIRST),
        *_to_decide(found, person, today),
        *_groups(found),
        *briefs.said_of(found, person),
        *choosing.said_of(found, person),
        *varying.said_of(found, person),
        *finding.said_of(found),
        *leaving.said_of(found),
        *_rest(found, person),
    ]
    missing = by_list(found, "missing")[:-11:-1]
    return Doing(tasks, missing, keeping.said_of(found, person), any(row.of == "has_budget" for row in found))


def _waiting(person: Person, today: date, provides: bool) -> QuerySet[Any, Any]:
    """All the lists. What it is made of may depend on `provides` only."""
    areas = [
        briefs.waiting(person),
        choosing.waiting(person),
        varying.waiting(person, provides=provides),
        finding.waiting(person),
        leaving.waiting(person),
        keeping.waiting(person),
        booking_tasks.waiting(person, today=today, provides=provides),
    ]
    return together(
        *waiting(person, today=today, provides=provides),
        *deciding.waiting(person, at=start_of(today, time.min)),
        *(one for area in areas for one in area),
        _calls(person),
        *_lists(person, today),
    )


def _lists(person: Person, today: date) -> list[QuerySet[Any, Any]]:
    """What has no area of its own: coming into a group, free money, what a council's officer asks, what is missing; and whether there is a budget."""
    idle = IdleOffer.objects.filter(state=IdleOffer.State.OFFERED).answered_by(person)
    group = {"name": "membership__cluster__name", "own": "membership__cluster__is_own"}
    of_whom = {"person": "membership__person_id", "known_as": "membership__person__known_as", **group}
    officer = questions_to(person, at=start_of(today + timedelta(days=1), time.min))
    unmet = Need.objects.filter(person=person, state="unmet")
    label = Term.objects.categories().filter(slug=OuterRef("category")).order_by().values("label")[:1]
    return [
        listed(Membership.objects.of(person).filter(state=Membership.State.INVITED), "invited", name="cluster__name"),
        listed(Membership.objects.of(person).in_groups().inside(), "inside"),
        listed(selectors.questions_for(person), "answer", name="cluster__name", known_as="person__known_as"),
        listed(idle, "idle", on="goes_home_on", pence="pence", **of_whom),
        listed(officer, "officer_asks", on="question__closes_at", words="question__words"),
        listed(unmet, "missing", label=Subquery(label), category="category", outcode="outcode", words="words"),
        listed(Budget.objects.filter(person=person, superseded=False), "has_budget"),
    ]


def _row(task: Task, person: Person, today: date, *, decides: bool) -> dict[str, Any] | None:
    title, text, action, page = _SAID[task.kind]
    url = address("question-decide" if decides and task.kind == "decide" else page, task.about_id)
    if not url:
        return None
    whose = "Your" if task.known_as in ("", person.known_as) else f"{task.known_as}’s"
    filled = {"title": task.title, "name": task.known_as, "money": words.pounds(task.pence), "whose": whose}
    filled["a_week"] = "" if task.is_once else " a week"
    row = {"of": task.kind, "title": title.format(**filled), "text": text.format(**filled), "action": action, "url": url}
    return {**row, **by_when(task.by, today)}


def by_when(day: date | None, today: date) -> dict[str, str]:
    """The date tag of a task: by when, or since when it is late."""
    if day is None:
        return {}
    return {"when": f"By {words.day(day)}", "kind": "wait"} if day >= today else {"when": f"Was due {words.day(day)}", "kind": "late"}


def _calls(person: Person) -> QuerySet[Any, Any]:
    """What this person is asked to pay from money in their own hands, with the week it is for and how its newest payment stands."""
    share = Subquery(MilestoneShare.objects.filter(pk=OuterRef("about_id")).values(json=JSONObject(**paying.OF_WEEK)))
    about = Concat(Value("call:"), Cast(OuterRef("pk"), CharField()))
    paid = Payment.objects.filter(about=about).order_by("-started_at", "-pk").values(json=JSONObject(kind="kind", state="state"))[:1]
    return listed(
        own_calls_to_pay(person),
        "pay",
        on="due_on",
        name="membership__cluster__name",
        pence="asked_pence",
        week=Case(When(about_kind="milestone_share", then=share), default=None),
        payment=Subquery(paid),
    )


def _payments(found: Iterable[Row], today: date) -> Iterator[dict[str, Any]]:
    for row in by_list(found, "pay"):
        paid, week = row["payment"] or {"kind": "", "state": ""}, row["week"]
        if paid["state"] in COMING:
            continue
        what = paying.week_said(week) if week else ""
        pounds = f"{words.pounds(row['pence'])} for {what or row['name']}"
        text = f"{pounds}. It is held with your name on it until you say the visits happened."
        if paid["kind"] == "bank_transfer" and paid["state"] in WAITED_FOR:
            text = f"We are waiting for your bank transfer: {pounds}."
        task = _task("pay", "Your payment is due", text, "Pay my part", "payment", row.pk)
        yield {**task, **by_when(row.day("on"), today)}


def _to_decide(found: Iterable[Row], person: Person, today: date) -> Iterator[dict[str, Any]]:
    """Questions of their groups that wait for an answer: their own, or of somebody they may decide for."""
    for row, text in deciding.said_of(found, person):
        task = _task("question_for_us", row["title"], text, "Give your answer", "group-question", row.pk)
        closes_at = row.moment("closes_at")
        yield {**task, **by_when(words.local_date(closes_at) if closes_at else None, today)}


def _groups(found: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for row in by_list(found, "invited"):
        yield _task("invited", f"{row['name']} would like you to come", "Read their rules. Then you decide.", "Read and decide", "place-join", row.pk)
    there = {row.of for row in found}
    if "inside" in there and "has_budget" not in there:
        text = "Then you can promise part of it. You see the most it can cost first."
        yield _task("budget", "Tell us about your budget", text, "Tell us", "budget-add")
    for row in by_list(found, "answer"):
        title = f"May {row['known_as']} come into {row['name']}?"
        yield _task("answer", title, "Everyone in the group answers.", "Give your answer", "place-answer", row.pk)


def _rest(found: Iterable[Row], person: Person) -> Iterator[dict[str, Any]]:
    """Free money that nothing has needed for four weeks, until they say what to do with it; and a question of their council's officer."""
    for row in by_list(found, "idle", "officer_asks"):
        if row.of == "idle":
            whose = "" if row["person"] == person.pk else f" of {row['known_as']}"
            group = words.OWN_VISITS if row["own"] else row["name"]
            text = f"{words.pounds(row['pence'])}{whose} in {group}. Send it back, or keep it here for now."
            yield _task("idle", "Some money is not needed", text, "Look at it", "money-idle-answer", row.pk)
        else:
            yield _task("officer_asks", "Your council asks something", row["words"], "Read and answer", "officer-asks", row.pk)


def _task(of: str, title: str, text: str, action: str, page: str, *args: object) -> dict[str, Any]:
    return {"of": of, "title": title, "text": text, "action": action, "url": address(page, *args)}
