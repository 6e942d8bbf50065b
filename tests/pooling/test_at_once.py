"""Many at once, and faults at the last step: nothing is spent twice, nothing half-done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from audit.errors import Refusal
from ledger.selectors import balance
from ledger.services.journals import NotEnough
from payments.models import Payment, Refund, Remittance
from payments.services.remittances import LotsFallShort
from pooling.books import Lot
from pooling.models import Call, Hold, HoldMove, Membership, Pledge, Portion, Withdrawal
from pooling.selectors import free_share, proof
from pooling.services import calls, holds, memberships, pledges, shares
from pooling.services.holds import HoldPart
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town
from tests.pooling.test_holds import URLS, build_week, funded

committed = pytest.mark.django_db(transaction=True)


def at_once(deed: Callable[[int], object], many: int = 12) -> list[object]:
    """Runs `deed(0)` … at the same moment, each on a connection of its own. Gives results and refusals."""
    ready = Barrier(many)

    def run(number: int) -> object:
        ready.wait(timeout=30)
        try:
            return deed(number)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(run, range(many)))


def went_well(results: list[object]) -> int:
    return sum(not isinstance(result, Refusal) for result in results)


@pytest.fixture
def hundred_pounds(committed_town: Town) -> tuple[Town, Membership, Portion]:
    """£100 of Amina's is here and free."""
    _, [place, _] = cast.group(committed_town.amina, committed_town.yusuf, at=AT)
    portion = cast.direct_payment(committed_town.amina, seen_by=committed_town.ruth, at=AT, weekly_pence=100_000)
    cast.paid_in(place, portion, pence=10_000, at=AT)
    return committed_town, place, portion


@committed
def test_twelve_withdrawals_of_30_pounds_from_100_are_exactly_three(hundred_pounds: tuple[Town, Membership, Portion]) -> None:
    town, place, portion = hundred_pounds
    results = at_once(lambda _: shares.withdraw(membership=place, portion=portion, pence=3_000, by=town.amina, at=AT))
    assert went_well(results) == 3 == Withdrawal.objects.count() == Refund.objects.count()
    assert balance(Lot(place.pk, portion.pk, SOUTHWARK).share) == 1_000
    assert proof() == []


@committed
def test_twelve_spends_of_30_pounds_on_a_share_of_100_hold_exactly_three(hundred_pounds: tuple[Town, Membership, Portion]) -> None:
    _, place, portion = hundred_pounds
    pledge = cast.promised(place, portion, at=AT, weekly_pence=36_000, weeks=1)
    earmark = cast.earmarked(pledge, at=AT)

    def spend(number: int) -> object:
        cast.called(earmark, share=100 + number, pence=3_000, at=AT)
        return holds.place(about_kind="milestone", about_id=number, parts=[HoldPart(100 + number, place.pk, portion.pk, 3_000)], at=AT)

    assert went_well(at_once(spend)) == 3 == Hold.objects.count()
    lot = Lot(place.pk, portion.pk, SOUTHWARK)
    assert (balance(lot.share), free_share(place.pk, portion.pk, SOUTHWARK)) == (1_000, 0)
    asked = sorted(Call.objects.filter(state="called").values_list("asked_pence", flat=True))
    assert asked == [2_000, *[3_000] * 8]
    assert proof() == []


@committed
def test_spending_and_sending_home_at_once_never_use_the_same_pound(hundred_pounds: tuple[Town, Membership, Portion]) -> None:
    town, place, portion = hundred_pounds
    earmark = cast.earmarked(cast.promised(place, portion, at=AT, weekly_pence=36_000, weeks=1), at=AT)

    def either(number: int) -> object:
        if number % 2:
            return shares.withdraw(membership=place, portion=portion, pence=3_000, by=town.amina, at=AT)
        cast.called(earmark, share=200 + number, pence=3_000, at=AT)
        return holds.place(about_kind="milestone", about_id=number, parts=[HoldPart(200 + number, place.pk, portion.pk, 3_000)], at=AT)

    assert went_well(at_once(either)) == 3 == Hold.objects.count() + Withdrawal.objects.count()
    assert balance(Lot(place.pk, portion.pk, SOUTHWARK).share) == 1_000
    assert proof() == []


@committed
def test_twelve_promises_of_30_pounds_from_100_a_week_are_exactly_three(committed_town: Town) -> None:
    _, [place, _] = cast.group(committed_town.amina, committed_town.yusuf, at=AT)
    portion = cast.direct_payment(committed_town.amina, seen_by=committed_town.ruth, at=AT, weekly_pence=10_000)
    results = at_once(lambda _: cast.promised(place, portion, at=AT, weekly_pence=3_000))
    assert went_well(results) == 3 == Pledge.objects.count()


@committed
def test_twelve_yeses_for_one_share_pay_it_once(committed_town: Town) -> None:
    week = build_week(committed_town)
    assert went_well(at_once(lambda _: week.release(1, 3_000))) == 1
    assert (week.due, week.has(1), Remittance.objects.count()) == (3_000, {"HOLD": 5_000}, 1)
    assert proof() == []


@committed
def test_a_yes_and_a_question_at_once_never_move_the_same_pound(committed_town: Town) -> None:
    week = build_week(committed_town)
    deeds: list[Callable[[], object]] = [
        lambda: week.release(1, 5_000),
        lambda: holds.dispute(hold=week.held[1], pence=5_000, by=None, at=AT),
        lambda: holds.give_back(hold=week.held[1], pence=5_000, by=None, at=AT),
    ]
    assert went_well(at_once(lambda number: deeds[number % 3](), many=6)) == 1
    assert sum(week.has(1).values()) + week.due == 8_000
    assert proof() == []


@committed
def test_three_payers_placed_twelve_times_at_once_are_held_once(committed_town: Town) -> None:
    _, places = cast.group(committed_town.amina, committed_town.yusuf, committed_town.halima, at=AT)
    portions = [cast.direct_payment(place.person, seen_by=committed_town.ruth, at=AT) for place in places]
    parts = [HoldPart(share, place.pk, portion.pk, 8_000) for share, (place, portion) in enumerate(zip(places, portions, strict=True), 1)]
    for part, place, portion in zip(parts, places, portions, strict=True):
        funded(committed_town, place, portion, share=part.share_id, pence=8_000)
    # Half of them name the payers in the other order: locks are taken in one order all the same.
    results = at_once(lambda n: holds.place(about_kind="milestone", about_id=1, parts=parts if n % 2 else parts[::-1], at=AT))
    assert went_well(results) == 1
    assert (Hold.objects.count(), len(set(HoldMove.objects.values_list("journal_key", flat=True)))) == (3, 1)
    assert proof() == []


@committed
def test_twelve_presses_of_pay_start_one_payment(committed_town: Town) -> None:
    _, [place, _] = cast.group(committed_town.amina, committed_town.yusuf, at=AT)
    portion = cast.direct_payment(committed_town.amina, seen_by=committed_town.ruth, at=AT)
    call = cast.called(cast.earmarked(cast.promised(place, portion, at=AT), at=AT), share=1, pence=1_800, at=AT)
    at_once(lambda _: calls.pay_by_card(call=call, **URLS, by=committed_town.amina, at=AT))
    assert Payment.objects.count() == 1


@committed
def test_twelve_people_signing_into_a_group_with_room_for_two_more(committed_town: Town) -> None:
    cluster, _ = cast.group(committed_town.amina, committed_town.yusuf, at=AT)
    type(cluster).objects.filter(pk=cluster.pk).update(size_max=4)
    from tests import cast as people

    many = [people.somebody(f"n{number}@example.com", f"Nur {number}", is_seen=True) for number in range(6)]
    asked = [memberships.invite(cluster=cluster, person=person, by=committed_town.amina, at=AT) for person in many]
    for place in asked:
        memberships.answer(membership=place, yes=True, by=committed_town.yusuf, at=AT)
    results = at_once(lambda n: memberships.accept_charter(membership=asked[n], by=many[n], at=AT), many=6)
    assert went_well(results) == 2
    assert sorted(cluster.memberships.inside().values_list("strand", flat=True)) == [1, 2, 3, 4]


# --- faults at the last step leave nothing behind, also inside somebody else's transaction ---


@pytest.mark.django_db
def test_when_the_book_refuses_no_row_says_otherwise(town: Town) -> None:
    _, [place, _] = cast.group(town.amina, town.yusuf, at=AT)
    portion = cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    call = cast.called(cast.earmarked(cast.promised(place, portion, at=AT), at=AT), share=1, pence=1_800, at=AT)
    Call.objects.filter(pk=call.pk).update(state="funded")  # a row that lies: nothing was paid in
    assert any("less is here" in sentence for sentence in proof())
    with transaction.atomic(), pytest.raises(NotEnough):
        holds.place(about_kind="milestone", about_id=1, parts=[HoldPart(1, place.pk, portion.pk, 1_800)], at=AT)
    assert not Hold.objects.exists()
    assert not HoldMove.objects.exists()
    assert Call.objects.get(pk=call.pk).state == "funded"


@pytest.mark.django_db
def test_when_the_lots_fall_short_nothing_is_released(town: Town) -> None:
    week = build_week(town)
    Payment.objects.filter(lot_owner=week.lot(1).owner).update(refunded_pence=8_000)
    with transaction.atomic(), pytest.raises(LotsFallShort):
        week.release(1, 2_000)
    assert (week.due, week.has(1), week.hold(1).released_pence) == (0, {"HOLD": 8_000}, 0)
    assert HoldMove.objects.filter(kind="release").count() == 0


@pytest.mark.django_db
def test_when_the_book_refuses_a_withdrawal_no_refund_is_approved(town: Town) -> None:
    week = build_week(town)
    holds.give_back(hold=week.held[1], pence=3_000, by=None, at=AT)
    Payment.objects.filter(lot_owner=week.lot(1).owner).update(used_pence=7_000)
    with transaction.atomic(), pytest.raises(LotsFallShort):
        shares.withdraw(membership=week.places[0], portion=week.portions[0], pence=3_000, by=town.amina, at=AT)
    assert not Withdrawal.objects.exists()
    assert not Refund.objects.exists()
    assert week.has(1) == {"HOLD": 5_000, "SHARE": 3_000}
    assert pledges.costs(1, 1, 0).most_pence == 1
