"""Offers side by side for the group that asked: prices, words, checks, points and reasons, and what this person does next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.clock import london_date
from audit.one_question import Row, by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.navigation import address
from frontend.presenters.sealed import rows_of
from marketplace import policies
from marketplace.models import Agreement, Brief, Conflict, Offer, Score
from marketplace.querysets_of_offers import SEALED, in_group
from marketplace.rules.offering import Terms
from marketplace.selectors.offers import Compared, LotOffers, side_by_side
from marketplace.services.awarding import stands_from
from marketplace.services.offers import accept_by
from people.models import Person
from pooling.models import Cluster, Membership, Proposal

_STANDS = {
    "submitted": "",
    "shortlisted": "One of those you look at closely",
    "not_selected": "Not chosen",
    "selected": "You chose it. It waits for their yes",
    "accepted": "You chose it, and they said yes",
    "withdrawn": "They took it back",
    "expired": "They did not answer in time",
    "disqualified": "A check is not in place",
}
_SAID = {
    "closed": "The offers are here. First say if you know anybody who offers. Then choose which ones to look at closely.",
    "evaluating": "You are choosing. Give points, and say why. Then ask everybody.",
    "award_pending": "You have chosen. For a few days those who offered may say that it was not fair.",
    "awarded": "You have chosen, and it stands.",
    "no_award": "No offer would do.",
    "cancelled": "You stopped asking.",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One offer, with each person's points and reasons. `each_most`: what a week may cost each at most, in pence.

    `may_score`, `may_ask`: for who looks; asked once all have points.
    """

    offer: Offer
    name: str
    figure: str
    stands: str
    each: int
    each_most: int
    weekly: int
    score: int
    checks: str
    rows: list[dict[str, str]]
    given: list[dict[str, Any]]
    ties: tuple[str, ...]
    feedback: str
    may_score: bool
    may_ask: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the brief: its table and its cards. `next_said`: what happens now with its winner."""

    title: str
    columns: list[str]
    table: list[list[str]]
    cards: list[Card]
    next_said: str

    @property
    def next_up(self) -> int | None:
        """The first offer that nobody gave points to yet."""
        return next((card.offer.pk for card in self.cards if card.may_score and not card.given), None)


@dataclass(frozen=True, slots=True)
class OffersPage:
    brief: Brief
    said: str
    parts: list[Part]
    has_said_ties: bool
    has_tie: bool
    may_shortlist: bool
    may_stop: bool
    questions: list[Proposal]
    agreements: list[dict[str, Any]]
    strands: list[int]


def of(person: Person) -> QuerySet[Brief, Any]:
    """Briefs after the close, for their groups, supporters and helpers: with whether this person `has_said` their ties and has a `place` there,
    and the `strands` of those inside, as many as a picture holds.
    """
    said = Exists(Conflict.objects.filter(brief=OuterRef("pk"), person=person))
    place = Exists(Membership.objects.inside().filter(cluster=OuterRef("cluster"), person=person))
    rows = Brief.objects.exclude(state__in=[*SEALED, "withdrawn"]).filter(in_group(person, "cluster"))
    drawn = Membership.objects.inside().filter(cluster=OuterRef("cluster"), strand__isnull=False).order_by("joined_at").values("strand")[:4]
    return rows.annotate(has_said=said, has_place=place, strands=ArraySubquery(drawn)).select_related("cluster")


def page(brief: Any, person: Person, at: datetime) -> OffersPage:
    """As this person may see it, after the close. `brief`: of `of`."""
    today = london_date(at)
    lots = side_by_side(brief, person, on=today)
    running = [one.offer for lot in lots for one in lot.offers if one.offer.state in {"submitted", "shortlisted", "selected", "accepted"}]
    tied = policies.has_a_tie(person=person, offers=running)
    can = brief.has_said and not tied
    return OffersPage(
        brief=brief,
        said=_SAID.get(brief.state, ""),
        parts=[_part(brief, lot, today, can=can) for lot in lots],
        has_said_ties=brief.has_said,
        has_tie=tied,
        may_shortlist=can and brief.state == "closed",
        may_stop=can and brief.state in {"closed", "evaluating"},
        questions=_questions(brief, running),
        agreements=_agreements(lots),
        strands=brief.strands,
    )


def _questions(brief: Brief, running: list[Offer]) -> list[Proposal]:
    rows = Proposal.objects.open().filter(cluster=brief.cluster)
    about = [str(one.pk) for one in running]
    return [
        one for one in rows if (one.about_kind == "offer" and str(one.about_id) in about) or (one.about_kind == "brief" and one.about_id == brief.pk)
    ]


def _agreements(lots: list[LotOffers]) -> list[dict[str, Any]]:
    found = [getattr(one.offer, "agreement", None) for lot in lots for one in lot.offers if one.offer.is_winner]
    return [{"pk": one.pk, "title": one.title, "drafting": one.state == "drafting"} for one in found if one is not None]


def _part(brief: Any, lot: LotOffers, today: date, *, can: bool) -> Part:
    closely = [one for one in lot.offers if brief.state == "evaluating" and one.offer.state == "shortlisted"]
    may_ask = can and lot.winner is None and all(one.given for one in closely)
    cards = [_card(brief, lot, one, may_score=can and brief.has_place, may_ask=may_ask) for one in lot.offers]
    columns = ["Who", "Each of you, a week", "All of you, a week", "From", "Points"]
    cells = [[card.name, words.pounds(card.each), words.pounds(card.weekly), words.day(card.offer.starts_on), _points(card)] for card in cards]
    waits = "You can ask everybody when each one you look at closely has points." if closely and can and not may_ask and not lot.winner else ""
    return Part(lot.lot.title, columns, cells, cards, waits or _next(lot.winner, today))


def _points(card: Card) -> str:
    return f"{card.score} of 100" if card.given else "None yet"


def _next(winner: Offer | None, today: date) -> str:
    if winner is None or winner.picked_at is None:
        return ""
    stands, answer = london_date(stands_from(picked_at=winner.picked_at)), london_date(accept_by(picked_at=winner.picked_at))
    waits = f" They answer before {words.day(answer)}." if winner.state == "selected" else ""
    return f"You chose {winner.enterprise.name}.{waits}" + (f" It stands from {words.day(stands)}, if nobody objects." if today <= stands else "")


def _card(brief: Brief, lot: LotOffers, one: Compared, *, may_score: bool, may_ask: bool) -> Card:
    offer, labels = one.offer, {str(row["slug"]): str(row["label"]) for row in brief.criteria}
    terms = Terms(offer.visit_pence, offer.starts_on, tuple(offer.weekdays), offer.words, offer.people_words, offer.milestones_words)
    closely = brief.state == "evaluating" and offer.state == "shortlisted"
    return Card(
        offer=offer,
        name=one.enterprise_name,
        figure=next((worker.photo_figure for worker in offer.enterprise.workers.all() if worker.photo_figure), "plain"),
        stands="What they signed up to did not come about" if offer.fell_through_at else _STANDS[offer.state],
        each=one.each_weekly_pence,
        each_most=lot.lot.weekly_ceiling_pence // max(1, one.people),
        weekly=one.weekly_pence,
        score=one.score,
        checks=words.names(check.label for check in one.checks) if one.is_ready else "A check is missing now",
        rows=rows_of(brief, lot.lot, terms, offer.start_time, people=one.people),
        given=[{"who": row.known_as, "what": labels.get(row.criterion, row.criterion), "points": row.points, "why": row.reason} for row in one.given],
        ties=one.ties,
        feedback=offer.feedback if offer.state == "not_selected" else "",
        may_score=closely and may_score,
        may_ask=closely and may_ask,
    )


def others(offer: Offer) -> list[Offer]:
    """The other offers of the same part that stand to be chosen."""
    return list(offer.lot.offers.filter(state="shortlisted").exclude(pk=offer.pk).select_related("enterprise").order_by("pk"))


def said_before(offer: Offer, place: Membership) -> dict[str, Any]:
    """This person's points and reasons so far, as the form takes them."""
    given = Score.objects.filter(offer=offer, membership=place)
    return {key: value for one in given for key, value in ((f"points_{one.criterion}", one.points), (f"reason_{one.criterion}", one.reason))}


def for_operator(offer: Offer) -> list[dict[str, Any]]:
    """What an operator reads beside a challenge: each offer of that part as it stood, how it was scored, what its provider was told."""
    rows = offer.lot.offers.ran().select_related("enterprise").prefetch_related("scores").order_by("pk")
    return [
        {
            "key": one.enterprise.name,
            "value": f"{words.pounds(one.visit_pence)} a visit. {_STANDS[one.state] or 'Sent in'}. "
            + " ".join(f"{score.criterion} {score.points}: {score.reason}" for score in one.scores.all()),
        }
        for one in rows
    ]


def waiting_in(cluster: Cluster) -> QuerySet[Any, Any]:
    """The briefs whose offers this group is to read and choose among now."""
    return listed(Brief.objects.filter(cluster=cluster, state__in=["closed", "evaluating"]), "offers")


def waiting(person: Person) -> list[QuerySet[Any, Any]]:
    """What this person does next of the choices in their groups: say ties, go on choosing, send what was chosen to be signed."""
    rows = Brief.objects.filter(state__in=["closed", "evaluating"]).filter(in_group(person, "cluster"))
    said = Exists(Conflict.objects.filter(brief=OuterRef("pk"), person=person))
    asked = Proposal.objects.open().filter(cluster=OuterRef("cluster"), kind__in=["choose", "none_suitable", "cancel_brief"])
    drafts = Agreement.objects.filter(state="drafting", offer__isnull=False).filter(in_group(person, "cluster"))
    writes = drafts.filter(Q(cluster__facilitator=person) | Q(cluster__facilitator__isnull=True))
    return [
        listed(rows.filter(~Exists(asked)), "offers", name="cluster__name", helper="cluster__facilitator_id", has_said=said),
        listed(writes, "send_agreement", name="enterprise__name"),
    ]


def said_of(found: Iterable[Row], person: Person) -> Iterator[dict[str, Any]]:
    """In words, what of it was asked."""
    for row in by_list(found, "offers", "send_agreement"):
        if row.of == "offers":
            read = "Read them side by side. The group chooses." if row["helper"] == person.pk else "Read them side by side, and choose."
            text = read if row["has_said"] else "First say if you know anybody who offers."
            yield _task("offers", f"Offers for {row['name']}", text, "Look at the offers", "offers", row.pk)
        else:
            text = "Write what should happen if they can’t come. Then everybody is asked to sign."
            yield _task("send_agreement", f"{row['name']} said yes", text, "Write it", "agreement-send", row.pk)


def _task(of: str, title: str, text: str, action: str, page: str, *args: object) -> dict[str, Any]:
    return {"of": of, "title": title, "text": text, "action": action, "url": address(page, *args)}
