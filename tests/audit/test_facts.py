"""Facts reach each consumer once and in order; a failing one is parked and stands in nobody else's way."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connections, transaction
from kombu.exceptions import OperationalError

from audit import tasks
from audit.models import Delivery, Entry, Fact
from audit.services import deliveries, facts

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
NOTE, NOTE_TOO = "tests.audit.consumers.note", "tests.audit.consumers.note_too"


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        settings, "FACT_ROUTES", {"room.happened": [NOTE], "room.told_twice": [NOTE, "frontend.consumers.missing"], "room.both": [NOTE, NOTE_TOO]}
    )


def happened(subject: str = "thing:1", kind: str = "room.happened", **payload: object) -> Fact:
    return facts.record(kind=kind, subject=subject, payload=payload, at=AT, council_code="E09000028")


def noted() -> list[str]:
    return list(Entry.objects.filter(verb="test.noted").values_list("about_id", flat=True))


def deliver_all(at: datetime = AT) -> int:
    return sum(iter(lambda: deliveries.deliver_due(at=at), 0))


@pytest.mark.django_db
def test_a_fact_is_delivered_once() -> None:
    fact = happened(pence=100)
    assert deliver_all() == 1
    assert deliver_all() == 0
    assert noted() == [str(fact.pk)]


@pytest.mark.django_db
def test_a_fact_nobody_asked_for_is_stored_and_owed_to_nobody() -> None:
    facts.record(kind="room.unheard", subject="thing:1", payload={}, at=AT)
    assert Fact.objects.count() == 1
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_facts_about_one_subject_arrive_in_order() -> None:
    made = [happened(f"thing:{number % 2}") for number in range(6)]
    deliver_all()
    for subject in ("thing:0", "thing:1"):
        expected = [str(fact.pk) for fact in made if fact.subject == subject]
        assert [line for line in noted() if line in expected] == expected


@pytest.mark.django_db
def test_two_consumers_in_one_room_about_one_subject_keep_the_order_of_the_facts() -> None:
    first = happened(kind="room.both", fails=True)
    happened(kind="room.both")
    deliver_all()
    open_ones = Delivery.objects.filter(state="waiting").values_list("fact_id", "consumer")
    assert (first.pk, NOTE) in open_ones
    # The second fact waits for both of the first one's consumers in the room.
    assert Delivery.objects.filter(state="done").values_list("fact_id", "consumer").get() == (first.pk, NOTE_TOO)


@pytest.mark.django_db
def test_a_failed_delivery_leaves_nothing_behind_and_waits_longer_each_time() -> None:
    happened(fails=True)
    assert deliver_all() == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.next_try_at) == ("waiting", 1, AT + timedelta(seconds=5))
    assert noted() == []
    assert deliver_all(AT + timedelta(seconds=4)) == 0
    assert Delivery.objects.get().tries == 1
    deliver_all(AT + timedelta(seconds=5))
    assert Delivery.objects.get().next_try_at == AT + timedelta(seconds=15)


@pytest.mark.django_db
def test_a_worker_that_is_stopped_half_way_leaves_the_delivery_as_it_was() -> None:
    happened(stops=True)
    with pytest.raises(SystemExit):
        deliver_all()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.next_try_at) == ("waiting", 0, None)
    assert noted() == []


@pytest.mark.django_db
def test_ten_failures_park_a_subject_and_the_others_go_on() -> None:
    happened("thing:bad", fails=True)
    behind = happened("thing:bad")
    other = happened("thing:good")
    for hour in range(12):
        deliver_all(AT + timedelta(hours=hour))
    assert [parked.tries for parked in deliveries.parked()] == [10]
    assert noted() == [str(other.pk)]
    assert Delivery.objects.get(fact=behind).state == "waiting"
    assert deliveries.lag(at=AT + timedelta(hours=12)) == timedelta(hours=12)


@pytest.mark.django_db
def test_a_parked_delivery_goes_on_when_an_operator_says_so() -> None:
    happened("thing:bad", fails=True)
    for hour in range(11):
        deliver_all(AT + timedelta(hours=hour))
    (parked,) = deliveries.parked()
    deliveries.retry(delivery=parked, by=None, at=AT + timedelta(hours=12))
    parked.refresh_from_db()
    assert (parked.state, parked.tries) == ("waiting", 0)
    assert Entry.objects.filter(verb="audit.retry_delivery", about_id=str(parked.pk)).exists()


@pytest.mark.django_db
def test_a_consumer_that_does_not_exist_holds_up_only_itself() -> None:
    happened(kind="room.told_twice")
    assert deliver_all() == 1
    assert Delivery.objects.get(state="waiting").consumer == "frontend.consumers.missing"


@pytest.mark.django_db
def test_an_error_is_stored_without_its_words() -> None:
    happened(fails=True)
    deliver_all()
    error = Delivery.objects.get().last_error
    assert error.startswith("tests.audit.consumers.ItFailed at consumers.py:")
    assert "Amina" not in error


@pytest.mark.django_db
def test_lag_is_nothing_when_all_is_delivered() -> None:
    happened()
    assert deliveries.lag(at=AT + timedelta(minutes=3)) == timedelta(minutes=3)
    deliver_all()
    assert deliveries.lag(at=AT + timedelta(minutes=3)) == timedelta(0)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_deliver_each_fact_once_and_in_order() -> None:
    with transaction.atomic():
        made = [happened(f"thing:{number % 5}") for number in range(40)]
    start = threading.Barrier(6)
    counts: list[int] = []

    def work() -> None:
        try:
            start.wait()
            counts.append(deliver_until(lambda: not Delivery.objects.exclude(state="done").exists()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 40
    lines = noted()
    assert sorted(lines, key=int) == [str(fact.pk) for fact in made]
    for subject in {fact.subject for fact in made}:
        expected = [str(fact.pk) for fact in made if fact.subject == subject]
        assert [line for line in lines if line in expected] == expected


def deliver_until(finished: object, rounds: int = 500) -> int:
    moved = 0
    for _ in range(rounds):
        moved += deliveries.deliver_due(at=AT)
        if finished():  # type: ignore[operator]
            return moved
    raise AssertionError("deliveries did not come to an end")


@pytest.mark.django_db(transaction=True)
def test_a_fact_is_recorded_even_when_the_worker_cannot_be_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broker_is_away(**options: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.deliver, "apply_async", broker_is_away)
    with transaction.atomic():
        happened()
    assert deliver_all() == 1


@pytest.mark.django_db
def test_a_fact_of_a_cause_that_was_rolled_back_never_happened() -> None:
    def cause() -> None:
        with transaction.atomic():
            happened()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert not Fact.objects.exists()
    assert not Delivery.objects.exists()
