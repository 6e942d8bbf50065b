import uuid
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import models
from ledger.services.accounts import Account
from ledger.services.journals import Journal, KeyReused, NotEnough, OverReversed, Posted, Refused, post, post_many
from tests.ledger.book import AT, BANK, CLEAR, DUE, FLOAT, LAMBETH, SOUTHWARK, A, B, hold, holds, journal, pay_in, share

pytestmark = pytest.mark.django_db


def one(asked: Journal) -> Posted | Refused:
    try:
        return post(asked)
    except Refused as refused:
        return refused


def in_a_set(asked: Journal) -> Posted | Refused:
    [result] = post_many([asked])
    return result


@pytest.fixture(params=[one, in_a_set], ids=["one", "set"])
def way(request):
    return request.param


def reasons(results):
    return [result.reason if isinstance(result, Refused) else ("replayed" if result.replayed else "posted") for result in results]


def test_a_transfer_writes_both_sides_balances_and_versions(way):
    pay_in(1000)
    way(journal((share(), hold(), 300), kind="place", actor="person:1", reason="she asked", about="hold:1"))
    row = models.Transfer.objects.get(debit=share().number)
    assert (row.pence, row.debit_after, row.debit_version, row.credit_after, row.credit_version) == (300, 700, 2, 300, 1)
    written = models.Journal.objects.get(pk=row.journal_id)
    assert (written.kind, written.actor, written.reason, written.about, written.effective_at) == ("place", "person:1", "she asked", "hold:1", AT)
    assert written.council == SOUTHWARK
    assert written.recorded_at > AT
    holds((BANK, 1000), (share(), 700), (hold(), 300))


def test_a_floor_is_kept_and_the_refusal_says_what_is_left(way):
    pay_in(1000)
    refused = way(journal((share(), hold(), 1001)))
    assert isinstance(refused, NotEnough)
    assert (refused.reason, refused.account, refused.available_pence) == ("not_enough", share(), 1000)
    assert isinstance(way(journal((share(), hold(), 1000))), Posted)
    assert isinstance(way(journal((FLOAT, share(), 1))), NotEnough)


def test_a_floor_is_kept_by_every_transfer_of_a_journal_in_order():
    pay_in(1000)
    back_and_forth = [(share(), hold(), 600), (hold(), share(), 600), (share(), hold(), 600)]
    assert isinstance(post(journal(*back_and_forth)), Posted)
    refused = one(journal((share(), hold(), 600), (BANK, share(), 600)))
    assert refused.reason == "not_enough"
    holds((share(), 400), (hold(), 600))


def test_money_at_stripe_may_go_either_way(way):
    way(journal((CLEAR, BANK, 700)))
    holds((CLEAR, 700), (BANK, -700))


@pytest.mark.parametrize("pence", [0, -1, -(2**63), 10**12 + 1, 2**63 - 1, 2**63, 10**30])
def test_silly_amounts_are_refused(way, pence):
    result = way(journal((BANK, share(), pence)))
    assert (result.reason, result.account) == ("amount", BANK)
    assert models.Journal.objects.count() == 0


@pytest.mark.parametrize("pence", [1.0, "100", True, None])
def test_only_whole_numbers_are_money(way, pence):
    with pytest.raises(TypeError, match="whole number"):
        way(journal((BANK, share(), pence)))


@pytest.mark.django_db(transaction=True)
def test_a_balance_never_nears_the_end_of_the_numbers(way, owner_cursor):
    pay_in(5)
    owner_cursor.execute("update ledger_account set balance = 1000000000000000000 - 10 where id = %s", [share().number])
    assert isinstance(way(journal((BANK, share(), 10))), Posted)
    assert way(journal((BANK, share(), 1))).reason == "too_large"


def test_a_journal_stays_in_one_council(way):
    abroad = share(B, LAMBETH)
    refused = way(journal((BANK, abroad, 100)))
    assert (refused.reason, refused.account) == ("council", abroad)
    assert way(journal((BANK, share(), 100), council=LAMBETH)).reason == "council"
    assert isinstance(way(journal((Account("BANK", LAMBETH), abroad, 100), council=LAMBETH)), Posted)


def test_units_never_convert(way):
    refused = way(journal((BANK, Account("TIME", SOUTHWARK, "person:1", "TIME"), 60)))
    assert refused.reason == "unit"


def test_an_account_can_not_pay_itself(way):
    assert way(journal((BANK, BANK, 5))).reason == "same_account"


def test_a_journal_is_never_empty(way):
    assert way(journal()).reason == "empty"
    assert reasons(post_many([journal((BANK, share(), 1)), journal(), journal((BANK, share(), 1))])) == ["posted", "empty", "posted"]


def test_a_journal_can_only_take_back_one_that_is_there(way):
    assert way(journal((BANK, share(), 5), reverses=uuid.uuid4())).reason == "reverses_unknown"
    first = pay_in(5)
    assert isinstance(way(journal((share(), BANK, 5), reverses=first.key)), Posted)


def test_what_is_taken_back_is_at_most_what_was_moved(way):
    pay_in(1000)
    placed = post(journal((share(), hold(), 300), (share(), hold(), 100))).key
    assert isinstance(way(journal((hold(), share(), 250), reverses=placed)), Posted)
    post(journal((share(), hold(), 500)))
    refused = way(journal((hold(), share(), 151), reverses=placed))
    assert isinstance(refused, OverReversed)
    assert (refused.account, refused.available_pence) == (hold(), 150)
    assert isinstance(way(journal((hold(), share(), 100), (hold(), share(), 50), reverses=placed)), Posted)
    assert way(journal((hold(), share(), 1), reverses=placed)).available_pence == 0
    holds((share(), 500), (hold(), 500))


def test_only_a_pair_of_the_journal_the_other_way_round_takes_it_back(way):
    pay_in(1000)
    placed = post(journal((share(), hold(), 300))).key
    for wrong in [(share(), hold(), 1), (hold(), BANK, 1), (hold(), share(B), 1)]:
        assert way(journal((hold(), share(), 1), wrong, reverses=placed)).reason == "not_a_reversal"
    holds((share(), 700), (hold(), 300))


def test_taking_back_what_took_back_is_bounded_too(way):
    pay_in(1000)
    placed = post(journal((share(), hold(), 300))).key
    back = way(journal((hold(), share(), 200), reverses=placed)).key
    assert isinstance(way(journal((share(), hold(), 200), reverses=back)), Posted)
    assert way(journal((share(), hold(), 1), reverses=back)).reason == "over_reversed"
    assert way(journal((hold(), share(), 101), reverses=placed)).reason == "over_reversed"


def test_items_of_one_set_share_what_may_be_taken_back():
    pay_in(1000)
    placed = post(journal((share(), hold(), 300))).key
    asked = [journal((hold(), share(), pence), reverses=placed) for pence in (200, 101, 100, 1)]
    assert reasons(post_many(asked)) == ["posted", "over_reversed", "posted", "over_reversed"]
    assert reasons(post_many(asked)) == ["replayed", "over_reversed", "replayed", "over_reversed"]


def test_a_silly_amount_takes_nothing_back(way):
    pay_in(1000)
    placed = post(journal((share(), hold(), 300))).key
    assert way(journal((hold(), share(), -5), reverses=placed)).reason == "amount"
    assert way(journal((hold(), share(), 300), (hold(), share(), -200), reverses=placed)).reason == "amount"


def test_the_same_key_and_content_gives_the_first_outcome(way):
    asked = journal((BANK, share(), 500), reason="first")
    first, second = way(asked), way(asked)
    assert (first.replayed, second.replayed) == (False, True)
    assert first.journal_id == second.journal_id
    later = asked._replace(effective_at=AT + timedelta(days=1), reason="again", actor="person:2")
    assert way(later).replayed is True
    assert models.Journal.objects.get().reason == "first"
    holds((share(), 500))


def test_both_ways_of_posting_know_each_others_keys():
    first, second = journal((BANK, share(), 500)), journal((BANK, share(), 500))
    post(first)
    post_many([second])
    assert reasons(post_many([first])) == ["replayed"]
    assert post(second).replayed is True


@pytest.mark.parametrize(
    "change",
    [
        {"transfers": journal((BANK, share(), 501)).transfers},
        {"transfers": journal((BANK, share(B), 500)).transfers},
        {"transfers": journal((BANK, share(), 500), (BANK, share(), 500)).transfers},
        {"kind": "other"},
        {"about": "other"},
        {"group_key": uuid.uuid4()},
    ],
    ids=["amount", "account", "length", "kind", "about", "group"],
)
def test_the_same_key_for_something_else_is_an_error(way, change):
    asked = journal((BANK, share(), 500))
    way(asked)
    assert isinstance(way(asked._replace(**change)), KeyReused)
    holds((share(), 500), (share(B), 0))


def test_a_refused_key_may_be_used_once_there_is_money(way):
    asked = journal((share(), hold(), 500))
    assert isinstance(way(asked), NotEnough)
    pay_in(500)
    assert isinstance(way(asked), Posted)


def test_one_refused_item_does_not_fail_the_others():
    pay_in(1000)
    known = journal((BANK, share(), 5))
    post(known)
    asked = [
        journal((share(), hold(), 600)),
        journal((share(), hold(), 600)),
        known,
        journal((share(), hold(), 100), (share(), hold(), 400)),
        journal((BANK, share(B, LAMBETH), 1)),
        journal((share(), hold(), 405)),
        known._replace(kind="other"),
    ]
    assert reasons(post_many(asked)) == ["posted", "not_enough", "replayed", "not_enough", "council", "posted", "key_reused"]
    holds((share(), 0), (hold(), 1005))


def test_a_key_twice_in_one_set_is_one_journal():
    asked = journal((BANK, share(), 500))
    assert reasons(post_many([asked, asked, asked._replace(kind="other")])) == ["posted", "replayed", "key_reused"]
    holds((share(), 500))


def test_a_later_item_may_spend_what_an_earlier_one_brought():
    assert reasons(post_many([journal((BANK, share(), 5)), journal((share(), hold(), 5))], linked=True)) == ["posted", "posted"]


def test_linked_items_fall_together_and_the_guilty_one_says_why():
    pay_in(1000)
    known = journal((BANK, share(), 5))
    post(known)
    asked = [journal((share(), hold(), 600)), known, journal((share(), hold(), 600)), journal((share(), hold(), 1))]
    assert reasons(post_many(asked, linked=True)) == ["linked", "replayed", "not_enough", "linked"]
    holds((share(), 1005), (hold(), 0))
    assert reasons(post_many([asked[0], asked[3]], linked=True)) == ["posted", "posted"]
    assert reasons(post_many([asked[0], asked[3]], linked=True)) == ["replayed", "replayed"]


def test_more_than_a_set_goes_in_sets_and_linked_ones_do_not():
    many = [journal((BANK, share(), 1)) for _ in range(450)]
    assert reasons(post_many(many)) == ["posted"] * 450
    holds((share(), 450))
    with pytest.raises(ValueError, match="at most 200"):
        post_many(many, linked=True)
    assert post_many([]) == []


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        post(journal((BANK, share(), 1), effective_at=datetime(2026, 3, 2)))


def test_a_refusal_is_a_sentence_for_people():
    with pytest.raises(NotEnough) as refusal:
        post(journal((share(), hold(), 1)))
    assert "not enough money" in refusal.value.sentence
    assert refusal.value.code == "not_enough_money"


def _raw(**changes):
    """ledger_post_many asked by hand, as a careless caller would."""
    asked = {
        "keys": [uuid.uuid4(), uuid.uuid4()], "kinds": ["a", "b"], "councils": [SOUTHWARK] * 2, "at": [AT] * 2, "actors": ["", ""],
        "reasons": ["", ""], "abouts": ["", ""], "reverses": [None, None], "groups": [None, None], "item": [1, 2],
        "debits": [BANK.number] * 2, "credits": [share().number] * 2, "pence": [5, 5], **changes,
    }  # fmt: skip
    casts = ["uuid", "text", "text", "timestamptz", "text", "text", "text", "uuid", "uuid", "integer", "bigint", "bigint", "bigint"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"select outcome from ledger_post_many({', '.join(f'%s::{cast}[]' for cast in casts)}, false)", list(asked.values()))
        return [outcome for (outcome,) in cursor.fetchall()]


@pytest.mark.parametrize(
    "changes",
    [
        {"item": [2, 1]}, {"item": [1, 3]}, {"item": [1]}, {"kinds": ["a"]}, {"kinds": ["a", None]}, {"pence": [5, None]}, {"debits": [BANK.number]},
        {"keys": [uuid.uuid4(), None]}, {"keys": []}, {"keys": None}, {"at": [AT, None]}, {"item": [1, None]}, {"abouts": ["", None]},
        {"debits": [BANK.number, None]}, {"councils": None},
    ],
)  # fmt: skip
def test_a_badly_shaped_set_is_refused_whole(changes):
    pay_in(1)
    with pytest.raises(DatabaseError):
        _raw(**changes)
    holds((share(), 1))


def test_an_unknown_account_stops_the_whole_set_before_anything_is_written():
    assert _raw() == ["unknown_account", "unknown_account"]
    pay_in(1)
    assert _raw(credits=[share().number, 7]) == ["unknown_account", "unknown_account"]
    assert _raw() == ["posted", "posted"]


def test_journals_with_many_lines_of_many_people_add_up():
    pay_in(500, A)
    pay_in(700, B)
    post(journal((share(A), hold(A), 100), (share(B), hold(B), 200), (hold(A), DUE, 100), (hold(B), DUE, 150)))
    holds((share(A), 400), (share(B), 500), (hold(A), 0), (hold(B), 50), (DUE, 250))
