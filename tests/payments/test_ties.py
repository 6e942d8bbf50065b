"""Nobody is one of the two who say what becomes of a provider's money when they run it, work for it, or are close to who runs it."""

from collections.abc import Callable

import pytest

from audit.errors import NotAllowed
from payments.models import Payee, Payer, Recovery, Remittance, StripeLine
from payments.services import answering, fitting, reconciliation, recoveries, remittances, suspense
from people.models import Approval, Person, Supporter
from people.services import approvals, organisations
from providers.models import Enterprise, Worker
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, Play

CLOSE = "You run this provider, work for it, or are close to who runs it."


def third() -> Person:
    """A third operator, close to nobody."""
    organisations.give_role(person=cast.stranger(), kind="operator", organisation=None, council_code="", by=None, at=cast.AT)
    return cast.stranger()


def _runs(theirs: Enterprise) -> Person:
    organisations.give_role(person=theirs.owner, kind="operator", organisation=None, council_code="", by=None, at=cast.AT)
    return cast.hodan()


def _worked(theirs: Enterprise) -> Person:
    Worker.objects.create(enterprise=theirs, person=cast.operator(), known_as="Olu", state="left", joined_at=cast.AT)
    return cast.operator()


def _helps(theirs: Enterprise) -> Person:
    Supporter.objects.create(person=theirs.owner, supporter=cast.operator(), kind="beside", asked_at=cast.AT)
    return cast.operator()


@pytest.fixture
def theirs(play: Play) -> Enterprise:
    fields = {"name": "Barwaaqo Care", "outcode": "SE15", "council_code": COUNCIL, "created_at": cast.AT}
    return Enterprise.objects.create(**fields, owner=cast.hodan())


@pytest.fixture
def payee(play: Play, theirs: Enterprise) -> Payee:
    """Theirs, paid £50 of Amina's £80."""
    play.float()
    play.lot(8000)
    found = play.payee(f"enterprise:{theirs.pk}")
    play.owe(found, 5000)
    play.run()
    return found


@pytest.fixture
def owed(play: Play, payee: Payee) -> Recovery:
    """£50 that Stripe could not take back."""
    play.later(days=3)
    recoveries.open_for(about="share:9", pence=5000, by=cast.operator(), at=play.at)
    play.run()
    return Recovery.objects.get(state="owed")


@pytest.fixture
def by_hand(play: Play, payee: Payee) -> StripeLine:
    """A transfer of £15 that somebody made at Stripe's dashboard."""
    play.stripe.act("transfer_by_hand", destination=payee.stripe_account_id, amount=1500)
    reconciliation.run(at=play.at)
    return StripeLine.objects.get(state="suspense")


@pytest.mark.parametrize("tie", [_runs, _worked, _helps])
def test_who_is_close_to_a_provider_does_not_bear_what_it_owes(
    play: Play, theirs: Enterprise, owed: Recovery, tie: Callable[[Enterprise], Person]
) -> None:
    close = tie(theirs)
    with pytest.raises(NotAllowed, match=CLOSE):
        recoveries.propose_write_off(recovery_id=owed.pk, reason="We closed down.", by=close, at=play.at)
    recoveries.propose_write_off(recovery_id=owed.pk, reason="They closed down.", by=cast.second_operator(), at=play.at)
    with pytest.raises(NotAllowed, match=CLOSE):
        recoveries.confirm_write_off(recovery_id=owed.pk, pence=5000, by=close, at=play.at)
    assert not answering.may_answer(Approval.objects.get(), by=close)
    owed.refresh_from_db()
    assert (owed.state, owed.written_off_pence) == ("owed", 0)
    assert recoveries.confirm_write_off(recovery_id=owed.pk, pence=5000, by=third(), at=play.at).state == "recovered"


def test_who_paid_in_what_is_asked_back_does_not_have_it_borne(play: Play, owed: Recovery) -> None:
    Payer.objects.filter(payments__lot_owner=AMINA).update(owner=f"person:{cast.operator().pk}")
    with pytest.raises(NotAllowed, match="You paid this in yourself"):
        recoveries.propose_write_off(recovery_id=owed.pk, reason="They closed down.", by=cast.operator(), at=play.at)


@pytest.mark.parametrize("kind", ["transfer_by_hand", "loss", "payout"])
def test_who_is_close_to_a_provider_does_not_say_what_a_line_of_its_was(play: Play, theirs: Enterprise, by_hand: StripeLine, kind: str) -> None:
    close, about = _runs(theirs), by_hand.touched if kind == "transfer_by_hand" else f"council:{COUNCIL}"
    said = {"line_id": by_hand.pk, "kind": kind, "about": about, "reason": "Seen.", "at": play.at}
    with pytest.raises(NotAllowed, match=CLOSE):
        suspense.propose(**said, by=close)
    suspense.propose(**said, by=cast.operator())
    for answer in (suspense.confirm, suspense.refuse):
        with pytest.raises(NotAllowed, match=CLOSE):
            answer(line_id=by_hand.pk, by=close, at=play.at)
    assert not answering.may_answer(Approval.objects.get(), by=close)
    assert suspense.confirm(line_id=by_hand.pk, by=cast.second_operator(), at=play.at).kind == kind


def test_whoever_said_what_a_line_was_takes_it_back_although_they_work_there_by_now(play: Play, theirs: Enterprise, by_hand: StripeLine) -> None:
    suspense.propose(line_id=by_hand.pk, kind="transfer_by_hand", about=by_hand.touched, reason="Seen.", by=cast.operator(), at=play.at)
    _worked(theirs)
    suspense.refuse(line_id=by_hand.pk, by=cast.operator(), at=play.at)
    assert not by_hand.explanations.filter(refused_at=None).exists()


def test_nobody_says_that_the_platform_bears_what_was_sent_back_to_themselves(play: Play) -> None:
    play.float()
    payment = play.lot(8000)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=3000)
    reconciliation.run(at=play.at)
    line = StripeLine.objects.get(state="suspense")
    Payer.objects.filter(pk=payment.payer_id).update(owner=f"person:{cast.operator().pk}")
    with pytest.raises(NotAllowed, match="You paid this in yourself"):
        suspense.propose(line_id=line.pk, kind="loss", about=f"council:{COUNCIL}", reason="Nobody knows.", by=cast.operator(), at=play.at)


@pytest.mark.parametrize("act", ["hold", "unhold", "give_up"])
def test_who_is_close_to_a_provider_neither_stops_what_it_is_paid_nor_lets_it_go_on(play: Play, theirs: Enterprise, payee: Payee, act: str) -> None:
    [row] = play.owe(payee, 1000)
    close = _runs(theirs)
    with pytest.raises(NotAllowed, match=CLOSE):
        remittances.ask(remittance_id=row.pk, what=f"remittance.{act}", reason="It is ours.", by=close, at=play.at)
    asked = remittances.ask(remittance_id=row.pk, what=f"remittance.{act}", reason="Somebody rang.", by=cast.operator(), at=play.at)
    with pytest.raises(NotAllowed, match=CLOSE):
        answering.must_be_able_to_answer(asked, by=close)
    answering.must_be_able_to_answer(asked, by=cast.second_operator())
    approvals.give(approval=asked, by=cast.second_operator(), at=play.at)
    with pytest.raises(NotAllowed, match=CLOSE):
        getattr(remittances, act)(remittance_id=row.pk, by=close, at=play.at)
    assert Remittance.objects.get(pk=row.pk).state == "waiting"


def test_what_names_no_row_is_nobodys_and_does_not_fit(play: Play, by_hand: StripeLine) -> None:
    for about in ("payee:none", "payment:7", f"payee:{10**30}", "nothing:1"):
        with pytest.raises(fitting.DoesNotFit):
            suspense.propose(line_id=by_hand.pk, kind="transfer_by_hand", about=about, reason="Seen.", by=cast.operator(), at=play.at)
