"""`manage.py import_areas FILE`: fills the table of councils' outlines from GeoJSON, for the map."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import clock
from places.files import NotUnderstood
from places.services import areas


class Command(BaseCommand):
    help = "Fills the table of councils' outlines from a GeoJSON file with codes and names: the map of what is near uses them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="What the licence asks a map to say of them; it stands under the map.")

    def handle(self, *args: Any, file: Path, source: str, **options: Any) -> None:
        try:
            stored = areas.load(text=file.read_text(encoding="utf-8-sig"), source=source, by=None, at=clock.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} can't be read: {error}.") from error
        except NotUnderstood as error:
            raise CommandError(f"{file} is no file of areas. {error}") from error
        self.stdout.write(f"{stored} areas stored.")
