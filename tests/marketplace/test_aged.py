"""Money of 88 days that a week counts on, holds or questions: it ends, goes home, and the books are right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from marketplace.models import MilestoneShare
from marketplace.selectors import proof as marketplace_proof
from marketplace.services import aged as market_aged
from marketplace.services import money, shares
from payments.models import LotDecision, Payment, Refund, Remittance
from payments.selectors import proof as payments_proof
from payments.services import ages
from payments.services.ages import DECIDE, Wish
from people.models import Approval
from people.services import approvals
from pooling.selectors import proof as pooling_proof
from pooling.services import aged, calls
from providers.models import Enterprise
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.cast_pooling import Bank
from tests.worlds import stage

pytestmark = pytest.mark.django_db
running = stage(cast_market.running)
covered = stage(cast_market.then_covered, on="running")
asked = stage(cast_market.then_asked, on="covered")


def amina_of(story: Walk) -> str:
    return f"member:{story.places['Amina'].pk}/portion:{story.portions['Amina'].pk}"


def grown_old(story: Walk, days: int = 88) -> Payment:
    """Amina's lot, as if it had been charged so many days ago: the same as money that came long before it was called for."""
    lot = Payment.objects.get(lot_owner=amina_of(story))
    Payment.objects.filter(pk=lot.pk).update(charged_at=story.at - timedelta(days=days))
    lot.refresh_from_db()
    return lot


def run(at: datetime) -> None:
    for _ in range(10):
        Bank(at).tell()
        if not ages.advance_due(at=at) + aged.advance_due(at=at):
            return
    raise AssertionError("the clock never rests")


def all_right() -> None:
    assert [*payments_proof(), *pooling_proof(), *marketplace_proof()] == []


# --- the week is asked for ---


def test_a_week_not_held_yet_is_asked_for_again_and_the_old_money_goes_home(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay("Amina")
    story.run()
    assert story.share("Amina").state == "covered"
    lot, first = grown_old(story), story.call("Amina")
    run(story.at)
    share, again = story.share("Amina"), story.call("Amina")
    assert [(row.payment_id, row.pence) for row in Refund.objects.all()] == [(lot.pk, lot.pence)]
    first.refresh_from_db()
    assert (share.state, share.covered_by, first.state, again.state, again.asked_pence) == ("planned", "", "cancelled", "called", share.pence)
    all_right()
    story.pay()
    story.run()
    assert story.week().state == "funded"
    all_right()


def test_who_pays_while_the_clock_looks_is_not_asked_twice(running: Callable[[], Walk]) -> None:
    story = running()
    url = "http://127.0.0.1/back"
    Bank(story.at).takes(calls.pay_by_card(call=story.call("Amina"), success_url=url, cancel_url=url, by=cast.amina(), at=story.at))
    assert market_aged._end(story.share("Amina"), uuid4(), "", story.at) == 0
    assert story.call("Amina").state == "clearing"


def test_a_question_that_may_not_be_paid_yet_counts_on_younger_money_and_the_old_goes_home(running: Callable[[], Walk]) -> None:
    story = running()
    story.pay()
    story.until_asked(2)
    story.pay(week=2)
    story.do_visits()
    Enterprise.objects.filter(pk=story.listing.enterprise_id).update(payee=None)
    story.yes("Amina")
    # As when nobody answered; it was recorded at the time, so the evidence says that it is paid, to whom nobody knows.
    money.question(share=money.lock_share(story.share("Amina")), verb="hold_back", words="", by=None, at=story.at)
    MilestoneShare.objects.filter(held_back_at__isnull=False).update(held_back_at=None)
    old, young = Payment.objects.filter(lot_owner=amina_of(story)).order_by("charged_at")
    Payment.objects.filter(pk=old.pk).update(charged_at=story.at - timedelta(days=88))
    run(story.at)
    assert [(row.payment_id, row.pence) for row in Refund.objects.all()] == [(old.pk, old.pence)]
    young.refresh_from_db()
    assert (story.share("Amina").state, story.share("Amina", 2).state, young.free_pence) == ("questioned", "returned", young.pence)
    all_right()


# --- it is paid for ---


def test_held_money_is_given_back_and_sent_home_and_the_others_go_on(covered: Callable[[], Walk]) -> None:
    story = covered()
    assert story.week().state == "funded"
    lot = grown_old(story)
    run(story.at)
    share = story.share("Amina")
    assert (share.state, share.returned_pence, story.share("Yusuf").state) == ("returned", share.pence, "covered")
    assert [(row.payment_id, row.pence) for row in Refund.objects.all()] == [(lot.pk, lot.pence)]
    all_right()


def test_money_that_two_people_keep_stays_held(covered: Callable[[], Walk]) -> None:
    story = covered()
    lot = grown_old(story)
    wish = Wish("keep", "She is in hospital until June.", until=story.at.date() + timedelta(days=30), advice="The council’s letter of 1 May.")
    ages.propose(payment=lot, wish=wish, by=cast.operator(), at=story.at)
    approvals.give(approval=Approval.objects.get(what=DECIDE), by=cast.second_operator(), at=story.at)
    ages.decide(payment=lot, by=cast.second_operator(), at=story.at)
    run(story.at)
    assert (story.share("Amina").state, LotDecision.objects.count(), Refund.objects.count()) == ("covered", 1, 0)
    all_right()


# --- its visits were made ---


def test_what_nobody_answered_goes_home_and_pays_nobody(asked: Callable[[], Walk]) -> None:
    story = asked()
    grown_old(story)
    run(story.at)
    assert story.share("Amina").state == "returned"
    assert not Remittance.objects.filter(payment__lot_owner=amina_of(story)).exists()
    assert Refund.objects.count() == 1
    all_right()


def test_money_under_a_question_goes_by_the_evidence(asked: Callable[[], Walk]) -> None:
    story = asked()
    shares.question(share=story.share("Amina"), words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    grown_old(story)
    run(story.at)
    share = story.share("Amina")
    assert (share.state, share.decided_pence, share.decided_reason) == ("decided", 0, "Not shown to have happened.")
    assert Refund.objects.count() == 1
    all_right()


def test_who_works_for_the_provider_decides_nothing_about_its_work_by_way_of_old_money(asked: Callable[[], Walk]) -> None:
    story = asked()
    shares.question(share=story.share("Amina"), words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    cast_market.hire("Olu", person=cast.operator(), checked=False)
    lot = grown_old(story, 70)
    ages.propose(payment=lot, wish=Wish("pay_on", "They did come."), by=cast.operator(), at=story.at)
    approvals.give(approval=Approval.objects.get(what=DECIDE), by=cast.second_operator(), at=story.at)
    ages.decide(payment=lot, by=cast.second_operator(), at=story.at)
    Bank(story.at).tell()
    assert (story.share("Amina").state, story.share("Amina").paid_pence) == ("questioned", 0)
    all_right()


@pytest.mark.parametrize(("kind", "paid"), [("pay_on", True), ("send_back", False)])
def test_two_people_decide_about_a_question_that_old_money_waits_for(asked: Callable[[], Walk], kind: str, paid: bool) -> None:
    story = asked()
    shares.question(share=story.share("Amina"), words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    lot = grown_old(story, 70)
    ages.propose(payment=lot, wish=Wish(kind, "We rang both sides."), by=cast.operator(), at=story.at)
    approvals.give(approval=Approval.objects.get(what=DECIDE), by=cast.second_operator(), at=story.at)
    ages.decide(payment=lot, by=cast.second_operator(), at=story.at)
    Bank(story.at).tell()
    share = story.share("Amina")
    assert (share.state, share.paid_pence) == ("decided", share.pence if paid else 0)
    assert Refund.objects.exists() is not paid
    all_right()
