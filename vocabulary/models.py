"""The words that everybody picks from: what kind of help, what for, in which language."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from vocabulary.querysets import TermQuerySet


class Term(models.Model):
    """One word of one list. `slug` is for us and for other programs; `label` is what people read.

    For a category, `checks` names what a provider must show before they may sell it (`identity`, `insurance`, `dbs_enhanced`, `cqc` …);
    `regulated` means personal care, which more than one person working together may only give when registered with the CQC
    (Health and Social Care Act 2008 (Regulated Activities) Regulations 2014, schedule 1; care-rules.md 2.8).
    """

    class Kind(models.TextChoices):
        CATEGORY = "category", "Kind of help"
        OUTCOME = "outcome", "What it is for"
        LANGUAGE = "language", "Language"
        ACCESS = "access", "Easy to get into and use"
        PURPOSE = "purpose", "What a group is for"

    kind = models.CharField(max_length=8, choices=Kind)
    slug = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    checks = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    regulated = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    term_uri = models.URLField(blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position", "label"]
        constraints = [
            models.UniqueConstraint(name="term_is_once_per_list", fields=["kind", "slug"]),
            models.CheckConstraint(name="term_checks_are_of_categories", condition=Q(kind="category") | Q(checks=[], regulated=False)),
        ]

    def __str__(self) -> str:
        return self.label
