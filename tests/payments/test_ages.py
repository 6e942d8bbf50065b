"""The 90-day clock of a lot: notices, what is free goes home by itself, two people's decisions, the alarm."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Entry, Fact
from payments.models import Alarm, LotDecision, LotNotice, Payment, Refund
from payments.selectors import proof
from payments.services import ages
from payments.services.ages import DECIDE, Wish
from people.models import Approval
from people.services import approvals
from people.services.approvals import NeedsApproval
from pooling.models import Membership, Portion, Withdrawal
from pooling.services import aged, calls, wallets
from tests import cast
from tests.cast import AT
from tests.cast_pooling import Bank, called, direct_payment, earmarked, group, paid_in, promised

pytestmark = pytest.mark.django_db


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


def run(at: datetime) -> None:
    """The timers of this clock, and the facts, until nothing moves."""
    for _ in range(10):
        Bank(at).tell()
        if not ages.advance_due(at=at) + aged.advance_due(at=at):
            return
    raise AssertionError("the clock never rests")


@pytest.fixture(autouse=True)
def _as_on(settings: Any) -> None:
    """Nobody above pooling: these tests have no weeks."""
    settings.FACT_ROUTES = {kind: [one for one in to if one.startswith("pooling.")] for kind, to in settings.FACT_ROUTES.items()}


@pytest.fixture
def place() -> tuple[Membership, Portion]:
    _, (membership,) = group(cast.amina(), at=AT)
    return membership, direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT)


@pytest.fixture
def lot(place: tuple[Membership, Portion]) -> Payment:
    paid_in(*place, pence=8_000, at=AT)
    return Payment.objects.get()


def decided(lot: Payment, kind: str, at: datetime, **more: Any) -> LotDecision:
    ages.propose(payment=lot, wish=Wish(kind=kind, reason="The stay in hospital is nearly over.", **more), by=cast.operator(), at=at)
    approvals.give(approval=Approval.objects.get(what=DECIDE, used_at=None), by=cast.second_operator(), at=at)
    return ages.decide(payment=lot, by=cast.second_operator(), at=at)


def test_lot_reaching_day_60_75_85_88(lot: Payment) -> None:
    told = {}
    for number in range(58, 88):
        ages.advance_due(at=day(number))
        ages.advance_due(at=day(number))
        told[number] = list(LotNotice.objects.values_list("day", flat=True))
    assert (told[59], told[60], told[74], told[75], told[84], told[85], told[87]) == ([], [60], [60], [60, 75], [60, 75], *[[60, 75, 85]] * 2)
    assert not Refund.objects.exists()
    run(day(88))
    assert list(LotNotice.objects.values_list("day", flat=True)) == [60, 75, 85, 88]
    assert Fact.objects.filter(kind="payments.lot_aged").count() == 4
    back = Refund.objects.get()
    assert (back.payment, back.pence) == (lot, 8_000)
    assert Withdrawal.objects.get().asked_by is None
    run(day(120))
    assert (Refund.objects.count(), Alarm.objects.count(), proof()) == (1, 0, [])


def test_a_night_after_the_clocks_went_forward_finds_what_is_88_days_old(lot: Payment) -> None:
    """Charged half an hour before midnight in winter; in summer, shortly after midnight, 88 days are an hour and more short of what they were."""
    Payment.objects.update(charged_at=datetime(2031, 2, 9, 23, 30, tzinfo=UTC))
    assert ages.due(at=datetime(2031, 5, 7, 22, 59, tzinfo=UTC)) == []
    assert ages.due(at=datetime(2031, 5, 7, 23, 1, tzinfo=UTC)) == [lot]


def test_a_night_after_the_clocks_went_back_finds_nothing_a_day_early(lot: Payment) -> None:
    Payment.objects.update(charged_at=datetime(2031, 9, 1, 23, 30, tzinfo=UTC))  # the 2nd in London
    assert ages.due(at=datetime(2031, 11, 28, 23, 59, tzinfo=UTC)) == []
    assert ages.due(at=datetime(2031, 11, 29, 0, 0, tzinfo=UTC)) == [lot]


def test_days_that_passed_while_nothing_ran_are_told_as_one(lot: Payment) -> None:
    ages.advance_due(at=day(87))
    assert [(row.day, row.pence) for row in LotNotice.objects.all()] == [(85, 8_000)]


def test_what_is_free_goes_home_out_of_the_old_lot_alone(place: tuple[Membership, Portion], lot: Payment) -> None:
    paid_in(*place, pence=13_000, at=day(40), share=9_001, agreement=901)  # 8,000 of it are here
    run(day(88))
    newer = Payment.objects.exclude(pk=lot.pk).get()
    lot.refresh_from_db()
    assert (lot.free_pence, newer.free_pence) == (0, 5_000)
    assert [row.payment_id for row in Refund.objects.all()] == [lot.pk]


def test_what_an_organisation_paid_in_and_handed_to_nobody_goes_back_too() -> None:
    kasmo = cast.kasmo()
    payment = wallets.pay_in(organisation=kasmo, council_code=cast.SOUTHWARK, pence=9_000, by=cast.sam(), at=AT)
    Bank(AT).pays(payment)
    run(day(87))
    assert not Refund.objects.exists()
    run(day(88))
    back = Refund.objects.get()
    assert (back.payment_id, back.pence) == (payment.pk, 9_000)
    run(day(91))
    assert (Refund.objects.count(), Alarm.objects.count(), proof()) == (1, 0, [])


def test_a_lot_that_fails_keeps_nobody_elses_money_from_going_home(place: tuple[Membership, Portion], lot: Payment) -> None:
    paid_in(*place, pence=13_000, at=AT, share=9_001, agreement=901)
    broken = Payment.objects.exclude(pk=lot.pk).get()
    Payment.objects.filter(pk=broken.pk).update(lot_owner="member:999999/portion:1", charged_at=AT - timedelta(hours=1))
    assert aged.advance_due(at=day(89)) == 1
    assert [row.payment_id for row in Refund.objects.all()] == [lot.pk]


def test_the_clock_runs_from_the_charge_in_london_days(lot: Payment) -> None:
    Payment.objects.update(charged_at=datetime.fromisoformat("2026-03-28T23:30:00+00:00"))
    lot.refresh_from_db()
    before, after = datetime.fromisoformat("2026-05-26T22:59:00+00:00"), datetime.fromisoformat("2026-05-26T23:01:00+00:00")
    assert (ages.age_days(lot, before), ages.age_days(lot, after)) == (59, 60)


def test_a_lot_over_90_days_without_a_decision_rings_once_and_is_in_the_proof(lot: Payment) -> None:
    ages.advance_due(at=day(90))
    assert (Alarm.objects.count(), proof()) == (0, [])
    ages.advance_due(at=day(91))
    ages.advance_due(at=day(92))
    assert [(row.kind, row.about) for row in Alarm.objects.open()] == [("lot_too_old", f"payment:{lot.pk}")]
    Fact.objects.create(kind="payments.payment_failed", subject="call:1", effective_at=day(92))
    assert [sentence for sentence in proof() if "92 days old" in sentence]
    run(day(93))
    assert (Alarm.objects.open().count(), proof()) == (0, [])


def test_money_is_kept_until_a_day_on_advice_by_two_people_and_goes_home_after_it(lot: Payment) -> None:
    until = day(110).date()
    kept = decided(lot, "keep", day(86), until=until, advice="Southwark’s finance team, letter of 20 May.")
    assert (kept.decided_by, kept.proposed_by) == (cast.second_operator(), cast.operator())
    run(day(110))
    assert (Refund.objects.count(), Alarm.objects.count(), proof()) == (0, 0, [])
    run(day(111))
    assert Refund.objects.get().pence == 8_000
    verbs = list(Entry.objects.filter(about_kind="payment", about_id=str(lot.pk)).values_list("verb", flat=True))
    assert {"payments.propose_lot_decision", "payments.decide_lot"} <= set(verbs)


def test_what_is_kept_on_advice_is_told_of_again_before_that_day_and_never_as_if_its_time_were_over(lot: Payment) -> None:
    for number in range(60, 87):
        ages.advance_due(at=day(number))
    decided(lot, "keep", day(86), until=day(120).date(), advice="Southwark’s finance team, letter of 20 May.")
    told = {}
    for number in range(86, 122):
        run(day(number))
        told[number] = list(LotNotice.objects.filter(day__gt=85).values_list("day", flat=True))
    assert (told[92], told[93], told[108], told[118], told[121]) == ([], [93], [93, 108], [93, 108, 118], [93, 108, 118, 121])
    ends = [fact.payload["ends_on"] for fact in Fact.objects.filter(kind="payments.lot_aged").order_by("pk")]
    assert ends == [day(88).date().isoformat()] * 3 + [day(121).date().isoformat()] * 4
    assert Refund.objects.get().pence == 8_000


def test_who_is_told_a_day_late_reads_the_day_on_which_it_really_goes_home(lot: Payment) -> None:
    ages.advance_due(at=day(87))
    assert Fact.objects.get(kind="payments.lot_aged").payload["ends_on"] == day(88).date().isoformat()


def test_a_later_decision_ends_one_to_keep_it_also_for_what_comes_free_afterwards(place: tuple[Membership, Portion], lot: Payment) -> None:
    call = called(earmarked(promised(*place, at=AT), at=AT), share=1, pence=8_000, at=AT)
    decided(lot, "keep", day(70), until=day(150).date(), advice="The council’s letter of 1 May.")
    decided(lot, "send_back", day(95))
    run(day(95))
    assert not Refund.objects.exists(), "a visit counts on it"
    calls.drop_call(call=call, at=day(96))
    run(day(97))
    assert Refund.objects.get().pence == 8_000


def test_two_people_send_it_back_before_day_88(lot: Payment) -> None:
    decided(lot, "send_back", day(62))
    Bank(day(62)).tell()
    assert Refund.objects.get().payment == lot


def test_a_yes_to_what_was_proposed_first_carries_out_nothing_else(lot: Payment) -> None:
    ages.propose(payment=lot, wish=Wish("send_back", "They moved away."), by=cast.operator(), at=day(61))
    read = Approval.objects.get()
    ages.propose(payment=lot, wish=Wish("pay_on", "It was agreed."), by=cast.operator(), at=day(61))
    with pytest.raises(approvals.ApprovalIsOver):
        approvals.give(approval=read, by=cast.second_operator(), at=day(61))
    anew = Approval.objects.open(day(61)).get()
    assert (anew.pk != read.pk, anew.reason) == (True, "It was agreed.")
    approvals.give(approval=anew, by=cast.second_operator(), at=day(61))
    assert ages.decide(payment=lot, by=cast.second_operator(), at=day(61)).kind == "pay_on"


def test_one_person_decides_nothing_about_old_money(lot: Payment) -> None:
    ages.propose(payment=lot, wish=Wish("send_back", "They moved away."), by=cast.operator(), at=day(61))
    with pytest.raises(NeedsApproval):
        ages.decide(payment=lot, by=cast.operator(), at=day(61))
    with pytest.raises(NotAllowed):
        approvals.give(approval=Approval.objects.get(), by=cast.operator(), at=day(61))
    with pytest.raises(NeedsApproval):
        ages.propose(payment=lot, wish=Wish("pay_on", "It was agreed."), by=cast.second_operator(), at=day(61))
    with pytest.raises(IntegrityError), transaction.atomic():
        LotDecision.objects.update(decided_by=cast.operator(), decided_at=day(61))
    for who in (cast.amina(), cast.sam(), cast.ruth()):
        with pytest.raises(NotAllowed):
            ages.propose(payment=lot, wish=Wish("send_back", "It is mine."), by=who, at=day(61))


@pytest.mark.parametrize(
    ("number", "wish"),
    [
        (59, Wish("send_back", "Too soon.")),
        (70, Wish("keep", "No day.", advice="A letter.")),
        (70, Wish("keep", "Too long.", until=day(161).date(), advice="A letter.")),
        (70, Wish("keep", "Today.", until=day(70).date(), advice="A letter.")),
        (70, Wish("keep", "No advice.", until=day(100).date())),
        (70, Wish("send_back", " ")),
    ],
)
def test_a_proposal_that_does_not_fit_is_refused_and_nothing_is_kept(lot: Payment, number: int, wish: Wish) -> None:
    with pytest.raises(Refusal), transaction.atomic():
        ages.propose(payment=lot, wish=wish, by=cast.operator(), at=day(number))
    assert not LotDecision.objects.exists()
