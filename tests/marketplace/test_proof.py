"""The market's proof names each kind of drift between a week's parts and the money behind them: made by hand, as nothing in the program could."""

from collections.abc import Callable

import pytest

from marketplace.models import MilestoneShare, Payer
from marketplace.selectors import proof
from payments.models import Payee, Remittance
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import stage

pytestmark = pytest.mark.django_db
running = stage(cast_market.running)
covered = stage(cast_market.then_covered, on="running")
asked = stage(cast_market.then_asked, on="covered")


def test_two_whose_money_is_held_for_each_other(covered: Callable[[], Walk]) -> None:
    story = covered()
    hers, his = story.share("Amina"), story.share("Yusuf")
    assert (hers.pence, proof("default")) == (his.pence, [])
    MilestoneShare.objects.filter(pk=hers.pk).update(hold=his.hold_id)
    MilestoneShare.objects.filter(pk=his.pk).update(hold=hers.hold_id)
    assert proof("default") == [f"Share {pk} is paid by somebody else's money." for pk in sorted([hers.pk, his.pk])]


def test_somebody_elses_call_is_asked_for_a_share(covered: Callable[[], Walk]) -> None:
    story = covered()
    MilestoneShare.objects.filter(pk=story.share("Halima").pk).update(call=story.call("Yusuf"))
    assert proof("default") == [f"Share {story.share('Halima').pk} is paid by somebody else's money."]


def test_a_week_that_is_on_with_nothing_held_for_a_part_of_it(covered: Callable[[], Walk]) -> None:
    share = covered().share("Amina")
    MilestoneShare.objects.filter(pk=share.pk).update(hold=None)
    assert f"Share {share.pk} is covered by money and holds nothing." in proof("default")


def test_what_was_said_yes_to_with_nothing_held_for_it(asked: Callable[[], Walk]) -> None:
    share = asked().share("Amina")
    MilestoneShare.objects.filter(pk=share.pk).update(hold=None, state="agreed")
    assert f"Share {share.pk} is covered by money and holds nothing." in proof("default")


def test_a_part_that_was_paid_to_another_provider(asked: Callable[[], Walk]) -> None:
    story = asked()
    story.yes("Amina")
    share = story.share("Amina")
    assert proof("default") == []
    other = Payee.objects.create(owner="enterprise:999", council_code=cast.SOUTHWARK)
    Remittance.objects.filter(about=f"share:{share.pk}").update(payee=other)
    assert proof("default") == [f"Share {share.pk} was paid to somebody else than its provider, or another sum."]


def test_more_was_paid_than_the_payer_ever_said_yes_to(asked: Callable[[], Walk]) -> None:
    story = asked()
    story.yes("Amina")
    payer = story.payer("Amina")
    weeks = [1_799, *payer.weeks_pence[1:]]
    Payer.objects.filter(pk=payer.pk).update(weeks_pence=weeks, ceiling_pence=sum(weeks))
    assert proof("default") == [f"Payer {payer.pk} paid 1800p for week 1; they said yes to 1799p."]


def test_what_two_people_had_asked_back_and_nobody_asked_for(asked: Callable[[], Walk]) -> None:
    story = asked()
    story.yes("Amina")
    share = story.share("Amina")
    MilestoneShare.objects.filter(pk=share.pk).update(recover_pence=500)
    assert proof("default") == [f"Share {share.pk} says that 500p are asked back; 0p are."]
