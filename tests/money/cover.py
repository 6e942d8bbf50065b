"""Whether people's money was covered by real money after every single journal of a book, in the order of the book."""

from dataclasses import dataclass

from django.db import connections

# What nobody can explain covers nobody, as in `ledger.services.proof`; here after each journal, not only at the end.
_WALK = """
    with legs as (
        select journal_id, debit_id as account_id, -pence as signed from ledger_transfer
        union all
        select journal_id, credit_id, pence from ledger_transfer),
    moves as (
        select l.journal_id, a.council,
               sum(l.signed) filter (where t.kind = 'liability' and a.code <> 'SUSPENSE') as owed,
               sum(l.signed) filter (where a.code = 'SUSPENSE') as unexplained,
               -sum(l.signed) filter (where a.code in ('BANK', 'CLEAR', 'OUT')) as there
        from legs l join ledger_account a on a.id = l.account_id cross join lateral ledger_terms(a.code) t
        where a.unit = 'GBP' group by l.journal_id, a.council),
    walk as (
        select council, journal_id,
               sum(coalesce(owed, 0)) over so_far as owed,
               greatest(sum(coalesce(unexplained, 0)) over so_far, 0) as unexplained,
               sum(coalesce(there, 0)) over so_far as there
        from moves window so_far as (partition by council order by journal_id))
    select w.council, j.kind, j.key::text, w.owed + w.unexplained, w.there from walk w join ledger_journal j on j.id = w.journal_id
    order by j.id
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """How a council's book stood once this journal was in it: what it owed people, and what was at Stripe or on its way."""

    council: str
    kind: str
    journal: str
    owed_pence: int
    there_pence: int

    @property
    def is_covered(self) -> bool:
        return self.there_pence >= self.owed_pence


def walk(using: str = "default") -> list[Moment]:
    """Every journal, oldest first, with how its council's book then stood."""
    with connections[using].cursor() as cursor:
        cursor.execute(_WALK)
        return [Moment(council, kind, key, int(owed), int(there)) for council, kind, key, owed, there in cursor.fetchall()]


def uncovered(using: str = "default") -> list[Moment]:
    """The journals after which BANK + CLEAR + OUT was less than everything owed (money.md 5, 1). None where the book is right."""
    return [moment for moment in walk(using) if not moment.is_covered]
