"""Money that may still be taken back waits for its date; a new pair and new bank details get a little first."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from audit.clock import london_date
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, post
from payments.models import Payee, Payer, Payment, PaymentOperation, Remittance
from payments.selectors import remittances_of
from payments.services import payins, risk
from payments.services.planning import plan
from places.calendar import add_working_days

COUNCIL = "E09000028"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
TODAY = date(2026, 3, 2)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _figures(settings: Any) -> None:
    settings.NEW_PAYEE_CEILING_PENCE, settings.NEW_PAYEE_RISK_DAYS, settings.NEW_PAYEE_LONG_RISK_DAYS = 50_000, 14, 45
    settings.BACS_HOLD_WORKING_DAYS, settings.BANK_CHANGE_CAP_PENCE, settings.BANK_CHANGE_CAP_WORKING_DAYS = 7, 50_000, 3


def payee(changed_at: datetime | None = None) -> Payee:
    return Payee.objects.create(owner=f"enterprise:{Payee.objects.count()}", council_code=COUNCIL, bank_changed_at=changed_at)


def operation(kind: str = "payment_intent", at: datetime = AT) -> PaymentOperation:
    return plan(kind=kind, reference="practice", params={}, council_code=COUNCIL, at=at)


def journal() -> Any:
    key = uuid4()
    post(Journal(key, "practice", COUNCIL, (Transfer(Account("BANK", COUNCIL), Account("FLOAT", COUNCIL), 1),), AT))
    return key


def lot(kind: str = "card", owner: str = "person:1", charged_at: datetime = AT, pence: int = 500_000) -> Payment:
    """Paid and available a week after."""
    payer, _ = Payer.objects.get_or_create(owner=owner, defaults={"council_code": COUNCIL})
    pk = uuid4()
    return Payment.objects.create(
        id=pk,
        kind=kind,
        state="available",
        pence=pence,
        payer=payer,
        lot_owner="member:1/portion:1",
        council_code=COUNCIL,
        credit_code="SHARE",
        operation=operation(),
        charge_id=f"ch_{pk.hex}",
        line_id=f"txn_{pk.hex}",
        fee_pence=0,
        started_at=charged_at,
        charged_at=charged_at,
        available_on=charged_at + timedelta(days=7),
        clearing_journal=journal(),
        available_journal=journal(),
    )


def owed(to: Payee, of: Payment, pence: int = 2_000, at: datetime = AT, **state: Any) -> Remittance:
    return Remittance.objects.create(payee=to, payment=of, pence=pence, council_code=COUNCIL, about="share:1", waiting_since=at, **state)


def paid(to: Payee, of: Payment, pence: int, at: datetime) -> Remittance:
    return owed(to, of, pence, at, state="paid", operation=operation("transfer", at), planned_journal=journal(), paid_journal=journal(), paid_at=at)


# --- a new payer paying a new payee ---


def test_a_new_payers_card_for_a_new_payee_waits_for_its_risk_date() -> None:
    row = owed(payee(), lot(charged_at=AT - timedelta(days=5)))
    assert risk.releasable_on(row, today=TODAY) == TODAY + timedelta(days=9)
    assert not risk.may_go(row, at=AT + timedelta(days=8))
    assert risk.may_go(row, at=AT + timedelta(days=9))


def test_above_the_ceiling_it_waits_longer() -> None:
    to, of = payee(), lot()
    first, second = owed(to, of, 40_000), owed(to, of, 10_001)
    assert risk.releasable_on(first, today=TODAY) == TODAY + timedelta(days=14)
    assert risk.releasable_on(second, today=TODAY) == TODAY + timedelta(days=45)


def test_small_ones_count_together_over_28_days() -> None:
    to, of = payee(), lot()
    rows = [owed(to, of, 9_000, AT + timedelta(days=day)) for day in (0, 5, 10, 15, 20, 25, 29)]
    dates = [(risk.releasable_on(row, today=TODAY) - TODAY).days for row in rows]
    # The sixth is above £500.00 in 28 days; for the seventh the first no longer counts.
    assert dates == [14, 14, 14, 15, 20, 45, 45]


def test_once_a_payment_to_them_is_28_days_old_nothing_waits() -> None:
    to, of = payee(), lot()
    paid(to, lot(charged_at=AT - timedelta(days=60)), 1_000, AT - timedelta(days=28))
    assert risk.may_go(owed(to, of, 90_000), at=AT)
    paid(other := payee(), lot(charged_at=AT - timedelta(days=60)), 1_000, AT - timedelta(days=27))
    assert not risk.may_go(owed(other, of, 1_000), at=AT)


@pytest.mark.parametrize(("kind", "owner"), [("bank_transfer", "person:1"), ("pay_by_bank", "person:1"), ("card", "organisation:2")])
def test_what_cannot_be_a_stolen_card_does_not_wait(kind: str, owner: str) -> None:
    assert risk.may_go(owed(payee(), lot(kind, owner)), at=AT)


def test_a_part_of_a_card_payment_waits_like_the_card() -> None:
    of = lot()
    terms = {"kind": "card", "state": "available", "payer": of.payer, "council_code": COUNCIL, "credit_code": "SHARE", "fee_pence": 0}
    dates = {"started_at": AT, "charged_at": of.charged_at, "available_on": of.available_on, "available_journal": journal()}
    part = Payment.objects.create(part_of=of, pence=2_000, lot_owner="member:2/portion:2", **terms, **dates)
    assert risk.releasable_on(owed(payee(), part), today=TODAY) == TODAY + timedelta(days=14)


def test_a_new_payers_first_card_payments_have_a_ceiling() -> None:
    terms: dict[str, Any] = {"payer_owner": "person:1", "lot_owner": "member:1/portion:1", "council_code": COUNCIL, "by": None, "at": AT}
    pages = {"success_url": "http://127.0.0.1/a", "cancel_url": "http://127.0.0.1/b", "credit": Account("SHARE", COUNCIL, "member:1/portion:1")}
    payins.start_card(pence=30_000, about="call:1", **terms, **pages)
    with pytest.raises(payins.FirstCardCeiling) as refusal:
        payins.start_card(pence=20_001, about="call:2", **terms, **pages)
    assert "£200.00" in refusal.value.sentence
    payins.start_card(pence=20_000, about="call:2", **terms, **pages)
    payins.start_bank_transfer(pence=90_000, about="call:3", credit=pages["credit"], **terms)
    lot(charged_at=AT - timedelta(days=14))
    payins.start_card(pence=90_000, about="call:4", **terms, **pages)


# --- Direct Debit ---


def test_money_by_direct_debit_rests_seven_working_days_once_it_is_here() -> None:
    of = lot("bacs")
    assert of.available_on is not None
    day = add_working_days(london_date(of.available_on), 7)
    row = owed(payee(), of)
    assert (day, risk.releasable_on(row, today=TODAY)) == (date(2026, 3, 18), day)
    assert not risk.may_go(row, at=datetime(2026, 3, 17, 12, tzinfo=UTC))
    assert risk.may_go(row, at=datetime(2026, 3, 18, 0, 1, tzinfo=UTC))


# --- bank details that changed ---


def test_the_first_payment_to_changed_bank_details_is_cut_to_the_cap() -> None:
    to = payee(AT - timedelta(days=9))
    row = owed(to, lot("bank_transfer"), 80_000)
    assert risk.may_go(row, at=AT)
    assert [one.pence for one in Remittance.objects.filter(payee=to).order_by("pk")] == [50_000, 30_000]
    assert row.pence == 50_000


def test_what_its_payer_has_back_already_of_more_than_the_cap_keeps_nothing_waiting() -> None:
    """It was kept back from another payment of theirs; this one goes whole, in parts."""
    row = owed(payee(AT - timedelta(days=9)), lot("bank_transfer"), 80_000, recovered_pence=60_000)
    assert risk.may_go(row, at=AT)
    assert sorted(Remittance.objects.values_list("pence", "recovered_pence")) == [(30_000, 10_000), (50_000, 50_000)]
    assert (row.pence, row.recovered_pence) == (50_000, 50_000)


def test_more_follows_three_working_days_after_the_first_was_paid() -> None:
    to, of = payee(AT - timedelta(days=9)), lot("bank_transfer")
    paid(to, of, 50_000, AT)
    row = owed(to, of, 80_000)
    assert risk.releasable_on(row, today=TODAY) == date(2026, 3, 5)
    assert not risk.may_go(row, at=AT + timedelta(days=2))
    assert risk.may_go(row, at=AT + timedelta(days=3))
    assert row.pence == 80_000


def test_what_went_to_the_old_details_says_nothing_of_the_new() -> None:
    to, of = payee(AT - timedelta(days=9)), lot("bank_transfer")
    paid(to, of, 50_000, AT - timedelta(days=20))
    assert risk.may_go(row := owed(to, of, 80_000), at=AT)
    assert row.pence == 50_000


def test_the_provider_sees_the_day_it_goes() -> None:
    to = payee()
    owed(to, lot())
    [seen] = remittances_of(to.pk, today=TODAY)
    assert (seen.state, seen.goes_on, seen.bank_on) == ("waiting", TODAY + timedelta(days=14), None)
