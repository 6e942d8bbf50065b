"""Promises (pledges), what they are kept for (earmarks), and the asking for the money (calls). None of them moves money by itself."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pooling.models.budgets import Mode, Portion
from pooling.models.groups import Membership
from pooling.querysets import CallQuerySet, EarmarkQuerySet, PledgeQuerySet
from pooling.rules import to_ask


class Pledge(models.Model):
    """A promise of so much a week for so many weeks, from one portion, to one group. It posts nothing in the ledger."""

    class State(models.TextChoices):
        PLEDGED = "pledged", "Promised"
        CANCELLED = "cancelled", "Taken back"
        FINISHED = "finished", "Over"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="pledges")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="pledges")
    council_code = models.CharField(max_length=9)
    weekly_pence = models.PositiveBigIntegerField()
    weeks = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    pence = models.PositiveBigIntegerField()
    earmarked_pence = models.PositiveBigIntegerField(default=0)
    called_pence = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.PLEDGED)
    promised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    promised_at = models.DateTimeField()

    objects = PledgeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # The most it can cost is what was shown before the yes: so much a week, times the weeks.
            models.CheckConstraint(name="pledge_is_weeks_of_its_weekly_sum", condition=Q(pence=F("weekly_pence") * F("weeks"), pence__gt=0)),
            # Nobody is asked for more than they said yes to, nor says yes to more than they promised.
            models.CheckConstraint(
                name="pledge_called_is_within_earmarked_within_promised",
                condition=Q(called_pence__lte=F("earmarked_pence")) & Q(earmarked_pence__lte=F("pence")),
            ),
        ]
        indexes = [models.Index(name="pledge_live", fields=["starts_on"], condition=Q(state="pledged"))]

    def __str__(self) -> str:
        return f"pledge {self.pk}"


class Earmark(models.Model):
    """The part of a promise that its owner said yes to for one thing (first form: an agreement). Still no money."""

    class State(models.TextChoices):
        LIVE = "live", "Kept for it"
        DROPPED = "dropped", "No longer kept"
        USED = "used", "All of it asked for and dealt with"

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="earmarks")
    about_kind = models.SlugField(max_length=30)
    about_id = models.BigIntegerField()
    pence = models.PositiveBigIntegerField()
    called_pence = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State, default=State.LIVE)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = EarmarkQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="earmark_called_is_within_it", condition=Q(called_pence__lte=F("pence"), pence__gt=0)),
            models.UniqueConstraint(name="earmark_is_live_once_per_thing", fields=["pledge", "about_kind", "about_id"], condition=Q(state="live")),
        ]

    def __str__(self) -> str:
        return f"earmark {self.pk}"


class Call(models.Model):
    """The asking for one share of one milestone. `pence`: the share. `asked_pence`: what must still come, the rest being free money already here.

    `ordered`: a written order stands for the money; `owed_pence` is what the person's own yes fixed (null: no yes yet). `unwanted_at`: the milestone
    went without it while it was clearing; the money, when it comes, stays the payer's own.
    """

    class State(models.TextChoices):
        CALLED = "called", "Asked for"
        ORDERED = "ordered", "Ordered in writing"
        CLEARING = "clearing", "Paid, on its way"
        FUNDED = "funded", "Here"
        MISSED = "missed", "Not paid in time"
        CANCELLED = "cancelled", "Not needed"
        CONSUMED = "consumed", "Held for the visits, or paid on"
        SHORTFALL = "shortfall", "Taken back by the payer's bank"

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="calls")
    earmark = models.ForeignKey(Earmark, on_delete=models.PROTECT, related_name="calls")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="calls")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="calls")
    council_code = models.CharField(max_length=9)
    about_kind = models.SlugField(max_length=30)
    about_id = models.BigIntegerField()
    pence = models.PositiveBigIntegerField()
    asked_pence = models.PositiveBigIntegerField()
    mode = models.CharField(max_length=6, choices=Mode)
    state = models.CharField(max_length=9, choices=State)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    order_reference = models.CharField(max_length=60, blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(null=True, blank=True)
    owed_pence = models.PositiveBigIntegerField(null=True, blank=True)
    billed_at = models.DateTimeField(null=True, blank=True)
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    payment_id = models.UUIDField(null=True, blank=True)
    unwanted_at = models.DateTimeField(null=True, blank=True)
    # The dispute in `payments` because of which it fell short.
    short_for = models.BigIntegerField(null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="call_asks_for_no_more_than_the_share", condition=Q(asked_pence__lte=F("pence"), pence__gt=0)),
            models.CheckConstraint(name="call_owes_no_more_than_the_share", condition=Q(owed_pence__isnull=True) | Q(owed_pence__lte=F("pence"))),
            # One share is asked for once at a time: two calls for it would charge somebody twice.
            models.UniqueConstraint(name="call_is_open_once_per_thing", fields=["about_kind", "about_id"], condition=~Q(state="cancelled")),
            # An order names the paper it stands on and who accepted it.
            models.CheckConstraint(
                name="call_order_says_which_and_by_whom",
                condition=~Q(state="ordered") | (~Q(order_reference="") & Q(ordered_by__isnull=False, ordered_at__isnull=False)),
            ),
            # Money on its way came by a payment.
            models.CheckConstraint(name="call_clearing_has_its_payment", condition=~Q(state="clearing") | Q(payment_id__isnull=False)),
            models.CheckConstraint(name="call_short_says_for_what", condition=~Q(state="shortfall") | Q(short_for__isnull=False)),
        ]
        # The timers look every few seconds: only at what waits.
        indexes = [
            models.Index(name="call_due", fields=["due_on"], condition=Q(state="called")),
            models.Index(name="call_billed", fields=["billed_at"], condition=Q(state="ordered")),
            models.Index(name="call_lot", fields=["membership", "portion", "state"]),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"

    @property
    def spare_pence(self) -> int:
        """Free money already here that this call counts on."""
        return self.pence - self.asked_pence

    @property
    def to_pay_pence(self) -> int:
        """What must come by payment: what is asked for, or of an order what was said yes to, less the free money it counts on."""
        return self.asked_pence if self.owed_pence is None else to_ask(self.owed_pence, self.spare_pence)
