"""What must come of journals posted straight to the book: its own rules, told once more. Played in minutes, which no other proof looks at."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from config.simulation.model.book import Entry, Key, Wrong
from config.simulation.model.state import Model, Plan

MOST = 10**12
KIND = "minutes"


def why_not(model: Model, council: str, moves: Sequence[tuple[Key, Key, int]]) -> str:
    """The book's word for what is wrong with a journal; "" when it may be. Each transfer keeps the floors, in order."""
    change: dict[Key, int] = {}
    for debit, credit, pence in moves:
        if not 1 <= pence <= MOST:
            return "amount"
        if debit == credit:
            return "same_account"
        if {debit.council, credit.council} != {council}:
            return "council"
        change[debit] = change.get(debit, model.book.balances[debit]) - pence
        change[credit] = change.get(credit, model.book.balances[credit]) + pence
        if debit.code == "TIME" and change[debit] < 0:
            return "not_enough"
    return "" if moves else "empty"


def post(model: Model, key: UUID, entry: Entry) -> Plan:
    """The first time it is posted; then it is a repeat, or a mistake."""
    if key in model.minutes:
        return Plan("" if model.minutes[key] == entry else "key_reused", lambda posted: _replayed(posted.replayed))
    reason = why_not(model, entry.council, entry.moves)

    def apply(posted: Any) -> list[Entry]:
        if posted.replayed:
            raise Wrong("A journal that was never posted is called a repeat.")
        model.minutes[key] = entry
        return [entry]

    return Plan(reason, apply)


def _replayed(is_so: bool) -> list[Entry]:
    if not is_so:
        raise Wrong("The same key was posted again as if it were new.")
    return []


def post_set(model: Model, asked: Sequence[tuple[UUID, Entry]], linked: bool, words: Callable[[Any], str]) -> Plan:
    """One result a journal; linked ones fall together, and only the guilty one says why."""

    def apply(results: Any) -> list[Entry]:
        before, balances, touched = dict(model.minutes), dict(model.book.balances), set(model.book.touched)
        outcomes, entered = [], []
        for key, entry in asked:
            plan = post(model, key, entry)
            is_new = key not in model.minutes
            if not plan.reason and is_new:
                model.minutes[key] = entry
                model.book.enter(entry)
                entered.append(entry)
            outcomes.append(plan.reason or ("posted" if is_new else "replayed"))
        # The world enters what comes back from here: this was only to know what each does to the next.
        model.book.balances.clear()
        model.book.balances.update(balances)
        model.book.touched = touched
        if linked and set(outcomes) - {"posted", "replayed"}:
            keys = [key for key, _ in asked]
            fell = [o == "posted" or (o == "replayed" and key not in before) for o, key in zip(outcomes, keys, strict=True)]
            outcomes = ["linked" if down else outcome for down, outcome in zip(fell, outcomes, strict=True)]
            model.minutes, entered = before, []
        if [words(one) for one in results] != outcomes:
            raise Wrong(f"A set came to {[words(one) for one in results]}; the model says {outcomes}")
        return entered

    return Plan(apply=apply)
