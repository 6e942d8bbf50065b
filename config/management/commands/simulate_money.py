"""`manage.py simulate_money --seed N --steps M [--faults]`: plays everything that moves money against a model. Exit 1 where they differ."""

import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.simulation.home import own_database
from config.simulation.plants import PLANTS
from config.simulation.run import Found, run


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks: list[str] = []  # it brings its own database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed is the same run")
        parser.add_argument("--steps", type=int, default=2000)
        parser.add_argument("--until", type=int, help="stop at this step of the run, as it was before it went wrong")
        parser.add_argument("--faults", action="store_true", help="with faults: lost answers, dying workers, lost and doubled webhooks")
        parser.add_argument("--plant", choices=sorted(PLANTS), default="", help="put a bug in on purpose")
        parser.add_argument("--proof-every", type=int, default=1000, help="how many steps between the heavy checks")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # its PostgreSQL must not outlive it
        steps = min(options["steps"], options["until"] or options["steps"])
        with own_database():
            asked = {"with_faults": options["faults"], "proof_every": options["proof_every"], "plant": options["plant"]}
            found = run(options["seed"], steps, **asked, note=self._note)
        self._report(found)
        if found.wrong:
            sys.exit(1)

    def _note(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def _report(self, found: Found) -> None:
        speed = round(found.steps / found.seconds)
        self.stdout.write(f"seed {found.seed}: {found.steps} steps in {found.seconds:.0f} s ({speed} a second), digest {found.digest}")
        if found.wrong:
            self.stdout.write("\n".join(["DIFFERS. The last steps:", *found.last, f"At step {found.steps} of seed {found.seed}: {found.wrong}"]))
        else:
            self.stdout.write("No difference: the model, the book and Stripe agree.")
