"""`manage.py import_places FILE`: fills the table of outcodes from a file of outcodes or of postcodes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import clock
from places.files import NotUnderstood
from places.services import outcodes


class Command(BaseCommand):
    help = (
        "Fills the table of outcodes: from a CSV of outcode, latitude, longitude (and town, council), from the ONS Postcode Directory, or from "
        "Code-Point Open. Every row that makes no sense is named; then nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open(newline="", encoding="utf-8-sig") as lines:
                loaded = outcodes.load(lines=lines, by=None, at=clock.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} can't be read: {error}.") from error
        except NotUnderstood as error:
            raise CommandError(f"{file} is no file of places. {error}") from error
        except outcodes.RowsAreWrong as error:
            for bad in error.bad:
                self.stderr.write(f"Row {bad.number}: {bad.reason}.")
            raise CommandError(str(error)) from error
        self.stdout.write(f"{loaded.stored} outcodes stored.")
        if loaded.passed_over:
            self.stdout.write(f"{loaded.passed_over} rows have no position or no longer exist, and were passed over.")
