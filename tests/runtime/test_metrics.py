"""`/metrics`: who may read it, that it says how things are, nothing about people, and that the alerting rules name what exists."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from django.db.models import F
from django.test import Client

from audit import clock
from audit.models import Delivery, Fact
from audit.services import facts
from config.metrics import FIGURES
from ledger.services import journals
from ledger.services.accounts import Account
from payments.models import PaymentOperation, ReconcileCursor, StripeLine, WebhookEvent
from payments.services import alarms
from pooling.models import Hold
from tests import cast, cast_market, cast_pooling

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "docs" / "alerts" / "money.yml").read_text()
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


def line(name: str, pence: int, *, state: str, of: str = "", currency: str = "gbp", available_on: datetime = cast.AT) -> None:
    """A line of Stripe's; in suspense its pounds are in the book."""
    key = uuid4() if (state, currency) == ("suspense", "gbp") else None
    if key:
        sides = (Account("BANK", of), Account("SUSPENSE", of))
        journals.post(journals.Journal(key, "unexplained_line", of, (journals.Transfer(*sides[:: 1 if pence > 0 else -1], abs(pence)),), cast.AT))
    seen = {"pence": pence, "fee_pence": 0, "net_pence": pence, "currency": currency, "is_available": True, "created_at": cast.AT}
    StripeLine.objects.create(id=name, kind="adjustment", state=state, council_code=of, journal_key=key, available_on=available_on, **seen)


@pytest.mark.django_db
def test_what_nobody_can_explain_is_added_up_whichever_way_it_went_and_counted() -> None:
    there, other = "E09000028", "X00000000"
    line("txn_gone", -70_000, state="suspense", of=there)
    line("txn_came", 70_000, state="suspense", of=there)
    line("txn_euro", 500, state="suspense", of=other, currency="eur")
    line("txn_known", 300, state="waiting")
    seen = {name: value for name, value in figures().items() if "suspense" in name}
    assert seen == {
        f'clubtogether_suspense_pence{{council="{there}"}}': 140_000,
        f'clubtogether_suspense_pence{{council="{other}"}}': 0,
        f'clubtogether_suspense_lines{{council="{there}"}}': 2,
        f'clubtogether_suspense_lines{{council="{other}"}}': 1,
    }


def about(seconds: int) -> range:
    """What a test of a busy minute may read."""
    return range(seconds, seconds + 100)


@pytest.mark.django_db
def test_of_a_line_that_waits_the_time_since_it_could_be_booked_is_told() -> None:
    now = clock.now()
    line("txn_soon", 100, state="waiting", available_on=now + timedelta(days=3))
    assert figures()["clubtogether_lines_waiting_seconds"] == 0
    line("txn_lately", 100, state="waiting", available_on=now - timedelta(days=1))
    line("txn_late", 100, state="waiting", available_on=now - timedelta(days=2))
    assert figures()["clubtogether_lines_waiting_seconds"] in about(2 * 86_400)


@pytest.mark.django_db
def test_the_oldest_held_money_is_as_old_as_it_is() -> None:
    assert figures()["clubtogether_hold_oldest_seconds"] == 0
    story = cast_market.asked()
    *others, last = Hold.objects.order_by("pk")
    assert others
    Hold.objects.update(placed_at=clock.now() - timedelta(days=8))
    Hold.objects.filter(pk=last.pk).update(placed_at=clock.now() - timedelta(days=61))
    assert figures()["clubtogether_hold_oldest_seconds"] in about(61 * 86_400)
    story.yes()
    held = Hold.objects.filter(placed_pence__gt=F("released_pence") + F("returned_pence"))
    assert [held.exists(), figures()["clubtogether_hold_oldest_seconds"]] == [False, 0]


@pytest.mark.django_db
def test_the_outbox_lags_by_what_its_oldest_fact_waits_and_by_nothing_that_was_told() -> None:
    now = clock.now()
    for hours, state in ((5, "done"), (3, "parked"), (2, "waiting")):
        fact = Fact.objects.create(
            kind="payments.payment_failed", subject=f"call:{hours}", effective_at=now, recorded_at=now - timedelta(hours=hours)
        )
        done_at = now if state == "done" else None
        Delivery.objects.create(fact=fact, consumer="room.hear", room="room", subject=fact.subject, state=state, done_at=done_at)
    assert figures()["clubtogether_outbox_lag_seconds"] in about(3 * 3_600)
    Delivery.objects.filter(state="parked").delete()
    assert figures()["clubtogether_outbox_lag_seconds"] in about(2 * 3_600)


@pytest.mark.django_db
def test_before_the_first_reading_of_stripes_lines_a_rule_rings_that_needs_no_figure() -> None:
    name = "clubtogether_reconciled_age_seconds"
    assert name not in figures()
    assert f"absent({name})" in RULES
    ReconcileCursor.objects.create(pk=1)
    assert name not in figures()
    ReconcileCursor.objects.update(read_at=clock.now() - timedelta(hours=4))
    assert figures()[name] in about(4 * 3_600)


@pytest.mark.django_db
def test_its_cost_does_not_grow(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(len(FIGURES) + 3):
        figures()


def test_every_figure_named_in_the_rules_and_in_the_docs_exists() -> None:
    there = {f"clubtogether_{figure.name}" for figure in FIGURES}
    told = set(NAME.findall((ROOT / "docs" / "operating.md").read_text()))
    assert set(NAME.findall(RULES)) - there == set()
    assert told == there


def test_every_rule_has_a_name_of_its_own_an_expression_how_bad_it_is_and_a_sentence() -> None:
    """Whether Prometheus would take each expression, `promtool check rules` says: nothing here reads its language."""
    (group,) = yaml.safe_load(RULES)["groups"]
    rules = group["rules"]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 12
    for rule in rules:
        assert rule.keys() - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert NAME.search(rule["expr"]), rule
        assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})
        assert rule["annotations"].keys() == {"summary"}
        assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s")), rule
