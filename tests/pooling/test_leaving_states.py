"""Every state of a place and every verb of leaving, through the services: done where the table says so, refused everywhere else."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction

from pooling.models import Leaving, Membership, Statement, StatementQuery
from pooling.rules import MEMBERSHIP, NotNow
from pooling.services import leaving, leaving_money, settlement
from tests import cast_pooling
from tests.pooling.conftest import AT, Town

pytestmark = pytest.mark.django_db


class _Undone(Exception):
    """Takes a case's rows back."""


def test_every_state_takes_only_the_verbs_of_the_table(town: Town) -> None:
    """A place is put into each state, with what belongs to it; every verb does what the table says or is refused."""
    _, [place, _] = cast_pooling.group(town.amina, town.yusuf, at=AT)
    portion = cast_pooling.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    cast_pooling.paid_in(place, portion, pence=5_000, at=AT)
    deeds = deeds_on(town, place)
    wrong = []
    for state, verb in product(Membership.State.values, deeds):
        with suppress(_Undone), transaction.atomic():
            put_into(place, state, verb, portion.pk)
            moved = played(deeds[verb])
            became = Membership.objects.get(pk=place.pk).state
            wanted = MEMBERSHIP.get((state, verb))
            # With nothing on there is no notice to wait for: they are out the same day.
            wanted = "settling" if verb == "give_notice" and wanted else wanted
            if (moved, became) != (wanted is not None, wanted or state):
                wrong.append(f"{state} {verb}: {moved}, {became}; the table says {wanted}")
            raise _Undone
    assert wrong == []
    assert set(deeds) == {verb for _, verb in MEMBERSHIP if verb in deeds}


def put_into(place: Membership, state: str, verb: str, portion_id: int) -> None:
    is_in = state in ("notice", "removal_notice", "active", "trial")
    Membership.objects.filter(pk=place.pk).update(state=state)
    told = {
        "membership": place,
        "council_code": place.council_code,
        "why": "notice",
        "told_at": AT,
        "until": AT.date(),
        "left_at": AT,
        "settled_at": AT,
    }
    now = "taken_back" if verb == "give_notice" else "settled" if state == "settled" else "began" if is_in else "left"
    row = Leaving.objects.create(state=now, **told)
    if verb == "issue_statement":
        return
    statement = Statement.objects.create(
        leaving=row,
        membership=place,
        council_code=place.council_code,
        version=9,
        state="queried" if state == "queried" else "sent",
        lines=[{"kind": "paid", "on": "2026-03-02", "pence": 1, "portion": portion_id, "about": ""}],
        payable_pence=0,
        sent_at=AT - timedelta(days=60),
        answer_by=AT.date() - timedelta(days=40),
        reminders=2,
        reminded_at=AT - timedelta(days=30),
    )
    asked = {"council_code": place.council_code, "line": 0, "words": "Why?", "asked_by": place.person, "asked_at": AT}
    StatementQuery.objects.create(statement=statement, **asked)


def deeds_on(town: Town, place: Membership) -> dict[str, Callable[[], object]]:
    def statement() -> Statement:
        return Statement.objects.get(membership=place)

    def query() -> StatementQuery:
        StatementQuery.objects.filter(statement=statement()).delete()
        return settlement.query(statement=statement(), line=0, words="Why?", by=town.amina, at=AT)

    return {
        "give_notice": lambda: leaving.give_notice(membership=place, by=town.amina, at=AT),
        "take_back_notice": lambda: leaving.take_back_notice(membership=place, by=town.amina, at=AT),
        "eligibility_ended": lambda: leaving.eligibility_ended(membership=place, why="moved", by=town.colin, at=AT),
        "effective": lambda: leaving.advance_due(at=AT),
        "issue_statement": lambda: settlement.issue_statement(membership=place, at=AT),
        "agree": lambda: settlement.agree(statement=statement(), by=town.amina, at=AT),
        "query": query,
        "silence": lambda: settlement.silence(statement=statement(), at=AT),
        "resolve": lambda: settlement.resolve(asked=StatementQuery.objects.get(), reasons="So.", by=town.operator, at=AT),
        "late_true_up": lambda: leaving_money.true_up(membership=place, at=AT),
    }


def played(deed: Callable[[], object]) -> bool:
    try:
        return bool(deed())
    except NotNow:
        return False
