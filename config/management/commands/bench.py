from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

NAMES = ["ledger", "sandbox", "pages", "search"]


class Command(BaseCommand):
    help = "Measures speed against a yardstick in the same run; prints one JSON object a line."
    requires_system_checks: list[str] = []  # it brings its own database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[*NAMES, "all"])
        parser.add_argument("--seconds", type=int, default=4, help="how long each measurement of each round takes")
        parser.add_argument("--big", action="store_true", help="ledger: also load ten million transfers, prove them and read among them")

        parser.add_argument("--keep", type=Path, help="search: the folder its database stays in, and is found in the next time")
        parser.add_argument("--listings", type=int, help="search: among how many services; a million unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in NAMES if options["name"] == "all" else [options["name"]]:
            more = {"big": True} if options["big"] and name == "ledger" else {}
            more |= {key: options[key] for key in ("listings", "keep") if options[key] and name == "search"}
            for figure in import_module(f"config.bench.{name}").run(options["seconds"], **more):
                self.stdout.write(figure.line())
                self.stdout.flush()
