"""Makes one of the platform's own accounts lazy, where many post to it at the same moment and wait for one another: `lazy on BANK E09000028`.
`lazy off` makes it locked again. It needs the owner's login, and waits for who is posting to that account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError

from ledger.codes import CODES
from ledger.services import upkeep
from ledger.services.accounts import Account, NotAnAccount
from ledger.services.retry import AGAIN

# An account with a floor is held by who posts to it, always.
MAY_BE = sorted(code for code, terms in CODES.items() if terms.floor is None and terms.owner == "platform")


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mode", choices=["on", "off"])
        parser.add_argument("code", choices=MAY_BE)
        parser.add_argument("council", help="its GSS code")

    def handle(self, *args: Any, mode: str, code: str, council: str, **options: Any) -> None:
        try:
            upkeep.set_lazy(Account(code, council), lazy=mode == "on")
        except NotAnAccount as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in AGAIN:
                raise
            raise CommandError(f"Somebody has been posting to {code} in {council} for seconds. Nothing was changed; try again.") from error
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", None) != "22023":
                raise
            raise CommandError(f"Nothing was ever posted to {code} in {council}.") from error
        self.stdout.write(f"{code} in {council} is {'lazy' if mode == 'on' else 'locked'} now.")
