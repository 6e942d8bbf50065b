"""The database put back in time while Stripe stays ahead. More by hand: `manage.py torture_money --part restore --rounds 10`."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from config.torture import books, moments, work
from config.torture.load import Press
from config.torture.moments import NOT_YET, Told
from tests.ledger.book import AT, A, pay_in


@pytest.mark.xdist_group("torture")
def test_a_book_put_back_to_a_random_byte_in_a_journal_lost_nothing_does_nothing_twice_and_is_right_once_two_people_have_explained_the_rest(
    torture: Callable[..., dict[str, Any]],
) -> None:
    """A byte at which money waited to go out, too. Any byte at all, between two transactions or in one of a timer's, is tried by hand."""
    found = torture("restore", rounds=1, seed=3)
    assert (found["lost"], found["doubled"], found["adrift"]) == (0, 0, 0), found["said"]
    assert (found["into a journal while money waits"], found["cut"]) == (1, 1), "nothing could be half there"
    assert found["acknowledged"] > 10, "next to nothing had been acknowledged by then: nothing could be lost"
    assert found["found_again"] > 0, "nothing had moved since: nothing was tried"
    assert found["suspended"] > 0, "nothing had been asked for since: nothing was tried"
    assert found["taken_over"] + found["explained_otherwise"] == found["suspended"]
    assert found["taken_over"] > 0, "nothing waited here that had gone there: the danger was not tried"


# --- the judge ---


def order(number: int, **more: Any) -> work.Order:
    key = uuid.UUID(int=number)
    return {"kind": "place", "key": str(key), "owner": A, "pence": 100, "hold": f"hold:{number}", "payee": 0, **more}


def test_what_ended_before_the_moment_is_as_it_was_answered_what_it_cuts_may_be_there_or_not_and_what_began_later_is_not() -> None:
    told = [Told(Press(order(number), "done"), began, ended) for number, began, ended in [(1, 10, 20), (2, 20, 30), (3, 30, 40), (4, 40, 50)]]
    assert [press.answer for press in moments.as_of(told, 30)] == ["done", "done", NOT_YET, NOT_YET]
    assert [press.answer for press in moments.as_of(told, 31)] == ["done", "done", "", NOT_YET]
    refused = Told(Press(order(5), "refused: not_enough"), 30, 30)
    assert [press.answer for press in moments.as_of([refused], 30)] == ["refused: not_enough"]


def test_what_was_asked_and_answered_reaches_the_other_process_as_it_was(tmp_path: Any) -> None:
    presses = [Press(order(1), "done"), Press(order(2))]
    moments.write(presses, tmp_path / "told.json")
    assert moments.read(tmp_path / "told.json") == presses


@pytest.mark.django_db
def test_an_acknowledged_journal_that_is_not_in_the_book_is_lost_and_one_that_came_later_must_not_be_in_it() -> None:
    pay_in(500)
    there, missing = Press(order(1)), Press(order(2), "done")
    there.answer = work.do(there.order, at=AT)
    assert there.answer == "done"
    assert books.one_by_one([there, Press(order(3)), Press(order(4), NOT_YET)]).sentences() == []
    found = books.one_by_one([there, missing])
    assert (len(found.lost), found.doubled, found.adrift) == (1, [], [])
    assert missing.order["key"] in found.lost[0]
    later = books.one_by_one([Press(there.order, NOT_YET)])
    assert (later.lost, len(later.doubled), later.adrift) == ([], 1, [])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["pay", "pass", "back", "place"])
def test_whatever_kind_of_order_is_missing_it_is_lost(kind: str) -> None:
    missing = Press(order(1, kind=kind), "done")
    assert len(books.one_by_one([missing]).lost) == 1


@pytest.mark.django_db
def test_a_journal_that_is_there_with_another_sum_is_no_whole_one() -> None:
    pay_in(500)
    asked = order(1)
    work.do(asked, at=AT)
    assert len(books.one_by_one([Press({**asked, "pence": 99}, "")]).doubled) == 1
