"""The Stripe sandbox for a simulation: the same process, but its clock stands still until it is moved, and its ids follow from a seed.

`python -m config.simulation.stripe SEED MOMENT …` with the sandbox's own options after them.
"""

import random
import sys
from types import SimpleNamespace

from payments.sandbox import __main__ as sandbox
from payments.sandbox import world


class StandingClock:
    """Stands in for the module `time` in the sandbox's world."""

    def __init__(self, moment: int) -> None:
        self.moment = moment
        self._ids = 0

    def time(self) -> int:
        """Seconds since 1970; always the same ones, to which the sandbox adds what its clock was moved."""
        return self.moment

    def time_ns(self) -> int:
        """What ids begin with: one more millisecond for each."""
        self._ids += 1
        return (self.moment * 1000 + self._ids) * 1_000_000


def main() -> None:
    seed, moment, *options = sys.argv[1:]
    chance = random.Random(f"stripe {seed}")  # noqa: S311 - chance that can be repeated is the point
    stands_in = {"time": StandingClock(int(moment)), "secrets": SimpleNamespace(choice=chance.choice)}
    for name, thing in stands_in.items():
        setattr(world, name, thing)
    sys.argv = [sys.argv[0], *options]
    sandbox.main()


if __name__ == "__main__":
    main()
