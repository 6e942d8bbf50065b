"""Signs of life, for `/readyz`; and answers of the API kept under an Idempotency-Key."""

from django.conf import settings
from django.db import models


class Pulse(models.Model):
    """The last sign of life of one part: the worker's beat, the last proof of the books. By the real clock, never the demo's."""

    class Name(models.TextChoices):
        WORKER = "worker", "The worker did a task"
        BOOKS = "books", "The books were proved"

    name = models.CharField(max_length=20, primary_key=True, choices=Name.choices)
    at = models.DateTimeField(db_default=models.functions.Now())
    is_fine = models.BooleanField(default=True)
    says = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"


class KeptAnswer(models.Model):
    """What one person asked for under one Idempotency-Key, and the answer it got. `digest`: of the request. No `status` yet: not done.

    `is_final` False: done and committed, but what follows the commit (calling Stripe) may not have happened.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    is_final = models.BooleanField(default=False)
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            # Two requests with one key are one act, or a mistake.
            models.UniqueConstraint(name="keptanswer_key_is_one_request", fields=["person", "key"]),
            # Nothing that was refused is kept: it did nothing, and may be tried again.
            models.CheckConstraint(name="keptanswer_keeps_what_was_done", condition=models.Q(status__isnull=True) | models.Q(status__lt=400)),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"
