"""Signs of life, for `/readyz`."""

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
