"""What a group asks providers for, in words: as the group reads it, with what it can do next; as a provider does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from audit.one_question import Row, asked, by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from marketplace import policies_of_briefs as policies
from marketplace.models import Brief, BriefAmendment, BriefLot, BriefPayer, BriefQuestion
from marketplace.rules.briefs import MOST_LOTS
from marketplace.rules.wording import MOST_EASY_AGE
from marketplace.selectors.briefs import BriefPage, page
from people.models import Person
from pooling.models import Cluster
from vocabulary.models import Term

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTS = {"morning": "mornings", "afternoon": "afternoons", "evening": "evenings", "night": "nights"}
STATE = {
    "draft": "It is being written.",
    "checking": "It is being looked over. Providers do not see it yet.",
    "open": "Providers can read it and answer.",
    "closed": "No more answers. You can look at the offers now.",
    "evaluating": "You are comparing the offers.",
    "award_pending": "You chose. For a few days it can be questioned.",
    "awarded": "You chose. Now it is signed.",
    "withdrawn": "You took it back.",
    "no_award": "No offer was chosen.",
    "cancelled": "You stopped it.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The page of a brief for somebody of its group. `may`: the steps that this viewer may take now."""

    page: BriefPage
    said: str
    category: str
    rows: list[dict[str, str]]
    may: frozenset[str]
    waits_for: str
    is_hard_to_read: bool
    unanswered: list[BriefQuestion]

    @property
    def brief(self) -> Brief:
        return self.page.brief

    @property
    def parts(self) -> list[dict[str, str]]:
        """Writing another part, or one after the first again; the first is written with the rest."""
        lots, pk = self.page.lots, self.brief.pk
        found = [{"text": f"Change “{lot.title}”", "url": address("brief-part", pk, lot.number)} for lot in lots[1:]]
        more = [{"text": "Add another part", "url": address("brief-part", pk, len(lots) + 1)}] if len(lots) < MOST_LOTS else []
        return found + more

    @property
    def mine_to_answer(self) -> list[BriefPayer]:
        """Parts that this viewer may say yes or no to now."""
        decided = self.brief.state == Brief.State.CHECKING and self.brief.decided_at is not None
        return [one for one in self.page.mine if decided and one.state == BriefPayer.State.ASKED]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A brief in its group's list."""

    brief: Brief
    title: str
    said: str


def of_group(cluster: Cluster, person: Person) -> list[GroupLine]:
    """What this group asks, or asked, providers for."""
    rows = Brief.objects.visible_to(person).filter(cluster=cluster).exclude(state="cancelled", opens_at=None).prefetch_related("lots")
    return [GroupLine(row, row.lots.all()[0].title, STATE[row.state]) for row in rows.order_by("-pk")[:50]]


def shown(brief: Brief, person: Person, at: datetime) -> Shown:
    """The whole page. A fixed number of queries."""
    found = page(brief, person)
    label = Term.objects.categories().filter(slug=brief.category).values_list("label", flat=True).first() or brief.category
    may = _may(found, person, at)
    return Shown(
        page=found,
        said=STATE[brief.state],
        category=label,
        rows=rows_of(brief, found.lots),
        may=may,
        waits_for=_waits_for(found),
        is_hard_to_read=(brief.reading_age or 0) > MOST_EASY_AGE,
        unanswered=[one for one in found.questions if not one.answer],
    )


def rows_of(brief: Brief, lots: tuple[BriefLot, ...]) -> list[dict[str, str]]:
    """The words of it as questions and answers."""
    counts = [f"{one['label']}: {one['weight']} of 100" for one in brief.criteria]
    pairs = [
        ("What is hard now", brief.problem),
        ("Who it is for", brief.people_words),
        ("What should be better", brief.outcome_words),
        ("It must have", " ".join(f"{one.rstrip('.')}." for one in brief.must_haves)),
        *((lot.title, lot_said(lot)) for lot in lots),
        ("Each visit", "For all of you together" if brief.together else "For each of you, your own"),
        ("How long", f"{words.count(brief.weeks, 'week')}, from {words.day(brief.starts_on)}"),
        ("Near", brief.outcode),
        ("How you choose", "; ".join(counts)),
    ]
    return [{"key": key, "value": value} for key, value in pairs if value]


def lot_said(lot: BriefLot) -> str:
    """ "3 visits a week of 1 hour, evenings; Monday and Thursday; up to £150.00 a week"."""
    days = words.names(_DAYS[day - 1] for day in lot.weekdays)
    parts = words.names(_PARTS[part] for part in lot.parts_of_day)
    said = f"{words.count(lot.visits_per_week, 'visit')} a week of {words.duration(lot.minutes)}"
    return "; ".join(part for part in (said, parts, days, f"up to {words.pounds(lot.weekly_ceiling_pence)} a week together") if part)


def changes(rows: tuple[BriefAmendment, ...]) -> list[dict[str, str]]:
    return [{"key": words.day(row.at), "value": row.why} for row in rows]


def _may(found: BriefPage, person: Person, at: datetime) -> frozenset[str]:
    brief, state = found.brief, Brief.State
    writes = policies.may_write(by=person, cluster=brief.cluster, category=brief.category, at=at)
    checks = brief.state in {state.DRAFT, state.CHECKING, state.OPEN} and policies.may_check(by=person, brief=brief, at=at)
    looks = brief.state == state.CHECKING and policies.may_look_over(by=person, brief=brief, at=at)
    offered = {
        "write": writes and brief.state == state.DRAFT,
        "drop": writes and brief.state == state.DRAFT,
        "check": checks and brief.state == state.DRAFT,
        "back": brief.state == state.CHECKING and (looks or checks),
        "ask_us": writes and brief.state == state.CHECKING and brief.decision_id is None,
        "share_again": writes and brief.state == state.CHECKING and 0 < found.said_no < found.payers,
        "publish": looks and brief.decided_at is not None and found.is_covered,
        "answer": writes and brief.state == state.OPEN,
        "change": checks and brief.state == state.OPEN,
        "stop": writes and brief.state == state.OPEN,
        "offers": brief.state in {state.CLOSED, state.EVALUATING, state.AWARD_PENDING, state.AWARDED},
    }
    return frozenset(name for name, is_on in offered.items() if is_on)


def _waits_for(found: BriefPage) -> str:
    """What must happen before providers see it, one sentence."""
    brief = found.brief
    if brief.state == Brief.State.DRAFT:
        return "Next: the person who helps the group reads it, so that it gives nobody away."
    if brief.state != Brief.State.CHECKING:
        return ""
    if brief.decision_id is None:
        return "Next: your group answers whether to ask providers for this."
    if brief.decided_at is None:
        return "Your group is being asked. Look at the questions for you."
    if not found.is_covered:
        left = found.payers - found.said_yes - found.said_no
        return f"{words.count(found.said_yes, 'person', 'people')} said yes. {words.count(left, 'person', 'people')} still to answer."
    return "Everybody who pays has said yes. Next: somebody who did not write it reads it once more and shows it to providers."


def tasks(person: Person) -> list[dict[str, str]]:
    """What waits for this person: their own yes or no; for who helps a group, reading, showing and answering. One query."""
    return said_of(asked(*waiting(person)), person)


def waiting(person: Person) -> list[QuerySet[Any, Any]]:
    """The lists of `tasks`, for who asks more in the same question."""
    open_ = BriefPayer.objects.filter(person=person, state="asked", brief__state="checking", brief__decided_at__isnull=False)
    return [listed(open_, "brief_yes", pk="brief_id", name="brief__cluster__name", pence="ceiling_pence"), waiting_for_helper(person)]


def waiting_for_helper(person: Person) -> QuerySet[Any, Any]:
    """In the groups this person helps: a provider's question, what is written and not checked, what is ready to show."""
    rows = Brief.objects.filter(cluster__facilitator=person, state__in=["draft", "checking", "open"])
    unanswered = Exists(BriefPayer.objects.filter(brief=OuterRef("pk"), state="asked"))
    question = BriefQuestion.objects.unanswered().filter(brief=OuterRef("pk")).order_by("pk").values("pk")[:1]
    told = {"name": "cluster__name", "state": "state", "decided": "decided_at", "writer": "written_by_id"}
    return listed(rows, "brief_of_helped", **told, waits=unanswered, question=Subquery(question))


def said_of(found: Iterable[Row], person: Person) -> list[dict[str, str]]:
    """In words, what of it was asked."""
    found = list(found)
    mine = [
        _task(
            "brief_yes",
            "Do you want to pay a part?",
            f"{row['name']} wants to ask providers for help. The most it can cost you is {words.pounds(row['pence'])}.",
            "Look, and say yes or no",
            address("brief", row.pk),
        )
        for row in by_list(found, "brief_yes")
    ]
    return [*mine, *(task for row in by_list(found, "brief_of_helped") if (task := _task_of_helper(row, person)))]


def _task_of_helper(row: Row, person: Person) -> dict[str, str] | None:
    name = row["name"]
    if row["state"] == Brief.State.OPEN:
        text = f"About what {name} wants. Every provider reads the answer."
        page_ = address("brief-answer", row["question"])
        return _task("brief_question", "A provider asks something", text, "Read and answer", page_) if row["question"] else None
    if row["state"] == Brief.State.DRAFT:
        text = f"{name} wrote what they want. Does it give anybody away?"
        return _task("brief_check", "Read what they want", text, "Read it", address("brief", row.pk))
    if row["decided"] is None or row["waits"] or row["writer"] == person.pk:
        return None
    text = f"Everybody who would pay in {name} has answered."
    return _task("brief_publish", "Ready to show to providers", text, "Read it once more", address("brief", row.pk))


def _task(of: str, title: str, text: str, action: str, url: str) -> dict[str, str]:
    return {"of": of, "title": title, "text": text, "action": action, "url": url}
