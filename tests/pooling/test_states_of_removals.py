"""Every state of a removal and of a report that somebody is gone, and every verb of their tables, through the services."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction

from audit.errors import Refusal
from pooling.models import EndReport, Membership, Proposal, Removal
from pooling.rules import END_REPORT, NEW, REMOVAL
from pooling.services import leaving, removals
from tests import cast_pooling
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db
LATE = AT + timedelta(days=15)
"""The ten working days to answer an appeal are over."""
Verb = Callable[[Town, Removal], object]


def overtaken(town: Town, row: Removal) -> object:
    Membership.objects.filter(pk=row.membership_id).update(state="settling")
    return removals.advance_due(at=LATE)


REMOVALS: dict[str, Verb] = {
    "reply": lambda town, row: removals.reply(removal=row, reply="I sing.", by=town.amina, at=AT),
    "decide": lambda town, row: removals.decided(proposal=Proposal.objects.get(pk=row.proposal_id), at=AT),
    "turn_down": lambda town, row: removals.turned_down(proposal=Proposal.objects.get(pk=row.proposal_id), at=AT),
    "appeal": lambda town, row: removals.appeal(removal=row, appeal="Nobody asked me.", by=town.amina, at=AT),
    "uphold": lambda town, row: removals.answer_appeal(removal=row, uphold=True, answer="So.", by=town.operator, at=AT),
    "refuse": lambda town, row: removals.answer_appeal(removal=row, uphold=False, answer="So.", by=town.operator, at=AT),
    "run_out": lambda town, row: removals.advance_due(at=LATE),
    "overtake": overtaken,
}


def put_into(town: Town, row: Removal, state: str) -> None:
    """With what belongs to it: once the group has decided, the notice runs."""
    if state != "asked":
        removals.decided(proposal=Proposal.objects.get(pk=row.proposal_id), at=AT)
        answered = {"answer": "So.", "answered_by": town.operator, "answered_at": AT} if state in ("upheld", "refused") else {}
        Removal.objects.filter(pk=row.pk).update(state=state, appeal="Nobody asked me.", appealed_at=AT, **answered)


def test_every_verb_moves_a_removal_only_where_the_table_says(town: Town) -> None:
    _, [place, *_] = cast_pooling.group(town.amina, town.yusuf, town.halima, at=AT, facilitator=town.ruth)
    row, wrong = removals.ask(membership=place, reason="She shouts.", by=town.yusuf, at=AT), []
    assert set(REMOVALS) == {verb for state, verb in REMOVAL if state != NEW}
    for state in Removal.State.values:
        for verb, act in REMOVALS.items():
            with transaction.atomic():
                put_into(town, row, state)
                with suppress(Refusal):
                    act(town, Removal.objects.get(pk=row.pk))
                now = Removal.objects.get(pk=row.pk).state
                if now != REMOVAL.get((state, verb), state):
                    wrong.append((state, verb, now))
                transaction.set_rollback(True)
    assert wrong == []


def test_every_verb_moves_a_report_that_somebody_is_gone_only_where_the_table_says(town: Town) -> None:
    _, [place, _] = cast_pooling.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    report, wrong = leaving.report_end(membership=place, why="moved", by=town.ruth, at=AT), []
    verbs: dict[str, Callable[[], object]] = {
        "end": lambda: leaving.eligibility_ended(membership=place, why="moved", by=town.colin, at=AT),
        "dismiss": lambda: leaving.dismiss_report(report=report, by=town.colin, at=AT),
    }
    assert set(verbs) == {verb for state, verb in END_REPORT if state != NEW}
    for state in EndReport.State.values:
        for verb, act in verbs.items():
            with transaction.atomic():
                over = {} if state == "open" else {"ended_by": town.colin, "ended_at": AT}
                EndReport.objects.filter(pk=report.pk).update(state=state, **over)
                with suppress(Refusal):
                    act()
                now = EndReport.objects.get(pk=report.pk).state
                if now != END_REPORT.get((state, verb), state):
                    wrong.append((state, verb, now))
                transaction.set_rollback(True)
    assert wrong == []
