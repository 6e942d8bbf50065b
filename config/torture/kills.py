"""Rounds of `kill -9` under load. After each the platform is put up again, reconciled, and must have lost, doubled and misplaced nothing."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from django.db import connections

from config.torture import books, stripe
from config.torture.load import Load, Press, counted
from config.torture.stage import Stage
from config.torture.town import Town

TARGETS = ("backend", "postmaster", "worker", "web", "stripe")
LOAD_SECONDS = (0.15, 0.6)
AFTER_SECONDS = 0.1


def run(stage: Stage, *, rounds: int, seed: int, say: Callable[[str], None], targets: Sequence[str] = TARGETS) -> dict[str, Any]:
    """Plays the rounds, a line each. The summary's `lost`, `doubled` and `adrift` count sentences of what was wrong.

    At the end every press is looked for once more: a later kill must not have taken back what an earlier round had been told.
    """
    town, totals, everything = Town(), Counter[str](), list[Press]()
    with stage.running():
        town.build()
        for number in range(1, rounds + 1):
            dice = Random(f"{seed}/{number}")  # noqa: S311 - the same seed is the same round
            target = targets[(seed + number) % len(targets)]
            began = time.monotonic()
            presses = _round(stage, town, target, dice)
            everything += presses
            verdict = books.judge(presses if number < rounds else everything)
            seen = counted(presses)
            wrong = {"lost": len(verdict.lost), "doubled": len(verdict.doubled), "adrift": len(verdict.adrift)}
            totals.update({**seen, **wrong, f"killed {target}": 1})
            words = ", ".join(f"{count} {name}" for name, count in {**seen, **wrong}.items())
            say(f"round {number}: killed {target}; {words}; {time.monotonic() - began:.1f} s")
            for sentence in verdict.sentences():
                say(f"  {sentence}")
    return {"rounds": rounds, "seed": seed, **totals}


def _round(stage: Stage, town: Town, target: str, dice: Random) -> list[Press]:
    load = Load(stage.site, town.payees, dice)
    if target in ("worker", "backend", "postmaster") and dice.random() < 0.5:
        # The answer hangs after Stripe has done it, so that the kill falls between Stripe's commit and ours.
        stripe.fault("hang_after_commit", dice.choice(["/v1/transfers", "/v1/refunds"]), seconds=1)
    load.start()
    time.sleep(dice.uniform(*LOAD_SECONDS))
    stage.kill(target, dice)
    time.sleep(AFTER_SECONDS)
    load.ask_to_stop()
    connections.close_all()
    stage.mend(target)
    load.stop()
    load.press_again(share=0.5)
    stripe.no_faults()
    town.settle()
    town.reconcile()
    return load.presses
