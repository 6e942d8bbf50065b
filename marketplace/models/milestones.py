from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.querysets import MilestoneQuerySet, ShareQuerySet
from marketplace.rules.tables import SHARE_SETTLED


class Milestone(models.Model):
    """One week of an agreement. Its shares always add up to its amount (a deferred trigger checks it, migration 0002)."""

    class State(models.TextChoices):
        PLANNED = "planned", "In the plan; nobody has been asked for money."
        FUNDING_DUE = "funding_due", "Each payer is asked for their share."
        SHORT = "short", "The start is near and somebody's share is not covered."
        FUNDED = "funded", "Every share that is left is covered by money or an order."
        IN_DELIVERY = "in_delivery", "Visits have begun."
        OVERDUE = "overdue", "The provider has not told us about the visits."
        SUBMITTED = "submitted", "The provider told us what was done; people are asked."
        CLOSING = "closing", "Called off or stopped; what was done is being settled."
        CLOSED = "closed", "Every share is settled."
        CANCELLED = "cancelled", "Never happened, and nobody was charged."

    agreement = models.ForeignKey("marketplace.Agreement", on_delete=models.PROTECT, related_name="milestones")
    council_code = models.CharField(max_length=9, db_index=True)
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    visits_planned = models.PositiveSmallIntegerField()
    pence = models.PositiveIntegerField()
    # Of `pence`, parts that were left out by what everybody agreed: of somebody who left, or whose part others took. The rest is the week's price.
    left_out_pence = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=State.choices, default=State.PLANNED)
    funding_asked_at = models.DateTimeField(null=True, blank=True)
    provider_said_no_at = models.DateTimeField(null=True, blank=True)
    funded_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_late = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="milestone_has_its_own_week"),
            models.CheckConstraint(condition=Q(pence__gt=0), name="milestone_has_an_amount"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="milestone_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(left_out_pence__lte=F("pence")), name="milestone_leaves_out_no_more_than_it_is"),
        ]
        indexes = [models.Index(fields=["state", "starts_on"], name="milestone_due")]

    def __str__(self) -> str:
        return f"milestone {self.pk} week {self.number} ({self.state})"

    @property
    def price_pence(self) -> int:
        """What the provider is owed when all of the week is done: what is still somebody's part."""
        return self.pence - self.left_out_pence


class MilestoneShare(models.Model):
    """One payer's part of a week.

    When only a part is named (said yes to, questioned, called off) the row is split: same payer and portion, pence add up, `split_from` is the
    row it was cut from, and both point at the same hold and call. A share covered by `order` has no hold: what is agreed is owed, not held.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Not covered yet."
        COVERED = "covered", "Covered by money or by an order."
        DROPPED = "dropped", "Left out: nothing asked, nothing paid."
        ASKED = "asked", "The person is asked whether it happened."
        WITH_HELPER = "with_helper", "A named human is to ask the person."
        AGREED = "agreed", "Yes: to be paid."
        QUESTIONED = "questioned", "Somebody says it is not right; this part waits."
        DECIDED = "decided", "The question is settled: paid, returned, or some of each."
        RELEASED = "released", "Owed to the provider, by its payment."
        QUERIED_LATE = "queried_late", "Paid without an answer, and the payer says afterwards that it was wrong. It stays paid."
        RECOVERING = "recovering", "Two people found that it should not have been paid: it is asked back from the provider."
        RETURNED = "returned", "Came back to the payer, or was never taken."

    class CoveredBy(models.TextChoices):
        NOTHING = "", "Not covered."
        MONEY = "money", "Money that is in, held until the yes."
        ORDER = "order", "A written order, paid after the yes."

    class WaitsFor(models.TextChoices):
        NOTHING = "", "Nothing."
        MONEY = "money", "The payer's money is not available yet."
        SECOND_PERSON = "second_person", "A second person must agree to a large sum."
        CHECKS = "checks", "A check that the work needed was not live on the day."
        PAYEE = "payee", "The provider has not said where to send the money."
        GROUP = "group", "The group is stopped for now."

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="shares")
    payer = models.ForeignKey("marketplace.Payer", on_delete=models.PROTECT, related_name="shares")
    membership = models.ForeignKey("pooling.Membership", on_delete=models.PROTECT, related_name="+")
    portion = models.ForeignKey("pooling.Portion", on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9, db_index=True)
    pence = models.PositiveIntegerField()
    paid_pence = models.PositiveIntegerField(default=0)
    returned_pence = models.PositiveIntegerField(default=0)
    sent_pence = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, choices=State.choices, default=State.PLANNED)
    covered_by = models.CharField(max_length=10, choices=CoveredBy.choices, blank=True, default="")
    waits_for = models.CharField(max_length=20, choices=WaitsFor.choices, blank=True, default="")
    call = models.ForeignKey("pooling.Call", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hold = models.ForeignKey("pooling.Hold", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts_cut")

    # --- the yes, or the silence ---
    asked_at = models.DateTimeField(null=True, blank=True)
    not_sure_count = models.PositiveSmallIntegerField(default=0)
    ask_again_on = models.DateField(null=True, blank=True)
    with_helper_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    by_silence = models.BooleanField(default=False)
    agreed_at = models.DateTimeField(null=True, blank=True)

    # --- the question ---
    questioned_at = models.DateTimeField(null=True, blank=True)
    # The person (or a helper in their words) raised it, rather than a clock: matters when the evidence has to decide.
    questioned_by_person = models.BooleanField(default=False)
    # Two people hold it back over a worry or fraud, after a yes: only two people end it, or day 45, and then it comes back.
    held_back_at = models.DateTimeField(null=True, blank=True)
    question = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    settle_pence = models.PositiveIntegerField(null=True, blank=True)
    settle_side = models.CharField(max_length=10, blank=True)
    settle_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_pence = models.PositiveIntegerField(null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_pence = models.PositiveIntegerField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Two people decided that this is paid although its money is old, and it could not be paid yet: no clock ends it any more, only they or the answer
    # to what it waits for.
    pay_decided_at = models.DateTimeField(null=True, blank=True)

    # --- the question after a payment by silence ---
    late_at = models.DateTimeField(null=True, blank=True)
    late_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    late_words = models.TextField(blank=True)
    late_reason = models.TextField(blank=True)
    late_ended_at = models.DateTimeField(null=True, blank=True)

    # --- asked back after it was paid ---
    recover_pence = models.PositiveIntegerField(default=0)
    recovered_pence = models.PositiveIntegerField(default=0)
    recover_reason = models.TextField(blank=True)
    recover_at = models.DateTimeField(null=True, blank=True)

    # --- the money ---
    release_journal = models.UUIDField(null=True, blank=True)
    return_journal = models.UUIDField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["milestone", "payer"], condition=Q(split_from__isnull=True), name="milestoneshare_is_one_per_payer"),
            models.CheckConstraint(condition=Q(pence__gt=0), name="milestoneshare_has_an_amount"),
            # Nobody's part pays and returns more than it is, and no more is sent on than was paid.
            models.CheckConstraint(condition=Q(pence__gte=F("paid_pence") + F("returned_pence")), name="milestoneshare_moves_no_more_than_it_is"),
            models.CheckConstraint(condition=Q(paid_pence__gte=F("sent_pence")), name="milestoneshare_sends_no_more_than_it_paid"),
            # A state that says money moved names its journal.
            models.CheckConstraint(
                condition=Q(paid_pence=0) | Q(release_journal__isnull=False),
                name="milestoneshare_paid_has_its_journal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "queried_late"]) | Q(paid_pence=F("pence")),
                name="milestoneshare_released_is_paid_whole",
            ),
            # Only what was paid without an answer is questioned afterwards: by somebody, in words.
            models.CheckConstraint(
                condition=~Q(state="queried_late")
                | Q(by_silence=True, late_at__isnull=False, late_by__isnull=False, late_ended_at__isnull=True) & ~Q(late_words=""),
                name="milestoneshare_late_question_has_words",
            ),
            # No more is asked back than was paid, nor given back than was asked back; and two people said why.
            models.CheckConstraint(
                condition=Q(paid_pence__gte=F("recover_pence"), recover_pence__gte=F("recovered_pence")),
                name="milestoneshare_takes_back_no_more_than_it_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state="recovering") | Q(recover_pence__gt=0, recover_at__isnull=False) & ~Q(recover_reason=""),
                name="milestoneshare_recovering_says_why",
            ),
            # Decided: so much to pay and the rest back, moved at once; or, by order, once the money to pay is in.
            models.CheckConstraint(
                condition=~Q(state="decided")
                | Q(waits_for="", paid_pence=F("decided_pence"), pence=F("paid_pence") + F("returned_pence"))
                | Q(waits_for="money", covered_by="order", paid_pence=0, pence=F("decided_pence") + F("returned_pence")),
                name="milestoneshare_decided_is_moved_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(returned_pence=F("pence")),
                name="milestoneshare_returned_is_returned_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(hold__isnull=True) | Q(return_journal__isnull=False),
                name="milestoneshare_returned_has_its_journal",
            ),
            # Only a share that is covered may go on; an order never has a hold.
            models.CheckConstraint(
                condition=Q(state__in=["planned", "dropped", "returned"]) | Q(covered_by__in=["money", "order"]),
                name="milestoneshare_goes_on_covered",
            ),
            models.CheckConstraint(condition=~Q(covered_by="order") | Q(hold__isnull=True), name="milestoneshare_by_order_holds_nothing"),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="milestoneshare_asked")]

    def __str__(self) -> str:
        return f"share {self.pk} of milestone {self.milestone_id} ({self.state})"

    @property
    def is_final(self) -> bool:
        """Its money has moved for good. A decision that waits for an order's money is not there yet."""
        return self.state in SHARE_SETTLED and not self.waits_for


class ShareNotice(models.Model):
    """One notice that went out about a share, and by which channel: the silence rules count them."""

    share = models.ForeignKey(MilestoneShare, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share", "kind", "channel", "at"], name="sharenotice_is_recorded_once")]

    def __str__(self) -> str:
        return f"notice {self.kind} by {self.channel}"
