"""What every request meets: the contract, expanding, paging, filters, keys."""

import threading

import pytest
import stripe

from payments.sandbox import operations
from payments.sandbox.errors import StripeError
from payments.sandbox.forms import decode
from payments.sandbox.registry import OPERATIONS
from tests.contract.conftest import pay_by_card, top_up
from tests.sandbox_process import KEY

assert operations.__all__, "importing them registers them"


def refused(call, *args, **options):
    with pytest.raises(stripe.StripeError) as error:
        call(*args, **options)
    return error.value


@pytest.mark.parametrize("path", sorted(path for method, path in OPERATIONS if method == "GET" and "{" not in path))
def test_everything_that_can_be_listed_is(sandbox, connect, path):
    answer = connect(sandbox).raw_request("get", path)
    assert answer.data


def test_unknown_parameter_is_refused(api):
    error = refused(api.customers.create, {"nickname": "Mina"})
    assert (error.http_status, error.code, error.param) == (400, "parameter_unknown", "nickname")


def test_unknown_parameter_deep_inside_is_refused(api):
    error = refused(api.accounts.create, {"controller": {"fees": {"payer": "application", "payee": "x"}}})
    assert (error.code, error.param) == ("parameter_unknown", "controller[fees][payee]")


def test_field_without_a_name_is_refused():
    with pytest.raises(StripeError, match="unknown parameter"):
        decode("=1")


def test_missing_parameter_is_refused(api):
    error = refused(api.payment_intents.create, {"amount": 100})
    assert (error.code, error.param) == ("parameter_missing", "currency")


@pytest.mark.parametrize("amount", ["a lot", "1.5", "", "１２"])
def test_amount_that_is_no_integer_is_refused(api, amount):
    assert refused(api.payment_intents.create, {"amount": amount, "currency": "gbp"}).code == "parameter_invalid_integer"


def test_word_outside_the_list_is_refused(api):
    assert refused(api.refunds.create, {"charge": "ch_1", "reason": "because"}).param == "reason"


def test_operation_that_is_not_played_is_said_so(api):
    assert refused(api.invoices.list).http_status == 404


def test_live_key_is_refused(sandbox):
    http = stripe.RequestsClient()
    live = stripe.StripeClient(KEY.replace("test", "live"), base_addresses={"api": sandbox.url}, http_client=http)
    assert isinstance(refused(live.v1.balance.retrieve), stripe.AuthenticationError)
    http.close()


def test_fields_in_brackets_are_read():
    assert decode("a[b][0]=c&a[b][1]=d&e=f") == {"a": {"b": {"0": "c", "1": "d"}}, "e": "f"}
    assert decode("expand[]=x&expand[]=y") == {"expand": {"0": "x", "1": "y"}}


def test_expanding_goes_through_lists_and_refuses_nonsense(api):
    pay_by_card(api)
    page = api.charges.list({"expand": ["data.balance_transaction", "data.payment_intent"]})
    assert page.data[0].balance_transaction.fee == 140
    assert page.data[0].payment_intent.status == "succeeded"
    assert refused(api.charges.list, {"expand": ["data.nonsense"]}).param == "expand"


def test_metadata_keys_are_added_and_taken_away(api, provider):
    api.accounts.update(provider.id, {"metadata": {"a": "1", "b": "2"}})
    assert api.accounts.update(provider.id, {"metadata": {"a": ""}}).metadata.to_dict() == {"b": "2"}


def test_pages_hold_every_line_once(api, sandbox, provider):
    top_up(api, sandbox)
    for _ in range(23):
        api.transfers.create({"amount": 10, "currency": "gbp", "destination": provider.id})
    for size in (1, 7, 24, 100):
        ids = [line.id for line in api.balance_transactions.list({"limit": size}).auto_paging_iter()]
        assert len(ids) == len(set(ids)) == 24
    newest = api.balance_transactions.list({"limit": 3}).data
    back = api.balance_transactions.list({"limit": 2, "ending_before": newest[2].id})
    assert [line.id for line in back.data] == [newest[0].id, newest[1].id]
    assert not back.has_more


def test_lines_are_found_by_source_type_and_time(api, sandbox):
    charge = pay_by_card(api).latest_charge
    later = sandbox.control("clock", {"seconds": 1000})["now"]
    api.topups.create({"amount": 100, "currency": "gbp"})
    assert api.balance_transactions.list({"source": charge}).data[0].type == "charge"
    assert [line.type for line in api.balance_transactions.list({"type": "topup"}).data] == ["topup"]
    assert [line.type for line in api.balance_transactions.list({"created": {"gte": later}}).data] == ["topup"]
    assert [line.type for line in api.balance_transactions.list({"created": {"lt": later}}).data] == ["charge"]


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_page_size_has_limits(api, limit):
    assert refused(api.charges.list, {"limit": limit}).param == "limit"


def test_objects_of_one_account_are_not_anothers(api, provider):
    charge = pay_by_card(api).latest_charge
    assert refused(api.charges.retrieve, charge, options={"stripe_account": provider.id}).code == "resource_missing"


def test_nothing_is_live(api):
    intent = pay_by_card(api)
    assert intent.livemode is False
    assert all(event.livemode is False for event in api.events.list().data)


# --- idempotency ---


def test_same_key_gives_the_first_answer(api, sandbox):
    asked = {"amount": 1000, "currency": "gbp"}
    first = api.topups.create(asked, {"idempotency_key": "op-1-1"})
    again = api.topups.create(asked, {"idempotency_key": "op-1-1"})
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(api.topups.list().data) == 1


def test_same_key_for_something_else_is_an_error(api):
    api.topups.create({"amount": 1000, "currency": "gbp"}, {"idempotency_key": "op-1-1"})
    error = refused(api.topups.create, {"amount": 1001, "currency": "gbp"}, {"idempotency_key": "op-1-1"})
    assert isinstance(error, stripe.IdempotencyError)
    assert error.http_status == 400


def test_refusal_of_the_work_is_stored_and_of_the_form_is_not(api, sandbox, provider):
    sandbox.control("settings", {"topup_seconds": 3600})
    asked = {"amount": 1000, "currency": "gbp", "destination": provider.id}
    assert refused(api.transfers.create, asked, {"idempotency_key": "short"}).code == "balance_insufficient"
    api.topups.create({"amount": 1000, "currency": "gbp"})
    sandbox.move_clock(seconds=3600)  # not a whole day: keys are forgotten then
    assert refused(api.transfers.create, asked, {"idempotency_key": "short"}).code == "balance_insufficient"
    assert refused(api.transfers.create, asked | {"nonsense": "1"}, {"idempotency_key": "form"}).code == "parameter_unknown"
    assert api.transfers.create(asked, {"idempotency_key": "form"}).amount == 1000


def test_declined_card_is_stored_too(api):
    asked = {"amount": 8000, "currency": "gbp", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    for _ in range(2):
        assert refused(api.payment_intents.create, asked, {"idempotency_key": "card"}).code == "card_declined"
    assert len(api.payment_intents.list().data) == 1


@pytest.mark.parametrize("how", ["after a day", "told to"])
def test_forgotten_key_does_the_work_again(api, sandbox, how):
    asked = {"amount": 1000, "currency": "gbp"}
    api.topups.create(asked, {"idempotency_key": "op-1-1"})
    if how == "told to":
        assert sandbox.control("forget_keys", {})["forgotten"] == 1
    else:
        sandbox.move_clock(days=1)
    api.topups.create(asked, {"idempotency_key": "op-1-1"})
    assert len(api.topups.list().data) == 2


def test_same_key_at_the_same_moment_is_a_conflict(api, sandbox, connect):
    sandbox.fault("slow", "/v1/topups", seconds=2)
    asked, options = {"amount": 1000, "currency": "gbp"}, {"idempotency_key": "op-1-1"}
    slow = connect(sandbox).v1
    thread = threading.Thread(target=slow.topups.create, args=(asked, options))
    thread.start()
    while sandbox.control("faults")["faults"]:
        pass  # until the slow one is inside
    error = refused(api.topups.create, asked, options)
    thread.join()
    assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
    assert api.topups.create(asked, options).amount == 1000
    assert len(api.topups.list().data) == 1


def test_twelve_at_once_under_one_key_do_the_work_once(api, sandbox, connect):
    answers = []

    def ask():
        try:
            answers.append(connect(sandbox).v1.topups.create({"amount": 1000, "currency": "gbp"}, {"idempotency_key": "op-1-1"}).id)
        except stripe.APIError as error:
            answers.append(error.http_status)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = api.topups.list().data
    assert len(made) == 1
    assert len(answers) == 12
    assert set(answers) <= {made[0].id, 409}


def test_many_at_once_under_keys_of_their_own_are_all_done(api, sandbox, connect, provider):
    top_up(api, sandbox)

    def ask(client):
        for _ in range(10):
            client.transfers.create({"amount": 10, "currency": "gbp", "destination": provider.id})

    threads = [threading.Thread(target=ask, args=(connect(sandbox).v1,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(api.transfers.list({"limit": 100}).auto_paging_iter())) == 60
    assert api.balance.retrieve().available[0].amount == 100_000 - 600


def test_keys_of_two_accounts_do_not_meet(api, sandbox, provider):
    top_up(api, sandbox)
    api.transfers.create({"amount": 5000, "currency": "gbp", "destination": provider.id})
    asked = {"amount": 10, "currency": "gbp"}
    ours = api.payouts.create(asked, {"idempotency_key": "k"})
    theirs = api.payouts.create(asked, {"idempotency_key": "k", "stripe_account": provider.id})
    assert ours.id != theirs.id
