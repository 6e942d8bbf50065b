"""Asking somebody to leave, with their reply and appeal; and being told that somebody is gone."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pooling.models.groups import Membership
from pooling.models.leaving import EndWhy, Leaving
from pooling.querysets.leaving import EndReportQuerySet, RemovalQuerySet


class Removal(models.Model):
    """The group is asked whether somebody should leave: the reason, their reply, and their appeal to an operator."""

    class State(models.TextChoices):
        ASKED = "asked", "The group is deciding"
        TURNED_DOWN = "turned_down", "The group said no"
        DECIDED = "decided", "The group said yes"
        APPEALED = "appealed", "They asked an operator to look at it"
        UPHELD = "upheld", "The operator says they stay"
        REFUSED = "refused", "The operator says the decision stands"
        UNANSWERED = "unanswered", "No operator answered in time: they stay"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="removals")
    council_code = models.CharField(max_length=9)
    proposal_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=11, choices=State)
    reason = models.CharField(max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reply = models.CharField(max_length=1000, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    leaving = models.OneToOneField(Leaving, null=True, blank=True, on_delete=models.PROTECT, related_name="removal")
    decided_at = models.DateTimeField(null=True, blank=True)
    appeal_by = models.DateField(null=True, blank=True)
    appeal = models.CharField(max_length=1000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="removal_is_asked_once", fields=["membership"], condition=Q(state__in=["asked", "decided", "appealed"])),
            models.CheckConstraint(name="removal_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="removal_answer_has_reasons", condition=~Q(state__in=["upheld", "refused"]) | ~Q(answer="") & Q(answered_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"removal {self.pk}"


class EndReport(models.Model):
    """Somebody tells us that a person's place should end: they died, moved, or their budget ended. Who looks after the money acts on it."""

    class State(models.TextChoices):
        OPEN = "open", "Waits for who looks after the money"
        ENDED = "ended", "So it was"
        DISMISSED = "dismissed", "It was not so"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="end_reports")
    council_code = models.CharField(max_length=9)
    why = models.CharField(max_length=5, choices=EndWhy)
    words = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=9, choices=State)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = EndReportQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="endreport_is_open_once_per_teller", fields=["membership", "told_by"], condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
