"""Pages of those who run the installation: papers, worries, what is stuck, the platform's own money. Nobody else finds them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from audit.errors import NotAllowed
from audit.models import Delivery, Fact
from audit.services import facts
from ledger.selectors import balance
from ledger.services import journals
from ledger.services.accounts import Account
from payments.models import Alarm, Payment, PaymentOperation, Remittance, StripeLine
from payments.services import alarms
from payments.services.planning import plan
from people.models import Approval
from people.services.concerns import ConcernIsDealtWith, deal_with, raise_concern
from providers.models import Check
from providers.services import checks, enterprises
from tests import cast, cast_market
from tests.frontend.reading import read_and_press
from tests.sandbox_process import KEY, start_sandbox
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
LISTS = (
    "operator",
    "operator-papers",
    "operator-questions",
    "operator-approvals",
    "operator-concerns",
    "operator-people",
    "operator-going",
    "operator-float",
)


@pytest.fixture(autouse=True)
def _as_of(set_clock):
    set_clock(cast.AT + timedelta(minutes=1))


def _as(person) -> Client:
    return signed_in(person)


def _text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("name", LISTS)
def test_only_operators_find_these_pages(name):
    for who in (cast.amina(), cast.ruth(), cast.sam(), cast.colin(), cast.priya(), cast.hodan(), cast.stranger()):
        assert _as(who).get(reverse(name)).status_code == 404, who.full_name
    assert Client().get(reverse(name)).status_code == 302
    assert _as(cast.operator()).get(reverse(name)).status_code == 200


# --- papers ---


@pytest.fixture
def paper():
    return checks.ask(enterprise=cast.barwaaqo(), kind="cqc", issued_on=date(2026, 1, 5), by=cast.hodan(), at=cast.AT)


def test_a_paper_is_confirmed_by_who_saw_the_original(paper):
    client, page = _as(cast.operator()), reverse("operator-paper", args=[paper.pk])
    assert f'href="{page}"' in _text(client.get(reverse("operator-papers")))
    assert "Barwaaqo Care" in _text(client.get(page))
    client.post(page, {"answer": "right", "how_seen": "Asked the regulator.", "issued_on": "5 January 2026"})
    paper.refresh_from_db()
    assert (paper.confirmed_by, paper.how_seen) == (cast.operator(), "Asked the regulator.")
    assert client.get(page).status_code == 404


def test_abuse_8_the_second_operator_reads_who_was_first_and_the_first_is_told_to_wait():
    worker = enterprises.add_worker(enterprise=cast.barwaaqo(), known_as="Sahra", by=cast.hodan(), at=cast.AT)
    paper = checks.ask(enterprise=cast.barwaaqo(), kind="identity", worker=worker, issued_on=date(2026, 1, 5), by=cast.hodan(), at=cast.AT)
    page, said = reverse("operator-paper", args=[paper.pk]), {"answer": "right", "how_seen": "Met her.", "issued_on": "5 January 2026"}
    first, second = _as(cast.operator()), _as(cast.second_operator())
    assert "two operators must see who somebody is" in _text(first.get(page))
    assert "Now a second operator must see the original too." in _text(first.post(page, said, follow=True))
    assert "You were the first to see it." in _text(first.get(page))
    again = first.post(page, said)
    assert (again.status_code, "Another person who runs this site must see it too." in _text(again)) == (422, True)
    assert "1 paper of providers" not in _text(first.get(reverse("operator")))
    assert "1 paper of providers" in _text(second.get(reverse("operator")))
    assert "You would be the second." in _text(second.get(reverse("operator-papers")))
    shown = _text(second.get(page))
    assert "Olu Grant" in shown
    assert "See the original yourself" in shown
    assert "Barwaaqo Care sees it now." in _text(second.post(page, {**said, "how_seen": "Met her too."}, follow=True))
    assert Check.objects.get(pk=paper.pk).confirmed_by == cast.second_operator()


def test_a_paper_that_is_not_right_goes_back_with_the_reason(paper):
    page = reverse("operator-paper", args=[paper.pk])
    _as(cast.operator()).post(page, {"answer": "wrong", "reason": "The name is another. Send one in your name."})
    paper.refresh_from_db()
    assert paper.refused_reason == "The name is another. Send one in your name."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"answer": ""}, "Pick one answer for"),
        ({"how_seen": ""}, "Say how you saw the original."),
        ({"issued_on": "soon"}, "Write a date with a day, a month and a year"),
        ({"issued_on": "5 January 2027"}, "Write the date on the paper."),
        ({"expires_on": "1 February 2026"}, "This paper no longer counts."),
        ({"answer": "wrong"}, "Say why not, and what would put it right."),
    ],
)
def test_a_paper_answered_by_half_says_what_is_missing(paper, typed, sentence):
    answer = {"answer": "right", "how_seen": "Held it at the hub.", "issued_on": "5 January 2026", **typed}
    response = _as(cast.operator()).post(reverse("operator-paper", args=[paper.pk]), answer)
    assert response.status_code == 422
    assert sentence in _text(response)
    assert "Held it at the hub." in _text(response) or "how_seen" in typed
    assert Check.objects.waiting().count() == 1


def test_an_operator_with_a_link_to_the_provider_looks_at_nothing_of_it(paper):
    cast_market.hire("Bea", person=cast.second_operator(), checked=False)
    page = reverse("operator-paper", args=[paper.pk])
    linked = _as(cast.second_operator())
    assert "Somebody else must look at it." in _text(linked.get(page))
    refused = linked.post(page, {"answer": "right", "how_seen": "Held it.", "issued_on": "5 January 2026"})
    assert (refused.status_code, "Somebody else must look at it." in _text(refused)) == (422, True)
    assert Check.objects.waiting().count() == 1


# --- worries, people ---


def test_a_worry_is_read_with_no_picture_and_a_number_first():
    worry = raise_concern(text="<b>She is not eating.</b>", contact="07700 900123", at=cast.AT)
    page = _text(_as(cast.operator()).get(reverse("operator-concerns")))
    assert "Call 999" in page
    assert "&lt;b&gt;She is not eating.&lt;/b&gt;" in page
    assert 'class="strip"' not in page
    assert "1 worry told in private" in _text(_as(cast.operator()).get(reverse("operator")))
    done = reverse("operator-concern", args=[worry.pk])
    assert _as(cast.operator()).post(done, {"what_was_done": " "}).status_code == 422
    after = _text(_as(cast.operator()).post(done, {"what_was_done": "Rang her sister."}, follow=True))
    assert "No worry is open." in after
    assert "Rang her sister." in after
    assert "told in private" not in _text(_as(cast.operator()).get(reverse("operator")))
    with pytest.raises(ConcernIsDealtWith):
        deal_with(concern=worry, what_was_done="Again.", by=cast.operator(), at=cast.AT)
    with pytest.raises(NotAllowed):
        deal_with(concern=worry, what_was_done="Me.", by=cast.amina(), at=cast.AT)


def test_people_nobody_has_met_are_listed():
    cast.stranger()
    assert "Stan Stranger" in _text(_as(cast.operator()).get(reverse("operator-people")))


# --- what is stuck ---


def test_an_alarm_says_what_it_stops_and_is_closed_after_asking_once_more():
    alarm = alarms.ring(kind="dispute", about="dispute:dp_1", sentence="A bank took money back.", at=cast.AT, stops_releases=True)
    client, page = _as(cast.operator()), reverse("operator-alarm", args=[alarm.pk])
    assert "Payments to providers are stopped." in _text(client.get(reverse("operator")))
    assert "1 alarm to look at" in _text(client.get(reverse("operator")))
    assert "A bank took money back." in _text(client.get(reverse("operator-list", args=["alarms"])))
    assert "Every payment to providers of every council" in _text(client.get(page))
    assert Alarm.objects.open().count() == 1
    client.post(page)
    alarm.refresh_from_db()
    assert alarm.closed_by_id == cast.operator().pk
    assert _as(cast.colin()).post(page).status_code == 404


def test_the_alarm_of_an_unexplained_line_leads_to_the_line_and_nobody_closes_it_alone():
    line = {"pence": -700, "fee_pence": 0, "net_pence": -700, "currency": "gbp", "is_available": True, "available_on": cast.AT, "created_at": cast.AT}
    key, left = uuid4(), journals.Transfer(Account("SUSPENSE", cast.SOUTHWARK), Account("BANK", cast.SOUTHWARK), 700)
    journals.post(journals.Journal(key, "line_unexplained", cast.SOUTHWARK, (left,), cast.AT))
    StripeLine.objects.create(id="txn_1", kind="refund", state="suspense", council_code=cast.SOUTHWARK, journal_key=key, **line)
    sentence, about = "A line nobody can explain: refund txn_1 of -700p.", "line:txn_1"
    alarm = alarms.ring(kind="unexplained_line", about=about, sentence=sentence, at=cast.AT, council_code=cast.SOUTHWARK, stops_releases=True)
    client, page = _as(cast.operator()), reverse("operator-alarm", args=[alarm.pk])
    shown = client.get(page)
    assert "of -£7.00" in _text(shown)
    assert "Every payment to providers of Southwark" in _text(shown)
    assert reverse("operator-thing", args=["lines", "txn_1"]) in shown.content.decode()
    assert "Close it" not in _text(shown)
    assert "Nobody has said what this line was" in _text(client.post(page, follow=True))
    assert Alarm.objects.open().get() == alarm


@pytest.mark.parametrize("kind", ["unexplained_line", "line_failed"])
def test_the_alarm_of_a_line_that_is_not_to_be_explained_yet_leads_to_the_line_and_closes_by_itself(kind):
    line = {"pence": -700, "fee_pence": 0, "net_pence": -700, "currency": "gbp", "is_available": False, "available_on": cast.AT}
    StripeLine.objects.create(id="txn_1", kind="refund", state="waiting", created_at=cast.AT, **line)
    alarm = alarms.ring(kind=kind, about="line:txn_1", sentence="A line.", at=cast.AT, stops_releases=True)
    client, page = _as(cast.operator()), reverse("operator-alarm", args=[alarm.pk])
    shown = _text(client.get(page))
    assert "See the line" in shown
    assert "Say what the line was" not in shown
    assert "It closes by itself when we know what the line is" in shown
    assert "<textarea" not in _text(client.get(reverse("operator-thing", args=["lines", "txn_1"])))


def test_an_alarm_of_how_things_stand_has_no_button_and_leads_to_the_check():
    alarm = alarms.ring(kind="automatic_payouts", about="platform", sentence="Stripe pays out.", at=cast.AT, stops_releases=True)
    client, page = _as(cast.operator()), reverse("operator-alarm", args=[alarm.pk])
    shown = client.get(page)
    assert "It closes by itself once this is no longer so." in _text(shown)
    assert "Close it" not in _text(shown)
    assert reverse("operator-list", args=["reconciliation"]) in shown.content.decode()
    assert "so it can’t be closed" in _text(client.post(page, follow=True))
    assert Alarm.objects.open().get() == alarm


def test_news_that_was_parked_is_tried_again(settings):
    settings.FACT_ROUTES = {"room.happened": ["tests.audit.consumers.note"]}
    fact = facts.record(kind="room.happened", subject="thing:1", payload={}, at=cast.AT)
    Delivery.objects.update(state="parked", tries=10, last_error="builtins.ValueError at x.py:1 in y")
    client, delivery = _as(cast.operator()), Delivery.objects.get()
    page = reverse("operator-once", args=["news", delivery.pk])
    assert "1 fact that could not be delivered" in _text(client.get(reverse("operator")))
    assert _as(cast.ruth()).post(page).status_code == 404
    assert client.get(page).status_code == 405
    client.post(page)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("waiting", 0)
    assert Fact.objects.get() == fact


def test_stripe_is_asked_again_only_when_it_is_time(set_clock):
    operation = plan(kind="customer", reference="payer:1", params={}, council_code=cast.SOUTHWARK, at=cast.AT)
    later = cast.AT + timedelta(hours=1)
    PaymentOperation.objects.update(state="unknown", first_sent_at=cast.AT, params_hash="0" * 64, next_try_at=later)
    client = _as(cast.operator())
    assert "1 call to Stripe without an answer" in _text(client.get(reverse("operator")))
    told = client.post(reverse("operator-ask-stripe", args=[operation.pk]), follow=True)
    assert "We go on asking by ourselves." in _text(told)
    assert _as(cast.sam()).post(reverse("operator-ask-stripe", args=[operation.pk])).status_code == 404


@pytest.fixture
def owed(set_clock):
    """Amina's yes is owed to the provider, and not out yet."""
    story = cast_market.asked()
    story.yes("Amina")
    story.run()
    set_clock(story.at)
    return Remittance.objects.get()


def test_two_people_stop_a_payment_and_let_it_go_again(owed):
    first, second = _as(cast.operator()), _as(cast.second_operator())
    page = reverse("operator-stop", args=[owed.pk])
    assert f'href="{page}"' in _text(first.get(reverse("operator-going")))
    refused = first.post(page, {"what": "remittance.hold", "reason": ""})
    assert refused.status_code == 422
    for what, state in (("remittance.hold", "on_hold"), ("remittance.unhold", "waiting")):
        assert first.post(page, {"what": "remittance.steal", "reason": "So."}).status_code == 422
        first.post(page, {"what": what, "reason": "Somebody rang about it."})
        approval = Approval.objects.get(what=what)
        answer = reverse("approval", args=[approval.pk])
        assert first.get(answer).status_code == 404
        assert "Somebody rang about it." in _text(second.get(answer))
        read_and_press(second, answer, agree="yes")
        owed.refresh_from_db()
        assert owed.state == state


def test_a_payment_that_two_people_gave_up_stays_in_the_list_until_two_let_it_go(owed):
    first, second = _as(cast.operator()), _as(cast.second_operator())
    page, listed = reverse("operator-stop", args=[owed.pk]), reverse("operator-going")
    for what, state in (("remittance.give_up", "cancelled"), ("remittance.unhold", "waiting")):
        first.post(page, {"what": what, "reason": "Stripe closed their account, and then did not."})
        read_and_press(second, reverse("approval", args=[Approval.objects.get(what=what).pk]), agree="yes")
        owed.refresh_from_db()
        assert owed.state == state
        assert f'href="{page}"' in first.get(listed).content.decode()
        assert ("given up by two people; still owed" in _text(first.get(listed))) == (state == "cancelled")
        assert "1 payment to providers, not out yet" in _text(first.get(reverse("operator")))


def test_a_payment_is_not_stopped_when_the_second_person_says_no(owed):
    _as(cast.operator()).post(reverse("operator-stop", args=[owed.pk]), {"what": "remittance.hold", "reason": "Hm."})
    read_and_press(_as(cast.second_operator()), reverse("approval", args=[Approval.objects.get().pk]), agree="no")
    owed.refresh_from_db()
    assert owed.state == "waiting"


def test_the_councils_own_staff_may_be_the_second_and_nobody_elses(owed):
    _as(cast.operator()).post(reverse("operator-stop", args=[owed.pk]), {"what": "remittance.hold", "reason": "Somebody rang."})
    answer = reverse("approval", args=[Approval.objects.get().pk])
    for who in (cast.sam(), cast.ruth(), cast.hodan(), cast.amina(), cast.priya(), cast.stranger()):
        assert _as(who).post(answer, {"agree": "yes"}).status_code == 404, who.full_name
    read_and_press(_as(cast.colin()), answer, agree="yes")
    owed.refresh_from_db()
    assert owed.state == "on_hold"


# --- the platform's own money ---


@pytest.fixture
def stripe(tmp_path, settings):
    process = start_sandbox(tmp_path)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, process.url
    yield process
    process.stop()


def test_own_money_is_checked_before_it_is_put_in(stripe):
    client, page = _as(cast.operator()), reverse("operator-float")
    typed = {"council": cast.SOUTHWARK, "pence": "200"}
    check = _text(client.post(page, typed))
    assert "£200.00" in check
    assert "Southwark" in check
    assert not Payment.objects.exists()
    assert 'value="200"' in _text(client.post(page, {**typed, "_change": "yes"}))
    client.post(page, {**typed, "_confirm": "yes"})
    payment = Payment.objects.get()
    assert (payment.kind, payment.pence, payment.credit_code, payment.state) == ("top_up", 20_000, "FLOAT", "clearing")
    assert balance(Account("FLOAT", cast.SOUTHWARK)) == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"pence": "lots"}, "Write an amount in pounds"),
        ({"pence": "0"}, "£1.00"),
        ({"pence": "60000"}, "£50,000.00"),
        ({"council": ""}, "Pick a council"),
    ],
)
def test_own_money_that_cannot_be_put_in_says_why(typed, sentence):
    cast.southwark()
    response = _as(cast.operator()).post(reverse("operator-float"), {"council": cast.SOUTHWARK, "pence": "200", **typed})
    assert response.status_code == 422
    assert sentence in _text(response)
    assert not Payment.objects.exists()


def test_the_lists_ask_little(django_assert_max_num_queries):
    cast_market.asked()
    client = _as(cast.operator())
    for name in LISTS:
        with django_assert_max_num_queries(20 if name == "operator" else 14):
            client.get(reverse(name))
