"""A service on offer, and an agreement, in words. Each payer sees their own pence, the total, and how many pay."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from audit.kept import answers
from frontend import words
from marketplace import selectors
from marketplace.models import Agreement, Milestone, Payer
from marketplace.querysets import people_seen_by
from marketplace.selectors.agreements import AgreementView, OwnPart
from people.models import Person
from pooling.models import Cluster
from pooling.selectors.groups import strands_in

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHARE = {
    "planned": "Not paid for yet.",
    "covered": "Paid for, held until you say it happened.",
    "dropped": "Left out. You pay nothing.",
    "asked": "Did it happen? Tell us.",
    "with_helper": "Somebody will ask you about it.",
    "agreed": "You said yes. It is being paid.",
    "questioned": "You asked about it. That part waits.",
    "decided": "Settled.",
    "released": "Paid.",
    "queried_late": "Paid without your answer. Two people look at what was wrong.",
    "recovering": "Paid. Two people asked it back from the provider.",
    "returned": "Came back to you.",
}
_SAID = {
    "drafting": "Being written. Then everybody is asked to sign.",
    "with_parties": "Waiting for everybody’s yes.",
    "half_signed": "Nearly there.",
    "active": "Going.",
    "suspended": "Stopped for now. No new visits until we write to you.",
    "ending": "Ending. The last weeks are being finished.",
    "void": "It did not come about.",
    "completed": "Over. Everything is settled.",
    "terminated": "Ended early. Everything is settled.",
}


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week of an agreement, for the person who looks."""

    number: int
    starts_on: date
    ends_on: date
    said: str
    share_id: int | None
    pence: int


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """`mine`: the part of who looks, or of somebody they help. `waits`: the parts they may say yes or no for, their own first."""

    view: AgreementView
    agreement: Agreement
    when: str
    said: str
    rows: list[dict[str, str]]
    mine: OwnPart | None
    weeks: list[WeekLine]
    keep_going: list[dict[str, str]]
    bands: list[str]
    is_provider: bool
    strands: list[int]
    waits: list[OwnPart]

    @property
    def whose(self) -> str:
        """Whose part `mine` is, where it is not that of who looks."""
        return "" if self.mine is None or self.mine.is_own else self.mine.known_as


@dataclass(frozen=True, slots=True)
class Line:
    """An agreement on the group's page."""

    pk: int
    title: str
    sentence: str
    wait: str
    wait_kind: str


def days_of(weekdays: Iterable[int]) -> str:
    """ "Tuesdays and Thursdays"."""
    return words.names(f"{DAY_NAMES[day - 1]}s" for day in weekdays)


def when_of(agreement: Agreement) -> str:
    """ "Tuesdays and Thursdays at 10am, 1 hour, 12 weeks from Tuesday 3 March"; of a single visit "Wednesday 18 March at 10am, 1 hour"."""
    days = days_of(agreement.weekdays)
    at_time = f" at {words.clock(agreement.start_time)}" if agreement.start_time else ""
    if agreement.is_once:
        return f"{words.day(agreement.starts_on)}{at_time}, {words.duration(agreement.minutes)}"
    return f"{days}{at_time}, {words.duration(agreement.minutes)}, {words.count(agreement.weeks, 'week')} from {words.day(agreement.starts_on)}"


def lines(cluster: Cluster, person: Person) -> list[Line]:
    """The group's agreements that this person may see and that still matter, newest first. One query."""
    return [_line(one) for one in answers(_seen, cluster, person)]


def _seen(cluster: Cluster, person: Person) -> QuerySet[Any]:
    seen = Agreement.objects.visible_to(person).filter(cluster=cluster).exclude(state__in=["void", "completed", "terminated"])
    asked = Payer.objects.filter(agreement=OuterRef("pk"), state=Payer.State.ASKED, person__in=people_seen_by(person))
    return seen.annotate(asks=Exists(asked)).select_related("enterprise").order_by("-pk")


def _line(agreement: Any) -> Line:
    """`agreement`: with whether it still `asks` who looks, or somebody they help."""
    wait = "Your yes or no" if agreement.asks and agreement.is_open_to_sign else "Waiting for the others" if agreement.is_open_to_sign else ""
    sentence = f"{agreement.enterprise.name}. {when_of(agreement)}. {_SAID[agreement.state]}"
    return Line(agreement.pk, agreement.title, sentence, wait, "wait")


def page(agreement: Agreement, person: Person, today: date, *, of: int = 0, signs_for: Collection[int] = ()) -> AgreementPage:
    """The agreement as this person may see it.

    `of`: the person, by number, whose part is shown, where it is not that of who looks. `signs_for`: those they may say yes for.
    """
    view = selectors.agreement_view(agreement, person, today=today)
    parts = sorted(view.mine, key=lambda part: (part.person_id != of, not part.is_own))
    mine = parts[0] if parts else None
    waits = [part for part in parts if part.state == Payer.State.ASKED and (part.is_own or part.person_id in signs_for)]
    return AgreementPage(
        view=view,
        agreement=agreement,
        when=when_of(agreement),
        said=_SAID.get(agreement.state, ""),
        rows=_rows(agreement, view),
        mine=mine,
        weeks=_weeks(agreement, mine),
        keep_going=_keep_going(agreement) if mine or view.agreement.enterprise.owner_id == person.pk else [],
        bands=bands_said(agreement),
        is_provider=agreement.enterprise.owner_id == person.pk,
        strands=strands_in(agreement.cluster_id),
        waits=waits if agreement.is_open_to_sign else [],
    )


def _rows(agreement: Agreement, view: AgreementView) -> list[dict[str, str]]:
    price = words.pounds(agreement.visit_pence)
    what = "" if view.payers == 1 else " for all of you together" if agreement.together else " for each person’s own visit"
    all_ = "All of you together" if agreement.is_once else "All of you together, a week"
    rows = [
        {"key": "Who comes", "value": agreement.enterprise.name},
        {"key": "What", "value": agreement.title},
        {"key": "When", "value": when_of(agreement)},
        {"key": "Price of a visit", "value": f"{price}{what}"},
        {"key": all_, "value": f"{words.pounds(view.weekly_pence)}, paid by {words.count(view.payers, 'person', 'people')}"},
        {"key": "To stop", "value": f"Say so {words.count(agreement.notice_days, 'day')} before" if agreement.notice_days else "Say so on any day"},
    ]
    # One visit is called off, not stopped; and who pays alone reads one price.
    return [row for row in rows if not (agreement.is_once and row["key"] == "To stop") and not (view.payers == 1 and row["key"] == all_)]


def bands_said(agreement: Agreement) -> list[str]:
    """What calling a visit off late costs, in sentences, longest notice first."""
    bands = sorted(agreement.bands, key=lambda band: -int(band["under_hours"]))
    if not bands:
        return ["You can call off any visit. You do not pay."]
    said = [f"If you call a visit off {words.duration(60 * int(bands[0]['under_hours']))} or more before, you do not pay."]
    for band in bands:
        part = {100: "all", 50: "half"}.get(int(band["percent"]), f"{band['percent']}%")
        late, most = words.duration(60 * int(band["under_hours"])), words.duration(int(band["of_minutes"]))
        said.append(f"Less than {late} before: the provider keeps {part} of it, of at most {most}.")
    return said


def _keep_going(agreement: Agreement) -> list[dict[str, str]]:
    plan = agreement.keep_going
    return [{"key": "Who to ring", "value": plan.get("who_to_ring", "")}, {"key": "What should happen", "value": plan.get("what_i_want", "")}]


def _weeks(agreement: Agreement, mine: OwnPart | None) -> list[WeekLine]:
    weeks = Milestone.objects.filter(agreement=agreement).prefetch_related("shares").order_by("number")
    found = []
    for week in weeks:
        share = next((one for one in week.shares.all() if mine and one.membership_id == mine.membership_id and one.split_from_id is None), None)
        said = _SHARE[share.state] if share else ""
        found.append(WeekLine(week.number, week.starts_on, week.ends_on, said, share.pk if share else None, share.pence if share else 0))
    return found
