"""Many people pressing buttons at once, over HTTP; every press is kept with its answer, or with none."""

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from config.torture import OWNERS
from config.torture.work import Order

CLIENTS = 5
SECONDS_OF_PATIENCE = 20.0
PAUSE_SECONDS = 0.02
DONE = ("done", "replayed")


@dataclass
class Press:
    """One order and the last word about it: `answer` is empty while nobody knows."""

    order: Order
    answer: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return self.answer in DONE

    @property
    def is_refused(self) -> bool:
        return self.answer.startswith("refused")


@dataclass
class Load:
    """Presses until it is stopped. `payees`: whom money goes to."""

    site: str
    payees: list[int]
    dice: Random
    presses: list[Press] = field(default_factory=list)

    def start(self) -> None:
        """They begin to press."""
        self._stopping = threading.Event()
        seeds = [self.dice.random() for _ in range(CLIENTS)]
        self._threads = [threading.Thread(target=self._client, args=(Random(seed),)) for seed in seeds]  # noqa: S311 - the same seed is the same run
        for thread in self._threads:
            thread.start()

    def ask_to_stop(self) -> None:
        """Nobody presses anew; who waits for an answer goes on waiting."""
        self._stopping.set()

    def stop(self) -> None:
        """Until the last one who waits has an answer or has lost it."""
        self.ask_to_stop()
        for thread in self._threads:
            thread.join()

    def _client(self, dice: Random) -> None:
        while not self._stopping.is_set():
            press = Press(some_order(dice, self.payees))
            self.presses.append(press)
            press.answer = ask(self.site, press.order)
            time.sleep(PAUSE_SECONDS)

    def unanswered(self) -> list[Press]:
        """Those who do not know."""
        return [press for press in self.presses if not press.answer]

    def press_again(self, share: float) -> None:
        """Some of those who saw no answer press once more, until they have one; the others never do."""
        for press in self.unanswered():
            if self.dice.random() < share:
                press.answer = until_answered(self.site, press.order)


def some_order(dice: Random, payees: list[int]) -> Order:
    """Mostly what can be done; now and then more than anybody has."""
    kind = dice.choice(["place", *3 * ["pass"], "back", "pay"])
    pence = dice.randint(30, 900) if dice.random() < 0.9 else 900_000_000
    if kind == "pay":
        pence = dice.randint(30, 20_000)
    key = uuid.UUID(int=dice.getrandbits(128), version=4)
    return {"kind": kind, "key": str(key), "owner": dice.choice(OWNERS), "pence": pence, "hold": f"hold:{key}", "payee": dice.choice(payees)}


def ask(site: str, order: Order) -> str:
    """One press. The answer, or nothing when the connection died, nobody was there, or the site said that something is wrong."""
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=SECONDS_OF_PATIENCE)
    try:
        connection.request("POST", "/torture/", json.dumps(order), {"Content-Type": "application/json"})
        found = connection.getresponse()
        body = found.read().decode()
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    return body if found.status == 200 else ""


def until_answered(site: str, order: Order) -> str:
    """Presses the same again until somebody answers."""
    deadline = time.monotonic() + SECONDS_OF_PATIENCE
    while not (answer := ask(site, order)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody answers to {order}")
        time.sleep(0.05)
    return answer


def counted(presses: list[Press]) -> dict[str, Any]:
    """How many had which answer."""
    return {
        "acknowledged": sum(press.is_acknowledged for press in presses),
        "refused": sum(press.is_refused for press in presses),
        "unknown": sum(not press.answer for press in presses),
    }
