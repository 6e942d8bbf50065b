"""Random histories of four people's money, three routes, until they leave: pay in, hold, part yes, return, miss, leave, die, a budget cut, a bank
that takes it back. All 2,000, by hand: LEAVING_HISTORIES=2000 (LEAVING_FROM=500 starts at that seed); it says how often each thing happened.
"""

import os
from collections import Counter
from collections.abc import Iterator
from random import Random
from time import monotonic

import pytest
from django.db import transaction

from pooling.services import leaving_money
from tests.pooling.four_payers import World, only_pooling_listens
from tests.pooling.histories_of_leaving import History
from tests.worlds import again, kept

COUNT, FIRST = int(os.environ.get("LEAVING_HISTORIES", "8")), int(os.environ.get("LEAVING_FROM", "0"))
MANY = 100
"""So many histories must have brought everything."""
HAPPENS = {
    "paid in": "pooling.call_funded",
    "kept for something": "pooling.hold_place",
    "paid, all or a part": "pooling.hold_release",
    "asked about": "pooling.hold_dispute",
    "came back from what was kept": "pooling.hold_give_back",
    "went home before leaving": "pooling.withdraw",
    "missed": "pooling.call_missed",
    "notice given": "pooling.leaving_notice",
    "stayed after all": "pooling.take_back_notice",
    "died": "pooling.leaving_died",
    "budget ended": "pooling.leaving_ended",
    "moved away": "pooling.leaving_moved",
    "budget cut": "pooling.revise_budget",
    "taken back by a bank": "pooling.call_shortfall",
    "given back by a provider": "payments.recover",
    "statement sent": "pooling.issue_statement",
    "statement asked about": "pooling.statement_query",
    "statement agreed": "pooling.statement_agree",
    "statement left unanswered": "pooling.statement_silence",
    "came free late and went home": "pooling.late_true_up",
}
"""What must have happened, and the line of the audit trail that says so."""

four = kept(only_pooling_listens)


@pytest.fixture(scope="module")
def happened(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """How often each verb was written in the trail; said, and looked at, after many histories."""
    began, verbs = monotonic(), Counter[str]()
    yield verbs
    if verbs["histories"] >= MANY:
        say = request.config.pluginmanager.get_plugin("terminalreporter").write_line
        say(f"\n{verbs['histories']} histories from seed {FIRST} in {monotonic() - began:.0f} s")
        for words, verb in HAPPENS.items():
            say(f"{verbs[verb]:8,} {words}")
        assert [words for words, verb in HAPPENS.items() if not verbs[verb]] == []


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_a_random_history_ends_with_every_penny_home(four: World, happened: Counter[str], seed: int) -> None:
    with transaction.atomic():
        history = History(again(four), Random(seed), agrees=bool(seed % 2))
        history.play()
        assert leaving_money.true_up(membership=history.world.payers[0].place, at=history.at) == 0
        happened.update(["histories", *history.verbs()])
        transaction.set_rollback(True)
