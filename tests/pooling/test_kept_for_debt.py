"""Money that was to go home and has not gone pays what its owner's bank took back since, before it leaves and before any work falls short."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.selectors import balance
from ledger.services.accounts import Account
from payments.gateways.shapes import RefundMade
from payments.models import Dispute, Payment, PaymentOperation, Refund, StripeLine
from payments.selectors import proof as payments_proof
from payments.services import disputes, operations, planning, refunds
from pooling.books import Lot
from pooling.models import Call, LeavingMove, Membership, Portion, WalletMove, Withdrawal
from pooling.rules import NotNow
from pooling.selectors import money_of, proof
from pooling.services import calls, setbacks, settlement, shares, wallets
from tests import cast_leaving
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.cast_leaving import Costs
from tests.pooling.conftest import AT, Town
from tests.pooling.test_holds import funded
from tests.pooling.test_leaving import UnheardBank, gone
from tests.pooling.test_wallets import Circle, all_is_well, circle_of

pytestmark = pytest.mark.django_db
Going = tuple[Membership, Portion, Withdrawal, list[Refund]]


@pytest.fixture
def going(town: Town) -> Going:
    """Amina paid £30.00, then £10.00, and all of it is to go home: nobody has asked Stripe yet."""
    cast_leaving.floated(100_000)
    _, [place, _] = cast.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    portion = cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    paid = ((1, 3_000, AT), (2, 1_000, AT + timedelta(hours=1)))
    for call in [funded(town, place, portion, share=share, pence=pence, paid_at=paid_at) for share, pence, paid_at in paid]:
        calls.drop_call(call=call, at=AT)
    row = shares.withdraw(membership=place, portion=portion, pence=4_000, by=town.amina, at=AT)
    small, large = Refund.objects.order_by("pk")
    assert (small.pence, large.pence) == (1_000, 3_000)
    return place, portion, row, [small, large]


def has(place: Membership, portion: Portion) -> dict[str, int]:
    owner = Lot(place.pk, portion.pk, SOUTHWARK).owner
    found = {code: balance(Account(code, SOUTHWARK, owner)) for code in ("SHARE", "REFUND", "RECEIVABLE")}
    return {code: pence for code, pence in (found | {"OUT": balance(Account("OUT", SOUTHWARK))}).items() if pence}


def states() -> list[tuple[int, str]]:
    return list(Refund.objects.order_by("pk").values_list("pence", "state"))


def sums(place: Membership) -> list[tuple[int, str, int]]:
    return list(Withdrawal.objects.filter(membership=place).order_by("pk").values_list("pence", "state", "kept_pence"))


def asked_for(row: Refund, state: str) -> PaymentOperation:
    """Stripe was asked for it a moment ago; how its operation stands since."""
    operation = PaymentOperation.objects.get(refund=row)
    planning.was_sent(operation, sent_at=AT, at=AT)
    PaymentOperation.objects.filter(pk=operation.pk).update(state=state)
    operation.refresh_from_db()
    return operation


def test_so_much_as_is_owed_stays_and_the_rest_goes_home(town: Town, going: Going) -> None:
    place, portion, _, [_, large] = going
    case = town.bank.takes_back(large.payment, 500, ends="lost")
    assert (case.state, has(place, portion)) == ("settled", {"REFUND": 3_500})
    assert states() == [(1_000, "approved"), (2_500, "approved"), (500, "cancelled")]
    assert sums(place) == [(3_500, "returning", 0), (500, "kept", 500)]
    [money] = money_of(town.amina)
    assert (money.going_back_pence, money.owed_pence, money.free_pence) == (3_500, 0, 0)
    assert all_is_well()
    assert refunds.plan_due(at=AT) == 2
    assert has(place, portion) == {"OUT": -3_500}
    assert all_is_well()


def test_nothing_of_theirs_is_planned_before_anybody_was_told(town: Town, going: Going) -> None:
    place, portion, _, [small, _] = going
    UnheardBank(AT).takes_back(small.payment, 300, ends="lost")
    assert refunds.plan_due(at=AT) == 0
    assert has(place, portion) == {"REFUND": 4_000, "RECEIVABLE": 300}
    setbacks.advance_due(at=AT)
    assert refunds.plan_due(at=AT) == 2
    assert has(place, portion) == {"OUT": -3_700}


def test_what_was_planned_and_never_asked_for_is_stopped(town: Town, going: Going) -> None:
    place, portion, row, [_, large] = going
    assert refunds.plan_due(at=AT) == 2
    asked = PaymentOperation.objects.get(refund=large)
    case = UnheardBank(AT).takes_back(large.payment, ends="lost")
    assert case.owed_pence == 3_000
    assert operations._claim(asked.pk, AT, 0) is None
    town.bank.tell()
    asked.refresh_from_db()
    assert (asked.state, asked.error, asked.uses.count()) == ("refused", "its owner owes", 0)
    assert (states(), has(place, portion)) == ([(1_000, "sent"), (3_000, "cancelled")], {"OUT": -1_000})
    assert sums(place) == [(1_000, "returning", 0), (3_000, "kept", 3_000)]
    row.refresh_from_db()
    with pytest.raises(NotNow):
        shares.keep(withdrawal=row, by=town.amina, at=AT)
    assert all_is_well()


@pytest.mark.parametrize("state", ["sent", "unknown"])
def test_what_stripe_was_asked_for_goes_and_is_looked_for_again(town: Town, going: Going, state: str) -> None:
    """Also where its answer was lost: Stripe may have made it."""
    place, portion, _, [small, large] = going
    refunds.plan_due(at=AT)
    for row in (small, large):
        asked_for(row, state)
    case = town.bank.takes_back(large.payment, 500, ends="lost")
    assert (case.owed_pence, has(place, portion)) == (500, {"OUT": -4_000, "RECEIVABLE": 500})
    for row in (small, large):
        assert operations._claim(PaymentOperation.objects.get(refund=row).pk, AT, 0) is not None
    assert all_is_well()


def test_refused_for_now_it_has_not_gone(town: Town, going: Going) -> None:
    """A bank disputed it before we heard: Stripe said no, and it waits for another try."""
    place, portion, _, [small, large] = going
    refunds.plan_due(at=AT)
    asked_for(small, "sent")
    refunds.refused(asked_for(large, "refused"), "charge_disputed", AT)
    town.bank.takes_back(large.payment, 500, ends="lost")
    assert (states()[1:], has(place, portion)) == ([(2_500, "approved"), (500, "cancelled")], {"REFUND": 2_500, "OUT": -1_000})
    assert all_is_well()


def test_it_pays_before_work_that_was_said_yes_to_falls_short(town: Town, going: Going) -> None:
    place, portion, _, [_, large] = going
    cast.paid_in(place, portion, pence=700, at=AT, share=9_002, agreement=902)
    call = cast.called(cast.earmarked(cast.promised(place, portion, at=AT, weekly_pence=500), at=AT), share=1, pence=500, at=AT)
    assert call.state == Call.State.FUNDED
    town.bank.takes_back(large.payment, 2_000, ends="lost")
    call.refresh_from_db()
    assert (call.state, has(place, portion)) == (Call.State.FUNDED, {"SHARE": 500, "REFUND": 2_200})
    assert all_is_well()


def test_all_of_it_stays(town: Town, going: Going) -> None:
    place, portion, row, refunded = going
    for one in refunded:
        town.bank.takes_back(one.payment, ends="lost")
    assert (has(place, portion), sums(place)) == ({}, [(3_000, "kept", 3_000), (1_000, "kept", 1_000)])
    row.refresh_from_db()
    assert row.returned_pence == 0
    assert all_is_well()


def test_what_is_left_of_a_sum_may_be_home_already(town: Town, going: Going) -> None:
    place, _, row, [small, large] = going
    refunds.plan_due(at=AT)
    operation = asked_for(small, "succeeded")
    small.refresh_from_db()
    refunds._see(small, RefundMade("re_1", "succeeded", 1_000, str(operation.pk), "ch_1", "txn_re_1", "", ""), AT)
    town.bank.tell()
    town.bank.takes_back(large.payment, ends="lost")
    row.refresh_from_db()
    assert (row.state, row.returned_pence, sums(place)) == ("returned", 1_000, [(1_000, "returned", 0), (3_000, "kept", 3_000)])
    assert proof() == []


def test_the_bank_gives_it_up_and_it_is_free_here(town: Town, going: Going) -> None:
    place, portion, _, [_, large] = going
    case = town.bank.takes_back(large.payment, 500)
    assert case.owed_pence == 0
    town.bank.takes_back(large.payment, 500, ends="won")
    assert has(place, portion) == {"SHARE": 500, "REFUND": 3_500}
    assert all_is_well()


def test_what_may_have_gone_by_hand_is_left_alone(town: Town, going: Going) -> None:
    place, portion, _, [small, _] = going
    fields = {"kind": "refund", "pence": -1_000, "net_pence": -1_000, "fee_pence": 0, "currency": "gbp", "source": "re_1", "state": "suspense"}
    StripeLine.objects.create(id="txn_1", created_at=AT, available_on=AT, is_available=True, journal_key=uuid4(), **fields)
    town.bank.takes_back(small.payment, 1_000, ends="lost")
    assert states() == [(1_000, "approved"), (2_000, "approved"), (1_000, "cancelled")]
    assert has(place, portion) == {"REFUND": 3_000}
    assert refunds.plan_due(at=AT) == 1
    StripeLine.objects.all().delete()  # only a row here: the book never had it


def test_while_the_book_is_behind_stripe_none_of_it_is_touched(town: Town, going: Going) -> None:
    place, portion, _, [_, large] = going
    fields = {"kind": "refund", "pence": -77, "net_pence": -77, "fee_pence": 0, "currency": "gbp", "source": "re_1", "state": "suspense"}
    fields |= {"is_available": True, "journal_key": uuid4(), "lost_operation": str(uuid4())}
    StripeLine.objects.create(id="txn_1", created_at=AT, available_on=AT, **fields)
    town.bank.takes_back(large.payment, 500, ends="lost")
    assert (has(place, portion), states()) == ({"REFUND": 4_000, "RECEIVABLE": 500}, [(1_000, "approved"), (3_000, "approved")])
    StripeLine.objects.all().delete()
    setbacks.advance_due(at=AT)
    assert has(place, portion) == {"REFUND": 3_500}
    assert all_is_well()


def test_of_who_has_left(town: Town, four: Costs) -> None:
    statement = gone(four.purses["B"].place)
    settlement.agree(statement=statement, by=town.yusuf, at=AT)
    assert four.purses["B"].has() == {"REFUND": 45_000}
    cast_leaving.floated(100_000)
    town.bank.takes_back(Payment.objects.get(lot_owner=four.purses["B"].lot.owner), 20_000, ends="lost")
    assert (four.purses["B"].has(), Dispute.objects.get().state) == ({"REFUND": 25_000}, "settled")
    assert not LeavingMove.objects.filter(kind="debt").exists()
    assert sums(four.purses["B"].place) == [(25_000, "returning", 0), (20_000, "kept", 20_000)]
    assert all_is_well()


def test_of_an_organisation(town: Town) -> None:
    cast_leaving.floated(100_000)
    circle: Circle = circle_of(town)
    payment = circle.paid_in(20_000)
    move = circle.send_back(12_000)
    dispute = town.bank.takes_back(payment, 15_000, ends="lost")
    assert (circle.here, dispute.state) == (0, "settled")
    move.refresh_from_db()
    [stayed] = WalletMove.objects.exclude(pk=move.pk)
    assert (move.pence, move.kept_pence, stayed.pence, stayed.kept_pence) == (5_000, 0, 7_000, 7_000)
    assert states() == [(5_000, "approved"), (7_000, "cancelled")]
    with pytest.raises(wallets.NothingCameBack):
        wallets.keep(move=stayed, by=town.sam, at=AT)
    again = {"organisation": town.kasmo, "council_code": SOUTHWARK, "token": move.token, "by": town.sam, "at": AT}
    assert wallets.send_back(pence=12_000, **again) == move  # pressed twice, and some of it stayed in between
    with pytest.raises(wallets.DoneAlready):
        wallets.send_back(pence=5_000, **again)
    assert all_is_well()


def test_the_money_of_its_people_is_theirs(town: Town) -> None:
    """What an organisation owes is not paid by what it handed out and a person sends back to it."""
    circle = circle_of(town)
    payment = circle.paid_in(20_000)
    circle.hand_out(circle.slice(0, 5_000))
    shares.withdraw(membership=circle.places[0], portion=circle.parts[0], pence=5_000, by=town.sam, at=AT + timedelta(hours=1))
    dispute = town.bank.takes_back(payment, 18_000, ends="lost")
    assert (circle.here, dispute.owed_pence, states()) == (0, 3_000, [(5_000, "approved")])
    assert refunds.plan_due(at=AT + timedelta(hours=1)) == 1
    assert payments_proof() == proof() == []


def test_the_row_that_owes_is_asked(town: Town, going: Going) -> None:
    """Another's debt stops nobody."""
    _, _, _, [small, _] = going
    _, [place, _] = cast.group(town.yusuf, town.halima, at=AT, facilitator=town.ruth)
    portion = cast.direct_payment(town.yusuf, seen_by=town.ruth, at=AT)
    cast.paid_in(place, portion, pence=900, at=AT, share=9_005, agreement=905)
    UnheardBank(AT).takes_back(Payment.objects.get(lot_owner=Lot(place.pk, portion.pk, SOUTHWARK).owner), ends="lost")
    assert not refunds.owes(small)
    assert refunds.plan_due(at=AT) == 2
    assert disputes.all_owing()


def test_the_debt_is_locked_first_and_the_operation_before_its_refund(town: Town, going: Going) -> None:
    refunds.plan_due(at=AT)
    UnheardBank(AT).takes_back(going[3][1].payment, 500, ends="lost")
    with CaptureQueriesContext(connection) as asked:
        assert setbacks.cover(dispute_id=Dispute.objects.get().pk, at=AT) == 500
    locked = [one["sql"].rpartition(" FROM ")[2].split('"')[1] for one in asked if " UPDATE" in one["sql"] and one["sql"].startswith("SELECT")]
    rows = ["payments_dispute", "pooling_membership", "payments_paymentoperation", "payments_refund", "pooling_withdrawal", "payments_payment"]
    assert list(dict.fromkeys(locked)) == rows


def test_what_waits_for_a_leavers_answer_pays_first_whoever_hears_first(town: Town, four: Costs) -> None:
    """The timer takes it too: `cover` may have been told while nothing was there, and then what is owed and what goes home waited for ever."""
    statement = gone(four.purses["B"].place)
    cast_leaving.floated(100_000)
    UnheardBank(AT).takes_back(Payment.objects.get(lot_owner=four.purses["B"].lot.owner), 20_000, ends="lost")
    settlement.agree(statement=statement, by=town.yusuf, at=AT)
    assert four.purses["B"].has() == {"LEAVING": 20_000, "REFUND": 25_000}
    setbacks.advance_due(at=AT)
    assert (four.purses["B"].has(), Dispute.objects.get().owed_pence) == ({"REFUND": 25_000}, 0)
    assert refunds.plan_due(at=AT) == 1
    town.bank.tell()
    assert four.purses["B"].has() == {}
    assert all_is_well()
