"""BANK + CLEAR + OUT are at least everything owed to anybody, after every journal of the whole story and not only at its end."""

from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from ledger.services.journals import post
from ledger.services.proof import prove
from tests.ledger.book import BANK, FEE_COST, FLOAT, SOUTHWARK, A, journal, share
from tests.money import cover
from tests.story import inside


def test_everybodys_money_is_covered_after_every_journal_of_the_story(story_told: Any, django_db_blocker: DjangoDbBlocker) -> None:
    with inside(story_told, django_db_blocker):
        moments = cover.walk()
        assert cover.uncovered() == []
    # The story does everything money can do here, so that the claim is about something.
    assert {"payment_clearing", "payment_available", "remittance_planned", "remittance_paid"} <= {moment.kind for moment in moments}
    assert max(moment.owed_pence for moment in moments) >= 3 * 4_800
    assert {moment.council for moment in moments} >= {SOUTHWARK}


@pytest.mark.django_db
def test_a_moment_without_cover_is_seen_even_when_the_end_is_right() -> None:
    post(journal((BANK, share(A), 1_000)))
    promised = journal((FEE_COST, share(A), 1))  # owed to somebody, and nothing real behind it
    post(promised)
    post(journal((BANK, FLOAT, 1)))
    assert prove("default") == []
    assert [(moment.journal, moment.owed_pence, moment.there_pence) for moment in cover.uncovered()] == [(str(promised.key), 1_001, 1_000)]
