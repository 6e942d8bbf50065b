import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.torture import launcher

PARTS = ["kills", "awards", "restore", "reruns", "history"]


class Command(BaseCommand):
    help = (
        "Kills processes, loses answers and puts the database back, on a database and a pretend Stripe of its own that are thrown away; "
        "prints a line a round and a summary in JSON. Exit 1 when a penny was lost, doubled or misplaced, or an answer can't be true. "
        "docs/money.md says what each part does."
    )
    requires_system_checks: list[str] = []  # it brings its own database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--part", choices=PARTS, default="kills")
        parser.add_argument("--rounds", type=int, default=100, help="kills, restarts, restores, reruns or histories")
        parser.add_argument("--awards", type=int, default=200, help="pieces of work in the part `awards`")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--targets", default="", help="in the part `kills`: only these, with commas between")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # its processes must not outlive it
        asked = [f"--{name}={options[name]}" for name in ("rounds", "awards", "seed", "targets")]
        with launcher.own_cluster() as data_dir:
            surroundings = launcher.environment(data_dir)
            process = launcher.launch(options["part"], asked, surroundings)
            assert process.stdout is not None
            for line in process.stdout:
                self.stdout.write(line, ending="")
                self.stdout.flush()
            if process.wait():
                self.stderr.write(launcher.log_of(options["part"], surroundings).read_text(errors="replace")[-3000:])
                raise CommandError("Something was lost, doubled or misplaced, an answer can't be true, or the run could not be finished: see above.")
