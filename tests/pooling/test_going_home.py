"""Free money goes home: by the lots it came in by, never more, by nobody else; refunds that arrive, and that come back."""

from datetime import timedelta

import pytest

from audit.errors import NotAllowed
from payments.gateways.shapes import RefundMade
from payments.models import Payment, PaymentOperation, Refund
from payments.services import refunds
from pooling.models import Call, Withdrawal
from pooling.rules import WITHDRAWAL, NotNow
from pooling.selectors import money_of, proof
from pooling.services import calls, holds, shares
from pooling.services.shares import NotThatMuchFree
from tests import cast_pooling as cast
from tests.pooling.conftest import AT, Town
from tests.pooling.test_holds import Week, build_week, funded


@pytest.fixture
def week(town: Town) -> Week:
    return build_week(town)


def test_free_money_goes_home_by_the_lots_it_came_in_by(week: Week) -> None:
    holds.give_back(hold=week.held[1], pence=3_000, by=None, at=AT)
    row = shares.withdraw(membership=week.places[0], portion=week.portions[0], pence=2_000, by=week.town.amina, at=AT)
    assert (row.state, week.has(1)) == ("returning", {"HOLD": 5_000, "SHARE": 1_000, "REFUND": 2_000})
    [refund] = Refund.objects.all()
    assert (refund.pence, refund.about, refund.payment.refunded_pence) == (2_000, f"withdrawal:{row.pk}", 2_000)
    assert (refund.lot_owner, refund.payment.lot_owner) == (week.lot(1).owner, week.lot(1).owner)
    [money] = money_of(week.town.amina)
    assert (money.going_back_pence, money.came_back_pence) == (2_000, 0)
    assert proof() == []


@pytest.mark.parametrize("pence", [-1, 0, 3_001, 2**63])
def test_only_what_is_free_goes_home(week: Week, pence: int) -> None:
    holds.give_back(hold=week.held[1], pence=3_000, by=None, at=AT)
    with pytest.raises(NotThatMuchFree):
        shares.withdraw(membership=week.places[0], portion=week.portions[0], pence=pence, by=week.town.amina, at=AT)
    assert not Withdrawal.objects.exists()


def test_what_a_coming_visit_counts_on_is_not_free(week: Week) -> None:
    holds.give_back(hold=week.held[1], pence=3_000, by=None, at=AT)
    pledge = cast.promised(week.places[0], week.portions[0], at=AT, weekly_pence=2_500)
    cast.called(cast.earmarked(pledge, at=AT, agreement=2), share=8, pence=2_500, at=AT)
    with pytest.raises(NotThatMuchFree) as caught:
        shares.withdraw(membership=week.places[0], portion=week.portions[0], pence=501, by=week.town.amina, at=AT)
    assert "£5.00" in caught.value.sentence


def test_only_the_owner_or_who_looks_after_it_sends_money_home(week: Week) -> None:
    holds.give_back(hold=week.held[1], pence=3_000, by=None, at=AT)
    for who in (week.town.yusuf, week.town.ruth, week.town.sam, week.town.operator, week.town.stranger):
        with pytest.raises(NotAllowed):
            shares.withdraw(membership=week.places[0], portion=week.portions[0], pence=1, by=who, at=AT)


def sent_home(week: Week) -> Withdrawal:
    holds.give_back(hold=week.held[1], pence=3_000, by=None, at=AT)
    return shares.withdraw(membership=week.places[0], portion=week.portions[0], pence=2_000, by=week.town.amina, at=AT)


def sent_home_twice(week: Week) -> tuple[Withdrawal, list[Refund]]:
    """£40 that came in two payments and goes home in two refunds: £10, then £30."""
    place, portion = week.places[0], week.portions[0]
    calls.drop_call(call=funded(week.town, place, portion, share=4, pence=1_000, paid_at=AT + timedelta(hours=1)), at=AT)
    holds.give_back(hold=week.held[1], pence=3_000, by=None, at=AT)
    row = shares.withdraw(membership=place, portion=portion, pence=4_000, by=week.town.amina, at=AT)
    refunds.plan_due(at=AT)
    return row, list(Refund.objects.order_by("pk"))


def refund_is(week: Week, state: str) -> None:
    """Stripe's word about the refund, taken over by payments, and told."""
    refunds.plan_due(at=AT)
    refund_of_is(week, Refund.objects.get(), state)


def refund_of_is(week: Week, row: Refund, state: str) -> None:
    row.refresh_from_db()
    assert row.operation is not None
    PaymentOperation.objects.filter(pk=row.operation.pk).update(state="succeeded")
    refunds._see(row, RefundMade(f"re_{row.pk}", state, row.pence, str(row.operation.pk), "ch_1", f"txn_re_{row.pk}", "", ""), AT)
    week.town.bank.tell()


def test_a_refund_that_is_home_is_said_so_once(week: Week) -> None:
    row = sent_home(week)
    refund_is(week, "succeeded")
    row.refresh_from_db()
    assert (row.state, row.returned_pence) == ("returned", 2_000)
    shares.note_refunds(withdrawal_id=row.pk, at=AT)
    row.refresh_from_db()
    assert (row.state, row.returned_pence, week.has(1)) == ("returned", 2_000, {"HOLD": 5_000, "SHARE": 1_000})
    assert proof() == []


def test_a_refund_that_came_back_waits_and_its_owner_may_keep_it_here(week: Week) -> None:
    row = sent_home(week)
    with pytest.raises(NotNow):
        shares.keep(withdrawal=row, by=week.town.amina, at=AT)
    refund_is(week, "failed")
    row.refresh_from_db()
    assert (row.state, week.has(1)) == ("failed", {"HOLD": 5_000, "SHARE": 1_000, "REFUND": 2_000})
    with pytest.raises(NotAllowed):
        shares.keep(withdrawal=row, by=week.town.yusuf, at=AT)
    kept = shares.keep(withdrawal=row, by=week.town.amina, at=AT)
    assert (kept.state, kept.kept_pence, week.has(1)) == ("kept", 2_000, {"HOLD": 5_000, "SHARE": 3_000})
    with pytest.raises(NotNow):
        shares.keep(withdrawal=row, by=week.town.amina, at=AT)
    assert proof() == []
    again = shares.withdraw(membership=week.places[0], portion=week.portions[0], pence=3_000, by=week.town.amina, at=AT)
    assert again.state == "returning"


def test_what_comes_back_after_the_first_was_kept_is_not_called_kept(week: Week) -> None:
    """Two refunds, one bank after the other; what came second waits in REFUND for two operators, and its owner sees that it does."""
    row, (first, second) = sent_home_twice(week)
    refund_of_is(week, first, "succeeded")
    refund_of_is(week, first, "failed")
    shares.keep(withdrawal=row, by=week.town.amina, at=AT)
    refund_of_is(week, second, "succeeded")
    row.refresh_from_db()
    assert (row.state, row.kept_pence, row.returned_pence) == ("kept", 1_000, 3_000)
    refund_of_is(week, second, "failed")
    row.refresh_from_db()
    assert (row.state, row.kept_pence, row.returned_pence) == ("failed", 1_000, 0)
    with pytest.raises(NotNow, match="Ring us about the rest"):
        shares.keep(withdrawal=row, by=week.town.amina, at=AT)
    assert week.has(1) == {"HOLD": 5_000, "SHARE": 1_000, "REFUND": 3_000}
    assert proof() == []
    # Two operators had it paid by hand.
    Refund.objects.filter(pk=second.pk).update(state=Refund.State.BY_HAND)
    shares.note_refunds(withdrawal_id=row.pk, at=AT)
    row.refresh_from_db()
    assert (row.state, row.returned_pence) == ("kept", 3_000)


def test_what_was_home_and_came_back_a_moment_ago_may_be_kept_before_we_are_told(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the simulator: it still counted as home, so that keeping it was more than had been taken."""
    row, (first, second) = sent_home_twice(week)
    refund_of_is(week, second, "succeeded")
    refund_of_is(week, first, "failed")
    monkeypatch.setattr(type(week.town.bank), "tell", lambda bank: None)
    refund_of_is(week, second, "failed")
    kept = shares.keep(withdrawal=row, by=week.town.amina, at=AT)
    assert (kept.state, kept.kept_pence, kept.returned_pence) == ("kept", 4_000, 0)
    shares.note_refunds(withdrawal_id=row.pk, at=AT)
    kept.refresh_from_db()
    assert (kept.state, kept.kept_pence, kept.returned_pence, proof()) == ("kept", 4_000, 0, [])


def fails(row: Refund, how: str) -> None:
    """Payments takes it over and nobody is told yet: its bank sends it back, at once or after it was called done, or Stripe would not send it."""
    row.refresh_from_db()
    assert row.operation is not None
    if how == "Stripe says no":
        return refunds.refused(row.operation, "charge_already_refunded", AT)
    for state in ("succeeded", "failed") if how == "after it was done" else ("failed",):
        refunds._see(row, RefundMade(f"re_{row.pk}", state, row.pence, str(row.operation.pk), "ch_1", f"txn_re_{row.pk}", "", ""), AT)
    return None


@pytest.mark.parametrize("how", ["at once", "after it was done", "Stripe says no"])
@pytest.mark.parametrize("when", ["before we heard of the first", "before it is kept", "before it is kept, heard later", "after it is kept"])
def test_however_two_parts_of_it_fail_money_in_refund_is_asked_about(week: Week, when: str, how: str) -> None:
    """Found by the simulator, which knew only of banks. Whatever still waits in REFUND once all is told, the withdrawal says that it failed."""
    row, (first, second) = sent_home_twice(week)
    fails(first, "at once")
    if when == "before we heard of the first":
        fails(second, how)
    week.town.bank.tell()
    if when.startswith("before it is kept"):
        fails(second, how)
    if when == "before it is kept":
        week.town.bank.tell()
    kept = shares.keep(withdrawal=row, by=week.town.amina, at=AT)
    if when == "after it is kept":
        fails(second, how)
    week.town.bank.tell()
    kept.refresh_from_db()
    is_left = when == "after it is kept"
    assert (kept.state, kept.kept_pence) == (("failed", 1_000) if is_left else ("kept", 4_000))
    assert week.has(1) == {"HOLD": 5_000, "SHARE": 1_000, "REFUND": 3_000} if is_left else {"HOLD": 5_000, "SHARE": 4_000}
    [money] = money_of(week.town.amina)
    assert money.going_back_pence == (3_000 if is_left else 0)
    assert proof() == []


def test_each_verb_of_a_withdrawal_is_refused_in_every_state_its_table_does_not_name(week: Week) -> None:
    row = sent_home(week)
    for state in Withdrawal.State.values:
        returned = 2_000 if state == "returned" else 0
        Withdrawal.objects.filter(pk=row.pk).update(state=state, returned_pence=returned)
        if (state, "keep") not in WITHDRAWAL:
            with pytest.raises(NotNow):
                shares.keep(withdrawal=row, by=week.town.amina, at=AT)


def test_the_proof_finds_a_withdrawal_without_its_journal(week: Week) -> None:
    row = sent_home(week)
    Withdrawal.objects.filter(pk=row.pk).update(journal_key=week.hold(1).place_journal)
    assert any("REFUND" in sentence for sentence in proof())


def test_the_proof_finds_a_withdrawal_that_says_it_is_home_before_stripe_sent_it(week: Week) -> None:
    row = sent_home(week)
    Withdrawal.objects.filter(pk=row.pk).update(state="returned", returned_pence=row.pence)
    assert proof() == [f"withdrawal {row.pk}: it says that {row.pence}p are home, and 0p were sent"]


def test_the_proof_finds_money_that_goes_home_out_of_somebody_elses_lot(week: Week) -> None:
    row = sent_home(week)
    Refund.objects.update(lot_owner=week.lot(2).owner)
    assert proof() == [f"withdrawal {row.pk}: {row.pence}p of {week.lot(1).owner}, but of their lots 0p go home"]
    Refund.objects.update(lot_owner=week.lot(1).owner, payment=Payment.objects.get(lot_owner=week.lot(2).owner))
    assert proof() == [f"withdrawal {row.pk}: {row.pence}p of {week.lot(1).owner}, but of their lots 0p go home"]


def test_the_proof_finds_a_call_that_somebody_elses_payment_or_none_paid(week: Week) -> None:
    hers, his = (Call.objects.get(membership=place) for place in week.places[:2])
    Call.objects.filter(pk=hers.pk).update(payment_id=his.payment_id)
    Call.objects.filter(pk=his.pk).update(payment_id="00000000-0000-0000-0000-000000000009")
    assert proof() == [f"call {one.pk}: no payment of {week.lot(share).owner} paid it" for share, one in enumerate((hers, his), 1)]
