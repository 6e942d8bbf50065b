"""What the database says, read past the rooms' own selectors: a simulation does not ask what it is to judge."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection

from config.simulation.model.book import Entry, Key, Move

_JOURNALS = """
    select j.id, j.kind, j.council, j.about, t.line, d.code, d.council, d.owner, c.code, c.council, c.owner, t.pence, d.balance, c.balance
    from ledger_journal j left join ledger_transfer t on t.journal_id = j.id
    left join ledger_account d on d.id = t.debit_id left join ledger_account c on c.id = t.credit_id
    where j.id > %s order by j.id, t.line
"""
_PAYMENTS = """
    select p.id::text, p.state, o.state <> 'planned' or o.first_sent_at is not null, p.intent_id, p.checkout_url, o.id::text
    from payments_payment p join payments_paymentoperation o on o.id = p.operation_id where p.id = any(%s::uuid[])
"""
_CALLS = "select id, state, payment_id::text, unwanted_at is not null from pooling_call where id = any(%s)"
_NEWS = """
    select f.payload->>'about', (f.payload->>'pence')::bigint from audit_delivery d join audit_fact f on f.id = d.fact_id
    where d.state <> 'done' and d.room = 'pooling' and f.kind = 'payments.payment_available'
"""
_UNHEARD = "select distinct subject from audit_delivery where room = 'pooling' and state <> 'done' and subject like 'call:%%'"
_HANDED = """
    select p.id::text, p.part_of_id::text, p.pence, s.membership_id
    from payments_payment p join pooling_walletslice s on p.about = 'slice:' || s.id where s.move_id = %s order by p.id
"""
_ALARMS = "select id, kind, about, council_code, stops_releases from payments_alarm where closed_at is null"
_ACCOUNTS = "select code, council, owner, balance from ledger_account"


class Seen(NamedTuple):
    """A journal of the book with what it says it is about."""

    number: int
    about: str
    entry: Entry


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def journals_after(number: int) -> tuple[list[Seen], dict[Key, int]]:
    """The journals since, oldest first, and what the accounts they touched hold now."""
    found: dict[int, tuple[str, str, str, list[Move]]] = {}
    balances: dict[Key, int] = {}
    for pk, kind, council, about, line, *rest in rows(_JOURNALS, number):
        entry = found.setdefault(pk, (kind, council, about, []))
        if line is None:
            continue
        debit, credit = Key(*rest[0:3]), Key(*rest[3:6])
        entry[3].append(Move(debit, credit, rest[6]))
        balances |= {debit: rest[7], credit: rest[8]}
    return [Seen(pk, about, Entry(kind, council, tuple(moves))) for pk, (kind, council, about, moves) in found.items()], balances


def all_balances() -> dict[Key, int]:
    return {Key(code, council, owner): balance for code, council, owner, balance in rows(_ACCOUNTS)}


def payments(ids: Iterable[str]) -> list[tuple[Any, ...]]:
    """Of each: id, state, whether Stripe may have been asked, its payment at Stripe, its page, its operation."""
    return rows(_PAYMENTS, list(ids))


def calls(ids: Iterable[int]) -> list[tuple[Any, ...]]:
    """Of each: id, state, payment, whether unwanted."""
    return rows(_CALLS, list(ids))


def news() -> set[tuple[int, int]]:
    """Calls whose money is here and which have not heard of it: (call, pence)."""
    return {(int(about.partition(":")[2]), pence) for about, pence in rows(_NEWS) if about.startswith("call:")}


def unheard() -> set[int]:
    """Calls that have not heard of something yet."""
    return {int(subject.partition(":")[2]) for (subject,) in rows(_UNHEARD)}


def parts_of(move: int) -> list[tuple[str, str, int, int]]:
    """The parts of lots that went along with a list handed out: (id, of which lot, pence, whose place)."""
    return [(name, of, pence, member) for name, of, pence, member in rows(_HANDED, move)]


def alarms() -> list[tuple[Any, ...]]:
    return rows(_ALARMS)


def remittances_about(about: str) -> list[tuple[int, str, int]]:
    return [(pk, payment, pence) for pk, payment, pence in rows(_PARTS.format("remittance"), about)]


def refunds_about(about: str) -> list[tuple[int, str, int]]:
    return [(pk, payment, pence) for pk, payment, pence in rows(_PARTS.format("refund"), about)]


_PARTS = "select id, payment_id::text, pence from payments_{} where about = %s order by id"
