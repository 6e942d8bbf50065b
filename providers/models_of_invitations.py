"""What a provider hands to somebody they help already, so that they find each other here."""

from django.db import models
from django.db.models import F, Q

from people.models import Person
from providers.querysets_of_invitations import InvitationQuerySet


class Invitation(models.Model):
    """A code on paper or in a link that leads to one provider's page. Only its print is kept: it is shown once, when made.

    Whose it is nobody writes down: not who was invited, and not who came.
    """

    enterprise = models.ForeignKey("providers.Enterprise", on_delete=models.PROTECT, related_name="invitations")
    code_print = models.CharField(max_length=64, unique=True)
    ends_in = models.CharField(max_length=2)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    last_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="invitation_keeps_a_print", condition=Q(code_print__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="invitation_ends_after_it_was_made", condition=Q(last_at__gt=F("made_at"))),
        ]
