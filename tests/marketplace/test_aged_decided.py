"""What two people decided is paid on from old money stands until it can be paid: no day of any clock undoes it, only they, or what can never be."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from marketplace.models import MilestoneShare
from marketplace.selectors import proof as marketplace_proof
from marketplace.services import decisions, money, shares
from payments.models import Alarm, Payee, Payment, Refund
from payments.selectors import proof as payments_proof
from payments.services import ages
from payments.services.ages import DECIDE, Wish
from people.models import Approval, Message
from people.services import approvals
from pooling.selectors import proof as pooling_proof
from pooling.services import aged
from providers.models import Check, Enterprise
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.cast_pooling import Bank
from tests.worlds import stage

pytestmark = pytest.mark.django_db
asked = stage(cast_market.asked)


def lot_of(story: Walk, name: str = "Amina") -> Payment:
    return Payment.objects.order_by("charged_at").filter(lot_owner=f"member:{story.places[name].pk}/portion:{story.portions[name].pk}")[0]


def decide(story: Walk, kind: str, at: datetime, days: int | None = 70, name: str = "Amina") -> Payment:
    """Their lot is so many days old, and two people decide about it; the facts are told."""
    lot = lot_of(story, name)
    if days is not None:
        Payment.objects.filter(pk=lot.pk).update(charged_at=at - timedelta(days=days))
        lot.refresh_from_db()
    ages.propose(payment=lot, wish=Wish(kind, "We rang both sides."), by=cast.operator(), at=at)
    approvals.give(approval=Approval.objects.get(what=DECIDE, used_at=None), by=cast.second_operator(), at=at)
    ages.decide(payment=lot, by=cast.second_operator(), at=at)
    Bank(at).tell()
    return lot


def run(at: datetime) -> None:
    for _ in range(10):
        Bank(at).tell()
        if not ages.advance_due(at=at) + aged.advance_due(at=at) + shares.advance_due(at=at):
            return
    raise AssertionError("the clock never rests")


def day(story: Walk, number: int) -> datetime:
    """When a lot that is 70 days old now is so old."""
    return story.at + timedelta(days=number - 70)


def all_right() -> None:
    assert [*payments_proof(), *pooling_proof(), *marketplace_proof()] == []


@pytest.fixture
def no_payee(asked: Callable[[], Walk]) -> Callable[[], Walk]:
    """The provider has not said where its money goes."""
    Enterprise.objects.update(payee=None)
    return asked


def payee_is_back() -> None:
    Enterprise.objects.filter(pk=cast.barwaaqo().pk).update(payee=Payee.objects.get(owner=f"enterprise:{cast.barwaaqo().pk}"))


def test_a_yes_that_two_people_pay_on_waits_past_day_88_and_is_paid_once_it_can_be(no_payee: Callable[[], Walk]) -> None:
    story = no_payee()
    story.yes("Amina")
    decide(story, "pay_on", story.at)
    for number in range(86, 93):
        run(day(story, number))
    assert (story.share("Amina").state, story.share("Amina").waits_for, Refund.objects.count()) == ("agreed", "payee", 0)
    assert "Two people decided that it is paid on" in Alarm.objects.open().get(kind="lot_too_old").sentence
    all_right()
    payee_is_back()
    run(day(story, 95))
    share = story.share("Amina")
    assert (share.state, share.paid_pence, Refund.objects.count(), Alarm.objects.open().count()) == ("released", share.pence, 0, 0)
    all_right()


def test_a_question_that_two_people_pay_on_is_not_undone_by_any_clock(no_payee: Callable[[], Walk]) -> None:
    story = no_payee()
    shares.question(share=story.share("Amina"), words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    decide(story, "pay_on", story.at)
    assert (story.share("Amina").state, story.share("Amina").waits_for) == ("questioned", "payee")
    for number in (87, 88, 89, 91, 70 + 46):  # the last is day 45 of the question
        run(day(story, number))
    assert (story.share("Amina").state, Refund.objects.count()) == ("questioned", 0)
    all_right()
    payee_is_back()
    run(day(story, 120))
    share = story.share("Amina")
    assert (share.state, share.paid_pence, share.decided_reason) == ("decided", share.pence, decisions.TWO_DECIDED)
    all_right()


def test_what_two_people_pay_on_needs_no_third_persons_yes_later_either(no_payee: Callable[[], Walk], monkeypatch: pytest.MonkeyPatch) -> None:
    story = no_payee()
    monkeypatch.setattr(money, "LARGE_PENCE_IN_28_DAYS", 0)
    story.yes("Amina")
    decide(story, "pay_on", story.at)
    run(day(story, 72))
    assert story.share("Amina").waits_for == "payee"
    payee_is_back()
    run(day(story, 73))
    assert story.share("Amina").state == "released"


def test_what_can_never_be_paid_goes_home_on_day_88_and_both_sides_read_why(asked: Callable[[], Walk]) -> None:
    story = asked()
    Check.objects.filter(kind="dbs_basic").delete()
    story.yes("Amina")
    lot = decide(story, "pay_on", story.at)
    run(day(story, 87))
    assert (story.share("Amina").state, story.share("Amina").waits_for) == ("agreed", "checks")
    run(day(story, 88))
    assert story.share("Amina").state == "returned"
    assert [(row.payment_id, row.pence) for row in Refund.objects.all()] == [(lot.pk, lot.pence)]
    told = Message.objects.filter(kind="share_lapsed")
    assert told.count() == 2
    assert all("A check that this work needed was not in place on the day." in one.body for one in told)
    all_right()


def test_a_question_about_work_without_its_check_goes_home_with_that_reason(asked: Callable[[], Walk]) -> None:
    story = asked()
    Check.objects.filter(kind="dbs_basic").delete()
    shares.question(share=story.share("Amina"), words="Nobody came on Thursday.", by=cast.amina(), at=story.at)
    decide(story, "pay_on", story.at)
    share = story.share("Amina")
    assert (share.state, share.paid_pence, share.decided_reason) == ("decided", 0, "A check it needed was not in place on the day.")
    all_right()


def test_a_question_asked_after_they_decided_is_one_that_they_never_read(no_payee: Callable[[], Walk]) -> None:
    story = no_payee()
    story.yes("Amina")
    decide(story, "pay_on", story.at)
    later = day(story, 75)
    # Two others hold it back: what was decided before says nothing about that.
    money.question(share=money.lock_share(story.share("Amina")), verb="hold_back", words="", by=None, at=later)
    payee_is_back()
    run(later)
    assert story.share("Amina").state == "questioned"
    run(day(story, 88))
    share = story.share("Amina")
    assert (share.state, share.paid_pence, Refund.objects.count()) == ("decided", 0, 1)
    all_right()


def test_two_people_send_back_what_two_had_decided_to_pay_on(no_payee: Callable[[], Walk]) -> None:
    story = no_payee()
    story.yes("Amina")
    decide(story, "pay_on", story.at)
    run(day(story, 92))
    lot = decide(story, "send_back", day(story, 93), days=None)
    assert (story.share("Amina").state, Refund.objects.get().payment_id) == ("returned", lot.pk)
    run(day(story, 94))
    assert Alarm.objects.open().count() == 0
    all_right()


def test_no_later_week_is_ended_for_one_that_is_paid_on_and_waits(no_payee: Callable[[], Walk]) -> None:
    story = no_payee()
    story.yes("Amina")
    story.until_asked(2)
    story.pay("Amina", week=2)
    story.run()
    assert story.share("Amina", 2).state == "covered"
    decide(story, "pay_on", story.at)
    run(day(story, 88))
    assert (story.share("Amina").state, story.share("Amina", 2).state, Refund.objects.count()) == ("agreed", "covered", 0)
    all_right()


def test_a_yes_that_nobody_decided_about_still_goes_home_on_day_88_and_both_sides_read_what_it_waited_for(no_payee: Callable[[], Walk]) -> None:
    story = no_payee()
    story.yes("Amina")
    Payment.objects.filter(pk=lot_of(story).pk).update(charged_at=story.at - timedelta(days=88))
    run(story.at)
    assert (story.share("Amina").state, Refund.objects.count()) == ("returned", 1)
    assert all("had not told us where to send it" in one.body for one in Message.objects.filter(kind="share_lapsed"))
    assert Message.objects.filter(kind="share_lapsed").count() == 2
    assert MilestoneShare.objects.filter(pay_decided_at__isnull=False).count() == 0
    all_right()


# --- it was ordered, and the money for its bill came ---


@pytest.fixture
def billed(no_payee: Callable[[], Walk]) -> Callable[[], Walk]:
    """Halima's council paid what she said yes to."""

    def told() -> Walk:
        story = no_payee()
        story.yes("Halima")
        story.pay_order(story.share("Halima"))
        assert (story.share("Halima").state, story.share("Halima").waits_for, story.call("Halima").state) == ("agreed", "payee", "funded")
        return story

    return told


def is_home(story: Walk, reason: str) -> None:
    """The whole bill went back, no order is left, and both sides read why."""
    share, lot = story.share("Halima"), lot_of(story, "Halima")
    assert (share.state, share.returned_pence, story.call("Halima").state) == ("returned", share.pence, "cancelled")
    assert [row.pence for row in Refund.objects.filter(payment=lot)] == [lot.pence]
    assert [reason in one.body for one in Message.objects.filter(kind="share_lapsed")] == [True, True]
    all_right()


def test_what_came_for_an_order_and_can_not_be_paid_on_goes_home_on_day_88(billed: Callable[[], Walk]) -> None:
    story = billed()
    Payment.objects.filter(pk=lot_of(story, "Halima").pk).update(charged_at=story.at - timedelta(days=70))
    run(day(story, 87))
    assert story.share("Halima").state == "agreed"
    run(day(story, 88))
    is_home(story, "had not told us where to send it")


@pytest.mark.parametrize(
    ("waits_for", "reason"),
    [("payee", "had not told us where to send it"), ("money", "Two people decided that")],  # the second while the news that it came is on its way
)
def test_two_people_send_back_what_came_for_an_order(billed: Callable[[], Walk], waits_for: str, reason: str) -> None:
    story = billed()
    MilestoneShare.objects.filter(pk=story.share("Halima").pk).update(waits_for=waits_for)
    decide(story, "send_back", story.at, name="Halima")
    is_home(story, reason)


def test_what_two_people_decided_an_order_pays_is_paid_when_it_can_be(billed: Callable[[], Walk]) -> None:
    story = billed()
    decide(story, "pay_on", story.at, name="Halima")
    run(day(story, 95))
    assert (story.share("Halima").state, Refund.objects.filter(payment=lot_of(story, "Halima")).count()) == ("agreed", 0)
    payee_is_back()
    run(day(story, 96))
    share = story.share("Halima")
    assert (share.state, share.paid_pence) == ("released", share.pence)
    all_right()


@pytest.mark.parametrize("name", ["Halima", "Amina"])
def test_what_can_be_paid_since_a_moment_is_paid_on_day_88_and_not_sent_home(billed: Callable[[], Walk], name: str) -> None:
    story = billed()
    story.yes("Amina")
    Payment.objects.filter(pk=lot_of(story, name).pk).update(charged_at=story.at - timedelta(days=88))
    payee_is_back()
    aged.advance_due(at=story.at)
    Bank(story.at).tell()
    share = story.share(name)
    assert (share.state, share.paid_pence, Refund.objects.count()) == ("released", share.pence, 0)
    all_right()
