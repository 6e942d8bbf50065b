"""A long run of awards with restarts at random points: money held for each, released to one to three payees out of several lots, some sent back.

Whoever runs an award knows its orders and repeats each until there is an answer, as the rooms above do from their own states.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connections

from config.torture import OWNERS, books, stripe
from config.torture.load import Press, until_answered
from config.torture.stage import Stage
from config.torture.town import Town
from config.torture.work import Order
from payments.models import Payee

HANDS = 3  # awards at work at the same time
TARGETS = ("worker", "worker", "web", "stripe", "backend", "postmaster")
LOST_ANSWERS = ("drop_after_commit", "truncated", "500_stored_after", "500_before", "hang_after_commit", "429")
PATHS = ("/v1/transfers", "/v1/refunds")


@dataclass(frozen=True)
class Award:
    """One piece of work: its orders, in turn."""

    orders: tuple[Order, ...]


def run(stage: Stage, *, rounds: int, awards: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """`awards` pieces of work with `rounds` restarts among them; the books are compared once, at the end."""
    dice, town, began = Random(seed), Town(), time.monotonic()  # noqa: S311 - the same seed is the same run
    with stage.running():
        town.build()
        line = _Line([_award(Random(f"{seed}/{n}"), town.payees) for n in range(awards)], stage.site)  # noqa: S311
        line.start()
        killed = _restarts(stage, line, rounds, dice, say)
        line.finish()
        stripe.no_faults()
        town.settle()
        town.reconcile()
        verdict = books.judge(line.presses)
        verdict.adrift += _each_got_theirs(line.presses)
        transfers = len(stripe.everything("transfers"))
    for sentence in verdict.sentences():
        say(sentence)
    found = {"lost": len(verdict.lost), "doubled": len(verdict.doubled), "adrift": len(verdict.adrift)}
    more = {"transfers": transfers, "seconds": round(time.monotonic() - began)}
    return {"awards": awards, "restarts": sum(killed.values()), "orders": len(line.presses), **killed, **found, **more}


def _award(dice: Random, payees: list[int]) -> Award:
    """Two or three pay; each hold goes to one to three payees, and what is left goes back to its owner, or out by the way it came in."""
    work = f"award:{dice.getrandbits(48)}"
    orders: list[Order] = []
    for owner in dice.sample(OWNERS, dice.randint(2, 3)):
        hold, held = f"{work}/{owner.partition('/')[0]}", dice.randint(300, 9000)
        left = held
        orders.append(_order(dice, "place", owner, held, hold))
        for payee in dice.sample(payees, dice.randint(1, len(payees))):
            part = dice.randint(30, held // 3)
            left -= part
            orders.append(_order(dice, "release", owner, part, hold, payee))
        if left:
            orders.append(_order(dice, "unplace", owner, left, hold))
        if left and dice.random() < 0.4:
            orders.append(_order(dice, "back", owner, left, hold))
    return Award(tuple(orders))


def _order(dice: Random, kind: str, owner: str, pence: int, hold: str, payee: int = 0) -> Order:
    key = uuid.UUID(int=dice.getrandbits(128), version=4)
    return {"kind": kind, "key": str(key), "owner": owner, "pence": pence, "hold": hold, "payee": payee}


class _Line:
    """A few hands work through the awards; each order is repeated until it is answered."""

    def __init__(self, awards: list[Award], site: str) -> None:
        self.awards, self.site = awards, site
        self.presses: list[Press] = []
        self.done = 0
        self._todo: Iterator[Award] = iter(awards)
        self._lock = threading.Lock()
        self._hands = [threading.Thread(target=self._hand) for _ in range(HANDS)]
        self._failed: list[BaseException] = []

    def start(self) -> None:
        for hand in self._hands:
            hand.start()

    def finish(self) -> None:
        for hand in self._hands:
            hand.join()
        if self._failed:
            raise self._failed[0]

    @property
    def is_busy(self) -> bool:
        return any(hand.is_alive() for hand in self._hands)

    def _hand(self) -> None:
        try:
            while True:
                with self._lock:
                    award = next(self._todo, None)
                if award is None:
                    return
                self._do(award)
        except BaseException as failure:
            self._failed.append(failure)

    def _do(self, award: Award) -> None:
        for order in award.orders:
            press = Press(order)
            self.presses.append(press)
            press.answer = until_answered(self.site, order)
        self.done += 1


def _restarts(stage: Stage, line: _Line, rounds: int, dice: Random, say: Callable[[str], None]) -> Counter[str]:
    """At random points of the run; each time a few answers of Stripe's are lost, too."""
    killed = Counter[str]()
    points = sorted(dice.random() * 0.97 for _ in range(rounds))
    for number, point in enumerate(points, start=1):
        while line.is_busy and line.done < point * len(line.awards):
            time.sleep(0.002)
        time.sleep(dice.random() * 0.05)
        target = dice.choice(TARGETS)
        stripe.fault(dice.choice(LOST_ANSWERS), dice.choice(PATHS), count=dice.randint(1, 3), seconds=1)
        stage.kill(target, dice)
        connections.close_all()
        stage.mend(target)
        killed[f"restarted {target}"] += 1
        say(f"restart {number}: {target}, after {line.done} of {len(line.awards)} awards")
    return killed


def _each_got_theirs(presses: list[Press]) -> list[str]:
    """What reached each payee's own account at Stripe is what the answered orders say, to the penny."""
    owed = Counter[int]()
    for press in presses:
        if press.is_acknowledged and press.order["kind"] == "release":
            owed[press.order["payee"]] += press.order["pence"]
    got = Counter[str]()
    for transfer in stripe.everything("transfers"):
        got[transfer["destination"]] += transfer["amount"]
    accounts = dict(Payee.objects.values_list("pk", "stripe_account_id"))
    wrong = [(pk, owed[pk], got[account or ""]) for pk, account in accounts.items() if owed[pk] != got[account or ""]]
    return [f"Payee {pk} was owed {due}p and has {has}p at Stripe." for pk, due, has in wrong]
