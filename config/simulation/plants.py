"""Bugs put in on purpose, into the running process or its throwaway database, to see that the simulator finds them."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import connections

from config.simulation.seams import replaced
from ledger import selectors as book
from ledger.services import journals
from payments.gateways import stripe_gateway
from payments.models import Payee, Payment
from payments.services import debits, operations, remittances, taking, wallets
from pooling.books import Wallet
from pooling.services import handing_out, holds, weekly_lists, weekly_money

Plant = Callable[[], Any]
PLANTS: dict[str, Plant] = {}


def plants(function: Callable[[], Iterator[None]]) -> Callable[[], Any]:
    """Registers a bug under its name; its first docstring line says what it is."""
    manager = contextmanager(function)
    PLANTS[function.__name__] = manager
    return manager


def _as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


@plants
def no_floor() -> Iterator[None]:
    """The book forgets its floors: accounts are opened without one."""
    _as_owner("""
        do $$ begin
            execute replace(pg_get_functiondef('ledger_terms(text)'::regprocedure), 'then 0::bigint end', 'then null::bigint end');
        end $$
    """)
    yield


@plants
def no_lot_check() -> Iterator[None]:
    """A release takes all of its pence from the oldest lot, whatever is left of it."""
    _as_owner("alter table payments_payment drop constraint payment_uses_no_more_than_came_in")
    with replaced(remittances, "take_from", lambda free, pence: [pence, *(0 for _ in free[1:])][: len(free)]):
        yield


@plants
def keys_forgotten() -> Iterator[None]:
    """A journal whose key is in the book already is posted once more."""
    ask = journals._ask

    def again(sql: str, values: Any, *asked: Any) -> Any:
        rows = ask(sql, values, *asked)
        if sql == journals._POST and rows[0][0] == "replayed":
            rows = ask(sql, [uuid.uuid4().hex, *values[1:]], *asked)
        return rows

    with replaced(journals, "_ask", again):
        yield


@plants
def webhook_counts_twice() -> Iterator[None]:
    """A payment that is seen as paid once more is taken once more."""
    take = taking.take

    def eagerly(payment: Any, charge: Any, at: Any) -> None:
        if payment.state == "clearing":
            payment.state = "open"
        take(payment, charge, at)

    with replaced(taking, "take", eagerly):
        yield


@plants
def penny_lost() -> Iterator[None]:
    """A release of an odd number of pence moves one less: the half was rounded away twice."""
    post = holds._post

    def rounding(move: Any, kind: str, transfers: Any, hold: Any) -> None:
        if kind == "release":
            transfers = [journals.Transfer(one.debit, one.credit, max(1, one.pence // 2 * 2)) for one in transfers]
        post(move, kind, transfers, hold)

    with replaced(holds, "_post", rounding):
        yield


@plants
def new_key_after_silence() -> Iterator[None]:
    """What was asked of Stripe and not answered is asked again under a new key, without looking first."""

    def ask(operation: Any) -> Any:
        tries = operation.tries
        return stripe_gateway.make(operation.kind, operation.params, f"{operation.idempotency_key}-{tries}")

    with replaced(operations, "_ask", ask):
        yield


@plants
def paid_to_another() -> Iterator[None]:
    """What a provider is owed is sent to another one's account. The book, and every line of Stripe's balance, are as they should be."""
    make = stripe_gateway.make

    def mistaken(kind: str, params: Any, key: str) -> Any:
        if kind == "transfer":
            other = Payee.objects.exclude(stripe_account_id=params["destination"]).order_by("pk")[0]
            params = {**params, "destination": other.stripe_account_id}
        return make(kind, params, key)

    with replaced(stripe_gateway, "make", mistaken):
        yield


@plants
def debit_fee_taken_twice() -> Iterator[None]:
    """Stripe's fee for a Direct Debit that its bank refused is paid once more instead of given back. The database has nothing against it."""
    moves = debits._moves

    def signless(council: str, line: Any) -> Any:
        own = moves(council, line)
        return own if line.pence > 0 else (*own[:1], *(journals.Transfer(one.credit, one.debit, one.pence) for one in own[1:]))

    with replaced(debits, "_moves", signless):
        yield


@plants
def part_stays_in_its_lot() -> Iterator[None]:
    """What is handed out of a wallet is still in the lot it came from, so that it is handed out once more. The wallet itself keeps its floor."""
    hand_on = wallets.hand_on

    def forgetting(**asked: Any) -> Any:
        made = hand_on(**asked)
        Payment.objects.filter(pk__in={one.part_of_id for one in made}).update(moved_pence=0)
        return made

    with replaced(handing_out, "hand_on", forgetting):
        yield


@plants
def list_gives_too_much() -> Iterator[None]:
    """All that is in the wallet goes to people when something comes for a weekly list, also what their calls do not ask for. No row says so."""
    give = handing_out.give

    def generously(move: Any, *, slices: Any, calls: Any, **more: Any) -> Any:
        *others, last = slices
        there = book.balance(Wallet(move.organisation_id, move.council_code).money) - sum(one.pence for one in others)
        richer = replace(last, pence=there)
        return give(move, slices=[*others, richer], calls={richer if one == last else one: rows for one, rows in calls.items()}, **more)

    with replaced(weekly_money, "give", generously):
        yield


@plants
def own_order_forgotten() -> Iterator[None]:
    """Numbers that people were given in a weekly list change nothing, in it and in the next: the usual order stays. No floor and no row says so."""
    with replaced(weekly_lists, "_places", lambda people, _: {person: place for place, person in enumerate(dict.fromkeys(people))}):
        yield
