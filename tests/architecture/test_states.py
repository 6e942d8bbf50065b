"""Every verb of every table of states is tried through the services in every state, by the test named here; a new verb without one fails."""

import re

import pytest

from marketplace.rules.tables import MACHINES as MARKET
from pooling.rules import MACHINES as POOL
from pooling.rules import NEW
from providers.rules import CHECK
from tests.architecture.source import ROOT

MACHINES = {**POOL, **MARKET, "paper": CHECK}
TRIED_IN = {
    "cluster": "pooling/test_endings",
    "membership": "pooling/test_groups pooling/test_leaving_states",
    "pledge": "pooling/test_promises",
    "earmark": "pooling/test_promises",
    "call": "pooling/test_calls",
    "interest": "pooling/test_finding",
    "charter": "pooling/test_charters",
    "proposal": "pooling/test_decisions",
    "statement": "pooling/test_leaving_states",
    "removal": "pooling/test_states_of_removals",
    "end_report": "pooling/test_states_of_removals",
    "budget_import": "pooling/test_budget_files",
    "weekly_list": "pooling/test_weekly_orders",
    "need": "marketplace/test_needs",
    "brief": "marketplace/test_open_briefs marketplace/test_states_of_choosing",
    "offer": "marketplace/test_offers marketplace/test_states_of_choosing",
    "agreement": "marketplace/test_states_of_agreements",
    "change": "marketplace/test_changing",
    "milestone": "marketplace/test_states_of_weeks",
    "share": "marketplace/test_states_of_weeks",
    "booking": "marketplace/test_booking",
    "paper": "providers/test_checks",
}
# Not pressed by anybody: the clock, another room's news, or what another verb brings along. Tried from where they are met, by their own tests.
BROUGHT_ALONG = {
    "idle": "keep send use_up",
    "cluster": "activate close run_out",
    "membership": "appeal_upheld expire group_closes nothing_left reject remove",
    "pledge": "drop_earmark finish",
    "earmark": "drop lower raise use_up",
    "call": "chargeback cleared cleared_unwanted cover cover_again cover_bill failed failed_unwanted hold miss order_again order_failed overdue "
    "repaid repaid_when_used",
    "withdrawal": "fail keep pay_debt rest_sent sent",
    "interest": "match",
    "charter": "drop replace",
    "proposal": "cannot_enact enact extend fail pass",
    "leaving": "go settle take_back",
    "weekly_list": "finish fund supersede",
    "weekly_row": "accept drop fund",
    "need": "commission fulfilled no_award short_way take_back",
    "change": "apply ask_again",
    "milestone": "all_final ask_funding fall_short fund overdue vary",
    "booking": "accept all_final ask_shares decline finish happen not_met resume time_out unclaimed",
    "share": "ask ask_again ask_person band cover drop fall_short give_back lapse no_answer recovered release remind silence uncover vary",
}
# Pressed by somebody, and tried only from the states their own tests come to.
STILL = {"milestone": "fewer take_over", "share": "away fewer recover take_more"}


@pytest.mark.parametrize("name", MACHINES)
def test_every_verb_is_tried_in_every_state_or_named_here(name: str) -> None:
    text = "".join((ROOT / "tests" / f"{file}.py").read_text() for file in TRIED_IN.get(name, "").split())
    verbs = {verb for state, verb in MACHINES[name] if state != NEW}
    untried = {verb for verb in verbs if not re.search(rf'"(?:\w+ )*{verb}(?: \w+)*"', text)}
    assert untried == set(f"{BROUGHT_ALONG.get(name, '')} {STILL.get(name, '')}".split())
