"""The worked journal of docs/money.md, row by row: one £240.00 piece of work, three equal payers, part of it delivered."""

import pytest

from ledger import selectors
from ledger.services.accounts import Account
from ledger.services.journals import NotEnough, post
from ledger.services.proof import prove
from tests.ledger.book import BANK, CLEAR, DUE, FEE_COST, FLOAT, OUT, SOUTHWARK, A, B, C, H, hold, holds, journal, reserve, share

pytestmark = pytest.mark.django_db
EVERYBODY = (A, B, C)


def pending(owner: str) -> Account:
    return Account("PENDING", SOUTHWARK, owner)


def dispute(owner: str) -> Account:
    return Account("DISPUTE", SOUTHWARK, f"hold:1/{owner}")


def book(*transfers):
    """Posts one event; after every one people's money is covered and the book is right."""
    posted = post(journal(*transfers))
    assert prove("default") == []
    return posted


def top_up(pence=1000):
    book((BANK, FLOAT, pence))


def pay_by_card(owner, pence=8000):
    book((CLEAR, pending(owner), pence))


def becomes_available(owner, pence=8000, fee=140):
    book((BANK, CLEAR, pence), (pending(owner), share(owner), pence), (FEE_COST, BANK, fee), (FLOAT, FEE_COST, fee))


def fund(*owners):
    book(*[(share(o), reserve(o), 8000) for o in owners], *[(reserve(o), hold(o), 8000) for o in owners])


def everybody_paid_and_held():
    top_up()
    for owner in EVERYBODY:
        pay_by_card(owner)
        becomes_available(owner)
    fund(*EVERYBODY)


def test_a_top_up_is_the_platforms_own_money():
    top_up()
    holds((BANK, 1000), (FLOAT, 1000))


def test_a_card_payment_can_not_be_spent_before_it_is_available():
    top_up()
    pay_by_card(B)
    holds((CLEAR, 8000), (pending(B), 8000), (share(B), 0))
    with pytest.raises(NotEnough):
        fund(B)


def test_once_available_all_of_it_is_the_members_and_the_float_pays_the_fee():
    top_up()
    pay_by_card(B)
    becomes_available(B)
    holds((BANK, 8860), (CLEAR, 0), (pending(B), 0), (share(B), 8000), (FEE_COST, 0), (FLOAT, 860))


def test_funding_needs_everybody_of_the_journal():
    everybody_paid_and_held()
    holds(*[(share(o), 0) for o in EVERYBODY], *[(reserve(o), 0) for o in EVERYBODY], *[(hold(o), 8000) for o in EVERYBODY])
    assert selectors.balance(BANK) == 24580


def test_two_yeses_pay_two_thirds_and_the_third_stays_held():
    everybody_paid_and_held()
    book((hold(A), DUE, 2000), (hold(B), DUE, 2000))
    holds((hold(A), 6000), (hold(B), 6000), (hold(C), 8000), (DUE, 4000))


def test_a_questioned_part_waits_until_it_is_agreed():
    everybody_paid_and_held()
    book((hold(A), DUE, 2000), (hold(B), DUE, 2000))
    book((hold(C), dispute(C), 2000))
    holds((hold(C), 6000), (dispute(C), 2000), (DUE, 4000))
    book((dispute(C), DUE, 2000))
    holds((dispute(C), 0), (DUE, 6000))


def test_the_rest_goes_back_and_the_provider_is_paid():
    everybody_paid_and_held()
    book((hold(A), DUE, 2000), (hold(B), DUE, 2000))
    book((hold(C), dispute(C), 2000))
    book((dispute(C), DUE, 2000))
    book(*[(hold(o), share(o), 6000) for o in EVERYBODY])
    holds(*[(share(o), 6000) for o in EVERYBODY], *[(hold(o), 0) for o in EVERYBODY])
    book((DUE, OUT, 6000))
    holds((DUE, 0), (OUT, -6000), (BANK, 24580))
    book((OUT, BANK, 6000))
    holds((OUT, 0), (BANK, 18580), (FLOAT, 580), *[(share(o), 6000) for o in EVERYBODY])
    with pytest.raises(NotEnough):
        book((DUE, OUT, 1))


def test_by_order_the_money_goes_from_available_to_due_in_one_journal():
    top_up()
    pay_by_card(H)
    becomes_available(H)
    book((share(H), reserve(H), 8000), (reserve(H), hold(H), 8000), (hold(H), DUE, 8000))
    holds((share(H), 0), (reserve(H), 0), (hold(H), 0), (DUE, 8000))


def test_the_platforms_float_never_pays_what_it_does_not_have():
    top_up(100)
    pay_by_card(B)
    with pytest.raises(NotEnough) as refusal:
        becomes_available(B)
    assert (refusal.value.account, refusal.value.available_pence) == (FLOAT, 100)
    holds((CLEAR, 8000), (pending(B), 8000), (share(B), 0), (BANK, 100))


def test_an_event_over_two_councils_is_one_journal_each_under_one_group():
    import uuid

    group = uuid.uuid4()
    lambeth = [Account(code, "E09000022", owner) for code, owner in (("BANK", ""), ("SHARE", A))]
    post(journal((BANK, share(A), 10), group_key=group))
    post(journal((lambeth[0], lambeth[1], 10), council="E09000022", group_key=group))
    assert prove("default") == []
