"""Signed-in pages of the demo's story behind granian, 60 a second, beside a page that says hello through the same middleware.

`p99_ms` and `p50_ms` are of what people wait; the value is the 95th percentile. `cpu_us` is the processors' time for one page, the web server's
and the database's together: it says more than the times on a machine that does other things.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from config.bench import Figure
from config.bench.asking import Answered, Ask, at_a_rate, in_turn, only_good
from config.bench.measuring import percentile
from config.bench.server import Server
from config.bench.site import SECRET, own_site, server_seconds, serving, tell_the_story
from config.demo_story.cast import AMINA, COLIN, HALIMA, HODAN, ROSA, RUTH, YUSUF, Part, person
from pooling.models import Cluster, Proposal

PER_SECOND, WARM, EACH, QUICK = 60, 5, 40, 1_000  # the kernel counts processor time in hundredths of a second
LONGEST = 60  # seconds under load


def run(seconds: int) -> Iterator[Figure]:
    """The story on a server of the bench's own; every page alone, then all of them at once. `seconds` under load, four times over."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder, own_site(Path(folder)) as server:
        tell_the_story(server)
        asks, hello = pages(), Ask("pages.hello", "/bench/hello")
        with serving(server) as (address, web):
            only_good(in_turn(address, [hello, *asks], WARM))
            yardstick = _alone(server, web, address, hello, QUICK)
            yield yardstick
            for ask in asks:
                yield _alone(server, web, address, ask, EACH, yardstick)
            for name, mix in (("pages.hello_60", [hello]), ("pages.mixed_60", asks)):
                yield _together(name, server, web, address, mix, min(seconds * 4, LONGEST))


def pages() -> list[Ask]:
    """The mix: what people of the story open most, as themselves."""
    settings.SECRET_KEY = SECRET
    ours, kitchen = (reverse("group", args=[Cluster.objects.get(name=name).pk]) for name in ("Our Own Words", "Thursday Kitchen"))
    question = reverse("group-question", args=[Proposal.objects.latest("pk").pk])
    wanted: list[tuple[str, Part, str]] = [
        ("start", AMINA, reverse("start")),
        ("group", YUSUF, ours),
        ("provider_today", HODAN, reverse("provider")),
        ("budget", HALIMA, reverse("budget")),
        ("decision", ROSA, question),
        ("found", ROSA, f"{reverse('near')}?what=any&where=SE15"),
        ("group_asked", ROSA, kitchen),
        ("start_asked", ROSA, reverse("start")),
        ("helping", RUTH, reverse("helping")),
        ("looking_after", COLIN, reverse("looking-after")),
        ("money", AMINA, reverse("money")),
    ]
    return [Ask(f"pages.{name}", path, _signed_in(part)) for name, part, path in wanted]


def _signed_in(part: Part) -> str:
    """The cookie of somebody who has signed in."""
    who, session = person(part), SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(who.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = who.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _alone(server: Server, web: int, address: str, ask: Ask, times: int, yardstick: Figure | None = None) -> Figure:
    """One client, one page; the ratio is of processor time to the yardstick's."""
    spent, answers = _measured(server, web, lambda: in_turn(address, [ask], times))
    ratio = round(spent * 1_000_000 / yardstick.cpu_us, 1) if yardstick and yardstick.cpu_us else None
    note = f"{answers[-1].size / 1000:.1f} kB; one client" + ("; the ratio is of processor time" if yardstick else "")
    return _figure(ask.name, answers, spent, note, yardstick.figure if yardstick else "", ratio)


def _together(name: str, server: Server, web: int, address: str, mix: Sequence[Ask], seconds: int) -> Figure:
    spent, answers = _measured(server, web, lambda: at_a_rate(address, mix, per_second=PER_SECOND, seconds=seconds))
    note = f"{PER_SECOND} a second for {seconds} s, {len(mix)} pages in turn; the processors were {spent * PER_SECOND * 100:.0f} % of one busy"
    return _figure(name, answers, spent, note)


def _measured(server: Server, web: int, deed: Callable[[], list[Answered]]) -> tuple[float, list[Answered]]:
    """Seconds of processor time for each answer, and the answers."""
    before = server_seconds(server, web)
    answers = only_good(deed())
    return (server_seconds(server, web) - before) / len(answers), answers


def _figure(name: str, answers: Sequence[Answered], spent: float, note: str, yardstick: str = "", ratio: float | None = None) -> Figure:
    ordered = sorted(one.ms for one in answers)
    middle, most, worst = (round(percentile(ordered, part), 1) for part in (50, 95, 99))
    return Figure(name, most, "ms p95", yardstick, ratio, note, p50_ms=middle, p99_ms=worst, cpu_us=round(spent * 1_000_000))
