from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from marketplace.querysets import AgreementQuerySet, PayerQuerySet


class SuspendedFor(models.TextChoices):
    """Why there are no new visits for now."""

    NOT_NOW = "", "It is not stopped."
    CHECK = "check", "A check that they need is not in place."
    SAFEGUARDING = "safeguarding", "Somebody may not be safe."
    ELIGIBILITY = "eligibility", "Whether the money may pay for it is looked at."
    INSOLVENCY = "insolvency", "The provider may not be able to go on."


class Agreement(models.Model):
    """What one group (or some people in it) and one provider both signed: the service, the price, the weeks.

    The listing, or brief and offer, is copied into `frozen` when the agreement is written: nothing changed there later changes what was signed.
    `version` goes up when the price changes before everybody has signed: older signatures no longer count.
    """

    class State(models.TextChoices):
        DRAFTING = "drafting", "Being written."
        WITH_PARTIES = "with_parties", "Sent: nobody has signed, or only some payers have."
        HALF_SIGNED = "half_signed", "One side has signed: every payer, or the provider."
        ACTIVE = "active", "Signed by every payer and the provider."
        SUSPENDED = "suspended", "No new visits for now; work done is still paid."
        ENDING = "ending", "Notice was given; the last weeks are being finished."
        VOID = "void", "Never came about."
        COMPLETED = "completed", "Every week is over and settled."
        TERMINATED = "terminated", "Ended early, every week settled."

    cluster = models.ForeignKey("pooling.Cluster", on_delete=models.PROTECT, related_name="agreements")
    # Where it came from: a service on sale (the short way), or the offer that a group chose. `frozen` is the copy that counts.
    listing = models.ForeignKey("providers.Listing", null=True, blank=True, on_delete=models.PROTECT, related_name="agreements")
    offer = models.OneToOneField("marketplace.Offer", null=True, blank=True, on_delete=models.PROTECT, related_name="agreement")
    enterprise = models.ForeignKey("providers.Enterprise", on_delete=models.PROTECT, related_name="agreements")
    category = models.CharField(max_length=60)
    council_code = models.CharField(max_length=9, db_index=True)
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFTING)
    title = models.CharField(max_length=200)
    frozen = models.JSONField(default=dict)
    # True: one visit for everybody at the price for so many together. False: each person has and pays their own visits.
    together = models.BooleanField(default=True)
    visits_per_week = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    weeks = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    parts_of_day = ArrayField(models.CharField(max_length=20), default=list)
    start_time = models.TimeField(null=True, blank=True)
    # The whole price of one visit: for everybody when together, for one person when not.
    visit_pence = models.PositiveIntegerField()
    notice_days = models.PositiveSmallIntegerField()
    bands = models.JSONField(default=list)
    keep_going = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    provider_signed_at = models.DateTimeField(null=True, blank=True)
    provider_signed_version = models.PositiveSmallIntegerField(null=True, blank=True)
    active_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    # Who stopped new visits and what for. Nobody: a check ran out, and it goes on by itself when the check is good again.
    suspended_for = models.CharField(max_length=20, choices=SuspendedFor, blank=True, default="")
    suspended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            # Twelve weeks is usual; a year is the longest anybody may sign for at once.
            models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=52), name="agreement_weeks_are_1_to_52"),
            models.CheckConstraint(condition=Q(visits_per_week__gte=1, visits_per_week__lte=7), name="agreement_visits_are_1_to_7_a_week"),
            models.CheckConstraint(condition=Q(visit_pence__gt=0), name="agreement_has_a_price"),
            models.CheckConstraint(
                condition=Q(listing__isnull=False, offer__isnull=True) | Q(listing__isnull=True, offer__isnull=False),
                name="agreement_is_from_listing_or_offer",
            ),
            # Whatever is or was running was signed by the provider in the version that runs.
            models.CheckConstraint(
                condition=Q(state__in=["drafting", "with_parties", "half_signed", "void"])
                | Q(active_at__isnull=False, provider_signed_version=F("version")),
                name="agreement_runs_only_when_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.pk} ({self.state})"

    @property
    def is_open_to_sign(self) -> bool:
        return self.state in {self.State.WITH_PARTIES, self.State.HALF_SIGNED}

    @property
    def is_once(self) -> bool:
        """A single visit on the day it begins: no page calls that day a week."""
        return self.weeks == 1 and self.visits_per_week == 1 and self.weekdays == [self.starts_on.isoweekday()]

    @property
    def is_live(self) -> bool:
        return self.state in {self.State.ACTIVE, self.State.SUSPENDED, self.State.ENDING}


class Payer(models.Model):
    """One person's place in an agreement: what each week costs them, the most it can cost them, and their own yes."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked; has not answered, or the price changed since."
        SIGNED = "signed", "Said yes to this purpose, price and ceiling."
        DECLINED = "declined", "Said no; pays nothing."
        COMING = "coming", "Asked to take a place in an agreement that runs; has not said yes."
        STOPPED = "stopped", "Paid until their last day; later weeks are not theirs."

    class Relative(models.TextChoices):
        NOT_SAID = "", "Not asked yet."
        NONE = "none", "Nobody who works there is family."
        ELSEWHERE = "elsewhere", "Family who live somewhere else."
        SAME_HOME = "same_home", "Family who live with the person."
        PARTNER = "partner", "Husband, wife or partner, wherever they live."

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="payers")
    membership = models.ForeignKey("pooling.Membership", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    council_code = models.CharField(max_length=9)
    pledge = models.ForeignKey("pooling.Pledge", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    portion = models.ForeignKey("pooling.Portion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    earmark = models.ForeignKey("pooling.Earmark", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.ASKED)
    # What each week costs this person, to the penny; spare pence rotate, so weeks may differ by one.
    weeks_pence = ArrayField(models.PositiveIntegerField(), default=list)
    weekly_pence = models.PositiveIntegerField()
    ceiling_pence = models.PositiveIntegerField()
    signed_version = models.PositiveSmallIntegerField(null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    # What they told us of who works there (Care and Support (Direct Payments) Regulations 2014, regulation 3); empty until they sign.
    relative = models.CharField(max_length=10, choices=Relative.choices, blank=True, default="")
    # The order or card is charged after their yes, not before the visits: the provider sees this before signing.
    pays_at_yes = models.BooleanField(default=False)
    # Told that they stop: weeks that begin after this day are not theirs.
    leaves_on = models.DateField(null=True, blank=True)

    objects = PayerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "membership"], name="payer_is_named_once"),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | Q(signed_version__isnull=False, signed_by__isnull=False, signed_at__isnull=False, pledge__isnull=False, portion__isnull=False),
                name="payer_signs_with_a_promise",
            ),
        ]

    def __str__(self) -> str:
        return f"payer {self.pk} of agreement {self.agreement_id} ({self.state})"
