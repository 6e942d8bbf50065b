"""Who pays, and what they paid: every payment is a lot."""

import uuid

from django.db import models
from django.db.models import Q

from payments.models.operations import PaymentOperation
from payments.querysets import GONE, OperatorsQuerySet, PaymentQuerySet


class Payer(models.Model):
    """Somebody money comes from: one customer at Stripe, with an account number to send money to.

    `owner` is `person:3`; `organisation:2/council:E09000028` for its sums for many there; `organisation:2/portion:7` where it pays for one person.
    Stripe may use what came with no reference it knows for anything this customer is asked for. payments knows no more of them.
    """

    owner = models.CharField(max_length=60, unique=True)
    council_code = models.CharField(max_length=9)
    stripe_customer_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001 - null: none yet, and it is unique
    operation = models.OneToOneField(PaymentOperation, null=True, on_delete=models.PROTECT, related_name="payer")
    # What Stripe keeps for them of bank transfers that were too much, sent twice, or nobody waited for; as last asked, and since when.
    cash_pence = models.BigIntegerField(default=0)
    cash_since = models.DateTimeField(null=True)

    objects = OperatorsQuerySet["Payer"].as_manager()

    def __str__(self) -> str:
        return self.owner


class Payment(models.Model):
    """Money coming in, and then a lot: what leaves later names it. `pence` never changes.

    `lot_owner` says whose money it is (`member:12/portion:7`); `credit_code` and `credit_owner` name the account that gets it once available.
    Part of a lot may become another owner's (a holder's bank transfer, handed out): that part is a row of its own with `part_of`, always the
    payment that came from Stripe, and counts there as moved. What a chargeback took from a lot is lost.
    `charge_id` is what Stripe's balance line names as its source (`ch_`, `py_`, `tu_`); `line_id` is that line.
    """

    class Kind(models.TextChoices):
        CARD = "card", "on a page at Stripe"
        BANK_TRANSFER = "bank_transfer", "sent from the payer's bank, with a reference"
        BACS = "bacs", "collected from the payer's bank by Direct Debit"
        PAY_BY_BANK = "pay_by_bank", "approved in the payer's banking app"
        TOP_UP = "top_up", "the platform's own money, for Stripe's fees"

    class State(models.TextChoices):
        STARTED = "started", "written down; Stripe not asked yet"
        OPEN = "open", "Stripe waits for the money"
        CLEARING = "clearing", "Stripe has taken it; nobody can spend it yet"
        AVAILABLE = "available", "theirs to use"
        FAILED = "failed", "refused by Stripe or the bank"
        EXPIRED = "expired", "the page was left too long"
        CANCELLED = "cancelled", "not wanted any more"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=13, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.STARTED)
    pence = models.BigIntegerField()
    used_pence = models.BigIntegerField(default=0)
    refunded_pence = models.BigIntegerField(default=0)
    moved_pence = models.BigIntegerField(default=0)
    lost_pence = models.BigIntegerField(default=0)
    part_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="payments")
    lot_owner = models.CharField(max_length=100)
    council_code = models.CharField(max_length=9)
    about = models.CharField(max_length=60, blank=True)
    credit_code = models.CharField(max_length=12)
    credit_owner = models.CharField(max_length=100, blank=True)
    operation = models.OneToOneField(PaymentOperation, null=True, on_delete=models.PROTECT, related_name="payment")
    session_id = models.CharField(max_length=255, blank=True)
    intent_id = models.CharField(max_length=255, blank=True)
    charge_id = models.CharField(max_length=255, blank=True)
    line_id = models.CharField(max_length=255, blank=True)
    checkout_url = models.TextField(blank=True)
    instructions = models.JSONField(default=dict)
    problem = models.CharField(max_length=60, blank=True)
    fee_pence = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    charged_at = models.DateTimeField(null=True)
    available_on = models.DateTimeField(null=True)
    clearing_journal = models.UUIDField(null=True, unique=True)
    failed_journal = models.UUIDField(null=True, unique=True)
    available_journal = models.UUIDField(null=True, unique=True)
    # A Direct Debit that failed has two lines at Stripe that come to nothing: the second one, and the journal of each.
    failure_line_id = models.CharField(max_length=255, blank=True)
    bounced_in_journal = models.UUIDField(null=True, unique=True)
    bounced_out_journal = models.UUIDField(null=True, unique=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_pence_is_positive", condition=Q(pence__gt=0)),
            # A lot is not spent twice: what went out, went back, became another's and was lost are never more than what came in.
            models.CheckConstraint(
                name="payment_uses_no_more_than_came_in",
                condition=Q(used_pence__gte=0, refunded_pence__gte=0, moved_pence__gte=0, lost_pence__gte=0) & Q(pence__gte=GONE),
            ),
            # Money counts only once available.
            models.CheckConstraint(
                name="payment_is_used_once_available",
                condition=Q(used_pence=0, refunded_pence=0, moved_pence=0, lost_pence=0) | Q(state="available"),
            ),
            # What came from Stripe has its operation; a part handed on has the payment it came from, and no charge of its own.
            models.CheckConstraint(
                name="payment_is_asked_for_or_a_part",
                condition=Q(part_of__isnull=True, operation__isnull=False)
                | Q(part_of__isnull=False, operation__isnull=True, charge_id="", line_id=""),
            ),
            # A state that claims money moved names its journal (a foreign key, added by hand in 0002).
            models.CheckConstraint(
                name="payment_clearing_has_its_journal",
                condition=~Q(state__in=("clearing", "available")) | Q(clearing_journal__isnull=False) | Q(kind="top_up") | Q(part_of__isnull=False),
            ),
            models.CheckConstraint(name="payment_available_has_its_journal", condition=~Q(state="available") | Q(available_journal__isnull=False)),
            models.CheckConstraint(
                name="payment_available_knows_its_line",
                condition=~Q(state="available")
                | Q(fee_pence__isnull=False, available_on__isnull=False, charged_at__isnull=False) & (~Q(line_id="") | Q(part_of__isnull=False)),
            ),
            # Two clicks are one payment.
            models.UniqueConstraint(
                name="payment_is_open_once_per_reason", fields=["about", "kind"], condition=Q(state__in=("started", "open")) & ~Q(about="")
            ),
            models.UniqueConstraint(name="payment_has_its_own_charge", fields=["charge_id"], condition=~Q(charge_id="")),
            models.CheckConstraint(name="payment_has_a_payer", condition=Q(payer__isnull=False) | Q(kind="top_up")),
        ]
        indexes = [
            models.Index(fields=["lot_owner", "charged_at"], name="payment_lots"),
            models.Index(fields=["available_on"], name="payment_clearing", condition=Q(state="clearing")),
            models.Index(fields=["about"], name="payment_about"),
            models.Index(fields=["session_id"], name="payment_session"),
            models.Index(fields=["intent_id"], name="payment_intent"),
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def free_pence(self) -> int:
        """What is left of the lot, in pence."""
        return self.pence - self.used_pence - self.refunded_pence - self.moved_pence - self.lost_pence

    @property
    def source_charge_id(self) -> str:
        """The charge at Stripe this money came in by: its own, or that of the payment it is a part of."""
        return self.part_of.charge_id if self.part_of is not None else self.charge_id
