"""The 90-day clock of a lot: what its owner was told and when, and what two people decided about money that is nearly too old."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.models.money_in import Payment
from payments.querysets import LotDecisionQuerySet, OperatorsQuerySet


class LotNotice(models.Model):
    """A lot reached a day on which its owner is told of it: once, by this row."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="notices")
    day = models.PositiveSmallIntegerField()
    pence = models.BigIntegerField()
    at = models.DateTimeField()

    objects = OperatorsQuerySet["LotNotice"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="lotnotice_is_given_once", fields=["payment", "day"])]

    def __str__(self) -> str:
        return f"day {self.day} of payment {self.payment_id}"


class LotDecision(models.Model):
    """What should happen to the rest of one lot: proposed by one person, decided by another. `until` and `advice` belong to keeping it."""

    class Kind(models.TextChoices):
        SEND_BACK = "send_back", "All of it goes back where it came from"
        PAY_ON = "pay_on", "What was agreed is paid on; the rest goes back"
        KEEP = "keep", "It may stay until a day, on written advice"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=9, choices=Kind)
    council_code = models.CharField(max_length=9)
    until = models.DateField(null=True)
    advice = models.TextField(blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = LotDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Two people: nobody decides what they proposed.
            models.CheckConstraint(
                name="lotdecision_is_made_by_another",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by")),
            ),
            # Money is kept past its day only until another day, and on somebody's written word.
            models.CheckConstraint(
                name="lotdecision_keeps_until_a_day_on_advice",
                condition=Q(kind="keep", until__isnull=False) & ~Q(advice="") | ~Q(kind="keep") & Q(until__isnull=True, advice=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of payment {self.payment_id}"
