from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.querysets import NeedQuerySet


class Need(models.Model):
    """What somebody would like. One that finds nothing is kept, so that the council can see what is missing (how many, never who)."""

    class State(models.TextChoices):
        PRIVATE = "private", "Only the person sees it."
        SHARED = "shared", "Their group sees it."
        BUYING = "buying", "They are buying something for it."
        UNMET = "unmet", "Nothing was found."
        MET = "met", "Found."
        WITHDRAWN = "withdrawn", "No longer wanted."

    class Reason(models.TextChoices):
        NONE = "", "Not said."
        NO_PROVIDER = "no_provider", "Nobody offers it near here."
        NO_TIME = "no_time", "Nobody at that time."
        NOT_ACCESSIBLE = "not_accessible", "Nothing that works for me."
        TOO_DEAR = "too_dear", "It costs too much."
        NO_CHECKS = "no_checks", "The checks it needs are missing."
        REFUSED = "refused", "The provider said no."
        FUNDING_RULE = "funding_rule", "The budget may not pay for it."

    # Nobody: told by somebody who was not signed in. It is counted like the others, and belongs to no one.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="needs")
    cluster = models.ForeignKey("pooling.Cluster", null=True, blank=True, on_delete=models.PROTECT, related_name="needs")
    category = models.CharField(max_length=60)
    outcode = models.CharField(max_length=4)
    council_code = models.CharField(max_length=9, db_index=True)
    words = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.PRIVATE)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True, default="")
    # They may say no to being counted.
    counted = models.BooleanField(default=True)
    agreement = models.ForeignKey("marketplace.Agreement", null=True, blank=True, on_delete=models.PROTECT, related_name="needs")
    created_at = models.DateTimeField()
    unmet_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=False) | Q(state="unmet", cluster__isnull=True), name="need_of_nobody_is_only_counted"),
            models.CheckConstraint(
                condition=~Q(state="unmet") | (Q(unmet_at__isnull=False) & ~Q(reason="")), name="need_unmet_says_why_and_since_when"
            ),
        ]
        indexes = [models.Index(fields=["council_code", "category", "state"], name="need_counted_by_category")]

    def __str__(self) -> str:
        return f"need {self.pk} ({self.state})"
