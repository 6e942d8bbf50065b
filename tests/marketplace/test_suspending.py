"""No new visits for now: who may say so, who may let them go on, and what goes on by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from audit.errors import NotAllowed
from marketplace.models import Agreement
from marketplace.rules.dates import start_of
from marketplace.rules.tables import AGREEMENT, NotNow
from marketplace.services import agreements, ending, milestones, visits
from marketplace.services.agreements import ReasonIsMissing
from people.models import Message, Person, Role
from providers.models import Check, Worker
from tests import cast, cast_market, worlds
from tests.cast_market import Walk

pytestmark = pytest.mark.django_db
world = worlds.kept(cast_market.running)


@pytest.fixture
def story(world: Walk) -> Walk:
    found: Walk = worlds.again(world)
    return found


def stop(story: Walk, by: Person, why: str = "safeguarding") -> Agreement:
    return agreements.suspend(agreement=story.agreement, reason="We are looking at a worry.", why=why, by=by, at=story.at)


def told(kind: str) -> set[str]:
    return {one.person.known_as for one in Message.objects.filter(kind=kind).select_related("person") if one.person is not None}


@pytest.mark.parametrize("why", ["safeguarding", "eligibility", "insolvency"])
def test_who_looks_after_a_payers_money_stops_new_visits_and_lets_them_go_on(story: Walk, why: str) -> None:
    row = stop(story, cast.sam(), why)
    assert (row.state, row.suspended_for) == ("suspended", why)
    story.run()
    assert "Hodan" in told("agreement_suspended")
    assert {"Amina", "Yusuf", "Halima"} <= told("keep_going")
    assert agreements.resume(agreement=row, by=cast.sam(), at=story.at).state == "active"
    story.run()
    assert {"Amina", "Yusuf", "Halima", "Hodan"} <= told("agreement_resumed")


@pytest.mark.parametrize("who", ["amina", "ruth", "hodan", "priya", "stranger"])
def test_nobody_else_stops_visits_or_lets_them_go_on(story: Walk, who: str) -> None:
    with pytest.raises(NotAllowed):
        stop(story, getattr(cast, who)())
    row = stop(story, cast.operator())
    with pytest.raises(NotAllowed):
        agreements.resume(agreement=row, by=getattr(cast, who)(), at=story.at)


def test_a_holder_that_is_the_provider_too_does_not_stop_its_own_work(story: Walk) -> None:
    """Abuse 7."""
    beside = cast.somebody("beside@example.com", "Beside Sam")
    theirs = Role.objects.get(person=cast.sam(), kind=Role.Kind.HOLDER_STAFF)
    Role.objects.create(person=beside, kind=theirs.kind, organisation=theirs.organisation, council_code=theirs.council_code, starts_at=story.at)
    Worker.objects.create(enterprise=story.agreement.enterprise, person=beside, known_as="Beside", joined_at=story.at)
    with pytest.raises(NotAllowed):
        stop(story, cast.sam())


def test_an_operator_with_an_interest_decides_nothing(story: Walk) -> None:
    """Abuse 6."""
    Worker.objects.create(enterprise=story.agreement.enterprise, person=cast.operator(), known_as="Olive", state="left", joined_at=story.at)
    with pytest.raises(NotAllowed):
        stop(story, cast.operator())


def test_what_an_operator_stopped_no_holder_lets_go_on_or_ends(story: Walk) -> None:
    row = stop(story, cast.operator())
    with pytest.raises(NotAllowed):
        agreements.resume(agreement=row, by=cast.sam(), at=story.at)
    with pytest.raises(NotAllowed):
        ending.end_early(agreement=row, reason="Enough.", by=cast.sam(), at=story.at)
    with pytest.raises(NotNow):
        stop(story, cast.sam())


def test_what_was_stopped_and_then_ended_by_the_provider_has_no_new_visits(story: Walk) -> None:
    story.pay()
    story.until(start_of(story.visits()[0].on))
    assert story.week().state == "funded"
    row = stop(story, cast.operator())
    assert ending.end_early(agreement=row, reason="Enough.", by=cast.hodan(), at=story.at).state == "ending"
    at = story.at + timedelta(hours=3)
    with pytest.raises(NotNow):
        visits.begin(milestone=story.week(), worker=story.worker(), by=cast.hodan(), at=at)
    with pytest.raises(NotNow):
        visits.record_later(
            milestone=story.week(), worker=story.worker(), started=story.at, finished=story.at + timedelta(hours=1), by=cast.hodan(), at=at
        )
    milestones.call_off(milestone=story.week(), by=cast.hodan(), at=at)
    assert {share.state for share in story.week().shares.all()} == {"returned"}


@pytest.mark.parametrize(("reason", "why"), [(" ", "safeguarding"), ("A worry.", "check"), ("A worry.", ""), ("A worry.", "spite")])
def test_everybody_reads_why(story: Walk, reason: str, why: str) -> None:
    with pytest.raises(ReasonIsMissing):
        agreements.suspend(agreement=story.agreement, reason=reason, why=why, by=cast.operator(), at=story.at)


def test_a_worry_about_what_waits_for_a_check_is_not_lifted_with_the_check(story: Walk) -> None:
    day = Check.objects.filter(kind="insurance").values_list("expires_on", flat=True)[0]
    Check.objects.filter(kind="insurance").update(expires_on=story.at.date())
    at = story.at + timedelta(days=1)
    assert agreements.advance_due(at=at) == 1
    assert agreements.advance_due(at=at) == 0
    stop(story, cast.sam())
    Check.objects.filter(kind="insurance").update(expires_on=day)
    assert agreements.advance_due(at=at) == 0
    assert Agreement.objects.get(pk=story.agreement.pk).suspended_for == "safeguarding"


@pytest.mark.parametrize("state", Agreement.State.values)
def test_stopping_and_going_on_follow_the_table_in_every_state(story: Walk, state: str) -> None:
    verbs: dict[str, Callable[[], Agreement]] = {
        "suspend": lambda: stop(story, cast.operator()),
        "resume": lambda: agreements.resume(agreement=story.agreement, by=cast.operator(), at=story.at),
    }
    for verb, act in verbs.items():
        Agreement.objects.filter(pk=story.agreement.pk).update(state=state, suspended_for="check")
        if (state, verb) in AGREEMENT:
            assert act().state == AGREEMENT[state, verb]
        else:
            with pytest.raises(NotNow):
                act()
