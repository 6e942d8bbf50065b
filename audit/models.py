"""Who did what, what happened, and who is still to be told of it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from audit.querysets import DeliveryQuerySet, EntryQuerySet, FactQuerySet


class ClockOffset(models.Model):
    """How far people's time is ahead of real time: one row in the demo, none in production."""

    seconds = models.BigIntegerField(default=0)


class Entry(models.Model):
    """One line of the audit trail. Never changed, never removed: the database refuses both.

    `by_id` is a person's id, or null for the system. No foreign key: `audit` stands below `people`, and a line outlives everything.
    `detail` holds ids, pence, dates and slugs; never names, never words that a person wrote.
    """

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    by_id = models.BigIntegerField(null=True)
    on_behalf_of_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=80)
    about_kind = models.CharField(max_length=40)
    about_id = models.CharField(max_length=64)
    council_code = models.CharField(max_length=9, blank=True)
    detail = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # A line that does not say what was done, or to what, is no evidence.
            models.CheckConstraint(name="entry_says_what_was_done", condition=~Q(verb="") & ~Q(about_kind="") & ~Q(about_id="")),
            # Acting "for" oneself is acting: the column means somebody else.
            models.CheckConstraint(name="entry_on_behalf_of_is_another", condition=Q(on_behalf_of_id__isnull=True) | ~Q(on_behalf_of_id=F("by_id"))),
        ]
        indexes = [
            models.Index(fields=["about_kind", "about_id", "id"], name="entry_about"),
            models.Index(fields=["by_id", "id"], name="entry_by"),
        ]


class Fact(models.Model):
    """Something that happened, told to the rooms that named it in `settings.FACT_ROUTES`. Never changed, never removed.

    `kind` is `room.past_tense`; `subject` says which thing it is about (`payment:9f…`): facts about one subject are delivered in order.
    """

    kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=100)
    payload = models.JSONField(default=dict)
    council_code = models.CharField(max_length=9, blank=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="fact_names_kind_and_subject", condition=Q(kind__contains=".") & ~Q(subject="")),
        ]
        indexes = [models.Index(fields=["subject", "id"], name="fact_subject")]


class Delivery(models.Model):
    """One fact on its way to one consumer.

    `room` and `subject` are copies (the consumer's first word, the fact's subject): deliveries to one room about one subject go in order.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "not delivered yet; tried again at `next_try_at`"
        DONE = "done", "the consumer's work and this row were committed together"
        PARKED = "parked", "failed ten times; later ones about its subject wait for an operator"

    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="deliveries")
    consumer = models.CharField(max_length=120)
    room = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "deliveries"
        constraints = [
            # A fact reaches each consumer once.
            models.UniqueConstraint(name="delivery_is_once_per_consumer", fields=["fact", "consumer"]),
            models.CheckConstraint(
                name="delivery_done_says_when", condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at__isnull=True)
            ),
        ]
        indexes = [
            # The queue is small whatever has been delivered before.
            models.Index(fields=["room", "subject", "fact"], name="delivery_open", condition=~Q(state="done")),
            models.Index(fields=["next_try_at"], name="delivery_waiting", condition=Q(state="waiting")),
        ]
