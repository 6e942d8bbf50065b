"""Every pair of state and verb, of every machine: those in the table lead where it says, all others are refused."""

import itertools

import pytest

from marketplace.models import Agreement, Booking, Brief, Change, Milestone, MilestoneShare, Need, Offer
from marketplace.rules.briefs import BRIEF_FINAL
from marketplace.rules.changes import CHANGE_FINAL
from marketplace.rules.offering import OFFER_FINAL
from marketplace.rules.tables import AGREEMENT_FINAL, BOOKING_FINAL, MACHINES, MILESTONE_FINAL, NEW, SHARE_FINAL, SHARE_SETTLED, NotNow, after

MODELS = {
    "need": Need,
    "brief": Brief,
    "offer": Offer,
    "agreement": Agreement,
    "milestone": Milestone,
    "share": MilestoneShare,
    "change": Change,
    "booking": Booking,
}
FINAL = {
    "need": {"withdrawn"},
    "brief": BRIEF_FINAL,
    "offer": OFFER_FINAL,
    "agreement": AGREEMENT_FINAL,
    "milestone": MILESTONE_FINAL,
    "share": SHARE_FINAL,
    "change": CHANGE_FINAL,
    "booking": BOOKING_FINAL,
}


def pairs() -> list[tuple[str, str, str]]:
    found = []
    for name, table in MACHINES.items():
        states = sorted({NEW, *(state for state, _ in table), *table.values()})
        verbs = sorted({verb for _, verb in table})
        found += [(name, state, verb) for state, verb in itertools.product(states, verbs)]
    return found


@pytest.mark.parametrize(("name", "state", "verb"), pairs())
def test_every_state_and_verb_leads_where_the_table_says_or_is_refused(name: str, state: str, verb: str) -> None:
    table = MACHINES[name]
    if (state, verb) in table:
        assert after(table, state, verb) == table[(state, verb)]
    else:
        with pytest.raises(NotNow):
            after(table, state, verb)


@pytest.mark.parametrize("name", MACHINES)
def test_the_table_knows_exactly_the_states_that_rows_may_have(name: str) -> None:
    table = MACHINES[name]
    assert {state for state, _ in table} | set(table.values()) == set(MODELS[name].State.values) | {NEW}


@pytest.mark.parametrize("name", MACHINES)
def test_final_states_have_no_way_out_and_others_have_one(name: str) -> None:
    table = MACHINES[name]
    with_way_out = {state for state, _ in table} - {NEW}
    assert set(MODELS[name].State.values) - with_way_out == set(FINAL[name])


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_can_be_reached(name: str) -> None:
    table = MACHINES[name]
    reached = {NEW}
    while more := {to for (state, _), to in table.items() if state in reached} - reached:
        reached |= more
    assert set(MODELS[name].State.values) <= reached


def test_what_is_paid_and_questioned_late_keeps_no_week_open() -> None:
    assert {"released", "queried_late", "recovering"} == SHARE_SETTLED - SHARE_FINAL
    assert {to for (state, _), to in MACHINES["share"].items() if state in SHARE_SETTLED} <= SHARE_SETTLED


def test_a_refusal_says_what_the_caller_says() -> None:
    with pytest.raises(NotNow, match="said yes already"):
        after(MACHINES["share"], "released", "yes", "You have said yes already.")
