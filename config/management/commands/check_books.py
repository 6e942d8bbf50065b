"""Proves the books: the ledger by itself, every room's rows against it, and Stripe's balance line by line. Exit 1 when anything differs."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from ledger.services.proof import prove
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.models import PaymentOperation
from payments.services.proof import prove_against_stripe

# Rooms whose rows claim that money moved: each may have `selectors.proof() -> list[str]`.
ROOMS = ("payments", "pooling", "marketplace")


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")
        parser.add_argument("--without-stripe", action="store_true", help="do not ask Stripe for its lines")
        parser.add_argument("--resume", type=Path, metavar="FILE", help="keep in FILE what is proved so far; after a stop, go on from there")

    def handle(self, *args: Any, **options: Any) -> None:
        parts: dict[str, list[str]] = {"ledger": _ledger(options["resume"])}
        with _one_moment():
            parts |= {room: _room(room)() for room in ROOMS}
        if not options["without_stripe"]:
            parts["stripe"] = _stripe()
        is_right = not any(parts.values())
        if options["json"]:
            self.stdout.write(json.dumps({"ok": is_right, "differences": parts}, indent=2))
        else:
            for name, wrong in parts.items():
                self.stdout.write(f"{name}: right" if not wrong else f"{name}: {len(wrong)} wrong")
                for sentence in wrong:
                    self.stdout.write(f"  {sentence}")
        if not is_right:
            sys.exit(1)


def _ledger(file: Path | None) -> list[str]:
    """The ledger's own proof, part by part. The file is complete at every moment, and gone when the proof has come to its end."""
    if file is None:
        return prove()
    done: dict[str, list[str]] = json.loads(file.read_text()) if file.exists() else {}

    def note() -> None:
        fresh = file.with_name(file.name + ".new")
        fresh.write_text(json.dumps(done))
        fresh.replace(file)

    found = prove(done=done, note=note)
    file.unlink(missing_ok=True)
    return found


@contextmanager
def _one_moment() -> Iterator[None]:
    """All rooms are read as they were at one moment, while others go on working."""
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read read only")
        yield


def _room(room: str) -> Callable[[], list[str]]:
    nothing: Callable[[], list[str]] = list
    try:
        module = import_module(f"{room}.selectors")
    except ModuleNotFoundError:
        return nothing
    proof: Callable[[], list[str]] = getattr(module, "proof", nothing)
    return proof


def _stripe() -> list[str]:
    if not settings.STRIPE_SECRET_KEY:
        untouched = not PaymentOperation.objects.exists()
        return [] if untouched else ["Not compared with Stripe: STRIPE_SECRET_KEY is not set."]
    try:
        return prove_against_stripe()
    except (AnswerLost, StripeIsBusy) as error:
        return [f"Not compared with Stripe: it could not be reached ({error})."]
