"""The tables and sums of payments, and who may see its rows."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import rules
from payments.models import Alarm, Dispute, Payee, Payment, PaymentOperation, Recovery, Refund, Remittance
from payments.rules import NoSuchStep, may_step, step, take_from, wait_after
from payments.selectors import waiting_pence
from tests import cast
from tests.payments.conftest import Play

TABLES = [
    (rules.PAYMENT, Payment),
    (rules.REMITTANCE, Remittance),
    (rules.REFUND, Refund),
    (rules.OPERATION, PaymentOperation),
    (rules.DISPUTE, Dispute),
    (rules.RECOVERY, Recovery),
]
FINAL = {
    "Payment": set(),
    "Remittance": {"reversed", "set_off"},
    "Refund": {"cancelled", "by_hand"},
    "Dispute": set(),
    "Recovery": {"recovered"},
    "PaymentOperation": {"succeeded"},
}


@pytest.mark.parametrize(("table", "model"), TABLES)
def test_every_state_and_verb_is_allowed_or_refused(table: dict[tuple[str, str], str], model: type) -> None:
    states = {value for value, _ in model.State.choices}  # type: ignore[attr-defined]
    assert {state for state, _ in table} | set(table.values()) <= states
    for state, event in product(states, {event for _, event in table}):
        if may_step(table, state, event):
            assert step(table, state, event) in states
        else:
            with pytest.raises(NoSuchStep):
                step(table, state, event)
    assert {state for state in states if not any(start == state for start, _ in table)} == FINAL[model.__name__]


@given(st.lists(st.integers(0, 10_000), max_size=8), st.integers(0, 50_000))
def test_lots_are_taken_in_order_and_never_below_nothing(free: list[int], pence: int) -> None:
    parts = take_from(free, pence)
    assert sum(parts) == min(pence, sum(free))
    assert all(0 <= part <= has for part, has in zip(parts, free, strict=True))
    emptied = [part == has for part, has in zip(parts, free, strict=True)]
    touched = [index for index, part in enumerate(parts) if part]
    assert all(emptied[: touched[-1]] if touched else [])


@pytest.mark.parametrize(
    ("state", "status", "withdrawn", "event"),
    [
        ("inquiry", "warning_needs_response", 0, ""),
        ("inquiry", "warning_closed", 0, "close"),
        ("open", "needs_response", 500, ""),
        ("open", "won", 500, ""),  # its money is still on the way back
        ("open", "won", 0, "win"),
        ("open", "lost", 500, "lose"),
        ("inquiry", "lost", 0, ""),  # its line is not here yet
        ("lost", "won", 0, "win"),
    ],
)
def test_what_stripe_says_of_a_dispute_counts_once_its_money_has_moved(state: str, status: str, withdrawn: int, event: str) -> None:
    assert rules.dispute_event(state, status, withdrawn) == event


def test_what_is_owed_and_what_nobody_can_explain_covers_nobody() -> None:
    held = {"FLOAT": 1000, "FEE_INCOME": 10, "FEE_COST": 200, "LOSS": 0, "RECEIVABLE": 300}
    assert rules.spare_pence(held) == 510
    assert rules.spare_pence(held | {"SUSPENSE": -100}) == 410
    assert rules.spare_pence(held | {"SUSPENSE": 100}) == 510
    assert rules.spare_pence({}) == 0


def test_waits_grow_and_stop_growing() -> None:
    waits = [wait_after(tries) for tries in range(1, 20)]
    assert waits == sorted(waits)
    assert waits[-1] == waits[-2]


def test_rows_are_seen_by_operators_and_payments_also_by_who_paid(play: Play) -> None:
    amina, stranger, operator = cast.amina(), cast.stranger(), cast.operator()
    payment = play.start()
    play.payee()
    assert payment.payer is not None
    payment.payer.owner = f"person:{amina.pk}"
    payment.payer.save()
    assert list(Payment.objects.visible_to(amina)) == [payment]
    for who in (stranger, None):
        assert not Payment.objects.visible_to(who).exists()
    for rows in (Payment, PaymentOperation, Payee, Alarm):
        assert not rows.objects.visible_to(stranger).exists()
    assert Payment.objects.visible_to(operator).count() == 1
    assert PaymentOperation.objects.visible_to(operator).exists()
    Remittance.objects.create(
        payee=Payee.objects.get(), payment=payment, pence=700, council_code=payment.council_code, about="share:1", waiting_since=play.at
    )
    seen = [waiting_pence(who, council) for who in (operator, stranger) for council in (payment.council_code, "E09000022")]
    assert seen == [700, 0, 0, 0]
