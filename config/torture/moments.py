"""Where in the WAL each order was, and so what a book that is put back to one byte of it must say. Pure: no database, no clock."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from config.torture.load import Press

NOT_YET = "refused: not asked for yet"
ONE_JOURNAL = ("place", "pass", "back")  # what is one transaction with a journal in it


@dataclass(frozen=True)
class Told:
    """One order with its answer, the byte that was next before it was asked for, and the one that was next when it was answered."""

    press: Press
    began: int
    ended: int
    while_money_waits: bool = False  # some was to go to a provider and some to go back, and neither had been asked of Stripe

    @property
    def is_one_journal(self) -> bool:
        return self.press.is_acknowledged and self.press.order["kind"] in ONE_JOURNAL


def as_of(told: Iterable[Told], point: int) -> list[Press]:
    """Each order as it stood at that byte: as it was answered by then; without an answer where it was cut; refused where it came later."""
    return [Press(one.press.order, one.press.answer if one.ended <= point else NOT_YET if one.began >= point else "") for one in told]


def write(presses: list[Press], path: Path) -> None:
    """For the process that asks the restored book."""
    path.write_text(json.dumps([asdict(press) for press in presses]))


def read(path: Path) -> list[Press]:
    """What `write` wrote."""
    return [Press(**one) for one in json.loads(path.read_text())]
