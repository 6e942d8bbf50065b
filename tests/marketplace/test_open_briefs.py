"""What a group asks providers for, from the day they may read it: shown, asked about, changed, taken back, ended; and every state and verb."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.models import Fact
from marketplace.consumers import question_settled
from marketplace.models import Brief, BriefPayer, Need
from marketplace.rules.briefs import BRIEF
from marketplace.rules.tables import NotNow
from marketplace.selectors.briefs import open_for
from marketplace.services import brief_clock, brief_ends, briefs, needs
from marketplace.services.briefs import BriefIsNotComplete, NotCovered, NotForYou, QuestionsAreClosed, TellsTooMuch
from pooling.models import Earmark
from tests import cast, cast_briefs, worlds
from tests.cast_briefs import DRAFT, Wanting

pytestmark = pytest.mark.django_db
world = worlds.kept(cast_briefs.covered)


@pytest.fixture
def wanting(world: Wanting) -> Wanting:
    """Everybody has said yes; nobody outside has seen it."""
    found = worlds.again(world)
    assert isinstance(found, Wanting)
    return found


@pytest.fixture
def opened(wanting: Wanting) -> Wanting:
    wanting.publish()
    return wanting


def settle(wanting: Wanting, kind: str, about_id: int, proposal: int, outcome: str = "enacted") -> None:
    """What the delivery of `pooling.question_settled` does."""
    payload = {"proposal": proposal, "question_kind": kind, "about_kind": "brief", "about_id": about_id, "outcome": outcome}
    question_settled(fact=Fact(kind="pooling.question_settled", payload=payload), at=wanting.at)


# --- shown to providers ---


def test_it_opens_for_the_days_of_its_value_and_takes_questions_for_half_of_them(opened: Wanting) -> None:
    brief = opened.again()
    assert brief.closes_at is not None
    assert brief.questions_close_at is not None
    assert (brief.closes_at - opened.at, brief.questions_close_at - opened.at) == (timedelta(days=7), timedelta(days=3, hours=12))


@pytest.mark.parametrize("days", [6, 29])
def test_it_opens_neither_shorter_than_its_value_asks_nor_longer_than_four_weeks(wanting: Wanting, days: int) -> None:
    with pytest.raises(BriefIsNotComplete, match="between 7 and 28"):
        wanting.publish(open_days=days)


@pytest.mark.parametrize("who", ["amina", "yusuf", "hodan", "stranger", "operator", "priya"])
def test_only_a_second_pair_of_eyes_shows_it_to_providers(wanting: Wanting, who: str) -> None:
    with pytest.raises(NotAllowed):
        briefs.publish(brief=wanting.brief, by=getattr(cast, who)(), at=wanting.at)


def test_who_looks_after_a_payers_money_may_look_it_over(wanting: Wanting) -> None:
    assert briefs.publish(brief=wanting.brief, by=cast.sam(), at=wanting.at).state == "open"


def test_only_providers_whose_checks_are_live_see_it_and_only_while_it_is_open(opened: Wanting) -> None:
    shop, day = cast.barwaaqo(), opened.at.date()
    assert opened.brief in Brief.objects.visible_to_enterprise(shop, day)
    with_none = shop.checks.filter(kind="insurance")
    with_none.update(expires_on=day - timedelta(days=1), issued_on=day - timedelta(days=300))
    assert opened.brief not in Brief.objects.visible_to_enterprise(shop, day)
    with pytest.raises(NotForYou):
        briefs.ask(brief=opened.brief, enterprise=shop, words="Which days?", by=cast.hodan(), at=opened.at)


def test_what_a_provider_reads_names_nobody_and_asks_a_fixed_few_times(opened: Wanting, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        cards = open_for(cast.barwaaqo(), at=opened.at)
    assert [(card.outcode, card.people, card.ceiling_pence, card.takes_questions) for card in cards] == [("SE15", 3, 180_000, True)]
    told = repr(cards)
    assert not [one for one in ("Amina", "Yusuf", "Halima", opened.story.cluster.name) if one in told]
    assert open_for(cast.barwaaqo(), at=opened.at + timedelta(days=7)) == []


def test_a_provider_who_is_stopped_sees_nothing(opened: Wanting) -> None:
    shop = cast.barwaaqo()
    shop.state, shop.suspended_reason = "suspended", "Asked to."
    assert not Brief.objects.visible_to_enterprise(shop, opened.at.date()).exists()


def test_questions_are_read_by_all_and_nobody_learns_who_asked(opened: Wanting) -> None:
    asked = briefs.ask(brief=opened.brief, enterprise=cast.barwaaqo(), words="Is there a kitchen?", by=cast.hodan(), at=opened.at)
    answered = briefs.answer(question=asked, words="Yes, one for us three.", by=cast.yusuf(), at=opened.at)
    assert (answered.words, answered.answer) == ("Is there a kitchen?", "Yes, one for us three.")
    with pytest.raises(NotNow, match="answer already"):
        briefs.answer(question=asked, words="No.", by=cast.ruth(), at=opened.at)


def test_questions_close_halfway_and_answers_with_the_brief(opened: Wanting) -> None:
    asked = briefs.ask(brief=opened.brief, enterprise=cast.barwaaqo(), words="Is there a kitchen?", by=cast.hodan(), at=opened.at)
    opened.later(days=3, hours=12)
    with pytest.raises(QuestionsAreClosed):
        briefs.ask(brief=opened.brief, enterprise=cast.barwaaqo(), words="And a lift?", by=cast.hodan(), at=opened.at)
    with pytest.raises(NotNow):
        briefs.answer(question=asked, words="Yes.", by=cast.ruth(), at=opened.at + timedelta(days=4))
    assert briefs.answer(question=asked, words="Yes.", by=cast.ruth(), at=opened.at + timedelta(days=3)).answer == "Yes."


@pytest.mark.parametrize("words", ["Ring me: 07700 900 123", "Is it for Halima?", "x", "See www.barwaaqo.example.org"])
def test_a_question_tells_no_more_than_a_brief_may(opened: Wanting, words: str) -> None:
    with pytest.raises((TellsTooMuch, BriefIsNotComplete)):
        briefs.ask(brief=opened.brief, enterprise=cast.barwaaqo(), words=words, by=cast.hodan(), at=opened.at)


@pytest.mark.parametrize("who", ["ruth", "amina", "stranger", "operator"])
def test_only_the_provider_itself_asks(opened: Wanting, who: str) -> None:
    with pytest.raises(NotAllowed):
        briefs.ask(brief=opened.brief, enterprise=cast.barwaaqo(), words="Which days?", by=getattr(cast, who)(), at=opened.at)


def test_a_change_keeps_it_open_three_days_longer_and_the_old_words_are_kept(opened: Wanting) -> None:
    before = opened.again().closes_at
    brief = briefs.amend_brief(brief=opened.brief, why="We forgot the lift.", must_haves=("Speaks Somali",), by=cast.ruth(), at=opened.at)
    assert before is not None
    assert brief.closes_at == before + timedelta(days=3)
    kept = brief.amendments.get()
    assert (kept.before, kept.closed_at_before) == ({"must_haves": list(DRAFT.must_haves)}, before)
    assert brief.ceiling_pence == 180_000


def test_it_changes_three_times_at_most_and_never_its_money(opened: Wanting) -> None:
    for number in range(3):
        briefs.amend_brief(brief=opened.brief, why="Clearer words.", problem=f"Words {number}.", by=cast.ruth(), at=opened.at)
    with pytest.raises(NotNow, match="3 times"):
        briefs.amend_brief(brief=opened.brief, why="Again.", problem="More.", by=cast.ruth(), at=opened.at)
    opened.again().amendments.all().delete()
    for words in ({}, {"ceiling_pence": 1}, {"problem": "Amina is alone."}, {"problem": ""}):
        with pytest.raises(Refusal):
            briefs.amend_brief(brief=opened.brief, why="Clearer words.", by=cast.ruth(), at=opened.at, **words)
    with pytest.raises(NotAllowed):
        briefs.amend_brief(brief=opened.brief, why="Mine.", problem="Words.", by=cast.amina(), at=opened.at)


# --- endings ---


def test_the_group_takes_it_back_with_a_reason_and_every_promise_is_free(opened: Wanting) -> None:
    asked = briefs.ask_to_withdraw(brief=opened.brief, reason="We found neighbours who cook.", by=cast.amina(), at=opened.at)
    settle(opened, "withdraw_brief", opened.brief.pk, asked.pk, "failed")
    assert opened.again().state == "open"
    settle(opened, "withdraw_brief", opened.brief.pk, asked.pk)
    settle(opened, "withdraw_brief", opened.brief.pk, asked.pk)
    assert (opened.again().state, opened.brief.ended_reason, opened.need.state) == ("withdrawn", "We found neighbours who cook.", "shared")
    assert not Earmark.objects.filter(about_kind="brief", state="live").exists()


def test_with_no_offer_it_ends_and_the_need_is_counted_as_no_offer(opened: Wanting) -> None:
    assert brief_clock.advance_due(at=opened.at + timedelta(days=6, hours=23)) == 0
    assert brief_clock.advance_due(at=opened.at + timedelta(days=7)) == 1
    assert (opened.again().state, opened.need.state, opened.need.reason) == ("no_award", "unmet", "no_offer")
    assert not Earmark.objects.filter(about_kind="brief", state="live").exists()


def test_a_yes_is_kept_thirty_days_and_then_the_promise_is_free(wanting: Wanting) -> None:
    assert brief_clock.advance_due(at=wanting.at + timedelta(days=29)) == 0
    assert brief_clock.advance_due(at=wanting.at + timedelta(days=30)) == 1
    assert (wanting.again().state, wanting.need.state) == ("draft", "shared")
    assert not Earmark.objects.filter(about_kind="brief", state="live").exists()
    assert brief_clock.advance_due(at=wanting.at + timedelta(days=31)) == 0


def test_after_the_close_the_yeses_stand_thirty_days_more(opened: Wanting) -> None:
    Brief.objects.filter(pk=opened.brief.pk).update(state="evaluating")
    assert brief_clock.advance_due(at=opened.at + timedelta(days=36)) == 0
    assert brief_clock.advance_due(at=opened.at + timedelta(days=37)) == 1
    assert {one.state for one in BriefPayer.objects.filter(brief=opened.brief)} == {"asked"}
    assert opened.again().state == "evaluating"


def test_after_no_award_the_need_may_be_tried_again(opened: Wanting) -> None:
    brief_clock.advance_due(at=opened.at + timedelta(days=7))
    need = needs.retry(need=Need.objects.get(pk=opened.need.pk), by=cast.amina(), at=opened.at + timedelta(days=8))
    assert (need.state, need.reason) == ("shared", "")
    opened.need, opened.at = need, opened.at + timedelta(days=8)
    assert opened.write().state == "draft"


def test_who_left_the_group_does_not_stand_behind_it(wanting: Wanting) -> None:
    wanting.story.cluster.memberships.filter(person=cast.yusuf()).update(state="settling", strand=None)
    with pytest.raises(NotCovered):
        wanting.publish()


# --- every state and verb ---

VERBS = {
    "edit": lambda it: briefs.edit(brief=it.brief, draft=DRAFT, payers=it.places, by=cast.amina(), at=it.at),
    "drop": lambda it: briefs.drop(brief=it.brief, by=cast.amina(), at=it.at),
    "check": lambda it: briefs.check(brief=it.brief, by=cast.ruth(), at=it.at),
    "return": lambda it: briefs.return_(brief=it.brief, comments="Again.", by=cast.ruth(), at=it.at),
    "share_again": lambda it: briefs.share_again(brief=it.brief, by=cast.ruth(), at=it.at),
    "publish": lambda it: briefs.publish(brief=it.brief, by=cast.ruth(), at=it.at),
    "ask": lambda it: briefs.ask(brief=it.brief, enterprise=cast.barwaaqo(), words="Which days?", by=cast.hodan(), at=it.at),
    "answer": lambda it: briefs.answer(question=it.question, words="Any day.", by=cast.ruth(), at=it.at),
    "amend_brief": lambda it: briefs.amend_brief(brief=it.brief, why="Clearer.", problem="Clear words.", by=cast.ruth(), at=it.at),
    "withdraw_brief": lambda it: brief_ends.withdraw_brief(brief=it.brief, reason="Over.", at=it.at) or refuse(),
    "cancel_brief": lambda it: briefs.cancel(brief=it.brief, reason="Over.", at=it.at) or refuse(),
    "none_received": lambda it: end(it, "none_received"),
    "none_suitable": lambda it: end(it, "none_suitable"),
    "nobody_pays": lambda it: brief_ends.nobody_pays(brief=it.brief, at=it.at) or refuse(),
    "run_out": lambda it: yeses_run_out(it),
    "close_brief": lambda it: brief_clock.advance_due(at=it.at + timedelta(days=8)) or refuse(),
}


def yeses_run_out(it: Wanting) -> None:
    before = Brief.objects.get(pk=it.brief.pk).state
    Brief.objects.filter(pk=it.brief.pk).update(kept_until=it.at)
    brief_clock.advance_due(at=it.at)
    Brief.objects.get(pk=it.brief.pk).state != before or refuse()


def end(it: Wanting, verb: str) -> None:
    briefs.end_without_award(brief=it.brief, verb=verb, reason="None.", by=None, at=it.at) or refuse()


def refuse() -> bool:
    raise NotNow


@pytest.fixture
def asked_about(opened: Wanting) -> Wanting:
    """Open, with a question, and with somebody who said no."""
    opened.question = briefs.ask(  # type: ignore[attr-defined]
        brief=opened.brief, enterprise=cast.barwaaqo(), words="Is there a kitchen?", by=cast.hodan(), at=opened.at
    )
    return opened


@pytest.mark.parametrize("state", Brief.State.values)
def test_every_verb_of_a_brief_is_done_where_the_table_has_it_and_refused_elsewhere(asked_about: Wanting, state: str) -> None:
    it, wrong = asked_about, []
    unseen = {"published_by": None, "opens_at": None, "questions_close_at": None, "closes_at": None} if state in ("draft", "checking") else {}
    ended = {"ended_at": it.at, "ended_reason": "Over."} if state in ("withdrawn", "no_award", "cancelled") else {}
    needed = "commissioning" if state in ("checking", "open", "closed", "evaluating", "award_pending") else "shared"
    for verb, act in VERBS.items():
        with transaction.atomic():
            Brief.objects.filter(pk=it.brief.pk).update(state=state, **ended, **unseen)
            Need.objects.filter(pk=it.need.pk).update(state=needed)
            if verb == "share_again":
                BriefPayer.objects.filter(brief=it.brief, person=cast.halima()).update(state="no")
            try:
                act(it)  # type: ignore[no-untyped-call]
                done = True
            except (NotNow, NotForYou):
                done = False
            if done != ((state, verb) in BRIEF) or (done and Brief.objects.get(pk=it.brief.pk).state not in after_of(state, verb)):
                wrong.append((state, verb, done, Brief.objects.get(pk=it.brief.pk).state))
            transaction.set_rollback(True)
    assert wrong == []


def after_of(state: str, verb: str) -> set[str]:
    """Closing with no offer goes on to its end at once."""
    return {BRIEF[state, verb]} | ({"no_award"} if verb == "close_brief" else set())
