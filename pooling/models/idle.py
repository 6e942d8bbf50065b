"""Free money that nothing has counted on for weeks: offered back to its owner, and sent home in the end."""

from django.db import models
from django.db.models import Q

from pooling.models.budgets import Portion
from pooling.models.groups import Membership
from pooling.models.holds import Withdrawal
from pooling.querysets.idle import IdleOfferQuerySet


class IdleOffer(models.Model):
    """One portion's idle money in one group. `pence`: how much was idle when last looked at; `goes_home_on`: the day it is sent by itself."""

    class State(models.TextChoices):
        OFFERED = "offered", "Its owner is asked: send it back or keep it"
        KEPT = "kept", "Its owner keeps it here until the day"
        SENT = "sent", "On its way home"
        OVER = "over", "Used meanwhile"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="idle_offers")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="idle_offers")
    council_code = models.CharField(max_length=9)
    pence = models.PositiveBigIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField()
    goes_home_on = models.DateField()
    warned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    withdrawal = models.OneToOneField(Withdrawal, null=True, blank=True, on_delete=models.PROTECT, related_name="idle_offer")

    objects = IdleOfferQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="idleoffer_is_of_something", condition=Q(pence__gt=0)),
            # Asked once about the same money.
            models.UniqueConstraint(
                name="idleoffer_is_open_once", fields=["membership", "portion", "council_code"], condition=Q(state__in=["offered", "kept"])
            ),
            models.CheckConstraint(name="idleoffer_sent_has_its_withdrawal", condition=Q(state="sent", withdrawal__isnull=False) | ~Q(state="sent")),
        ]

    def __str__(self) -> str:
        return f"idle money {self.pk}"


class IdleLook(models.Model):
    """The day on which everybody's free money was last looked through: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    looked_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(name="idlelook_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.looked_on)
