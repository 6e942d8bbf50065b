"""One sum paid in by who looks after money: waited for, handed out to people's promises, and what nobody needs sent back."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from audit.errors import NotAllowed, Refusal
from ledger.selectors import balance
from payments.models import Payment, PaymentOperation, Refund
from payments.selectors import proof as payments_proof
from payments.services import refunds
from pooling.books import Lot, Wallet
from pooling.models import Call, Earmark, Membership, Portion, WalletMove
from pooling.selectors import free_share, proof
from pooling.selectors.wallets import wallet_of
from pooling.services import budgets, calls, setbacks, shares, wallets
from pooling.services.wallets import NothingToHandOut, NotThatMuchPaidIn, RowsAreWrong, Slice
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town


@dataclass
class Circle:
    """Kasmo Together looks after Yusuf's and Amina's ISF; Southwark pays ISF money ahead. Both have promised £60.00 a week and said yes."""

    town: Town
    places: list[Membership]
    parts: list[Portion]
    earmarks: list[Earmark]

    def paid_in(self, pence: int = 50_000) -> Payment:
        payment = wallets.pay_in(organisation=self.town.kasmo, council_code=SOUTHWARK, pence=pence, by=self.town.sam, at=AT)
        return self.town.bank.pays(payment)

    def slice(self, who: int, pence: int) -> Slice:
        return Slice(self.places[who].pk, self.parts[who].pk, pence)

    def hand_out(self, *slices: Slice) -> WalletMove:
        return wallets.hand_out(
            organisation=self.town.kasmo, council_code=SOUTHWARK, slices=slices, token=uuid4(), by=self.town.sam, at=AT + timedelta(hours=1)
        )

    def send_back(self, pence: int) -> WalletMove:
        return wallets.send_back(organisation=self.town.kasmo, council_code=SOUTHWARK, pence=pence, token=uuid4(), by=self.town.sam, at=AT)

    @property
    def here(self) -> int:
        return balance(Wallet(self.town.kasmo.pk, SOUTHWARK).money)

    def share(self, who: int) -> int:
        return balance(Lot(self.places[who].pk, self.parts[who].pk, SOUTHWARK).share)


def circle_of(town: Town) -> Circle:
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="ahead", by=town.operator, at=AT)
    _, places = cast.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    parts = [cast.isf(person, holder=town.kasmo, confirmed_by=town.sam, at=AT) for person in (town.amina, town.yusuf)]
    kept = [cast.earmarked(cast.promised(place, part, at=AT), at=AT) for place, part in zip(places, parts, strict=True)]
    return Circle(town, places, parts, kept)


@pytest.fixture
def circle(town: Town) -> Circle:
    return circle_of(town)


def all_is_well() -> bool:
    assert proof() == []
    assert payments_proof() == []
    return True


@pytest.mark.django_db
def test_one_sum_is_the_holders_own_once_it_is_here(circle: Circle) -> None:
    payment = wallets.pay_in(organisation=circle.town.kasmo, council_code=SOUTHWARK, pence=50_000, by=circle.town.sam, at=AT)
    assert circle.here == 0
    circle.town.bank.pays(payment)
    assert circle.here == 50_000
    assert payment.lot_owner == f"holder:{circle.town.kasmo.pk}"
    assert all_is_well()


@pytest.mark.django_db
def test_handing_out_takes_the_lot_along_oldest_first(circle: Circle) -> None:
    first, second = circle.paid_in(10_000), circle.paid_in(30_000)
    Payment.objects.filter(pk=first.pk).update(charged_at=AT - timedelta(days=3))
    circle.hand_out(circle.slice(0, 8_000), circle.slice(1, 6_000))
    assert (circle.here, circle.share(0), circle.share(1)) == (26_000, 8_000, 6_000)
    parts = [(row.part_of_id, row.pence, row.lot_owner) for row in Payment.objects.exclude(part_of=None).order_by("started_at", "pence")]
    amina, yusuf = (Lot(circle.places[who].pk, circle.parts[who].pk, SOUTHWARK).owner for who in (0, 1))
    assert sorted(parts, key=str) == sorted([(first.pk, 8_000, amina), (first.pk, 2_000, yusuf), (second.pk, 4_000, yusuf)], key=str)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.moved_pence, first.free_pence, second.moved_pence) == (10_000, 0, 4_000)
    assert all_is_well()


@pytest.mark.django_db
def test_a_call_that_waits_is_paid_at_once_and_nothing_clears(circle: Circle) -> None:
    call = cast.called(circle.earmarks[0], share=1, pence=4_000, at=AT)
    circle.paid_in()
    circle.hand_out(circle.slice(0, 5_000))
    call.refresh_from_db()
    assert (call.state, free_share(call.membership_id, call.portion_id, SOUTHWARK)) == (Call.State.FUNDED, 1_000)
    later = cast.called(circle.earmarks[0], share=2, pence=900, at=AT)
    assert later.state == Call.State.FUNDED
    assert all_is_well()


@pytest.mark.django_db
def test_a_transfer_already_waited_for_is_closed_when_the_wallet_pays(circle: Circle) -> None:
    call = cast.called(circle.earmarks[0], share=1, pence=4_000, at=AT)
    payment = calls.pay_by_bank(call=call, by=circle.town.sam, at=AT)
    circle.paid_in()
    circle.hand_out(circle.slice(0, 4_000))
    payment.refresh_from_db()
    call.refresh_from_db()
    assert (payment.state, call.state) == ("cancelled", "funded")
    assert all_is_well()


@pytest.mark.django_db
def test_a_list_with_bad_rows_does_nothing_and_names_each(circle: Circle) -> None:
    circle.paid_in(500_000)
    other = cast.council_managed(circle.town.halima, council=circle.town.council, confirmed_by=circle.town.colin, at=AT)
    slices = [circle.slice(0, 1_000), circle.slice(1, 48_001), Slice(circle.places[0].pk, other.pk, 100), circle.slice(0, 1), circle.slice(1, 0)]
    with pytest.raises(RowsAreWrong) as refusal:
        circle.hand_out(*slices)
    rows = refusal.value.rows
    assert [row.split(":")[0] for row in rows] == ["Row 2, Yusuf Abdi", "Row 3", "Row 4, Amina Farah", "Row 5, Yusuf Abdi"]
    # Eight weeks of £60.00, from next Monday, touch the next sixty days.
    assert "£480.00" in rows[0]
    assert (circle.here, circle.share(0), WalletMove.objects.count()) == (500_000, 0, 0)


@pytest.mark.django_db
def test_only_what_is_used_within_sixty_days_is_handed_out(circle: Circle) -> None:
    circle.paid_in(500_000)
    assert [need.most_pence for need in wallet_of(circle.town.kasmo, SOUTHWARK, today=AT.date()).needs] == [48_000, 48_000]
    circle.hand_out(circle.slice(0, 48_000))
    with pytest.raises(RowsAreWrong):
        circle.hand_out(circle.slice(0, 1))


@pytest.mark.django_db
def test_more_than_was_paid_in_is_refused(circle: Circle) -> None:
    circle.paid_in(5_000)
    with pytest.raises(NotThatMuchPaidIn):
        circle.hand_out(circle.slice(0, 3_000), circle.slice(1, 2_001))
    with pytest.raises(NothingToHandOut):
        circle.hand_out()
    assert (circle.here, circle.share(0)) == (5_000, 0)


@pytest.mark.django_db
def test_only_who_works_for_the_holder_moves_its_money(circle: Circle) -> None:
    circle.paid_in()
    for somebody in (circle.town.colin, circle.town.amina, circle.town.ruth, circle.town.operator):
        with pytest.raises(NotAllowed):
            wallets.hand_out(
                organisation=circle.town.kasmo, council_code=SOUTHWARK, slices=[circle.slice(0, 1_000)], token=uuid4(), by=somebody, at=AT
            )
        with pytest.raises(NotAllowed):
            wallets.send_back(organisation=circle.town.kasmo, council_code=SOUTHWARK, pence=1, token=uuid4(), by=somebody, at=AT)
        with pytest.raises(NotAllowed):
            wallets.pay_in(organisation=circle.town.kasmo, council_code=SOUTHWARK, pence=5_000, by=somebody, at=AT)
    assert circle.here == 50_000


@pytest.mark.django_db
def test_the_same_list_sent_twice_is_done_once(circle: Circle) -> None:
    circle.paid_in()
    token = uuid4()
    terms = {"organisation": circle.town.kasmo, "council_code": SOUTHWARK, "token": token, "by": circle.town.sam, "at": AT}
    assert wallets.hand_out(slices=[circle.slice(0, 1_000)], **terms).pk == wallets.hand_out(slices=[circle.slice(0, 1_000)], **terms).pk
    assert (circle.here, circle.share(0)) == (49_000, 1_000)
    with pytest.raises(wallets.DoneAlready):
        wallets.hand_out(slices=[circle.slice(0, 2_000)], **terms)
    with pytest.raises(wallets.DoneAlready):
        wallets.send_back(pence=1_000, **terms)


@pytest.mark.django_db
def test_what_nobody_needs_goes_back_to_the_bank_it_came_from(circle: Circle) -> None:
    payment = circle.paid_in(20_000)
    circle.hand_out(circle.slice(0, 5_000))
    move = circle.send_back(15_000)
    [back] = Refund.objects.filter(about=f"wallet_back:{move.pk}")
    assert (back.payment_id, back.pence, circle.here) == (payment.pk, 15_000, 0)
    with pytest.raises(NotThatMuchPaidIn):
        circle.send_back(1)
    assert all_is_well()


@pytest.mark.django_db
def test_a_part_that_goes_home_goes_to_the_original_charge(circle: Circle) -> None:
    payment = circle.paid_in(20_000)
    circle.hand_out(circle.slice(0, 5_000))
    shares.withdraw(membership=circle.places[0], portion=circle.parts[0], pence=5_000, by=circle.town.sam, at=AT)
    assert refunds.plan_due(at=AT) == 1
    assert PaymentOperation.objects.get(kind="refund").params["charge"] == payment.charge_id
    assert all_is_well()


@pytest.mark.django_db
def test_what_the_bank_sends_back_to_us_is_in_the_wallet_again(circle: Circle) -> None:
    circle.paid_in(20_000)
    move = circle.send_back(20_000)
    with pytest.raises(wallets.NothingCameBack):
        wallets.keep(move=move, by=circle.town.sam, at=AT)
    refunds.plan_due(at=AT)
    refunds.refused(PaymentOperation.objects.get(kind="refund"), "charge_already_refunded", AT)
    wallets.keep(move=move, by=circle.town.sam, at=AT)
    assert circle.here == 20_000
    assert circle.send_back(20_000).pk != move.pk
    assert all_is_well()


@pytest.mark.django_db
def test_of_one_sum_what_comes_back_later_is_paid_by_hand_and_the_refusal_says_so(circle: Circle) -> None:
    circle.paid_in(20_000)
    circle.paid_in(10_000)
    move = circle.send_back(30_000)
    refunds.plan_due(at=AT)
    first, second = PaymentOperation.objects.filter(kind="refund").order_by("pence")
    refunds.refused(first, "charge_already_refunded", AT)
    wallets.keep(move=move, by=circle.town.sam, at=AT)
    refunds.refused(second, "charge_already_refunded", AT)
    with pytest.raises(wallets.NothingCameBack, match="paid by hand"):
        wallets.keep(move=move, by=circle.town.sam, at=AT)
    assert circle.here == 10_000
    assert all_is_well()


@pytest.mark.django_db
def test_what_a_holders_bank_took_back_is_paid_from_what_it_pays_in_later(circle: Circle) -> None:
    payment = circle.paid_in(20_000)
    circle.hand_out(circle.slice(0, 5_000))
    dispute = circle.town.bank.takes_back(payment, ends="lost")
    assert (circle.here, dispute.owed_pence) == (0, 5_000)
    circle.paid_in(12_000)
    for way_out in (circle.send_back, lambda pence: circle.hand_out(circle.slice(1, pence))):
        with pytest.raises(NotThatMuchPaidIn, match=r"£70\.00"):
            way_out(7_001)
    circle.hand_out(circle.slice(1, 4_000))
    assert wallet_of(circle.town.kasmo, SOUTHWARK, today=AT.date()).here_pence == 3_000
    setbacks.advance_due(at=AT)
    dispute.refresh_from_db()
    assert (circle.here, dispute.owed_pence, dispute.state) == (3_000, 0, "settled")
    assert all_is_well()


@pytest.mark.django_db
def test_an_order_the_person_said_yes_to_is_paid_from_the_wallet(town: Town) -> None:
    _, places = cast.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    part = cast.isf(town.amina, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    circle = Circle(town, places, [part], [cast.earmarked(cast.promised(places[0], part, at=AT), at=AT)])
    call = cast.called(circle.earmarks[0], share=1, pence=4_000, at=AT)
    circle.paid_in(10_000)
    with pytest.raises(RowsAreWrong):  # nothing of theirs rests with us before their yes
        circle.hand_out(circle.slice(0, 1_000))
    calls.accept_order(call=call, reference="PO-1", by=town.sam, at=AT)
    calls.bill_order(call=call, about_id=1, pence=3_500, at=AT)
    circle.hand_out(circle.slice(0, 3_500))
    call.refresh_from_db()
    assert (call.state, call.owed_pence, circle.here) == ("funded", 3_500, 6_500)
    assert all_is_well()


@pytest.mark.django_db(transaction=True)
def test_two_lists_at_once_on_one_lot_take_no_more_than_it_has(committed_town: Town) -> None:
    circle = circle_of(committed_town)
    circle.paid_in(50_000)
    together, outcomes = threading.Barrier(6), []

    def press(who: int) -> None:
        together.wait()
        try:
            if who < 4:
                circle.hand_out(circle.slice(who % 2, 15_000))
            else:
                circle.send_back(15_000)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        connections.close_all()

    presses = [threading.Thread(target=press, args=(who,)) for who in range(6)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sorted(outcomes) == ["done"] * 3 + ["not_that_much_paid_in"] * 3
    assert circle.here == 5_000
    assert all_is_well()
