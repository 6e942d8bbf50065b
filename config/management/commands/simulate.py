"""`manage.py simulate --councils N --seed S [--listings M]`: fills an empty database with a synthetic England."""

import time
from argparse import ArgumentParser
from datetime import date, datetime
from datetime import time as hour
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import clock
from config.synthetic.making import NotHere, Progress, analyse, make
from config.synthetic.places import COUNCILS


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--councils", type=int, default=1, help=f"how many have people in them, 0 to {COUNCILS}")
        parser.add_argument("--seed", type=int, default=1, help="the same seed on the same day in an empty database makes the same rows")
        parser.add_argument("--listings", type=int, default=0, help="services on sale in the whole country, if more than the councils' own")
        parser.add_argument("--on", type=date.fromisoformat, help="the day that dates count from; today unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["councils"] <= COUNCILS:
            raise CommandError(f"England has {COUNCILS} councils; say 0 to {COUNCILS}.")
        at = datetime.combine(options["on"] or clock.today(), hour(9), tzinfo=clock.LONDON)
        self.began, self.rows = time.monotonic(), 0
        try:
            make(councils=options["councils"], seed=options["seed"], listings=options["listings"], at=at, tell=self._tell, look=analyse)
        except NotHere as reason:
            raise CommandError(str(reason)) from reason

    def _tell(self, progress: Progress) -> None:
        self.rows += progress.rows
        seconds = time.monotonic() - self.began
        self.stdout.write(f"{progress.made}: {progress.rows:,} rows; {self.rows:,} in {seconds:.0f} s")
        self.stdout.flush()
