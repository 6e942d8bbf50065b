"""What a new version of Stripe's SDK changes in the operations we use. Exit 1 when anything differs.

manage.py stripe_drift                 what we agreed to, beside what is installed
manage.py stripe_drift OLD NEW         two digests, or two folders with an SDK unpacked in them
manage.py stripe_drift --agree         once it has been looked at: what is installed is what we agree to
"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.sandbox import drift


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("old", nargs="?", default="", help="a digest or a folder; without it, what we agreed to")
        parser.add_argument("new", nargs="?", default="", help="a digest or a folder; without it, what is installed")
        parser.add_argument("--agree", action="store_true", help="store the digest of what is installed as what we agree to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            old = drift.find(options["old"]) if options["old"] else drift.agreed()
            new = drift.find(options["new"]) if options["new"] else drift.installed()
        except LookupError as error:
            raise CommandError(str(error)) from error
        changes = drift.report(old, new)
        self.stdout.write(f"stripe {old['sdk']} ({old['api_version']}) beside {new['sdk']} ({new['api_version']}): {len(changes)} changes")
        for change in changes:
            self.stdout.write(f"  {change}")
        if options["agree"]:
            drift.write(new)
        elif changes:
            sys.exit(1)
