"""What somebody found and put by to look at again: a service or a group."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.querysets_of_kept import KeptQuerySet


class Kept(models.Model):
    """One thing on somebody's own list. Promises nothing; nobody else is told, not even whose it is."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept")
    council_code = models.CharField(max_length=9, blank=True)
    listing = models.ForeignKey("providers.Listing", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    cluster = models.ForeignKey("pooling.Cluster", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kept_at = models.DateTimeField()

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="kept_listing_is_once_a_person", fields=["person", "listing"]),
            models.UniqueConstraint(name="kept_cluster_is_once_a_person", fields=["person", "cluster"]),
            models.CheckConstraint(
                name="kept_is_a_service_or_a_group",
                condition=Q(listing__isnull=False, cluster__isnull=True) | Q(listing__isnull=True, cluster__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"kept {self.pk}"
