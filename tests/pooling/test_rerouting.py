"""Leave, close the card, let the refund fail, and have the council's money sent to me (abuse.md 14)."""

from typing import Any
from uuid import uuid4

import pytest

from payments.models import Payment, Refund, Reroute
from payments.services import planning, rerouting
from people.models import Approval
from people.services.approvals import NeedsApproval
from pooling.books import Lot
from pooling.services import rerouting as pool
from tests import cast_pooling as cast
from tests.cast import second_operator as other_operator
from tests.pooling.conftest import AT, Town


def failed_refund(town: Town, route: str) -> Refund:
    """A refund of £10 that the bank sent back; only rows, because here nothing of it moves."""
    portion = {
        "direct_payment": lambda: cast.direct_payment(town.amina, seen_by=town.ruth, at=AT),
        "isf": lambda: cast.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT),
        "self_funded": lambda: cast.budget_of(town.amina, "self_funded", at=AT),
    }[route]()
    _, [place, *_] = cast.group(portion.budget.person, at=AT)
    lot = Lot(place.pk, portion.pk, portion.council_code)
    from payments.models import Payer

    payer, _ = Payer.objects.get_or_create(owner=portion.payer_owner, defaults={"council_code": lot.council})
    operation = planning.plan(kind="checkout_session", reference="payment:1", params={}, council_code=lot.council, at=AT)
    fields: dict[str, Any] = {"payer": payer, "lot_owner": lot.owner, "council_code": lot.council, "started_at": AT, "operation": operation}
    payment = Payment.objects.create(id=uuid4(), kind="card", pence=1000, credit_code="SHARE", credit_owner=lot.owner, **fields)
    return Refund.objects.create(payment=payment, pence=1000, lot_owner=lot.owner, council_code=lot.council, about="withdrawal:1", approved_at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("route", ["direct_payment", "isf", "self_funded"])
def test_council_money_goes_to_the_council_a_holders_to_the_holder_and_own_money_to_its_owner(town: Town, route: str) -> None:
    row = failed_refund(town, route)
    whose = {
        "direct_payment": f"council:{row.council_code}",
        "isf": f"organisation:{town.kasmo.pk}",
        "self_funded": f"person:{town.amina.pk}",
    }
    assert pool.goes_to(row) == whose[route]
    for wrong in {*whose.values(), f"person:{town.stranger.pk}"} - {whose[route]}:
        with pytest.raises(rerouting.NotTheirMoney):
            pool.propose(refund_id=row.pk, to_owner=wrong, reference="A letter.", reason="Closed.", by=town.operator, at=AT)
    # Theirs: what stands in the way then is only that this one has not failed.
    with pytest.raises(rerouting.NotFailed):
        pool.propose(refund_id=row.pk, to_owner=whose[route], reference="A letter.", reason="Closed.", by=town.operator, at=AT)


@pytest.mark.django_db
def test_a_yes_to_one_paper_pays_nothing_by_another(town: Town) -> None:
    row = failed_refund(town, "self_funded")
    Refund.objects.update(state="failed", sent_journal=uuid4(), failed_journal=uuid4(), operation=row.payment.operation)
    asked = {"refund_id": row.pk, "to_owner": pool.goes_to(row), "reason": "Closed.", "at": AT}
    pool.propose(**asked, reference="Letter of 3 May.", by=town.operator)
    read = Approval.objects.get()
    with pytest.raises(NeedsApproval):
        pool.propose(**asked, reference="A call.", by=other_operator())
    pool.propose(**asked, reference="Another letter.", by=town.operator)
    read.refresh_from_db()
    assert read.refused_by == town.operator
    rerouting.confirm(refund_id=row.pk, by=other_operator(), at=AT)
    assert Reroute.objects.get().reference == "Another letter."
    Refund.objects.update(sent_journal=None, failed_journal=None)  # only rows here: the book never had them
