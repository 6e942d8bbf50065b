"""Sealed ranges of the book. `make` seals all that is waiting; `export FILE` adds to FILE the seals it does not have yet; `verify [FILE]`
compares the book with its own seals, and with an exported FILE kept where nobody who may write the book can reach it. Exit 1 when
anything differs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.services import seals


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["make", "export", "verify"])
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        what, file = options["what"], options["file"]
        try:
            if what == "make":
                self.stdout.write(f"{seals.seal_now()} ranges sealed.")
            elif what == "export" and file:
                self._export(file)
            elif what == "export":
                raise CommandError("Export to which file? manage.py seals export FILE")
            else:
                self._verify(file)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _export(self, file: Path) -> None:
        last = 0
        if file.exists():
            with file.open() as lines:
                for line in lines:
                    last = seals.imported(line).number
        written = 0
        with file.open("a") as out:
            for line in seals.export(after=last):
                out.write(line + "\n")
                written += 1
        self.stdout.write(f"{written} seals written to {file}, after number {last}.")

    def _verify(self, file: Path | None) -> None:
        found = seals.verify()
        if file:
            with file.open() as lines:
                found += [sentence for sentence in seals.verify_file(lines) if sentence not in found]
        for sentence in found or ["Sealed ranges are whole."]:
            self.stdout.write(sentence)
        if found:
            sys.exit(1)
