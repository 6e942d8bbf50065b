"""`manage.py import_outcodes FILE`: fills the table of outcodes from a CSV file."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import clock
from places.services import outcodes


class Command(BaseCommand):
    help = "Fills the table of outcodes from a CSV file with the columns outcode, lat, lon, town and, if it has them, council (GSS codes)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open(newline="", encoding="utf-8-sig") as text:
                loaded = outcodes.load(rows=csv.DictReader(text), by=None, at=clock.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} can't be read: {error}.") from error
        self.stdout.write(f"{loaded.stored} outcodes stored.")
        if loaded.not_understood:
            first = ", ".join(map(str, loaded.not_understood[:10]))
            self.stderr.write(f"{len(loaded.not_understood)} rows were not understood and left out; the first: {first}.")
