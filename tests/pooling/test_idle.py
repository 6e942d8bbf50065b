"""Free money that nothing counts on: offered back at 28 days, told of at 53, home at 60."""

from datetime import datetime, timedelta

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from payments.models import Payment, Refund
from pooling.books import Lot
from pooling.models import IdleOffer, Membership, Portion
from pooling.rules import NotNow
from pooling.selectors import free_share, proof
from pooling.services import calls, idle, pledges
from pooling.services.shares import NotThatMuchFree
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


@pytest.fixture
def place(town: Town) -> tuple[Membership, Portion]:
    _, (membership,) = cast.group(town.amina, at=AT)
    portion = cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    cast.paid_in(membership, portion, pence=5_000, at=AT)
    return membership, portion


def every_day(until: int, since: int = 0) -> None:
    for number in range(since, until + 1):
        while idle.advance_due(at=day(number)):
            pass


def told() -> list[tuple[str, int]]:
    return [(fact.payload["what"], (fact.effective_at - AT).days) for fact in Fact.objects.filter(kind="pooling.money_is_idle").order_by("pk")]


def test_idle_money_is_offered_at_28_days_told_of_at_53_and_home_at_60(place: tuple[Membership, Portion]) -> None:
    every_day(61)
    assert told() == [("offered", 28), ("warned", 53), ("sent", 60)]
    offer = IdleOffer.objects.get()
    assert (offer.state, offer.pence, offer.goes_home_on) == ("sent", 5_000, day(60).date())
    assert offer.withdrawal is not None
    assert offer.withdrawal.asked_by is None
    assert Refund.objects.get().pence == 5_000
    assert free_share(place[0].pk, place[1].pk, SOUTHWARK) == 0
    assert proof() == []


def test_only_what_was_here_all_the_time_is_idle(town: Town, place: tuple[Membership, Portion]) -> None:
    cast.paid_in(*place, pence=8_000, at=day(20), share=9_001, agreement=901)  # 5,000 of it are here: 3,000 come in
    lot = Lot(place[0].pk, place[1].pk, SOUTHWARK)
    assert [idle.idle_pence(lot, days=28, at=day(number)) for number in (27, 28, 47, 48)] == [0, 5_000, 5_000, 8_000]
    every_day(61)
    assert IdleOffer.objects.get(state="sent").pence == 5_000
    assert free_share(lot.membership_id, lot.portion_id, SOUTHWARK) == 3_000


def test_money_that_a_call_counts_on_is_not_idle(place: tuple[Membership, Portion]) -> None:
    every_day(28)
    pledge = cast.promised(*place, at=day(29), weekly_pence=5_000, weeks=2)
    call = cast.called(cast.earmarked(pledge, at=day(29), agreement=2), share=5, pence=5_000, at=day(29))
    every_day(62, since=29)
    assert (IdleOffer.objects.get().state, call.state, Refund.objects.count()) == ("over", "funded", 0)
    calls.drop_call(call=call, at=day(62))
    every_day(63, since=63)
    assert IdleOffer.objects.open().get().pence == 5_000


def test_a_promise_alone_keeps_nothing_from_being_offered(place: tuple[Membership, Portion]) -> None:
    pledges.promise(membership=place[0], portion=place[1], weekly_pence=100, weeks=4, starts_on=day(35).date(), by=place[0].person, at=day(20))
    every_day(28)
    assert IdleOffer.objects.get().state == "offered"


def test_its_owner_sends_it_back_with_one_press(place: tuple[Membership, Portion]) -> None:
    every_day(28)
    sent = idle.send_back(offer=IdleOffer.objects.get(), by=place[0].person, at=day(29))
    assert (sent.state, sent.withdrawal.asked_by) == ("sent", place[0].person)
    with pytest.raises((NotNow, NotThatMuchFree)):
        idle.send_back(offer=sent, by=place[0].person, at=day(29))
    assert [row.pence for row in Refund.objects.all()] == [5_000]


def test_its_owner_keeps_it_here_and_is_told_a_week_before_it_goes(place: tuple[Membership, Portion]) -> None:
    every_day(28)
    idle.keep_here(offer=IdleOffer.objects.get(), by=place[0].person, at=day(29))
    every_day(60, since=29)
    assert told() == [("offered", 28), ("warned", 53), ("sent", 60)]


def test_nobody_else_decides_about_it(town: Town, place: tuple[Membership, Portion]) -> None:
    every_day(28)
    offer = IdleOffer.objects.get()
    for who in (town.yusuf, town.ruth, town.sam, town.operator, town.stranger):
        with pytest.raises(NotAllowed):
            idle.send_back(offer=offer, by=who, at=day(29))
        with pytest.raises(NotAllowed):
            idle.keep_here(offer=offer, by=who, at=day(29))


def test_when_nothing_ran_for_months_nobodys_money_goes_untold(place: tuple[Membership, Portion]) -> None:
    every_day(80, since=80)
    every_day(140, since=81)
    assert told() == [("offered", 80), ("warned", 105), ("sent", 112)]


def test_what_came_in_in_small_parts_is_counted_to_the_penny(place: tuple[Membership, Portion]) -> None:
    assert Payment.objects.get().free_pence == 5_000
    every_day(27)
    assert not IdleOffer.objects.exists()
