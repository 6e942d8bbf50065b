"""Questions: both sides agree, two people without an interest decide, reminders, and the evidence on day 45."""

from datetime import timedelta

import pytest

from audit.errors import NotAllowed
from audit.models import Fact
from ledger.selectors import balance
from ledger.services.accounts import Account
from marketplace.models import MilestoneShare
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof, to_do
from marketplace.services import decisions, shares, signing
from marketplace.services.decisions import CannotBePaidYet, ProposalHasChanged, ReasonIsMissing, SumDoesNotFit
from people.services import organisations
from pooling.models import Call
from providers.models import Check
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


FEW = {"weeks": 2}
"""Months pass here, and what they come to is seen in the first week: the fewer others, the less there is to go on with."""


def _questioned() -> Walk:
    story = cast_market.asked(**FEW)
    for name in story.places:
        shares.question(share=story.share(name), words="Nobody came on Thursday.", by=story.person(name), at=story.at)
    return story


told = kept(_questioned)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def due(story: Walk) -> int:
    return balance(Account("DUE", cast.SOUTHWARK, f"payee:{story.listing.enterprise.payee_id}"))


def free(story: Walk, name: str) -> int:
    return balance(Account("SHARE", cast.SOUTHWARK, f"member:{story.places[name].pk}/portion:{story.portions[name].pk}"))


# --- both sides ---


def test_both_sides_agreeing_pays_so_much_and_returns_the_rest(story: Walk) -> None:
    share = story.share("Amina")
    decisions.provider_reply(share=share, words="I was there from 10 to 11.", by=cast.hodan(), at=story.at)
    decisions.settle(share=share, pay_pence=1_000, by=cast.hodan(), at=story.at)
    assert story.share("Amina").state == "questioned"
    decisions.settle(share=share, pay_pence=1_000, by=cast.amina(), at=story.at)
    row = story.share("Amina")
    assert (row.state, row.paid_pence, row.returned_pence, row.reply) == ("decided", 1_000, 800, "I was there from 10 to 11.")
    assert (due(story), free(story, "Amina")) == (1_000, 800)
    assert proof("default") == []


def test_one_side_saying_it_twice_or_the_other_another_sum_moves_nothing(story: Walk) -> None:
    share = story.share("Amina")
    decisions.settle(share=share, pay_pence=1_000, by=cast.hodan(), at=story.at)
    decisions.settle(share=share, pay_pence=1_000, by=cast.hodan(), at=story.at)
    decisions.settle(share=share, pay_pence=500, by=cast.amina(), at=story.at)
    assert (story.share("Amina").state, due(story)) == ("questioned", 0)
    decisions.settle(share=share, pay_pence=500, by=cast.hodan(), at=story.at)
    assert due(story) == 500


@pytest.mark.parametrize(("pay", "paid", "back"), [(0, 0, 1_800), (1_800, 1_800, 0)])
def test_all_or_nothing_can_be_agreed_too(story: Walk, pay: int, paid: int, back: int) -> None:
    decisions.settle(share=story.share("Yusuf"), pay_pence=pay, by=cast.yusuf(), at=story.at)
    decisions.settle(share=story.share("Yusuf"), pay_pence=pay, by=cast.hodan(), at=story.at)
    row = story.share("Yusuf")
    assert (row.paid_pence, row.returned_pence) == (paid, back)
    assert proof("default") == []


@pytest.mark.parametrize("who", ["ruth", "yusuf", "operator", "stranger", "colin"])
def test_nobody_else_settles_between_them(story: Walk, who: str) -> None:
    with pytest.raises(NotAllowed):
        decisions.settle(share=story.share("Amina"), pay_pence=0, by=getattr(cast, who)(), at=story.at)


@pytest.mark.parametrize("pence", [-1, 1_801, 2**40])
def test_a_silly_sum_is_refused(story: Walk, pence: int) -> None:
    with pytest.raises(SumDoesNotFit):
        decisions.settle(share=story.share("Amina"), pay_pence=pence, by=cast.amina(), at=story.at)


def test_an_order_settled_in_part_is_billed_that_part_and_paid_once_it_is_in(story: Walk) -> None:
    share = story.share("Halima")
    decisions.settle(share=share, pay_pence=600, by=cast.halima(), at=story.at)
    decisions.settle(share=share, pay_pence=600, by=cast.hodan(), at=story.at)
    row = story.share("Halima")
    assert (row.state, row.waits_for, row.paid_pence, row.is_final) == ("decided", "money", 0, False)
    story.pay_order(row)
    row = story.share("Halima")
    assert (row.paid_pence, row.returned_pence, row.is_final, due(story)) == (600, 1_200, True, 600)
    assert proof("default") == []


def test_an_order_of_which_nothing_is_owed_is_dropped(story: Walk) -> None:
    share = story.share("Halima")
    decisions.settle(share=share, pay_pence=0, by=cast.halima(), at=story.at)
    decisions.settle(share=share, pay_pence=0, by=cast.hodan(), at=story.at)
    assert story.call("Halima").state == "cancelled"
    assert proof("default") == []


# --- two people ---


def propose(story: Walk, name: str = "Amina", pence: int = 900) -> None:
    decisions.propose_decision(
        share=story.share(name), pay_pence=pence, reason="One visit was recorded at the time.", by=cast.operator(), at=story.at
    )


def test_two_people_without_an_interest_decide_with_reasons(story: Walk) -> None:
    propose(story)
    assert due(story) == 0
    decisions.confirm_decision(share=story.share("Amina"), pay_pence=900, reason="I agree with the record.", by=cast.second_operator(), at=story.at)
    row = story.share("Amina")
    assert (row.state, row.paid_pence, row.returned_pence) == ("decided", 900, 900)
    assert row.decided_reason == "One visit was recorded at the time.\nI agree with the record."
    assert proof("default") == []


def test_one_person_cannot_do_both_halves(story: Walk) -> None:
    propose(story)
    with pytest.raises(NotAllowed):
        decisions.confirm_decision(share=story.share("Amina"), pay_pence=900, reason="And I agree.", by=cast.operator(), at=story.at)
    with pytest.raises(NotNow):
        propose(story, pence=0)
    assert due(story) == 0


def test_the_second_person_may_say_no_and_propose_something_else(story: Walk) -> None:
    propose(story)
    decisions.refuse_decision(share=story.share("Amina"), by=cast.second_operator(), at=story.at)
    decisions.propose_decision(share=story.share("Amina"), pay_pence=0, reason="The neighbour saw nobody.", by=cast.second_operator(), at=story.at)
    with pytest.raises(ProposalHasChanged):
        decisions.confirm_decision(share=story.share("Amina"), pay_pence=900, reason="From the old page.", by=cast.operator(), at=story.at)
    decisions.confirm_decision(share=story.share("Amina"), pay_pence=0, reason="So did I hear.", by=cast.operator(), at=story.at)
    assert story.share("Amina").returned_pence == 1_800


@pytest.mark.parametrize("who", ["hodan", "amina", "yusuf", "ruth", "stranger", "sam", "priya"])
def test_parties_and_those_close_to_them_decide_nothing(story: Walk, who: str) -> None:
    person = getattr(cast, who)()
    with pytest.raises(NotAllowed):
        decisions.propose_decision(share=story.share("Amina"), pay_pence=0, reason="Because.", by=person, at=story.at)
    propose(story)
    with pytest.raises(NotAllowed):
        decisions.confirm_decision(share=story.share("Amina"), pay_pence=900, reason="Because.", by=person, at=story.at)


def test_an_operator_who_works_for_the_provider_or_is_in_the_group_decides_nothing(story: Walk) -> None:
    cast_market.hire("Olu", person=cast.operator(), checked=False)
    with pytest.raises(NotAllowed):
        propose(story)
    organisations.give_role(person=cast.amina(), kind="operator", organisation=None, council_code="", by=None, at=story.at)
    with pytest.raises(NotAllowed):
        decisions.propose_decision(share=story.share("Yusuf"), pay_pence=0, reason="Because.", by=cast.amina(), at=story.at)


def test_who_looks_after_that_money_may_decide_with_an_operator_unless_the_payee_is_itself(story: Walk) -> None:
    decisions.propose_decision(share=story.share("Yusuf"), pay_pence=0, reason="He rang us that day.", by=cast.sam(), at=story.at)
    decisions.confirm_decision(share=story.share("Yusuf"), pay_pence=0, reason="Heard the call.", by=cast.operator(), at=story.at)
    assert story.share("Yusuf").state == "decided"
    cast_market.hire("Colin", person=cast.colin())
    with pytest.raises(NotAllowed):
        decisions.propose_decision(share=story.share("Halima"), pay_pence=1_800, reason="Pay.", by=cast.colin(), at=story.at)


def test_a_decision_without_a_reason_is_refused(story: Walk) -> None:
    with pytest.raises(ReasonIsMissing):
        decisions.propose_decision(share=story.share("Amina"), pay_pence=0, reason=" ", by=cast.operator(), at=story.at)
    propose(story)
    with pytest.raises(ReasonIsMissing):
        decisions.confirm_decision(share=story.share("Amina"), pay_pence=900, reason="", by=cast.second_operator(), at=story.at)


def test_nothing_is_paid_by_a_decision_when_a_check_was_missing_on_the_day(story: Walk) -> None:
    Check.objects.filter(worker=story.worker(), kind="dbs_basic").update(confirmed_at=None, confirmed_by=None)
    propose(story)
    with pytest.raises(CannotBePaidYet):
        decisions.confirm_decision(share=story.share("Amina"), pay_pence=900, reason="Pay.", by=cast.second_operator(), at=story.at)
    assert due(story) == 0


# --- holding back ---


def test_two_people_hold_back_money_that_is_about_to_be_paid() -> None:
    story = cast_market.asked()
    story.yes("Halima")
    share = story.share("Halima")
    assert share.state == "agreed"
    decisions.propose_hold_back(share=share, reason="A worry was raised.", by=cast.operator(), at=story.at)
    with pytest.raises(NotAllowed):
        decisions.confirm_hold_back(share=share, by=cast.operator(), at=story.at)
    decisions.confirm_hold_back(share=share, by=cast.second_operator(), at=story.at)
    held = story.share("Halima")
    assert (held.state, held.questioned_by_person, held.answered_by_id) == ("questioned", False, cast.halima().pk)
    assert "reply" in {task.kind for task in to_do(cast.hodan(), today=story.at.date())}


@pytest.mark.parametrize("pence", [0, 1_800])
def test_what_two_people_hold_back_payer_and_provider_do_not_end_between_them(pence: int) -> None:
    story = cast_market.asked()
    story.yes("Halima")
    share = story.share("Halima")
    decisions.propose_hold_back(share=share, reason="Fraud.", by=cast.operator(), at=story.at)
    decisions.confirm_hold_back(share=share, by=cast.second_operator(), at=story.at)
    for by in (cast.halima(), cast.hodan()):
        with pytest.raises(decisions.HeldBack):
            decisions.settle(share=share, pay_pence=pence, by=by, at=story.at)
    story.until(story.at + timedelta(days=46))
    row = story.share("Halima")
    assert (row.state, row.paid_pence, row.decided_pence, due(story)) == ("decided", 0, 0, 0)


def by_two(story: Walk, share: MilestoneShare, pence: int) -> None:
    decisions.propose_decision(share=share, pay_pence=pence, reason="We looked.", by=cast.operator(), at=story.at)
    decisions.confirm_decision(share=share, pay_pence=pence, reason="So did I.", by=cast.second_operator(), at=story.at)


def test_an_order_held_back_after_the_yes_is_not_billed_twice() -> None:
    story = cast_market.asked()
    story.yes("Halima")
    share = story.share("Halima")
    decisions.propose_hold_back(share=share, reason="A worry was raised.", by=cast.operator(), at=story.at)
    decisions.confirm_hold_back(share=share, by=cast.second_operator(), at=story.at)
    by_two(story, share, share.pence)
    row = story.share("Halima")
    assert (row.state, row.waits_for) == ("decided", "money")
    story.pay_order(row)
    row = story.share("Halima")
    assert (row.paid_pence, due(story), Call.objects.filter(follows__isnull=False).count()) == (share.pence, share.pence, 0)
    assert proof("default") == []


@pytest.mark.parametrize("is_paid_first", [False, True])
def test_an_order_held_back_after_the_yes_and_decided_lower_is_billed_that_and_no_more(is_paid_first: bool) -> None:
    story = cast_market.asked()
    story.yes("Halima")
    share = story.share("Halima")
    decisions.propose_hold_back(share=share, reason="A worry was raised.", by=cast.operator(), at=story.at)
    decisions.confirm_hold_back(share=share, by=cast.second_operator(), at=story.at)
    if is_paid_first:
        story.pay_order(share)
    by_two(story, share, 600)
    if not is_paid_first:
        assert story.call("Halima").to_pay_pence == 600
        story.pay_order(share)
    row = story.share("Halima")
    assert (row.paid_pence, row.returned_pence, due(story)) == (600, share.pence - 600, 600)
    assert free(story, "Halima") == (share.pence - 600 if is_paid_first else 0)
    assert not Call.objects.filter(follows__isnull=False).exists()
    assert proof("default") == []


# --- the clock ---


def test_who_decides_is_reminded_on_day_15_and_a_second_on_day_30(story: Walk) -> None:
    began = story.at
    story.until(began + timedelta(days=16))
    assert story.share("Amina").reminders == 1
    story.until(began + timedelta(days=31))
    assert story.share("Amina").reminders == 2
    assert Fact.objects.filter(kind="marketplace.share_reminded", subject=f"share:{story.share('Amina').pk}").count() == 2


def test_on_day_45_what_the_person_questioned_comes_back(story: Walk) -> None:
    story.until(story.at + timedelta(days=46))
    row = story.share("Amina")
    assert (row.state, row.paid_pence, row.returned_pence) == ("decided", 0, 1_800)
    assert row.decided_reason
    assert due(story) == 0
    assert proof("default") == []


def test_on_day_45_what_was_recorded_at_the_time_and_questioned_by_nobody_is_paid() -> None:
    story = cast_market.asked(**FEW)
    story.until(story.at + timedelta(days=63))
    row: MilestoneShare = story.share("Amina")
    assert (row.state, row.paid_pence, row.questioned_by_person) == ("decided", 1_800, False)
    halima = story.share("Halima")
    assert (halima.state, halima.waits_for) == ("decided", "money")
    assert proof("default") == []


def test_on_day_45_what_was_written_later_comes_back() -> None:
    story = cast_market.covered(**FEW)
    story.do_visits(later=True)
    story.until(story.at + timedelta(days=63))
    assert story.share("Amina").returned_pence == 1_800


# --- large sums ---


def test_a_large_settlement_between_both_needs_a_second_person_and_two_who_decide_are_enough() -> None:
    story = cast_market.walk(weekly_pence=20_000)
    story.listing.group_prices.filter(people=2).update(pence=60_000)
    story.propose(payers=[story.places["Amina"], story.places["Yusuf"]], visits_per_week=1, weekdays=[2], minutes=30, weeks=4)
    story.sign("Amina", "Yusuf")
    signing.sign_as_provider(agreement=story.agreement, by=cast.hodan(), at=story.at)
    paid_before(story, weeks=(1, 2, 3))
    for name in ("Amina", "Yusuf"):
        shares.question(share=story.share(name, 4), words="Nobody came.", by=story.person(name), at=story.at)
        decisions.settle(share=story.share(name, 4), pay_pence=15_000, by=story.person(name), at=story.at)
    with pytest.raises(CannotBePaidYet):
        decisions.settle(share=story.share("Amina", 4), pay_pence=15_000, by=cast.hodan(), at=story.at)
    shares.agree_to_large_payment(share=story.share("Amina", 4), by=cast.operator(), at=story.at)
    decisions.settle(share=story.share("Amina", 4), pay_pence=15_000, by=cast.hodan(), at=story.at)
    assert story.share("Amina", 4).paid_pence == 15_000
    decisions.propose_decision(share=story.share("Yusuf", 4), pay_pence=15_000, reason="Seen there.", by=cast.operator(), at=story.at)
    decisions.confirm_decision(
        share=story.share("Yusuf", 4), pay_pence=15_000, reason="Seen there by me too.", by=cast.second_operator(), at=story.at
    )
    assert story.share("Yusuf", 4).paid_pence == 15_000
    assert proof("default") == []


def paid_before(story: Walk, *, weeks: tuple[int, ...]) -> None:
    """£150 each in these weeks, paid; the next week visited and sent in."""
    last = max(weeks) + 1
    for week in range(1, last + 1):
        story.until_asked(week)
        story.pay("Amina", "Yusuf", week=week)
    for week in range(1, last + 1):
        story.do_visits(week)
        if week != last:
            story.yes("Amina", "Yusuf", week=week)
