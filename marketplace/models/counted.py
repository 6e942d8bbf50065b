"""What a council is told of what people asked for: counted each night, kept as it may be told, and frozen when the quarter is over."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from marketplace.querysets_of_counted import CountRunQuerySet


class CountRun(models.Model):
    """One quarter of one council, as last counted. A final one is never counted again: what came of an asking later is not told."""

    council_code = models.CharField(max_length=9)
    # Its first day.
    quarter = models.DateField()
    # Everything before this midnight is counted.
    counted_until = models.DateTimeField()
    is_final = models.BooleanField(default=False)
    # What of the market itself stood beside it that night (`selectors.market`).
    market: Any = models.JSONField(default=dict)

    objects = CountRunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="countrun_is_once_a_quarter", fields=["council_code", "quarter"])]

    def __str__(self) -> str:
        return f"counted {self.council_code} {self.quarter}"


class CountedCell(models.Model):
    """One kind of help of it. Holds only what may be told: `told` by measure (null: hidden), and while the quarter runs the counts behind it,
    `kept`, each 0 or 8 and more. `category`: a slug of the vocabulary; "" is all kinds together.
    """

    run = models.ForeignKey(CountRun, on_delete=models.CASCADE, related_name="cells")
    council_code = models.CharField(max_length=9)
    category = models.CharField(max_length=60, blank=True, default="")
    told: Any = models.JSONField(default=dict)
    kept: Any = models.JSONField(default=dict)
    # What most of those who found nothing said: reason, outcode, part_of_week, language; each only where 8 or more did.
    words: Any = models.JSONField(default=dict)
    # From when the middle one of those who found nothing waits; told in whole weeks.
    waiting_since = models.DateField(null=True, blank=True)
    weekly_pence_low = models.PositiveIntegerField(null=True, blank=True)
    weekly_pence_high = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="countedcell_is_once_a_run", fields=["run", "category"]),
            models.CheckConstraint(
                name="countedcell_money_is_from_low_to_high",
                condition=Q(weekly_pence_low__isnull=True, weekly_pence_high__isnull=True)
                | Q(weekly_pence_low__gt=0, weekly_pence_high__gte=F("weekly_pence_low")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or 'all kinds'} in run {self.run_id}"
