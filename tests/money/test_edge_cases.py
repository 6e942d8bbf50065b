"""Every edge case of money that was named before building, and the test that holds it; what must never happen, and the tests that say so.

A name here whose test is gone, renamed or skipped is a failure. Cases that no other test held stand in `test_edge_cases_stripe.py` and
`test_edge_cases_market.py`.
"""

import inspect
import sys
from importlib import import_module
from pathlib import Path

import pytest

import tests

EDGE_CASES: dict[str, tuple[str, ...]] = {
    # --- calls to Stripe ---
    "time-out after Stripe committed": (
        "payments.test_operations.test_one_transfer_when_the_answer_takes_too_long",
        "money.test_edge_cases_stripe.test_whatever_befalls_a_transfer_and_a_refund_there_is_one_of_each",
    ),
    "killed between Stripe's commit and ours": (
        "payments.test_operations.test_killed_between_stripes_commit_and_ours_makes_one_transfer",
        "runtime.test_live_money.test_a_worker_killed_between_stripes_commit_and_ours_sends_the_money_once",
    ),
    "the same after keys were forgotten": (
        "payments.test_operations.test_killed_and_the_key_forgotten_makes_one_transfer",
        "payments.test_operations.test_one_transfer_after_stripe_forgot_the_key",
    ),
    "stored 500 over a real transfer": (
        "payments.test_operations.test_one_transfer_whatever_befalls_the_call",
        "payments.test_operations.test_a_stored_500_over_nothing_is_sent_again_once_the_key_is_forgotten",
        "contract.test_faults.test_stored_500_hides_a_real_transfer",
    ),
    "insufficient balance then top-up": ("money.test_edge_cases_stripe.test_insufficient_balance_then_top_up",),
    "same key other amount": ("payments.test_operations.test_the_same_key_with_another_sum_is_never_taken_for_done",),
    "429 storm": ("payments.test_operations.test_a_storm_of_429_ends_with_one_transfer",),
    "two workers on one operation": ("payments.test_operations.test_two_workers_on_one_operation_call_once",),
    # --- two things at once ---
    "yes racing cancel": (
        "money.test_edge_cases_market.test_yes_racing_cancel_is_one_or_the_other",
        "money.test_edge_cases_market.test_a_yes_that_pays_racing_the_money_going_back_is_one_or_the_other",
        "pooling.test_at_once.test_a_yes_and_a_question_at_once_never_move_the_same_pound",
        "marketplace.test_funding_at_once.test_a_yes_and_a_question_at_once_are_one_or_the_other",
        "payments.test_payins.test_paid_before_the_cancel_reached_stripe_is_paid",
    ),
    "yes after refund pending": ("money.test_edge_cases_market.test_yes_after_refund_pending_pays_nobody",),
    # --- webhooks ---
    "the same webhook five times at once": ("payments.test_inbox.test_the_same_event_twelve_times_at_once_has_one_effect",),
    "every permutation of refund, dispute and transfer events": (
        "payments.test_disputes.test_every_permutation_of_refund_dispute_and_transfer_events",
    ),
    "webhooks lost for four days": (
        "money.test_edge_cases_stripe.test_webhooks_lost_for_four_days_and_then_all_at_once",
        "payments.test_reconciliation.test_with_every_event_lost_it_reaches_the_same_state",
        "runtime.test_live_money.test_a_payment_of_which_every_webhook_is_lost_comes_to_the_same_end",
    ),
    "bad, old and altered signatures": ("payments.test_inbox.test_what_is_not_surely_from_stripe_stays_outside",),
    "secret rotation": (
        "payments.test_inbox.test_old_and_new_secret_both_open_during_a_change",
        "contract.test_webhooks.test_two_secrets_both_sign_while_one_is_replaced",
    ),
    # --- money in ---
    "wrong amount or currency on a payment": (
        "money.test_edge_cases_stripe.test_wrong_amount_or_currency_on_a_payment_credits_nobody",
        "payments.test_payins.test_another_sum_than_asked_for_credits_nobody_and_rings",
    ),
    "null balance transaction": ("payments.test_payins.test_a_charge_whose_balance_line_comes_late_still_clears",),
    "automatic payouts found on": (
        "payments.test_reconciliation.test_automatic_payouts_stop_releases_until_they_are_manual",
        "runtime.test_settings.test_automatic_payouts_of_our_own_balance_are_an_error",
    ),
    "lot reaching day 60, 75, 85, 88": ("payments.test_ages.test_lot_reaching_day_60_75_85_88",),
    "Bacs failing after six days": (
        "payments.test_ways.test_bacs_failing_after_six_days_leaves_the_payer_as_before_and_two_lines_that_come_to_nothing",
        "payments.test_ways.test_bacs_failing_with_every_event_lost_never_becomes_anybodys_money",
        "payments.test_late_answers.test_money_whose_bank_says_no_later_was_never_anybodys",
    ),
    "Bacs disputed after release": ("payments.test_disputes.test_bacs_disputed_after_release",),
    "bank transfer under": (
        "payments.test_payins.test_too_little_by_bank_waits_for_the_rest",
        "payments.test_ways.test_bank_transfer_under_can_be_sent_back",
    ),
    "bank transfer over": ("payments.test_ways.test_bank_transfer_over_stays_the_senders_and_goes_back_by_itself",),
    "bank transfer twice": (
        "payments.test_ways.test_bank_transfer_twice_credits_once_and_keeps_the_second_for_its_sender",
        "payments.test_back_to_the_bank.test_what_was_sent_twice_goes_back_once_and_the_first_is_paid",
    ),
    "bank transfer with a wrong reference": (
        "payments.test_ways.test_bank_transfer_with_a_wrong_reference_is_found_and_nobody_guesses",
        "payments.test_back_to_the_bank.test_what_came_with_a_wrong_reference_goes_back",
        "journeys.test_one_bank_many_people.test_a_mistyped_reference_never_pays_for_somebody_else_of_the_same_organisation",
    ),
    "one of three payers failing": (
        "journeys.test_short_way.test_a_declined_card_stops_nobody_elses_visits",
        "marketplace.test_funding.test_two_working_days_before_it_is_short_and_a_day_before_it_goes_ahead_for_who_is_covered",
    ),
    # --- disputes ---
    "dispute won": ("payments.test_disputes.test_dispute_won",),
    "partial dispute with partial refund": ("payments.test_disputes.test_partial_dispute_with_partial_refund",),
    # --- what is paid for ---
    "three of five visits accepted": ("money.test_edge_cases_market.test_three_of_five_visits_accepted_pay_three_fifths_and_the_rest_waits",),
    "every split of 1 to 10,000 pence": ("pooling.test_rules.test_every_split_of_1_to_10_000_pence_adds_up_and_is_within_a_penny_of_exact",),
    "provider replaced before delivery": (
        "money.test_edge_cases_market.test_provider_replaced_before_delivery_is_paid_with_the_same_money_and_nobody_pays_twice",
    ),
    # --- money back ---
    "two equal partial refunds minutes apart": ("payments.test_refunds.test_two_equal_refunds_minutes_apart_are_two",),
    "refund short of balance: card pending": ("money.test_edge_cases_stripe.test_refund_short_of_balance_by_card_waits_at_stripe",),
    "refund short of balance: bank fails": (
        "money.test_edge_cases_stripe.test_refund_short_of_balance_by_bank_is_refused_and_made_once_the_money_is_back",
    ),
    "refund failing weeks later": ("payments.test_refunds.test_sent_back_by_the_bank_weeks_later_it_is_theirs_again",),
    "refund after release with a crash in between": (
        "payments.test_killed_while_sent_back.test_refund_after_release_with_a_crash_in_between",
        "payments.test_recoveries.test_refund_after_release_whatever_befalls_the_call",
    ),
    "reversal beyond what is left": ("payments.test_recoveries.test_reversal_beyond_what_is_left",),
    "a refund made by hand in the dashboard": ("payments.test_reconciliation.test_a_refund_by_hand_is_found_and_its_council_named",),
    # --- providers' accounts ---
    "capability lost and regained": (
        "payments.test_payees.test_readiness_is_lost_and_regained_with_the_capability",
        "payments.test_operations.test_a_lost_capability_waits_in_out_until_it_is_back_under_a_new_key",
        "payments.test_remittances.test_it_waits_until_the_payee_is_ready",
    ),
    "account rejected while money is held": (
        "money.test_edge_cases_stripe.test_account_rejected_while_money_is_held",
        "money.test_edge_cases_stripe.test_account_rejected_while_money_is_owed",
        "payments.test_remittances.test_given_up_by_two_it_stays_owed",
        "payments.test_given_up.test_two_people_let_it_go_out_after_all",
        "payments.test_given_up.test_paid_by_hand_instead_nobody_owes_anybody",
    ),
    "link reused": (
        "contract.test_accounts.test_link_opens_once",
        "contract.test_accounts.test_finished_link_cannot_be_finished_again",
        "payments.test_payees.test_asked_twice_they_have_one_account_and_two_links",
    ),
    "payout failing after paid": ("money.test_edge_cases_stripe.test_payout_failing_after_paid_posts_nothing_and_sends_nothing_again",),
    "bank details changed": (
        "payments.test_remittances.test_it_waits_five_working_days_after_bank_details_changed_even_if_no_event_said_so",
        "payments.test_remittances.test_what_was_planned_before_bank_details_changed_waits_like_the_rest",
        "payments.test_risk.test_the_first_payment_to_changed_bank_details_is_cut_to_the_cap",
    ),
    # --- reconciliation ---
    "an unexplained line": ("payments.test_reconciliation.test_a_line_nobody_can_explain_goes_to_suspense_rings_and_stops_releases",),
    "reconciliation run twice": ("payments.test_reconciliation.test_twice_is_once",),
    "reconciliation overlapping": ("payments.test_reconciliation.test_side_by_side_is_once",),
    "reconciliation killed mid-page": (
        "payments.test_reconciliation.test_killed_between_pages_it_goes_on",
        "money.test_kill.test_check_books_and_reconcile_killed_over_and_over_end_with_a_clean_run",
    ),
    "more than one page of anything": (
        "payments.test_reconciliation.test_more_than_one_page_first_and_later",
        "payments.test_more_than_a_page.test_a_transfer_behind_a_page_of_its_group_is_found",
        "payments.test_more_than_a_page.test_a_refund_behind_a_page_of_its_charge_is_found",
        "payments.test_more_than_a_page.test_a_transfer_taken_back_behind_a_page_of_its_transfer_is_found",
        "contract.test_requests.test_pages_hold_every_line_once",
    ),
    # --- the rest ---
    "both clock changes": (
        "money.test_edge_cases_market.test_both_clock_changes_keep_the_hour_on_the_wall",
        "payments.test_ages.test_the_clock_runs_from_the_charge_in_london_days",
        "marketplace.test_rules.test_the_clocks_going_forward_do_not_move_a_visit_to_another_day",
    ),
    "silly amounts": (
        "payments.test_payins.test_silly_amounts_are_refused_in_words",
        "contract.test_transfers.test_silly_amounts_are_refused",
    ),
    "a live key in the wrong place": (
        "runtime.test_settings.test_settings_that_would_risk_money_are_errors",
        "runtime.test_settings.test_the_web_server_does_not_start_with_settings_that_risk_money",
        "payments.test_inbox.test_live_events_do_not_enter_a_test_house",
        "contract.test_requests.test_live_key_is_refused",
    ),
    "fifty random restarts in a 200-award run": (
        "money.test_awards.test_fifty_random_restarts_in_a_200_award_run_end_with_equal_books_here_five_in_twelve",
    ),
}

MUST_NEVER_HAPPEN: dict[str, tuple[str, ...]] = {
    "money made or lost, or people's money without cover": (
        "payments.test_histories.test_no_history_makes_or_loses_a_penny",
        "money.test_cover_at_every_commit.test_everybodys_money_is_covered_after_every_journal_of_the_story",
        "payments.test_disputes.test_where_float_can_not_stand_in_for_it_nothing_goes_out_until_a_top_up",
        "money.test_worked_journal.test_the_platforms_float_never_pays_what_it_does_not_have",
    ),
    "a balance below its floor; two of what should be one": (
        "money.test_many_at_once.test_of_twelve_spends_of_thirty_pounds_from_a_hundred_exactly_three_succeed",
        "marketplace.test_funding_at_once.test_twelve_yeses_at_once_pay_once",
        "payments.test_payins.test_two_clicks_at_once_are_one_payment",
        "payments.test_refunds.test_one_refund_whatever_befalls_the_call",
        "pooling.test_holds.test_a_thing_is_paid_for_once",
    ),
    "a state that says money moved without its journal": (
        "marketplace.test_funding.test_the_database_refuses_a_state_that_claims_money_moved_without_its_journal",
        "pooling.test_holds.test_no_row_names_a_journal_that_is_not_in_the_book",
        "pooling.test_holds.test_the_proof_finds_a_row_that_says_something_else_than_the_book",
    ),
    "a member charged more than agreed or for somebody else; a leaver's money sent elsewhere": (
        "pooling.test_calls.test_calls_never_exceed_what_was_said_yes_to",
        "marketplace.test_funding.test_nobody_is_ever_asked_for_more_than_their_ceiling",
        "payments.test_remittances.test_nobody_elses_lot_pays",
        "pooling.test_going_home.test_free_money_goes_home_by_the_lots_it_came_in_by",
    ),
    "somebody else saying for a payer that it happened; one person for two": (
        "marketplace.test_saying.test_nobody_but_the_payer_says_that_it_happened",
        "marketplace.test_deciding.test_one_person_cannot_do_both_halves",
        "marketplace.test_a_human_asks.test_a_holder_whose_staff_works_for_the_provider_may_not",
        "marketplace.test_deciding.test_who_looks_after_that_money_may_decide_with_an_operator_unless_the_payee_is_itself",
    ),
    "money released without checks, to new bank details, or while two people hold it": (
        "marketplace.test_saying.test_a_check_found_not_to_have_been_live_on_the_day_stops_its_pay",
        "marketplace.test_saying.test_a_check_that_lapsed_after_the_visit_does_not_stop_its_pay",
        "payments.test_remittances.test_it_waits_five_working_days_after_bank_details_changed_even_if_no_event_said_so",
        "payments.test_remittances.test_two_people_hold_it_and_let_it_go_on",
        "marketplace.test_deciding.test_two_people_hold_back_money_that_is_about_to_be_paid",
    ),
    "a lot older than 90 days without a decision": ("payments.test_ages.test_a_lot_over_90_days_without_a_decision_rings_once_and_is_in_the_proof",),
    "another's data in a page, a feed or a field at Stripe": (
        "architecture.test_roles_and_routes.test_each_gets_what_is_theirs",
        "api.test_roles_and_routes.test_a_row_that_is_somebody_s_is_not_there_for_others",
        "payments.test_payins.test_nothing_of_care_or_names_is_told_to_stripe",
    ),
    "more than the most it can cost; silence paying what it may not": (
        "marketplace.test_rules.test_stopping_never_costs_more_than_the_most",
        "marketplace.test_rules.test_silence_never_pays_more_than_the_limits_whatever_else_is_true",
        "marketplace.test_signing.test_a_price_that_does_not_divide_costs_nobody_more_than_their_ceiling",
    ),
}


NOT_RUN = frozenset({"skip", "skipif", "xfail"})


def marks_of(thing: object) -> set[str]:
    """A module's `pytestmark` may be one mark or a list of them."""
    found = getattr(thing, "pytestmark", [])
    return {mark.name for mark in (found if isinstance(found, list | tuple) else [found])}


def why_not(name: str) -> str:
    """Why a test of this name does not run; "" where it does."""
    module_name, _, function = name.rpartition(".")
    try:
        module = import_module(f"tests.{module_name}")
    except pytest.skip.Exception:  # `pytest.skip(allow_module_level=True)`, `importorskip`: here it would skip this very test
        return f"{name} does not run: its module is skipped."
    found = getattr(module, function, None)
    if not inspect.isfunction(found):
        return f"{name} is not there."
    is_off = NOT_RUN & (marks_of(found) | marks_of(module)) or not getattr(module, "__test__", True) or not getattr(found, "__test__", True)
    return f"{name} does not run." if is_off else ""


@pytest.mark.parametrize("case", [*EDGE_CASES, *MUST_NEVER_HAPPEN])
def test_named_case_has_a_test_that_is_there_and_runs(case: str) -> None:
    assert [why for name in (EDGE_CASES | MUST_NEVER_HAPPEN)[case] if (why := why_not(name))] == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def test_it(): pass", ""),
        ("import pytest\npytestmark = [pytest.mark.live]\ndef test_it(): pass", ""),
        ("def test_other(): pass", "is not there."),
        ("import pytest\n@pytest.mark.skip\ndef test_it(): pass", "does not run."),
        ("import pytest\npytestmark = pytest.mark.skip\ndef test_it(): pass", "does not run."),
        ("import pytest\npytestmark = [pytest.mark.live, pytest.mark.xfail]\ndef test_it(): pass", "does not run."),
        ("import pytest\npytest.skip('for now', allow_module_level=True)", "does not run: its module is skipped."),
        ("import pytest\npytest.importorskip('nothing_of_this_name')", "does not run: its module is skipped."),
        ("__test__ = False\ndef test_it(): pass", "does not run."),
    ],
)
def test_a_test_that_is_turned_off_in_any_way_is_noticed(source: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made_up.py").write_text(source)
    monkeypatch.setattr(tests, "__path__", [*tests.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "tests.made_up", raising=False)
    assert why_not("made_up.test_it") == (says and f"made_up.test_it {says}")


def test_no_case_is_named_twice_and_none_without_a_test() -> None:
    assert not EDGE_CASES.keys() & MUST_NEVER_HAPPEN.keys()
    assert (len(EDGE_CASES), len(MUST_NEVER_HAPPEN)) == (52, 9)
    assert all({**EDGE_CASES, **MUST_NEVER_HAPPEN}.values())
