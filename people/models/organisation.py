"""Councils, who looks after money, and what people do here for others."""

from django.db import models
from django.db.models import F, Q

from people.models.person import Person
from people.querysets import CouncilQuerySet, OrganisationQuerySet, RoleQuerySet


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
