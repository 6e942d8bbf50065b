"""A provider's own pages: today, what needs doing, their money by week and by bank day, what papers are left."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Q, QuerySet, When, prefetch_related_objects

from audit.clock import london_date
from audit.kept import answers
from audit.one_question import Row, asked_of, rows, together
from frontend import words
from frontend.navigation import address
from frontend.presenters import booking_tasks, sealed
from frontend.presenters.doing import by_when
from frontend.presenters.provider_visits import DayVisit, PartLine, parts_of, soon_and_late
from frontend.presenters.wanted import WantedPage
from frontend.presenters.wanted import near as wanted_near
from marketplace.models import Milestone, MilestoneShare
from marketplace.rules.dates import NO_ANSWER_DAYS
from marketplace.selectors import Task, provider_money
from marketplace.selectors.helping import tasks_among, waiting_as_provider
from marketplace.selectors.paying import ProviderMoney, money_among, shares_listed
from payments import selectors as payments
from payments.selectors import RemittanceSeen
from people.models import Person
from providers.models import Enterprise, Listing, Worker
from providers.selectors import CheckLeft, what_is_left
from vocabulary.models import Term

# kind of task: title, what is said of it, what the button says, name of the page
_TASKS = {
    "sign_as_provider": ("Say yes or no: {title}", "People near you chose you. It is {money}{a_week}.", "Look at it", "provider-agreement"),
    "send_week_in": ("Send the week in: {title}", "Then we ask each person if it happened.", "Look at the week", "provider-week"),
    "short_week": ("Not all of it is covered: {title}", "Say if you come for those who are covered.", "Look at the week", "provider-week"),
    "reply": ("{name}’s visit was not confirmed: {title}", "It is about {money}. Say how it was.", "Answer", "question"),
}
WEEKS_SHOWN = 12
_LEFT = {
    "missing": "Not shown yet",
    "waiting": "We are looking at it",
    "seen_once": "One of us saw it. A second person must see it too",
    "refused": "We could not take it",
    "live": "In place",
    "run_out": "Has run out",
}
SOON = timedelta(days=42)


def strand_of(enterprise: Enterprise) -> int:
    """The strand that stands for a provider on every page."""
    return 4 + enterprise.pk % 3


# --- papers ---


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper that the work needs, for the owner."""

    kind: str
    label: str
    whose: str
    worker_id: int | None
    said: str
    is_live: bool
    may_ask: bool
    ends: date | None


def papers(enterprise: Enterprise, on: date) -> list[Paper]:
    """What the services of this provider need, and how each stands; before there is a service, what everybody needs."""
    prefetch_related_objects([enterprise], "workers", "checks")
    categories = answers(_categories, enterprise)
    found = what_is_left(enterprise, categories=[one for one in categories if one.is_sold] or categories, on=on)
    names = {worker.pk: worker.known_as for worker in enterprise.workers.all() if worker.state == Worker.State.ACTIVE}
    return [_paper(one, names) for one in found]


def _categories(enterprise: Enterprise) -> QuerySet[Any]:
    sold = Q(pk__in=Listing.objects.filter(enterprise=enterprise).values("category_id"))
    return Term.objects.categories().filter(sold | Q(slug="garden_repairs")).annotate(is_sold=Case(When(sold, then=True), default=False))


def _paper(left: CheckLeft, names: dict[int, str]) -> Paper:
    said = f"{_LEFT[left.state]}: {left.refused_reason}" if left.state == "refused" else _LEFT[left.state]
    if left.state == "live" and left.expires_on:
        said = f"In place until {words.day_year(left.expires_on)}"
    whose = names.get(left.worker_id, "") if left.worker_id else ""
    may_ask = left.state not in {"waiting", "seen_once"}
    return Paper(left.kind, left.label, whose, left.worker_id, said, left.state == "live", may_ask, left.expires_on)


# --- money ---


@dataclass(frozen=True, slots=True)
class MoneyWeek:
    """One week: who said yes, and when their money is in the bank."""

    milestone: Milestone
    parts: list[PartLine]
    bank_said: str
    waiting_said: str


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """Held or promised for weeks to come and asked; on its way; in the bank.

    `ordered_pence`: of what is on its way, paid by an order whose money is not here yet. `month_pence`: in the bank this month.
    """

    coming_pence: int
    by_order_pence: int
    questioned_pence: int
    going_pence: int
    ordered_pence: int
    bank_pence: int
    month_pence: int
    next_bank: date | None
    moves: list[RemittanceSeen]
    weeks: list[MoneyWeek]


def money(enterprise: Enterprise, today: date) -> MoneyPage:
    """Every pound of it, once, and the newest weeks."""
    moves = payments.remittances_of(enterprise.payee_id, today=today) if enterprise.payee_id else []
    return _money(provider_money(enterprise), moves, _weeks(enterprise, moves, today), today)


def _money(totals: ProviderMoney, moves: list[RemittanceSeen], weeks: list[MoneyWeek], today: date) -> MoneyPage:
    """What has reached the bank is counted by the day Stripe's transfer usually takes."""
    arrived = [one for one in moves if one.state == "paid" and one.bank_on and one.bank_on <= today]
    going = [one for one in moves if one.bank_on and one.bank_on > today]
    bank = sum(one.pence for one in arrived)
    return MoneyPage(
        coming_pence=totals.coming_pence,
        by_order_pence=totals.by_order_pence,
        questioned_pence=totals.questioned_pence,
        going_pence=totals.agreed_pence + totals.going_pence + totals.paid_pence - bank,
        ordered_pence=totals.ordered_pence,
        bank_pence=bank,
        month_pence=sum(one.pence for one in arrived if one.bank_on and (one.bank_on.year, one.bank_on.month) == (today.year, today.month)),
        next_bank=min((one.bank_on for one in going if one.bank_on), default=None),
        moves=moves,
        weeks=weeks,
    )


def _weeks(enterprise: Enterprise, moves: Iterable[RemittanceSeen], today: date) -> list[MoneyWeek]:
    rows = MilestoneShare.objects.to_enterprise(enterprise.pk).exclude(milestone__state__in=["planned", "funding_due", "short", "cancelled"])
    related = rows.select_related("milestone__agreement", "payer__person").order_by("-milestone__starts_on", "-milestone_id", "payer_id", "pk")
    found: dict[int, list[MilestoneShare]] = defaultdict(list)
    for share in related:
        found[share.milestone_id].append(share)
    by_share = {one.about: one for one in moves}
    return [_week(shares, by_share, today) for shares in list(found.values())[:WEEKS_SHOWN]]


def _week(shares: list[MilestoneShare], moves: dict[str, RemittanceSeen], today: date) -> MoneyWeek:
    going = [(move.bank_on, share.paid_pence) for share in shares if (move := moves.get(f"share:{share.pk}")) and move.bank_on]
    asked = [share for share in shares if share.state in {"asked", "with_helper"}]
    said = ""
    if going:
        pence, last = sum(pence for _, pence in going), max(day for day, _ in going)
        said = f"{words.pounds(pence)} {'was' if last <= today else 'will be'} in your bank by {words.day(last)}."
    names = words.names(dict.fromkeys(share.payer.person.known_as for share in asked))
    hear = max((london_date(share.asked_at) for share in asked if share.asked_at), default=None)
    waiting = f"We are asking {names}. You hear by {words.day(hear + timedelta(days=NO_ANSWER_DAYS))}." if hear else ""
    return MoneyWeek(shares[0].milestone, parts_of(shares), said, waiting)


# --- today ---


@dataclass(frozen=True, slots=True)
class TodayPage:
    enterprise: Enterprise
    is_owner: bool
    today: list[DayVisit]
    next_up: list[DayVisit]
    late: list[DayVisit]
    next_day: str
    tasks: list[dict[str, Any]]
    money: MoneyPage | None
    held_by: list[int]
    papers: list[Paper]
    strand: int
    soon: date
    wanted: WantedPage | None = None

    @property
    def heading(self) -> str:
        number = len(self.today)
        return "No visits today" if not number else "One visit today" if number == 1 else f"{words.count(number, 'visit')} today"

    @property
    def missing(self) -> list[Paper]:
        return [paper for paper in self.papers if not paper.is_live]

    @property
    def ending(self) -> list[Paper]:
        """Papers that end in the next weeks."""
        return [paper for paper in self.papers if paper.is_live and paper.ends and paper.ends <= self.soon]


def today(enterprise: Enterprise, person: Person, at: datetime) -> TodayPage:
    """The provider's start. Somebody who works there and does not own it sees visits only. On a day without a visit: those of the next."""
    day = london_date(at)
    is_owner = enterprise.owner_id == person.pk
    visits, late = soon_and_late(enterprise, day + timedelta(days=13), at)
    asks = asked_of(_waiting, enterprise, person, day) if is_owner else []
    return TodayPage(
        enterprise=enterprise,
        is_owner=is_owner,
        today=(now := [one for one in visits if one.visit.on == day]),
        next_up=[] if now else _next_up(visits, day),
        late=late,
        next_day=_next_day(visits, day),
        tasks=_tasks(enterprise, person, asks, day) if is_owner else [],
        money=_money(money_among(asks), payments.remittances_among(asks, today=day), [], day) if is_owner and not enterprise.is_community else None,
        held_by=sorted({row["strand"] or 1 for row in asks if row.of == "held"}),
        papers=papers(enterprise, day) if is_owner else [],
        strand=strand_of(enterprise),
        soon=day + SOON,
        # Who can't be found yet has nobody to visit: they read what people near them want instead.
        wanted=wanted_near(enterprise.outcode) if is_owner and enterprise.state == Enterprise.State.DRAFT else None,
    )


def _waiting(enterprise: Enterprise, person: Person, day: date) -> QuerySet[Any, Any]:
    booked = booking_tasks.waiting_as_provider(person, today=day)
    return together(*waiting_as_provider(person, today=day), *booked, sealed.waiting(enterprise), *_about(enterprise))


def _about(enterprise: Enterprise) -> list[QuerySet[Any, Any]]:
    """Whose money is held for this provider now, whether anything is on sale, what went and goes to them."""
    held = MilestoneShare.objects.to_enterprise(enterprise.pk).filter(state__in=["covered", "asked", "with_helper"], hold__isnull=False)
    moves = payments.remittances_listed(Enterprise.objects.filter(pk=enterprise.pk).values("payee"))
    sold = Listing.objects.filter(enterprise=enterprise)
    return [rows(held, "held", strand="membership__strand"), rows(sold, "listing"), shares_listed(enterprise), moves]


def _tasks(enterprise: Enterprise, person: Person, asks: list[Row], day: date) -> list[dict[str, Any]]:
    found = [*sealed.said_of(asks), *booking_tasks.said_of(asks, person), *(_task(task, day) for task in tasks_among(asks) if task.kind in _TASKS)]
    if not enterprise.can_be_paid and not enterprise.is_community:
        text = "Stripe, our payment firm, asks you for it on its own page. We never see your bank details."
        found.append({"title": "Say where to send your money", "text": text, "action": "Do it", "url": address("provider-bank")})
    if not any(row.of == "listing" for row in asks):
        text = "People find you by what you do."
        found.append({"title": "Say what you do and what it costs", "text": text, "action": "Do it", "url": address("provider-service-new")})
    return found


def _task(task: Task, day: date) -> dict[str, Any]:
    title, text, action, page = _TASKS[task.kind]
    filled = {"title": task.title, "name": task.known_as, "money": words.pounds(task.pence), "a_week": "" if task.is_once else " a week"}
    row = {"title": title.format(**filled), "text": text.format(**filled), "action": action, "url": address(page, task.about_id)}
    return {**row, **by_when(task.by, day)}


def _next_up(visits: list[DayVisit], day: date) -> list[DayVisit]:
    """The visits of the next day that has some."""
    later = [one for one in visits if one.visit.on > day and one.stands in {"to_come", "not_ready"}]
    first = min((one.visit.on for one in later), default=None)
    return [one for one in later if one.visit.on == first]


def _next_day(visits: list[DayVisit], day: date) -> str:
    """ "Tomorrow: 3 visits"."""
    found = _next_up(visits, day)
    if not found:
        return ""
    first = found[0].visit.on
    name = "Tomorrow" if first == day + timedelta(days=1) else words.day(first)
    return f"{name}: {words.count(len(found), 'visit')}"
