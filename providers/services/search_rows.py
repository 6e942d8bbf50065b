"""Search rows: written in one statement for any number of services, by every service that changes what people may find.

Also the words that occur in them, counted once a day.
"""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from audit.clock import london_date
from places.models import Outcode
from providers.models import Listing, SearchRow, SearchWord
from providers.models_of_search import SETS
from providers.rules_of_search import LONGEST, SHORTEST, keys_of

COLUMNS = ("place", "radius_miles", *(f"{name}_bits" for name in SETS), "price_pence", "papers_until", "words")
# Whose papers count: for each provider and kind of help, the worker whose papers last longest, and the enterprise's own.
PAPERS = """
wanted as materialized (
    select l.*, e.kind as enterprise_kind, e.name as enterprise_name from providers_listing l join providers_enterprise e on e.id = l.enterprise_id
    where l.id in (select id from asked) and l.state = 'live' and e.state = 'live'
),
needs as (
    select pair.*, need.kind from (select distinct enterprise_id, category_id from wanted) pair
    join providers_enterprise e on e.id = pair.enterprise_id join vocabulary_term t on t.id = pair.category_id
    left join lateral unnest(case when e.kind = 'community' then array['community']
        when t.regulated and (not e.works_alone or e.people_count > 1) then t.checks || 'cqc'::varchar else t.checks end) need(kind) on true
),
seen as (
    select enterprise_id, worker_id, kind, max(coalesce(expires_on, '9999-12-31')) as until from providers_check
    where confirmed_at is not null and enterprise_id in (select enterprise_id from wanted) group by 1, 2, 3
),
each_need as (
    select n.enterprise_id, n.category_id, w.id as worker_id, n.kind, max(s.until) as until
    from needs n join providers_worker w on w.enterprise_id = n.enterprise_id and w.state = 'active'
    left join seen s on s.enterprise_id = n.enterprise_id and coalesce(s.worker_id, w.id) = w.id
        and (s.kind = n.kind or n.kind = 'dbs_basic' and s.kind = 'dbs_enhanced')
    group by 1, 2, 3, 4
),
each_worker as (
    select enterprise_id, category_id, worker_id, min(coalesce(until, case when kind is null then date '9999-12-31' end)) as until
    from each_need group by 1, 2, 3 having bool_and(until is not null or kind is null)
),
papers as (select enterprise_id, category_id, max(until) as until from each_worker group by 1, 2)"""
WORDS = """
bits as (select id, kind, slug, label, 1::bigint << (row_number() over (partition by kind order by id) - 1)::int as bit from vocabulary_term),
outcomes as (select m.listing_id, bit_or(b.bit) as bits, string_agg(b.label, ' ') as said
    from providers_listing_outcomes m join bits b on b.id = m.term_id where m.listing_id in (select id from wanted) group by 1),
languages as (select m.listing_id, bit_or(b.bit) as bits, string_agg(b.label, ' ') as said
    from providers_listing_languages m join bits b on b.id = m.term_id where m.listing_id in (select id from wanted) group by 1),
access as (select m.listing_id, bit_or(b.bit) as bits
    from providers_listing_access m join bits b on b.id = m.term_id where m.listing_id in (select id from wanted) group by 1)"""
ROWS = f"""
placed as (select w.*, case when o.code is null then substring(w.outcode from '^[A-Z]+') else w.outcode end as place
    from wanted w left join places_outcode o on o.code = w.outcode),
fresh as materialized (
    select w.id as listing_id, w.place, w.radius_miles, c.bit as category_bits, coalesce(outcomes.bits, 0) as outcome_bits,
        coalesce(languages.bits, (select bit from bits where kind = 'language' and slug = 'english'), 0) as language_bits,
        coalesce(access.bits, 0) as access_bits,
        coalesce((select bit_or(1 << day - 1) from unnest(w.weekdays) day), 127) as weekday_bits,
        coalesce((select bit_or(1 << array_position(array['morning', 'afternoon', 'evening', 'night'], part::text) - 1)
            from unnest(w.parts_of_day) part), 15) as part_bits,
        1 << array_position(array['paid', 'free', 'time'], w.charge::text) - 1 as charge_bits,
        case when w.charge <> 'paid' or exists (select from providers_groupprice g where g.listing_id = w.id) then 1 else 0 end
            + case when w.enterprise_kind = 'community' then 0 else 2 end as trait_bits,
        w.price_pence, papers.until as papers_until,
        to_tsvector('english', concat_ws(' ', w.title, w.description, w.enterprise_name, c.label, outcomes.said, languages.said))
            || array_to_tsvector(array['@' || w.place]) as words
    from placed w join bits c on c.id = w.category_id
    join papers on papers.enterprise_id = w.enterprise_id and papers.category_id = w.category_id
    left join outcomes on outcomes.listing_id = w.id left join languages on languages.listing_id = w.id
    left join access on access.listing_id = w.id
),
gone as (delete from providers_searchrow r where r.listing_id in (select id from asked) and r.listing_id not in (select listing_id from fresh))
insert into providers_searchrow as r (listing_id, {", ".join(COLUMNS)})
select listing_id, {", ".join(COLUMNS)} from fresh order by place, listing_id
on conflict (listing_id) do update set {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
where ({", ".join(f"r.{name}" for name in COLUMNS)}) is distinct from ({", ".join(f"excluded.{name}" for name in COLUMNS)})
"""  # noqa: S608 - names of our own columns and nothing else
COUNT = """
with said(words) as (
    select concat_ws(' ', l.title, l.description, e.name) from providers_searchrow r
    join providers_listing l on l.id = r.listing_id join providers_enterprise e on e.id = l.enterprise_id
    union all select label from vocabulary_term where kind in ('category', 'outcome', 'language')
),
known as (select distinct word from said, regexp_split_to_table(lower(words), '[^a-z]+') word where length(word) between %s and %s),
stemmed as (select word, (ts_lexize('english_stem', word))[1] as stem from known)
select s.word, s.stem, coalesce(t.ndoc, 0) from stemmed s left join ts_stat('select words from providers_searchrow') t on t.word = s.stem
where s.stem is not null"""


def refresh(*, listings: QuerySet[Listing]) -> int:
    """Writes anew what search knows of these services: a row for each that is on sale with papers, none for the others. Returns rows changed.

    One statement, whether it is one service or a million.
    """
    asked, params = listings.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"with asked(id) as materialized ({asked}), {PAPERS.strip()}, {WORDS.strip()}, {ROWS.strip()}", params)
        return int(cursor.rowcount)


def refresh_due(*, at: datetime) -> int:
    """Those whose outcode `places` learned since; all, when there is not one row yet (a database from before there was search); the day's words."""
    known = Outcode.objects.values("code")
    guessed = Listing.objects.filter(search_row__in=SearchRow.objects.guessed(), outcode__in=known)
    moved = refresh(listings=guessed) if guessed.exists() else 0
    if not SearchRow.objects.exists() and (all_of_them := Listing.objects.on_sale()).exists():
        moved += refresh(listings=all_of_them)
    return moved + count_words(on=london_date(at))


def count_words(*, on: date) -> int:
    """Counts the words of everything on sale, once for a day. Returns how many there are; 0 when it was done."""
    with transaction.atomic():
        if SearchWord.objects.filter(counted_on__gte=on).exists() or not SearchRow.objects.exists():
            return 0
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [SHORTEST, LONGEST])
            counted = cursor.fetchall()
        words = [SearchWord(word=word, stem=stem, times=times, keys=keys_of(word), counted_on=on) for word, stem, times in counted]
        SearchWord.objects.all().delete()
        SearchWord.objects.bulk_create(words, batch_size=2_000)
    return len(words)
