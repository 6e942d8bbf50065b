"""Connected accounts: what is asked, the page it is given on, and what Stripe then says."""

import pytest
import stripe

from tests.contract.conftest import PROVIDER, top_up
from tests.contract.pages_by_hand import fields_of, open_page

RETURN, REFRESH = "http://127.0.0.1:8000/back", "http://127.0.0.1:8000/again"


@pytest.fixture
def new_account(api):
    return api.accounts.create(PROVIDER)


def link_for(api, account):
    asked = {"account": account.id, "type": "account_onboarding", "return_url": RETURN, "refresh_url": REFRESH}
    return api.account_links.create(asked)


def test_new_account_is_asked_for_a_bank_account_and_may_not_be_paid(new_account):
    assert "external_account" in new_account.requirements.currently_due
    assert new_account.capabilities.transfers == "inactive"
    assert new_account.controller.losses.payments == "application"


def test_onboarding_page_makes_the_account_ready_and_sends_the_person_back(api, new_account):
    link = link_for(api, new_account)
    page = open_page(link.url)
    assert page.status == 200
    assert "script" not in page.text
    done = open_page(link.url, fields_of(page) | {"sort_code": "20-00-00", "account_number": "55779911"})
    assert (done.status, done.location) == (303, RETURN)
    account = api.accounts.retrieve(new_account.id)
    assert account.capabilities.transfers == "active"
    assert account.requirements.currently_due == []
    assert account.details_submitted
    assert account.payouts_enabled
    assert not account.charges_enabled  # being paid is not taking cards
    assert account.external_accounts.data[0].last4 == "9911"


def test_onboarding_page_says_what_is_wrong_and_keeps_what_was_typed(api, new_account):
    link = link_for(api, new_account)
    page = open_page(link.url)
    wrong = open_page(link.url, fields_of(page) | {"sort_code": "12-34", "account_number": "55779911"})
    assert "Enter a sort code of 6 numbers" in wrong.text
    assert fields_of(wrong)["account_number"] == "55779911"
    assert api.accounts.retrieve(new_account.id).capabilities.transfers == "inactive"


def test_link_opens_once(api, new_account):
    link = link_for(api, new_account)
    assert open_page(link.url).status == 200
    again = open_page(link.url)
    assert (again.status, again.location) == (303, REFRESH)


def test_link_expires(api, sandbox, new_account):
    link = link_for(api, new_account)
    assert link.expires_at - link.created == 300
    sandbox.move_clock(seconds=301)
    assert open_page(link.url).location == REFRESH


def test_finished_link_cannot_be_finished_again(api, new_account):
    link = link_for(api, new_account)
    fields = fields_of(open_page(link.url))
    assert open_page(link.url, fields).location == RETURN
    assert open_page(link.url, fields | {"account_number": "99999999"}).location == REFRESH
    assert api.accounts.retrieve(new_account.id).external_accounts.data[0].last4 == "2345"


def test_same_bank_details_have_the_same_fingerprint_and_others_another(api, sandbox, provider):
    before = api.accounts.external_accounts.list(provider.id).data[0].fingerprint
    sandbox.act("change_bank", account=provider.id, sort_code="108800", account_number="00012345")
    assert api.accounts.external_accounts.list(provider.id).data[0].fingerprint == before
    sandbox.act("change_bank", account=provider.id, sort_code="108800", account_number="00012346")
    assert api.accounts.external_accounts.list(provider.id).data[0].fingerprint != before


def test_transfers_stop_while_the_capability_is_lost(api, sandbox, provider):
    top_up(api, sandbox)
    sandbox.act("lose_transfers", account=provider.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.transfers.create({"amount": 100, "currency": "gbp", "destination": provider.id})
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    sandbox.act("regain_transfers", account=provider.id)
    assert api.transfers.create({"amount": 100, "currency": "gbp", "destination": provider.id}).amount == 100


def test_what_is_asked_for_by_a_day_stops_transfers_on_that_day(api, sandbox, provider):
    sandbox.act("ask_more", account=provider.id, days=10)
    asked = api.accounts.retrieve(provider.id)
    assert (asked.capabilities.transfers, asked.requirements.currently_due) == ("active", ["individual.verification.document"])
    sandbox.move_clock(days=10)
    late = api.accounts.retrieve(provider.id)
    assert (late.capabilities.transfers, late.requirements.disabled_reason) == ("inactive", "requirements.past_due")
    sandbox.act("regain_transfers", account=provider.id)
    assert api.accounts.retrieve(provider.id).capabilities.transfers == "active"


def test_what_is_given_in_time_stops_nothing(api, sandbox, provider):
    sandbox.act("ask_more", account=provider.id, days=10)
    sandbox.act("regain_transfers", account=provider.id)
    sandbox.move_clock(days=11)
    assert api.accounts.retrieve(provider.id).capabilities.transfers == "active"


def test_rejected_account_stays_rejected(api, sandbox, provider):
    sandbox.act("reject_account", account=provider.id)
    account = api.accounts.retrieve(provider.id)
    assert account.requirements.disabled_reason == "rejected.other"
    sandbox.act("onboard", account=provider.id)
    assert api.accounts.retrieve(provider.id).capabilities.transfers == "inactive"


def test_capability_can_be_asked_for_alone(api, provider):
    assert api.accounts.capabilities.retrieve(provider.id, "transfers").status == "active"


def test_accounts_are_listed_and_changed(api, provider):
    api.accounts.update(provider.id, {"metadata": {"enterprise": "7"}, "email": "a@example.org"})
    assert [account.metadata["enterprise"] for account in api.accounts.list().data] == ["7"]


def test_platforms_own_payouts_are_by_hand_until_somebody_changes_that(api, sandbox):
    assert api.accounts.retrieve_current().settings.payouts.schedule.interval == "manual"
    assert api.balance_settings.retrieve().payments.payouts.schedule.interval == "manual"
    sandbox.act("set_payouts", interval="daily")
    assert api.balance_settings.retrieve().payments.payouts.schedule.interval == "daily"
    api.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    assert api.accounts.retrieve_current().settings.payouts.schedule.interval == "manual"


def test_stranger_account_is_refused(api):
    with pytest.raises(stripe.PermissionError):
        api.balance.retrieve(options={"stripe_account": "acct_nobody"})
