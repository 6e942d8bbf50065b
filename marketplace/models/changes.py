from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from marketplace.querysets_of_changes import ChangeAnswerQuerySet, ChangeQuerySet, ShortAnswerQuerySet


class Change(models.Model):
    """New terms for an agreement that runs, from one of its weeks on; each payer's old and new price is in their answer's row.

    Weeks whose money was asked for already stay as they were signed. It moves no money: it changes what will be asked for.
    """

    class Kind(models.TextChoices):
        PRICE = "price", "Another price for a visit."
        VISITS = "visits", "Other days, or more or fewer visits."
        PAYERS = "payers", "Somebody stops paying, or takes a place."
        END = "end", "It ends early."

    class State(models.TextChoices):
        ASKING = "asking", "Waits for answers."
        APPLIED = "applied", "Agreed: the weeks are changed."
        REFUSED = "refused", "Somebody said no: all stays as it was signed."
        WITHDRAWN = "withdrawn", "Taken back."
        LAPSED = "lapsed", "Not everybody answered in time."
        OVERTAKEN = "overtaken", "Another question took its place."

    agreement = models.ForeignKey("marketplace.Agreement", on_delete=models.PROTECT, related_name="changes")
    council_code = models.CharField(max_length=9, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKING)
    from_version = models.PositiveSmallIntegerField()
    # The number of the first week it is for.
    first_week = models.PositiveSmallIntegerField()
    # The whole price of a visit, as in the agreement; the days of the week, 1 Monday to 7 Sunday.
    visit_pence = models.PositiveIntegerField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    why = models.CharField(max_length=400, blank=True)
    # Empty: it follows from somebody's leaving.
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    needs_provider = models.BooleanField(default=True)
    provider_signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    provider_signed_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=400, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two open questions about one price would let two answers fight.
            models.UniqueConstraint(fields=["agreement"], condition=Q(state="asking"), name="change_is_asked_one_at_a_time"),
            models.CheckConstraint(condition=Q(visit_pence__gt=0), name="change_has_a_price"),
            models.CheckConstraint(condition=Q(state="asking") | Q(ended_at__isnull=False), name="change_ended_says_when"),
            models.CheckConstraint(
                condition=~Q(state="applied", needs_provider=True) | Q(provider_signed_at__isnull=False, provider_signed_by__isnull=False),
                name="change_applied_is_signed_by_the_provider",
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of agreement {self.agreement_id} ({self.state})"

    @property
    def provider_has_signed(self) -> bool:
        return self.provider_signed_at is not None


class ChangeAnswer(models.Model):
    """One payer's old and new price, the most it can cost them, and what they say to it. A row without an answer still waits."""

    class Answer(models.TextChoices):
        NONE = "", "Not answered."
        ACCEPT = "accept", "Yes to the new price."
        NO = "no", "Leave it as it was signed."
        REPLACE = "replace", "Somebody else takes the place."
        SHRINK = "shrink", "Fewer visits, so that it costs no more."
        CLOSE = "close", "I stop too."

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="answers")
    payer = models.ForeignKey("marketplace.Payer", on_delete=models.PROTECT, related_name="change_answers")
    council_code = models.CharField(max_length=9)
    old_weekly_pence = models.PositiveIntegerField()
    new_weekly_pence = models.PositiveIntegerField()
    old_ceiling_pence = models.PositiveIntegerField()
    new_ceiling_pence = models.PositiveIntegerField()
    # What each week of the agreement costs them under the new terms, the first week of all first; 0: not theirs.
    weeks_pence = ArrayField(models.PositiveIntegerField(), default=list)
    needs_yes = models.BooleanField(default=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="")
    # Who would take the place, when that is the answer.
    instead = models.ForeignKey("pooling.Membership", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    objects = ChangeAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["change", "payer"], name="changeanswer_is_one_per_payer"),
            models.CheckConstraint(condition=Q(answer="") | Q(by__isnull=False, at__isnull=False), name="changeanswer_says_who_and_when"),
            models.CheckConstraint(condition=Q(answer="replace") | Q(instead__isnull=True), name="changeanswer_names_only_a_replacement"),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} to change {self.change_id}"

    @property
    def is_yes(self) -> bool:
        """Nothing of theirs is needed any more: they said yes, or nothing gets worse for them."""
        return self.answer == self.Answer.ACCEPT or (not self.needs_yes and self.answer == self.Answer.NONE)


class ShortAnswer(models.Model):
    """What a payer whose own part is covered says about a short week: so much of the rest, or fewer visits. Their own yes, to that week only."""

    class Kind(models.TextChoices):
        COVER = "cover", "I pay so much of what is missing."
        FEWER = "fewer", "Fewer visits, for the money that is there."

    milestone = models.ForeignKey("marketplace.Milestone", on_delete=models.PROTECT, related_name="short_answers")
    payer = models.ForeignKey("marketplace.Payer", on_delete=models.PROTECT, related_name="short_answers")
    council_code = models.CharField(max_length=9)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    pence = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Carried out, or not needed any more.
    ended_at = models.DateTimeField(null=True, blank=True)
    is_used = models.BooleanField(default=False)

    objects = ShortAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["milestone", "payer"], condition=Q(ended_at__isnull=True), name="shortanswer_is_one_at_a_time"),
            models.CheckConstraint(condition=Q(kind="cover", pence__gt=0) | Q(kind="fewer", pence=0), name="shortanswer_says_how_much"),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} to short week {self.milestone_id}"
