"""The book itself, past the rooms that post money: journals in minutes, repeated, mistaken, in sets, linked, and beyond the floor."""

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from config.simulation.model import minutes
from config.simulation.model.book import Entry, Key, Move
from config.simulation.steps import step
from config.simulation.world import World
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Refused, Transfer, post, post_many
from ledger.services.retry import retrying

PEOPLE = 4
SILLY = (0, -1, 10**12 + 1)


def an_account(world: World, council: str) -> Key:
    if world.often(30):
        return Key("TIME_ISSUED", council)
    return Key("TIME", council, f"person:{world.dice.randint(1, PEOPLE)}")


def a_journal(world: World) -> tuple[UUID, Entry]:
    """Mostly one transfer; mostly a new key, at times an old one with its own content or another's."""
    councils = sorted({purse.council for purse in world.model.purses})
    council = world.dice.choice(councils)
    if world.recent and world.often(25):
        key = world.dice.choice(world.recent)
        if world.often(60):
            return key, world.model.minutes[key]
        return key, _entry(world, council)
    return uuid.uuid4(), _entry(world, world.dice.choice(councils) if world.often(3) else council)


def _entry(world: World, council: str) -> Entry:
    moves = []
    for _ in range(world.dice.choice((1, 1, 1, 2, 3))):
        pence = world.dice.choice(SILLY) if world.often(3) else world.dice.randint(1, 300)
        debit = an_account(world, council)
        credit = an_account(world, council)
        moves.append(Move(debit, credit, pence))
    return Entry(minutes.KIND, council, tuple(moves))


def _journal(key: UUID, entry: Entry, at: datetime) -> Journal:
    transfers = tuple(Transfer(_account(debit), _account(credit), pence) for debit, credit, pence in entry.moves)
    return Journal(key, entry.kind, entry.council, transfers, at)


def _account(key: Key) -> Account:
    return Account(key.code, key.council, key.owner, "TIME")


def _words(result: Any) -> str:
    if isinstance(result, Refused):
        return result.reason
    return "replayed" if result.replayed else "posted"


@step(40)
def somebody_posts(world: World) -> None:
    key, entry = a_journal(world)
    plan = minutes.post(world.model, key, entry)
    world.ask(f"post {entry}", plan, lambda: retrying(lambda: post(_journal(key, entry, world.at))))
    _remember(world, key)


def _remember(world: World, *keys: UUID) -> None:
    """The newest that are in the book may be posted again."""
    world.recent.extend(key for key in keys if key in world.model.minutes and key not in world.recent)


@step(2)
def somebody_posts_a_set(world: World) -> None:
    asked, linked = [a_journal(world) for _ in range(world.dice.randint(1, 6))], world.often(40)
    journals = [_journal(key, entry, world.at) for key, entry in asked]
    plan = minutes.post_set(world.model, asked, linked, _words)
    world.ask(f"post a set of {len(asked)}{' linked' if linked else ''}", plan, lambda: retrying(lambda: post_many(journals, linked=linked)))
    _remember(world, *(key for key, _ in asked))
