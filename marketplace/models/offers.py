from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from marketplace.querysets_of_offers import ConflictQuerySet, OfferQuerySet, ScoreQuerySet


class Offer(models.Model):
    """What one provider offers for one part of a brief. Nobody but the provider reads it before the brief is closed.

    Every change before the close is kept as a version; the row holds the newest. A winner whose agreement never came about stays `accepted` with
    `fell_through_at`: then the group may choose again.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being written: only the provider sees it."
        SUBMITTED = "submitted", "Sent in, and sealed until the brief closes."
        SHORTLISTED = "shortlisted", "The group looks at it closely."
        NOT_SELECTED = "not_selected", "Not chosen, and told why."
        SELECTED = "selected", "Chosen; waits for the provider's yes."
        ACCEPTED = "accepted", "Chosen, and the provider said yes."
        WITHDRAWN = "withdrawn", "Taken back by the provider."
        EXPIRED = "expired", "Chosen, and the provider did not answer in time."
        DISQUALIFIED = "disqualified", "Chosen, and a check the work needs is not live."

    class Challenge(models.TextChoices):
        NONE = "", "Nobody said that the choice was unfair."
        OPEN = "open", "The provider says that the choice was unfair; an operator looks at it."
        UPHELD = "upheld", "It was unfair: the group chooses again."
        REJECTED = "rejected", "It was fair."

    brief = models.ForeignKey("marketplace.Brief", on_delete=models.PROTECT, related_name="offers")
    lot = models.ForeignKey("marketplace.BriefLot", on_delete=models.PROTECT, related_name="offers")
    enterprise = models.ForeignKey("providers.Enterprise", on_delete=models.PROTECT, related_name="offers")
    # The enterprise's owner when it was begun: one person offers as one enterprise (abuse.md 17).
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9, db_index=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    # The whole price of one visit: for everybody when together, for one person when not.
    visit_pence = models.PositiveIntegerField()
    starts_on = models.DateField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    start_time = models.TimeField(null=True, blank=True)
    words = models.TextField(blank=True)
    people_words = models.TextField(blank=True)
    milestones_words = models.TextField(blank=True)
    feedback = models.TextField(blank=True)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    shortlisted_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    picked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    fell_through_at = models.DateTimeField(null=True, blank=True)
    challenge = models.CharField(max_length=10, choices=Challenge.choices, blank=True, default="")
    challenge_words = models.TextField(blank=True)
    challenged_at = models.DateTimeField(null=True, blank=True)
    challenge_answer = models.TextField(blank=True)
    challenge_answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    challenge_answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            # One winner for each part of a brief, however many choose at the same moment (state-machines.md 7, `choose`).
            models.UniqueConstraint(
                fields=["lot"], condition=Q(state__in=["selected", "accepted"], fell_through_at__isnull=True), name="offer_wins_its_lot_alone"
            ),
            # A provider offers once for each part; what was taken back may be offered anew.
            models.UniqueConstraint(fields=["lot", "enterprise"], condition=~Q(state="withdrawn"), name="offer_is_once_per_provider_and_lot"),
            # One person, one enterprise (abuse.md 17); services look at everybody who works there and at their bank too.
            models.UniqueConstraint(fields=["lot", "owner"], condition=~Q(state="withdrawn"), name="offer_is_once_per_person_and_lot"),
            models.CheckConstraint(condition=Q(visit_pence__gt=0), name="offer_has_a_price"),
            models.CheckConstraint(condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False), name="offer_was_sent_in"),
            # Whoever is not chosen reads why.
            models.CheckConstraint(condition=~Q(state="not_selected") | ~Q(feedback=""), name="offer_not_chosen_says_why"),
            models.CheckConstraint(condition=~Q(state__in=["selected", "accepted"]) | Q(picked_at__isnull=False), name="offer_was_picked"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False, accepted_by__isnull=False), name="offer_was_accepted_by_somebody"
            ),
            models.CheckConstraint(condition=Q(fell_through_at__isnull=True) | Q(state="accepted"), name="offer_fell_through_after_its_yes"),
            models.CheckConstraint(
                condition=~Q(challenge__in=["upheld", "rejected"])
                | Q(challenge_answered_by__isnull=False, challenge_answered_at__isnull=False) & ~Q(challenge_answer=""),
                name="offer_challenge_is_answered_with_reasons",
            ),
        ]
        indexes = [models.Index(fields=["state", "picked_at"], name="offer_due")]

    def __str__(self) -> str:
        return f"offer {self.pk} ({self.state})"

    @property
    def is_winner(self) -> bool:
        return self.state in {self.State.SELECTED, self.State.ACCEPTED} and self.fell_through_at is None

    @property
    def may_change(self) -> bool:
        return self.state in {self.State.DRAFT, self.State.SUBMITTED}


class OfferVersion(models.Model):
    """An offer as it was sent in once. Written, never changed."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="versions")
    council_code = models.CharField(max_length=9)
    number = models.PositiveSmallIntegerField()
    visit_pence = models.PositiveIntegerField()
    starts_on = models.DateField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    start_time = models.TimeField(null=True, blank=True)
    words = models.TextField(blank=True)
    people_words = models.TextField(blank=True)
    milestones_words = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "number"], name="offer_version_is_kept_once")]

    def __str__(self) -> str:
        return f"offer {self.offer_id} version {self.number}"


class Conflict(models.Model):
    """What somebody who chooses says of their own ties: none at all (no offer named), or one to an offer. Said before anybody scores."""

    class Kind(models.TextChoices):
        NONE = "none", "No tie to anybody who offers."
        FAMILY = "family", "Family."
        FRIEND = "friend", "A friend or neighbour."
        WORK = "work", "Works or worked there."
        MONEY = "money", "Has money in it, or would gain."
        OTHER = "other", "Another tie."

    brief = models.ForeignKey("marketplace.Brief", on_delete=models.PROTECT, related_name="conflicts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="conflicts")
    council_code = models.CharField(max_length=9)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = ConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brief", "person", "offer"], nulls_distinct=False, name="conflict_is_said_once"),
            models.CheckConstraint(
                condition=Q(kind="none", offer__isnull=True) | ~Q(kind="none") & Q(offer__isnull=False), name="conflict_names_its_offer"
            ),
        ]

    def __str__(self) -> str:
        return f"conflict {self.pk} ({self.kind})"


class Score(models.Model):
    """What one member thinks of one offer by one of the brief's criteria, with the reason. The whole group reads it."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="scores")
    membership = models.ForeignKey("pooling.Membership", on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9)
    criterion = models.CharField(max_length=60)
    points = models.PositiveSmallIntegerField()
    reason = models.TextField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "membership", "criterion"], name="score_is_given_once"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=5), name="score_is_0_to_5"),
            models.CheckConstraint(condition=~Q(reason=""), name="score_says_why"),
        ]

    def __str__(self) -> str:
        return f"score {self.pk}: {self.points}"
