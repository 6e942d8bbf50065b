"""A group that is stopped: what was said yes to waits, and is paid when the group goes on."""

from datetime import timedelta

import pytest

from marketplace.models import MilestoneShare
from marketplace.services import shares
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
