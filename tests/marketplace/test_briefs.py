"""What a group asks providers for, before anybody outside reads it: written, checked, decided, said yes to."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from audit.errors import NotAllowed
from marketplace.models import Brief
from marketplace.services import briefs
from marketplace.services.briefs import BriefIsNotComplete, GroupHasNotDecided, NotCovered, TellsTooMuch, YesDoesNotFit
from marketplace.services.signing import PriceHasChanged
from pooling.models import Earmark, Pledge
from pooling.services import proposals
from pooling.services.earmarks import PledgeIsExhausted
from tests import cast, cast_briefs, worlds
from tests.cast_briefs import DRAFT, LOT, Wanting

pytestmark = pytest.mark.django_db
world = worlds.kept(cast_briefs.covered)


@pytest.fixture
def wanting(world: Wanting) -> Wanting:
    """Everybody has said yes; nobody outside has seen it."""
    found = worlds.again(world)
    assert isinstance(found, Wanting)
    return found


@pytest.fixture
def fresh(wanting: Wanting) -> Wanting:
    """Back to a draft: nobody said yes, the group is not asked."""
    wanting.brief = briefs.return_(brief=wanting.brief, comments="Shorter, please.", by=cast.ruth(), at=wanting.at)
    wanting.again()
    return wanting


# --- writing ---


def test_a_brief_says_the_most_it_can_cost_and_each_payers_equal_part(wanting: Wanting) -> None:
    brief = wanting.brief
    assert (brief.weekly_ceiling_pence, brief.ceiling_pence) == (15_000, 180_000)
    assert [(one.weekly_pence, one.ceiling_pence) for one in brief.payers.all()] == [(5_000, 60_000)] * 3
    assert sum(one["weight"] for one in brief.criteria) == 100


def test_spare_pence_are_covered_because_each_part_is_rounded_up(fresh: Wanting) -> None:
    draft = replace(DRAFT, lots=(replace(LOT, weekly_ceiling_pence=10_000),))
    brief = briefs.edit(brief=fresh.brief, draft=draft, payers=fresh.places, by=cast.amina(), at=fresh.at)
    assert sum(one.ceiling_pence for one in brief.payers.all()) >= brief.ceiling_pence
    assert {one.weekly_pence for one in brief.payers.all()} == {3_334}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"problem": " "}, "problem"),
        ({"people_words": ""}, "people_words"),
        ({"outcome_words": ""}, "outcome_words"),
        ({"problem": "x" * 601}, "problem"),
        ({"must_haves": ("a",) * 6}, "must_haves"),
        ({"must_haves": ("x" * 201,)}, "must_haves"),
        ({"weeks": 0}, "weeks"),
        ({"weeks": 53}, "weeks"),
        ({"starts_on": date(2026, 1, 1)}, "starts_on"),
        ({"starts_on": date(2028, 1, 1)}, "starts_on"),
        ({"lots": ()}, "lots"),
        ({"lots": (LOT,) * 4}, "lots"),
        ({"lots": (replace(LOT, title=" "),)}, "title"),
        ({"lots": (replace(LOT, visits_per_week=8),)}, "visits_per_week"),
        ({"lots": (replace(LOT, minutes=5),)}, "minutes"),
        ({"lots": (replace(LOT, weekly_ceiling_pence=0),)}, "weekly_ceiling"),
        ({"lots": (replace(LOT, weekdays=(9,)),)}, "weekdays"),
        ({"lots": (replace(LOT, parts_of_day=("18:00",)),)}, "parts_of_day"),
        ({"weights": {"price": 90}}, "weights"),
        ({"weights": {"luck": 100}}, "weights"),
    ],
)
def test_what_is_missing_is_said_at_its_own_field(fresh: Wanting, change: dict[str, Any], field: str) -> None:
    with pytest.raises(BriefIsNotComplete) as refusal:
        briefs.edit(brief=fresh.brief, draft=replace(DRAFT, **change), payers=fresh.places, by=cast.amina(), at=fresh.at)
    assert refusal.value.field == field


def test_only_people_of_the_group_pay_and_each_once(fresh: Wanting) -> None:
    for payers in ([], fresh.places[:1] * 2):
        with pytest.raises(BriefIsNotComplete) as refusal:
            briefs.edit(brief=fresh.brief, draft=DRAFT, payers=payers, by=cast.amina(), at=fresh.at)
        assert refusal.value.field == "payers"


@pytest.mark.parametrize("who", ["stranger", "hodan", "priya", "operator"])
def test_nobody_from_outside_writes_a_groups_brief(fresh: Wanting, who: str) -> None:
    person = getattr(cast, who)()
    with pytest.raises(NotAllowed):
        briefs.edit(brief=fresh.brief, draft=DRAFT, payers=fresh.places, by=person, at=fresh.at)
    with pytest.raises(NotAllowed):
        briefs.check(brief=fresh.brief, by=person, at=fresh.at)
    assert fresh.brief not in Brief.objects.visible_to(person)


def test_a_need_has_one_brief_at_a_time_and_another_after_it_is_dropped(fresh: Wanting) -> None:
    with pytest.raises(BriefIsNotComplete, match="already"):
        fresh.write()
    briefs.drop(brief=fresh.brief, by=cast.amina(), at=fresh.at)
    assert fresh.write().state == "draft"


def test_whoever_sells_this_help_neither_writes_nor_shows_it(wanting: Wanting) -> None:
    """Abuse 5: the one who helps the group writes it round somebody of theirs."""
    listing = cast.home_visits()
    listing.enterprise.workers.create(person=cast.ruth(), known_as="Ruth", joined_at=wanting.at)
    with pytest.raises(NotAllowed):
        briefs.publish(brief=wanting.brief, by=cast.ruth(), at=wanting.at)
    with pytest.raises(NotAllowed):
        briefs.return_(brief=wanting.brief, comments="Ask for Barwaaqo.", by=cast.ruth(), at=wanting.at)


# --- what gives people away ---


@pytest.mark.parametrize(
    "words",
    [
        "Amina needs warm food.",
        "Ring 020 7525 0001 first.",
        "We live at 12 Rye Lane.",
        "Come to SE15 4ST.",
        "Write to us: cooking@example.org.",
        "She is alone at 6pm.",
        "The key safe is by the door.",
        "Only Barwaaqo Care will do.",
    ],
)
def test_the_check_refuses_what_tells_strangers_who_where_or_when(fresh: Wanting, words: str) -> None:
    draft = replace(DRAFT, must_haves=(words,))
    briefs.edit(brief=fresh.brief, draft=draft, payers=fresh.places, by=cast.amina(), at=fresh.at)
    with pytest.raises(TellsTooMuch) as refusal:
        fresh.check()
    assert (refusal.value.field, fresh.again().state) == ("must_haves", "draft")
    assert all(one.words in words.replace("Barwaaqo Care", one.words) for one in refusal.value.findings)


def test_hard_words_are_measured_and_not_refused(fresh: Wanting) -> None:
    easy = fresh.brief.reading_age
    hard = "Organisational infrastructure notwithstanding, demonstrable sociocultural competencies are indispensable prerequisites."
    brief = briefs.edit(brief=fresh.brief, draft=replace(DRAFT, problem=hard), payers=fresh.places, by=cast.amina(), at=fresh.at)
    assert easy is not None
    assert brief.reading_age is not None
    assert easy <= 11 < brief.reading_age
    assert fresh.check().state == "checking"


# --- the group, and each payer ---


def test_the_groups_decision_makes_it_theirs_and_promises_nobodys_money(fresh: Wanting) -> None:
    fresh.check()
    fresh.decide()
    assert (fresh.need.state, fresh.brief.decided_ceiling_pence) == ("commissioning", 180_000)
    assert not Earmark.objects.filter(state="live").exists()
    assert {one.state for one in fresh.brief.payers.all()} == {"asked"}


@pytest.mark.parametrize("outcome", ["failed", "lapsed", "withdrawn", "voided"])
def test_a_group_that_does_not_say_yes_may_be_asked_again(fresh: Wanting, outcome: str) -> None:
    fresh.check()
    fresh.decide(outcome)
    assert (fresh.need.state, fresh.brief.state, fresh.brief.decision_id) == ("shared", "checking", None)
    with pytest.raises(GroupHasNotDecided):
        fresh.yes("Amina")


def test_a_decision_about_older_words_changes_nothing(fresh: Wanting) -> None:
    fresh.check()
    asked = briefs.ask_group(brief=fresh.brief, by=cast.amina(), at=fresh.at).decision_id or 0
    briefs.return_(brief=fresh.brief, comments="One more must-have.", by=cast.ruth(), at=fresh.at)
    fresh.check()
    briefs.group_decided(proposal_id=asked, need_id=fresh.need.pk, outcome="enacted", at=fresh.at)
    assert (fresh.again().decided_at, fresh.need.state) == (None, "shared")


def test_the_whole_way_through_the_groups_own_question(fresh: Wanting) -> None:
    fresh.check()
    brief = briefs.ask_group(brief=fresh.brief, by=cast.amina(), at=fresh.at)
    question = fresh.story.cluster.proposals.get(pk=brief.decision_id)
    fresh.later(days=4)
    proposals.advance_due(at=fresh.at)
    for place in fresh.places:
        proposals.cast(proposal=question, membership=place, answer="yes", by=place.person, at=fresh.at)
    for _ in range(12):
        fresh.later(days=1)
        fresh.story.at = fresh.at
        proposals.advance_due(at=fresh.at)
        fresh.story.run()
    assert (fresh.again().decided_at is not None, fresh.need.state) == (True, "commissioning")


def test_a_payers_yes_keeps_the_most_it_can_cost_of_their_promise(wanting: Wanting) -> None:
    payer = wanting.payer("Amina")
    assert (payer.state, payer.earmark and payer.earmark.pence) == ("yes", 60_000)
    assert Pledge.objects.get(pk=wanting.story.promises["Amina"].pk).earmarked_pence == 60_000


@pytest.mark.parametrize(("whose", "who"), [("Amina", "yusuf"), ("Amina", "ruth"), ("Amina", "hodan"), ("Yusuf", "sam"), ("Halima", "operator")])
def test_nobody_says_yes_for_somebody_else(wanting: Wanting, whose: str, who: str) -> None:
    payer = wanting.payer(whose)
    briefs.say_no(payer=payer, by=wanting.story.person(whose), at=wanting.at)
    for verb in (briefs.say_no, lambda **told: briefs.say_yes(pledge=wanting.story.promises[whose], **told)):
        with pytest.raises(NotAllowed):
            verb(payer=payer, by=getattr(cast, who)(), at=wanting.at)


def test_a_yes_needs_a_promise_of_ones_own_that_is_large_enough_and_may_pay_for_this(wanting: Wanting) -> None:
    me, mine = cast.amina(), wanting.story.promises["Amina"]
    briefs.say_no(payer=wanting.payer("Amina"), by=me, at=wanting.at)

    def say(pledge: Pledge) -> None:
        briefs.say_yes(payer=wanting.payer("Amina"), pledge=pledge, by=me, at=wanting.at)

    with pytest.raises(YesDoesNotFit):
        say(wanting.story.promises["Yusuf"])
    Pledge.objects.filter(pk=mine.pk).update(weekly_pence=4_000, weeks=16, pence=64_000)
    with pytest.raises(YesDoesNotFit, match="more each week"):
        say(Pledge.objects.get(pk=mine.pk))
    Pledge.objects.filter(pk=mine.pk).update(weekly_pence=6_000, weeks=8, pence=48_000)
    with pytest.raises(PledgeIsExhausted):
        say(Pledge.objects.get(pk=mine.pk))
    Pledge.objects.filter(pk=mine.pk).update(weekly_pence=6_000, weeks=16, pence=96_000)
    portion = wanting.story.portions["Amina"]
    portion.categories = ["garden"]
    portion.save(update_fields=["categories"])
    with pytest.raises(YesDoesNotFit, match="plan"):
        say(Pledge.objects.get(pk=mine.pk))


def test_who_says_no_pays_nothing_and_the_others_say_yes_to_the_new_most(wanting: Wanting) -> None:
    briefs.say_no(payer=wanting.payer("Halima"), by=cast.halima(), at=wanting.at)
    with pytest.raises(NotCovered):
        wanting.publish()
    briefs.share_again(brief=wanting.brief, by=cast.ruth(), at=wanting.at)
    assert [(one.state, one.ceiling_pence) for one in wanting.brief.payers.all()] == [("asked", 90_000)] * 2
    assert not Earmark.objects.filter(about_kind="brief", state="live").exists()
    assert wanting.again().decided_at is not None
    with pytest.raises(YesDoesNotFit, match="more each week"):
        wanting.yes("Amina")


def test_a_yes_from_a_page_that_showed_another_most_is_refused(wanting: Wanting) -> None:
    read = wanting.payer("Amina").ceiling_pence
    briefs.say_no(payer=wanting.payer("Halima"), by=cast.halima(), at=wanting.at)
    briefs.share_again(brief=wanting.brief, by=cast.ruth(), at=wanting.at)
    mine = wanting.story.promises["Amina"]
    Pledge.objects.filter(pk=mine.pk).update(weekly_pence=9_000, pence=144_000)
    with pytest.raises(PriceHasChanged):
        briefs.say_yes(payer=wanting.payer("Amina"), pledge=Pledge.objects.get(pk=mine.pk), most_pence=read, by=cast.amina(), at=wanting.at)
    assert wanting.payer("Amina").state == "asked"


def test_writing_it_again_frees_every_yes_and_asks_the_group_again(wanting: Wanting) -> None:
    briefs.return_(brief=wanting.brief, comments="Weekends too.", by=cast.ruth(), at=wanting.at)
    assert not Earmark.objects.filter(about_kind="brief", state="live").exists()
    assert {one.state for one in wanting.brief.payers.all()} == {"asked"}
    assert (wanting.again().state, wanting.need.state, wanting.brief.decided_at) == ("draft", "shared", None)


def test_who_helps_the_group_does_not_show_what_they_wrote_and_the_group_may(fresh: Wanting) -> None:
    briefs.edit(brief=fresh.brief, draft=DRAFT, payers=fresh.places, by=cast.ruth(), at=fresh.at)
    fresh.check()
    fresh.decide()
    fresh.yes()
    with pytest.raises(NotAllowed):
        fresh.publish()
    assert briefs.publish(brief=fresh.brief, by=cast.yusuf(), at=fresh.at).state == "open"
