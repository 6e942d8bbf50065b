"""The second of two people says yes to what they read: a sum, a reason, a request that is still open. Never to what took its place."""

from datetime import timedelta

import pytest
from django.urls import reverse

from payments.models import Dispute, Payment, Recovery
from payments.services import disputes, payees, recoveries
from tests import cast, cast_pooling
from tests.frontend.reading import read_and_press
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db
AT = cast.AT


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(AT + timedelta(minutes=1))


def _lost() -> Dispute:
    """Amina's bank took £50 back for good."""
    _, (place,) = cast_pooling.group(cast.amina(), at=AT)
    cast_pooling.paid_in(place, cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT), pence=5_000, at=AT)
    lot = Payment.objects.get()
    whose = {"payment": lot, "lot_owner": lot.lot_owner, "council_code": lot.council_code}
    return Dispute.objects.create(stripe_id="du_1", **whose, pence=5_000, withdrawn_pence=5_000, state="lost", opened_at=AT)


def test_a_loss_is_borne_of_the_sum_that_was_read_and_of_no_other():
    case = _lost()
    asked = disputes.propose_write_off(dispute_id=case.pk, reason="Gone abroad.", by=cast.operator(), at=AT)
    page, second = reverse("approval", args=[asked.pk]), _as(cast.second_operator())
    Dispute.objects.filter(pk=case.pk).update(repaid_pence=3_000)
    shown = second.get(page)
    assert "£20.00" in _text(shown)
    read = shown.context["form"].initial["read"]
    Dispute.objects.filter(pk=case.pk).update(repaid_pence=0)
    old = second.post(page, {"agree": "yes", "read": read})
    assert (old.status_code, Dispute.objects.get().written_off_pence) == (422, 0)
    assert "What is asked has changed since you opened this page" in _text(old)
    assert "£50.00" in _text(old)
    assert second.post(page, {"agree": "yes"}).status_code == 422
    # The page shows what is so now, and a press on it is to that: what stands in the way is another thing.
    assert "own money at Stripe is less than that" in _text(read_and_press(second, page, agree="yes"))


def test_of_what_a_provider_owes_the_second_reads_what_is_left_of_it():
    payee = payees.open_payee(owner=f"enterprise:{cast.barwaaqo().pk}", council_code=cast.SOUTHWARK, by=cast.hodan(), at=AT)
    owed = {"payee": payee, "council_code": cast.SOUTHWARK, "about": "share:1", "state": "owed", "opened_at": AT}
    row = Recovery.objects.create(**owed, pence=9_000, set_off_pence=7_000)
    asked = recoveries.propose_write_off(recovery_id=row.pk, reason="Closed down.", by=cast.operator(), at=AT)
    shown = _text(_as(cast.second_operator()).get(reverse("approval", args=[asked.pk])))
    assert ("£20.00" in shown, "£90.00" in shown) == (True, False)


def test_who_asked_too_may_agree_to_what_another_asked():
    case, mine = _lost(), cast.second_operator()
    theirs = disputes.propose_write_off(dispute_id=case.pk, reason="Gone abroad.", by=cast.operator(), at=AT)
    disputes.propose_write_off(dispute_id=case.pk, reason="They do not answer.", by=mine, at=AT)
    told = _text(read_and_press(_as(mine), reverse("approval", args=[theirs.pk]), agree="yes"))
    assert "You asked for this" not in told
    assert "own money at Stripe is less than that" in told
