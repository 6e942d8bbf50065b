"""Money that is held for visits, each movement of it, and free money going home. Every row here that claims money moved names its journal."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pooling.models.budgets import Portion
from pooling.models.groups import Membership
from pooling.querysets import HoldMoveQuerySet, HoldQuerySet, WithdrawalQuerySet


class Hold(models.Model):
    """One payer's money held for one piece of work. `about` says which piece and `share_id` which payer's part; this room knows no more of it.

    `disputed_pence` is what is questioned now; the other three only grow. What is still held: placed − released − returned − disputed.
    """

    about_kind = models.SlugField(max_length=30)
    about_id = models.BigIntegerField()
    share_id = models.BigIntegerField()
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="holds")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="holds")
    council_code = models.CharField(max_length=9)
    placed_pence = models.PositiveBigIntegerField()
    released_pence = models.PositiveBigIntegerField(default=0)
    returned_pence = models.PositiveBigIntegerField(default=0)
    disputed_pence = models.PositiveBigIntegerField(default=0)
    place_journal = models.UUIDField()
    placed_at = models.DateTimeField()

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="hold_gives_no_more_than_was_placed",
                condition=Q(placed_pence__gte=F("released_pence") + F("returned_pence") + F("disputed_pence"), placed_pence__gt=0),
            ),
            # One share of one piece of work is held once.
            models.UniqueConstraint(name="hold_is_once_per_share", fields=["about_kind", "about_id", "share_id"]),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"

    @property
    def held_pence(self) -> int:
        """Still held and not questioned."""
        return self.placed_pence - self.released_pence - self.returned_pence - self.disputed_pence


class HoldMove(models.Model):
    """One movement of held money, with the journal that made it."""

    class Kind(models.TextChoices):
        PLACE = "place", "Set aside and held"
        RELEASE = "release", "Owed to the provider"
        GIVE_BACK = "give_back", "Back to its owner"
        DISPUTE = "dispute", "Questioned"
        SETTLE_PAY = "settle_pay", "Questioned, then owed to the provider"
        SETTLE_RETURN = "settle_return", "Questioned, then back to its owner"

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=13, choices=Kind)
    pence = models.PositiveBigIntegerField()
    about = models.CharField(max_length=60, blank=True)
    journal_key = models.UUIDField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = HoldMoveQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="holdmove_moves_something", condition=Q(pence__gt=0)),
            # Two releases from one click, two clicks, two people, two workers: the second finds this (money.md 5, 2).
            models.UniqueConstraint(name="holdmove_pays_for_a_thing_once", fields=["about"], condition=Q(kind__in=["release", "settle_pay"])),
        ]

    def __str__(self) -> str:
        return f"move {self.pk}"


class Withdrawal(models.Model):
    """Free money of one portion going back to where it came from."""

    class State(models.TextChoices):
        RETURNING = "returning", "Going back"
        RETURNED = "returned", "Back"
        FAILED = "failed", "Some of it could not be sent back yet"
        KEPT = "kept", "What could not be sent back is free here again"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="withdrawals")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="withdrawals")
    council_code = models.CharField(max_length=9)
    pence = models.PositiveBigIntegerField()
    returned_pence = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.RETURNING)
    journal_key = models.UUIDField()
    kept_pence = models.PositiveBigIntegerField(default=0)
    kept_journal = models.UUIDField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="withdrawal_returns_what_it_took", condition=Q(pence__gte=F("returned_pence") + F("kept_pence"), pence__gt=0)
            ),
            models.CheckConstraint(name="withdrawal_kept_has_its_journal", condition=Q(kept_pence=0) | Q(kept_journal__isnull=False)),
            models.CheckConstraint(name="withdrawal_returned_is_whole", condition=~Q(state="returned") | Q(returned_pence=F("pence"))),
        ]

    def __str__(self) -> str:
        return f"withdrawal {self.pk}"
