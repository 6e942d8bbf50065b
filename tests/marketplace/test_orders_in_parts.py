"""An order of several bills for one payer's week: one that was held back and decided at nothing is owed by nobody, and the others stand."""

import pytest

from ledger.selectors import balance
from ledger.services.accounts import Account
from marketplace.models import MilestoneShare
from marketplace.selectors import proof
from marketplace.services import decisions, shares
from pooling.models import Call, Earmark
from pooling.selectors import free_share, holder_list
from pooling.selectors import proof as proof_of_pooling
from pooling.services import calls
from tests import cast, cast_market, cast_pooling
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def _billed_twice() -> Walk:
    """Halima's week is one order of two bills: she said yes to one visit, and the next day to the other."""
    story = cast_market.asked(weeks=2)
    whole = story.share("Halima")
    first, second = story.parts(whole)
    by = cast.halima()
    shares.answer(share=whole, answers=[(first, "yes", None), (second, "not_sure", None)], by=by, at=story.at)
    shares.yes(share=story.share("Halima"), by=by, at=story.at)
    return story


told = kept(_billed_twice)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def billed(story: Walk) -> tuple[MilestoneShare, MilestoneShare]:
    """The row of the first bill, which is the order itself, and the row of the second."""
    rows = {row.call.follows_id is None: row for row in story.shares("Halima") if row.call is not None}
    return rows[True], rows[False]


def hold_back(story: Walk, share: MilestoneShare) -> None:
    decisions.propose_hold_back(share=share, reason="A worry was raised.", by=cast.operator(), at=story.at)
    decisions.confirm_hold_back(share=share, by=cast.second_operator(), at=story.at)


def decide(story: Walk, share: MilestoneShare, pence: int) -> None:
    decisions.propose_decision(share=share, pay_pence=pence, reason="We looked.", by=cast.operator(), at=story.at)
    decisions.confirm_decision(share=share, pay_pence=pence, reason="So did I.", by=cast.second_operator(), at=story.at)


def nothing(story: Walk, share: MilestoneShare) -> None:
    hold_back(story, share)
    decide(story, share, 0)


def bills() -> list[int]:
    return [call.to_pay_pence for call in holder_list(cast.southwark_money()).bills]


def free(story: Walk) -> int:
    return balance(Account("SHARE", cast.SOUTHWARK, f"member:{story.places['Halima'].pk}/portion:{story.portions['Halima'].pk}"))


def to_spend(story: Walk) -> int:
    return free_share(story.places["Halima"].pk, story.portions["Halima"].pk, cast.SOUTHWARK)


def paid(story: Walk) -> int:
    return balance(Account("DUE", cast.SOUTHWARK, f"payee:{story.listing.enterprise.payee_id}"))


def called(story: Walk) -> int:
    """What is asked of Halima's promise for the first week."""
    return Earmark.objects.get(calls=story.call("Halima")).called_pence - story.call("Halima", week=2).pence


def is_clean(story: Walk) -> bool:
    return [*proof("default"), *proof_of_pooling()] == []


def test_what_is_said_yes_to_after_a_bill_was_taken_back_is_billed_within_the_same_order() -> None:
    story = cast_market.asked(weeks=2)
    whole = story.share("Halima")
    first, second = story.parts(whole)
    shares.answer(share=whole, answers=[(first, "yes", None), (second, "not_sure", None)], by=cast.halima(), at=story.at)
    agreed = story.share("Halima", state="agreed")
    nothing(story, agreed)
    assert (bills(), called(story)) == ([], agreed.pence * 2)
    shares.yes(share=story.share("Halima"), by=cast.halima(), at=story.at)
    row = story.share("Halima")
    assert bills() == [row.pence]
    story.pay_order(row)
    assert (paid(story), called(story), bills()) == (row.pence, row.pence, [])
    assert is_clean(story)


def test_the_second_of_two_bills_decided_at_nothing_is_owed_by_nobody(story: Walk) -> None:
    one, two = billed(story)
    assert bills() == [one.pence, two.pence]
    nothing(story, two)
    assert bills() == [one.pence]
    story.pay_order(one)
    assert (paid(story), free(story), bills()) == (one.pence, 0, [])
    assert not Call.objects.filter(membership=story.places["Halima"], about_id__in=[one.pk, two.pk]).unended().exists()
    assert is_clean(story)


def test_the_first_of_two_bills_decided_at_nothing_leaves_the_second_under_the_same_order(story: Walk) -> None:
    one, two = billed(story)
    nothing(story, one)
    assert bills() == [two.pence]
    story.pay_order(two)
    assert (paid(story), free(story), called(story)) == (two.pence, 0, two.pence)
    assert not Call.objects.filter(membership=story.places["Halima"], about_id__in=[one.pk, two.pk]).unended().exists()
    assert is_clean(story)


@pytest.mark.parametrize("order", [0, 1])
def test_both_decided_at_nothing_leave_no_order(story: Walk, order: int) -> None:
    rows = billed(story)
    for row in (rows[order], rows[1 - order]):
        nothing(story, row)
    assert (bills(), called(story), free(story)) == ([], 0, 0)
    assert is_clean(story)


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_paid_for_a_bill_that_is_taken_back_is_its_owners_and_free(story: Walk, which: int) -> None:
    rows = billed(story)
    hold_back(story, rows[which])
    story.pay_order(rows[which])
    decide(story, rows[which], 0)
    assert to_spend(story) == rows[which].pence
    story.pay_order(rows[1 - which])
    assert (paid(story), free(story)) == (rows[1 - which].pence, rows[which].pence)
    assert to_spend(story) == rows[which].pence
    assert is_clean(story)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("ends", ["clears", "fails"])
def test_what_is_on_its_way_for_a_bill_that_is_taken_back_is_its_owners_when_it_comes(story: Walk, which: int, ends: str) -> None:
    rows = billed(story)
    hold_back(story, rows[which])
    bank, call = cast_pooling.Bank(story.at), rows[which].call
    assert call is not None
    payment = bank.takes(calls.pay_order_by_bank(call=call, by=cast.colin(), at=story.at))
    decide(story, rows[which], 0)
    assert bills() == [rows[1 - which].pence]
    story.pay_order(rows[1 - which])
    getattr(bank, ends)(payment)
    assert (bills(), paid(story)) == ([], rows[1 - which].pence)
    assert to_spend(story) == (rows[which].pence if ends == "clears" else 0)
    assert not Call.objects.filter(about_id=rows[which].pk).unended().exists()
    assert is_clean(story)
