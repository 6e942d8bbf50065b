"""Making a provider's page, who works there, and what Stripe says of them."""

from datetime import timedelta

import pytest
from django.conf import settings

from audit.errors import NotAllowed, Refusal
from audit.services import deliveries, facts
from payments.models import Payee
from places.postcodes import UnknownOutcode
from providers.consumers import payee_changed
from providers.models import Enterprise, Worker
from providers.services import enterprises, payouts
from providers.services.enterprises import (
    AlreadyHasAProviderPage,
    NameIsMissing,
    RadiusIsWrong,
    ReasonIsMissing,
    TooManyPeople,
    WorkerIsThereAlready,
)
from tests import cast
from tests.cast import AT, SOUTHWARK

pytestmark = pytest.mark.django_db


def register(**more: object) -> Enterprise:
    fields = {"name": "Fatuma cooks", "outcode": "se15 4ab", "council_code": SOUTHWARK, "by": cast.hodan(), "at": AT}
    return enterprises.register(**{**fields, **more})  # type: ignore[arg-type]


def test_the_owner_is_the_first_worker() -> None:
    enterprise = register()
    worker = Worker.objects.get(enterprise=enterprise)
    assert (enterprise.state, enterprise.outcode, worker.person, worker.known_as) == ("draft", "SE15", cast.hodan(), "Hodan")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, NameIsMissing),
        ({"outcode": "SE99"}, UnknownOutcode),
        ({"works_alone": False, "people_count": 9}, TooManyPeople),
        ({"works_alone": False, "people_count": 1}, TooManyPeople),
        ({"radius_miles": 61}, RadiusIsWrong),
    ],
)
def test_each_wrong_thing_gets_a_sentence(wrong: dict[str, object], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        register(**wrong)
    assert not Enterprise.objects.exists()


def test_one_person_has_one_page() -> None:
    register()
    with pytest.raises(AlreadyHasAProviderPage):
        register(name="Another")


def test_workers_join_and_leave() -> None:
    barwaaqo, hodan = cast.barwaaqo(), cast.hodan()
    sahra = cast.somebody("sahra@example.com", "Sahra Nur")
    worker = enterprises.add_worker(enterprise=barwaaqo, known_as="Sahra", person=sahra, by=hodan, at=AT)
    with pytest.raises(WorkerIsThereAlready):
        enterprises.add_worker(enterprise=barwaaqo, known_as="Sahra", person=sahra, by=hodan, at=AT)
    with pytest.raises(NameIsMissing):
        enterprises.add_worker(enterprise=barwaaqo, known_as=" ", by=hodan, at=AT)
    with pytest.raises(NotAllowed):
        enterprises.add_worker(enterprise=barwaaqo, known_as="Eve", by=cast.stranger(), at=AT)
    enterprises.add_worker(enterprise=barwaaqo, known_as="Ayan", by=hodan, at=AT)
    with pytest.raises(TooManyPeople):
        enterprises.add_worker(enterprise=barwaaqo, known_as="One too many", by=hodan, at=AT)
    assert barwaaqo in Enterprise.objects.of(sahra)
    with pytest.raises(NotAllowed):
        enterprises.worker_leaves(worker=worker, by=cast.stranger(), at=AT)
    assert enterprises.worker_leaves(worker=worker, by=sahra, at=AT).state == "left"
    assert barwaaqo not in Enterprise.objects.of(sahra)


def test_a_page_is_changed_by_its_owner() -> None:
    enterprise = register()
    fields = {"name": "F", "about": "Cooks", "outcode": "SE5", "radius_miles": 5, "works_alone": False, "people_count": 2, "at": AT}
    assert enterprises.change(enterprise=enterprise, by=cast.hodan(), **fields).people_count == 2  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        enterprises.change(enterprise=enterprise, by=cast.stranger(), **fields)  # type: ignore[arg-type]


def test_only_operators_stop_a_provider_and_say_why() -> None:
    enterprise = register()
    with pytest.raises(NotAllowed):
        enterprises.suspend(enterprise=enterprise, reason="x", by=cast.priya(), at=AT)
    with pytest.raises(ReasonIsMissing):
        enterprises.suspend(enterprise=enterprise, reason="", by=cast.operator(), at=AT)
    assert enterprises.suspend(enterprise=enterprise, reason="x", by=cast.operator(), at=AT).state == "suspended"
    with pytest.raises(NotAllowed):
        enterprises.resume(enterprise=enterprise, by=cast.hodan(), at=AT)


def test_a_draft_page_is_private() -> None:
    enterprise = register()
    assert enterprise in Enterprise.objects.visible_to(cast.hodan())
    assert enterprise not in Enterprise.objects.visible_to(cast.stranger())
    assert enterprise not in Enterprise.objects.visible_to(None)


def test_stripe_s_word_reaches_the_page_as_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FACT_ROUTES", {"payments.payee_changed": [f"{payee_changed.__module__}.{payee_changed.__name__}"]})
    enterprise = register()
    payee = Payee.objects.create(owner=f"enterprise:{enterprise.pk}", council_code=SOUTHWARK)
    for number, ready in enumerate([True, True, False]):
        payload = {"payee": payee.pk, "owner": payee.owner, "ready": ready, "bank_changed": False}
        facts.record(kind="payments.payee_changed", subject=payee.owner, payload=payload, at=AT + timedelta(minutes=number))
        assert deliveries.deliver_due(at=AT + timedelta(hours=1)) == 1
        enterprise.refresh_from_db()
        assert (enterprise.payee_id, enterprise.can_be_paid) == (payee.pk, ready)


def test_somebody_else_s_payee_changes_no_page() -> None:
    fact = facts.record(kind="x.y", subject="enterprise:999", payload={"payee": 1, "owner": "enterprise:999", "ready": True}, at=AT)
    payee_changed(fact=fact, at=AT)
    fact = facts.record(kind="x.y", subject="person:1", payload={"payee": 1, "owner": "person:1", "ready": True}, at=AT)
    payee_changed(fact=fact, at=AT)


def test_only_the_owner_begins_to_be_paid() -> None:
    with pytest.raises(NotAllowed):
        payouts.begin_onboarding(enterprise=register(), return_url="https://x", refresh_url="https://x", by=cast.stranger(), at=AT)
