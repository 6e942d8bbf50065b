"""What search asks the database: the nearest services that fit, and how many more there would be with another choice. One query for both.

Walks the places one by one, nearest first, and stops when it has enough: what lies further away is not read. Words that occur seldom are looked up
in the whole country first instead, and sorted. Among services of one place the order is that of a hash of their number with a salt, so it is the
same on every page and for everybody, and nobody can buy it. Why so: docs/adr/0020-search.md.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Any

from django.db import connection

from providers.models_of_search import SETS
from providers.rules_of_search import GIFTS, chosen, far, keys_of, meant

_BITS = ", ".join(f"r.{name}_bits" for name in SETS)
_ORDER = "hashint8extended(r.listing_id, %(salt)s)"
_QUERY = "plainto_tsquery('english', %(words)s)"
_PLACES = "unnest(%(codes)s::varchar[], %(miles)s::int[], %(tokens)s::tsquery[]) with ordinality o (code, miles, token, n)"
_NEAREST = f"order by o.n, {_ORDER}, r.listing_id limit %(most)s"
# The rarest of the words: in at most so many services do all of them occur. Words of no stem (the, and) narrow nothing.
SELDOM = 5_000
_RARE = f"""rare(times) as materialized (
    select coalesce(min((select coalesce(max(w.times), 0) from providers_searchword w where w.stem = asked.stem)), %(seldom)s + 1)
    from unnest(tsvector_to_array(to_tsvector('english', %(words)s))) asked(stem)
), few as materialized (
    select * from providers_searchrow r where r.words @@ {_QUERY} and r.papers_until >= %(on)s and (select times from rare) <= %(seldom)s
)"""  # noqa: S608 - put together from the text above and nothing else
# How the rows of a place are come by: (rows, condition). Of the two with words only one has rows.
_BY_PLACE = ("providers_searchrow", "r.place = o.code")
_BY_WORDS = ("providers_searchrow", f"(select times from rare) > %(seldom)s and r.words @@ ({_QUERY} && o.token)")  # noqa: S608 - as above
_OF_FEW = ("few", "r.place = o.code")


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
    empty = "null::bigint, " * (len(SETS) - 1)
    branches = [f"({walk})" for walk in _walks(question, f"0, o.n, {_ORDER}, r.listing_id, {_BITS}")]
    for number, name in enumerate(again, start=1):
        for walk in _walks(question, f"r.{name}_bits as bits", without=name):
            branches.append(f"(select {number}, t.bits, count(*), null, {empty}null from ({walk}) t group by t.bits)")  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute((f"with {_RARE} " if question.words else "") + " union all ".join(branches), _given(question))
        rows = cursor.fetchall()
    nearest = sorted(row for row in rows if row[0] == 0)
    counts = {name: _unfolded(Counter(row[at] for row in nearest)) for at, name in enumerate(SETS, start=4)}
    for number, name in enumerate(again, start=1):
        counts[name] = _unfolded({row[1]: row[2] for row in rows if row[0] == number})
    at_charge = 4 + SETS.index("charge")
    found = [(row[3], question.places[row[1] - 1][1]) for row in nearest]
    gifts = [one for one, row in zip(found, nearest, strict=True) if row[at_charge] & GIFTS]
    return Answer(found, gifts, counts)


def put_right(words: str) -> str:
    """What was probably meant by words that occur nowhere, the others left as they are. One query, none when nothing was typed."""
    typed = sorted({word for word in words.lower().split() if far(word)})
    if not typed:
        return words
    with connection.cursor() as cursor:
        cursor.execute(_LIKE, [typed, sorted({key for word in typed for key in keys_of(word)})])
        rows = cursor.fetchall()
    certain = {word for word, times in rows if times is None}
    known = [(word, times) for word, times in rows if times is not None]
    return " ".join(word if word.lower() in certain else meant(word.lower(), known) for word in words.split())


# Of the words typed, those that occur as they are or with another ending; and all words that are like any of them.
_LIKE = """
select typed, null from unnest(%s::text[]) typed
where exists (select from providers_searchword w where w.stem = (ts_lexize('english_stem', typed))[1])
union all select word, times from providers_searchword where keys && %s::varchar[]"""


def _walks(question: Question, what: str, *, without: str = "") -> Iterator[str]:
    """Only with a word to look for is the table itself read; else all is in the index of places."""
    parts = ["r.radius_miles >= o.miles"] if question.comes else []
    parts += [f"r.{name}_bits & %({name})s = %({name})s" for name, bits in question.bits.items() if bits and name != without]
    parts += ["r.price_pence <= %(most_pence)s"] if question.most_pence is not None else []
    for rows, found in (_BY_WORDS, _OF_FEW) if question.words else (_BY_PLACE,):
        where = " and ".join([found, *parts, "r.papers_until >= %(on)s"])
        if rows == "few":
            yield f"select {what} from few r join {_PLACES} on {where} {_NEAREST}"  # noqa: S608 - our own names
        else:
            yield f"select {what} from {_PLACES} cross join lateral (select * from {rows} r where {where} offset 0) r {_NEAREST}"  # noqa: S608


def _given(question: Question) -> dict[str, Any]:
    return {
        **question.bits,
        "codes": [code for code, _ in question.places],
        "miles": [ceil(miles) for _, miles in question.places],
        "tokens": [f"'@{code}'" for code, _ in question.places] if question.words else [None for _ in question.places],
        "seldom": SELDOM,
        **{name: getattr(question, name) for name in ("words", "on", "salt", "most", "most_pence")},
    }


def _unfolded(counted: Mapping[int, int]) -> Counter[int]:
    """How many have each bit, from how many have each set of bits."""
    found: Counter[int] = Counter()
    for bits, times in counted.items():
        for number in chosen(bits):
            found[number] += times
    return found
