"""Beside what an operator did or asked for stands who did it: on the thing's own page, and in its list."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Entry
from ledger.services import journals
from ledger.services.accounts import Account
from payments.models import PaymentOperation, ReconcileRun, Remittance, StripeLine
from people.models import Approval
from tests import cast, cast_market
from tests.frontend.reading import read_and_press
from tests.frontend.test_groups import _as, _text
from tests.sandbox_process import KEY, start_sandbox

pytestmark = pytest.mark.django_db
FIRST, SECOND = "Olu Grant", "Bea Lund"


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))


@pytest.fixture
def stripe(tmp_path, settings):
    process = start_sandbox(tmp_path)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, process.url
    yield process
    process.stop()


def line_in_suspense() -> StripeLine:
    """£7 came, and nobody knows why."""
    at, council, key = cast.AT, cast.southwark().pk, uuid4()
    came = journals.Transfer(Account("BANK", council), Account("SUSPENSE", council), 700)
    journals.post(journals.Journal(key, "unexplained_line", council, (came,), at))
    seen = {"pence": 700, "fee_pence": 0, "net_pence": 700, "currency": "gbp", "is_available": True, "available_on": at, "created_at": at}
    return StripeLine.objects.create(id="txn_1", kind="adjustment", state="suspense", council_code=council, journal_key=key, **seen)


def test_who_said_what_a_line_was_and_who_agreed_stand_beside_it():
    line, first, second = line_in_suspense(), _as(cast.operator()), _as(cast.second_operator())
    page = reverse("operator-thing", args=["lines", line.pk])
    assert first.post(page, {"kind": "top_up", "about": "", "reason": "It was us."}).status_code == 302
    assert f"ask approval (explain), {FIRST}" in _text(first.get(page))
    assert read_and_press(second, reverse("approval", args=[Approval.objects.get().pk]), agree="yes").status_code == 302
    shown = _text(first.get(page))
    assert "nothing written down yet" not in shown
    assert [
        f"{said}, {who}" in shown for said, who in (("ask approval (explain)", FIRST), ("give approval (explain)", SECOND), ("explain", SECOND))
    ] == [
        True,
        True,
        True,
    ]
    assert f": explain, {SECOND}" in _text(first.get(f"{reverse('operator-list', args=['lines'])}?state=all"))


def test_a_line_about_which_the_second_says_no_says_so():
    line, first, second = line_in_suspense(), _as(cast.operator()), _as(cast.second_operator())
    page = reverse("operator-thing", args=["lines", line.pk])
    first.post(page, {"kind": "top_up", "about": "", "reason": "It was us."})
    read_and_press(second, reverse("approval", args=[Approval.objects.get().pk]), agree="no")
    assert f"refuse approval (explain), {SECOND}" in _text(first.get(page))


def test_asking_stripe_again_asks_before_its_next_turn_and_says_who_asked(stripe):
    client = _as(cast.operator())
    stripe.fault("drop_after_commit", "/v1/topups")
    client.post(reverse("operator-float"), {"council": cast.southwark().pk, "pence": "200", "_confirm": "yes"})
    call = PaymentOperation.objects.get(kind="top_up")
    assert (call.state, call.next_try_at > cast.AT + timedelta(minutes=1)) == ("unknown", True)
    page = reverse("operator-thing", args=["operations", call.pk])
    assert "Ask Stripe again" in _text(client.get(page))
    told = _text(client.post(reverse("operator-ask-stripe", args=[call.pk]), follow=True))
    assert "Stripe has answered" in told
    assert f"ask stripe, {FIRST}" in told
    assert "Ask Stripe again" not in told
    call.refresh_from_db()
    assert (call.state, call.tries) == ("succeeded", 2)
    assert f": ask stripe, {FIRST}" in _text(client.get(f"{reverse('operator-list', args=['operations'])}?state=all"))


def test_of_a_call_that_is_on_its_way_nobody_asks_beside_its_worker_and_who_pressed_is_written_down(stripe):
    client, wait = _as(cast.operator()), cast.AT + timedelta(minutes=3)
    stripe.fault("drop_after_commit", "/v1/topups")
    client.post(reverse("operator-float"), {"council": cast.southwark().pk, "pence": "200", "_confirm": "yes"})
    PaymentOperation.objects.filter(kind="top_up").update(state="sent", next_try_at=wait)
    call = PaymentOperation.objects.get(kind="top_up")
    told = _text(client.post(reverse("operator-ask-stripe", args=[call.pk]), follow=True))
    assert "it is being asked this minute" in told
    assert f"ask stripe, {FIRST}" in told
    call.refresh_from_db()
    assert (call.state, call.next_try_at, call.tries) == ("sent", wait, 1)


def test_a_check_against_stripe_says_what_it_found_and_who_asked_for_it(stripe):
    client, page = _as(cast.operator()), reverse("operator-list", args=["reconciliation"])
    assert "Check against Stripe now" in _text(client.get(page))
    told = _text(client.post(reverse("operator-run-now"), follow=True))
    assert "It is done: 0 new lines read, 0 matched, 0 unexplained, 0 waited for." in told
    assert f"check stripe, {FIRST}" in told
    run = ReconcileRun.objects.get()
    assert f"check stripe, {FIRST}" in _text(client.get(reverse("operator-thing", args=["reconciliation", run.pk])))
    client.post(reverse("operator-float"), {"council": cast.southwark().pk, "pence": "200", "_confirm": "yes"})
    stripe.move_clock(days=8)
    told = _text(_as(cast.second_operator()).post(reverse("operator-run-now"), follow=True))
    assert "1 new lines read" in told
    assert f"check stripe, {SECOND}" in told
    assert ReconcileRun.objects.order_by("pk").last().read == 1


def test_a_check_that_stripe_did_not_answer_says_so_and_who_asked_for_it(stripe):
    client = _as(cast.operator())
    stripe.stop()
    told = _text(client.post(reverse("operator-run-now"), follow=True))
    assert "Stripe does not answer now. Try again in a minute." in told
    assert f"check stripe, {FIRST}" in told
    stripe.restart()


def test_nobody_else_checks_or_asks_and_nothing_is_written(stripe):
    call = PaymentOperation.objects.create(
        kind="customer", reference="payer:1", idempotency_key="k", planned_at=cast.AT, state="unknown", first_sent_at=cast.AT, params_hash="x"
    )
    for who in (cast.sam(), cast.colin(), cast.hodan()):
        assert _as(who).post(reverse("operator-run-now")).status_code == 404
        assert _as(who).post(reverse("operator-ask-stripe", args=[call.pk])).status_code == 404
    assert Entry.objects.filter(verb__in=("payments.check_stripe", "payments.ask_stripe")).count() == 0
    assert ReconcileRun.objects.count() == 0


def test_what_two_people_did_with_a_payment_stands_beside_it_also_after_they_gave_it_up(set_clock):
    story = cast_market.asked()
    story.yes("Amina")
    story.run()
    set_clock(story.at)
    owed = Remittance.objects.get()
    first, second, page = _as(cast.operator()), _as(cast.second_operator()), reverse("operator-stop", args=[owed.pk])
    for what, said, done in (("hold", "ask approval (hold)", "block"), ("unhold", "ask approval (unhold)", "unblock"), ("give_up", "", "give up")):
        assert first.post(page, {"what": f"remittance.{what}", "reason": "Somebody rang."}).status_code == 302
        assert f"{said}, {FIRST}" in _text(first.get(page)) or not said
        assert f": ask approval ({what.replace('_', ' ')}), {FIRST}" in _text(first.get(reverse("operator-going")))
        read_and_press(second, reverse("approval", args=[Approval.objects.get(what=f"remittance.{what}").pk]), agree="yes")
        listed = _text(first.get(reverse("operator-going")))
        assert f": {done}, {SECOND}" in listed
    assert f"give up, {SECOND}" in _text(first.get(page))
