"""Every state of an agreement and every verb of its table, through the services: done where the table has it, and nothing moves elsewhere."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction

from audit.errors import Refusal
from marketplace.models import Agreement, Change, Milestone
from marketplace.rules.tables import AGREEMENT, NEW
from marketplace.services import agreements, awarding, changing, ending, exits, signing
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def with_one_yes_missing() -> Walk:
    """Amina and Yusuf have said yes; Halima and the provider have not."""
    story = cast_market.walk()
    story.propose()
    story.sign("Amina", "Yusuf")
    return story


open_one, running_one = kept(with_one_yes_missing), kept(cast_market.running)


def last_payer_signs(story: Walk) -> None:
    story.sign("Halima")


def both_have_signed(story: Walk) -> None:
    row = Agreement.objects.get(pk=story.agreement.pk)
    Agreement.objects.filter(pk=row.pk).update(provider_signed_version=row.version, provider_signed_by=cast.hodan(), provider_signed_at=story.at)
    story.sign("Halima")


def one_stops_and_the_others_say_yes(story: Walk) -> None:
    exits.stop(agreement=story.agreement, membership=story.places["Yusuf"], by=story.person("Yusuf"), at=story.at)
    for name in ("Amina", "Halima"):
        asked = {"change": Change.objects.asking().get(), "membership": story.places[name], "by": story.person(name), "at": story.at}
        changing.answer(answer="accept", **asked)


def everything_is_over(story: Walk) -> None:
    Milestone.objects.filter(agreement=story.agreement).update(state="cancelled")
    Agreement.objects.filter(pk=story.agreement.pk).update(suspended_for="safeguarding")  # what waits for a check would go on, and be over
    agreements.advance_due(at=story.at)


@dataclass(frozen=True)
class Trial:
    """What is done, and the verbs of the table that it is: which of them depends on the state alone."""

    verbs: frozenset[str]
    act: Callable[[Walk], object]
    runs: bool = False
    """Tried on one that everybody signed, else on one that waits for the last yes."""


def agreement_of(story: Walk) -> Agreement:
    return Agreement.objects.get(pk=story.agreement.pk)


TRIALS = (
    Trial(frozenset({"send"}), lambda one: awarding.send(agreement=one.agreement, keep_going=cast_market.KEEP_GOING, by=cast.amina(), at=one.at)),
    Trial(frozenset({"provider_sign"}), lambda one: signing.sign_as_provider(agreement=one.agreement, by=cast.hodan(), at=one.at)),
    Trial(frozenset({"payers_sign"}), last_payer_signs),
    Trial(frozenset({"second_sign"}), both_have_signed),
    Trial(
        frozenset({"price_again"}),
        lambda one: signing.decline_as_payer(agreement=one.agreement, membership=one.places["Halima"], by=cast.halima(), at=one.at),
    ),
    Trial(frozenset({"refuse"}), lambda one: signing.refuse_as_provider(agreement=one.agreement, reason="", by=cast.hodan(), at=one.at)),
    # The timer: nobody answered in time; and what waited for a check goes on by itself.
    Trial(frozenset({"time_out", "resume"}), lambda one: agreements.advance_due(at=one.at + timedelta(days=20))),
    Trial(
        frozenset({"suspend"}),
        lambda one: agreements.suspend(agreement=one.agreement, reason="A worry.", why="safeguarding", by=cast.operator(), at=one.at),
        runs=True,
    ),
    Trial(frozenset({"resume"}), lambda one: agreements.resume(agreement=one.agreement, by=cast.operator(), at=one.at), runs=True),
    Trial(frozenset({"vary"}), one_stops_and_the_others_say_yes, runs=True),
    Trial(frozenset({"end_early"}), lambda one: ending.end_early(agreement=one.agreement, reason="", by=cast.hodan(), at=one.at), runs=True),
    Trial(frozenset({"finish", "close_out"}), everything_is_over, runs=True),
)
RUNS = {"active", "suspended", "ending", "completed", "terminated"}
MADE_ELSEWHERE = {("drafting", "time_out")}
"""Of an agreement from an offer only, by the clock of offers: test_choosing_ends.py."""


def test_every_verb_of_the_table_is_tried() -> None:
    assert {verb for state, verb in AGREEMENT if state != NEW} == frozenset[str]().union(*(trial.verbs for trial in TRIALS))


def put_into(story: Walk, state: str) -> None:
    signed = {"provider_signed_by": cast.hodan(), "provider_signed_at": story.at, "provider_signed_version": 1, "active_at": story.at}
    Agreement.objects.filter(pk=story.agreement.pk).update(state=state, suspended_for="check", **(signed if state in RUNS else {}))


@pytest.mark.parametrize("state", Agreement.State.values)
def test_every_verb_moves_an_agreement_only_where_the_table_says(open_one: Walk, running_one: Walk, state: str) -> None:
    wrong = []
    for trial in TRIALS:
        story = again(running_one if trial.runs or state in RUNS else open_one)
        with transaction.atomic():
            put_into(story, state)
            with suppress(Refusal):
                trial.act(story)
            wanted = [AGREEMENT[state, verb] for verb in trial.verbs if (state, verb) in AGREEMENT and (state, verb) not in MADE_ELSEWHERE]
            now = agreement_of(story).state
            if now != (wanted or [state])[0]:
                wrong.append((state, sorted(trial.verbs), now))
            transaction.set_rollback(True)
    assert wrong == []
