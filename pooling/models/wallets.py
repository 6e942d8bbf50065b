"""Money that an organisation paid in for the people whose budgets it looks after, and what it did with it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pooling.models.budgets import Portion
from pooling.models.groups import Membership
from pooling.querysets.wallets import WalletMoveQuerySet, WalletSliceQuerySet


class WalletMove(models.Model):
    """One list of money handed out to people, or one sum sent back to where it came from. `token` is made by the page: two presses are one list."""

    class Kind(models.TextChoices):
        HANDED_OUT = "handed_out", "Handed out to people"
        SENT_BACK = "sent_back", "Sent back to your bank"

    kind = models.CharField(max_length=10, choices=Kind)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="wallet_moves")
    council_code = models.CharField(max_length=9)
    pence = models.PositiveBigIntegerField()
    token = models.UUIDField(unique=True)
    journal_key = models.UUIDField(null=True, blank=True)
    kept_pence = models.PositiveBigIntegerField(default=0)
    kept_journal = models.UUIDField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    objects = WalletMoveQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="walletmove_moves_something", condition=Q(pence__gt=0)),
            # Sent back: one journal to REFUND. Handed out: one for each part of a lot, named by that part's payment.
            models.CheckConstraint(
                name="walletmove_sent_back_has_its_journal",
                condition=Q(kind="sent_back", journal_key__isnull=False) | Q(kind="handed_out", journal_key__isnull=True),
            ),
            models.CheckConstraint(
                name="walletmove_keeps_no_more_than_it_sent", condition=Q(kept_pence=0) | Q(kept_pence__lte=F("pence"), kept_journal__isnull=False)
            ),
        ]
        indexes = [models.Index(name="walletmove_newest", fields=["organisation", "-asked_at"])]

    def __str__(self) -> str:
        return f"wallet move {self.pk}"


class WalletSlice(models.Model):
    """One row of a list: so much for one person's place in a group, from one part of their budget."""

    move = models.ForeignKey(WalletMove, on_delete=models.PROTECT, related_name="slices")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="wallet_slices")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="wallet_slices")
    council_code = models.CharField(max_length=9)
    pence = models.PositiveBigIntegerField()

    objects = WalletSliceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="walletslice_moves_something", condition=Q(pence__gt=0)),
            models.UniqueConstraint(name="walletslice_is_one_row_per_place", fields=["move", "membership", "portion"]),
        ]

    def __str__(self) -> str:
        return f"slice {self.pk}"
