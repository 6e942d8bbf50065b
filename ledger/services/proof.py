"""Proves the book from its own rows: what must be so, asked of the tables as they are, trusting no function and no trigger."""

from django.db import connections, transaction

from ledger.services import seals

_MOST_SENTENCES = 50  # for each question; one is enough to stop for

_NAME = "rtrim(a.code || ' ' || a.council || ' ' || a.owner)"
_LEGS = """
    select debit_id as id, debit_version as version, debit_after as after, -pence as signed, journal_id, line from ledger_transfer
    union all
    select credit_id, credit_version, credit_after, pence, journal_id, line from ledger_transfer
"""

# Each gives one sentence a row; no row where the book is right. Put together from the two constants above and nothing else.
# ruff: noqa: S608
QUESTIONS: dict[str, str] = {
    "balances equal their transfers, and versions count them": f"""
        with sums as (select id, count(*) as n, sum(signed) as total from (
            select debit_id as id, count(*) as n, -sum(pence) as signed from ledger_transfer group by 1
            union all select credit_id, count(*), sum(pence) from ledger_transfer group by 1) s group by id),
        counts as (select id, count(*) as n from ({_LEGS}) l group by id)
        select format('%s holds %s, but its transfers add up to %s.', {_NAME}, a.balance, coalesce(s.total, 0))
        from ledger_account a left join sums s using (id) where a.balance <> coalesce(s.total, 0)
        union all
        select format('%s says it was touched %s times, but has %s transfers.', {_NAME}, a.version, coalesce(c.n, 0))
        from ledger_account a left join counts c using (id) where a.version <> coalesce(c.n, 0)
        union all
        select format('Account number %s has transfers but is not in the book.', s.id)
        from sums s left join ledger_account a using (id) where a.id is null
    """,
    "every running balance follows from the one before": f"""
        select format('%s after its transfer number %s should hold %s, but that line says %s (journal %s, line %s).',
            coalesce({_NAME}, 'Account number ' || w.id), w.n, w.expected, w.after, w.journal_id, w.line)
        from (select l.*, row_number() over walk as n, coalesce(lag(l.after) over walk, 0) + l.signed as expected
              from ({_LEGS}) l window walk as (partition by l.id order by l.version)) w
        left join ledger_account a using (id)
        where w.after <> w.expected or w.version <> w.n
    """,
    "no account ever went below its floor, and each has the floor of its code": f"""
        select format('%s holds %s, below its floor of %s.', {_NAME}, a.balance, t.floor)
        from ledger_account a cross join lateral ledger_terms(a.code) t where a.balance < t.floor
        union all
        select format('%s went below its floor: %s after its transfer number %s.', {_NAME}, l.after, l.version)
        from ({_LEGS}) l join ledger_account a using (id) cross join lateral ledger_terms(a.code) t where l.after < t.floor
        union all
        select format('%s has floor %s; its code says %s.', {_NAME}, coalesce(a.floor::text, 'none'), coalesce(t.floor::text, 'none'))
        from ledger_account a cross join lateral ledger_terms(a.code) t where t.kind is null or a.floor is distinct from t.floor
    """,
    "every account has the number of its name": f"""
        select format('%s has a number that is not its own: was it renamed?', {_NAME})
        from ledger_account a where a.id <> ledger_account_number(a.code, a.council, a.owner, a.unit)
    """,
    "no journal is empty, and every transfer has its journal": """
        select format('Journal %s (%s) has no transfers.', j.key, j.kind)
        from ledger_journal j where not exists (select 1 from ledger_transfer t where t.journal_id = j.id)
        union all
        select format('Transfer %s line %s has no journal.', t.journal_id, t.line)
        from ledger_transfer t where not exists (select 1 from ledger_journal j where j.id = t.journal_id)
        union all
        select format('Journal %s takes back %s, which is not in the book.', j.key, j.reverses)
        from ledger_journal j where j.reverses is not null and not exists (select 1 from ledger_journal r where r.key = j.reverses)
    """,
    "every journal stays in one council and one unit": """
        select format('Journal %s is in %s, but line %s moves %s from %s to %s.', j.key, j.council, t.line, d.unit, d.council, c.council)
        from ledger_transfer t join ledger_journal j on j.id = t.journal_id
        join ledger_account d on d.id = t.debit_id join ledger_account c on c.id = t.credit_id
        where d.council <> j.council or c.council <> j.council or d.unit <> c.unit
    """,
    "every journal still says what was asked": """
        select format('Journal %s (%s) no longer says what was asked when it was posted.', j.key, j.kind)
        from ledger_journal j join (
            select journal_id, array_agg(debit_id order by line) as debits, array_agg(credit_id order by line) as credits,
                   array_agg(pence order by line) as pence from ledger_transfer group by journal_id) t on t.journal_id = j.id
        where j.request_hash <> ledger_request_hash(j.kind, j.council, t.debits, t.credits, t.pence, j.reverses, j.group_key, j.about)
    """,
    # money.md 5, 1. What nobody can explain covers nobody.
    "people's money is covered by real money, council by council": """
        select format('In %s the book owes people %s pence, but only %s pence is at Stripe or on its way.', council, owed, covered) from (
            select a.council,
                   sum(case when t.kind = 'liability' then a.balance when a.code = 'SUSPENSE' then greatest(a.balance, 0) else 0 end) as owed,
                   sum(case when a.code in ('BANK', 'CLEAR', 'OUT') then -a.balance else 0 end) as covered
            from ledger_account a cross join lateral ledger_terms(a.code) t where a.unit = 'GBP' group by a.council) s
        where covered < owed
    """,
}


def prove(using: str = "owner") -> list[str]:
    """Sentences of what differs, for an operator; none when the book is right. Amounts are in pence, credits less debits.

    Reads one moment of the book in one read-only transaction, so posting may go on meanwhile.
    """
    connection = connections[using]
    alone = not connection.in_atomic_block
    found: list[str] = []
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if alone:
            cursor.execute("set transaction isolation level repeatable read, read only")
        for question in QUESTIONS.values():
            cursor.execute(f"select * from ({question}) q limit {_MOST_SENTENCES}")
            found += [sentence for (sentence,) in cursor.fetchall()]
        found += seals.verify(using=using)
    return found
