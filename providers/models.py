"""Micro-enterprises: who they are, who works in them, what they have shown us, what they sell and for how much."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from people.models import Person
from providers.models_of_invitations import Invitation as Invitation
from providers.models_of_search import SearchRow as SearchRow
from providers.models_of_search import SearchWord as SearchWord
from providers.models_of_slots import DayOff as DayOff
from providers.models_of_slots import Slot as Slot
from providers.models_of_slots import WorkHours as WorkHours
from providers.querysets import CalendarLinkQuerySet, CheckQuerySet, EnterpriseQuerySet, GroupPriceQuerySet, ListingQuerySet, WorkerQuerySet
from vocabulary.models import Term


class Enterprise(models.Model):
    """Somebody who helps people for pay, alone or with up to a few others; or a community group, which gives what it has for nothing or for time."""

    class Kind(models.TextChoices):
        MICRO = "micro", "Helps people for pay"
        COMMUNITY = "community", "A community group: free, or for time"

    class State(models.TextChoices):
        DRAFT = "draft", "Not shown to people yet"
        LIVE = "live", "Shown to people"
        SUSPENDED = "suspended", "Stopped by an operator: no new agreements, no new visits"

    kind = models.CharField(max_length=9, choices=Kind, default=Kind.MICRO)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    outcode = models.CharField(max_length=4)
    council_code = models.CharField(max_length=9)
    radius_miles = models.PositiveSmallIntegerField(default=3)
    works_alone = models.BooleanField(default=True)
    people_count = models.PositiveSmallIntegerField(default=1)
    cqc_number = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    suspended_reason = models.TextField(blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enterprises")
    payee = models.OneToOneField("payments.Payee", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    can_be_paid = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="enterprise_has_a_name", condition=~Q(name="")),
            # "Eight or fewer paid or unpaid" is what a micro-enterprise is here (care-rules.md 2.8); the setting may only be lower.
            models.CheckConstraint(name="enterprise_is_micro", condition=Q(people_count__gte=1, people_count__lte=8)),
            models.CheckConstraint(name="enterprise_alone_is_one_person", condition=Q(works_alone=False) | Q(people_count=1)),
            models.CheckConstraint(name="enterprise_suspended_says_why", condition=~Q(state="suspended") | ~Q(suspended_reason="")),
            models.CheckConstraint(name="enterprise_is_paid_through_a_payee", condition=Q(can_be_paid=False) | Q(payee__isnull=False)),
            # Nobody pays a community group here, so there is nobody to send money to.
            models.CheckConstraint(name="enterprise_of_a_community_has_no_payee", condition=~Q(kind="community") | Q(payee__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_community(self) -> bool:
        """Takes no money."""
        return self.kind == self.Kind.COMMUNITY


class Worker(models.Model):
    """Somebody who comes to people. Each visit names one, and their checks must be live that day."""

    class State(models.TextChoices):
        ACTIVE = "active", "Works here"
        LEFT = "left", "No longer works here"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="workers")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="works_as")
    known_as = models.CharField(max_length=40)
    photo_figure = models.SlugField(max_length=40, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    joined_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="worker_is_in_an_enterprise_once", fields=["enterprise", "person"], condition=Q(person__isnull=False, state="active")
            ),
            models.CheckConstraint(name="worker_has_a_name", condition=~Q(known_as="")),
        ]

    def __str__(self) -> str:
        return self.known_as


class Check(models.Model):
    """One piece of evidence, confirmed by an operator who saw the original. We keep when, who and how; never the paper itself, never convictions.

    Who somebody is takes two operators the first time: `seen_*` is the first of them, `confirmed_*` whoever made it count.
    """

    class Kind(models.TextChoices):
        IDENTITY = "identity", "Who they are"
        DBS_BASIC = "dbs_basic", "Record check (basic DBS)"
        DBS_ENHANCED = "dbs_enhanced", "Record check (enhanced DBS)"
        INSURANCE = "insurance", "Insurance"
        CQC = "cqc", "Care Quality Commission (CQC)"
        REFERENCES = "references", "Two people who know their work"
        COMMUNITY = "community", "A community group that we know"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="checks")
    worker = models.ForeignKey(Worker, null=True, blank=True, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=12, choices=Kind)
    issued_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    reference_last4 = models.CharField(max_length=4, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    seen_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_how = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    how_seen = models.TextField(blank=True)
    refused_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.TextField(blank=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # A check counts only with who saw the original, when, and how.
            models.CheckConstraint(
                name="check_is_confirmed_whole",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(how_seen=""),
            ),
            models.CheckConstraint(
                name="check_is_refused_whole",
                condition=Q(refused_by__isnull=True, refused_at__isnull=True)
                | Q(refused_by__isnull=False, refused_at__isnull=False, confirmed_at__isnull=True) & ~Q(refused_reason=""),
            ),
            models.CheckConstraint(name="check_is_confirmed_by_another", condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by"))),
            models.CheckConstraint(
                name="check_is_seen_whole",
                condition=Q(seen_by__isnull=True, seen_at__isnull=True) | Q(seen_by__isnull=False, seen_at__isnull=False) & ~Q(seen_how=""),
            ),
            # Three people: who says that there is a paper, who saw it first, who saw it after them.
            models.CheckConstraint(
                name="check_is_seen_by_two",
                condition=Q(seen_by__isnull=True) | ~Q(seen_by=F("asked_by")) & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("seen_by"))),
            ),
            # A person's record and identity are theirs; insurance, registration, references and being known are the enterprise's.
            models.CheckConstraint(
                name="check_is_of_worker_or_enterprise",
                condition=Q(kind__in=["identity", "dbs_basic", "dbs_enhanced"], worker__isnull=False)
                | Q(kind__in=["insurance", "cqc", "references", "community"], worker__isnull=True),
            ),
            models.CheckConstraint(name="check_expires_after_it_was_issued", condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("issued_on"))),
        ]
        indexes = [models.Index(fields=["enterprise", "kind"], name="check_enterprise")]

    @property
    def state(self) -> str:
        """A key of `rules.CHECK`."""
        if self.refused_at:
            return "refused"
        return "confirmed" if self.confirmed_at else "seen_once" if self.seen_at else "waiting"


class CalendarLink(models.Model):
    """An address nobody can guess, from which a calendar program reads when the visits are. Only its print is kept: it is shown once, when made."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="calendar_links")
    address_print = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="calendarlink_is_one_at_a_time", fields=["enterprise"], condition=Q(stopped_at__isnull=True)),
            # SHA-256 in hexadecimal: the address itself never stands here.
            models.CheckConstraint(name="calendarlink_keeps_a_print", condition=Q(address_print__regex=r"^[0-9a-f]{64}$")),
        ]


class Listing(models.Model):
    """One service on sale. `price_pence` is for one person, per `unit`; `group_prices` for several together. What is free, or for time, has none."""

    class Charge(models.TextChoices):
        PAID = "paid", "Paid with money"
        FREE = "free", "Free"
        TIME = "time", "For time: an hour given for an hour had"

    class Unit(models.TextChoices):
        HOUR = "hour", "an hour"
        VISIT = "visit", "a visit"
        DAY = "day", "a day"
        ITEM = "item", "an item"

    class State(models.TextChoices):
        DRAFT = "draft", "Not shown yet"
        LIVE = "live", "Shown to people"
        PAUSED = "paused", "Taken down for now"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="listings")
    council_code = models.CharField(max_length=9)
    title = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", limit_choices_to={"kind": "category"})
    unit = models.CharField(max_length=5, choices=Unit, default=Unit.HOUR)
    charge = models.CharField(max_length=4, choices=Charge, default=Charge.PAID)
    price_pence = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField(default=60)
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    outcode = models.CharField(max_length=4)
    radius_miles = models.PositiveSmallIntegerField(default=3)
    languages = models.ManyToManyField(Term, related_name="+", limit_choices_to={"kind": "language"}, blank=True)
    access = models.ManyToManyField(Term, related_name="+", limit_choices_to={"kind": "access"}, blank=True)
    outcomes = models.ManyToManyField(Term, related_name="+", limit_choices_to={"kind": "outcome"}, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    parts_of_day = ArrayField(models.CharField(max_length=9), default=list, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="listing_has_a_title", condition=~Q(title="")),
            # A pound at least, ten thousand at most: catches pence typed as pounds and pounds typed as pence. No price where no money is taken.
            models.CheckConstraint(
                name="listing_price_is_sensible",
                condition=Q(charge="paid", price_pence__gte=100, price_pence__lte=1_000_000) | Q(charge__in=["free", "time"], price_pence=0),
            ),
            models.CheckConstraint(name="listing_minutes_are_within_a_day", condition=Q(minutes__gte=15, minutes__lte=1440)),
            models.CheckConstraint(name="listing_radius_is_sensible", condition=Q(radius_miles__gte=1, radius_miles__lte=60)),
            # 1 is Monday, 7 Sunday (ISO 8601).
            models.CheckConstraint(name="listing_weekdays_are_days", condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7])),
            models.CheckConstraint(
                name="listing_parts_of_day_are_known", condition=Q(parts_of_day__contained_by=["morning", "afternoon", "evening", "night"])
            ),
        ]
        indexes = [models.Index(fields=["outcode", "category"], name="listing_place", condition=Q(state="live"))]

    def __str__(self) -> str:
        return self.title


class GroupPrice(models.Model):
    """What `people` together pay in all, per unit of the listing: one of the provider's people for so many of them."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="group_prices")
    people = models.PositiveSmallIntegerField()
    pence = models.PositiveIntegerField()

    objects = GroupPriceQuerySet.as_manager()

    class Meta:
        ordering = ["people"]
        constraints = [
            models.UniqueConstraint(name="group_price_is_once_per_size", fields=["listing", "people"]),
            models.CheckConstraint(name="group_price_is_for_two_to_eight", condition=Q(people__gte=2, people__lte=8)),
            models.CheckConstraint(name="group_price_is_sensible", condition=Q(pence__gte=100, pence__lte=8_000_000)),
        ]
