from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.querysets import VisitPartQuerySet, VisitQuerySet, VisitShownQuerySet


class Visit(models.Model):
    """One visit of a week. Planned when the agreement becomes active; the worker is named before it, or at the latest when it begins."""

    class State(models.TextChoices):
        PLANNED = "planned", "To come."
        BEGUN = "begun", "The worker is there."
        DONE = "done", "Recorded."
        CALLED_OFF = "called_off", "Will not happen."
        NOT_RECORDED = "not_recorded", "The week was sent in without it."

    milestone = models.ForeignKey("marketplace.Milestone", on_delete=models.PROTECT, related_name="visits")
    # Set when each person has their own visits; empty when one visit is for everybody.
    payer = models.ForeignKey("marketplace.Payer", null=True, blank=True, on_delete=models.PROTECT, related_name="visits")
    worker = models.ForeignKey("providers.Worker", null=True, blank=True, on_delete=models.PROTECT, related_name="visits")
    council_code = models.CharField(max_length=9)
    number = models.PositiveSmallIntegerField()
    on = models.DateField()
    planned_start = models.TimeField(null=True, blank=True)
    planned_minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.PLANNED)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    # True: start and finish were pressed there and then. False: written down later. Only the first may be paid by silence.
    recorded_at_the_time = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    called_off_at = models.DateTimeField(null=True, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["milestone", "payer", "number"], nulls_distinct=False, name="visit_is_one_of_its_week"),
            models.CheckConstraint(
                condition=~Q(state__in=["begun", "done"]) | Q(worker__isnull=False, started_at__isnull=False),
                name="visit_names_who_came",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False, minutes__isnull=False), name="visit_done_has_its_finish"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")), name="visit_finishes_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["on", "state"], name="visit_by_day")]

    def __str__(self) -> str:
        return f"visit {self.pk} on {self.on} ({self.state})"


class VisitShown(models.Model):
    """What calendar programs were last told of a visit: they need a number that rises with every change, whatever caused it (RFC 5545, SEQUENCE)."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, primary_key=True, related_name="shown")
    shown_print = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    objects = VisitShownQuerySet.as_manager()

    def __str__(self) -> str:
        return f"visit {self.visit_id}, change {self.sequence}"


class VisitPart(models.Model):
    """One visit for one payer's share: its pence, a note only that person (and those they chose) may read, and their answer."""

    class Answer(models.TextChoices):
        NONE = "", "Not answered."
        YES = "yes", "It happened."
        PART = "part", "Some of it happened."
        NO = "no", "It did not happen."
        NOT_SURE = "not_sure", "Not sure: ask again."

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="parts")
    share = models.ForeignKey("marketplace.MilestoneShare", on_delete=models.PROTECT, related_name="visit_parts")
    pence = models.PositiveIntegerField()
    note = models.TextField(blank=True)
    # They told us they would be away; `accepted_pence` is then what the signed bands give the provider.
    is_away = models.BooleanField(default=False)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="")
    accepted_pence = models.PositiveIntegerField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "share"], name="visitpart_is_one_per_share"),
            models.CheckConstraint(
                condition=Q(accepted_pence__isnull=True) | Q(accepted_pence__lte=F("pence")), name="visitpart_accepts_no_more_than_it_is"
            ),
            models.CheckConstraint(condition=~Q(is_away=True) | Q(answered_at__isnull=False, answer=""), name="visitpart_away_says_when"),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_by__isnull=False, answered_at__isnull=False), name="visitpart_answer_says_who"
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.visit_id} for share {self.share_id}"
