"""At the same moment: fifty providers and the close, a choice and a withdrawal, two questions that end together, two presses of one yes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from audit.errors import Refusal
from audit.models import Fact
from marketplace.models import Agreement, Brief, Offer, OfferVersion
from marketplace.services import awarding, brief_clock, offers, picking
from people.models import Person
from providers.models import Check, Enterprise
from tests import cast, cast_offers
from tests.cast_offers import Asking

pytestmark = pytest.mark.django_db(transaction=True)
BARWAAQO, HANDS = "Barwaaqo Care", "Peckham Hands"
FIFTY = 50


def together(*deeds: Callable[[], Any], threads: int = 0) -> list[Any]:
    """Runs the deeds at one moment, each on a connection of its own; what each returned, or the refusal it met."""
    width = threads or len(deeds)
    gate = Barrier(width)

    def run(each: list[Callable[[], Any]]) -> list[Any]:
        try:
            gate.wait(timeout=30)
            return [_try(deed) for deed in each]
        finally:
            connections.close_all()

    lanes = [list(deeds[start::width]) for start in range(width)]
    with ThreadPoolExecutor(width) as pool:
        found = list(pool.map(run, lanes))
    return [found[number % width][number // width] for number in range(len(deeds))]


def _try(deed: Callable[[], Any]) -> Any:
    try:
        return deed()
    except Refusal as refusal:
        return refusal


def many(asking: Asking) -> Iterator[Enterprise]:
    """Fifty providers with live checks, written straight into their tables: what is raced is the offers."""
    people = [Person(email=f"p{number}@example.com", full_name=f"P {number}", known_as=f"P{number}") for number in range(FIFTY)]
    for person in Person.objects.bulk_create(people):
        made = Enterprise.objects.create(
            name=f"Help {person.pk}", about="We help.", outcode="SE15", council_code=cast.SOUTHWARK, state="live", owner=person, created_at=asking.at
        )
        seen = {"issued_on": cast.AT.date(), "asked_at": cast.AT, "asked_by": person, "confirmed_by": cast.operator(), "confirmed_at": cast.AT}
        who = made.workers.create(person=person, known_as=f"P{person.pk}", joined_at=asking.at)
        theirs = (("insurance", None), ("identity", who), ("dbs_basic", who))
        Check.objects.bulk_create(Check(enterprise=made, kind=kind, worker=worker, how_seen="Seen.", **seen) for kind, worker in theirs)
        yield made


def test_of_fifty_offers_at_the_closing_second_each_is_in_or_refused_and_never_both() -> None:
    asking = cast_offers.opened()
    closes_at = asking.brief.closes_at
    assert closes_at is not None
    drafts = [offers.start_offer(lot=asking.lot, enterprise=one, by=one.owner, at=asking.at) for one in many(asking)]
    just = closes_at - timedelta(milliseconds=1)
    deeds: list[Callable[[], Any]] = [partial(offers.submit, offer=one, by=one.owner, at=just) for one in drafts]
    deeds.insert(FIFTY // 2, lambda: brief_clock.advance_due(at=closes_at))
    found = together(*deeds, threads=6)
    assert found.pop(FIFTY // 2) >= 1
    said_in = {one.pk for one in found if isinstance(one, Offer)}
    refused = [one for one in found if isinstance(one, offers.BriefIsClosed)]
    assert len(said_in) + len(refused) == FIFTY
    assert (
        said_in
        == set(Offer.objects.filter(state="submitted").values_list("pk", flat=True))
        == set(OfferVersion.objects.values_list("offer", flat=True))
    )
    assert Offer.objects.filter(state="draft").count() == len(refused)
    # Both write their fact under the brief's lock: whatever came in came before the close.
    closed = Fact.objects.get(kind="marketplace.brief_closed").pk
    assert not Fact.objects.filter(kind="marketplace.offer_submitted", pk__gt=closed).exists()
    assert Brief.objects.get().state == ("closed" if said_in else "no_award")


def test_two_questions_choose_one_two_presses_of_yes_count_once_and_three_timers_award_once() -> None:
    asking = cast_offers.scored()
    both = [asking.offers[BARWAAQO].pk, asking.offers[HANDS].pk]
    moved = together(*(partial(picking.pick, offer_id=pk, at=asking.at) for pk in both))
    assert sorted(moved) == [False, True]
    winner = Offer.objects.select_related("enterprise").get(state="selected")
    pressed = together(*[lambda: offers.accept(offer=winner, by=winner.enterprise.owner, at=asking.at)] * 2)
    assert sorted(type(one).__name__ for one in pressed) == ["NotNow", "Offer"]
    assert Offer.objects.filter(state="accepted").count() == 1
    stands = awarding.stands_from(picked_at=asking.at)
    assert sorted(together(*[lambda: awarding.award_if_due(brief_id=asking.brief.pk, at=stands)] * 3)) == [0, 0, 1]
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize("said_yes", [False, True])
def test_an_award_racing_a_withdrawal_has_one_outcome(said_yes: bool) -> None:
    asking = cast_offers.scored()
    picking.pick(offer_id=asking.offers[BARWAAQO].pk, at=asking.at)
    winner = asking.seen(BARWAAQO)
    assert winner.picked_at is not None
    stands = awarding.stands_from(picked_at=winner.picked_at)
    if said_yes:
        asking.accept(BARWAAQO)

    def accept_and_award() -> int:
        if not said_yes:
            offers.accept(offer=winner, by=winner.enterprise.owner, at=stands)
        return awarding.award_if_due(brief_id=asking.brief.pk, at=stands)

    _, gone = together(accept_and_award, lambda: offers.pull_out(offer=winner, by=cast.hodan(), at=stands))
    row, brief = asking.seen(BARWAAQO), Brief.objects.get()
    if isinstance(gone, Offer):
        assert (row.state, brief.state, Agreement.objects.count()) == ("withdrawn", "evaluating", 0)
    else:
        assert (row.state, brief.state, Agreement.objects.get().offer_id) == ("accepted", "awarded", row.pk)
