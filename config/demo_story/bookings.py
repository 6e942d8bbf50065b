"""Vera and Bernard book times: a first meeting, a visit each week, one with both, one called off late, one moved. Dates as in `chapters`."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from audit.clock import LONDON
from config.demo_story.cast import BERNARD, GRACE, PETER, RUTH, VERA, Part, person
from config.demo_story.stage import Stage
from marketplace.models import BookedTime, Booking
from marketplace.services import booking, booking_ends, booking_moves, meet_and_greet, signing
from pooling.models import Cluster, Membership, Portion
from pooling.services import budgets, clusters, memberships, pledges
from providers.models import Listing

NAME = "Two Gardens"
BOTH = (VERA, BERNARD)
OUT, GARDEN = "Going out together", "Garden help"
KEEP_GOING = {"who_to_ring": "My daughter Jean, 07700 900456", "what_i_want": "Ring me. I can wait for another day."}


def meeting(stage: Stage) -> None:
    """Two neighbours with a garden each make a group of two. Vera would like to know Grace before she books: Grace says yes to meeting her."""
    for part in BOTH:
        _budget(part, stage)
    vera, bernard = person(VERA), person(BERNARD)
    group = clusters.start(
        name=NAME,
        purpose="garden",
        what_for="One gardener for our two gardens.",
        outcode="SE15",
        who_comes="Vera and Bernard. We live side by side.",
        cost_rule="equal",
        decision_rule="everyone",
        notice_days=14,
        is_listed=False,
        by=vera,
        at=stage.at,
    )
    place = memberships.invite(cluster=group, person=bernard, by=vera, at=stage.at)
    memberships.accept_charter(membership=place, by=bernard, at=stage.at)
    memberships.confirm(membership=place, by=vera, at=stage.at)
    for one in _places(group):
        portion = Portion.objects.get(budget__person=one.person)
        pledges.promise(membership=one, portion=portion, weekly_pence=1_500, weeks=16, starts_on=date(2026, 3, 2), by=one.person, at=stage.at)
    asked = booking.hold_slot(listing=_listing(OUT), starts_at=_at(2, 3, 11), kind=Booking.Kind.MEET, by=vera, at=stage.at)
    meet_and_greet.ask(booking=asked, by=vera, at=stage.at)
    meet_and_greet.answer(booking=asked, yes=True, by=person(GRACE), at=stage.at)


def _budget(part: Part, stage: Stage) -> None:
    who = person(part)
    portion = budgets.PortionDraft(route="direct_payment", weekly_pence=9_000, funder_name="Southwark Council")
    period = budgets.Period(date(2026, 1, 1), date(2027, 3, 31), date(2026, 7, 1))
    sums = budgets.Amounts(9_000, 0, 9_000)
    budget = budgets.record(person=who, kind="agreed", amounts=sums, period=period, portions=[portion], by=who, at=stage.at)
    budgets.vouch(budget=budget, level="seen", by=person(RUTH), at=stage.at)


def met(stage: Stage) -> None:
    """They met, and both say so."""
    for by in (VERA, GRACE):
        meet_and_greet.say_met(booking=Booking.objects.get(kind=Booking.Kind.MEET), by=person(by), at=stage.at)


def once(stage: Stage) -> None:
    """Vera books Peter by herself, for the hedge at the front."""
    _alone(VERA, PETER, GARDEN, _at(3, 3, 10), stage)


def ahead(stage: Stage) -> None:
    """Vera books Grace for four Thursdays, Bernard for one afternoon; and both of them Peter, each with their own yes."""
    _alone(VERA, GRACE, OUT, _at(3, 12, 10), stage, weeks=4)
    _alone(BERNARD, GRACE, OUT, _at(3, 11, 14), stage)
    vera, group = person(VERA), Cluster.objects.get(name=NAME)
    kept = booking.hold_slot(listing=_listing(GARDEN), starts_at=_at(3, 13, 14), by=vera, at=stage.at)
    made = booking.ask_group(booking=kept, cluster=group, payers=_places(group), keep_going=KEEP_GOING, by=vera, at=stage.at)
    assert made.agreement is not None
    for place in _places(group):
        pledge = place.pledges.get()
        signing.sign_as_payer(agreement=made.agreement, pledge=pledge, related="none", by=place.person, at=stage.at)
    signing.sign_as_provider(agreement=made.agreement, by=person(PETER), at=stage.at)


def changing(stage: Stage) -> None:
    """Vera is ill, and calls Peter off the day before: he keeps half. Bernard asks Grace for another day, and she says yes."""
    vera, bernard = person(VERA), person(BERNARD)
    booking_ends.cancel(time=BookedTime.objects.get(starts_at=_at(3, 3, 10)), person=vera, by=vera, at=stage.at)
    time = BookedTime.objects.get(starts_at=_at(3, 11, 14))
    asked = booking_moves.ask(time=time, starts_at=_at(3, 11, 15) + timedelta(days=2), by=bernard, at=stage.at)
    booking_moves.answer(move=asked, yes=True, by=person(GRACE), at=stage.at)
    stage.settle()


def asking(stage: Stage) -> None:
    """Grace asks whether Vera's first Thursday can be an hour later."""
    time = BookedTime.objects.get(starts_at=_at(3, 12, 10))
    booking_moves.ask(time=time, starts_at=_at(3, 12, 11), by=person(GRACE), at=stage.at)


def _alone(part: Part, owner: Part, title: str, starts_at: datetime, stage: Stage, **said: Any) -> None:
    who = person(part)
    portion = Portion.objects.get(budget__person=who)
    kept = booking.hold_slot(listing=_listing(title), starts_at=starts_at, by=who, at=stage.at, **said)
    made = booking.request(booking=kept, portion=portion, related="none", keep_going=KEEP_GOING, by=who, at=stage.at)
    assert made.agreement is not None
    signing.sign_as_provider(agreement=made.agreement, by=person(owner), at=stage.at)


def _listing(title: str) -> Listing:
    return Listing.objects.get(title=title)


def _places(group: Cluster) -> Sequence[Membership]:
    return list(group.memberships.select_related("person", "cluster").order_by("pk"))


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour), tzinfo=LONDON)
