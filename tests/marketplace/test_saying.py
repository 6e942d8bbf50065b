"""Each payer's own yes: who may say it, visit by visit, in part, not sure; and what it does to the money."""

from datetime import timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from audit.models import Entry, Fact
from ledger.selectors import balance
from ledger.services.accounts import Account
from marketplace.models import MilestoneShare
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof, provider_money
from marketplace.services import milestones, shares
from marketplace.services.answers import AnswerIsNotClear
from marketplace.services.shares import WordsAreMissing
from people.models import Person, Supporter
from pooling.services import budgets
from providers.models import Check
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


told = kept(cast_market.asked)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def due(story: Walk) -> int:
    return balance(Account("DUE", cast.SOUTHWARK, f"payee:{story.listing.enterprise.payee_id}"))


def supports(person: Person, supporter: Person, *, story: Walk, decisions: tuple[str, ...] = ("visits",)) -> None:
    Supporter.objects.create(
        person=person,
        supporter=supporter,
        kind="for",
        decisions=list(decisions),
        source="Lasting power of attorney",
        asked_at=story.at - timedelta(days=60),
        confirmed_by=cast.operator(),
        confirmed_at=story.at - timedelta(days=50),
        starts_at=story.at - timedelta(days=43),
    )


# --- who ---


@pytest.mark.parametrize("who", ["hodan", "ruth", "yusuf", "stranger", "operator", "colin", "sam", "priya"])
def test_nobody_but_the_payer_says_that_it_happened(story: Walk, who: str) -> None:
    person, share = getattr(cast, who)(), story.share("Amina")
    for say in (
        lambda: shares.yes(share=share, by=person, at=story.at),
        lambda: shares.question(share=share, words="no", by=person, at=story.at),
        lambda: shares.not_sure(share=share, by=person, at=story.at),
        lambda: shares.answer(share=share, answers=[(story.parts(share)[0], "yes", None)], by=person, at=story.at),
    ):
        with pytest.raises(NotAllowed):
            say()
    assert story.share("Amina").state == "asked"
    assert due(story) == 0


def test_a_supporter_with_that_authority_may_say_it(story: Walk) -> None:
    supports(cast.amina(), cast.stranger(), story=story)
    shares.yes(share=story.share("Amina"), by=cast.stranger(), at=story.at)
    assert story.share("Amina").state == "released"
    entry = Entry.objects.filter(verb="marketplace.answer").latest("pk")
    assert (entry.by_id, entry.on_behalf_of_id) == (cast.stranger().pk, cast.amina().pk)


@pytest.mark.parametrize("decisions", [("payments", "promises"), ("groups", "budgets")])
def test_a_supporter_for_other_things_may_not(story: Walk, decisions: tuple[str, ...]) -> None:
    supports(cast.amina(), cast.stranger(), story=story, decisions=decisions)
    with pytest.raises(NotAllowed):
        shares.yes(share=story.share("Amina"), by=cast.stranger(), at=story.at)


def test_whoever_booked_for_a_person_may_not_alone_say_that_it_happened(story: Walk) -> None:
    supports(cast.amina(), cast.stranger(), story=story, decisions=("visits", "promises"))
    payer = story.payer("Amina")
    payer.signed_by = cast.stranger()
    payer.save()
    with pytest.raises(NotAllowed):
        shares.yes(share=story.share("Amina"), by=cast.stranger(), at=story.at)
    shares.yes(share=story.share("Amina"), by=cast.amina(), at=story.at)
    assert story.share("Amina").state == "released"


def test_a_supporter_who_works_for_the_provider_or_helps_its_owner_may_not(story: Walk) -> None:
    supports(cast.amina(), cast.stranger(), story=story)
    cast_market.hire("Stan", person=cast.stranger())
    with pytest.raises(NotAllowed):
        shares.yes(share=story.share("Amina"), by=cast.stranger(), at=story.at)
    supports(cast.yusuf(), cast.neighbour(), story=story)
    supports(cast.hodan(), cast.neighbour(), story=story)
    with pytest.raises(NotAllowed):
        shares.yes(share=story.share("Yusuf"), by=cast.neighbour(), at=story.at)


# --- yes ---


def test_two_yeses_of_three_who_paid_ahead_pay_two_thirds_and_the_third_stays_held() -> None:
    story = cast_market.walk()
    budgets.choose_mode(council_code=cast.SOUTHWARK, route="council_managed", mode="ahead", by=cast.colin(), at=story.at)
    story.propose()
    story.sign_all()
    story.until(cast_market.ASKED_ON)
    for name, payer in (("Amina", cast.amina()), ("Yusuf", cast.sam()), ("Halima", cast.colin())):
        story.pay_ahead(name, by=payer)
    story.do_visits()
    story.yes("Amina", "Yusuf")
    assert due(story) == 3_600
    halima = story.share("Halima")
    assert (halima.state, halima.covered_by) == ("asked", "money")
    assert halima.hold is not None
    assert halima.hold.held_pence == 1_800
    assert proof("default") == []


def test_saying_yes_twice_pays_once(story: Walk) -> None:
    share = story.share("Amina")
    shares.yes(share=share, by=cast.amina(), at=story.at)
    with pytest.raises(NotNow):
        shares.yes(share=share, by=cast.amina(), at=story.at)
    with pytest.raises(NotNow):
        shares.question(share=share, words="no", by=cast.amina(), at=story.at)
    assert due(story) == 1_800


def test_an_order_is_billed_by_the_yes_and_paid_on_only_when_its_money_is_here(story: Walk) -> None:
    shares.yes(share=story.share("Halima"), by=cast.halima(), at=story.at)
    share = story.share("Halima")
    assert (share.state, share.waits_for) == ("agreed", "money")
    assert story.call("Halima").owed_pence == 1_800
    assert due(story) == 0
    story.pay_order(share)
    assert story.share("Halima").state == "released"
    assert due(story) == 1_800


def test_an_answer_before_the_week_is_sent_in_is_kept_and_counts_then() -> None:
    story = cast_market.covered()
    story.do_visits(submit=False)
    share = story.share("Amina")
    shares.yes(share=share, by=cast.amina(), at=story.at)
    assert story.share("Amina").state == "covered"
    milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at + timedelta(hours=1))
    assert story.share("Amina").state == "released"
    assert story.share("Yusuf").state == "asked"


def test_a_no_before_the_week_is_sent_in_keeps_its_words() -> None:
    story = cast_market.covered()
    story.do_visits(submit=False)
    shares.question(share=story.share("Amina"), words="She left at once.", by=cast.amina(), at=story.at)
    milestones.submit(milestone=story.week(), by=cast.hodan(), at=story.at + timedelta(hours=1))
    assert (story.share("Amina").state, story.share("Amina").question) == ("questioned", "She left at once.")


def test_an_answer_to_the_first_visit_is_kept_while_the_second_is_still_to_come() -> None:
    story = cast_market.covered()
    story.do_visits(only=[1], submit=False)
    share = story.share("Amina")
    shares.answer(share=share, answers=[(story.parts(share)[0], "yes", None)], by=cast.amina(), at=story.at)
    story.do_visits(only=[2])
    assert story.share("Amina").state == "asked"
    shares.answer(share=story.share("Amina"), answers=[(story.parts(share)[1], "yes", None)], by=cast.amina(), at=story.at)
    assert story.share("Amina").state == "released"


# --- in part, and questions ---


def test_one_visit_of_two_is_paid_and_the_other_waits(story: Walk) -> None:
    share = story.share("Amina")
    first, second = story.parts(share)
    shares.answer(share=share, answers=[(first, "yes", None), (second, "no", None)], words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    paid, waits = story.shares("Amina")
    assert (paid.state, paid.pence, waits.state, waits.pence) == ("released", 900, "questioned", 900)
    assert (waits.split_from, waits.question, waits.questioned_by_person) == (paid, "Nobody came on Thursday.", True)
    assert story.parts(waits) == [second]
    assert waits.hold is not None
    assert waits.hold.disputed_pence == 900
    assert proof("default") == []


def test_part_of_one_visit_splits_that_visit(story: Walk) -> None:
    share = story.share("Amina")
    first, second = story.parts(share)
    shares.part_yes(
        share=share, answers=[(first, "yes", None), (second, "part", 300)], words="She left after 20 minutes.", by=cast.amina(), at=story.at
    )
    paid, waits = story.shares("Amina")
    assert (paid.state, paid.pence, waits.state, waits.pence) == ("released", 1_200, "questioned", 600)
    assert [part.pence for part in story.parts(paid)] == [900, 300]
    assert [part.pence for part in story.parts(waits)] == [600]
    assert proof("default") == []


def test_a_question_makes_all_of_it_wait_and_nobody_elses(story: Walk) -> None:
    shares.question(share=story.share("Amina"), words="It was not her.", by=cast.amina(), at=story.at)
    story.yes("Yusuf")
    assert story.share("Amina").state == "questioned"
    assert story.share("Yusuf").state == "released"
    assert due(story) == 1_800
    assert Fact.objects.filter(kind="marketplace.share_questioned").count() == 1


def test_part_of_an_order_is_billed_in_part(story: Walk) -> None:
    share = story.share("Halima")
    first, second = story.parts(share)
    shares.answer(share=share, answers=[(first, "yes", None), (second, "no", None)], words="Nobody came.", by=cast.halima(), at=story.at)
    agreed, waits = story.shares("Halima")
    assert (agreed.state, agreed.waits_for, waits.state) == ("agreed", "money", "questioned")
    assert story.call("Halima").owed_pence == 900
    story.pay_order(agreed)
    assert story.share("Halima").state == "released"
    assert due(story) == 900
    assert proof("default") == []


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([("yes", None), ("maybe", None)], AnswerIsNotClear),
        ([("yes", None), ("part", None)], AnswerIsNotClear),
        ([("yes", None), ("part", 900)], AnswerIsNotClear),
        ([("yes", None), ("part", 0)], AnswerIsNotClear),
        ([("yes", None), ("part", -5)], AnswerIsNotClear),
        ([], AnswerIsNotClear),
    ],
)
def test_an_answer_that_is_not_clear_changes_nothing(story: Walk, answers: list[Any], error: type[Exception]) -> None:
    share = story.share("Amina")
    said = [(part, *answer) for part, answer in zip(story.parts(share), answers, strict=False)]
    with pytest.raises(error):
        shares.answer(share=share, answers=said, words="why", by=cast.amina(), at=story.at)
    assert [part.answer for part in story.parts(share)] == ["", ""]


def test_a_no_without_words_is_asked_for_words(story: Walk) -> None:
    with pytest.raises(WordsAreMissing) as refusal:
        shares.question(share=story.share("Amina"), words="  ", by=cast.amina(), at=story.at)
    assert refusal.value.field == "words"


def test_an_answer_about_anothers_visit_is_refused(story: Walk) -> None:
    theirs = story.parts(story.share("Yusuf"))[0]
    with pytest.raises(AnswerIsNotClear):
        shares.answer(share=story.share("Amina"), answers=[(theirs, "yes", None)], by=cast.amina(), at=story.at)


# --- not sure ---


def test_not_sure_is_asked_again_tomorrow_and_after_three_times_a_human_asks(story: Walk) -> None:
    share = story.share("Amina")
    for times in (1, 2):
        shares.not_sure(share=share, by=cast.amina(), at=story.at)
        row = story.share("Amina")
        assert (row.state, row.not_sure_count) == ("asked", times)
        facts = Fact.objects.filter(kind="marketplace.share_asked", subject=f"share:{share.pk}").count()
        story.until(story.at + timedelta(days=1))
        assert Fact.objects.filter(kind="marketplace.share_asked", subject=f"share:{share.pk}").count() == facts + 1
    shares.not_sure(share=share, by=cast.amina(), at=story.at)
    assert story.share("Amina").state == "with_helper"


def test_not_sure_of_one_visit_pays_the_other(story: Walk) -> None:
    share = story.share("Amina")
    first, second = story.parts(share)
    shares.answer(share=share, answers=[(first, "yes", None), (second, "not_sure", None)], by=cast.amina(), at=story.at)
    asked, paid = story.shares("Amina")
    assert (asked.state, asked.pence, paid.state, paid.pence) == ("asked", 900, "released", 900)
    shares.yes(share=asked, by=cast.amina(), at=story.at)
    assert {row.state for row in story.shares("Amina")} == {"released"}
    assert proof("default") == []


# --- what stands in the way of paying ---


def test_a_check_that_lapsed_after_the_visit_does_not_stop_its_pay(story: Walk) -> None:
    Check.objects.filter(worker=story.worker()).update(expires_on=story.at.date())
    worker = story.worker()
    worker.state = "left"
    worker.save()
    shares.yes(share=story.share("Amina"), by=cast.amina(), at=story.at + timedelta(days=1))
    assert story.share("Amina").state == "released"


def test_a_check_found_not_to_have_been_live_on_the_day_stops_its_pay(story: Walk) -> None:
    Check.objects.filter(worker=story.worker(), kind="dbs_basic").update(confirmed_at=None, confirmed_by=None)
    shares.yes(share=story.share("Amina"), by=cast.amina(), at=story.at)
    assert (story.share("Amina").state, story.share("Amina").waits_for) == ("agreed", "checks")
    story.run()
    assert due(story) == 0


def test_a_provider_without_a_payee_waits_and_is_paid_once_it_has_one(story: Walk) -> None:
    enterprise = story.listing.enterprise
    payee, enterprise.payee = enterprise.payee, None
    enterprise.save()
    shares.yes(share=story.share("Amina"), by=cast.amina(), at=story.at)
    assert story.share("Amina").waits_for == "payee"
    enterprise.payee = payee
    enterprise.save()
    story.run()
    assert (story.share("Amina").state, story.share("Amina").waits_for) == ("released", "")


def test_above_500_pounds_in_28_days_a_second_person_must_agree() -> None:
    story = cast_market.walk(weekly_pence=20_000)
    story.listing.group_prices.filter(people=3).update(pence=30_000)
    story.propose()
    story.sign_all()
    story.until(cast_market.ASKED_ON)
    for week in (1, 2, 3):
        story.until_asked(week)
        story.pay("Amina", week=week)
    for week in (1, 2):
        story.do_visits(week)
        story.yes("Amina", week=week)
        assert story.share("Amina", week).state == "released"
    story.do_visits(3)
    story.yes("Amina", week=3)
    share = story.share("Amina", 3)
    assert (share.state, share.waits_for) == ("agreed", "second_person")
    story.run()
    assert due(story) == 40_000
    for person in (cast.amina(), cast.hodan(), cast.yusuf(), cast.stranger()):
        with pytest.raises(NotAllowed):
            shares.agree_to_large_payment(share=share, by=person, at=story.at)
    shares.agree_to_large_payment(share=share, by=cast.operator(), at=story.at)
    assert story.share("Amina", 3).state == "released"
    assert due(story) == 60_000
    assert proof("default") == []


# --- who sees what ---


def test_a_share_is_seen_by_its_payer_the_provider_and_who_helps_and_by_no_other_payer(story: Walk) -> None:
    amina = story.share("Amina")
    for person in (cast.amina(), cast.hodan(), cast.ruth(), cast.operator()):
        assert amina in MilestoneShare.objects.visible_to(person)
    for person in (cast.yusuf(), cast.halima(), cast.stranger(), cast.priya(), cast.colin(), cast.sam(), cast.neighbour(), None):
        assert amina not in MilestoneShare.objects.visible_to(person)
    assert story.share("Yusuf") in MilestoneShare.objects.visible_to(cast.sam())
    assert story.share("Halima") in MilestoneShare.objects.visible_to(cast.colin())


def test_the_providers_money_adds_up_week_by_week(story: Walk) -> None:
    story.yes("Amina")
    shares.question(share=story.share("Yusuf"), words="Who came?", by=cast.yusuf(), at=story.at)
    money = provider_money(story.listing.enterprise)
    first = next(week for week in money.weeks if week.starts_on == story.week().starts_on)
    assert (first.going_pence, first.questioned_pence, first.coming_pence) == (1_800, 1_800, 1_800)
    assert (money.by_order_pence, money.ordered_pence) == (1_800, 0)
