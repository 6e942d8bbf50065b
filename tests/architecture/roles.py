"""Who asks for a page in the roles and routes test, and the things of the story they ask about."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from audit import clock
from audit import kept as kept_questions
from audit.models import Delivery, Entry
from config.demo_story import cast
from config.demo_story.cast import AMINA, COLIN, FATUMA, HALIMA, HODAN, LAMBETH, MARY, OLIVE, PRIYA, RUTH, SAM, SOUTHWARK, STELLA, YUSUF, Part
from marketplace.models import Agreement, Milestone, MilestoneShare, Need, Payer, Visit
from payments.models import Alarm, Dispute, Payment, PaymentOperation, ReconcileRun, Recovery, Refund, Remittance, StripeLine, WaySwitch, WebhookEvent
from people.models import Approval, Concern, Person
from people.services import approvals, organisations, supporters
from people.services import people as persons
from pooling.models import Budget, Call, Charter, Cluster, FundingMode, Hold, IdleOffer, Membership, Pledge, Portion, WalletMove, Withdrawal
from pooling.services import budgets, clusters, memberships
from providers.models import Check, Enterprise, Listing, Worker
from providers.services import checks
from tests.architecture import areas
from tests.architecture.writes import watched
from tests.signing_in import signed_in
from vocabulary.models import Term

KOFI = Part("Kofi Mensah", "isf_holder", "Works for another organisation in Southwark that looks after money.")
LENA = Part("Lena Brandt", "commissioner", "Plans for another council.", outcode="SW9", council=LAMBETH)
NASRA = Part("Nasra Warfa", "holder", "Amina’s sister, who sits beside her.")

# The columns of routes.py, in order; nobody is somebody who did not sign in.
OUTSIDERS: tuple[Part | None, ...] = (None, STELLA, MARY, FATUMA, KOFI, LENA)
INSIDERS: tuple[Part | None, ...] = (YUSUF, HALIMA, NASRA, SAM, COLIN, RUTH, HODAN, PRIYA, OLIVE, AMINA)
EVERYBODY = (*OUTSIDERS, *INSIDERS)


def name(part: Part | None) -> str:
    return part.name.split()[0] if part else "nobody"


def arrive() -> None:
    """The people the story itself has not: of another organisation, of another council, of another group; and Amina's sister."""
    at = clock.now()
    for part in (KOFI, LENA, NASRA):
        persons.register(full_name=part.name, email=part.email, password=cast.PASSWORD, outcode=part.outcode, council_code=part.council, at=at)
    other = organisations.add_organisation(kind="isf_holder", name="Kasmo Together", council_code=SOUTHWARK, by=None, at=at)
    organisations.give_role(person=cast.person(KOFI), kind="holder_staff", organisation=other, council_code=SOUTHWARK, by=None, at=at)
    organisations.give_role(person=cast.person(LENA), kind="commissioner", council_code=LAMBETH, by=None, at=at)
    supporters.ask(person=cast.person(AMINA), supporter=cast.person(NASRA), kind="beside", by=cast.person(AMINA), at=at)
    garden = clusters.start(
        name="Sunday Garden",
        purpose="garden",
        outcode="SE15",
        who_comes="Anybody who likes mud.",
        cost_rule="equal",
        decision_rule="everyone",
        notice_days=28,
        is_listed=True,
        by=cast.person(MARY),
        at=at,
    )
    memberships.invite(cluster=garden, person=cast.person(cast.DEV), by=cast.person(MARY), at=at)
    words = Cluster.objects.get(name="Our Own Words")
    memberships.invite(cluster=words, person=cast.person(cast.DEV), by=cast.person(AMINA), at=at)
    _what_the_story_has_not(at)
    areas.arrive(at)


def _what_the_story_has_not(at: datetime) -> None:
    """Rows that nobody in the story made, so that their addresses are about something: money going back, an alarm, a second person's yes."""
    payment = Payment.objects.filter(kind="card").order_by("charged_at")[0]
    place = Membership.objects.get(person=cast.person(AMINA))
    portion = Portion.objects.get(budget__person=cast.person(AMINA))
    key = Hold.objects.filter(membership=place)[0].place_journal
    Withdrawal.objects.create(membership=place, portion=portion, council_code=SOUTHWARK, pence=100, journal_key=key, asked_at=at)
    sent = {"kind": "sent_back", "organisation": cast.organisation("Southwark Circle"), "token": uuid4(), "journal_key": key}
    WalletMove.objects.create(council_code=SOUTHWARK, pence=100, asked_by=cast.person(SAM), asked_at=at, **sent)
    WaySwitch.objects.create(council_code=SOUTHWARK, kind="bacs", is_on=False, changed_at=at)
    idle = {"offered_at": at, "goes_home_on": at.date() + timedelta(days=32)}
    IdleOffer.objects.create(membership=place, portion=portion, council_code=SOUTHWARK, pence=100, **idle)
    Refund.objects.create(payment=payment, pence=100, lot_owner=payment.lot_owner, council_code=SOUTHWARK, about="withdrawal:1", approved_at=at)
    Alarm.objects.create(kind="float_short", about="council", sentence="Pay some of our own money in.", council_code=SOUTHWARK, raised_at=at)
    PaymentOperation.objects.filter(pk=PaymentOperation.objects.order_by("first_sent_at")[0].pk).update(state="unknown")
    Delivery.objects.filter(pk=Delivery.objects.order_by("pk")[0].pk).update(state="parked", done_at=None)
    WebhookEvent.objects.create(id="evt_parked", endpoint="platform", kind="charge.updated", state="parked")
    ReconcileRun.objects.create(at=at, read=1, matched=0, suspended=1, waiting=0, caught_up=0)
    lost = {"lot_owner": payment.lot_owner, "council_code": SOUTHWARK, "pence": 1, "opened_at": at}
    Dispute.objects.create(stripe_id="dp_asks", payment=payment, state="inquiry", **lost)
    shop = Enterprise.objects.get(name="Barwaaqo Care")
    owed = {"payee_id": shop.payee_id, "pence": 1, "council_code": SOUTHWARK, "about": "share:0", "opened_at": at}
    Recovery.objects.create(state="owed", **owed)
    Payment.objects.filter(pk=Payment.objects.charged_before(at)[0].pk).update(charged_at=at - timedelta(days=70))
    Remittance.objects.create(payee_id=shop.payee_id, payment=payment, pence=1, council_code=SOUTHWARK, about="share:0", waiting_since=at)
    checks.ask(enterprise=shop, kind="insurance", issued_on=at.date(), expires_on=at.date() + timedelta(days=365), by=shop.owner, at=at)
    agreed = MilestoneShare.objects.filter(payer__person=cast.person(HALIMA), state="agreed").order_by("-pk")[:1]
    MilestoneShare.objects.filter(pk__in=agreed.values("pk")).update(waits_for="second_person")
    MilestoneShare.objects.filter(payer__person=cast.person(YUSUF), milestone__number=5).update(state="with_helper")
    silent = MilestoneShare.objects.filter(milestone__number=1, state="released")
    silent.filter(payer__person=cast.person(AMINA)).update(by_silence=True, released_at=at)
    told = {"state": "queried_late", "late_at": at, "late_by": cast.person(HALIMA), "late_words": "Nobody came."}
    silent.filter(payer__person=cast.person(HALIMA)).update(by_silence=True, released_at=at, **told)
    draft = budgets.PortionDraft(route="council_managed", weekly_pence=9_000, funder_name="Southwark", holder=cast.organisation("Southwark Council"))
    sums, period = budgets.Amounts(9_000, 0, 9_000), budgets.Period(at.date())
    budgets.record(person=cast.person(NASRA), kind="agreed", amounts=sums, period=period, portions=[draft], by=cast.person(NASRA), at=at)
    Concern.objects.create(text="She is not eating.", council_code=SOUTHWARK, at=at)
    approvals.ask(
        what="agreement.relative", about_kind="agreement", about_id="1", reason="Nobody else.", by=cast.person(HALIMA), at=at, council_code=SOUTHWARK
    )


def things() -> dict[str, Any]:
    """The story's things by the names routes.py uses: Amina's, unless it says whose."""
    group = Cluster.objects.get(name="Our Own Words")
    agreement = Agreement.objects.get(cluster=group, offer__isnull=True)
    week = Milestone.objects.get(agreement=agreement, number=4)
    mine = MilestoneShare.objects.filter(payer__person__email=AMINA.email)
    question = MilestoneShare.objects.get(milestone=week, state="questioned")
    shop = Enterprise.objects.get(name="Barwaaqo Care")
    budget = Budget.objects.get(person__email=AMINA.email)
    return {
        "group": group.pk,
        "the garden": Cluster.objects.get(name="Sunday Garden").pk,
        "place": Membership.objects.get(cluster=group, person__email=AMINA.email).pk,
        "place of Dev, who is asked in": Membership.objects.get(cluster=group, person__email=cast.DEV.email).pk,
        "place of Yusuf": Membership.objects.get(cluster=group, person__email=YUSUF.email).pk,
        "budget": budget.pk,
        "budget of Nasra": Budget.objects.get(person__email=NASRA.email).pk,
        "answer of Yusuf": MilestoneShare.objects.get(state="with_helper").pk,
        "paid without an answer": mine.get(by_silence=True).pk,
        "late question of Halima": MilestoneShare.objects.get(state="queried_late").pk,
        "yes of Halima": MilestoneShare.objects.get(waits_for="second_person").pk,
        "part": Portion.objects.get(budget=budget).pk,
        "promise": Pledge.objects.get(membership__person__email=AMINA.email).pk,
        "call": _call(AMINA),
        "call of Yusuf": _call(YUSUF),
        "order of Halima": _call(HALIMA),
        "share": mine.get(milestone=week).pk,
        "question of Halima": question.pk,
        "visit to come": Visit.objects.filter(payer__person__email=AMINA.email, state="planned").order_by("on")[0].pk,
        "share to come": mine.get(milestone__number=5).pk,
        "agreement": agreement.pk,
        "week": week.pk,
        "week to come": Milestone.objects.get(agreement=agreement, number=5).pk,
        "shop": shop.pk,
        "worker": Worker.objects.get(enterprise=shop, known_as="Sahra").pk,
        "paper to look at": Check.objects.get(enterprise=shop, confirmed_at__isnull=True).pk,
        "service": Listing.objects.get(enterprise=shop).pk,
        "wish of Mary": Need.objects.get(person__email=MARY.email).pk,
        "bank payment of Yusuf": Payment.objects.filter(kind="bank_transfer", payer__owner__startswith="organisation:").order_by("charged_at")[0].pk,
        "card payment": Payment.objects.filter(kind="card", payer__owner=f"person:{cast.person(AMINA).pk}").order_by("charged_at")[0].pk,
        "a helper": {"facilitator": cast.person(RUTH).pk},
        "a wish": _wish(group),
        "a yes": _yes(mine.get(milestone=week)),
        "event": "evt_parked",
        "line": StripeLine.objects.order_by("created_at", "pk")[0].pk,
        "run": ReconcileRun.objects.order_by("-pk")[0].pk,
        "dispute": Dispute.objects.get(stripe_id="dp_asks").pk,
        "recovery": Recovery.objects.order_by("-pk")[0].pk,
        "old lot": Payment.objects.charged_before(clock.now() - timedelta(days=60))[0].pk,
        "idle money": IdleOffer.objects.get(pence=100).pk,
        "sum sent back": WalletMove.objects.get(kind="sent_back").pk,
        "way switch": WaySwitch.objects.get().pk,
        "money going back": Withdrawal.objects.get().pk,
        "refund": Refund.objects.get().pk,
        "alarm": Alarm.objects.get().pk,
        "worry": Concern.objects.get().pk,
        "second yes": Approval.objects.get().pk,
        "remittance that waits": Remittance.objects.get(state="waiting").pk,
        "call to Stripe": PaymentOperation.objects.order_by("first_sent_at")[0].pk,
        "news": Delivery.objects.order_by("pk")[0].pk,
        "entry": Entry.objects.order_by("pk")[0].pk,
        "hold": Hold.objects.filter(membership__person__email=AMINA.email)[0].pk,
        "part in it": Payer.objects.get(agreement=agreement, person__email=AMINA.email).pk,
        "rules": Charter.objects.filter(cluster=group)[0].pk,
        "home council": SOUTHWARK,
        "circle": cast.organisation("Southwark Circle").pk,
        "mode": FundingMode.objects.all()[0].pk,
        "word": Term.objects.categories()[0].pk,
        "helper": cast.person(AMINA).supporters.get().pk,
        "person": cast.person(AMINA).pk,
        **areas.things(),
    }


def _wish(group: Cluster) -> dict[str, Any]:
    """All that a group asks of a provider, checked and confirmed."""
    return {
        "together": "no",
        "payers": [str(place.pk) for place in group.memberships.inside()],
        "weekdays": ["3"],
        "minutes": "60",
        "weeks": "2",
        "starts_on": "13 April 2026",
        "who_to_ring": "My sister",
        "what_i_want": "Ring me.",
        "_confirm": "yes",
    }


def _yes(share: MilestoneShare) -> dict[str, str]:
    """Yes to every visit, confirmed."""
    return {f"visit_{part.pk}": "yes" for part in share.visit_parts.all()} | {"_confirm": "yes"}


def _call(part: Part) -> int:
    """The one that is asked for now."""
    return Call.objects.get(membership__person__email=part.email, state="called").pk


@dataclass(frozen=True)
class Answer:
    """What somebody got: the mark of routes.py, and what they could read."""

    mark: str
    body: str
    status: int
    written: tuple[str, ...] = ()


@dataclass
class Door:
    """One browser a person, kept over many questions."""

    browsers: dict[str, Client]

    @classmethod
    def open(cls) -> "Door":
        browsers = {}
        for part in EVERYBODY:
            browsers[name(part)] = Client() if part is None else signed_in(Person.objects.get(email=part.email))
        return cls(browsers)

    def ask(self, who: str, method: str, address: str, sent: Mapping[str, Any] | None = None) -> Answer:
        """One question; whatever it changed is taken back. Every kept question of every page is compared with one written afresh, for each person."""
        kept_questions.compare_for(who)
        return self.say(who, method, address, sent)

    def say(self, who: str, method: str, address: str, sent: Mapping[str, Any] | None = None) -> Answer:
        """The same, for many questions of the same pages: kept questions are compared as elsewhere."""
        shape = {"content_type": "application/json"} if method == "POST" and address.startswith("/api/") else {}
        return self._through(who, lambda browser: getattr(browser, method.lower())(address, sent or {}, **shape))

    def send(self, who: str, address: str, body: bytes, content_type: str) -> Answer:
        """A press of which every byte is given; whatever it changed is taken back."""
        return self._through(who, lambda browser: browser.generic("POST", address, body, content_type))

    def _through(self, who: str, ask: Callable[[Client], Any]) -> Answer:
        browser = self.browsers[who]
        kept = dict(browser.cookies)
        try:
            with taken_back(), watched() as written:
                response = ask(browser)
                body = b"".join(response.streaming_content) if response.streaming else response.content
        finally:
            browser.cookies.clear()
            browser.cookies.update(kept)
        return Answer(mark_of(response), body.decode(errors="replace"), response.status_code, tuple(written))


def mark_of(response: HttpResponse) -> str:
    """One letter for an answer: see the head of routes.py."""
    if response.status_code in (301, 302, 303):
        return "i" if any(f"/accounts/{page}/" in response["Location"] for page in ("login", "reauthenticate", "2fa/reauthenticate")) else ">"
    return {200: "+", 201: "+", 204: "+", 400: "?", 401: "i", 403: "x", 404: ".", 405: "m", 409: "!", 422: "?"}.get(response.status_code, "#")


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
