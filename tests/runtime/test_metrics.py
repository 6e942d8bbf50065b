"""`/metrics`: who may read it, that it says how things are, nothing about people, and that the alerting rules name what exists."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from audit import clock
from audit.services import facts
from config.metrics import FIGURES
from payments.models import PaymentOperation, WebhookEvent
from payments.services import alarms
from tests import cast, cast_pooling

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\bclubtogether_\w+")
SAMPLE = re.compile(r'^(clubtogether_[a-z_]+)(\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})? (-?\d+)$')


def figures(**headers: str) -> dict[str, int]:
    """Every sample by its name and labels, each line read strictly."""
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {}
    for line in answer.content.decode().splitlines():
        if not line.startswith("#"):
            match = SAMPLE.match(line)
            assert match, line
            found[match[1] + (match[2] or "")] = int(match[3])
    return found


@pytest.mark.django_db
def test_only_the_machine_itself_reads_it_where_no_token_is_set() -> None:
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="::1").get("/metrics").status_code == 200
    for who in (Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR=""), Client(HTTP_X_FORWARDED_FOR="127.0.0.1")):
        assert who.get("/metrics").status_code == 404
    assert Client().post("/metrics").status_code == 405


@pytest.mark.django_db
def test_with_a_token_set_only_who_knows_it_reads_it(settings) -> None:
    settings.METRICS_TOKEN = "a-long-secret"
    for said in ("", "Bearer ", "Bearer a-long-secre", "a-long-secret", "Bearer a-long-secret2", "Bearer ä"):
        assert Client(HTTP_AUTHORIZATION=said).get("/metrics").status_code == 404
    assert Client(HTTP_AUTHORIZATION="Bearer a-long-secret", REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 200


def age_of(then: datetime) -> int:
    return max(0, int((clock.now() - then).total_seconds()))


@pytest.mark.django_db
def test_it_says_how_things_are_and_nothing_about_people() -> None:
    at = clock.now()
    assert figures()["clubtogether_outbox_lag_seconds"] == 0
    _, (place,) = cast_pooling.group(cast.amina(), at=cast.AT)
    cast_pooling.paid_in(place, cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=cast.AT), pence=5_000, at=cast.AT)
    WebhookEvent.objects.create(id="evt_1", endpoint="platform", kind="charge.updated", state="parked", received_at=at - timedelta(hours=1))
    alarms.ring(kind="dispute", about="dispute:1", sentence="Amina’s bank took it back.", at=at, stops_releases=True)
    facts.record(kind="payments.payment_failed", subject="call:0", payload={}, at=at)
    lost = {"reference": "remittance:1", "idempotency_key": "k", "first_sent_at": at, "params_hash": "x"}
    PaymentOperation.objects.create(kind="transfer", state="unknown", planned_at=at - timedelta(hours=2), **lost)
    seen = figures()
    assert seen["clubtogether_inbox_parked"] == 1
    assert 3_600 <= seen["clubtogether_inbox_age_seconds"] < 3_700
    assert seen['clubtogether_alarms_open{kind="dispute",stops_releases="1"}'] == 1
    assert seen['clubtogether_operations{state="unknown"}'] == 1
    assert seen['clubtogether_operations_oldest_seconds{state="unknown"}'] >= 7_200
    assert seen["clubtogether_outbox_waiting"] >= 1
    age = int((clock.now() - cast.AT).total_seconds())
    assert abs(seen["clubtogether_lot_oldest_seconds"] - max(0, age)) < 60
    said = Client().get("/metrics").content.decode()
    assert not any(word in said for word in ("Amina", "amina", "member:", "person:", "@"))


@pytest.mark.django_db
def test_its_cost_does_not_grow(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(len(FIGURES) + 3):
        figures()


def test_every_figure_named_in_the_rules_and_in_the_docs_exists() -> None:
    there = {f"clubtogether_{figure.name}" for figure in FIGURES}
    rules = set(NAME.findall((ROOT / "docs" / "alerts" / "money.yml").read_text()))
    told = set(NAME.findall((ROOT / "docs" / "operating.md").read_text()))
    assert rules - there == set()
    assert told == there


def test_every_rule_is_one_prometheus_would_take() -> None:
    """A rule has a name of its own, an expression, how bad it is and a sentence."""
    text = (ROOT / "docs" / "alerts" / "money.yml").read_text()
    _, *rules = text.split("- alert: ")
    names = [rule.split("\n")[0] for rule in rules]
    assert len(set(names)) == len(names) >= 12
    for rule in rules:
        assert re.search(r"^ +expr: \S", rule, re.MULTILINE), rule
        assert re.search(r"labels: \{severity: (page|ticket)\}", rule), rule
        assert re.search(r'annotations: \{summary: "[^"]+"\}', rule), rule
