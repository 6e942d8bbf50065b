"""Before there is a group: who would like the same, and the meeting somebody hosts for them. And what people have in common, by their own yes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from pooling.querysets.interests import InCommonQuerySet, InterestQuerySet, IntroductionQuerySet
from pooling.rules.finding import INTEREST_FINAL


class Introduction(models.Model):
    """A meeting that somebody who helps groups hosts, for people who would like the same. `place` is in words, for those who are asked only."""

    council_code = models.CharField(max_length=9)
    category = models.SlugField(max_length=40)
    outcode = models.CharField(max_length=4)
    facilitator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="introductions_hosted")
    meets_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    cluster = models.ForeignKey("pooling.Cluster", null=True, blank=True, on_delete=models.PROTECT, related_name="introductions")

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="introduction_says_where", condition=~Q(place=""))]

    def __str__(self) -> str:
        return f"introduction {self.pk}"


class Interest(models.Model):
    """Somebody would like a kind of help together with others near them: need, area, parts of the week. No traits, no names."""

    class State(models.TextChoices):
        INTERESTED = "interested", "Waiting for others near you"
        MATCHED = "matched", "Others near you would like the same"
        INTRODUCED = "introduced", "Asked to a meeting"
        GROUP = "group", "In a group"
        ENDED = "ended", "Over"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="interests")
    council_code = models.CharField(max_length=9)
    category = models.SlugField(max_length=40)
    outcode = models.CharField(max_length=4)
    parts_of_week = ArrayField(models.CharField(max_length=20), default=list)
    state = models.CharField(max_length=10, choices=State)
    opened_at = models.DateTimeField()
    # When it came into the state it is in: 90 days run from here.
    since = models.DateTimeField()
    introduction = models.ForeignKey(Introduction, null=True, blank=True, on_delete=models.PROTECT, related_name="interests")

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="interest_is_open_once_per_need", fields=["person", "category"], condition=~Q(state__in=sorted(INTEREST_FINAL))
            ),
            models.CheckConstraint(
                name="interest_introduced_has_a_meeting",
                condition=~Q(state__in=["introduced", "group"]) | Q(introduction__isnull=False),
            ),
        ]
        # The timer looks every few seconds: only at what waits.
        indexes = [
            models.Index(name="interest_waiting", fields=["council_code", "category", "outcode"], condition=Q(state__in=["interested", "matched"])),
            models.Index(name="interest_since", fields=["since"], condition=Q(state__in=["interested", "introduced"])),
        ]

    def __str__(self) -> str:
        return f"interest {self.pk}"


class InCommon(models.Model):
    """One thing somebody may share with others, by explicit consent of its own (UK GDPR article 9; care-rules.md 2.9).

    Used to put people who share it near each other in a list, never to leave anybody out. `shown`: to people in the groups they are in.
    Taking it back empties `word`; when it was given and taken back stays.
    """

    class Kind(models.TextChoices):
        LANGUAGE = "language", "A language"
        FAITH = "faith", "Faith"
        CONDITION = "condition", "Health"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="in_common")
    kind = models.CharField(max_length=9, choices=Kind)
    word = models.SlugField(max_length=40, blank=True)
    shown = models.BooleanField(default=False)
    agreed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InCommonQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="incommon_is_said_once", fields=["person", "kind", "word"], condition=Q(withdrawn_at__isnull=True)),
            models.CheckConstraint(name="incommon_taken_back_keeps_no_word", condition=Q(withdrawn_at__isnull=True) | Q(word="", shown=False)),
            models.CheckConstraint(name="incommon_says_something", condition=Q(withdrawn_at__isnull=False) | ~Q(word="")),
        ]

    def __str__(self) -> str:
        return f"in common {self.pk}"
