"""Somebody leaves at a moment nobody thought of: before it ran, at once, while others are asked; and who may take a place."""

from datetime import date, timedelta

import pytest

from audit.errors import NotAllowed
from marketplace.models import Change, Payer
from marketplace.rules.dates import start_of
from marketplace.selectors import proof
from marketplace.services import changing, exits, signing
from marketplace.services.answering import AnswerIsNotPossible
from people.models import Supporter
from pooling import selectors as pool
from pooling.models import Membership, Pledge, Portion
from pooling.services import leaving
from providers.models import Worker
from tests import cast, cast_market, cast_pooling
from tests.cast_market import Walk
from tests.worlds import again, kept

UNTIL = date(2026, 4, 8)
"""The first day on which Yusuf is out: week 3 begins the day before, week 4 on 14 April."""


def _half_signed() -> Walk:
    story = cast_market.walk()
    story.propose()
    story.sign()
    return story


signed = kept(_half_signed)
world = kept(cast_market.running)


@pytest.fixture
def story(world: Walk, db: None) -> Walk:
    return again(world)


def leaves(story: Walk, name: str = "Yusuf", until: date = UNTIL) -> Change:
    exits.leaving_began(membership_id=story.places[name].pk, until=until, at=story.at)
    return asking()


def say(story: Walk, change: Change, name: str, answer: str = "accept", **more: object) -> Change:
    place = story.places[name]
    return changing.answer(change=change, membership=place, answer=answer, by=place.person, at=story.at, **more)  # type: ignore[arg-type]


def asking() -> Change:
    return Change.objects.asking().get()


def nora(story: Walk) -> tuple[Membership, Portion, Pledge]:
    """Somebody else in the group, with a promise wide enough."""
    person = cast.somebody("nora@example.org", "Nora Bell", is_seen=True)
    place = cast_pooling.joined(story.cluster, person, by=story.person("Amina"), at=story.at)
    portion = cast_pooling.direct_payment(person, seen_by=cast.ruth(), at=story.at)
    return place, portion, cast_pooling.promised(place, portion, at=story.at, weekly_pence=2_500, weeks=14)


def takes_it(change: Change, place: Membership, promise: Pledge, story: Walk) -> Change:
    return changing.answer(change=change, membership=place, answer="accept", pledge=promise, related="none", by=place.person, at=story.at)


@pytest.mark.django_db
def test_who_signed_and_said_that_they_leave_before_it_ran_has_a_last_day_in_it(signed: Walk) -> None:
    story = again(signed)
    told = leaving.give_notice(membership=story.places["Halima"], by=story.person("Halima"), at=story.at)
    story.run()
    signing.sign_as_provider(agreement=story.agreement, by=cast.hodan(), at=story.at)
    assert exits.advance_due(at=story.at) == 1
    assert story.payer("Halima").leaves_on == told.until - timedelta(days=1)
    assert {row.payer.person.known_as for row in asking().answers.filter(needs_yes=True)} == {"Amina", "Yusuf"}
    assert exits.advance_due(at=story.at) == 0


@pytest.mark.django_db
def test_whose_place_ended_before_it_ran_pays_nothing_and_the_others_are_asked(signed: Walk) -> None:
    """Nobody could be asked for a week that counted on them, so no week ever came about for anybody."""
    story = again(signed)
    leaving.eligibility_ended(membership=story.places["Halima"], why="died", by=cast.colin(), at=story.at)
    story.run()
    signing.sign_as_provider(agreement=story.agreement, by=cast.hodan(), at=story.at)
    story.agreement.refresh_from_db()
    story.run()
    story.at += timedelta(days=1)
    exits.advance_due(at=story.at)
    assert (story.payer("Halima").state, story.share("Halima", 12).state) == ("stopped", "dropped")
    for name in ("Amina", "Yusuf"):
        say(story, asking(), name)
    story.until(cast_market.ASKED_ON)
    assert (story.week().state, story.week().price_pence) == ("funding_due", 4_800)
    assert {story.call(name).pence for name in ("Amina", "Yusuf")} == {2_400}
    assert [*proof(), *pool.proof()] == []


def test_who_is_out_at_once_is_not_forgotten_when_an_answer_asks_something_else(story: Walk) -> None:
    """Their parts of later weeks are dropped already; those weeks still have to be paid by who stays."""
    change = leaves(story, until=story.at.date())
    exits.left(membership_id=story.places["Yusuf"].pk, at=story.at)
    say(story, change, "Amina", "shrink")
    say(story, change, "Halima")
    fewer = asking()
    assert (fewer.follows_id, fewer.needs_provider) == (change.pk, True)
    changing.refuse(change=fewer, reason="", by=cast.hodan(), at=story.at)
    for name in ("Amina", "Halima"):
        say(story, asking(), name)
    assert (story.week(12).price_pence, story.share("Amina", 12).pence, story.share("Halima", 12).pence) == (4_800, 2_400, 2_400)
    assert [*proof(), *pool.proof()] == []


def test_who_stopped_does_not_take_a_place_again(story: Walk) -> None:
    """Their parts of these weeks are dropped for good: the provider would come for half the price, and nobody would have said so."""
    change = leaves(story, until=story.at.date())
    exits.left(membership_id=story.places["Yusuf"].pk, at=story.at)
    for name in ("Amina", "Halima"):
        say(story, change, name)
    change = leaves(story, "Halima", date(2026, 5, 6))
    with pytest.raises(AnswerIsNotPossible, match="or were"):
        say(story, change, "Amina", "replace", instead=story.places["Yusuf"])


def test_who_takes_a_place_may_say_yes_again_when_they_are_asked_again(story: Walk) -> None:
    """What was kept of their promise at the first yes is free again, and is kept anew."""
    leaves(story)
    change = leaves(story, "Halima", date(2026, 4, 22))
    place, _, promise = nora(story)
    say(story, change, "Amina", "replace", instead=place)
    takes_it(asking(), place, promise, story)
    say(story, asking(), "Amina", "shrink")
    last = asking()
    takes_it(last, place, promise, story)
    for name in ("Amina", "Halima"):
        say(story, last, name)
    assert changing.provider_sign(change=last, by=cast.hodan(), at=story.at).state == "applied"
    new = Payer.objects.select_related("earmark").get(membership=place)
    assert (new.state, new.earmark and (new.earmark.state, new.earmark.pence)) == ("signed", ("live", new.ceiling_pence))
    assert [*proof(), *pool.proof()] == []


def test_who_was_to_take_a_place_may_be_named_again_when_somebody_else_leaves_meanwhile(story: Walk) -> None:
    change = leaves(story)
    place, _, promise = nora(story)
    say(story, change, "Amina", "replace", instead=place)
    change = leaves(story, "Halima", date(2026, 4, 22))
    say(story, change, "Amina", "replace", instead=place)
    takes_it(asking(), place, promise, story)
    assert asking().answers.get(payer__membership=place).answer == "accept"


def test_who_works_for_the_provider_takes_no_place_whoever_says_yes_for_them(story: Walk) -> None:
    change = leaves(story)
    place, _, promise = nora(story)
    say(story, change, "Amina", "replace", instead=place)
    Worker.objects.filter(known_as="Ifrah").update(person=place.person)
    said = {"source": "LPA", "asked_at": cast.AT, "confirmed_at": cast.AT, "confirmed_by": cast.operator(), "starts_at": cast.AT}
    Supporter.objects.create(person=place.person, supporter=story.person("Amina"), kind="for", decisions=["promises"], **said)
    with pytest.raises(NotAllowed, match="works for the provider"):
        changing.answer(change=asking(), membership=place, answer="accept", pledge=promise, related="none", by=story.person("Amina"), at=story.at)


def test_nobody_is_out_because_they_did_not_answer_at_once(story: Walk) -> None:
    """It was stopped for weeks; somebody dies; the weeks that were to come have begun: those who stay have their five working days."""
    story.agreement.state, story.agreement.suspended_for = "suspended", "safeguarding"
    story.agreement.save()
    story.at = start_of(story.week(5).starts_on)
    change = leaves(story, until=story.at.date())
    assert change.closes_at > story.at + timedelta(days=4)
