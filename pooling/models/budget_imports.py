"""Files of budgets: what an organisation says its people's sums and days are now, and the second person's yes."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pooling.models.budgets import Budget, Portion
from pooling.models.leaving import EndWhy
from pooling.querysets.budget_imports import BudgetImportQuerySet, BudgetImportRowQuerySet


class BudgetImport(models.Model):
    """One file that was read whole. `control_pence`: its sums together, as whoever sent it typed them.

    `left_out`: how many parts of budgets they look after were not in it; these stay as they are.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", "Waits for a second person"
        CONFIRMED = "confirmed", "Done"
        REFUSED = "refused", "Not done"

    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="budget_imports")
    council_code = models.CharField(max_length=9)
    state = models.CharField(max_length=9, choices=State)
    control_pence = models.PositiveBigIntegerField()
    row_count = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = BudgetImportQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Nobody changes the sums of a hundred people alone (abuse.md 20). Who sent it may take it back.
            models.CheckConstraint(
                name="budgetimport_is_confirmed_by_a_second_person", condition=~Q(state="confirmed") | ~Q(answered_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="budgetimport_says_who_answered",
                condition=Q(state="drafted", answered_by__isnull=True, answered_at__isnull=True)
                | Q(state__in=["confirmed", "refused"], answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.UniqueConstraint(name="budgetimport_waits_once", fields=["organisation"], condition=Q(state="drafted")),
        ]

    def __str__(self) -> str:
        return f"file of budgets {self.pk}"


class BudgetImportRow(models.Model):
    """One difference: what a part of a budget was when the file was read, and what it becomes. The days are the whole budget's.

    `was_budget`: the version that was looked at. Another one since, and the file is out of date.
    """

    budget_import = models.ForeignKey(BudgetImport, on_delete=models.PROTECT, related_name="changes")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="import_rows")
    council_code = models.CharField(max_length=9)
    was_budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+")
    was_weekly_pence = models.PositiveBigIntegerField()
    was_starts_on = models.DateField()
    was_ends_on = models.DateField(null=True, blank=True)
    weekly_pence = models.PositiveBigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ended = models.CharField(max_length=5, choices=EndWhy, blank=True)

    objects = BudgetImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="budgetimportrow_is_one_per_portion", fields=["budget_import", "portion"]),
            models.CheckConstraint(name="budgetimportrow_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="budgetimportrow_ended_says_when", condition=Q(ended="") | Q(ends_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"row {self.pk} of a file of budgets"
