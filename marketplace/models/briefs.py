"""What a group asks providers for: the brief, its parts, who would pay, what providers asked, what was changed while it was open."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from marketplace.querysets_of_briefs import BriefAmendmentQuerySet, BriefLotQuerySet, BriefPayerQuerySet, BriefQuerySet, BriefQuestionQuerySet
from marketplace.rules.briefs import BRIEF_FINAL, MOST_MUST_HAVES


class Brief(models.Model):
    """A group's words for what it wants, and the most it can cost. Providers read it from `opens_at`; nobody reads an offer before `closes_at`.

    `version` goes up with each change of the words or the money; a payer's yes holds for the version it was given to. `ceiling_pence` is
    everybody's, for all weeks: `weekly_ceiling_pence` (the sum of the lots') times `weeks`. `criteria`: how we choose, a list of
    {"slug", "label", "weight"} whose weights add up to 100.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being written."
        CHECKING = "checking", "Somebody else looks it over; the group decides; each payer says yes for themselves."
        OPEN = "open", "Providers can answer."
        CLOSED = "closed", "No more offers."
        EVALUATING = "evaluating", "The group compares the offers."
        AWARD_PENDING = "award_pending", "One was chosen; a few days in which it can be questioned."
        AWARDED = "awarded", "Chosen; the agreement is being signed."
        WITHDRAWN = "withdrawn", "Taken back by the group."
        NO_AWARD = "no_award", "No offer was chosen."
        CANCELLED = "cancelled", "Stopped by the group after it closed."

    cluster = models.ForeignKey("pooling.Cluster", on_delete=models.PROTECT, related_name="briefs")
    need = models.ForeignKey("marketplace.Need", on_delete=models.PROTECT, related_name="briefs")
    category = models.CharField(max_length=60)
    council_code = models.CharField(max_length=9, db_index=True)
    outcode = models.CharField(max_length=4)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)

    # --- the words ---
    problem = models.TextField()
    people_words = models.TextField()
    outcome_words = models.TextField()
    must_haves = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    criteria = models.JSONField(default=list)
    reading_age = models.PositiveSmallIntegerField(null=True, blank=True)

    # --- the work and the money ---
    # True: one visit for everybody. False: each person has and pays their own visits.
    together = models.BooleanField(default=True)
    weeks = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    weekly_ceiling_pence = models.PositiveIntegerField()
    ceiling_pence = models.PositiveIntegerField()

    # --- who did what, when ---
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    created_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    comments = models.TextField(blank=True)
    # The group said yes to asking for this, up to so much. A number of pooling's question; no more than that is decided.
    decision_id = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_ceiling_pence = models.PositiveIntegerField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opens_at = models.DateTimeField(null=True, blank=True)
    questions_close_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    # The payers' yeses are kept so long while no agreement is signed; then the promises are free again.
    kept_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)

    objects = BriefQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="brief_ceiling_is_weeks_of_its_weekly_sum", condition=Q(ceiling_pence=F("weekly_ceiling_pence") * F("weeks"))
            ),
            models.CheckConstraint(name="brief_has_a_ceiling", condition=Q(weekly_ceiling_pence__gt=0)),
            models.CheckConstraint(name="brief_weeks_are_1_to_52", condition=Q(weeks__gte=1, weeks__lte=52)),
            # A long list of must-haves is a name in disguise (abuse.md 5).
            models.CheckConstraint(name="brief_must_haves_are_few", condition=Q(must_haves__len__lte=MOST_MUST_HAVES)),
            # What providers may see was looked over by somebody else, decided by the group, and has its times.
            models.CheckConstraint(
                name="brief_is_open_only_when_published_by_another",
                condition=Q(state__in=["draft", "checking"])
                | Q(state="cancelled", opens_at__isnull=True)
                | Q(published_by__isnull=False, opens_at__isnull=False, decided_at__isnull=False) & ~Q(published_by=F("written_by")),
            ),
            models.CheckConstraint(
                name="brief_times_are_in_order",
                condition=Q(opens_at__isnull=True, questions_close_at__isnull=True, closes_at__isnull=True)
                | Q(questions_close_at__gt=F("opens_at"), closes_at__gt=F("questions_close_at")),
            ),
            models.CheckConstraint(
                name="brief_ends_with_a_reason",
                condition=~Q(state__in=["withdrawn", "no_award", "cancelled"]) | Q(ended_at__isnull=False) & ~Q(ended_reason=""),
            ),
            models.UniqueConstraint(name="brief_is_alone_for_its_need", fields=["need"], condition=~Q(state__in=sorted(BRIEF_FINAL | {"awarded"}))),
        ]
        indexes = [models.Index(fields=["state", "closes_at"], name="brief_due")]

    def __str__(self) -> str:
        return f"brief {self.pk} ({self.state})"

    @property
    def is_written(self) -> bool:
        """Still before providers saw it."""
        return self.state in {self.State.DRAFT, self.State.CHECKING}

    @property
    def is_over(self) -> bool:
        return self.state in BRIEF_FINAL


class BriefLot(models.Model):
    """One part of a brief, given to one provider: how often, how long, when, and the most it can cost a week."""

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="lots")
    council_code = models.CharField(max_length=9)
    number = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120)
    visits_per_week = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    # 1 is Monday, 7 Sunday; empty: any. Parts of the day only, never hours.
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    parts_of_day = ArrayField(models.CharField(max_length=9), default=list, blank=True)
    weekly_ceiling_pence = models.PositiveIntegerField()

    objects = BriefLotQuerySet.as_manager()

    class Meta:
        ordering = ["brief_id", "number"]
        constraints = [
            models.UniqueConstraint(name="brieflot_has_its_own_number", fields=["brief", "number"]),
            models.CheckConstraint(name="brieflot_visits_are_1_to_7_a_week", condition=Q(visits_per_week__gte=1, visits_per_week__lte=7)),
            models.CheckConstraint(name="brieflot_minutes_are_sensible", condition=Q(minutes__gte=15, minutes__lte=720)),
            models.CheckConstraint(name="brieflot_has_a_ceiling", condition=Q(weekly_ceiling_pence__gt=0)),
            models.CheckConstraint(name="brieflot_weekdays_are_days", condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7])),
            models.CheckConstraint(
                name="brieflot_parts_of_day_are_known", condition=Q(parts_of_day__contained_by=["morning", "afternoon", "evening", "night"])
            ),
        ]

    def __str__(self) -> str:
        return f"lot {self.number} of brief {self.brief_id}"


class BriefPayer(models.Model):
    """Somebody who would pay a part, and their own yes to the most it can cost them: an earmark on their promise, never money."""

    class State(models.TextChoices):
        ASKED = "asked", "Has not answered, or it changed since."
        YES = "yes", "Said yes to this purpose and ceiling."
        NO = "no", "Said no; pays nothing."

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="payers")
    membership = models.ForeignKey("pooling.Membership", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9)
    weekly_pence = models.PositiveIntegerField()
    ceiling_pence = models.PositiveIntegerField()
    state = models.CharField(max_length=5, choices=State.choices, default=State.ASKED)
    pledge = models.ForeignKey("pooling.Pledge", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    earmark = models.ForeignKey("pooling.Earmark", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(null=True, blank=True)

    objects = BriefPayerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="briefpayer_is_named_once", fields=["brief", "membership"]),
            models.CheckConstraint(name="briefpayer_has_a_ceiling", condition=Q(weekly_pence__gt=0, ceiling_pence__gte=F("weekly_pence"))),
            models.CheckConstraint(
                name="briefpayer_says_yes_with_a_promise",
                condition=~Q(state="yes") | Q(pledge__isnull=False, earmark__isnull=False, said_by__isnull=False, said_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"payer {self.pk} of brief {self.brief_id} ({self.state})"


class BriefQuestion(models.Model):
    """What a provider asked while the brief was open. Everybody reads the question and the answer; only operators and they see who asked."""

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="questions")
    council_code = models.CharField(max_length=9)
    enterprise = models.ForeignKey("providers.Enterprise", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = BriefQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="briefquestion_is_answered_whole",
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"question {self.pk} on brief {self.brief_id}"


class BriefAmendment(models.Model):
    """One change while it was open: what was said before, and the day it would have closed."""

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="amendments")
    council_code = models.CharField(max_length=9)
    version = models.PositiveSmallIntegerField()
    why = models.TextField()
    before = models.JSONField(default=dict)
    closed_at_before = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = BriefAmendmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="briefamendment_is_one_per_version", fields=["brief", "version"])]

    def __str__(self) -> str:
        return f"change {self.pk} of brief {self.brief_id}"
