"""Amina books help at home from Barwaaqo Care, by herself, from her direct payment; the money is played by `cast_pooling.Bank`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from marketplace.models import Booking, Milestone, MilestoneShare, Visit
from marketplace.rules.dates import LONDON
from marketplace.services import booking, booking_clock, milestones, shares, signing, visits
from pooling.models import Portion
from pooling.services import calls
from providers.models import Listing, Worker
from tests import cast, cast_market, cast_pooling

TEN = datetime(2026, 3, 18, 10, 0, tzinfo=LONDON)
"""A Wednesday, twelve working days after the story begins: the money is asked for at once, and a card has time to clear."""
KEEP_GOING = cast_market.KEEP_GOING


@dataclass
class Alone:
    """One booking, walked step by step. `at` is the moment it is."""

    at: datetime
    listing: Listing
    portion: Portion
    booking: Booking = field(init=False)

    def hold(self, **asked: Any) -> Booking:
        said: dict[str, Any] = {"listing": self.listing, "starts_at": TEN, "by": cast.amina(), "at": self.at}
        self.booking = booking.hold_slot(**(said | asked))
        return self.booking

    def request(self) -> Booking:
        said = {"portion": self.portion, "related": "none", "keep_going": KEEP_GOING, "by": cast.amina(), "at": self.at}
        self.booking = booking.request(booking=self.booking, **said)
        return self.booking

    def accept(self) -> Booking:
        assert self.booking.agreement is not None
        signing.sign_as_provider(agreement=self.booking.agreement, by=cast.hodan(), at=self.at)
        return self.now()

    def now(self) -> Booking:
        self.booking = Booking.objects.select_related("agreement", "cluster", "listing", "person", "enterprise").get(pk=self.booking.pk)
        return self.booking

    def run(self) -> None:
        """The timers, until nothing moves."""
        walk = cast_market.Walk(self.at, None, {}, {}, {}, self.listing)  # type: ignore[arg-type]
        for _ in range(10):
            walk.run()
            if not booking_clock.advance_due(at=self.at):
                return
        raise AssertionError("the timers never rest")

    def until(self, moment: datetime) -> "Alone":
        while self.at < moment:
            self.at = min(moment, self.at + timedelta(days=1))
            self.run()
        self.now()
        return self

    def week(self) -> Milestone:
        return Milestone.objects.select_related("agreement").get(agreement=self.booking.agreement, number=1)

    def share(self) -> MilestoneShare:
        return MilestoneShare.objects.select_related("call", "payer__person").get(milestone=self.week(), split_from__isnull=True)

    def visit(self) -> Visit:
        return Visit.objects.get(milestone=self.week())

    def pay(self) -> None:
        """By card, and it is here."""
        call, url = self.share().call, "http://127.0.0.1/back"
        assert call is not None
        cast_pooling.Bank(self.at).pays(calls.pay_by_card(call=call, success_url=url, cancel_url=url, by=cast.amina(), at=self.at))
        self.run()

    def come(self) -> None:
        """The visit at its time by who was named, sent in an hour after it."""
        self.until(TEN)
        worker = Worker.objects.get(pk=self.visit().worker_id or 0)
        begun = visits.begin(milestone=self.week(), worker=worker, by=cast.hodan(), at=self.at)
        self.at += timedelta(hours=1)
        visits.finish(visit=begun, by=cast.hodan(), at=self.at)
        milestones.submit(milestone=self.week(), by=cast.hodan(), at=self.at)
        self.run()

    def yes(self) -> None:
        shares.yes(share=self.share(), by=cast.amina(), at=self.at)
        self.run()


def amina(*, at: datetime = cast.AT) -> Alone:
    """Amina with a direct payment somebody has seen, and Barwaaqo's help at home on sale."""
    cast_market.enterprise()
    listing = cast.home_visits()
    return Alone(at=at, listing=listing, portion=cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=at))


def requested() -> Alone:
    story = amina()
    story.hold()
    story.request()
    return story


def confirmed() -> Alone:
    """Hodan said yes, and the money is asked for."""
    story = requested()
    story.accept()
    story.run()
    return story


def paid() -> Alone:
    """The money is held."""
    story = confirmed()
    story.pay()
    return story
