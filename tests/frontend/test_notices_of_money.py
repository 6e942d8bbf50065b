"""What is written when the account that somebody's money goes to is another one."""

import pytest

from audit.models import Fact
from audit.services import facts
from audit.services.deliveries import deliver_due
from frontend.consumers import payee_changed
from payments.models import Payee
from people.models import Message, Person
from providers.models import Enterprise
from tests import cast

pytestmark = pytest.mark.django_db


def test_changed_bank_details_are_told_by_every_way_once_and_the_first_ones_are_not() -> None:
    """abuse.md 10: whoever took the e-mail over does not have the phone and the letter-box."""
    shop = cast.barwaaqo()
    payee = Payee.objects.create(owner=f"enterprise:{shop.pk}", council_code=cast.SOUTHWARK)
    Enterprise.objects.filter(pk=shop.pk).update(payee=payee)
    Person.objects.filter(pk=shop.owner_id).update(phone="+447700900123", letter_address="1 Some Street")
    told = Message.objects.filter(kind="bank_changed")
    for changed in (False, True):
        payload = {"payee": payee.pk, "owner": payee.owner, "ready": True, "bank_changed": changed}
        facts.record(kind="payments.payee_changed", subject=payee.owner, payload=payload, at=cast.AT)
        while deliver_due(at=cast.AT):
            pass
        assert told.exists() is changed
    payee_changed(fact=Fact.objects.latest("pk"), at=cast.AT)
    assert sorted(one.channel for one in told) == ["email", "letter", "text"]
    assert {one.person for one in told} == {shop.owner}
    for one in told:
        assert "If it was not you, call us now" in one.body
        assert "http" not in one.body
