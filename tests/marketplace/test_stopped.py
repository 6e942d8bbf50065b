"""A group that is stopped: what was said yes to waits, and is paid when the group goes on."""

from datetime import timedelta

import pytest
from django.db.models import F

from marketplace.models import MilestoneShare
from marketplace.services import decisions, shares
from payments.models import Payment
from pooling.services import endings
from tests import cast, cast_market

pytestmark = pytest.mark.django_db


def test_a_yes_waits_while_the_group_is_stopped_and_is_paid_when_it_goes_on() -> None:
    story = cast_market.asked()
    endings.freeze(cluster=story.cluster, reason="A worry", by=cast.operator(), at=story.at)
    story.yes("Amina")
    share = story.share("Amina")
    assert (share.state, share.waits_for) == ("agreed", MilestoneShare.WaitsFor.GROUP)
    later = story.at + timedelta(days=7)
    shares.advance_due(at=story.at)
    assert story.share("Amina").state == "agreed"
    assert endings.advance_due(at=later) == 1
    shares.advance_due(at=later)
    assert story.share("Amina").state == "released"


def test_a_payment_that_can_not_be_made_keeps_nobody_elses_waiting() -> None:
    story = cast_market.asked()
    endings.freeze(cluster=story.cluster, reason="A worry", by=cast.operator(), at=story.at)
    story.yes("Amina", "Yusuf")
    first, second = sorted(("Amina", "Yusuf"), key=lambda name: story.share(name).pk)
    lots = Payment.objects.filter(lot_owner__startswith=f"member:{story.places[first].pk}/")
    assert lots.update(lost_pence=F("pence"), used_pence=0, refunded_pence=0)
    later = story.at + timedelta(days=7)
    endings.advance_due(at=later)
    shares.advance_due(at=later)
    assert (story.share(first).state, story.share(second).state) == ("agreed", "released")


def test_a_week_that_can_not_be_held_keeps_no_other_week_waiting() -> None:
    story = cast_market.running(weeks=3)
    MilestoneShare.objects.filter(milestone=story.week()).update(state="covered", covered_by="money")
    story.until(cast_market.ASKED_ON + timedelta(days=14))
    assert (story.week().state, story.week(3).state) == ("funding_due", "funding_due")


def test_a_question_nobody_decided_waits_while_the_group_is_stopped_and_the_clock_does_not_fail_over_it() -> None:
    story = cast_market.asked()
    share = story.share("Amina")
    MilestoneShare.objects.filter(pk=share.pk).update(state="agreed", agreed_at=story.at, waits_for="payee")
    decisions.propose_hold_back(share=share, reason="A worry.", by=cast.operator(), at=story.at)
    decisions.confirm_hold_back(share=share, by=cast.second_operator(), at=story.at)
    MilestoneShare.objects.filter(pk=share.pk).update(held_back_at=None)
    late = story.at + timedelta(days=46)
    endings.freeze(cluster=story.cluster, reason="A worry", by=cast.operator(), at=late)
    shares.advance_share(share_id=share.pk, at=late)
    waiting = story.share("Amina")
    assert (waiting.state, waiting.waits_for) == ("questioned", MilestoneShare.WaitsFor.GROUP)
    decisions.settle(share=share, pay_pence=share.pence, by=cast.amina(), at=late)
    with pytest.raises(decisions.CannotBePaidYet):
        decisions.settle(share=share, pay_pence=share.pence, by=cast.hodan(), at=late)
    later = late + timedelta(days=7)
    endings.advance_due(at=later)
    shares.advance_share(share_id=share.pk, at=later)
    assert (story.share("Amina").state, story.share("Amina").paid_pence) == ("decided", share.pence)
