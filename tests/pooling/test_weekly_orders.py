"""The orders of a weekly list; who may do what with a list, in every state; and what its proof sees."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from pooling.models import Call, WeeklyList, WeeklyListRow
from pooling.rules import NotNow
from pooling.selectors import proof
from pooling.selectors import weekly as reading
from pooling.services import budgets, calls, weekly_lists
from pooling.services.weekly_lists import NoOrdersWait, NothingToPay, NotInThisList
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, build_town
from tests.pooling.weekly_desk import Desk, all_is_well, desk_of, states
from tests.worlds import again, kept

told = kept(lambda: desk_of(build_town()))


@pytest.fixture
def desk(told: Desk) -> Desk:
    return again(told)


@pytest.fixture
def by_order(desk: Desk) -> Desk:
    """From now on ISF money is paid by order."""
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="on_yes", by=desk.town.operator, at=AT)
    return desk


# --- orders ---


@pytest.mark.django_db
def test_orders_are_accepted_all_at_once_or_one_by_one(by_order: Desk) -> None:
    desk, town = by_order, by_order.town
    for who in range(3):
        desk.call(who, 1_000)
    made = desk.made()
    rows = reading.rows_of(made)
    one = {"weekly_list": made, "reference": "PO-7", "by": town.sam, "at": AT}
    with pytest.raises(calls.ReferenceIsMissing):
        weekly_lists.accept_orders(rows=None, **one | {"reference": " "})
    weekly_lists.accept_orders(rows=[rows[1].pk], **one)
    assert states(made) == ["waiting", "ordered", "waiting"]
    with pytest.raises(NotInThisList):
        weekly_lists.accept_orders(rows=[rows[0].pk, rows[1].pk], **one)
    weekly_lists.accept_orders(rows=None, **one)
    made.refresh_from_db()
    assert (made.state, states(made)) == ("done", ["ordered"] * 3)
    assert set(Call.objects.values_list("order_reference", "state")) == {("PO-7", "ordered")}
    with pytest.raises(NotNow):
        weekly_lists.accept_orders(rows=None, **one)


@pytest.mark.django_db
def test_orders_alone_ask_for_no_money_and_what_was_said_yes_to_is_paid(by_order: Desk) -> None:
    desk, town = by_order, by_order.town
    first = desk.call(0, 1_000)
    made = desk.made()
    with pytest.raises(NothingToPay):
        weekly_lists.send(weekly_list=made, by=town.sam, at=AT)
    calls.accept_order(call=first, reference="PO-1", by=town.sam, at=AT)
    with pytest.raises(NoOrdersWait):
        weekly_lists.accept_orders(weekly_list=made, rows=None, reference="PO-2", by=town.sam, at=AT)
    calls.bill_order(call=first, about_id=1, pence=900, at=AT)
    row = desk.sent()
    desk.comes(row, 900)
    first.refresh_from_db()
    assert (row.state, first.state, first.owed_pence) == ("done", "funded", 900)
    assert all_is_well()


# --- who may, and every state with every verb ---

VERBS: dict[str, Callable[..., Any]] = {
    "reorder": lambda row, by, at: weekly_lists.reorder(weekly_list=row, numbers={}, by=by, at=at),
    "send": lambda row, by, at: weekly_lists.send(weekly_list=row, by=by, at=at),
    "stop": lambda row, by, at: weekly_lists.stop(weekly_list=row, by=by, at=at),
    "accept_orders": lambda row, by, at: weekly_lists.accept_orders(weekly_list=row, rows=None, reference="PO-1", by=by, at=at),
}
ALLOWED = {("ready", "reorder"), ("ready", "send"), ("sent", "stop"), ("ready", "accept_orders"), ("sent", "accept_orders")}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["ready", "sent", "done", "superseded", "stopped"])
def test_each_verb_is_done_in_its_states_and_refused_in_others(desk: Desk, state: str) -> None:
    town = desk.town
    desk.call(0, 1_000)
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="on_yes", by=town.operator, at=AT)
    desk.call(1, 1_000)
    made = desk.made()
    over = None if state in ("ready", "sent") else AT
    WeeklyList.objects.filter(pk=made.pk).update(state=state, ended_at=over, sent_by=town.sam, sent_at=AT)
    for name, verb in VERBS.items():
        with transaction.atomic():
            if (state, name) in ALLOWED:
                verb(made, town.sam, AT)
            else:
                with pytest.raises(NotNow):
                    verb(made, town.sam, AT)
            transaction.set_rollback(True)
        for somebody in (town.colin, town.amina, town.ruth, town.operator, town.stranger):
            with pytest.raises(NotAllowed):
                verb(made, somebody, AT)
    with pytest.raises(NotAllowed):
        weekly_lists.make(organisation=town.kasmo, council_code=SOUTHWARK, by=town.colin, at=AT)
    with pytest.raises(NotAllowed):
        weekly_lists.set_day(organisation=town.kasmo, weekday=2, by=town.ruth, at=AT)


@pytest.mark.django_db
def test_the_proof_sees_a_row_that_says_another_sum_than_was_paid(desk: Desk) -> None:
    desk.call(0, 2_000)
    row = desk.sent()
    desk.comes(row, 2_000)
    WeeklyListRow.objects.filter(weekly_list=row).update(funded_pence=1_999)
    assert any("weekly list" in sentence for sentence in proof())
