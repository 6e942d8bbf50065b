"""One person's week of visits: what was written down, what they are asked, what their answer does to their money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from audit.clock import london_date
from frontend import words
from frontend.presenters import late, paths
from frontend.presenters.paths import payer_of
from marketplace.models import Milestone, MilestoneShare, Visit, VisitPart
from marketplace.policies import may_say_it_happened
from marketplace.rules.dates import answer_by
from marketplace.rules.silence import ANSWER_WORKING_DAYS, why_silence_may_not_pay
from marketplace.selectors import silence_facts
from people.models import Person
from places.calendar import add_working_days

_ABOUT_NOTICES = {"too_few_notices", "no_notice_that_reaches"}  # they are still to go out, so they say nothing yet
_ANSWERS = {"yes": "Yes, it happened", "part": "Part of it happened", "no": "No, it did not happen", "not_sure": "Not sure"}
_WAITS = {
    "money": "It is paid as soon as the money from {payer} is here.",
    "second_person": "It is a large sum, so somebody else must agree first. We have asked.",
    "checks": "We are looking at a check that was needed that day. It waits until then.",
    "payee": "{provider} has not told us yet where to send it.",
    "group": "Your group is stopped for now. It is paid when the group goes on.",
}


@dataclass(frozen=True, slots=True)
class AskedVisit:
    """One visit that somebody came to, for the person who is asked about it. `field`: its name in the form."""

    part: VisitPart
    said: str
    note: str
    who: str
    minutes: int

    @property
    def field(self) -> str:
        return f"visit_{self.part.pk}"

    @property
    def on(self) -> date:
        return self.part.visit.on

    @property
    def pence(self) -> int:
        return self.part.pence

    def accepted_pence(self, minutes: int) -> int:
        """What so many minutes of it come to, rounded down to the penny."""
        return self.part.pence * minutes // self.minutes

    @property
    def lengths(self) -> list[int]:
        """Shorter lengths to choose from, in minutes: each comes to more than nothing and less than all of it."""
        step = 15 if self.minutes > 15 else 5
        return [each for each in range(step, self.minutes, step) if 0 < self.accepted_pence(each) < self.part.pence]

    @property
    def answered(self) -> str:
        return _ANSWERS.get(self.part.answer, "")


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of the person's week: how much, where it is. `question_id`: the page on which people talk about it."""

    state: str
    pence: int
    said: str
    question_id: int | None = None


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A person's week. `held_pence`: what is asked about now; `pence`: all of their week.

    `wrong`: what was paid without their answer and whoever looks may say was wrong.
    """

    share: MilestoneShare
    person: Person
    is_mine: bool
    provider: str
    payer: str
    heading: str
    lead: str
    visits: list[AskedVisit]
    pieces: list[Piece]
    steps: list[dict[str, str]]
    pence: int
    answer_by: date | None
    silence: str
    may_answer: bool
    why_not: str
    wrong: list[MilestoneShare]

    @property
    def strand(self) -> int:
        return self.share.membership.strand or 1

    @property
    def week(self) -> Milestone:
        return self.share.milestone

    @property
    def already(self) -> dict[str, Any]:
        """Answers given before, to show again."""
        return {visit.field: visit.part.answer for visit in self.visits if visit.part.answer} | {"words": self.share.question}

    @property
    def told(self) -> list[tuple[AskedVisit, str]]:
        """Each visit once, with what the person said of it: one accepted in part is two parts of the money."""
        found: dict[int, list[AskedVisit]] = {}
        for visit in self.visits:
            found.setdefault(visit.part.visit_id, []).append(visit)
        return [(rows[0], rows[0].answered if len(rows) == 1 else _ANSWERS["part"]) for rows in found.values()]

    @property
    def questions(self) -> list[Piece]:
        """What people still talk about."""
        return [piece for piece in self.pieces if piece.state == "questioned"]

    @property
    def is_queried_late(self) -> bool:
        return any(piece.state == "queried_late" for piece in self.pieces)

    @property
    def is_asked(self) -> bool:
        return self.share.state in {"asked", "with_helper"}

    @property
    def going_pence(self) -> int:
        return sum(piece.pence for piece in self.pieces if piece.state in {"agreed", "released", "paid"})

    @property
    def is_done(self) -> bool:
        """Everything of it is answered and something of it is paid."""
        return self.going_pence > 0 and not any(piece.state in {"asked", "with_helper", "covered", "planned"} for piece in self.pieces)


def page(share: MilestoneShare, viewer: Person, at: datetime) -> WeekPage:
    """The week of this share's payer, for them or somebody who helps them. `share` comes with its milestone, agreement, payer and portion."""
    person, agreement = share.payer.person, share.milestone.agreement
    family = list(MilestoneShare.objects.filter(milestone=share.milestone, payer=share.payer).select_related("call").order_by("pk"))
    visits = visits_of([share] if share.state in {"asked", "with_helper", "covered"} else family)
    open_ = share.state in {"asked", "with_helper", "covered"} and bool(visits)
    may = may_say_it_happened(by=viewer, share=share, at=at)
    by = answer_by(asked_at=share.asked_at, working_days=ANSWER_WORKING_DAYS, add_working_days=add_working_days) if share.asked_at else None
    provider, payer = agreement.enterprise.name, payer_of(share)
    return WeekPage(
        share=share,
        person=person,
        is_mine=viewer.pk == person.pk,
        provider=provider,
        payer=payer,
        heading=_heading(share.milestone, visits if open_ else [], london_date(at)),
        lead=_lead(share, visits, provider, "you" if viewer.pk == person.pk else person.known_as) if open_ else "",
        visits=visits,
        pieces=[_piece(one, provider, payer, london_date(at)) for one in family],
        steps=paths.steps(share, by.date() if by else None, provider),
        pence=sum(one.pence for one in family),
        answer_by=by.date() if by else None,
        silence=_silence(share, by.date(), at) if by and share.state == "asked" else "",
        may_answer=open_ and may,
        why_not="" if may or not open_ else f"{person.known_as} says what happened, or somebody who may for them.",
        wrong=[one for one in family if may and late.may_still_be_questioned(one, at)],
    )


def visits_of(shares: Iterable[MilestoneShare]) -> list[AskedVisit]:
    """The visits that these parts of a week are for, in order."""
    parts = VisitPart.objects.filter(share__in=[one.pk for one in shares], is_away=False, visit__state__in=["done", "not_recorded"]).select_related(
        "visit__worker"
    )
    return [_asked(part) for part in parts.order_by("visit__on", "visit__number")]


def _asked(part: VisitPart) -> AskedVisit:
    visit = part.visit
    who = visit.worker.known_as if visit.worker else "Somebody"
    return AskedVisit(part=part, said=times_of(visit), note=part.note, who=who, minutes=visit.minutes or visit.planned_minutes)


def times_of(visit: Visit) -> str:
    """ "10am to 11am, 1 hour"; when it was written down later it says so."""
    if visit.started_at is None or visit.finished_at is None:
        return words.duration(visit.planned_minutes)
    said = f"{words.clock(visit.started_at)} to {words.clock(visit.finished_at)}, {words.duration(visit.minutes or 0)}"
    return said if visit.recorded_at_the_time else f"{said}, written down later"


def _heading(week: Milestone, visits: list[AskedVisit], today: date) -> str:
    if not visits:
        return f"Your visit on {words.day(week.starts_on)}" if week.agreement.is_once else f"Your week from {words.day(week.starts_on)}"
    if len(visits) == 1:
        return f"Did {visits[0].who} come on {words.day(visits[0].on)}?"
    if week.starts_on <= today <= week.ends_on:
        return "Did this week’s visits happen?"
    return "Did last week’s visits happen?" if (today - week.ends_on).days <= 7 else f"Did the visits from {words.day(week.starts_on)} happen?"


def _lead(share: MilestoneShare, visits: list[AskedVisit], provider: str, to: str) -> str:
    pence = words.pounds(sum(visit.pence for visit in visits))
    wrote = f"{provider} wrote down {words.count(len(visits), 'visit')} to {to}."
    if share.covered_by == "order":
        return f"{wrote} {payer_of(share)} pays {pence} for them after the yes."
    return f"{wrote} {pence} of your money is held for them." if to == "you" else f"{wrote} {pence} of their money is held for them."


def _silence(share: MilestoneShare, by: date, at: datetime) -> str:
    """What happens if nobody answers, in the exact terms of the silence rules."""
    if set(why_silence_may_not_pay(silence_facts(share=share, at=at))) - _ABOUT_NOTICES or share.not_sure_count:
        return f"If you say nothing, it is not paid. After {words.day(by)} somebody asks you about it."
    return (
        f"If you say nothing, we ask again. After {words.day(by)} it may be paid, because it is a small sum "
        "and you said yes to them three times before. You have 28 days to tell us it was wrong."
    )


def _piece(share: MilestoneShare, provider: str, payer: str, today: date) -> Piece:
    sum_ = words.pounds(share.pence)
    if share.state == "agreed":
        waits = _WAITS.get(share.waits_for, "").format(provider=provider, payer=payer)
        return Piece("agreed", share.pence, f"{sum_} goes to {provider}. {waits}".strip() + _silently(share, today))
    if share.state in {"released", "queried_late"}:
        sent = share.sent_pence == share.pence
        state = share.state if share.state == "queried_late" else "paid" if sent else "released"
        return Piece(state, share.pence, f"{sum_} {'was paid' if sent else 'is on its way'} to {provider}." + _silently(share, today))
    if share.state == "decided":
        return Piece("decided", share.pence, _decided(share, provider, payer), share.pk)
    if share.state == "questioned":
        return Piece("questioned", share.pence, _questioned(share, sum_, provider, payer), share.pk)
    if share.state == "returned" and share.call is not None and share.call.short_for is not None:
        return Piece("returned", share.pence, f"Your bank took this payment back, so {sum_} does not go to {provider}.")
    order = share.covered_by == "order"
    said = {
        "planned": f"{sum_} is not paid in yet.",
        "covered": f"{payer} will pay {sum_} after your yes." if order else f"{sum_} is held until you say what happened.",
        "dropped": "You were left out of this week. You pay nothing.",
        "asked": "We ask you again tomorrow." if share.ask_again_on else f"{sum_} waits for your answer.",
        "with_helper": f"{sum_} waits. Somebody will ask you what happened.",
        "recovering": f"{sum_} was paid to {provider}. Two people asked {words.pounds(share.recover_pence)} of it back for you.",
        "returned": f"{sum_} is not asked for." if order else f"{sum_} is yours again.",
    }
    return Piece(share.state, share.pence, said[share.state])


def _questioned(share: MilestoneShare, sum_: str, provider: str, payer: str) -> str:
    if share.pay_decided_at is None:
        return f"{sum_} waits while you and {provider} talk about it."
    return f"Two people decided that {sum_} goes to {provider}. {_WAITS.get(share.waits_for, '').format(provider=provider, payer=payer)}".strip()


def _silently(share: MilestoneShare, today: date) -> str:
    return f" You did not answer, so the rules for small sums counted. {late.stands(share, today)}" if share.by_silence else ""


def _decided(share: MilestoneShare, provider: str, payer: str) -> str:
    pay = share.decided_pence or 0
    back = share.pence - pay
    went = "is not asked for" if share.covered_by == "order" else "is yours again"
    said = [f"{words.pounds(pay)} goes to {provider}."] if pay else []
    said += [f"{words.pounds(back)} {went}."] if back else []
    return " ".join(said + ([_WAITS["money"].format(payer=payer)] if share.waits_for == "money" else []))
