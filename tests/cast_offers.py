"""A group that asks providers, and providers that offer: played through services, each step by whoever does it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from audit.services.deliveries import deliver_due
from marketplace.models import Agreement, Brief, BriefLot, Conflict, Offer
from marketplace.services import awarding, brief_clock, briefs, choosing, needs, offer_clock, offers
from marketplace.services.briefs import BriefDraft, LotDraft
from people.models import Person
from pooling.models import Proposal
from pooling.services import proposals
from providers.models import Enterprise
from providers.services import enterprises
from tests import cast, cast_market
from tests.cast_market import KEEP_GOING, Walk

STARTS_ON = date(2026, 4, 14)
COOKING = LotDraft("Cooking and jobs at home", 2, 60, 6_000, (2, 4), ("morning",))
GARDEN = LotDraft("Help in the garden", 1, 60, 3_000)


def draft(*lots: LotDraft) -> BriefDraft:
    return BriefDraft(
        problem="Nobody cooks the food we know.",
        people_words="Three people who like the food of home.",
        outcome_words="We eat well, and we are not alone.",
        must_haves=("They cook without pork.",),
        weeks=12,
        starts_on=STARTS_ON,
        lots=lots or (COOKING,),
    )


def provider(name: str, owner: Person | None = None) -> Enterprise:
    """One more provider of help at home, with its papers seen."""
    who = owner or cast.somebody(f"{name.split()[0].lower()}@example.com", f"{name} Owner")
    made = enterprises.register(name=name, about=f"{name} helps at home.", outcode="SE15", council_code=cast.SOUTHWARK, by=who, at=cast.AT)
    cast.show_paper(made, "insurance")
    for kind in ("identity", "dbs_basic"):
        cast.show_paper(made, kind, made.workers.get())
    Enterprise.objects.filter(pk=made.pk).update(state="live")
    made.refresh_from_db()
    return made


@dataclass
class Asking:
    """A brief and what came of it. `at` is the moment it is."""

    walk: Walk
    brief: Brief
    at: datetime
    offers: dict[str, Offer] = field(default_factory=dict)

    # --- time ---

    def run(self) -> None:
        """The timers that this story needs, until nothing moves."""
        for _ in range(30):
            if not sum(timer(at=self.at) for timer in (deliver_due, proposals.advance_due, brief_clock.advance_due, offer_clock.advance_due)):
                return
        raise AssertionError("the timers never rest")

    def later(self, **days: float) -> "Asking":
        self.at += timedelta(**days)
        self.run()
        self.brief.refresh_from_db()
        return self

    def until_closed(self) -> "Asking":
        assert self.brief.closes_at is not None
        self.at = max(self.at, self.brief.closes_at)
        return self.later(seconds=1)

    # --- people ---

    @property
    def lot(self) -> BriefLot:
        return self.brief.lots.order_by("number")[0]

    def offer(self, enterprise: Enterprise, **changed: Any) -> Offer:
        """Sent in as it is filled in; `changed`: what of it is another."""
        row = offers.start_offer(lot=changed.pop("lot", self.lot), enterprise=enterprise, by=enterprise.owner, at=self.at)
        for name, value in changed.items():
            setattr(row, name, value)
        if changed:
            offers.edit(offer=row, terms=offers.terms_of(row), by=enterprise.owner, at=self.at)
        self.offers[enterprise.name] = offers.submit(offer=row, by=enterprise.owner, at=self.at)
        return self.offers[enterprise.name]

    def seen(self, name: str) -> Offer:
        """As it is now."""
        return Offer.objects.select_related("enterprise", "lot").get(pk=self.offers[name].pk)

    def no_ties(self, *people: Person) -> None:
        for person in people or (*(one.person for one in self.walk.places.values()), cast.ruth()):
            choosing.declare(brief=self.brief, person=person, ties={}, by=person, at=self.at)

    def tie(self, person: Person, name: str, kind: str = "friend") -> list[Conflict]:
        return choosing.declare(brief=self.brief, person=person, ties={self.offers[name].pk: kind}, by=person, at=self.at)

    def shortlist(self, *names: str, by: Person | None = None) -> None:
        kept = [self.offers[name] for name in names or self.offers]
        why = {one.pk: "Too far from us." for one in self.offers.values() if one not in kept}
        choosing.shortlist(brief=self.brief, chosen=kept, feedback=why, by=by or cast.ruth(), at=self.at)
        self.brief.refresh_from_db()

    def score(self, name: str, points: int = 4, who: str = "Amina") -> None:
        place = self.walk.places[who]
        given = {one["slug"]: (points, "They know our food.") for one in self.brief.criteria}
        choosing.score(offer=self.offers[name], membership=place, points=given, by=place.person, at=self.at)

    def ask(self, name: str, by: Person | None = None) -> Proposal:
        others = {one.pk: "Another knows our food better." for key, one in self.offers.items() if key != name}
        return choosing.ask_to_choose(offer=self.offers[name], feedback=others, by=by or cast.ruth(), at=self.at)

    def answer(self, question: Proposal, answer: str = "yes") -> None:
        """Everybody answers as soon as they may, and the days to challenge pass."""
        while Proposal.objects.get(pk=question.pk).state in {"draft", "discussion"}:
            self.later(days=1)
        for ballot in Proposal.objects.get(pk=question.pk).ballots.select_related("membership__person"):
            who = ballot.membership
            proposals.cast(proposal=question, membership=who, answer=answer, reason="Because.", by=who.person, at=self.at)
        self.later(days=4)

    def choose(self, name: str) -> Offer:
        self.answer(self.ask(name))
        return self.seen(name)

    def accept(self, name: str) -> Offer:
        row = self.seen(name)
        return offers.accept(offer=row, by=row.enterprise.owner, at=self.at)

    def award(self, name: str) -> Agreement:
        """Chosen, said yes to, and the days to object are over."""
        self.choose(name)
        self.accept(name)
        self.later(days=8)  # three working days, also over Easter
        return Agreement.objects.get(offer=self.offers[name])

    def send(self, agreement: Agreement) -> Agreement:
        self.walk.agreement = awarding.send(agreement=agreement, keep_going=KEEP_GOING, by=cast.ruth(), at=self.at)
        self.walk.at = self.at
        return self.walk.agreement


def opened(*lots: LotDraft) -> Asking:
    """Three people have asked, the group said yes to asking, each said yes to the most it can cost, and providers can answer."""
    walk = cast_market.walk()
    amina, ruth = cast.amina(), cast.ruth()
    need = needs.note(person=amina, category="home_jobs", outcode="SE15", council_code=cast.SOUTHWARK, by=amina, at=walk.at)
    needs.share(need=need, cluster=walk.cluster, by=amina, at=walk.at)
    brief = briefs.draft_brief(need=need, draft=draft(*lots), payers=list(walk.places.values()), by=amina, at=walk.at)
    asking = Asking(walk, brief, walk.at)
    briefs.check(brief=brief, by=ruth, at=asking.at)
    briefs.ask_group(brief=brief, by=ruth, at=asking.at)
    asking.answer(Proposal.objects.get(kind="commission"))
    for name, place in walk.places.items():
        briefs.say_yes(payer=brief.payers.get(membership=place), pledge=walk.promises[name], by=place.person, at=asking.at)
    asking.brief = briefs.publish(brief=brief, by=ruth, at=asking.at)
    return asking


def closed(*, how_many: int = 2) -> Asking:
    """Barwaaqo and others sent in an offer; the brief is closed."""
    asking = opened()
    asking.offer(cast_market.enterprise())
    for name in ("Peckham Hands", "Rye Lane Kitchen")[: how_many - 1]:
        asking.offer(provider(name), visit_pence=2_500)
    return asking.until_closed()


def scored(*, how_many: int = 2) -> Asking:
    """Everybody said their ties (none), all offers are looked at closely, and Amina and Yusuf gave points."""
    asking = closed(how_many=how_many)
    asking.no_ties()
    asking.shortlist()
    for name in asking.offers:
        asking.score(name, 5 if name == "Barwaaqo Care" else 3)
        asking.score(name, 4 if name == "Barwaaqo Care" else 2, "Yusuf")
    return asking
