"""A provider's own offers in words: what near them can be answered, how each of theirs stands, what can be done now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Q, QuerySet

from audit.clock import london_date
from audit.one_question import Row, by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from frontend.presenters.agreements import DAY_NAMES
from marketplace.models import Brief, BriefLot, Offer
from marketplace.rules.offering import Terms, most_visit_pence, weekly_pence
from marketplace.selectors.offers import filled_in, is_beside
from marketplace.services.awarding import stands_from
from marketplace.services.offers import accept_by
from providers.models import Enterprise
from vocabulary.models import Term

_STANDS = {
    "draft": "Not sent in yet",
    "submitted": "Sent in. Nobody reads it before they close",
    "shortlisted": "The group looks at it",
    "not_selected": "Not chosen this time",
    "selected": "They chose you",
    "accepted": "They chose you, and you said yes",
    "withdrawn": "You took it back",
    "expired": "You did not answer in time",
    "disqualified": "A check was not in place",
}


_LISTED = ("pk", "category", "outcode", "weekly_ceiling_pence", "weeks", "people", "closes_at")


@dataclass(frozen=True, slots=True)
class WantedLine:
    """Something a group near asks for, that this provider may answer."""

    brief_id: int
    title: str
    said: str
    closes: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One of the provider's own offers."""

    pk: int
    title: str
    said: str
    waits: bool


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One offer and what can be done with it now. `may`: send, change, pull_out, accept, come_back, object."""

    offer: Offer
    title: str
    said: str
    rows: list[dict[str, str]]
    may: frozenset[str]
    feedback: str
    answer: str
    until: date | None
    agreement_id: int | None


@dataclass(frozen=True, slots=True)
class ReadyOffer:
    """An offer as it would be sent in with one press, filled in from the provider's own service. `offer_id`: begun already."""

    lot: BriefLot
    rows: list[dict[str, str]]
    offer_id: int | None


def wanted(enterprise: Enterprise, at: datetime) -> list[WantedLine]:
    """What can be answered now, the first to close first. The brief's own page tells the rest."""
    rows = Brief.objects.visible_to_enterprise(enterprise, london_date(at)).filter(closes_at__gt=at).order_by("closes_at", "pk")
    briefs = list(rows.annotate(people=Count("payers", filter=~Q(payers__state="no"))).values_list(*_LISTED))
    labels = dict(Term.objects.filter(kind=Term.Kind.CATEGORY).values_list("slug", "label"))
    return [
        WantedLine(pk, f"{labels.get(category, category)}, {outcode}", _asks(weekly, weeks, people), f"Until {words.day(closes_at)}")
        for pk, category, outcode, weekly, weeks, people, closes_at in briefs
    ]


def _asks(weekly: int, weeks: int, people: int) -> str:
    return f"{words.count(people, 'person', 'people')}, {words.count(weeks, 'week')}. They can pay up to {words.pounds(weekly)} a week."


def mine(enterprise: Enterprise) -> list[OfferLine]:
    """The provider's offers, those that wait for an answer first, then the newest."""
    rows = Offer.objects.filter(enterprise=enterprise).select_related("lot", "brief").order_by("-pk")[:50]
    lines = [OfferLine(one.pk, f"{one.lot.title}, {one.brief.outcode}", f"{_stands(one)}.", one.state == Offer.State.SELECTED) for one in rows]
    return sorted(lines, key=lambda line: not line.waits)


def _stands(offer: Offer) -> str:
    if offer.state == Offer.State.DRAFT and offer.brief.state != Brief.State.OPEN:
        return "Never sent in. It is closed now"
    if offer.fell_through_at is not None:
        return "They chose you, but it did not come about"
    if offer.state == Offer.State.SHORTLISTED and offer.brief.state == Brief.State.AWARD_PENDING:
        return "The group chose another"
    return _STANDS[offer.state]


def page(offer: Offer, at: datetime) -> OfferPage:
    """One of their own offers."""
    beside = is_beside(offer)
    told = offer.state == Offer.State.NOT_SELECTED or beside
    agreement = getattr(offer, "agreement", None)
    return OfferPage(
        offer=offer,
        title=f"{offer.lot.title}, {offer.brief.outcode}",
        said=_stands(offer),
        rows=rows_of(offer.brief, offer.lot, _terms(offer), offer.start_time),
        may=_may(offer, beside, at),
        feedback=offer.feedback if told else "",
        answer=offer.challenge_answer,
        until=_until(offer, beside),
        agreement_id=agreement.pk if agreement is not None and agreement.state != "drafting" else None,
    )


def _until(offer: Offer, beside: bool) -> date | None:
    if offer.state == Offer.State.SELECTED and offer.picked_at is not None:
        return london_date(accept_by(picked_at=offer.picked_at))
    if beside:
        winner = offer.lot.offers.winners().first()
        return london_date(stands_from(picked_at=winner.picked_at)) if winner is not None and winner.picked_at is not None else None
    return None


def _may(offer: Offer, beside: bool, at: datetime) -> frozenset[str]:
    is_open = offer.brief.state == Brief.State.OPEN and offer.brief.closes_at is not None and at < offer.brief.closes_at
    again = offer.state == Offer.State.NOT_SELECTED and offer.brief.state == Brief.State.EVALUATING and offer.reopened_at is None
    lot = offer.lot.offers
    could_again = again and lot.filter(picked_at__isnull=False).exists() and not lot.winners().exists()
    checked = [
        ("send", offer.state == Offer.State.DRAFT and is_open),
        ("change", offer.may_change and is_open),
        ("pull_out", offer.state in {"draft", "submitted", "shortlisted"} and not beside),
        ("accept", offer.state == Offer.State.SELECTED),
        ("come_back", could_again),
        ("object", beside and offer.challenge == Offer.Challenge.NONE),
    ]
    return frozenset(name for name, may in checked if may)


def ready(brief: Brief, enterprise: Enterprise) -> list[ReadyOffer]:
    """Each part of a brief, with the offer that one press would send."""
    begun = {one.lot_id: one for one in Offer.objects.filter(brief=brief, enterprise=enterprise).exclude(state=Offer.State.WITHDRAWN)}
    found = []
    for lot in brief.lots.order_by("number"):
        offer = begun.get(lot.pk)
        terms, start = (_terms(offer), offer.start_time) if offer is not None else filled_in(brief=brief, lot=lot, enterprise=enterprise)
        found.append(ReadyOffer(lot, rows_of(brief, lot, terms, start), offer.pk if offer is not None else None))
    return found


def _terms(offer: Offer) -> Terms:
    return Terms(offer.visit_pence, offer.starts_on, tuple(offer.weekdays), offer.words, offer.people_words, offer.milestones_words)


def rows_of(brief: Brief, lot: BriefLot, terms: Terms, start: time | None, people: int | None = None) -> list[dict[str, str]]:
    """What an offer says, line by line. `people`: how many would pay, where it is known."""
    people = brief.payers.taking_part().count() if people is None else people
    weekly = weekly_pence(visit_pence=terms.visit_pence, visits_per_week=lot.visits_per_week, together=brief.together, people=people)
    days = words.names(f"{DAY_NAMES[day - 1]}s" for day in terms.weekdays)
    return [
        {"key": "Price of one visit", "value": words.pounds(terms.visit_pence)},
        {"key": "A week, all together", "value": words.pounds(weekly)},
        {"key": "In all, if every visit happens", "value": words.pounds(weekly * brief.weeks)},
        {
            "key": "When",
            "value": f"{days}{_at(start)}, {words.duration(lot.minutes)}, {words.count(brief.weeks, 'week')} from {words.day(terms.starts_on)}",
        },
        {"key": "How", "value": terms.words},
        {"key": "Who comes", "value": terms.people_words},
        {"key": "What is done by when", "value": terms.milestones_words},
    ]


def _at(start: time | None) -> str:
    return f" at {words.clock(start)}" if start is not None else ""


def most_for(offer: Offer) -> int:
    """The dearest visit that fits the brief."""
    brief, lot = offer.brief, offer.lot
    return most_visit_pence(
        weekly_ceiling_pence=lot.weekly_ceiling_pence,
        visits_per_week=lot.visits_per_week,
        together=brief.together,
        people=brief.payers.taking_part().count(),
    )


def waiting(enterprise: Enterprise) -> QuerySet[Any, Any]:
    """What waits for the owner: who chose them, until when."""
    return listed(Offer.objects.filter(enterprise=enterprise, state=Offer.State.SELECTED), "chosen", on="picked_at", title="lot__title")


def said_of(found: Iterable[Row]) -> list[dict[str, str]]:
    """In words, what of it was asked."""
    return [
        {
            "title": f"They chose you: {row['title']}",
            "text": "Say yes or no. You sign nothing yet.",
            "action": "Look at it",
            "url": address("offer", row.pk),
            "when": f"By {words.day(accept_by(picked_at=picked_at))}",
            "kind": "wait",
        }
        for row in by_list(found, "chosen")
        if (picked_at := row.moment("on"))
    ]
