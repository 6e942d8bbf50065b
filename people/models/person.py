"""Somebody, and who helps them."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from people.querysets import PersonManager, SupporterQuerySet


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
