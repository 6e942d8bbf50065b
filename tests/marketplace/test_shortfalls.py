"""A short week: the others take over what is missing or have fewer visits, each by their own yes; it may be asked for again."""

from datetime import timedelta

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from marketplace.models import ShortAnswer
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof
from marketplace.services import milestones, shortfalls
from marketplace.services.shortfalls import NotThatMuchMissing
from pooling import selectors as pool
from pooling.services import calls
from tests import cast, cast_market, cast_pooling
from tests.cast_market import Walk
from tests.worlds import again, kept


def _short() -> Walk:
    """Halima's order never came; two working days before the first visit the week is short by her £18."""
    story = cast_market.running()
    story.pay("Amina", "Yusuf")
    while story.week().state != "short":
        story.until(story.at + timedelta(days=1))
    return story


world = kept(_short)


@pytest.fixture
def story(world: Walk, db: None) -> Walk:
    return again(world)


def take_over(story: Walk, name: str, pence: int) -> None:
    shortfalls.take_over(milestone=story.week(), membership=story.places[name], pence=pence, by=story.person(name), at=story.at)


def earmarked(story: Walk, name: str) -> int:
    return story.payer(name).earmark.pence  # type: ignore[union-attr]


def all_is_well() -> None:
    assert [*proof(), *pool.proof()] == []


def test_everybody_is_told_that_it_is_short_and_the_plan_starts(story: Walk) -> None:
    assert Fact.objects.get(kind="marketplace.milestone_short").payload["missing_pence"] == 1_800
    assert Fact.objects.filter(kind="marketplace.keep_going_started", payload__why="short").count() == 1


def test_taking_over_asks_each_for_their_new_sum_once_all_of_it_is_taken(story: Walk) -> None:
    take_over(story, "Amina", 1_000)
    assert (story.share("Amina").pence, story.share("Amina").state, earmarked(story, "Amina")) == (1_800, "covered", 21_600 + 1_000)
    take_over(story, "Yusuf", 800)
    assert [(story.share(name).state, story.share(name).pence) for name in story.places] == [
        ("planned", 2_800),
        ("planned", 2_600),
        ("dropped", 1_800),
    ]
    assert (story.call("Amina").pence, story.call("Amina").asked_pence) == (2_800, 1_000)
    assert (story.week().price_pence, story.payer("Amina").ceiling_pence) == (5_400, 22_600)
    bank = cast_pooling.Bank(story.at)
    bank.pays(calls.pay_by_bank(call=story.call("Amina"), by=story.person("Amina"), at=story.at))
    bank.pays(calls.pay_by_bank(call=story.call("Yusuf"), by=cast.sam(), at=story.at))
    story.run()
    assert (story.week().state, story.share("Amina").hold and story.share("Amina").hold.placed_pence) == ("funded", 2_800)  # type: ignore[union-attr]
    all_is_well()


def test_nobody_takes_over_more_than_is_missing_or_for_somebody_else(story: Walk) -> None:
    for pence in (0, 1_801):
        with pytest.raises(NotThatMuchMissing):
            take_over(story, "Amina", pence)
    with pytest.raises(NotAllowed):
        shortfalls.take_over(milestone=story.week(), membership=story.places["Yusuf"], pence=1, by=story.person("Amina"), at=story.at)
    with pytest.raises(NotNow):
        take_over(story, "Halima", 100)
    take_over(story, "Amina", 1_000)
    with pytest.raises(NotThatMuchMissing):
        take_over(story, "Yusuf", 801)


def test_an_offer_is_changed_or_taken_back_and_what_it_kept_is_free_again(story: Walk) -> None:
    take_over(story, "Amina", 1_000)
    take_over(story, "Amina", 500)
    assert (earmarked(story, "Amina"), ShortAnswer.objects.live().get().pence) == (22_100, 500)
    shortfalls.take_answer_back(milestone=story.week(), membership=story.places["Amina"], by=story.person("Amina"), at=story.at)
    assert (earmarked(story, "Amina"), ShortAnswer.objects.live().count()) == (21_600, 0)


def test_an_offer_is_over_when_the_week_goes_ahead_without_it(story: Walk) -> None:
    take_over(story, "Amina", 1_000)
    milestones.go_ahead(milestone=story.week(), by=cast.hodan(), at=story.at)
    assert (story.week().state, earmarked(story, "Amina"), story.share("Amina").pence) == ("funded", 21_600, 1_800)
    with pytest.raises(NotNow):
        take_over(story, "Yusuf", 100)
    all_is_well()


def test_fewer_visits_need_everybody_who_is_covered_and_the_provider(story: Walk) -> None:
    def wish(name: str) -> None:
        shortfalls.fewer(milestone=story.week(), membership=story.places[name], by=story.person(name), at=story.at)

    wish("Amina")
    with pytest.raises(NotNow):
        shortfalls.come_fewer(milestone=story.week(), by=cast.hodan(), at=story.at)
    wish("Yusuf")
    assert Fact.objects.get(kind="marketplace.fewer_visits_wished").payload["visits"] == 1
    with pytest.raises(NotAllowed):
        shortfalls.come_fewer(milestone=story.week(), by=story.person("Amina"), at=story.at)
    shortfalls.come_fewer(milestone=story.week(), by=cast.hodan(), at=story.at)
    assert [(story.share(name).state, story.share(name).pence) for name in story.places] == [
        ("covered", 1_350),
        ("covered", 1_350),
        ("dropped", 1_800),
    ]
    assert (story.week().state, story.week().price_pence, [visit.state for visit in story.visits()]) == ("funded", 2_700, ["planned", "called_off"])
    assert pool.free_share(story.places["Amina"].pk, story.portions["Amina"].pk, cast.SOUTHWARK) == 450
    all_is_well()


def test_what_was_missed_is_asked_for_again_by_who_helps_the_group(story: Walk) -> None:
    while story.call("Halima").state != "missed":
        story.at += timedelta(days=1)
        calls.advance_due(at=story.at)
    with pytest.raises(NotAllowed):
        shortfalls.call_again(share=story.share("Halima"), by=story.person("Amina"), at=story.at)
    shortfalls.call_again(share=story.share("Halima"), by=cast.ruth(), at=story.at)
    assert (story.call("Halima").state, story.call("Halima").due_on) == ("called", story.at.date())
    calls.accept_order(call=story.call("Halima"), reference="PO-9", by=cast.colin(), at=story.at)
    cast_pooling.Bank(story.at).tell()
    assert story.week().state == "funded"
    with pytest.raises(NotNow):
        shortfalls.call_again(share=story.share("Halima"), by=cast.ruth(), at=story.at)


def test_a_group_that_goes_on_without_a_part_asks_the_provider(story: Walk) -> None:
    shortfalls.ask_to_go_ahead(call_id=story.call("Halima").pk, at=story.at)
    assert Fact.objects.filter(kind="marketplace.go_ahead_wished").count() == 1
    assert (story.week().state, story.share("Halima").state) == ("short", "planned")
