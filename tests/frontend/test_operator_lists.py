"""The operator's lists: what is in them, in which order, what may be done, the audit line beside it; never many queries."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Delivery
from audit.services import facts
from frontend.presenters.alarm_words import MEANS
from frontend.presenters.console import A_PAGE, LISTINGS, named
from ledger.services import journals
from ledger.services.accounts import Account
from marketplace.services import recovering
from payments.models import Alarm, LotDecision, Payment, PaymentOperation, StripeLine, WebhookEvent
from payments.services import ages, alarms, floats, refunds
from people.models import Approval
from tests import cast, cast_market, cast_pooling
from tests.frontend.reading import read_and_press
from tests.frontend.test_groups import _as, _text

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))


def fill(rows: int = 3) -> None:
    """So many rows of everything that needs no story."""
    for number in range(rows):
        at = cast.AT - timedelta(hours=number)
        alarms.ring(kind="dispute", about=f"dispute:{number}", sentence=f"A bank took £{number} back.", at=at)
        WebhookEvent.objects.create(id=f"evt_{number}", endpoint="platform", kind="charge.updated", state="parked", received_at=at)
        facts.record(kind="payments.payment_failed", subject=f"call:{number}", payload={}, at=at)
        line = {"pence": 100, "fee_pence": 0, "net_pence": 100, "currency": "gbp", "is_available": True, "available_on": at, "created_at": at}
        StripeLine.objects.create(id=f"txn_{number}", kind="adjustment", state="waiting", **line)
        operation = {"kind": "transfer", "reference": f"remittance:{number}", "idempotency_key": f"key_{number}", "planned_at": at}
        PaymentOperation.objects.create(**operation, state="unknown", first_sent_at=at, params_hash="x", council_code=cast.SOUTHWARK)
    Delivery.objects.exclude(state="done").update(state="parked")


@pytest.mark.parametrize("name", LISTINGS)
def test_only_operators_find_a_list(name):
    page = reverse("operator-list", args=[name])
    for who in (cast.amina(), cast.ruth(), cast.sam(), cast.colin(), cast.priya(), cast.hodan(), cast.stranger()):
        assert _as(who).get(page).status_code == 404, who.full_name
    assert _as(cast.operator()).get(page).status_code == 200


def test_no_list_and_no_overview_needs_more_queries_when_there_is_more():
    cast_market.asked()
    client = _as(cast.operator())
    pages = [reverse("operator"), *(f"{reverse('operator-list', args=[name])}?state=all" for name in LISTINGS)]
    client.get(pages[0])
    needed = {}
    for rows in (2, 30):
        fill_from(rows)
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert client.get(page).status_code == 200
            needed.setdefault(page, []).append(len(caught))
    assert {page: counts for page, counts in needed.items() if max(counts) > MOST_QUERIES or counts[1] > counts[0] + 1} == {}


def fill_from(rows: int) -> None:
    for model in (Alarm, WebhookEvent, StripeLine, PaymentOperation.objects.filter(kind="transfer", reference__startswith="remittance:")):
        getattr(model, "objects", model).all().delete()
    fill(rows)


def test_a_list_is_paged_and_begins_with_what_waits_longest():
    fill(A_PAGE + 2)
    client, page = _as(cast.operator()), reverse("operator-list", args=["inbox"])
    first = _text(client.get(page))
    assert first.count("charge.updated") == A_PAGE
    assert f"charge.updated: evt_{A_PAGE + 1}<" in first
    assert "evt_0<" not in first
    assert "evt_0<" in _text(client.get(f"{page}?page=2"))


def test_a_list_is_narrowed_by_state():
    fill(1)
    client, page = _as(cast.operator()), reverse("operator-list", args=["operations"])
    assert "remittance:0" in _text(client.get(page))
    assert "remittance:0" not in _text(client.get(f"{page}?state=refused"))
    assert "remittance:0" in _text(client.get(f"{page}?state=all"))
    assert client.get(f"{page}?state=nonsense").status_code == 200
    assert client.get(reverse("operator-list", args=["no-such-list"])).status_code == 404
    assert client.get(reverse("operator-thing", args=["operations", "not-a-number"])).status_code == 404


def test_a_parked_event_is_tried_again_and_the_line_of_it_stands_beside_it():
    fill(1)
    client, page = _as(cast.operator()), reverse("operator-thing", args=["inbox", "evt_0"])
    assert "Try again" in _text(client.get(page))
    client.post(reverse("operator-once", args=["inbox", "evt_0"]))
    assert WebhookEvent.objects.get().state == "waiting"
    after = _text(client.get(page))
    assert "Try again" not in after
    assert f"retry event, {cast.operator().full_name}" in after
    assert "retry event" in _text(client.get(f"{reverse('operator-list', args=['inbox'])}?state=all"))


def test_two_operators_decide_about_old_money(set_clock):
    _, (place,) = cast_pooling.group(cast.amina(), at=cast.AT)
    cast_pooling.paid_in(place, cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=cast.AT), pence=5_000, at=cast.AT)
    lot, day = Payment.objects.get(), cast.AT + timedelta(days=70)
    ages.advance_due(at=day)
    set_clock(day)
    first, second, page = _as(cast.operator()), _as(cast.second_operator()), reverse("operator-thing", args=["old-money", lot.pk])
    listed = _text(first.get(reverse("operator-list", args=["old-money"])))
    assert str(lot.pk) in listed
    assert f"Paid in 70 days ago, of {cast.amina().full_name}" in listed
    assert first.post(page, {"kind": "keep", "reason": "She is in hospital."}).status_code == 422
    until = (day + timedelta(days=40)).date()
    said = {"kind": "keep", "reason": "She is in hospital.", "advice": "The council’s letter of 1 May.", "until": f"{until:%d/%m/%Y}"}
    assert first.post(page, said).status_code == 302
    approval = Approval.objects.get(what=ages.DECIDE)
    assert "Another operator must answer" in _text(first.get(page))
    assert reverse("approval", args=[approval.pk]) in _text(second.get(page))
    assert _as(cast.colin()).get(reverse("approval", args=[approval.pk])).status_code == 404
    asked = _text(second.get(reverse("approval", args=[approval.pk])))
    assert "The council’s letter of 1 May." in asked
    assert "It may stay until a day" in asked
    assert read_and_press(second, reverse("approval", args=[approval.pk]), agree="yes").status_code == 302
    decided = LotDecision.objects.get()
    assert (decided.kind, decided.until, decided.decided_by) == ("keep", until, cast.second_operator())
    assert f"decide lot, {cast.second_operator().full_name}" in _text(first.get(page))


def test_two_operators_ask_for_a_payment_back_each_with_a_reason(set_clock):
    story = cast_market.asked()
    story.yes("Amina")
    share = story.share("Amina")
    set_clock(story.at)
    first, second, page = _as(cast.operator()), _as(cast.second_operator()), reverse("operator-thing", args=["paid-weeks", share.pk])
    assert "Ask a second person" in _text(first.get(page))
    assert first.post(page, {"pence": "5.00", "reason": "One visit was an hour short."}).status_code == 302
    approval = Approval.objects.get(what=recovering.RECOVER)
    answer = reverse("approval", args=[approval.pk])
    assert "Another operator must answer" in _text(first.get(page))
    assert answer in _text(second.get(page))
    assert "£5.00" in _text(second.get(answer))
    assert read_and_press(second, answer, agree="yes").status_code == 422
    assert read_and_press(second, answer, agree="yes", reason="The log says so.").status_code == 302
    share.refresh_from_db()
    assert (share.state, share.recover_pence) == ("recovering", 500)
    assert "The log says so." in share.recover_reason
    assert _as(cast.hodan()).get(page).status_code == 404


def test_whose_money_it_is_is_said_by_name_alone():
    """A sum of theirs for one council, or for one person, is theirs: the rest of the code is the book's."""
    circle = cast.kasmo()
    cast.southwark()
    said = [
        f"organisation:{circle.pk}",
        f"organisation:{circle.pk}/portion:7",
        f"5p that organisation:{circle.pk}/council:{cast.SOUTHWARK} sent",
        cast.SOUTHWARK,
    ]
    assert named(said) == [circle.name, circle.name, f"5p that {circle.name} sent", "Southwark"]


def test_every_alarm_that_can_ring_says_what_it_means():
    rung = set()
    for path in (ROOT / room for room in ("payments", "pooling", "marketplace")):
        for file in path.rglob("*.py"):
            for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
                if isinstance(call.func, ast.Attribute) and call.func.attr == "ring":
                    rung |= {word.value.value for word in call.keywords if word.arg == "kind" and isinstance(word.value, ast.Constant)}
    assert (rung | {ages.ALARM}) - MEANS.keys() == set()
    told = (ROOT / "docs" / "operating.md").read_text()
    assert [kind for kind in MEANS if f"`{kind}`" not in told] == []


def test_a_line_of_ours_from_before_a_restore_names_its_row_and_two_operators_take_it_over():
    at, name = cast.AT, uuid4()
    _, (place,) = cast_pooling.group(cast.amina(), at=at)
    cast_pooling.paid_in(place, cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=at), pence=5_000, at=at)
    lot = Payment.objects.get()
    share, owed = (Account(code, lot.council_code, lot.lot_owner) for code in ("SHARE", "REFUND"))
    back, like_it = (
        refunds.approve(lot_owner=lot.lot_owner, pence=700, council_code=lot.council_code, about=about, by=None, at=at)[0]
        for about in ("leave:1", "leave:2")
    )
    journals.post(journals.Journal(uuid4(), "practice", lot.council_code, (journals.Transfer(share, owed, 1400),), at))
    bank, unknown = (Account(code, lot.council_code) for code in ("BANK", "SUSPENSE"))
    key = uuid4()
    journals.post(journals.Journal(key, "unexplained_line", lot.council_code, (journals.Transfer(unknown, bank, 700),), at))
    seen = {"kind": "refund", "source": "re_1", "pence": -700, "fee_pence": 0, "net_pence": -700, "currency": "gbp", "is_available": True}
    lost = {"lost_operation": str(name), "lost_of": lot.charge_id, "journal_key": key, "state": "suspense", "council_code": lot.council_code}
    StripeLine.objects.create(id="txn_lost", available_on=at, created_at=at, **seen, **lost)
    first, second, page = _as(cast.operator()), _as(cast.second_operator()), reverse("operator-thing", args=["lines", "txn_lost"])
    shown = _text(first.get(page))
    assert [f"<dd>refund:{row.pk}</dd>" in shown for row in (back, like_it)] == [True, True]
    wrong = first.post(page, {"kind": "loss", "about": "", "reason": "Nobody knows."})
    assert wrong.status_code == 422
    assert f"refund:{back.pk} waits to be sent" in _text(wrong)
    assert first.post(page, {"kind": "ours", "about": f"refund:{back.pk}", "reason": "It went."}).status_code == 302
    assert read_and_press(second, reverse("approval", args=[Approval.objects.get().pk]), agree="yes").status_code == 302
    back.refresh_from_db()
    assert (back.state, back.operation_id, StripeLine.objects.get().state) == ("sent", name, "waiting")


def test_a_line_made_by_hand_names_whose_payment_it_was_to_both_operators_and_takes_no_other():
    at = cast.AT
    _, (place,) = cast_pooling.group(cast.amina(), at=at)
    cast_pooling.paid_in(place, cast_pooling.direct_payment(cast.amina(), seen_by=cast.ruth(), at=at), pence=5_000, at=at)
    lot, key = Payment.objects.get(), uuid4()
    left = journals.Transfer(Account("SUSPENSE", lot.council_code), Account("BANK", lot.council_code), 700)
    journals.post(journals.Journal(key, "unexplained_line", lot.council_code, (left,), at))
    seen = {"kind": "refund", "source": "re_1", "pence": -700, "fee_pence": 0, "net_pence": -700, "currency": "gbp", "is_available": True}
    found = {"touched": f"payment:{lot.pk}", "journal_key": key, "state": "suspense", "council_code": lot.council_code}
    StripeLine.objects.create(id="txn_hand", available_on=at, created_at=at, **seen, **found)
    first, second, page = _as(cast.operator()), _as(cast.second_operator()), reverse("operator-thing", args=["lines", "txn_hand"])
    whose = f"payment:{lot.pk}, £50.00 of Amina Farah"
    assert whose in _text(first.get(page))
    wrong = first.post(page, {"kind": "refund_by_hand", "about": f"payment:{uuid4()}", "reason": "It was them."})
    assert f"Stripe says that this was payment:{lot.pk}" in _text(wrong)
    assert first.post(page, {"kind": "refund_by_hand", "about": f"payment:{lot.pk}", "reason": "Seen."}).status_code == 302
    assert whose in _text(second.get(reverse("approval", args=[Approval.objects.get().pk])))


def test_a_line_of_a_top_up_is_not_offered_as_a_payment_sent_back_by_hand():
    at = cast.AT
    top_up, key = floats.top_up(council_code=cast.SOUTHWARK, pence=5_000, by=cast.operator(), at=at), uuid4()
    left = journals.Transfer(Account("SUSPENSE", cast.SOUTHWARK), Account("BANK", cast.SOUTHWARK), 700)
    journals.post(journals.Journal(key, "unexplained_line", cast.SOUTHWARK, (left,), at))
    seen = {"kind": "topup_reversal", "source": "tu_1", "pence": -700, "fee_pence": 0, "net_pence": -700, "currency": "gbp", "is_available": True}
    found = {"touched": f"payment:{top_up.pk}", "journal_key": key, "state": "suspense", "council_code": cast.SOUTHWARK}
    StripeLine.objects.create(id="txn_own", available_on=at, created_at=at, **seen, **found)
    page = reverse("operator-thing", args=["lines", "txn_own"])
    shown = _text(_as(cast.operator()).get(page))
    assert f"payment:{top_up.pk}, £50.00 of our own" in shown
    assert not re.search(r"value=.refund_by_hand. (selected|checked)", shown)
    wrong = _as(cast.operator()).post(page, {"kind": "refund_by_hand", "about": f"payment:{top_up.pk}", "reason": "Seen."})
    assert wrong.status_code == 422
