"""What search asks the database: the nearest services that fit, and how many more there would be with another choice. One query for both, two
when much was chosen and one walk was not enough.

Walks the places one by one, nearest first, and stops when it has enough: what lies further away is not read. Words that occur seldom are looked up
in the whole country first instead, and sorted. Among services of one place the order is that of a hash of their number with a salt, so it is the
same on every page and for everybody, and nobody can buy it. Why so: docs/adr/0020-search.md.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress
from math import ceil
from typing import Any

from django.db import connection

from audit.kept import prepared
from providers.models_of_search import SETS
from providers.rules_of_search import GIFTS, chosen, far, keys_of, meant

_BITS = ", ".join(f"r.{name}_bits" for name in SETS)
_LISTED, _NEAREST = "array_agg(n), array_agg(listing_id), array_agg(charge_bits)", "order by n, nth, listing_id"
_ORDER = "hashint8extended(r.listing_id, %(salt)s)"
_QUERY = "plainto_tsquery('english', %(words)s)"
_PLACES = "unnest(%(codes)s::varchar[], %(miles)s::int[]) with ordinality o (code, miles, n)"
# With so many choices made they are counted in one walk, as long as these are enough to count among; else SHORT says that they were not.
MANY, ENOUGH, SHORT = 3, 3_000, -1
# Places beside each other, for words: to look a common word up takes as long for one place as for thirty. `before`: how many are nearer.
_GROUPS = """unnest(%(group_codes)s::text[], %(group_miles)s::text[], %(tokens)s::tsquery[], %(before)s::int[])
    with ordinality g (codes, miles, token, before, m)"""
# The rarest of the words: in at most so many services do all of them occur. Words of no stem (the, and) narrow nothing.
SELDOM = 5_000
# Places in a group; FAR_AT_ONCE of them after the nearest NEAR, where whoever gets there found little and will look at most of what is left.
FEWEST, AT_ONCE, NEAR, FAR_AT_ONCE = 4, 8, 64, 16
_RARE = f"""rare(times) as materialized (
    select coalesce(min((select coalesce(max(w.times), 0) from providers_searchword w where w.stem = asked.stem)), %(seldom)s + 1)
    from unnest(tsvector_to_array(to_tsvector('english', %(words)s))) asked(stem)
), few as materialized (
    select * from providers_searchrow r where r.words @@ {_QUERY} and r.papers_until >= %(on)s and (select times from rare) <= %(seldom)s
)"""  # noqa: S608 - put together from the text above and nothing else


@dataclass(frozen=True, slots=True)
class Question:
    """`places`: codes with miles, nearest first. `bits`: of which set which bits must be there. `comes`: only those whose own radius reaches here."""

    places: Sequence[tuple[str, float]]
    on: date
    salt: int
    most: int
    words: str = ""
    bits: Mapping[str, int] = field(default_factory=dict)
    most_pence: int | None = None
    comes: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`found`: numbers of services with their miles, in order. `gifts`: those that cost no money. `counts`: set → number of a bit → how many have it.

    Of a set that was chosen from and is in `freed`, the counts are those without that choice.
    """

    found: list[tuple[int, float]]
    gifts: list[tuple[int, float]]
    counts: dict[str, Counter[int]]


def ask(question: Question, *, freed: Sequence[str] = ()) -> Answer:
    """At most `most` of the nearest, and the counts among as many."""
    again = [name for name in freed if question.bits.get(name)]
    if len(again) >= MANY:
        rows = _sent(_one_walk(question, again), question, enough=ENOUGH)
        if all(row[0] != SHORT for row in rows):
            return _answer(question, again, rows)
    return _answer(question, again, _sent(_walk_each(question, again), question))


def _answer(question: Question, again: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Answer:
    """From a row with all that was found (0), and for each set (1, 2 …) its bits with how many have them."""
    found, gifts = list[tuple[int, float]](), list[tuple[int, float]]()
    folded: dict[str, dict[int, int]] = {name: {} for name in SETS}
    names = {number: name for name, number in _numbers(again).items()}
    for number, bits, times, nth, listings, charges in rows:
        if number:
            folded[names[number]][bits] = times
        elif listings:
            miles = [far for _, far in question.places]
            found = [(listing, miles[place - 1]) for listing, place in zip(listings, nth, strict=True)]
            gifts = list(compress(found, map(GIFTS.__and__, charges)))
    return Answer(found, gifts, {name: _unfolded(bits) for name, bits in folded.items()})


def _numbers(again: Sequence[str]) -> dict[str, int]:
    """The number of each set's counts among the rows. Those counted among what was found are told apart by what GROUPING says of them."""
    rest = [name for name in SETS if name not in again]
    numbers = {name: number for number, name in enumerate(again, start=1)}
    return numbers | {name: len(SETS) + 2 ** len(rest) - 1 - 2**place for place, name in enumerate(reversed(rest))}


def _walk_each(question: Question, again: Sequence[str]) -> str:
    """What fits, and for each set what fits without what was chosen from it: each a walk that stops when it has enough."""
    found = " union all ".join(f"({walk})" for walk in _walks(question, f"n, {_ORDER} as nth, r.listing_id, {_BITS}"))
    branches = _of_found(again)
    for number, name in enumerate(again, start=1):
        branches += [_counted(number, walk) for walk in _walks(question, f"r.{name}_bits as bits", without=[name])]
    rare = f"{_RARE}, " if question.words else ""
    return f"with {rare}found as materialized ({found}) {' union all '.join(branches)}"


def _one_walk(question: Question, again: Sequence[str]) -> str:
    """The same by one walk over all that lack one of the choices at most. Says so (SHORT) when it stopped before it had enough of each kind.

    Who chose much reads whole neighbourhoods, so it is one reading in place of five.
    """
    lacks = ", ".join(f"(r.{name}_bits & %({name})s <> %({name})s)::int" for name in again)
    kept = f"r.listing_id, {_BITS}, n, array_position(array[{lacks}], 1) as lacking, {_ORDER} as nth"
    walks = _walks(question, kept, without=again, also=[f"{lacks.replace(', ', ' + ')} <= 1"], most="enough")
    nearest = f"{_NEAREST} limit %(most)s"
    found = f"select n, nth, r.listing_id, {_BITS} from near r where lacking is null {nearest}"  # noqa: S608 - our own names
    branches, there = _of_found(again), ["from near r where lacking is null"]
    for number, name in enumerate(again, start=1):
        there.append(f"from near r where coalesce(lacking, {number}) = {number}")
        branches.append(_counted(number, f"select r.{name}_bits as bits {there[-1]} {nearest}"))
    fewest = ", ".join(f"(select count(*) {one})" for one in there)
    short = f"(select count(*) from near) = %(enough)s and least({fewest}) < %(most)s"  # noqa: S608 - as above
    branches.append(f"select {SHORT}, null, null, null, null, null where {short}")
    rare = f"{_RARE}, " if question.words else ""
    near = " union all ".join(f"({walk})" for walk in walks)
    return f"with {rare}near as materialized ({near}), found as materialized ({found}) {' union all '.join(branches)}"


def _of_found(again: Sequence[str]) -> list[str]:
    """What was found, in one row, and how many of it have which bits of the sets that are not counted by themselves."""
    rest = ", ".join(f"{name}_bits" for name in SETS if name not in again)
    each = rest.replace(", ", "), (")
    counted = f"select {len(SETS)} + grouping({rest}), coalesce({rest}), count(*), null, null, null from found group by grouping sets (({each}))"  # noqa: S608
    listed = f"select 0, null::bigint, null::bigint, {_LISTED} from (select * from found {_NEAREST}) f"  # noqa: S608 - as above
    return [listed, counted]


def _counted(number: int, walk: str) -> str:
    return f"(select {number}, t.bits, count(*), null, null, null from ({walk}) t group by t.bits)"  # noqa: S608 - our own names


def _sent(statement: str, question: Question, **more: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, _given(question) | more)
        return list(cursor.fetchall())


def put_right(words: str) -> str:
    """What was probably meant by words that occur nowhere, the others left as they are. One query, none when nothing was typed."""
    typed = sorted({word for word in words.lower().split() if far(word)})
    if not typed:
        return words
    pairs = [(word, key) for word in typed for key in keys_of(word)]
    rows = prepared(_LIKE, typed, [word for word, _ in pairs], [key for _, key in pairs])
    certain = {word for word, times in rows if times is None}
    known = {(word, times) for word, times in rows if times is not None}
    return " ".join(word if word.lower() in certain else meant(word.lower(), known) for word in words.split())


# Of the words typed, those that occur as they are or with another ending; and all words that are like any of the others. Key by key: of all keys
# at once PostgreSQL would rather compare each word's with each of them, as long as the words are few.
_LIKE = """
with certain as materialized (
    select typed from unnest($1::text[]) typed
    where exists (select from providers_searchword w where w.stem = (ts_lexize('english_stem', typed))[1])
)
select typed, null from certain
union all
select w.word, w.times from unnest($2::text[], $3::varchar[]) other (typed, key)
cross join lateral (select word, times from providers_searchword where keys @> array[other.key] offset 0) w
where other.typed not in (select typed from certain)"""


def _walks(question: Question, what: str, *, without: Sequence[str] = (), also: Sequence[str] = (), most: str = "most") -> Iterator[str]:
    """Only with a word to look for is the table itself read; else all is in the index of places. Of the two with words only one has rows.

    Words that occur often are looked up group of places by group of places, which reads all of them to the end where little has what was chosen: so
    what was chosen is looked at first where it is narrow, or where much was (`also`).
    """
    comes = ["r.radius_miles >= o.miles"] if question.comes else []
    parts = [f"r.{name}_bits & %({name})s = %({name})s" for name, bits in question.bits.items() if bits and name not in without]
    parts += ["r.price_pence <= %(most_pence)s"] if question.most_pence is not None else []
    parts += ["r.papers_until >= %(on)s", *also]
    nearest = f"n, {_ORDER}, r.listing_id limit %({most})s"
    here = " and ".join(["r.place = o.code", *comes])
    if question.words:
        yield (_by_places if also or _is_narrow(question, without) else _by_words)(what, parts, here, nearest)
        yield f"select {what} from few r join {_PLACES} on {here} where {' and '.join(parts)} order by {nearest}"  # noqa: S608 - our own names
    else:
        rows = f"select * from providers_searchrow r where {' and '.join([here, *parts])} offset 0"  # noqa: S608 - as above
        yield f"select {what} from {_PLACES} cross join lateral ({rows}) r order by {nearest}"  # noqa: S608 - as above


def _by_words(what: str, parts: Sequence[str], here: str, nearest: str) -> str:
    """Group of places by group of places, as far as needed."""
    worded = f"(select times from rare) > %(seldom)s and r.words @@ ({_QUERY} && g.token)"  # noqa: S608 - our own names
    rows = f"select * from providers_searchrow r where {' and '.join([worded, *parts])} offset 0"  # noqa: S608 - as above
    places = "unnest(g.codes::varchar[], g.miles::int[]) with ordinality o (code, miles, nth)"
    placed = f"select r.*, g.before + o.nth as n from ({rows}) r join {places} on {here} offset 0"  # noqa: S608 - as above
    return f"select {what} from {_GROUPS} cross join lateral ({placed}) r order by m, {nearest}"  # noqa: S608 - as above


def _is_narrow(question: Question, without: Sequence[str]) -> bool:
    """Whether few services of a place have what was chosen. Most speak English, the first language of the list, and most are paid with money."""
    bits = {name: 0 if name in without else bits for name, bits in question.bits.items()}
    return any(bits.get(name) for name in ("category", "access")) or bits.get("language", 0) > 1 or bits.get("charge", 0) & GIFTS > 0


def _by_places(what: str, parts: Sequence[str], here: str, nearest: str) -> str:
    """Place by place, as without words: only of the few that have what was chosen are the words looked at."""
    there = " and ".join(["(select times from rare) > %(seldom)s", here, *parts])
    rows = f"select r.listing_id, {_BITS} from providers_searchrow r where {there} offset 0"  # noqa: S608 - our own names
    said = f"(numnode({_QUERY}) = 0 or w.words @@ {_QUERY})"
    worded = f"select r.* from ({rows}) r join providers_searchrow w on w.listing_id = r.listing_id and {said} offset 0"  # noqa: S608 - as above
    return f"select {what} from {_PLACES} cross join lateral ({worded}) r order by {nearest}"  # noqa: S608 - our own names


def _given(question: Question) -> dict[str, Any]:
    codes, miles = [code for code, _ in question.places], [ceil(far) for _, far in question.places]
    given = {**question.bits, "codes": _array(codes), "miles": _array(miles), "seldom": SELDOM}
    given |= {name: getattr(question, name) for name in ("words", "on", "salt", "most", "most_pence")}
    if question.words:
        groups = list(_groups(len(codes)))
        given["group_codes"] = [_array(codes[begin:end]) for begin, end in groups]
        given["group_miles"] = [_array(miles[begin:end]) for begin, end in groups]
        given["tokens"] = [" | ".join(f"'@{code}'" for code in codes[begin:end]) for begin, end in groups]
        given["before"] = [begin for begin, _ in groups]
    return given


def _array(values: Sequence[object]) -> str:
    """Codes of places or numbers as PostgreSQL reads them: a thousand are written out one by one otherwise."""
    return f"{{{','.join(map(str, values))}}}"


def _groups(places: int) -> Iterator[tuple[int, int]]:
    """From where to where: few near by, where there may be enough, then more."""
    begin, size = 0, FEWEST
    while begin < places:
        yield begin, min(begin + size, places)
        begin += size
        size = min(size * 2, AT_ONCE if begin < NEAR else FAR_AT_ONCE)


def _unfolded(counted: Mapping[int, int]) -> Counter[int]:
    """How many have each bit, from how many have each set of bits."""
    found: Counter[int] = Counter()
    for bits, times in counted.items():
        for number in chosen(bits):
            found[number] += times
    return found
