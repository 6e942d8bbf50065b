"""`manage.py migrate`: Django's own, as the owner, who then lets the web login work with what was made."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from config import postgres
from config.lighter_migrations import lighter


class Command(DjangoMigrate):
    """The web login may not change tables, so the default database is `owner`."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        owner, web = connections["owner"].settings_dict, settings.DATABASES["default"]["USER"]
        if options["database"] == "owner" and web != owner["USER"]:
            with connections["owner"].cursor() as cursor:
                postgres.grant_on(cursor.connection, web)
        with lighter():
            super().handle(*args, **options)
