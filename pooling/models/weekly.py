"""The weekly list of who looks after money: everything its people's calls need, one sum, in an order."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from pooling.models.budgets import Portion
from pooling.models.groups import Membership
from pooling.models.promises import Call
from pooling.models.wallets import WalletSlice
from pooling.querysets.weekly import WeeklyDayQuerySet, WeeklyListQuerySet, WeeklyListRowQuerySet


class WeeklyDay(models.Model):
    """The day of the week on which an organisation's list is made; none chosen: Mondays. `weekday`: 1 Monday to 7 Sunday."""

    organisation = models.OneToOneField("people.Organisation", on_delete=models.PROTECT, related_name="weekly_day")
    council_code = models.CharField(max_length=9)
    weekday = models.PositiveSmallIntegerField()

    objects = WeeklyDayQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="weeklyday_is_a_day", condition=Q(weekday__gte=1, weekday__lte=7))]

    def __str__(self) -> str:
        return f"day of lists of {self.organisation_id}"


class WeeklyList(models.Model):
    """One list of one organisation in one council. Once sent, its rows and sums stay as they were.

    `sum_pence`: what its rows came to when it was sent; `send_pence`: what of that was neither in the wallet nor on its way.
    `looked_at`: when Stripe was last asked what it keeps for them; `must_look`: a payment was closed since.
    `own_order`: people by number, as somebody who works there has put them; the next list begins with it. Empty: the usual order.
    `made_by` null: the clock.
    """

    class State(models.TextChoices):
        READY = "ready", "Ready to send"
        SENT = "sent", "Waits for the money"
        DONE = "done", "Done"
        SUPERSEDED = "superseded", "A newer list took its place"
        STOPPED = "stopped", "Not sent after all"

    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="weekly_lists")
    council_code = models.CharField(max_length=9)
    state = models.CharField(max_length=10, choices=State)
    made_on = models.DateField()
    covers_to = models.DateField()
    sum_pence = models.PositiveBigIntegerField(default=0)
    send_pence = models.PositiveBigIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    must_look = models.BooleanField(default=False)
    own_order = ArrayField(models.PositiveBigIntegerField(), default=list, blank=True)

    objects = WeeklyListQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # One to look at and one to pay at a time: money that comes never has two lists to choose from.
            models.UniqueConstraint(name="weeklylist_is_ready_once", fields=["organisation", "council_code"], condition=Q(state="ready")),
            models.UniqueConstraint(name="weeklylist_is_sent_once", fields=["organisation", "council_code"], condition=Q(state="sent")),
            models.CheckConstraint(
                name="weeklylist_sent_says_by_whom", condition=~Q(state__in=["sent", "stopped"]) | Q(sent_by__isnull=False, sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="weeklylist_over_says_when",
                condition=Q(state__in=["ready", "sent"], ended_at__isnull=True) | ~Q(state__in=["ready", "sent"]) & Q(ended_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="weeklylist_newest", fields=["organisation", "council_code", "-made_at"])]

    def __str__(self) -> str:
        return f"weekly list {self.pk}"


class WeeklyListRow(models.Model):
    """One thing asked for one person: to be paid, or an order to be accepted. `pence`: the sum when it was listed; for an order the most it can cost.

    `number`: its place in the list, from 1. Paid: `slice` is the row of the list handed out that paid it, and `funded_pence` what that was.
    """

    class Kind(models.TextChoices):
        PAY = "pay", "To pay"
        ORDER = "order", "An order to accept"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        FUNDED = "funded", "Paid"
        ORDERED = "ordered", "Ordered"
        DROPPED = "dropped", "Not needed from this list"

    weekly_list = models.ForeignKey(WeeklyList, on_delete=models.PROTECT, related_name="rows")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="weekly_rows")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="weekly_rows")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="weekly_rows")
    council_code = models.CharField(max_length=9)
    kind = models.CharField(max_length=5, choices=Kind)
    state = models.CharField(max_length=7, choices=State)
    number = models.PositiveIntegerField()
    pence = models.PositiveBigIntegerField()
    due_on = models.DateField()
    paid_until = models.DateField(null=True, blank=True)
    funded_pence = models.PositiveBigIntegerField(default=0)
    slice = models.ForeignKey(WalletSlice, null=True, blank=True, on_delete=models.PROTECT, related_name="weekly_rows")

    objects = WeeklyListRowQuerySet.as_manager()

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(name="weeklylistrow_is_one_per_call", fields=["weekly_list", "call"]),
            # Nobody is paid twice from one list, and never more than it said.
            models.CheckConstraint(
                name="weeklylistrow_paid_says_by_what",
                condition=Q(state="funded", kind="pay", slice__isnull=False, funded_pence__gt=0, funded_pence__lte=models.F("pence"))
                | ~Q(state="funded") & Q(slice__isnull=True, funded_pence=0),
            ),
            models.CheckConstraint(name="weeklylistrow_ordered_is_an_order", condition=~Q(state="ordered") | Q(kind="order")),
            models.CheckConstraint(name="weeklylistrow_asks_for_something", condition=Q(pence__gt=0)),
        ]

    def __str__(self) -> str:
        return f"row {self.pk} of a weekly list"
