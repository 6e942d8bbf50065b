"""Reads Stripe's balance and matches every line with the book. Safe to run twice, or to be killed in the middle."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import clock
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.services import reconciliation


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = reconciliation.run(at=clock.now())
        except (AnswerLost, StripeIsBusy) as error:
            raise CommandError(f"Stripe could not be reached ({error}). What was read stays; run it again.") from error
        self.stdout.write(
            f"{report.read} lines read, {report.matched} matched, {report.suspended} unexplained, {report.waiting} still waited for, "
            f"{report.caught_up} payments and refunds caught up."
        )
