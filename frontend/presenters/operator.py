"""What an operator must look at. Operators may read our own nouns; people's words are shown as they wrote them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from audit.clock import london_date
from frontend import words
from frontend.navigation import address
from frontend.presenters import alarm_words, approvals, console, standing_by
from ledger.selectors import balances
from marketplace.models import MilestoneShare
from payments.models import Alarm, Payment, Remittance, StripeLine
from payments.services import alarms
from people.models import Concern, Council, Person
from pooling.models import Challenge
from providers.models import Check
from providers.policies import may_judge_check

SHOWN = 50
# Lists of what does not go on by itself, by what they first show.
STUCK = (
    ("alarms", "alarm", "to look at"),
    ("lines", "line", "of Stripe’s balance to explain"),
    ("operations", "call", "to Stripe without an answer"),
    ("inbox", "event", "of Stripe’s that failed ten times"),
    ("refunds", "refund", "that came back"),
    ("news", "fact", "that could not be delivered"),
)
OF_QUESTIONS = ("decide", "second_person", "decide_late")


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing goes to providers out of `where`'s money since then, and `why`, in plain words."""

    alarm_id: int
    where: str
    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Overview:
    """`rows`: what waits, as tasks, only where something does. `stopped`: where nothing goes out, and why, if so."""

    rows: list[dict[str, Any]]
    stopped: list[Stopped]
    lists: list[console.Counted]


def overview(person: Person, *, at: datetime) -> Overview:
    """Everything is counted in one query."""
    tasks = standing_by.tasks(person)
    first = {one.name: console.narrowed(one, one.find(person, at), one.first) for one in console.LISTINGS.values() if one.first}
    more: dict[str, QuerySet[Any]] = {
        "concerns": Concern.objects.visible_to(person).open(),
        "papers": Check.objects.visible_to(person).waiting_for(person),
        "people": Person.objects.filter(sureness="said", is_active=True),
        "going": Remittance.objects.visible_to(person).filter(state__in=OPEN),
        "challenged": Challenge.objects.visible_to(person).open(),
    }
    found = console.count_all({**first, **more})
    counts = [
        ("operator-concerns", found["concerns"], "worry,worries", "told in private, not dealt with yet", "Read them"),
        ("operator-papers", found["papers"], "paper", "of providers to look at", "Look at papers"),
        ("operator-questions", sum(one.kind_of in OF_QUESTIONS for one in tasks), "question", "about visits to settle", "Look at questions"),
        ("operator-groups", found["challenged"], "decision", "of groups that somebody says was not made right", "Look at them"),
        ("operator-approvals", len(approvals.waiting(person, at=at)), "request", "by others for your yes", "Answer"),
        ("operator-people", found["people"], "person,people", "nobody has met yet", "See who"),
        ("operator-going", found["going"], "payment", "to providers, not out yet", "Look at them"),
    ]
    waits = [(address(page), number, noun, text, action) for page, number, noun, text, action in counts]
    waits += [(address("operator-list", name), found[name], noun, text, "Look at the list") for name, noun, text in STUCK]
    rows = [
        {"title": f"{words.count(number, *noun.split(','))} {text}", "url": url, "action": does} for url, number, noun, text, does in waits if number
    ]
    return Overview(rows, _stopped(person), console.counted(found))


def _stopped(person: Person) -> list[Stopped]:
    alarms = list(Alarm.objects.visible_to(person).open().filter(stops_releases=True).order_by("raised_at", "pk"))
    names = _council_names() if alarms else {}
    return [
        Stopped(
            alarm_id=one.pk,
            where=names.get(one.council_code, one.council_code) or "Every council",
            since=one.raised_at,
            why=words.in_pounds(one.sentence),
        )
        for one in alarms
    ]


@dataclass(frozen=True, slots=True)
class Ringing:
    """One open alarm on its own page. `place`: the title and address of where it is put right, where there is such a page.
    `ends`: how it ends where nobody closes it; "" where an operator may.
    """

    alarm: Alarm
    where: str
    sentence: str
    means: str
    place: tuple[str, str] | None
    ends: str


def ringing(alarm: Alarm) -> Ringing:
    where = _council_names().get(alarm.council_code, alarm.council_code) or "every council"
    return Ringing(alarm, where, words.in_pounds(alarm.sentence), alarm_words.meaning(alarm.kind), _place(alarm), _ends(alarm))


def _ends(alarm: Alarm) -> str:
    if not alarms.closes_by_itself(alarm):
        return ""
    return alarm_words.LINE_ENDS if alarms.is_of_open_line(alarm) else alarm_words.STANDING_ENDS


def _place(alarm: Alarm) -> tuple[str, str] | None:
    what, _, line_id = alarm.about.partition(":")
    if what == "line":
        is_asked = StripeLine.objects.filter(pk=line_id, state=StripeLine.State.SUSPENSE).exists()
        return "Say what the line was" if is_asked else "See the line", address("operator-thing", "lines", line_id)
    if alarm.kind in ("float_short", "not_covered"):
        return "The platform’s own money", address("operator-float")
    name = alarm_words.LISTS.get(alarm.kind)
    return (console.LISTINGS[name].title, address("operator-list", name)) if name else None


OPEN = ("waiting", "planned", "on_hold", "cancelled")
STOPPED = ("on_hold", "cancelled")


@dataclass(frozen=True, slots=True)
class PaperLine:
    """`may_judge`: this operator may answer. `is_mine`: they were the first of two to see it, and somebody else goes on."""

    check: Check
    may_judge: bool
    is_mine: bool = False

    @property
    def whose(self) -> str:
        return self.check.worker.known_as if self.check.worker else self.check.enterprise.name

    @property
    def rows(self) -> list[dict[str, str]]:
        check = self.check
        said = {
            "Provider": check.enterprise.name,
            "Whose": self.whose,
            "What": check.get_kind_display(),
            "Date on it": words.day_year(check.issued_on),
            "Last day": words.day_year(check.expires_on) if check.expires_on else "",
            "Ends in": check.reference_last4,
            "Sent in": words.day_year(check.asked_at),
            "Seen first by": f"{check.seen_by.full_name}: {check.seen_how}" if check.seen_by else "",
            "Seen first on": words.day_year(check.seen_at) if check.seen_at else "",
            **(_of_a_group(check) if check.kind == Check.Kind.COMMUNITY else {}),
        }
        return [{"key": key, "value": value} for key, value in said.items() if value]


def _of_a_group(check: Check) -> dict[str, str]:
    """Whom to ring, and what they say of themselves: there is no paper to look at, and so no number and no date on it."""
    owner = check.enterprise.owner
    return {
        "Who speaks for it": owner.full_name,
        "How to reach them": owner.phone or owner.email or "",
        "Where": check.enterprise.outcode,
        "What they say": check.enterprise.about,
        "What they give": words.names(listing.title for listing in check.enterprise.listings.all()),
        "Date on it": "",
        "Last day": "",
    }


def papers(person: Person) -> list[PaperLine]:
    """Papers to look at, oldest first."""
    related = ("enterprise", "worker", "seen_by")
    rows = Check.objects.visible_to(person).waiting().select_related(*related).order_by("asked_at", "pk")[:SHOWN]
    return [PaperLine(row, True, row.seen_by_id == person.pk) for row in rows]


def paper(check: Check, person: Person) -> PaperLine:
    return PaperLine(check, may_judge_check(by=person, check=check), check.seen_by_id == person.pk)


@dataclass(frozen=True, slots=True)
class Questions:
    """`to_do`: what an operator may do. `unasked`: people whom somebody else must ask; `by` names who."""

    to_do: list[standing_by.TaskLine]
    unasked: list[MilestoneShare]

    @property
    def any_late(self) -> bool:
        return any(one.kind_of == "decide_late" for one in self.to_do)


def questions(person: Person) -> Questions:
    related = ("milestone__agreement__cluster__facilitator", "payer__person", "portion__holder")
    unasked = MilestoneShare.objects.visible_to(person).filter(state="with_helper").select_related(*related).order_by("asked_at", "pk")[:SHOWN]
    return Questions(standing_by.tasks(person, asks=False), list(unasked))


def new_people() -> list[Person]:
    """People nobody has met, newest first."""
    return list(Person.objects.filter(sureness="said", is_active=True).order_by("-joined_at", "-pk")[:SHOWN])


def _council_names() -> dict[str, str]:
    return dict(Council.objects.values_list("pk", "name"))


@dataclass(frozen=True, slots=True)
class Going:
    """Money to providers that is not out yet, each with the last line of the audit trail; and money said yes to that waits before it."""

    payments: list[tuple[Remittance, str]]
    agreed: list[MilestoneShare]
    today: date


def going(person: Person, *, at: datetime) -> Going:
    rows = Remittance.objects.visible_to(person).filter(state__in=OPEN).select_related("payee").order_by("waiting_since", "pk")[:SHOWN]
    trail = console.trail_of(("remittance", str(one.pk)) for one in rows)
    payments = [(one, trail.get(("remittance", str(one.pk)), [""])[-1]) for one in rows]
    related = ("milestone__agreement__enterprise", "payer__person")
    agreed = MilestoneShare.objects.visible_to(person).filter(state="agreed").select_related(*related).order_by("agreed_at", "pk")[:SHOWN]
    return Going(payments, list(agreed), london_date(at))


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """The platform's own money: by council, and what was put in lately."""

    rows: list[list[str]]
    lately: list[Payment]
    names: dict[str, str]


def own_money(person: Person) -> OwnMoney:
    names = _council_names()
    found: dict[str, dict[str, int]] = {}
    for account, pence in balances(codes=("FLOAT", "FEE_COST")).items():
        found.setdefault(account.council, {})[account.code] = pence
    rows = [
        [names.get(code, code), words.pounds(sums.get("FLOAT", 0)), words.pounds(sums.get("FEE_COST", 0))]
        for code, sums in sorted(found.items(), key=lambda one: names.get(one[0], one[0]))
    ]
    lately = Payment.objects.visible_to(person).filter(kind="top_up").order_by("-started_at")[:10]
    return OwnMoney(rows, list(lately), names)
