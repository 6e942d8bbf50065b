"""Ways to pay that need more than a page: what a council allows, Direct Debits set up, and money sent by bank that nobody asked for."""

from django.db import models
from django.db.models import Q

from payments.models.money_in import Payer
from payments.models.operations import PaymentOperation
from payments.querysets import OperatorsQuerySet, WaySwitchQuerySet


class WaySwitch(models.Model):
    """A council's own switch for one way to pay. Without a row, `rules.WAYS_ON`: Direct Debit is off, because it can be claimed back for long."""

    council_code = models.CharField(max_length=9)
    kind = models.CharField(max_length=13)
    is_on = models.BooleanField()
    changed_by_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()

    objects = WaySwitchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="wayswitch_is_one_per_council_and_kind", fields=["council_code", "kind"])]

    def __str__(self) -> str:
        return f"{self.council_code} {self.kind}: {'on' if self.is_on else 'off'}"


class Mandate(models.Model):
    """Somebody's word to their bank that we may collect from their account (Bacs). Set up once, on a page at Stripe; we never see the account."""

    class State(models.TextChoices):
        STARTED = "started", "written down; Stripe not asked yet"
        OPEN = "open", "the page at Stripe waits"
        ACTIVE = "active", "we may collect"
        FAILED = "failed", "not set up: refused, or the page was left too long"
        ENDED = "ended", "the payer or their bank ended it"

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="mandates")
    council_code = models.CharField(max_length=9)
    state = models.CharField(max_length=7, choices=State, default=State.STARTED)
    operation = models.OneToOneField(PaymentOperation, on_delete=models.PROTECT, related_name="mandate")
    session_id = models.CharField(max_length=255, blank=True)
    checkout_url = models.TextField(blank=True)
    method_id = models.CharField(max_length=255, blank=True)
    mandate_id = models.CharField(max_length=255, blank=True)
    ends_in = models.CharField(max_length=4, blank=True)
    started_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    objects = OperatorsQuerySet["Mandate"].as_manager()

    class Meta:
        constraints = [
            # One Direct Debit a payer: two would be collected from without anybody knowing which.
            models.UniqueConstraint(name="mandate_is_one_per_payer", fields=["payer"], condition=Q(state__in=("started", "open", "active"))),
            models.CheckConstraint(name="mandate_active_knows_its_method", condition=~Q(state="active") | ~Q(method_id="") & ~Q(mandate_id="")),
        ]

    def __str__(self) -> str:
        return f"mandate {self.pk}"


class CashReturn(models.Model):
    """Money of a payer's that Stripe keeps for them, sent back to their bank. It was never on our balance, so it has no journal."""

    class State(models.TextChoices):
        PLANNED = "planned", "Stripe is to be asked"
        SENT = "sent", "Stripe has it on the way"
        FAILED = "failed", "Stripe would not, or the bank refused"

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="cash_returns")
    council_code = models.CharField(max_length=9)
    pence = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.PLANNED)
    operation = models.OneToOneField(PaymentOperation, on_delete=models.PROTECT, related_name="cash_return")
    asked_at = models.DateTimeField()

    objects = OperatorsQuerySet["CashReturn"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="cashreturn_pence_is_positive", condition=Q(pence__gt=0)),
            # Two clicks, or a click and the timer, send it once.
            models.UniqueConstraint(name="cashreturn_is_planned_once", fields=["payer"], condition=Q(state="planned")),
        ]

    def __str__(self) -> str:
        return f"cash return {self.pk}"
