"""Search among a million services: bare SQL, the selector with its numbers beside each choice, the page, and putting spelling right.

Every measurement asks each kind of question about many places and words in turn. `search.first_20` is the least that could be asked: the first
twenty near a place, written by hand, no numbers. `search.sql_…` are the very statements that a page sends, all of them and no others, sent bare in
one session: what Python adds, from the question at the web server's door to the answer, is the ratio of `search.page_…` to them. `cpu_us` of a page
is the processors' time for it, the web server's and the database's together. `search.page_mix` against `search.sql_mix` is all kinds' answers put
together, each kind as often: its ratio is of p95, and says less of cheap questions than their own ratios do.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse

from audit import clock
from config.bench import Figure
from config.bench.asking import Ask, in_turn, only_good
from config.bench.measuring import percentile
from config.bench.server import Server
from config.bench.site import own_site, server_seconds, serving
from config.synthetic.making import analyse, make
from frontend.views.near import near
from marketplace.selectors.search import Asked, find
from places.distance import around
from places.models import Outcode
from providers.models import SearchRow, SearchWord
from providers.search import put_right

LISTINGS, TIMES, PLACES = 1_000_000, 60, 20
LONDON, COUNTRY = ("E", "N", "NW", "SE", "SW", "W"), ("EX", "NR", "CA", "LN", "SY", "TR")
WORDS = ("cooking", "cleaning", "somali", "gardening", "shopping together", "washing and dressing", "dementia", "lunch club")
WRONG = ("coking", "cleening", "gardning", "shoping togehter", "washing and dresing", "demenshia")
AREAS = {"london": LONDON, "country": COUNTRY}
KINDS = {
    "category": Asked("", category="home_jobs", miles=10, checked=True, most_pence=2_400),
    "words": Asked("", words="cooking", miles=10, checked=True, most_pence=2_400),
    "comes": Asked("", category="meals"),
    "any": Asked("", miles=10),
    "narrow": Asked("", miles=10, category="company", weekday=6, part="evening", language="somali", access=("step_free",), groups=True),
}
# By hand: nearest first, among equals by number, the first twenty with what a card says of them.
FIRST_20 = """
select l.id, l.title, l.price_pence, e.name, o.miles from unnest(%(codes)s::varchar[], %(miles)s::float[]) with ordinality o (code, miles, n)
cross join lateral (select r.listing_id from providers_searchrow r
    where r.place = o.code and r.category_bits & %(bit)s = %(bit)s and r.price_pence <= 2400 and r.papers_until >= %(on)s offset 0) r
join providers_listing l on l.id = r.listing_id join providers_enterprise e on e.id = l.enterprise_id order by o.n, l.id limit 20"""
Said = tuple[str, Any]


def run(seconds: int, *, listings: int = LISTINGS, keep: Path | None = None) -> Iterator[Figure]:
    """Fills a database of its own, then asks one question after the other: TIMES of each, whatever `seconds` says.

    `keep`: the folder it stays in; what an earlier run filled there is asked again.
    """
    with _folder(keep) as folder, own_site(folder) as server:
        at, begun = clock.now(), time.perf_counter()
        if not SearchWord.objects.exists():  # counted last, so all else is there
            make(councils=0, seed=1, listings=listings, at=at, tell=lambda _: None, look=analyse)
        made, services = round(time.perf_counter() - begun), SearchRow.objects.count()
        yield Figure("search.load", made, "s", note=f"{services:,} services to be found, with their providers and papers")
        yield from measure(server, at)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep:
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def measure(server: Server, at: datetime) -> Iterator[Figure]:
    """Everything that is asked of a database that is filled; a page beside its own SQL, for machines that do other things too."""
    with serving(server) as (address, web):

        def page(asked: Sequence[Asked]) -> Page:
            asks = [Ask("search", path) for path in map(_path, asked)]
            only_good(in_turn(address, asks, 1))
            before = server_seconds(server, web)
            answers = only_good(in_turn(address, asks, -(-TIMES // len(asks))))
            spent = round((server_seconds(server, web) - before) / len(answers) * 1_000_000)
            return Page([one.ms for one in answers], spent, f"one client; {answers[-1].size / 1000:.1f} kB")

        yield from of_kinds(at, page)


class Page(NamedTuple):
    """Milliseconds of each page of a kind, processor time of one in microseconds, and what else there is to say of them."""

    taken: list[float]
    cpu_us: int
    note: str


def of_kinds(at: datetime, page: Callable[[Sequence[Asked]], Page] | None = None) -> Iterator[Figure]:
    """The SQL of each kind of question, the selector, and its page where there is a web server to ask for it; all together; then spelling."""
    sent, shown = list[float](), list[float]()
    yield _figure("search.first_20", _timed(_first_20(at), TIMES), "a category, near, papers, price; by hand, without numbers")
    for name, asked in _kinds().items():
        taken = _timed(_bare(asked), TIMES)
        sent += taken
        yield (bare := _figure(f"search.sql_{name}", taken, "all that a page asks, without Python"))
        yield _figure(f"search.find_{name}", _timed([partial(find, one, on=at.date()) for one in asked], TIMES), "what fits, with numbers", bare)
        if page:
            pages = page(asked)
            shown += pages.taken
            yield replace(_figure(f"search.page_{name}", pages.taken, pages.note, bare), cpu_us=pages.cpu_us)
    yield from _mixed(sent, shown)
    yield _figure("search.spelling", _timed([partial(put_right, words) for words in WRONG], TIMES), "putting wrong words right")


def _mixed(sent: Sequence[float], shown: Sequence[float]) -> Iterator[Figure]:
    """What people wait for whatever they ask: all kinds together. Unlike that of a kind, this ratio is of p95."""
    yield (bare := _figure("search.sql_mix", sent, "all kinds together, each as often, without Python"))
    if shown:
        mixed = _figure("search.page_mix", shown, "", bare)
        note = f"all kinds together; the ratio is of p95; of p50 it is {mixed.ratio}; each kind's own stands beside it"
        yield replace(mixed, ratio=round(percentile(sorted(shown), 95) / percentile(sorted(sent), 95), 2), note=note)


def _kinds() -> dict[str, list[Asked]]:
    return {f"{name}_{where}": _questions(kind, areas) for name, kind in KINDS.items() for where, areas in AREAS.items()}


def _questions(kind: Asked, areas: Sequence[str]) -> list[Asked]:
    """The same question at many places; where it has words, with different ones."""
    codes = [code for area in areas for code in Outcode.objects.filter(code__regex=f"^{area}[0-9]").values_list("code", flat=True)[:4]]
    words = cycle(WORDS)
    return [replace(kind, outcode=code, words=next(words) if kind.words else "") for code in codes[:PLACES]]


def _path(asked: Asked) -> str:
    return f"{reverse('near')}?{urlencode(_typed(asked))}"


def _typed(asked: Asked) -> list[tuple[str, str]]:
    """As the form of the page sends it."""
    given = {"where": asked.outcode, "what": asked.category or "any", "words": asked.words, "miles": str(asked.miles or ""), "part": asked.part}
    given |= {"language": asked.language, "weekday": str(asked.weekday or ""), "most": str((asked.most_pence or 0) // 100 or "")}
    given |= {"groups": "yes" if asked.groups else "", "checked": "yes" if asked.checked else ""}
    return [*((name, value) for name, value in given.items() if value), *(("access", slug) for slug in asked.access)]


def _first_20(at: datetime) -> list[Callable[[], object]]:
    bit = 1 << 1
    asked = [one for areas in AREAS.values() for one in _questions(KINDS["category"], areas)]
    near = [around(one.outcode, 10) for one in asked]
    given = [{"codes": [code for code, _ in one], "miles": [far for _, far in one], "bit": bit, "on": at.date()} for one in near]
    return [partial(_sent, [(FIRST_20, each)]) for each in given]


def _bare(asked: Sequence[Asked]) -> list[Callable[[], object]]:
    """The statements that the page of each question sends, for somebody who has not signed in."""

    def caught(one: Asked) -> list[Said]:
        said: list[Said] = []

        def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
            said.append((statement, params))
            return execute(statement, params, many, context)

        request: Any = RequestFactory().get(_path(one))
        request.user, request.session = AnonymousUser(), {}
        with clock.asked_once(), connection.execute_wrapper(note):
            if near(request).status_code != HTTPStatus.OK:
                raise RuntimeError(f"no page for {one}")
        return said

    return [partial(_sent, caught(one)) for one in asked]


def _sent(statements: Sequence[Said]) -> list[Any]:
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        return [cursor.execute(statement, params).fetchall() for statement, params in statements]


def _timed(deeds: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Milliseconds of each; every deed once beforehand."""
    for deed in deeds:
        deed()
    taken = []
    for deed in islice(cycle(deeds), max(times, len(deeds))):
        begun = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def _figure(name: str, taken: Sequence[float], note: str, yardstick: Figure | None = None) -> Figure:
    ordered = sorted(taken)
    middle, most, worst = (round(percentile(ordered, part), 1) for part in (50, 95, 99))
    ratio = round(middle / yardstick.p50_ms, 2) if yardstick and yardstick.p50_ms else None
    against = yardstick.figure if yardstick else ""
    return Figure(name, most, "ms p95", against, ratio, f"{note}; the ratio is of p50" if against else note, p50_ms=middle, p99_ms=worst)
