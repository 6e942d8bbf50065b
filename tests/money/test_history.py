"""Many clients at once, some cut off in the middle: can what they were told be true? And does the judge see it when it cannot?"""

import uuid
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from config.torture.history import Clients, end_connections, read_book
from config.torture.judging import Asked, Book, Line, judge
from ledger.services.accounts import Account
from ledger.services.proof import prove
from tests.ledger.book import BANK, A, B, hold, journal, share

# --- the book's own answers ---


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("seed", [1, 2])
def test_everything_many_clients_were_told_can_be_true_also_when_connections_die(seed: int, django_db_setup: Any) -> None:
    dice = Random(seed)
    clients = Clients(dice)
    clients.run(end_connections(django_db_setup.owner_url, dice))
    assert judge(clients.asked, read_book(clients)) == []
    assert prove() == []
    answers = Counter(one.answer for one in clients.asked)
    assert min(answers["posted"], answers["not_enough"]) > 40, answers
    assert min(answers["replayed"], answers["key_reused"], answers[""]) > 0, answers


# --- the judge ---

K, S, H = share(A), share(B), hold(A)
ONE, TWO, THREE = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)


def history() -> tuple[list[Asked], dict[uuid.UUID, list[tuple[Account, Account, int]]], dict[Account, list[Line]]]:
    """£5 paid in; £3 of it moved; then £3 more refused, because £2 is left."""
    paid_in, moved = journal((BANK, K, 500), key=ONE), journal((K, S, 300), key=TWO)
    asked = [
        Asked(paid_in, 10, 20, "posted"),
        Asked(moved, 30, 40, "posted"),
        Asked(moved, 50, 60, "replayed"),
        Asked(journal((K, H, 300), key=THREE), 70, 80, "not_enough", K, 200),
    ]
    lines = {K: [Line(ONE, K, 1, 500, 500), Line(TWO, K, 2, 200, -300)], S: [Line(TWO, S, 1, 300, 300)]}
    return asked, {ONE: [(BANK, K, 500)], TWO: [(K, S, 300)]}, lines


def test_a_history_that_can_be_true_is_let_be() -> None:
    asked, journals, lines = history()
    assert judge(asked, Book(journals, lines)) == []


def test_an_answer_nobody_saw_may_be_in_the_book_or_not() -> None:
    asked, journals, lines = history()
    asked[1] = Asked(asked[1].journal, 30)
    assert judge(asked, Book(journals, lines)) == []
    asked = [asked[0], asked[1]]
    assert judge(asked, Book({ONE: journals[ONE]}, {K: lines[K][:1]})) == []


def _lost(asked: Any, journals: Any, lines: Any) -> None:
    del journals[TWO], lines[K][1], lines[S]


def _doubled(asked: Any, journals: Any, lines: Any) -> None:
    asked[2] = replace(asked[2], answer="posted")


def _refused_and_there(asked: Any, journals: Any, lines: Any) -> None:
    journals[THREE] = [(K, H, 300)]


def _another_sum(asked: Any, journals: Any, lines: Any) -> None:
    journals[TWO] = [(K, S, 299)]


def _nobody_asked(asked: Any, journals: Any, lines: Any) -> None:
    journals[uuid.UUID(int=9)] = [(K, S, 1)]


def _gap(asked: Any, journals: Any, lines: Any) -> None:
    lines[K][1] = replace(lines[K][1], version=3)


def _adrift(asked: Any, journals: Any, lines: Any) -> None:
    lines[K][1] = replace(lines[K][1], after=201)


def _there_was_enough(asked: Any, journals: Any, lines: Any) -> None:
    asked[3] = replace(asked[3], journal=journal((K, H, 150), key=THREE))


def _it_held_that_only_before(asked: Any, journals: Any, lines: Any) -> None:
    asked[3] = replace(asked[3], left=0)  # as it was before anybody paid in


def _it_held_that_only_later(asked: Any, journals: Any, lines: Any) -> None:
    asked[3] = replace(asked[3], began=22, ended=25)  # £3 had not been asked for yet


def _out_of_order(asked: Any, journals: Any, lines: Any) -> None:
    asked[0], asked[1] = replace(asked[0], began=45, ended=48), replace(asked[1], ended=41)


def _spoken_of_too_early(asked: Any, journals: Any, lines: Any) -> None:
    asked[2] = replace(asked[2], began=1, ended=5)


def _refused_when_it_was_there(asked: Any, journals: Any, lines: Any) -> None:
    asked[2] = replace(asked[2], answer="not_enough", short=K, left=200)


LIES = [
    (_lost, "is not in the book"),
    (_doubled, "was posted 2 times"),
    (_refused_and_there, "told no"),
    (_another_sum, "what nobody asked for"),
    (_nobody_asked, "nobody asked for it"),
    (_gap, "has version 3 where 2 should be"),
    (_adrift, "add up to 200"),
    (_there_was_enough, "too little for 150p"),
    (_it_held_that_only_before, "when it cannot have"),
    (_it_held_that_only_later, "when it cannot have"),
    (_out_of_order, "before an earlier one was asked for"),
    (_spoken_of_too_early, "before anybody could have posted it"),
    (_refused_when_it_was_there, "after it was in the book"),
]


@pytest.mark.parametrize(("lie", "sentence"), LIES, ids=[lie.__name__.strip("_") for lie, _ in LIES])
def test_the_judge_sees_what_cannot_be(lie: Any, sentence: str) -> None:
    asked, journals, lines = history()
    lie(asked, journals, lines)
    assert any(sentence in found for found in judge(asked, Book(journals, lines)))
