from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand

NAMES = ["ledger", "sandbox"]


class Command(BaseCommand):
    help = "Measures speed against a yardstick in the same run; prints one JSON object a line: figure, value, unit, yardstick, ratio, note."
    requires_system_checks: list[str] = []  # it brings its own database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[*NAMES, "all"])
        parser.add_argument("--seconds", type=int, default=4, help="how long each measurement of each round takes")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in NAMES if options["name"] == "all" else [options["name"]]:
            for figure in import_module(f"config.bench.{name}").run(options["seconds"]):
                self.stdout.write(figure.line())
                self.stdout.flush()
