"""An Idempotency-Key makes an act happen once: sent again, sent at once twelve times, killed half-way, or with Stripe away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from config.models import KeptAnswer
from config.services import kept_answers
from payments.models import Payment, PaymentOperation
from people.models import Person
from pooling.models import Membership, Pledge, Portion
from tests import cast, cast_market, cast_pooling
from tests.api.conftest import Api
from tests.sandbox_process import SandboxProcess

AT = cast.AT


def _alone(set_clock: Callable[[datetime], None]) -> tuple[Api, dict[str, Any]]:
    """Amina in a group by herself, and a promise she could make."""
    set_clock(AT)
    _, (place,) = cast_pooling.group(cast.amina(), at=AT)
    portion = cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=AT)
    return Api(cast.amina()), {"membership": place.pk, "portion": portion.pk, "weekly_pence": 1000, "weeks": 4, "starts_on": "2026-03-09"}


@pytest.mark.django_db
def test_the_same_key_and_body_give_the_first_answer(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    first = amina.post("pledges/", promise, 201, key="one")
    Pledge.objects.update(state="finished")
    assert amina.post("pledges/", promise, 201, key="one") == first
    assert Pledge.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_or_address_is_refused(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    made = amina.post("pledges/", promise, 201, key="one")
    assert amina.post("pledges/", {**promise, "weeks": 5}, 422, key="one")["code"] == "key_is_used"
    place = {"membership": promise["membership"], "portion": promise["portion"], "pence": 1}
    assert amina.post("withdrawals/", place, 422, key="one")["code"] == "key_is_used"
    assert [row["id"] for row in amina.rows("pledges/")] == [made["id"]]


@pytest.mark.django_db
def test_a_key_is_its_person_s_own(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    amina.post("pledges/", promise, 201, key="one")
    assert Api(cast.stranger()).post("pledges/", promise, 400, key="one")["code"] == "wrong_shape"
    Api(None).post("pledges/", promise, 401, key="one")


@pytest.mark.django_db
@pytest.mark.parametrize("key", [" ", "x" * 201, "a\tb"])
def test_a_silly_key_is_refused(key: str, set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    assert amina.post("pledges/", promise, 400, key=key)["code"] == "key_is_wrong"


@pytest.mark.django_db
def test_what_was_refused_may_be_tried_again_with_its_key(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    Portion.objects.update(weekly_pence=500)
    assert amina.post("pledges/", promise, 422, key="one")["code"] == "may_not_promise"
    Portion.objects.update(weekly_pence=20_000)
    amina.post("pledges/", promise, 201, key="one")


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_with_one_key_are_one_act(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)

    def send(_: int) -> int:
        try:
            return int(amina_again().client.post("/api/v1/pledges/", promise, format="json", headers={"Idempotency-Key": "one"}).status_code)
        finally:
            connection.close()

    def amina_again() -> Api:
        return Api(Person.objects.get(email="amina@example.com"))

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Pledge.objects.count() == 1
    amina.post("pledges/", promise, 201, key="one")
    assert Pledge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_it_is_worked_on_the_second_is_told_to_wait(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    amina.post("pledges/", promise, 201, key="one")
    KeptAnswer.objects.update(status=None, body=None)

    def send() -> int:
        try:
            return int(amina.client.post("/api/v1/pledges/", promise, format="json", headers={"Idempotency-Key": "one"}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        KeptAnswer.objects.select_for_update().get()
        assert pool.submit(send).result() == 409


@pytest.mark.django_db(transaction=True)
def test_stopped_half_way_neither_the_act_nor_its_answer_stands(set_clock: Callable[[datetime], None], owner_cursor: Any) -> None:
    """The database refuses the answer after the act was done: both are taken back, and the next try does it once."""
    amina, promise = _alone(set_clock)
    owner_cursor.execute("alter table config_keptanswer add constraint broken check (status is null)")
    with pytest.raises(IntegrityError):
        amina.ask("post", "pledges/", promise, key="one")
    assert (Pledge.objects.count(), KeptAnswer.objects.get().status) == (0, None)
    owner_cursor.execute("alter table config_keptanswer drop constraint broken")
    amina.post("pledges/", promise, 201, key="one")
    assert Pledge.objects.count() == 1


@pytest.mark.django_db
def test_keys_are_forgotten_after_a_week(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    amina.post("pledges/", promise, 201, key="one")
    assert kept_answers.forget_old(at=AT + timedelta(days=6)) == 0
    assert kept_answers.forget_old(at=AT + timedelta(days=8)) == 1


def _called(set_clock: Callable[[datetime], None]) -> tuple[Api, int]:
    """Amina is asked to pay her first week."""
    story = cast_market.running()
    set_clock(story.at)
    return Api(cast.amina()), story.call("Amina").pk


@pytest.mark.django_db(transaction=True)
def test_a_card_page_is_asked_for_once(set_clock: Callable[[datetime], None], stripe: SandboxProcess) -> None:
    amina, call = _called(set_clock)
    first = amina.post(f"calls/{call}/pay-by-card/", None, 201, key="pay")
    assert first["checkout_url"].startswith(stripe.url)
    assert amina.post(f"calls/{call}/pay-by-card/", None, 201, key="pay") == first
    assert amina.post(f"calls/{call}/pay-by-card/", None, 201) == first
    assert Payment.objects.count() == PaymentOperation.objects.filter(kind="checkout_session").count() == 1


@pytest.mark.django_db(transaction=True)
def test_with_stripe_away_nothing_is_lost_and_the_same_key_goes_on(
    set_clock: Callable[[datetime], None], stripe: SandboxProcess, settings: Any
) -> None:
    amina, call = _called(set_clock)
    there, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    assert amina.post(f"calls/{call}/pay-by-bank/", None, 503, key="pay")["code"] == "stripe_did_not_answer"
    assert (Payment.objects.get().state, KeptAnswer.objects.get().is_final) == ("started", False)
    settings.STRIPE_API_BASE = there
    PaymentOperation.objects.update(next_try_at=None)
    paid = amina.post(f"calls/{call}/pay-by-bank/", None, 201, key="pay")
    assert (paid["state"], paid["instructions"]["remaining_pence"]) == ("open", paid["pence"])
    assert KeptAnswer.objects.get().is_final
    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_a_place_is_needed_to_promise(set_clock: Callable[[datetime], None]) -> None:
    amina, promise = _alone(set_clock)
    Membership.objects.update(state="settled")
    assert amina.post("pledges/", promise, 409, key="one")["code"] == "not_in_group"
