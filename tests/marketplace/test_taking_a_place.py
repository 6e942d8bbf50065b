"""Who would take somebody's place may think again until the question is over: what they said last is what pays."""

from datetime import date

import pytest

from marketplace.models import Change, Payer
from marketplace.selectors import proof
from marketplace.services import changing, exits
from pooling.models import Earmark, Membership, Pledge
from tests import cast, cast_market, cast_pooling
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 4, 8)


def _nora_is_asked() -> Walk:
    """Yusuf and Halima leave; Amina asks whether Nora takes Yusuf's place, at another price for both."""
    story = cast_market.running()
    story.pay()
    story.run()
    for name in ("Yusuf", "Halima"):
        exits.leaving_began(membership_id=story.places[name].pk, until=UNTIL, at=story.at)
    nora = cast.somebody("nora@example.org", "Nora Bell", is_seen=True)
    place = cast_pooling.joined(story.cluster, nora, by=story.person("Amina"), at=story.at)
    story.places["Nora"] = place
    say(story, "Amina", "replace", instead=place)
    return story


def say(story: Walk, name: str, answer: str = "accept", **more: object) -> None:
    place: Membership = story.places[name]
    change = Change.objects.asking().get()
    changing.answer(change=change, membership=place, answer=answer, by=place.person, at=story.at, **more)  # type: ignore[arg-type]


told = kept(_nora_is_asked)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


@pytest.fixture
def promises(story: Walk) -> list[Pledge]:
    """Nora's two: of her own direct payment, and of her own money."""
    place = story.places["Nora"]
    public = cast_pooling.direct_payment(place.person, seen_by=cast.ruth(), at=story.at)
    own = cast_pooling.budget_of(place.person, "self_funded", at=story.at)
    return [cast_pooling.promised(place, one, at=story.at, weekly_pence=3_000, weeks=14) for one in (public, own)]


def paid_from(story: Walk) -> tuple[Pledge | None, Pledge]:
    payer = Payer.objects.get(membership=story.places["Nora"])
    kept_part = Earmark.objects.live().get(about_kind="agreement", about_id=story.agreement.pk, pledge__membership=story.places["Nora"])
    return payer.pledge, kept_part.pledge


def test_another_promise_said_afterwards_is_the_one_that_pays(story: Walk, promises: list[Pledge]) -> None:
    first, second = promises
    say(story, "Nora", pledge=first, related="none")
    assert paid_from(story) == (first, first)
    say(story, "Nora", pledge=second, related="partner")
    assert paid_from(story) == (second, second)
    say(story, "Amina")
    payer = Payer.objects.get(membership=story.places["Nora"])
    assert (payer.state, payer.portion, payer.relative, payer.earmark and payer.earmark.pledge) == ("signed", second.portion, "partner", second)
    first.refresh_from_db()
    assert first.earmarked_pence == 0
    assert proof("default") == []


def test_a_no_thought_over_is_a_yes(story: Walk, promises: list[Pledge]) -> None:
    say(story, "Nora", pledge=promises[0], related="none")
    say(story, "Nora", "close")
    say(story, "Nora", pledge=promises[0], related="none")
    assert paid_from(story) == (promises[0], promises[0])
