"""A person's budget and its portions. A portion has one funder and one route, and is never merged with another."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from pooling.querysets import BudgetQuerySet, FundingModeQuerySet, PortionQuerySet
from pooling.rules import HELD_ROUTES, OWN_ROUTES


class Route(models.TextChoices):
    """Whose hands the money is in, and under which law (product.md "Words")."""

    DIRECT_PAYMENT = "direct_payment", "Direct payment from the council"
    ISF = "isf", "Looked after by an organisation I chose"
    COUNCIL_MANAGED = "council_managed", "Looked after by the council"
    PHB_DIRECT = "phb_direct", "Health budget, paid to me"
    PHB_THIRD_PARTY = "phb_third_party", "Health budget, looked after by an organisation"
    PHB_NOTIONAL = "phb_notional", "Health budget, looked after by the NHS"
    SELF_FUNDED = "self_funded", "My own money"
    TOP_UP = "top_up", "Somebody adds to my budget"


class Mode(models.TextChoices):
    """When the money comes (money.md 2)."""

    AHEAD = "ahead", "Paid in before the visits"
    ON_YES = "on_yes", "A written order first; paid after the person says it happened"


class Budget(models.Model):
    """One version of a person's budget, per year or other period, in pence a week.

    `kind` indicative: a first figure to plan with, never promised. agreed: may be promised once we are sure enough of it (rules.py).
    A newer version takes the portions over, so a portion stays the same portion; `portions_then` is what they were when this version ended.
    """

    class Kind(models.TextChoices):
        INDICATIVE = "indicative", "A first guess"
        AGREED = "agreed", "Agreed"

    class Sureness(models.TextChoices):
        SAID = "said", "They told us"
        SEEN = "seen", "Somebody we trust saw the letter"
        CONFIRMED = "confirmed", "The one who pays says so"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="budgets")
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveIntegerField(default=1)
    revises = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="revised_by")
    superseded = models.BooleanField(default=False)
    council_code = models.CharField(max_length=9)
    weekly_cost_pence = models.PositiveBigIntegerField()
    weekly_contribution_pence = models.PositiveBigIntegerField()
    weekly_funder_pence = models.PositiveBigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    sureness = models.CharField(max_length=9, choices=Sureness, default=Sureness.SAID)
    sureness_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sureness_at = models.DateTimeField(null=True, blank=True)
    portions_then = models.JSONField(default=list, blank=True)
    recorded_at = models.DateTimeField()

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ["person_id", "id"]
        constraints = [
            # Care Act 2014 s.26: what it costs to meet the needs is what the person pays and what the funder pays, and nothing else.
            models.CheckConstraint(
                name="budget_amounts_add_up", condition=Q(weekly_cost_pence=F("weekly_contribution_pence") + F("weekly_funder_pence"))
            ),
            models.CheckConstraint(name="budget_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))),
            # Nobody is surer of a budget than "they told us" without saying who they are and when; and nobody vouches for their own.
            models.CheckConstraint(
                name="budget_sureness_says_who_and_when", condition=Q(sureness="said") | Q(sureness_by__isnull=False, sureness_at__isnull=False)
            ),
            models.CheckConstraint(
                name="budget_is_not_vouched_for_by_its_person", condition=Q(sureness_by__isnull=True) | ~Q(sureness_by=F("person"))
            ),
            models.CheckConstraint(
                name="budget_later_versions_revise_one",
                condition=Q(version=1, revises__isnull=True) | Q(version__gt=1, revises__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"budget {self.pk} version {self.version}"

    @property
    def is_agreed(self) -> bool:
        return self.kind == self.Kind.AGREED


class Portion(models.Model):
    """A part of a budget with one funder and one route, in pence a week. `categories`: slugs the plan allows; empty means any.

    `spent_elsewhere_weekly_pence` is asked, so that the same money is not promised twice.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="portions")
    route = models.CharField(max_length=16, choices=Route)
    funder_name = models.CharField(max_length=120)
    holder = models.ForeignKey("people.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="portions")
    weekly_pence = models.PositiveBigIntegerField()
    spent_elsewhere_weekly_pence = models.PositiveBigIntegerField(default=0)
    council_code = models.CharField(max_length=9)
    categories = ArrayField(models.CharField(max_length=50), default=list, blank=True)

    objects = PortionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Money that somebody looks after says who; money in the person's own hands has no holder.
            models.CheckConstraint(
                name="portion_says_who_holds_it",
                condition=Q(route__in=sorted(HELD_ROUTES), holder__isnull=False) | Q(route__in=sorted(OWN_ROUTES), holder__isnull=True),
            ),
            models.CheckConstraint(name="portion_spends_no_more_than_it_has", condition=Q(spent_elsewhere_weekly_pence__lte=F("weekly_pence"))),
        ]

    def __str__(self) -> str:
        return f"portion {self.pk}"

    @property
    def is_held(self) -> bool:
        """An organisation looks after it and pays."""
        return self.route in HELD_ROUTES

    @property
    def payer_owner(self) -> str:
        """Whose card or bank pays, as `payments` names payers: "person:3", or "organisation:2/portion:7", so that what an organisation sends by bank
        for one of its people has an account number of its own at Stripe, and never pays for another.
        """
        return f"organisation:{self.holder_id}/portion:{self.pk}" if self.is_held else f"person:{self.budget.person_id}"


class FundingMode(models.Model):
    """A council's own choice of when money of a route comes. Without a row, `rules.DEFAULT_MODES`."""

    council_code = models.CharField(max_length=9)
    route = models.CharField(max_length=16, choices=Route)
    mode = models.CharField(max_length=6, choices=Mode)

    objects = FundingModeQuerySet.as_manager()

    class Meta:
        ordering = ["council_code", "route"]
        constraints = [
            models.UniqueConstraint(name="fundingmode_is_one_per_council_and_route", fields=["council_code", "route"]),
            # A written order is a holder's or council's paper: somebody's own card or bank pays ahead.
            models.CheckConstraint(name="fundingmode_orders_come_from_holders", condition=Q(mode="ahead") | Q(route__in=sorted(HELD_ROUTES))),
        ]

    def __str__(self) -> str:
        return f"{self.council_code} {self.route}: {self.mode}"
