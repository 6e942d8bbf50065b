"""Barwaaqo Care, its services and people, and the group's agreement with it, made through services; the money is played by `cast_pooling.Bank`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from typing import Any

from audit.services.deliveries import deliver_due
from marketplace.models import Agreement, Milestone, MilestoneShare, Payer, Visit, VisitPart
from marketplace.rules.dates import start_of
from marketplace.services import agreements, changing, exits, milestones, shares, signing, visits
from payments.models import Payee, Payment
from people.models import Person
from pooling.models import Call, Cluster, Membership, Pledge, Portion
from pooling.services import budgets, calls, pledges
from providers.models import Enterprise, Listing, Worker
from providers.services import enterprises
from tests import cast, cast_pooling

ASKED_ON = date(2026, 3, 6)
"""When the week of Tuesday 24 March is asked for: twelve working days before, because a card takes five to clear."""
KEEP_GOING = {"who_to_ring": "Ruth, 020 7525 0001", "what_i_want": "A neighbour looks in. No stranger."}


def enterprise() -> Enterprise:
    """Barwaaqo Care with a payee, and Ifrah beside Hodan."""
    found = cast.barwaaqo()
    if found.payee_id is None:
        found.payee = Payee.objects.create(owner=f"enterprise:{found.pk}", council_code=cast.SOUTHWARK)
        found.save(update_fields=["payee"])
    if not found.workers.filter(known_as="Ifrah").exists():
        hire("Ifrah")
    return found


def hire(known_as: str, *, person: Person | None = None, checked: bool = True) -> Worker:
    """One more who comes to people; `checked`: an operator saw their papers."""
    worker = enterprises.add_worker(enterprise=cast.barwaaqo(), known_as=known_as, person=person, by=cast.hodan(), at=cast.AT)
    for kind in ("identity", "dbs_basic") if checked else ():
        cast.show_paper(cast.barwaaqo(), kind, worker)
    return worker


@dataclass
class Walk:
    """A group and its agreement, walked step by step. `at` is the moment it is."""

    at: datetime
    cluster: Cluster
    places: dict[str, Membership]
    portions: dict[str, Portion]
    promises: dict[str, Pledge]
    listing: Listing
    agreement: Agreement = field(init=False)

    # --- time ---

    def run(self) -> None:
        """This room's timers and those below that need no Stripe, until nothing moves."""
        timers = (
            deliver_due,
            calls.advance_due,
            *(one.advance_due for one in (changing, exits, agreements, milestones, shares)),
        )
        resting = 0
        for timer in islice(cycle(timers), 30 * len(timers)):
            resting = 0 if timer(at=self.at) else resting + 1
            if resting == len(timers):
                return
        raise AssertionError("the timers never rest")

    def until(self, moment: datetime | date) -> "Walk":
        """Moves to a moment, or to a day at noon, day by day, with the timers each day."""
        goal = moment if isinstance(moment, datetime) else start_of(moment) + timedelta(hours=3)
        while self.at < goal:
            self.at = min(goal, self.at + timedelta(days=1))
            self.run()
        return self

    # --- agreeing ---

    def propose(self, **wish: Any) -> Agreement:
        asked: dict[str, Any] = {
            "together": True,
            "visits_per_week": 2,
            "minutes": 60,
            "weeks": 12,
            "starts_on": date(2026, 3, 24),
            "weekdays": [2, 4],
            "keep_going": KEEP_GOING,
            "payers": list(self.places.values()),
            "by": self.person("Amina"),
        }
        self.agreement = agreements.propose(cluster=self.cluster, listing=self.listing, at=self.at, **(asked | wish))
        return self.agreement

    def sign(self, *names: str) -> None:
        for name in names or self.places:
            signing.sign_as_payer(agreement=self.agreement, pledge=self.promises[name], related="none", by=self.person(name), at=self.at)

    def sign_all(self) -> Agreement:
        self.sign()
        signing.sign_as_provider(agreement=self.agreement, by=cast.hodan(), at=self.at)
        self.agreement.refresh_from_db()
        return self.agreement

    # --- rows ---

    def person(self, name: str) -> Person:
        return self.places[name].person

    def payer(self, name: str) -> Payer:
        return Payer.objects.get(agreement=self.agreement, membership=self.places[name])

    def week(self, number: int = 1) -> Milestone:
        return Milestone.objects.select_related("agreement").get(agreement=self.agreement, number=number)

    def share(self, name: str, week: int = 1, **filters: Any) -> MilestoneShare:
        filters = filters or {"split_from__isnull": True}
        return MilestoneShare.objects.get(milestone=self.week(week), membership=self.places[name], **filters)

    def shares(self, name: str, week: int = 1) -> list[MilestoneShare]:
        return list(MilestoneShare.objects.filter(milestone=self.week(week), membership=self.places[name]).order_by("pk"))

    def parts(self, share: MilestoneShare) -> list[VisitPart]:
        return list(VisitPart.objects.filter(share=share, is_away=False).order_by("visit__on", "visit__number"))

    def visits(self, week: int = 1) -> list[Visit]:
        return list(Visit.objects.filter(milestone=self.week(week)).order_by("on", "number"))

    def call(self, name: str, week: int = 1) -> Call:
        call = self.share(name, week).call
        assert call is not None
        return call

    def worker(self, known_as: str = "Ifrah") -> Worker:
        return Worker.objects.get(known_as=known_as)

    # --- money ---

    def pay(self, *names: str, week: int = 1) -> None:
        """Each pays in their own way: an order is accepted; a card or bank payment is made and becomes available."""
        for name in names or self.places:
            call, bank = self.call(name, week), cast_pooling.Bank(self.at)
            if call.state != "called":
                continue
            if call.mode == "on_yes":
                calls.accept_order(call=call, reference=f"PO-{call.pk}", by=cast.colin(), at=self.at)
                bank.tell()
            elif self.portions[name].is_held:
                bank.pays(calls.pay_by_bank(call=call, by=cast.sam(), at=self.at))
            else:
                url = "http://127.0.0.1/back"
                bank.pays(calls.pay_by_card(call=call, success_url=url, cancel_url=url, by=self.person(name), at=self.at))

    def pay_ahead(self, name: str, *, by: Person, week: int = 1) -> None:
        """Paid before the visits from a bank, by whoever pays for this person."""
        cast_pooling.Bank(self.at).pays(calls.pay_by_bank(call=self.call(name, week), by=by, at=self.at))

    def until_asked(self, week: int) -> None:
        """The day on which a week's money is asked for."""
        while self.week(week).state == "planned":
            self.until(self.at + timedelta(days=1))

    def pay_order(self, share: MilestoneShare) -> Payment:
        """The council pays what was said yes to, and it becomes available."""
        share.refresh_from_db()
        assert share.call is not None
        payment = calls.pay_order_by_bank(call=share.call, by=cast.colin(), at=self.at)
        cast_pooling.Bank(self.at).pays(payment)
        return payment

    # --- visits ---

    def do_visits(
        self, week: int = 1, *, only: Iterable[int] | None = None, later: bool = False, submit: bool = True, by: Person | None = None
    ) -> None:
        """The visits of a week, at ten in the morning of their days, by Ifrah; then the week is sent in an hour after the last."""
        by = by or cast.hodan()
        for visit in self.visits(week):
            start = start_of(visit.on) + timedelta(hours=1)
            self.until(start)
            if only is not None and visit.number not in only:
                continue
            if later:
                self.at = start + timedelta(hours=2)
                visits.record_later(
                    milestone=self.week(week), worker=self.worker(), started=start, finished=start + timedelta(hours=1), by=by, at=self.at
                )
                continue
            begun = visits.begin(milestone=self.week(week), worker=self.worker(), payer=visit.payer, by=by, at=start)
            self.at = start + timedelta(hours=1)
            visits.finish(visit=begun, note="We cooked maraq.", by=by, at=self.at)
        if submit:
            self.at += timedelta(hours=1)
            milestones.submit(milestone=self.week(week), by=by, at=self.at)

    def yes(self, *names: str, week: int = 1) -> None:
        for name in names or self.places:
            for share in self.shares(name, week):
                if share.state == "asked":
                    shares.yes(share=share, by=self.person(name), at=self.at)


def walk(*, at: datetime = cast.AT, weekly_pence: int = 6_000, facilitator: bool = True) -> Walk:
    """Amina pays by card ahead, Yusuf's organisation by bank ahead (the council switched it), Halima's council by order after her yes."""
    enterprise()
    group_of = [cast.amina(), cast.yusuf(), cast.halima()]
    cluster, members = cast_pooling.group(*group_of, at=at, facilitator=cast.ruth() if facilitator else None)
    budgets.choose_mode(council_code=cast.SOUTHWARK, route="isf", mode="ahead", by=cast.colin(), at=at)
    portions = {
        "Amina": cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=at),
        "Yusuf": cast_pooling.isf(cast.yusuf(), holder=cast.kasmo(), confirmed_by=cast.sam(), at=at),
        "Halima": cast_pooling.council_managed(cast.halima(), council=cast.southwark_money(), confirmed_by=cast.colin(), at=at),
    }
    places = dict(zip(portions, members, strict=True))
    promises = {
        name: pledges.promise(
            membership=places[name],
            portion=portion,
            weekly_pence=weekly_pence,
            weeks=16,
            starts_on=at.date() + timedelta(days=7),
            by=places[name].person,
            at=at,
        )
        for name, portion in portions.items()
    }
    return Walk(at=at, cluster=cluster, places=places, portions=portions, promises=promises, listing=cast.home_visits())


def running(**wish: Any) -> Walk:
    """Everybody has signed on Monday 2 March; on Friday 6 March the week of Tuesday 24 March is asked for."""
    story = walk()
    story.propose(**wish)
    story.sign_all()
    story.until(ASKED_ON)
    return story


def covered(**wish: Any) -> Walk:
    """The first week is paid for or ordered."""
    return then_covered(running(**wish))


def then_covered(story: Walk) -> Walk:
    story.pay()
    story.run()
    return story


def asked(**wish: Any) -> Walk:
    """Both visits of the first week were made and sent in."""
    return then_asked(covered(**wish))


def then_asked(story: Walk) -> Walk:
    story.do_visits()
    return story


def paid_by_silence() -> Walk:
    """Amina said yes to three weeks; of the fourth she was told twice, did not answer, and it was paid. The fifth is in the plan."""
    story = running()
    for week in (1, 2, 3, 4):
        story.until_asked(week)
        story.pay("Amina", week=week)
    for week in (1, 2, 3):
        story.do_visits(week)
        story.yes("Amina", week=week)
    story.do_visits(4)
    for channel in ("email", "text"):
        shares.record_notice(share=story.share("Amina", 4), kind="did_it_happen", channel=channel, at=story.at)
    return story.until(story.at + timedelta(days=8))
