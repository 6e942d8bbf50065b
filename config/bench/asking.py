"""Asking a web server for pages: one client after its own answer, or so many a second whatever the answers take."""

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

HANDS = 32  # at most so many questions wait for an answer at once


@dataclass(frozen=True, slots=True)
class Ask:
    """One address, asked for by somebody signed in (`cookie`), or nobody."""

    name: str
    path: str
    cookie: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """How long the answer took from the moment it was due to be asked for, in milliseconds, and what came."""

    name: str
    ms: float
    status: int
    size: int


def in_turn(address: str, asks: Sequence[Ask], times: int) -> list[Answered]:
    """One client, each page so many times, the pages in turn."""
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        return [_ask(connection, asks[number % len(asks)], time.perf_counter()) for number in range(times * len(asks))]
    finally:
        connection.close()


def at_a_rate(address: str, asks: Sequence[Ask], *, per_second: int, seconds: int) -> list[Answered]:
    """The pages in turn, asked for on the tick whether or not earlier ones are answered: waiting counts, as it does for people."""
    answered: list[Answered] = []
    numbers, lock, begun = count(), threading.Lock(), time.perf_counter() + 0.2

    def hand() -> None:
        connection = http.client.HTTPConnection(address, timeout=60)
        while True:
            with lock:
                number = next(numbers)
            due = begun + number / per_second
            if number >= per_second * seconds:
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            answered.append(_ask(connection, asks[number % len(asks)], due))
        connection.close()

    hands = [threading.Thread(target=hand) for _ in range(HANDS)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    return answered


def _ask(connection: http.client.HTTPConnection, ask: Ask, due: float) -> Answered:
    connection.request("GET", ask.path, headers={"Cookie": ask.cookie, "Accept-Encoding": "gzip"} if ask.cookie else {})
    answer = connection.getresponse()
    size = len(answer.read())
    return Answered(ask.name, (time.perf_counter() - due) * 1000, answer.status, size)


def only_good(answers: Sequence[Answered]) -> list[Answered]:
    """The answers, if all were pages. Raises RuntimeError on the first that was not."""
    for one in answers:
        if one.status != 200:
            raise RuntimeError(f"{one.name} answered {one.status}")
    return list(answers)
