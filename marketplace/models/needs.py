"""What people would like, and who in the group would like it too."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from marketplace.querysets import NeedJoinQuerySet, NeedQuerySet


class PartOfWeek(models.TextChoices):
    """When, in words that pick nobody out: never an hour, never a day."""

    ANY = "", "Any time"
    MORNINGS = "mornings", "Mornings"
    AFTERNOONS = "afternoons", "Afternoons"
    EVENINGS = "evenings", "Evenings"
    NIGHTS = "nights", "Nights"
    WEEKENDS = "weekends", "Weekends"


class Need(models.Model):
    """What somebody would like. One that finds nothing is kept, so that the council can see what is missing (how many, never who).

    `shared_fields`: what of it the group may read, each by the person's own tick; the kind of help is what sharing shares.
    """

    class State(models.TextChoices):
        PRIVATE = "private", "Only the person sees it."
        SHARED = "shared", "Their group sees it."
        BUYING = "buying", "They are buying something for it."
        COMMISSIONING = "commissioning", "The group is asking providers for it."
        UNMET = "unmet", "Nothing was found."
        MET = "met", "Found."
        WITHDRAWN = "withdrawn", "No longer wanted."

    class Reason(models.TextChoices):
        NONE = "", "Not said."
        NO_PROVIDER = "no_provider", "Nobody offers it near here."
        NO_TIME = "no_time", "Nobody at that time."
        NOT_ACCESSIBLE = "not_accessible", "Nothing that works for me."
        TOO_DEAR = "too_dear", "It costs too much."
        NO_CHECKS = "no_checks", "The checks it needs are missing."
        NO_OFFER = "no_offer", "A group asked providers, and no offer came that would do."
        REFUSED = "refused", "The provider said no."
        FUNDING_RULE = "funding_rule", "The budget may not pay for it."

    class MetHow(models.TextChoices):
        NOT_YET = "", "Not met."
        BOUGHT = "bought", "They pay for it."
        FAMILY = "family", "Family does it."
        NEIGHBOURS = "neighbours", "Neighbours or friends do it."
        GROUP = "group", "People in a group do it for each other."
        TIME_BANK = "time_bank", "Somebody gives time for it."
        OTHER = "other", "Something else that is free."

    # Nobody: told by somebody who was not signed in. It is counted like the others, and belongs to no one.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="needs")
    cluster = models.ForeignKey("pooling.Cluster", null=True, blank=True, on_delete=models.PROTECT, related_name="needs")
    category = models.CharField(max_length=60)
    outcode = models.CharField(max_length=4)
    council_code = models.CharField(max_length=9, db_index=True)
    words = models.TextField(blank=True)
    part_of_week = models.CharField(max_length=10, choices=PartOfWeek, blank=True, default="")
    times_a_week = models.PositiveSmallIntegerField(null=True, blank=True)
    access = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # A language says much about a person: it is counted only when they ticked that it may be.
    language = models.CharField(max_length=40, blank=True, default="")
    language_counted = models.BooleanField(default=False)
    # What they could pay each week, from and to.
    weekly_pence_low = models.PositiveIntegerField(null=True, blank=True)
    weekly_pence_high = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.PRIVATE)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True, default="")
    met_how = models.CharField(max_length=10, choices=MetHow.choices, blank=True, default="")
    # They may say no to being counted.
    counted = models.BooleanField(default=True)
    # The council's officer may send them a question through us. Nobody is told who they are.
    may_ask = models.BooleanField(default=False)
    shared_fields = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    agreement = models.ForeignKey("marketplace.Agreement", null=True, blank=True, on_delete=models.PROTECT, related_name="needs")
    created_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True, blank=True)
    unmet_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=False) | Q(state="unmet", cluster__isnull=True), name="need_of_nobody_is_only_counted"),
            models.CheckConstraint(
                condition=~Q(state="unmet") | (Q(unmet_at__isnull=False) & ~Q(reason="")), name="need_unmet_says_why_and_since_when"
            ),
            # What the group works on is the group's.
            models.CheckConstraint(
                condition=~Q(state__in=["shared", "commissioning"]) | Q(cluster__isnull=False), name="need_shared_is_shared_with_a_group"
            ),
            models.CheckConstraint(
                condition=Q(weekly_pence_low__isnull=True, weekly_pence_high__isnull=True)
                | Q(weekly_pence_low__gt=0, weekly_pence_high__gte=models.F("weekly_pence_low")),
                name="need_money_is_from_low_to_high",
            ),
        ]
        indexes = [
            models.Index(fields=["council_code", "category", "state"], name="need_counted_by_category"),
            # The nightly count reads one quarter of one council.
            models.Index(fields=["council_code", "created_at"], name="need_counted_by_night"),
        ]

    def __str__(self) -> str:
        return f"need {self.pk} ({self.state})"


class NeedJoin(models.Model):
    """Somebody else in the group who would like the same, with their own wishes."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="joins")
    membership = models.ForeignKey("pooling.Membership", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9)
    words = models.TextField(blank=True)
    part_of_week = models.CharField(max_length=10, choices=PartOfWeek, blank=True, default="")
    times_a_week = models.PositiveSmallIntegerField(null=True, blank=True)
    # They may say no to being counted, like who shared it.
    counted = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = NeedJoinQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="needjoin_is_open_once", fields=["need", "person"], condition=Q(left_at__isnull=True))]

    def __str__(self) -> str:
        return f"join {self.pk} of need {self.need_id}"
