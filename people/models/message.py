"""What people tell us in private, and what we write to them."""

from django.db import models
from django.db.models import Q

from people.models.person import Channel, Person
from people.querysets import ConcernQuerySet, MessageQuerySet


class Concern(models.Model):
    """Somebody is worried about somebody. Written in private, by anyone, signed in or not; read by operators only.

    It stands open until one of them wrote down what was done about it.
    """

    text = models.TextField()
    contact = models.CharField(max_length=200, blank=True)
    council_code = models.CharField(max_length=9, blank=True)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what_was_done = models.TextField(blank=True)
    dealt_with_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    dealt_with_at = models.DateTimeField(null=True, blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="concern_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="concern_dealt_with_says_what_and_who",
                condition=Q(what_was_done="", dealt_with_by=None, dealt_with_at=None)
                | (~Q(what_was_done="") & Q(dealt_with_by__isnull=False, dealt_with_at__isnull=False)),
            ),
        ]


class Message(models.Model):
    """One thing we wrote to somebody. Text messages and letters are rows like e-mails; the demo shows them at /demo/outbox."""

    class State(models.TextChoices):
        QUEUED = "queued", "To be sent, or a letter to be printed"
        SENT = "sent", "Given to who carries it"
        FAILED = "failed", "Could not be sent"

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=6, choices=Channel)
    to = models.TextField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    kind = models.CharField(max_length=60)
    dedup_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="message_sent_says_when", condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent")),
            models.CheckConstraint(name="message_goes_somewhere", condition=~Q(to="")),
        ]
        indexes = [models.Index(fields=["person", "id"], name="message_person")]
