"""A question of more than 45 days whose payment waits for something, and is then decided by people: it is over, and waits for nothing any more."""

from datetime import timedelta

import pytest

from marketplace.selectors import proof
from marketplace.services import decisions, shares
from providers.models import Enterprise
from tests import cast, cast_market

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("pence", [0, 600, 1_800])
def test_what_waited_for_a_payee_on_day_45_and_is_decided_waits_for_nothing(pence: int) -> None:
    story = cast_market.asked(weeks=2)
    share = story.share("Amina")
    payee = Enterprise.objects.get(pk=story.listing.enterprise_id).payee_id
    Enterprise.objects.filter(pk=story.listing.enterprise_id).update(payee=None)
    for state, days in (("with_helper", 8), ("questioned", 20), ("questioned", 46)):
        story.at += timedelta(days=days)
        shares.advance_share(share_id=share.pk, at=story.at)
        assert story.share("Amina").state == state
    assert story.share("Amina").waits_for == "payee"
    Enterprise.objects.filter(pk=story.listing.enterprise_id).update(payee=payee)
    decisions.propose_decision(share=share, pay_pence=pence, reason="We looked.", by=cast.operator(), at=story.at)
    decisions.confirm_decision(share=share, pay_pence=pence, reason="So did I.", by=cast.second_operator(), at=story.at)
    row = story.share("Amina")
    assert (row.state, row.waits_for, row.is_final) == ("decided", "", True)
    assert shares.advance_share(share_id=row.pk, at=story.at) == 0
    assert proof("default") == []
