from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.querysets_of_bookings import BookedTimeQuerySet, BookingMoveQuerySet, BookingMoveYesQuerySet, BookingQuerySet
from marketplace.rules.tables import BOOKING_FINAL


class Booking(models.Model):
    """A time of a provider, held and then asked for: for one person, or for a group in which each says their own yes.

    What is asked for is an agreement like any other, of one visit a week: price, yeses, money, visits and answers are its own (docs/adr/0022).
    A first meeting (`meet`) costs nothing and has no agreement: it has a record of who met whom and when.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", "A visit that is paid."
        MEET = "meet", "A first meeting, free."

    class State(models.TextChoices):
        SLOT_HELD = "slot_held", "A time is kept for them while they read."
        LAPSED = "lapsed", "The time was not asked for, and is free again."
        REQUESTED = "requested", "Asked for; not everybody has said yes."
        CONFIRMED = "confirmed", "Everybody has said yes: it is going to be."
        DECLINED = "declined", "The provider said no."
        EXPIRED = "expired", "Not everybody answered in time."
        CANCELLED = "cancelled", "It will not be."
        DELIVERED = "delivered", "The visit was made."
        QUERY = "query", "Nobody has told us whether anybody came."
        ASKING = "asking", "People are asked whether it happened."
        PAID_OUT = "paid_out", "Over, and settled."
        MET = "met", "Both say that they met."

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.VISIT)
    state = models.CharField(max_length=20, choices=State.choices, default=State.SLOT_HELD)
    listing = models.ForeignKey("providers.Listing", on_delete=models.PROTECT, related_name="bookings")
    enterprise = models.ForeignKey("providers.Enterprise", on_delete=models.PROTECT, related_name="bookings")
    council_code = models.CharField(max_length=9, db_index=True)
    # Whose booking it is, and who pressed: themselves, or who may decide for them.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    # The group it is for, or the person's own place once they have asked.
    cluster = models.ForeignKey("pooling.Cluster", null=True, blank=True, on_delete=models.PROTECT, related_name="bookings")
    agreement = models.OneToOneField("marketplace.Agreement", null=True, blank=True, on_delete=models.PROTECT, related_name="booking")
    minutes = models.PositiveSmallIntegerField()
    weeks = models.PositiveSmallIntegerField(default=1)
    requested_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The verb that ended it: what a provider called off counts on their record.
    ended_how = models.CharField(max_length=20, blank=True)
    # A first meeting: when each side said that it happened.
    person_met_at = models.DateTimeField(null=True, blank=True)
    provider_met_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=52), name="booking_weeks_are_1_to_52"),
            models.CheckConstraint(condition=Q(kind="visit") | Q(agreement__isnull=True, weeks=1), name="booking_meeting_costs_nothing"),
            # Whatever was asked for and is paid says so in an agreement, by a day.
            models.CheckConstraint(
                condition=Q(state__in=["slot_held", "lapsed"]) | Q(kind="meet") | Q(agreement__isnull=False, cluster__isnull=False),
                name="booking_asked_for_has_an_agreement",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["slot_held", "lapsed"]) | Q(requested_at__isnull=False, answer_by__isnull=False),
                name="booking_is_answered_by_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(BOOKING_FINAL)) | Q(ended_at__isnull=False) & ~Q(ended_how=""), name="booking_over_says_how"
            ),
        ]
        # The timer looks every few seconds: only at what is not over.
        indexes = [models.Index(name="booking_open", fields=["state"], condition=~Q(state__in=sorted(BOOKING_FINAL)))]

    def __str__(self) -> str:
        return f"booking {self.pk} ({self.state})"

    @property
    def is_alone(self) -> bool:
        """For one person by themselves."""
        return self.cluster is None or self.cluster.is_own


class BookedTime(models.Model):
    """One date of a booking: the time it takes of a worker, and the visit it becomes.

    Without a slot: either its four weeks have not come yet, or (`clashed_at`) somebody else had it, and there is no visit that week.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="times")
    council_code = models.CharField(max_length=9)
    number = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    slot = models.OneToOneField("providers.Slot", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    visit = models.OneToOneField("marketplace.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="booked")
    clashed_at = models.DateTimeField(null=True, blank=True)

    objects = BookedTimeQuerySet.as_manager()

    class Meta:
        ordering = ["booking_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "number"], name="bookedtime_is_one_a_week"),
            models.CheckConstraint(condition=Q(clashed_at__isnull=True) | Q(slot__isnull=True), name="bookedtime_clash_takes_nothing"),
        ]

    def __str__(self) -> str:
        return f"time {self.number} of booking {self.booking_id}"


class BookingMove(models.Model):
    """One side asks for another time; the new one is kept for them until everybody else has answered. Nothing changes before that."""

    class State(models.TextChoices):
        ASKED = "asked", "The other side has not answered."
        AGREED = "agreed", "Moved."
        REFUSED = "refused", "It stays as it was."

    class Side(models.TextChoices):
        PERSON = "person", "Who pays."
        PROVIDER = "provider", "Who comes."

    time = models.ForeignKey(BookedTime, on_delete=models.PROTECT, related_name="moves")
    council_code = models.CharField(max_length=9)
    slot = models.OneToOneField("providers.Slot", on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    side = models.CharField(max_length=10, choices=Side.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    # The provider's yes: at once where they asked. Of those who pay: `BookingMoveYes`.
    provider_yes_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = BookingMoveQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["time"], condition=Q(state="asked"), name="bookingmove_is_one_at_a_time"),
            models.CheckConstraint(condition=~Q(to_at=F("from_at")), name="bookingmove_goes_somewhere"),
            models.CheckConstraint(condition=~Q(state="agreed") | Q(answered_by__isnull=False), name="bookingmove_agreed_says_by_whom"),
        ]

    def __str__(self) -> str:
        return f"move {self.pk} ({self.state})"


class BookingMoveYes(models.Model):
    """One payer's own yes to another time; who asked for it has said it by asking."""

    move = models.ForeignKey(BookingMove, on_delete=models.PROTECT, related_name="yeses")
    council_code = models.CharField(max_length=9)
    payer = models.ForeignKey("marketplace.Payer", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = BookingMoveYesQuerySet.as_manager()

    class Meta:
        ordering = ["move_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["move", "payer"], name="bookingmoveyes_is_said_once")]

    def __str__(self) -> str:
        return f"yes of payer {self.payer_id} to move {self.move_id}"
