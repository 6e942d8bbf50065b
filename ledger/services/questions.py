"""What must be so in the book, asked of the tables as they are: each question gives one sentence a row, no row where the book is right.

Placeholders: {low} and {high} are the account numbers or journal numbers, both included, that one part of the proof looks at.
"""

from dataclasses import dataclass

# A lazy account's line has its place instead of a version: from here on (ledger.models.FIRST_POSITION).
_PLACES = "4611686018427387904"
_LAST = _PLACES  # sorts behind every version
_NAME = "rtrim(a.code || ' ' || a.council || ' ' || a.owner)"
_BOUNDS = "between {low} and {high}"
# Every account with what it holds and how often it was touched: a lazy one's lines since it was rolled up are added.
_STANDING = """
    select a.*, a.balance + coalesce(p.net, 0) as holds, a.version + coalesce(p.lines, 0) as touched
    from ledger_account a left join lateral (
        select sum(l.signed)::bigint as net, count(*) as lines from (
            select -t.pence as signed from ledger_transfer t where a.mode = 1 and t.debit_id = a.id and t.debit_version > a.rolled_to
            union all
            select t.pence from ledger_transfer t where a.mode = 1 and t.credit_id = a.id and t.credit_version > a.rolled_to) l) p on true
"""


@dataclass(frozen=True, slots=True)
class Question:
    """`by`: "account" or "journal" where it is asked part by part, "" where at once."""

    claims: str
    sql: str
    by: str = ""


# Put together from the constants above and nothing else.
# ruff: noqa: S608
SUMS = Question(
    "balances equal their transfers, and versions count them",
    f"""
    with sums as (select id, sum(n) as n, sum(signed) as total from (
            select debit_id as id, count(*) as n, -sum(pence) as signed from ledger_transfer group by 1
            union all select credit_id, count(*), sum(pence) from ledger_transfer group by 1) s group by id),
        accounts as ({_STANDING})
    select format('%s holds %s, but its transfers add up to %s.', {_NAME}, a.holds, coalesce(s.total, 0))
    from accounts a left join sums s using (id) where a.holds <> coalesce(s.total, 0)
    union all
    select format('%s says it was touched %s times, but has %s transfers.', {_NAME}, a.touched, coalesce(s.n, 0))
    from accounts a left join sums s using (id) where a.touched <> coalesce(s.n, 0)
    union all
    select format('Account number %s has transfers but is not in the book.', s.id)
    from sums s left join ledger_account a using (id) where a.id is null
    """,
)
# A walk from one version to the next. A batch of a lazy account's lines that was rolled up is one step of many versions; the account's own
# row is the last step, so that a line left out at the end is missed as well.
WALK = Question(
    "every running balance follows from the one before",
    f"""
    select case when w.step = 1 then format('%s after its transfer number %s should hold %s, but that line says %s (journal %s, line %s).',
                    coalesce({_NAME}, 'Account number ' || w.id), w.before_version + 1, w.before + w.signed, w.after, w.journal_id, w.line)
                else format('%s should hold %s after %s transfers, but where it was added up it says %s after %s.',
                    coalesce({_NAME}, 'Account number ' || w.id), w.before + w.signed, w.before_version + case w.step when 2 then w.lines else 0 end,
                    w.after, case w.step when 2 then w.version else a.version end) end
    from (select l.*, lag(l.version, 1, 0::bigint) over walk as before_version, lag(l.after, 1, 0::bigint) over walk as before from (
            select debit_id as id, debit_version as version, 1 as step, debit_after as after, -pence as signed, 1::bigint as lines, journal_id, line
            from ledger_transfer where debit_id {_BOUNDS} and debit_version < {_PLACES}
            union all
            select credit_id, credit_version, 1, credit_after, pence, 1, journal_id, line
            from ledger_transfer where credit_id {_BOUNDS} and credit_version < {_PLACES}
            union all
            select account_id, version, 2, balance, net, lines, null, null from ledger_checkpoint where account_id {_BOUNDS} and lines > 0
            union all
            select id, {_LAST}, 3, balance, 0, {_LAST} - version, null, null from ledger_account where id {_BOUNDS}) l
          window walk as (partition by l.id order by l.version, l.step)) w
    left join ledger_account a using (id)
    where w.after is distinct from w.before + w.signed or w.version <> w.before_version + w.lines
    """,
    by="account",
)
LAZY = Question(
    "what a lazy account's lines add up to is what was added up",
    f"""
    with spans as (select c.*, lag(c.position, 1, {_PLACES}) over (partition by c.account_id order by c.position) as since from ledger_checkpoint c)
    select format('%s: %s lines up to place %s were added up to %s, but %s lines there come to %s.',
        coalesce({_NAME}, 'Account number ' || s.account_id), s.lines, s.position, s.net, l.lines, coalesce(l.net, 0))
    from spans s left join ledger_account a on a.id = s.account_id cross join lateral (
        select count(*) as lines, sum(x.signed) as net from (
            select -t.pence as signed from ledger_transfer t
            where t.debit_id = s.account_id and t.debit_version > s.since and t.debit_version <= s.position
            union all
            select t.pence from ledger_transfer t
            where t.credit_id = s.account_id and t.credit_version > s.since and t.credit_version <= s.position) x) l
    where l.lines <> s.lines or coalesce(l.net, 0) <> s.net
    union all
    select format('%s was added up to place %s, but says %s.', {_NAME}, max(s.position), coalesce(a.rolled_to::text, 'none'))
    from ledger_account a join spans s on s.account_id = a.id
    group by a.id having a.rolled_to is distinct from case a.mode when 1 then max(s.position) end
    union all
    select format('%s is not lazy, but has lines that nobody added up.', {_NAME})
    from ledger_account a cross join lateral (select max(s.position) as position from spans s where s.account_id = a.id) s
    where a.mode = 0 and s.position is not null and (
        exists (select 1 from ledger_transfer t where t.debit_id = a.id and t.debit_version > s.position)
        or exists (select 1 from ledger_transfer t where t.credit_id = a.id and t.credit_version > s.position))
    """,
)
FLOORS = Question(
    "no account ever went below its floor, and each has the floor of its code",
    f"""
    select format('%s holds %s, below its floor of %s.', {_NAME}, a.balance, t.floor)
    from ledger_account a cross join lateral ledger_terms(a.code) t where a.balance < t.floor
    union all
    select format('%s went below its floor: %s after its transfer number %s.', {_NAME}, l.debit_after, l.debit_version)
    from (select debit_id as id, min(debit_after) as lowest from ledger_transfer group by 1) d
    join ledger_account a using (id) cross join lateral ledger_terms(a.code) t
    join ledger_transfer l on l.debit_id = a.id and l.debit_after < t.floor where d.lowest < t.floor
    union all
    select format('%s has floor %s; its code says %s.', {_NAME}, coalesce(a.floor::text, 'none'), coalesce(t.floor::text, 'none'))
    from ledger_account a cross join lateral ledger_terms(a.code) t where t.kind is null or a.floor is distinct from t.floor
    """,
)
NUMBERS = Question(
    "every account has the number of its name",
    f"""
    select format('%s has a number that is not its own: was it renamed?', {_NAME})
    from ledger_account a where a.id <> ledger_account_number(a.code, a.council, a.owner, a.unit)
    """,
)
WHOLE = Question(
    "no journal is empty, and every transfer has its journal",
    f"""
    select format('Journal %s (%s) has no transfers.', j.key, j.kind)
    from ledger_journal j where j.id {_BOUNDS} and not exists (select 1 from ledger_transfer t where t.journal_id = j.id)
    union all
    select format('Transfer %s line %s has no journal.', t.journal_id, t.line)
    from ledger_transfer t where t.journal_id {_BOUNDS} and not exists (select 1 from ledger_journal j where j.id = t.journal_id)
    """,
    by="journal",
)
# What is asked of a journal's own row and lines is asked in one reading of them.
SAID = Question(
    "every journal stays in one council and one unit, and still says what was asked",
    f"""
    with lines as (
        select t.journal_id, array_agg(t.debit_id order by t.line) as debits, array_agg(t.credit_id order by t.line) as credits,
               array_agg(t.pence order by t.line) as pence, array_agg(t.line order by t.line) as numbers
        from ledger_transfer t where t.journal_id {_BOUNDS} group by t.journal_id)
    select format('Journal %s (%s) no longer says what was asked when it was posted.', j.key, j.kind)
    from ledger_journal j join lines t on t.journal_id = j.id
    where j.id {_BOUNDS} and j.request_hash <> ledger_request_hash(j.kind, j.council, t.debits, t.credits, t.pence, j.reverses, j.group_key, j.about)
    union all
    select format('Journal %s is in %s, but line %s moves %s from %s to %s.', j.key, j.council, t.line, d.unit, d.council, c.council)
    from ledger_transfer t join ledger_journal j on j.id = t.journal_id
    join ledger_account d on d.id = t.debit_id join ledger_account c on c.id = t.credit_id
    where t.journal_id {_BOUNDS} and (d.council <> j.council or c.council <> j.council or d.unit <> c.unit)
    """,
    by="journal",
)
TAKEN_BACK = Question(
    "what takes a journal back is in the book for no more than that journal moved",
    """
    select format('Journal %s takes back %s, which is not in the book.', j.key, j.reverses)
    from ledger_journal j where j.reverses is not null and not exists (select 1 from ledger_journal r where r.key = j.reverses)
    union all
    select format('Journal %s moved %s pence between two accounts, and %s were taken back.', o.key, coalesce(m.pence, 0), b.pence)
    from (select r.reverses, t.debit_id, t.credit_id, sum(t.pence) as pence from ledger_journal r join ledger_transfer t on t.journal_id = r.id
          where r.reverses is not null group by 1, 2, 3) b
    join ledger_journal o on o.key = b.reverses cross join lateral (
        select sum(t.pence) as pence from ledger_transfer t
        where t.journal_id = o.id and t.debit_id = b.credit_id and t.credit_id = b.debit_id) m
    where b.pence > coalesce(m.pence, 0)
    """,
)
# The sums of days count the lines up to their mark, and no other; those of closed days are whole.
DAYS = Question(
    "the sums of the days are those of their lines, and no line of a closed day is left out of them",
    f"""
    with lines as (
        select m.account_id as id, (j.effective_at at time zone 'Europe/London')::date as day, sum(l.signed) as net, count(*) as lines
        from (select * from ledger_day_mark where account_id {_BOUNDS}) m cross join lateral (
            select t.journal_id, -t.pence as signed, t.debit_version as place from ledger_transfer t where t.debit_id = m.account_id
            union all
            select t.journal_id, t.pence, t.credit_version from ledger_transfer t where t.credit_id = m.account_id) l
        join ledger_journal j on j.id = l.journal_id
        where l.place <= m.version or (l.place >= {_PLACES} and l.place <= m.position) group by 1, 2)
    select format('%s on %s moved %s in %s lines, but its sum of that day says %s in %s.', coalesce({_NAME}, 'Account number ' || id), day,
        coalesce(x.net, 0), coalesce(x.lines, 0), coalesce(d.net, 0), coalesce(d.lines, 0))
    from lines x full join (select account_id as id, day, net, lines from ledger_day where account_id {_BOUNDS}) d using (id, day)
    left join ledger_account a using (id)
    where coalesce(x.net, 0) <> coalesce(d.net, 0) or coalesce(x.lines, 0) <> coalesce(d.lines, 0)
    union all
    select format('%s has lines of closed days that are not in the sums of its days.', {_NAME})
    from ledger_account a left join ledger_day_mark m on m.account_id = a.id cross join lateral (
        select t.journal_id, t.debit_version as place from ledger_transfer t where t.debit_id = a.id and t.debit_version > coalesce(m.version, 0)
        union all
        select t.journal_id, t.credit_version from ledger_transfer t where t.credit_id = a.id and t.credit_version > coalesce(m.version, 0)) l
    join ledger_journal j on j.id = l.journal_id
    where a.id {_BOUNDS} and j.effective_at < a.closed_until and (l.place < {_PLACES} or l.place > coalesce(m.position, {_PLACES}))
    group by a.id, a.code, a.council, a.owner
    """,
    by="account",
)
CLOSED = Question(
    "nothing was written down for a day after it was closed",
    """
    select format('Journal %s says it happened at %s, but it was written down after %s had closed its days up to %s.',
        j.key, j.effective_at, j.council, p.through)
    from ledger_period p join ledger_journal j on j.council = p.council
    where j.recorded_at > p.recorded_at and j.effective_at < (p.through + 1)::timestamp at time zone 'Europe/London'
    union all
    select format('%s says that its days before %s are closed; those of %s are before %s.',
        rtrim(a.code || ' ' || a.council || ' ' || a.owner), coalesce(a.closed_until::text, 'none'), a.council, coalesce(p.until::text, 'none'))
    from ledger_account a left join (
        select council, (max(through) + 1)::timestamp at time zone 'Europe/London' as until from ledger_period group by council) p using (council)
    where a.closed_until is distinct from p.until
    """,
)
# money.md 5, 1. What nobody can explain covers nobody.
COVERED = Question(
    "people's money is covered by real money, council by council",
    f"""
    select format('In %s the book owes people %s pence, but only %s pence is at Stripe or on its way.', council, owed, covered) from (
        select a.council,
               sum(case when t.kind = 'liability' then a.holds when a.code = 'SUSPENSE' then greatest(a.holds, 0) else 0 end) as owed,
               sum(case when a.code in ('BANK', 'CLEAR', 'OUT') then -a.holds else 0 end) as covered
        from ({_STANDING}) a cross join lateral ledger_terms(a.code) t where a.unit = 'GBP' group by a.council) s
    where covered < owed
    """,
)

QUESTIONS = [SUMS, FLOORS, NUMBERS, COVERED, LAZY, TAKEN_BACK, CLOSED, WALK, WHOLE, SAID, DAYS]
