"""Facts that people are told of. Each is one notice; written twice, it is sent once."""

from datetime import date, datetime

from audit.models import Fact
from frontend import (
    notices,
    notices_of_counting,
    notices_of_deciding,
    notices_of_finding,
    notices_of_leaving,
    notices_of_money,
    notices_of_needs,
    notices_of_offers,
    notices_of_setbacks,
    notices_of_varying,
)
from payments.models import Remittance


def call_opened(*, fact: Fact, at: datetime) -> None:
    """`pooling.call_opened`: somebody's payment is due."""
    notices.payment_due(call_id=fact.payload["call"], at=at)


def call_missed(*, fact: Fact, at: datetime) -> None:
    """`pooling.call_missed`: it did not come in time."""
    notices.payment_missed(call_id=fact.payload["call"], at=at)


def remittance_paid(*, fact: Fact, at: datetime) -> None:
    """`payments.remittance_paid`: money is on its way to a provider's bank, or was kept back for what they owe."""
    paid = fact.payload
    row = Remittance.objects.select_related("payee").get(pk=paid["remittance"])
    if row.state == Remittance.State.SET_OFF:
        notices_of_setbacks.kept_back(remittance=row, at=at)
        return
    notices.provider_paid(remittance_id=paid["remittance"], payee_id=paid["payee"], pence=paid["pence"], at=at)


def share_asked(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_asked`: did it happen?"""
    notices.asked(share_id=fact.payload["share"], at=at)


def share_released(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_released`: told when it was paid without an answer; who said yes knows."""
    if fact.payload["by_silence"]:
        notices.paid_by_silence(share_id=fact.payload["share"], pence=fact.payload["pence"], at=at)


def share_with_helper(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_with_helper`: a person is to ask the payer."""
    notices.helper_needed(share_id=fact.payload["share"], at=at)


def share_questioned(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_questioned`: something was not right."""
    notices.questioned(share_id=fact.payload["share"], at=at)


def share_decided(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_decided`: a question is settled."""
    settled = fact.payload
    notices.decided(share_id=settled["share"], paid_pence=settled["paid_pence"], pence=settled["pence"], at=at)


def agreement_sent(*, fact: Fact, at: datetime) -> None:
    """`marketplace.agreement_sent`: it waits for everybody's yes."""
    notices.agreement_sent(agreement_id=fact.payload["agreement"], version=fact.payload["version"], at=at)


def agreement_active(*, fact: Fact, at: datetime) -> None:
    """`marketplace.agreement_active`: everybody said yes."""
    notices.agreement_active(agreement_id=fact.payload["agreement"], at=at)


def agreement_void(*, fact: Fact, at: datetime) -> None:
    """`marketplace.agreement_void`: it does not happen."""
    notices.agreement_void(agreement_id=fact.payload["agreement"], at=at)


def milestone_short(*, fact: Fact, at: datetime) -> None:
    """`marketplace.milestone_short`: a week is not wholly covered."""
    notices.week_short(milestone_id=fact.payload["milestone"], at=at)
    notices_of_varying.short_to_payers(milestone_id=fact.payload["milestone"], at=at)
    notices_of_setbacks.helper_of_short_week(milestone_id=fact.payload["milestone"], at=at)


def listing_published(*, fact: Fact, at: datetime) -> None:
    """`providers.listing_published`: told to those who said that it is missing."""
    notices.service_started(listing_id=fact.payload["listing"], at=at)


def supporter_confirmed(*, fact: Fact, at: datetime) -> None:
    """`people.supporter_confirmed`: the person hears who may decide for them."""
    notices.helper_confirmed(supporter_id=fact.payload["supporter"], at=at)


def lot_aged(*, fact: Fact, at: datetime) -> None:
    """`payments.lot_aged`: money has been here for long."""
    told = fact.payload
    ids = {"payment_id": told["payment"], "lot_owner": told["lot_owner"], "council_code": fact.council_code}
    notices_of_money.lot_aged(ends_on=date.fromisoformat(told["ends_on"]), day=told["day"], pence=told["pence"], at=at, **ids)


def share_lapsed(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_lapsed`: the money of a share was too old to stay."""
    notices_of_money.share_lapsed(share_id=fact.payload["share"], pence=fact.payload["pence"], why=fact.payload.get("why", ""), at=at)


def payee_changed(*, fact: Fact, at: datetime) -> None:
    """`payments.payee_changed`: where a provider's money goes is another account."""
    if fact.payload["bank_changed"]:
        notices_of_money.bank_changed(payee_id=fact.payload["payee"], fact_id=fact.pk, at=at)


def money_is_idle(*, fact: Fact, at: datetime) -> None:
    """`pooling.money_is_idle`: offered back, going home in a week, or sent."""
    notices_of_money.idle(offer_id=fact.payload["offer"], what=fact.payload["what"], at=at)


def money_withdrawn(*, fact: Fact, at: datetime) -> None:
    """`payments.money_withdrawn`: a bank took a payment back."""
    notices_of_setbacks.bank_took(dispute_id=fact.payload["dispute"], pence=fact.payload["pence"], fact_id=fact.pk, at=at)


def money_reinstated(*, fact: Fact, at: datetime) -> None:
    """`payments.money_reinstated`: the bank gave it back."""
    notices_of_setbacks.bank_gave_back(dispute_id=fact.payload["dispute"], pence=fact.payload["pence"], fact_id=fact.pk, at=at)


def share_fell_short(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_fell_short`: nobody pays for somebody's part of a week any more."""
    told = fact.payload
    notices_of_setbacks.fell_short(share_id=told["share"], pence=told["pence"], days=told["days"], was_to_come=told["was_to_come"], at=at)


def share_recovering(*, fact: Fact, at: datetime) -> None:
    """`marketplace.share_recovering`: money is asked back from a provider."""
    notices_of_setbacks.asked_back(share_id=fact.payload["share"], pence=fact.payload["pence"], fact_id=fact.pk, at=at)


def money_recovered(*, fact: Fact, at: datetime) -> None:
    """`pooling.money_recovered`: a payer has it again."""
    told = fact.payload
    kind, _, number = str(told["about"]).partition(":")
    if kind == "share":
        ids = {"share_id": int(number), "owner": told["owner"], "council_code": fact.council_code, "fact_id": fact.pk}
        notices_of_setbacks.came_back(pence=told["pence"], at=at, **ids)


def interest_matched(*, fact: Fact, at: datetime) -> None:
    """`pooling.interest_matched`: others near would like the same."""
    notices_of_finding.matched(interest_id=fact.payload["interest"], at=at)


def introduced(*, fact: Fact, at: datetime) -> None:
    """`pooling.introduced`: asked to a meeting."""
    notices_of_finding.introduced(introduction_id=fact.payload["introduction"], at=at)


def group_started(*, fact: Fact, at: datetime) -> None:
    """`pooling.group_started`: one of those who met has started their group."""
    notices_of_finding.group_started(introduction_id=fact.payload["introduction"], at=at)


def rules_changed(*, fact: Fact, at: datetime) -> None:
    """`pooling.rules_changed`: each signs new rules for themselves."""
    notices_of_finding.rules_changed(charter_id=fact.payload["charter"], at=at)


def brief_yes_asked(*, fact: Fact, at: datetime) -> None:
    """`marketplace.brief_yes_asked`: each payer's own yes is asked."""
    notices_of_needs.yes_asked(brief_id=fact.payload["brief"], at=at)


def brief_covered(*, fact: Fact, at: datetime) -> None:
    """`marketplace.brief_covered`: it may be shown to providers."""
    notices_of_needs.covered(brief_id=fact.payload["brief"], at=at)


def brief_question_asked(*, fact: Fact, at: datetime) -> None:
    """`marketplace.brief_question_asked`: a provider waits for an answer."""
    notices_of_needs.question_asked(question_id=fact.payload["question"], at=at)


def officer_asked(*, fact: Fact, at: datetime) -> None:
    """`marketplace.officer_asked`: those who said that they may be asked."""
    notices_of_counting.officer_asks(question_id=fact.payload["officerquestion"], at=at)


def brief_closed(*, fact: Fact, at: datetime) -> None:
    """`marketplace.brief_closed`: the offers can be read."""
    notices_of_offers.offers_open(brief_id=fact.payload["brief"], at=at)


def brief_amended(*, fact: Fact, at: datetime) -> None:
    """`marketplace.brief_amended`: who is offering looks again."""
    notices_of_offers.brief_amended(brief_id=fact.payload["brief"], at=at)


def brief_ended(*, fact: Fact, at: datetime) -> None:
    """`marketplace.brief_ended`: the group hears what it did not decide itself."""
    notices_of_offers.brief_ended(brief_id=fact.payload["brief"], why=fact.payload.get("why", ""), at=at)


def offer_selected(*, fact: Fact, at: datetime) -> None:
    """`marketplace.offer_selected`: its provider is asked for a yes; the others hear it."""
    notices_of_offers.chosen(offer_id=fact.payload["offer"], at=at)


def offer_lost(*, fact: Fact, at: datetime) -> None:
    """`marketplace.offer_lost`: the chosen provider did not answer, or a check ran out."""
    notices_of_offers.lost(offer_id=fact.payload["offer"], at=at)


def offer_not_chosen(*, fact: Fact, at: datetime) -> None:
    """`marketplace.offer_not_chosen`: its provider can read why."""
    notices_of_offers.not_chosen(offer_id=fact.payload["offer"], at=at)


def choice_challenged(*, fact: Fact, at: datetime) -> None:
    """`marketplace.choice_challenged`: somebody says that a choice was unfair."""
    notices_of_offers.challenged(offer_id=fact.payload["offer"], at=at)


def challenge_answered(*, fact: Fact, at: datetime) -> None:
    """`marketplace.challenge_answered`: whether it was fair."""
    notices_of_offers.challenge_answered(offer_id=fact.payload["offer"], at=at)


def brief_open_again(*, fact: Fact, at: datetime) -> None:
    """`marketplace.brief_open_again`: the group may choose again."""
    notices_of_offers.choose_again(brief_id=fact.payload["brief"], fact_id=fact.pk, at=at)


def agreement_built(*, fact: Fact, at: datetime) -> None:
    """`marketplace.agreement_built`: it waits to be sent."""
    notices_of_offers.agreement_built(agreement_id=fact.payload["agreement"], at=at)


def statement_sent(*, fact: Fact, at: datetime) -> None:
    """`pooling.statement_sent`: what is left of somebody's money; is it right?"""
    notices_of_leaving.statement_sent(statement_id=fact.payload["statement"], at=at)


def statement_reminded(*, fact: Fact, at: datetime) -> None:
    """`pooling.statement_reminded`: asked again."""
    notices_of_leaving.statement_reminded(statement_id=fact.payload["statement"], times=fact.payload["times"], at=at)


def trued_up(*, fact: Fact, at: datetime) -> None:
    """`pooling.trued_up`: more came free for somebody who left."""
    notices_of_leaving.more_came_free(leaving_id=fact.payload["leaving"], pence=fact.payload["pence"], at=at)


def end_reported(*, fact: Fact, at: datetime) -> None:
    """`pooling.end_reported`: somebody says that a person is gone."""
    notices_of_leaving.end_reported(report_id=fact.payload["report"], at=at)


def removal_asked(*, fact: Fact, at: datetime) -> None:
    """`pooling.removal_asked`: the group is asked whether somebody should leave."""
    notices_of_leaving.removal_asked(removal_id=fact.payload["removal"], at=at)


def removal_decided(*, fact: Fact, at: datetime) -> None:
    """`pooling.removal_decided`: the group said yes."""
    notices_of_leaving.removal_decided(removal_id=fact.payload["removal"], at=at)


def appeal_answered(*, fact: Fact, at: datetime) -> None:
    """`pooling.appeal_answered`: an operator looked at it again."""
    notices_of_leaving.appeal_answered(removal_id=fact.payload["removal"], at=at)


def question_opened(*, fact: Fact, at: datetime) -> None:
    """`pooling.question_opened`: who may answer a question of their group."""
    notices_of_deciding.opened(proposal_id=fact.payload["proposal"], at=at)


def question_extended(*, fact: Fact, at: datetime) -> None:
    """`pooling.question_extended`: who has not answered yet."""
    notices_of_deciding.extended(proposal_id=fact.payload["proposal"], at=at)


def question_reworking(*, fact: Fact, at: datetime) -> None:
    """`pooling.question_reworking`: somebody objects; who asked, and who helps the group."""
    notices_of_deciding.reworking(proposal_id=fact.payload["proposal"], at=at)


def group_frozen(*, fact: Fact, at: datetime) -> None:
    """`pooling.group_frozen`: told the same day."""
    notices_of_deciding.group_frozen(cluster_id=fact.payload["cluster"], at=at)


def group_ending(*, fact: Fact, at: datetime) -> None:
    """`pooling.group_ending`: what happens to their money and their visits."""
    notices_of_deciding.group_ending(cluster_id=fact.payload["cluster"], at=at)
