"""A second person's yes."""

from django.db import models
from django.db.models import F, Q

from people.models.person import Person
from people.querysets import ApprovalQuerySet


class Approval(models.Model):
    """A second person's yes to something one person asked for. `what` is the act (`remittance.give_up`), `about` the thing."""

    what = models.CharField(max_length=60)
    about_kind = models.CharField(max_length=40)
    about_id = models.CharField(max_length=64)
    council_code = models.CharField(max_length=9, blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="approvals_asked")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="approvals_given")
    given_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="approvals_refused")
    refused_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two people: nobody gives what they asked for.
            models.CheckConstraint(name="approval_is_given_by_another", condition=Q(given_by__isnull=True) | ~Q(given_by=F("asked_by"))),
            models.CheckConstraint(
                name="approval_is_given_whole",
                condition=Q(given_by__isnull=True, given_at__isnull=True) | Q(given_by__isnull=False, given_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_is_refused_whole",
                condition=Q(refused_by__isnull=True, refused_at__isnull=True) | Q(refused_by__isnull=False, refused_at__isnull=False),
            ),
            models.CheckConstraint(name="approval_is_given_or_refused", condition=Q(given_at__isnull=True) | Q(refused_at__isnull=True)),
            models.CheckConstraint(name="approval_is_used_once_given", condition=Q(used_at__isnull=True) | Q(given_at__isnull=False)),
            models.CheckConstraint(name="approval_says_why", condition=~Q(reason="")),
        ]
        indexes = [models.Index(fields=["about_kind", "about_id", "what"], name="approval_about")]
