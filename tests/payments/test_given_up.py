"""A payment to a provider that two people gave up is owed still: it goes out after all, was paid by hand, or its payer has it again."""

import pytest

from payments.models import Payee, Recovery, Remittance
from payments.services import fitting, payees, remittances, suspense
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, Play
from tests.payments.test_recoveries import asks_back, credits, right
from tests.payments.test_remittances import allowed
from tests.payments.test_suspense import explained, is_over, line

ELSEWHERE = "E09000001"


@pytest.fixture
def given_up(play: Play) -> Remittance:
    """£20 for share 9."""
    play.float()
    play.lot(8000)
    [row] = play.owe(play.payee(), 2000)
    remittances.give_up(remittance_id=row.pk, by=allowed("remittance.give_up", row, play), at=play.at)
    return row


def owed(play: Play, payee: Payee) -> tuple[int, int]:
    """What we owe them, and they us."""
    return play.has("DUE", f"payee:{payee.pk}"), play.has("RECEIVABLE", f"payee:{payee.pk}")


def sums(state: str) -> list[int]:
    return sorted(Remittance.objects.filter(state=state).values_list("pence", flat=True))


def let_go(row: Remittance, play: Play) -> None:
    remittances.unhold(remittance_id=row.pk, by=allowed("remittance.unhold", row, play), at=play.at)


def test_two_people_let_it_go_out_after_all(play: Play, given_up: Remittance) -> None:
    play.later(days=1)
    assert (play.transfers(), sums("cancelled")) == ([], [2000])
    let_go(given_up, play)
    play.run()
    assert ([one.amount for one in play.transfers()], sums("paid"), owed(play, given_up.payee)) == ([2000], [2000], (0, 0))
    right(play)


def test_let_go_it_waits_as_any_other_for_who_may_not_be_paid(play: Play, given_up: Remittance) -> None:
    play.stripe.act("lose_transfers", account=given_up.payee.stripe_account_id)
    payees.refresh(payee=given_up.payee, at=play.at)
    let_go(given_up, play)
    play.run()
    assert (play.transfers(), sums("waiting")) == ([], [2000])
    right(play)


@pytest.mark.parametrize("at_stripe", [True, False])
def test_paid_by_hand_instead_nobody_owes_anybody(play: Play, given_up: Remittance, at_stripe: bool) -> None:
    """To their account at Stripe, or, where Stripe has closed that, from our own bank, after a payout that names nobody."""
    payee = given_up.payee
    later = play.owe(payee, 500, about="share:10")
    remittances.hold(remittance_id=later[0].pk, by=allowed("remittance.hold", later[0], play), at=play.at)
    if at_stripe:
        play.stripe.act("transfer_by_hand", destination=payee.stripe_account_id, amount=2000)
    else:
        play.stripe.act("payout_by_hand", amount=2000)
    assert [row.pk for row in fitting.given_up_for(line(play))] == [given_up.pk]
    row = explained(play, "transfer_by_hand", f"remittance:{given_up.pk}")
    play.run()
    assert (sums("set_off"), sums("on_hold"), owed(play, payee), Recovery.objects.get().state) == ([2000], [500], (500, 0), "recovered")
    let_go(given_up, play)
    play.run()
    assert sums("set_off") == [2000], "nothing is left to go out"
    is_over(play, row)


def test_a_part_paid_by_hand_leaves_the_rest_given_up(play: Play, given_up: Remittance) -> None:
    """Also before what waits: what was asked back goes on as it was."""
    payee = given_up.payee
    play.stripe.act("transfer_by_hand", destination=payee.stripe_account_id, amount=1500)
    assert fitting.given_up_for(line(play)) == []
    is_over(play, explained(play, "transfer_by_hand", f"payee:{payee.pk}"))
    play.owe(payee, 1000, about="share:10")
    play.run()
    assert (sums("set_off"), sums("cancelled"), sums("paid"), owed(play, payee)) == ([1500], [500], [1000], (500, 0))
    right(play)


def test_of_two_that_of_the_very_sum_is_settled(play: Play, given_up: Remittance) -> None:
    [other] = play.owe(given_up.payee, 1500, about="share:10")
    remittances.give_up(remittance_id=other.pk, by=allowed("remittance.give_up", other, play), at=play.at)
    play.stripe.act("transfer_by_hand", destination=given_up.payee.stripe_account_id, amount=1500)
    is_over(play, explained(play, "transfer_by_hand", f"remittance:{other.pk}"))
    play.run()
    assert (sums("set_off"), sums("cancelled")) == ([1500], [2000])
    right(play)


def test_it_is_settled_in_the_council_whose_money_it_was(play: Play, given_up: Remittance) -> None:
    Payee.objects.update(council_code=ELSEWHERE)
    play.stripe.act("payout_by_hand", amount=2000)
    is_over(play, explained(play, "transfer_by_hand", f"remittance:{given_up.pk}"))
    assert Recovery.objects.get().council_code == COUNCIL
    play.run()
    assert (sums("set_off"), owed(play, given_up.payee)) == ([2000], (0, 0))
    right(play)


@pytest.mark.parametrize("why", ["another sum", "let go since", "another's account"])
def test_only_just_its_sum_to_its_own_payee_while_it_is_given_up(play: Play, given_up: Remittance, why: str) -> None:
    to = play.payee("enterprise:6") if why == "another's account" else given_up.payee
    play.stripe.act("transfer_by_hand", destination=to.stripe_account_id, amount=1999 if why == "another sum" else 2000)
    row = line(play)
    if why == "let go since":
        let_go(given_up, play)
    with pytest.raises(fitting.DoesNotFit):
        suspense.propose(line_id=row.pk, kind="transfer_by_hand", about=f"remittance:{given_up.pk}", reason="Seen.", by=cast.operator(), at=play.at)
    assert not Recovery.objects.exists()


def test_what_was_let_go_does_not_go_while_it_may_have_been_paid_by_hand(play: Play, given_up: Remittance) -> None:
    play.stripe.act("transfer_by_hand", destination=given_up.payee.stripe_account_id, amount=2000)
    row = line(play)
    let_go(given_up, play)
    play.run()
    assert len(play.transfers()) == 1
    is_over(play, explained(play, "transfer_by_hand", row.touched))
    play.run()
    assert (len(play.transfers()), sums("set_off"), owed(play, given_up.payee)) == (1, [2000], (0, 0))
    right(play)


def test_asked_back_its_payer_has_it_again_and_nobody_is_owed(play: Play, given_up: Remittance) -> None:
    asks_back(play, 2000)
    assert credits(play) == 2000
    play.run()
    given_up.refresh_from_db()
    assert (given_up.state, given_up.recovered_pence, owed(play, given_up.payee), play.has("SHARE", AMINA)) == ("set_off", 2000, (0, 0), 8000)
    right(play)
