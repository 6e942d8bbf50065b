"""A bank takes a payment back, or money comes back from a provider: what the pages say, and who is written to."""

from uuid import uuid4

import pytest
from django.urls import reverse

from frontend import notices_of_setbacks
from frontend.words import pounds
from ledger.services import journals
from ledger.services.accounts import Account
from marketplace.models import Visit
from marketplace.services import recovering
from payments.models import Dispute, Payment, Remittance
from payments.services import recoveries, setting_off
from people.models import Message, Person
from people.services import supporters
from pooling.services import wallets
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.cast_pooling import Bank
from tests.frontend.test_groups import _as, _text
from tests.marketplace.test_setbacks import given_up, settle, taken_back
from tests.worlds import stage

pytestmark = pytest.mark.django_db
NEVER = ("http", "sort code", "account number", "dispute", "chargeback")
running = stage(cast_market.running)
covered = stage(cast_market.then_covered, on="running")
asked = stage(cast_market.then_asked, on="covered")


def _told(kind: str) -> dict[str, str]:
    """Who was told, and in which words; everything told is free of links and bank details."""
    rows = Message.objects.filter(kind=kind).select_related("person")
    found = {row.person.known_as: row.body for row in rows}
    assert len(found) == len(rows), "once each"
    assert not [word for body in found.values() for word in NEVER if word in body.lower()]
    return found


def _again(story: Walk) -> None:
    """Told again, by facts delivered twice, nobody hears it twice."""
    before = Message.objects.count()
    settle(story)
    assert Message.objects.count() == before


def test_a_provider_hears_what_is_asked_back_and_what_is_kept_back_and_the_payer_that_it_came():
    story = cast_market.paid_by_silence()
    share = story.share("Amina", 4)
    recovering.propose_recovery(share=share, pence=share.pence, reason="Nobody came.", by=cast.operator(), at=story.at)
    recovering.confirm_recovery(share=share, pence=share.pence, reason="The diary shows it.", by=cast.second_operator(), at=story.at)
    settle(story)
    assert set(_told("asked_back")) == {cast.hodan().known_as}
    assert "Nobody came." not in _told("asked_back")[cast.hodan().known_as]
    paid = Message.objects.filter(kind="provider_paid").count()
    setting_off.set_off_due(at=story.at)
    settle(story)
    kept = Message.objects.filter(kind="kept_back")
    assert {row.person for row in kept} == {Person.objects.get(pk=cast.hodan().pk)}
    assert kept.count() == Remittance.objects.filter(state="set_off").count() > 0
    assert Message.objects.filter(kind="provider_paid").count() == paid, "what is kept back is not on its way to a bank"
    told = _told("came_back")
    assert set(told) == {cast.amina().known_as}
    assert "It is yours again" in told[cast.amina().known_as]
    _again(story)


def test_a_provider_who_was_paid_by_hand_hears_that_it_is_not_sent_again():
    story, key = cast_market.paid_by_silence(), uuid4()
    row = Remittance.objects.filter(state="waiting").first()
    about = {"council_code": row.council_code, "pence": row.pence, "about": "line:txn_1"}
    owes = recoveries.owe_by_hand(payee=row.payee, journal_key=key, by=cast.operator(), at=story.at, **about)
    went = journals.Transfer(recoveries.receivable(owes), Account("SUSPENSE", row.council_code), row.pence)
    journals.post(journals.Journal(key, "line_explained", row.council_code, (went,), story.at))
    setting_off.set_off_due(at=story.at)
    settle(story)
    told = _told("kept_back")[cast.hodan().known_as]
    assert "was sent to you by hand before. So we do not send it again." in told
    assert "too much" not in told


# --- the week is asked for ---


def test_once_nobodys_part_is_left_no_visit_of_the_week_is_to_come(running):
    story = running()
    story.pay("Amina")
    story.until(story.week().starts_on)
    assert story.week().state in ("funded", "in_delivery")
    assert story.share("Yusuf").state == "dropped"
    visits = Visit.objects.filter(milestone=story.week())
    assert {(one.payer_id, one.state) for one in visits} == {(None, "planned")}
    taken_back(story, "Amina")
    assert {one.state for one in visits.all()} == {"called_off"}
    [said] = _told("fell_short").values()
    assert f"Please do not come to {cast.amina().known_as} on Tuesday 24 March and Thursday 26 March" in said
    assert "others" not in said


def test_who_helps_hears_of_a_week_that_is_not_all_covered(running):
    story = running()
    story.pay("Amina")
    story.run()
    taken_back(story, "Amina")
    Bank(story.at).takes_back(Payment.objects.get(pk=story.call("Amina").payment_id), ends="lost")
    settle(story)
    assert story.week().state == "short"
    assert set(_told("helper_short")) == {cast.ruth().known_as}
    assert set(_told("week_short")) == {cast.hodan().known_as}


def test_a_sum_for_several_people_stands_on_its_own_page_and_is_said_as_nobodys(running, set_clock):
    story = running()
    bank = Bank(story.at)
    payment = wallets.pay_in(organisation=cast.kasmo(), council_code=cast.SOUTHWARK, pence=30_000, by=cast.sam(), at=story.at)
    bank.pays(payment)
    case = bank.takes_back(payment, 10_000)
    # As a refund made by hand stands, once two people have said that it was one.
    Dispute.objects.filter(pk=case.pk).update(kind=Dispute.Kind.BY_HAND)
    Message.objects.filter(kind="bank_took").delete()
    notices_of_setbacks.bank_took(dispute_id=case.pk, pence=10_000, fact_id=1, at=story.at)
    [said] = _told("bank_took").values()
    assert "£100.00 that was paid went back to the bank it came from: several people in one sum." in said
    assert "out of what is not handed out yet" in said
    set_clock(story.at)
    sam = _as(cast.sam())
    for page in (reverse("wallet", args=[cast.kasmo().pk]), reverse("looking-after")):
        assert "A payment went back to the bank it came from." in _text(sam.get(page))
    assert "went back to the bank" not in _text(_as(cast.yusuf()).get(reverse("money")))


# --- it is paid for ---


def test_taken_from_her_own_money_nothing_is_left_to_pay_and_every_payment_says_so(covered, set_clock):
    story = covered()
    taken_back(story, "Amina")
    set_clock(story.at)
    client = _as(cast.amina())
    page = _text(client.get(reverse("money")))
    assert "came out of your own money here" in page
    assert "Nothing is left to pay for it." in page
    assert "Pays for a payment that the bank took back" in _text(client.get(reverse("money-payments")))


def test_who_looks_after_the_money_sees_it_with_the_name_and_nobody_elses(covered, set_clock):
    story = covered()
    taken_back(story, "Yusuf")
    taken_back(story, "Amina")
    set_clock(story.at)
    desk = _text(_as(cast.sam()).get(reverse("looking-after")))
    assert f"<li>{cast.yusuf().full_name}: " in desk
    assert cast.amina().full_name not in desk
    assert "took a payment back" not in _text(_as(cast.colin()).get(reverse("looking-after")))
    own = _text(_as(cast.yusuf()).get(reverse("money")))
    assert "You don’t need to do anything. Talk to who looks after your money" in own


def test_of_money_that_is_looked_after_its_staff_hear_it_and_not_the_person(covered):
    story = covered()
    taken_back(story, "Yusuf")
    told = _told("bank_took")
    assert set(told) == {cast.sam().known_as}
    assert f"the money you look after for {cast.yusuf().full_name}" in told[cast.sam().known_as]


def test_the_provider_hears_at_once_whom_not_to_visit_and_never_why(covered):
    story = covered()
    taken_back(story, "Amina")
    [said] = _told("fell_short").values()
    assert set(_told("fell_short")) == {cast.hodan().known_as}
    assert f"Please do not come to {cast.amina().known_as} " in said
    assert "Nobody pays for it. Your visits to the others go on." in said
    assert "bank" not in said.split("\n\n")[0]
    assert set(_told("visits_gone")) == {cast.amina().known_as}
    assert set(_told("helper_short")) == {cast.ruth().known_as}
    assert "bank" not in _told("helper_short")[cast.ruth().known_as].split("\n\n")[0]
    _again(story)


# --- its visits were made ---


def test_a_payer_reads_what_is_owed_for_which_payment_and_out_of_which_money(asked, set_clock):
    story = asked()
    story.yes("Amina")
    story.run()
    case = taken_back(story, "Amina")
    set_clock(story.at)
    client = _as(cast.amina())
    page = _text(client.get(reverse("money")))
    assert "Your bank took a payment back." in page
    assert f'Still to be paid: <b class="money">{pounds(case.owed_pence)}</b>' in page
    assert "We never take it from anybody else." in page
    assert story.agreement.title in page
    assert client.get("/api/v1/money/").json()["results"][0]["owed_pence"] == case.owed_pence
    for other in (cast.yusuf(), cast.halima(), cast.sam(), cast.hodan()):
        assert "took a payment back" not in _text(_as(other).get(reverse("money")))
    given_up(story, "Amina")
    assert "took a payment back" not in _text(client.get(reverse("money")))


def test_the_payer_and_who_pays_for_them_hear_it_and_hear_when_it_is_given_back(asked):
    story = asked()
    asked = supporters.ask(
        person=cast.amina(), supporter=cast.neighbour(), kind="for", by=cast.amina(), at=cast.AT, decisions=["payments"], source="A letter"
    )
    supporters.confirm(supporter=asked, by=cast.operator(), at=cast.AT)
    story.yes("Amina")
    story.run()
    taken_back(story, "Amina")
    told = _told("bank_took")
    assert set(told) == {cast.amina().known_as, cast.neighbour().known_as}
    assert "It comes out of your own money here, never out of anybody else’s." in told[cast.amina().known_as]
    assert f"{cast.amina().full_name}’s own money here" in told[cast.neighbour().known_as]
    assert not _told("fell_short"), "it was paid on already: nobody’s work falls short"
    _again(story)
    given_up(story, "Amina")
    assert set(_told("bank_gave_back")) == set(told)
    assert "yours again" in _told("bank_gave_back")[cast.amina().known_as]


def test_what_was_done_and_is_not_paid_is_said_as_that(asked):
    story = asked()
    taken_back(story, "Amina")
    [said] = _told("fell_short").values()
    assert "can’t be paid now" in said
    assert "do not come" not in said
    assert not _told("visits_gone")
    assert not _told("helper_short")


def test_an_operator_reads_which_councils_payments_are_stopped_and_why(asked, set_clock):
    story = asked()
    story.yes("Amina")
    story.run()
    case = taken_back(story, "Amina")
    set_clock(story.at)
    page = _text(_as(cast.operator()).get(reverse("operator")))
    assert "Payments to providers are stopped." in page
    assert "<b>Southwark</b>, since " in page
    assert f"s money is {pounds(case.owed_pence)} more than there is for it" in page
    given_up(story, "Amina")
    assert "Payments to providers are stopped." not in _text(_as(cast.operator()).get(reverse("operator")))
