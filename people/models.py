"""People, who may act for them, what they may do here, and what we wrote to them."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from people.querysets import (
    ApprovalQuerySet,
    ConcernQuerySet,
    CouncilQuerySet,
    MessageQuerySet,
    OrganisationQuerySet,
    PersonManager,
    RoleQuerySet,
    SupporterQuerySet,
)


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    TEXT = "text", "Text"
    PHONE = "phone", "Phone call"
    LETTER = "letter", "Letter"


class Sureness(models.TextChoices):
    """How sure we are of a person (and, in `pooling`, of a budget): state-machines.md 1."""

    SAID = "said", "They told us"
    SEEN = "seen", "Somebody we trust met them and saw a letter"
    CONFIRMED = "confirmed", "The one who pays says so"


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody. Signs in by e-mail or phone; is reached by their own channel.

    `full_name` is for them, their supporters and who must pay; groups see `known_as`. `outcode` is all of the address we need.
    `phrase` is chosen by them and stands in every message, so that they know it is from us.
    """

    email = models.EmailField(unique=True, null=True, blank=True)
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    full_name = models.CharField(max_length=120)
    known_as = models.CharField(max_length=40)
    outcode = models.CharField(max_length=4, blank=True)
    council_code = models.CharField(max_length=9, blank=True)
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.EMAIL)
    letter_address = models.TextField(blank=True)
    phrase = models.CharField(max_length=60, blank=True)
    easy_view = models.BooleanField(default=False)
    figure = models.SlugField(max_length=40, blank=True)
    sureness = models.CharField(max_length=9, choices=Sureness, default=Sureness.SAID)
    sureness_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sureness_at = models.DateTimeField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            # One person, one address: `A@x.org` and `a@x.org` are the same letter box.
            models.CheckConstraint(name="person_email_is_lower_case", condition=Q(email__isnull=True) | Q(email=Lower("email"))),
            models.CheckConstraint(name="person_phone_is_international", condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{7,14}$")),
            # Nobody is surer of somebody than "they told us" without saying who they are and when.
            models.CheckConstraint(
                name="person_sureness_says_who_and_when",
                condition=Q(sureness="said") | Q(sureness_by__isnull=False, sureness_at__isnull=False),
            ),
            models.CheckConstraint(name="person_is_not_sure_of_themselves", condition=Q(sureness_by__isnull=True) | ~Q(sureness_by=F("id"))),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.known_as

    @property
    def is_operator(self) -> bool:
        return self.is_active and self.is_staff


class Council(models.Model):
    """A council with adult social care duties, by its GSS code (`E09000028`), and the numbers to ring when the usual help can't come."""

    code = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=80, unique=True)
    day_phone = models.CharField(max_length=20, blank=True)
    night_phone = models.CharField(max_length=20, blank=True)

    objects = CouncilQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """Who may look after money for people: an ISF organisation, or the council itself."""

    class Kind(models.TextChoices):
        ISF_HOLDER = "isf_holder", "Looks after budgets for people"
        COUNCIL = "council", "The council"

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    council_code = models.CharField(max_length=9)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(name="organisation_name_is_once_per_council", fields=["council_code", "name"]),
            models.CheckConstraint(name="organisation_is_not_its_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """What somebody may do here beyond looking after themselves, where, and from when to when. Holding a budget is not a role."""

    class Kind(models.TextChoices):
        FACILITATOR = "facilitator", "Helps groups"
        COMMISSIONER = "commissioner", "Sees what a council's people can't get"
        HOLDER_STAFF = "holder_staff", "Works for who looks after the money"
        OPERATOR = "operator", "Runs this installation"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    kind = models.CharField(max_length=12, choices=Kind)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="roles")
    council_code = models.CharField(max_length=9, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="role_is_held_once",
                fields=["person", "kind", "organisation", "council_code"],
                condition=Q(ends_at__isnull=True),
                nulls_distinct=False,
            ),
            # Staff of a holder act for that holder only; a commissioner and a facilitator belong to a council.
            models.CheckConstraint(name="role_of_holder_staff_names_the_holder", condition=~Q(kind="holder_staff") | Q(organisation__isnull=False)),
            models.CheckConstraint(name="role_of_a_council_names_it", condition=Q(kind="operator") | ~Q(council_code="")),
            models.CheckConstraint(name="role_ends_after_it_starts", condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at"))),
        ]


class Supporter(models.Model):
    """Somebody with recorded authority beside or for a person, for named decisions only.

    `beside` helps to read and type and decides nothing. `for` may decide what `decisions` names, from `starts_at`: 7 days after it was confirmed.
    """

    class Kind(models.TextChoices):
        BESIDE = "beside", "Sits with me"
        FOR = "for", "May decide for me"

    class Decision(models.TextChoices):
        BUDGETS = "budgets", "My budget"
        GROUPS = "groups", "Which groups I am in"
        PROMISES = "promises", "What I promise"
        PAYMENTS = "payments", "What I pay"
        VISITS = "visits", "Saying that somebody came"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supporters")
    supporter = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supports")
    kind = models.CharField(max_length=6, choices=Kind)
    decisions = ArrayField(models.CharField(max_length=8, choices=Decision), default=list, blank=True)
    source = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = SupporterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="supporter_is_recorded_once", fields=["person", "supporter"], condition=Q(ends_at__isnull=True)),
            models.CheckConstraint(name="supporter_is_another_person", condition=~Q(person=F("supporter"))),
            # Whoever gains the power to decide may not be the one who says that they have it.
            models.CheckConstraint(
                name="supporter_is_not_confirmed_by_themselves", condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("supporter"))
            ),
            models.CheckConstraint(
                name="supporter_is_confirmed_whole",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True, starts_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, starts_at__isnull=False),
            ),
            models.CheckConstraint(name="supporter_beside_decides_nothing", condition=~Q(kind="beside") | Q(decisions=[])),
        ]


class Approval(models.Model):
    """A second person's yes to something one person asked for. `what` is the act (`remittance.give_up`), `about` the thing."""

    what = models.CharField(max_length=60)
    about_kind = models.CharField(max_length=40)
    about_id = models.CharField(max_length=64)
    council_code = models.CharField(max_length=9, blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="approvals_asked")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="approvals_given")
    given_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="approvals_refused")
    refused_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two people: nobody gives what they asked for.
            models.CheckConstraint(name="approval_is_given_by_another", condition=Q(given_by__isnull=True) | ~Q(given_by=F("asked_by"))),
            models.CheckConstraint(
                name="approval_is_given_whole",
                condition=Q(given_by__isnull=True, given_at__isnull=True) | Q(given_by__isnull=False, given_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_is_refused_whole",
                condition=Q(refused_by__isnull=True, refused_at__isnull=True) | Q(refused_by__isnull=False, refused_at__isnull=False),
            ),
            models.CheckConstraint(name="approval_is_given_or_refused", condition=Q(given_at__isnull=True) | Q(refused_at__isnull=True)),
            models.CheckConstraint(name="approval_is_used_once_given", condition=Q(used_at__isnull=True) | Q(given_at__isnull=False)),
            models.CheckConstraint(name="approval_says_why", condition=~Q(reason="")),
        ]
        indexes = [models.Index(fields=["about_kind", "about_id", "what"], name="approval_about")]


class Concern(models.Model):
    """Somebody is worried about somebody. Written in private, by anyone, signed in or not; read by operators only."""

    text = models.TextField()
    contact = models.CharField(max_length=200, blank=True)
    council_code = models.CharField(max_length=9, blank=True)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="concern_says_something", condition=~Q(text=""))]


class Message(models.Model):
    """One thing we wrote to somebody. Text messages and letters are rows like e-mails; the demo shows them at /demo/outbox."""

    class State(models.TextChoices):
        QUEUED = "queued", "To be sent, or a letter to be printed"
        SENT = "sent", "Given to who carries it"
        FAILED = "failed", "Could not be sent"

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=6, choices=Channel)
    to = models.TextField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    kind = models.CharField(max_length=60)
    dedup_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="message_sent_says_when", condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent")),
            models.CheckConstraint(name="message_goes_somewhere", condition=~Q(to="")),
        ]
        indexes = [models.Index(fields=["person", "id"], name="message_person")]
