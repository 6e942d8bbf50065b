"""What Stripe told us, what its balance lists, and what does not fit."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from payments.querysets import AlarmQuerySet, OperatorsQuerySet, StripeLineQuerySet, WebhookEventQuerySet


class WebhookEvent(models.Model):
    """One event, stored once. Only ids are kept: an event is a hint, and the object is fetched again before anything is done."""

    class State(models.TextChoices):
        WAITING = "waiting", "not worked on yet"
        DONE = "done", "the object was fetched and its state taken over"
        PARKED = "parked", "failed ten times; an operator is told"

    id = models.CharField(primary_key=True, max_length=255)
    endpoint = models.CharField(max_length=8)
    kind = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=255, blank=True)
    account_id = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="webhookevent_endpoint_is_ours", condition=Q(endpoint__in=("platform", "connect"))),
            models.CheckConstraint(name="webhookevent_done_says_when", condition=~Q(state="done") | Q(done_at__isnull=False)),
        ]
        indexes = [models.Index(fields=["received_at"], name="webhookevent_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class StripeLine(models.Model):
    """One line of Stripe's balance, and the one journal that it is."""

    class State(models.TextChoices):
        WAITING = "waiting", "not available at Stripe yet, or our side has not caught up"
        MATCHED = "matched", "is exactly one journal, with the same pence"
        SUSPENSE = "suspense", "nobody could explain it, or not all of it: that is posted to SUSPENSE, and an alarm rung"
        EXPLAINED = "explained", "two people said what it was, and it left SUSPENSE"

    id = models.CharField(primary_key=True, max_length=255)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=255, blank=True)
    pence = models.BigIntegerField()
    fee_pence = models.BigIntegerField()
    net_pence = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_available = models.BooleanField()
    available_on = models.DateTimeField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    journal_key = models.UUIDField(null=True, unique=True)
    # In suspense, or out of it again: what a journal of our own rows moved of it. `journal_key` is of the rest; none where no rest is.
    ours_pence = models.BigIntegerField(default=0)
    council_code = models.CharField(max_length=9, blank=True)
    # The operation (or payment) of ours that its object names and that this book does not know: the book was put back in time.
    lost_operation = models.CharField(max_length=36, blank=True)
    # And what tells its row: the charge of a refund; the account of a transfer and what we said it belongs to.
    lost_of = models.CharField(max_length=255, blank=True)
    # Of a line nobody explains: "payment:<id>" or "payee:4", whichever of ours its object at Stripe names.
    touched = models.CharField(max_length=60, blank=True)

    objects = StripeLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stripeline_adds_up", condition=Q(net_pence=models.F("pence") - models.F("fee_pence"))),
            # What came to nothing, and what is no pounds, is known or not known without one.
            models.CheckConstraint(
                name="stripeline_final_has_its_journal",
                condition=Q(state="waiting")
                | Q(journal_key__isnull=False)
                | Q(state__in=("suspense", "explained")) & (Q(net_pence=models.F("ours_pence")) | ~Q(currency="gbp")),
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="stripeline_waiting", condition=Q(state="waiting")),
            # Counted every time Prometheus asks, among every line there ever was.
            models.Index(fields=["council_code"], name="stripeline_suspense", condition=Q(state="suspense")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def unknown_pence(self) -> int:
        """What of it none of our rows explains. Other money is no pence of ours."""
        return self.net_pence - self.ours_pence if self.currency == "gbp" else 0


class ReconcileCursor(models.Model):
    """How far down Stripe's list we have read: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_line_id = models.CharField(max_length=255, blank=True)
    read_at = models.DateTimeField(null=True)
    # Which start of the database, and which copy of it, the last finished reading was of: after a restore it is another.
    read_of = models.CharField(max_length=80, blank=True)

    objects = OperatorsQuerySet["ReconcileCursor"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="reconcilecursor_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.last_line_id


class ReconcileRun(models.Model):
    """What one run of reconciliation did; kept where it found or moved something, or an operator asked for it."""

    at = models.DateTimeField()
    read = models.PositiveIntegerField()
    matched = models.PositiveIntegerField()
    suspended = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    caught_up = models.PositiveIntegerField()

    objects = OperatorsQuerySet["ReconcileRun"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="reconcilerun_newest")]

    def __str__(self) -> str:
        return f"reconciled {self.at}"


class Alarm(models.Model):
    """Something about money that a person must look at. With `stops_releases`, nothing goes to providers until it is closed.

    `council_code` empty: all councils. `about` names one thing (`line:txn_…`); the same trouble rings once until closed.
    """

    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=300)
    sentence = models.TextField()
    council_code = models.CharField(max_length=9, blank=True)
    stops_releases = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="alarm_rings_once", fields=["kind", "about"], condition=Q(closed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
