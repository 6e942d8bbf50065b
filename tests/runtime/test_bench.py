"""The bench measures what it says: figures from rounds, a failure that is told and not fatal, and a loader whose book is right."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.bench import Figure, asking, search
from config.bench.measuring import Job, Measured, logged, percentile
from config.synthetic.making import make

AT = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def job(name: str, *speeds: float, yardstick: str = "") -> Job:
    left = iter(speeds)
    made = Job(name, lambda seconds: Measured(next(left), seconds * 1.0, seconds * 2.0, 50.0), "title", yardstick)
    for _ in speeds:
        made.turn(3)
    return made


def test_a_ratio_is_the_middle_of_the_rounds_own_ratios():
    theirs, ours = job("theirs", 100, 400, 50), job("ours", 150, 200, 100, yardstick="theirs")
    assert ours.figure({"theirs": theirs}) == Figure("ours", 150, "transfers/s", "theirs", 1.5, "title", p50_ms=3.0, p99_ms=6.0, cpu_us=50.0)


def test_what_can_not_be_measured_says_why_and_the_others_go_on():
    calls = []

    def fails(seconds: int) -> Measured:
        calls.append(seconds)
        raise RuntimeError("no such thing\nas that")

    broken, ours = Job("theirs", fails, "title"), job("ours", 150, yardstick="theirs")
    for _ in range(3):
        broken.turn(1)
    assert calls == [1]
    known = {"theirs": broken, "ours": ours}
    assert json.loads(broken.figure(known).line())["note"] == "not measured: as that"
    figure = ours.figure(known)
    assert (figure.value, figure.ratio) == (150, None)


def test_what_a_connection_does_before_the_last_seconds_is_not_counted(tmp_path):
    lines = [f"0 {number} {took} 0 {second} {rest}" for number, (took, second, rest) in enumerate([(900, 100, 5), (30, 101, 6), (20, 102, 7)])]
    (tmp_path / "made-log.1").write_text("\n".join(lines) + "\n")
    assert logged(tmp_path / "made-log", 1) == [20]
    assert list(tmp_path.iterdir()) == []


def test_percentiles_are_of_the_values_themselves():
    assert [percentile(range(1, 101), part) for part in (50, 99, 100)] == [51, 100, 100]
    assert percentile([7], 99) == 7


def test_pages_in_turn_and_on_the_tick_are_all_answered_and_a_bad_one_is_told(served):
    asks = [asking.Ask("one", "/good"), asking.Ask("two", "/good")]
    assert [one.name for one in asking.only_good(asking.in_turn(served, asks, 2))] == ["one", "two"] * 2
    answered = asking.at_a_rate(served, asks, per_second=100, seconds=1)
    assert len(answered) == 100
    assert {one.status for one in answered} == {200}
    with pytest.raises(RuntimeError, match="bad answered 404"):
        asking.only_good(asking.in_turn(served, [asking.Ask("bad", "/bad")], 1))


@pytest.fixture
def served() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/good" else 404)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *said: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.django_db
def test_every_kind_of_search_is_measured_beside_its_own_sql(monkeypatch):
    make(councils=0, seed=1, listings=150, at=AT, tell=lambda _: None)
    monkeypatch.setattr(search, "TIMES", 1)
    monkeypatch.setattr(search, "PLACES", 2)
    figures = {each.figure: each for each in search.of_kinds(AT)}
    assert set(figures) >= {"search.first_20", "search.sql_words_london", "search.find_comes_country", "search.sql_mix", "search.spelling"}
    found = figures["search.find_any_london"]
    assert found.yardstick == "search.sql_any_london"
    assert found.ratio is not None
