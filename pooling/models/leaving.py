"""Goodbyes: somebody's leaving, what providers may still bill them, the statement of what is theirs, and every pence that goes home by it.

Every row here that claims money moved names its journal.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pooling.models.budgets import Portion
from pooling.models.groups import Membership
from pooling.models.holds import Withdrawal
from pooling.querysets.leaving import (
    ExitTermQuerySet,
    LeavingMoveQuerySet,
    LeavingQuerySet,
    StatementPartQuerySet,
    StatementQueryQuerySet,
    StatementQuerySet,
)


class EndWhy(models.TextChoices):
    """Why somebody's place ends by itself (state-machines.md 3, `eligibility_ended`)."""

    ENDED = "ended", "Their budget has ended"
    DIED = "died", "They have died"
    MOVED = "moved", "They have moved away"


class Leaving(models.Model):
    """One person going out of one group. `until` is the London day on which they are out: what happens before it may still be billed.

    `words` say why, for whoever may see it; the group is told only that somebody leaves.
    """

    class Why(models.TextChoices):
        NOTICE = "notice", "They said so"
        REMOVAL = "removal", "The group asked them to"
        ENDED = EndWhy.ENDED
        DIED = EndWhy.DIED
        MOVED = EndWhy.MOVED
        FIRST_DAYS = "first_days", "They left in their first days"

    class State(models.TextChoices):
        BEGAN = "began", "Still in, until the day"
        TAKEN_BACK = "taken_back", "They stay"
        LEFT = "left", "Out; what is theirs is being settled"
        SETTLED = "settled", "Out, and settled"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="leavings")
    council_code = models.CharField(max_length=9)
    why = models.CharField(max_length=10, choices=Why)
    state = models.CharField(max_length=10, choices=State)
    words = models.CharField(max_length=400, blank=True)
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateField()
    left_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = LeavingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="leaving_is_once_at_a_time", fields=["membership"], condition=Q(state__in=["began", "left"])),
            models.CheckConstraint(
                name="leaving_says_when",
                condition=Q(state__in=["began", "taken_back"])
                | Q(state="left", left_at__isnull=False)
                | Q(state="settled", settled_at__isnull=False),
            ),
        ]
        # The timers look every few seconds: only at what waits.
        indexes = [models.Index(name="leaving_open", fields=["state", "until"], condition=Q(state__in=["began", "left"]))]

    def __str__(self) -> str:
        return f"leaving {self.pk}"


class ExitTerm(models.Model):
    """What one provider may still bill out of one part of a leaver's budget, and the way out of that agreement. `agreement_id` is the market's."""

    class Route(models.TextChoices):
        RUN_OFF = "run_off", "Goes on until the day"
        SHRINK = "shrink", "Gets smaller and costs less"
        COVER = "cover", "Others take the share, each by their own yes"

    leaving = models.ForeignKey(Leaving, on_delete=models.PROTECT, related_name="terms")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="+")
    agreement_id = models.BigIntegerField()
    until = models.DateField()
    bill_pence = models.PositiveBigIntegerField()
    route = models.CharField(max_length=8, choices=Route)
    at = models.DateTimeField()

    objects = ExitTermQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="exitterm_is_one_per_agreement", fields=["leaving", "agreement_id", "portion"])]

    def __str__(self) -> str:
        return f"exit term {self.pk}"


class Statement(models.Model):
    """What is left of a leaver's money in a group, line by line, and what they said to it. A new version replaces an older one.

    `lines`: [{"kind", "on", "pence", "portion", "about"}], ids and pence only. `payable_pence` is in LEAVING since it was sent.
    """

    class State(models.TextChoices):
        SENT = "sent", "They are asked whether it is right"
        AGREED = "agreed", "They agree"
        SILENT = "silent", "Nobody said anything in time"
        QUERIED = "queried", "They asked about a line"
        REPLACED = "replaced", "There is a newer one"

    leaving = models.ForeignKey(Leaving, on_delete=models.PROTECT, related_name="statements")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="statements")
    council_code = models.CharField(max_length=9)
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State)
    lines = models.JSONField(default=list)
    payable_pence = models.PositiveBigIntegerField()
    sent_at = models.DateTimeField()
    answer_by = models.DateField()
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["leaving_id", "version"]
        constraints = [
            models.UniqueConstraint(name="statement_version_is_once", fields=["leaving", "version"]),
            models.UniqueConstraint(name="statement_is_open_once", fields=["leaving"], condition=Q(state__in=["sent", "queried"])),
            # Silence counts after two reminders (state-machines.md 3).
            models.CheckConstraint(name="statement_silence_was_reminded_twice", condition=~Q(state="silent") | Q(reminders__gte=2)),
            models.CheckConstraint(
                name="statement_agreed_by_somebody", condition=~Q(state="agreed") | Q(answered_by__isnull=False, answered_at__isnull=False)
            ),
        ]
        indexes = [models.Index(name="statement_waiting", fields=["answer_by"], condition=Q(state="sent"))]

    def __str__(self) -> str:
        return f"statement {self.pk}"


class StatementPart(models.Model):
    """One portion of one statement: what goes home, what is still open, and what a bank took back and is owed."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="parts")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9)
    payable_pence = models.PositiveBigIntegerField()
    open_pence = models.PositiveBigIntegerField()
    owed_pence = models.PositiveBigIntegerField()

    objects = StatementPartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="statementpart_is_one_per_portion", fields=["statement", "portion"])]

    def __str__(self) -> str:
        return f"statement part {self.pk}"


class StatementQuery(models.Model):
    """Somebody asks about one line of their statement; an operator, or who looks after that money, answers with reasons."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="asked")
    council_code = models.CharField(max_length=9)
    line = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reasons = models.CharField(max_length=1000, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = StatementQueryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="statementquery_answer_has_reasons", condition=Q(resolved_at__isnull=True) | Q(resolved_by__isnull=False) & ~Q(reasons="")
            ),
        ]

    def __str__(self) -> str:
        return f"query {self.pk}"


class LeavingMove(models.Model):
    """One movement of a leaver's money into or out of LEAVING, with the journal that made it."""

    class Kind(models.TextChoices):
        INTO = "into", "The statement says it goes home"
        HOME = "home", "On its way to where it came from"
        DEBT = "debt", "A bank took a payment back: it pays that"

    leaving = models.ForeignKey(Leaving, on_delete=models.PROTECT, related_name="moves")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="leaving_moves")
    portion = models.ForeignKey(Portion, on_delete=models.PROTECT, related_name="leaving_moves")
    council_code = models.CharField(max_length=9)
    statement = models.ForeignKey(Statement, null=True, blank=True, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=4, choices=Kind)
    pence = models.PositiveBigIntegerField()
    journal_key = models.UUIDField()
    withdrawal = models.OneToOneField(Withdrawal, null=True, blank=True, on_delete=models.PROTECT, related_name="leaving_move")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = LeavingMoveQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="leavingmove_moves_something", condition=Q(pence__gt=0)),
            # What goes home is a refund to where it came from, and nothing else.
            models.CheckConstraint(
                name="leavingmove_home_is_a_withdrawal",
                condition=Q(kind="home", withdrawal__isnull=False) | ~Q(kind="home") & Q(withdrawal__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"leaving move {self.pk}"
