"""Who is paid, what goes to them, and what goes back."""

from django.db import models
from django.db.models import Q

from payments.models.money_in import Payment
from payments.models.operations import PaymentOperation
from payments.querysets import OperatorsQuerySet, RefundQuerySet, RemittanceQuerySet


class Payee(models.Model):
    """Somebody who is paid through an account of their own at Stripe. `owner` is `enterprise:5`; payments knows no more of them.

    `ready` follows the transfers capability. `bank_fingerprint` is Stripe's; we never hold bank details.
    """

    owner = models.CharField(max_length=60, unique=True)
    council_code = models.CharField(max_length=9)
    operation = models.OneToOneField(PaymentOperation, null=True, on_delete=models.PROTECT, related_name="payee")
    stripe_account_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001 - null: none yet, and it is unique
    ready = models.BooleanField(default=False)
    details_needed = models.JSONField(default=list)
    bank_fingerprint = models.CharField(max_length=255, blank=True)
    bank_ends_in = models.CharField(max_length=4, blank=True)
    bank_changed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    objects = OperatorsQuerySet["Payee"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payee_ready_has_an_account", condition=Q(ready=False) | Q(stripe_account_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.owner


class Remittance(models.Model):
    """One Stripe transfer to a payee, out of one lot. Its own bank's payout comes later and is Stripe's business with the payee.

    Taken back after it was paid: `reversed_pence` is what Stripe took back from the payee's account, `recovered_pence` what its lot and its
    payer have again; they are the same in the end and come in either order. Reversed whole, it is `reversed`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "owed; the payee is not ready, or it is not planned yet"
        PLANNED = "planned", "on its way out: in OUT, with its operation"
        ON_HOLD = "on_hold", "two people hold it"
        SENT = "sent", "Stripe is being asked"
        PAID = "paid", "Stripe made the transfer"
        REVERSED = "reversed", "taken back for a recovery"
        SET_OFF = "set_off", "kept back: the payee owed it from before"
        CANCELLED = "cancelled", "given up by two people; still owed"

    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="remittances")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="remittances")
    pence = models.BigIntegerField()
    council_code = models.CharField(max_length=9)
    about = models.CharField(max_length=60)
    group = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reversed_pence = models.BigIntegerField(default=0)
    recovered_pence = models.BigIntegerField(default=0)
    operation = models.OneToOneField(PaymentOperation, null=True, on_delete=models.PROTECT, related_name="remittance")
    set_off_for = models.ForeignKey("payments.Recovery", null=True, on_delete=models.PROTECT, related_name="set_off_from")
    set_off_journal = models.UUIDField(null=True, unique=True)
    planned_journal = models.UUIDField(null=True, unique=True)
    paid_journal = models.UUIDField(null=True, unique=True)
    waiting_since = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    objects = RemittanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="remittance_pence_is_positive", condition=Q(pence__gt=0)),
            models.CheckConstraint(
                name="remittance_planned_has_journal_and_operation",
                condition=~Q(state__in=("planned", "sent", "paid", "reversed")) | Q(planned_journal__isnull=False, operation__isnull=False),
            ),
            models.CheckConstraint(
                name="remittance_paid_has_its_journal",
                condition=~Q(state__in=("paid", "reversed")) | Q(paid_journal__isnull=False, paid_at__isnull=False),
            ),
            # What is not on its way out is not in OUT.
            models.CheckConstraint(
                name="remittance_at_rest_has_no_journal",
                condition=~Q(state__in=("waiting", "on_hold", "cancelled")) | Q(planned_journal__isnull=True, paid_journal__isnull=True),
            ),
            models.CheckConstraint(
                name="remittance_set_off_has_journal_and_reason",
                condition=~Q(state="set_off") | Q(set_off_journal__isnull=False, set_off_for__isnull=False, paid_at__isnull=False),
            ),
            # No more is taken back than was sent.
            models.CheckConstraint(
                name="remittance_gives_back_no_more_than_it_was",
                condition=Q(reversed_pence__gte=0, recovered_pence__gte=0, pence__gte=models.F("reversed_pence"))
                & Q(pence__gte=models.F("recovered_pence")),
            ),
            models.CheckConstraint(name="remittance_reversed_is_whole", condition=~Q(state="reversed") | Q(reversed_pence=models.F("pence"))),
        ]
        indexes = [
            models.Index(fields=["payee", "waiting_since"], name="remittance_waiting", condition=Q(state="waiting")),
            models.Index(fields=["about"], name="remittance_about"),
        ]

    def __str__(self) -> str:
        return f"remittance {self.pk}"


class Refund(models.Model):
    """Money back to where it came from, out of one lot. Whoever asked posted SHARE (or LEAVING) to REFUND; from there it is ours."""

    class State(models.TextChoices):
        APPROVED = "approved", "agreed; in REFUND"
        SENT = "sent", "Stripe is asked; in OUT"
        SUCCEEDED = "succeeded", "on its way to the payer's card or bank"
        FAILED = "failed", "the bank sent it back; in REFUND again"
        CANCELLED = "cancelled", "stays in after all"
        REROUTED = "rerouted", "two people: to be paid by hand; in REFUND"
        BY_HAND = "by_hand", "paid by hand, and Stripe's line found"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    pence = models.BigIntegerField()
    lot_owner = models.CharField(max_length=100)
    council_code = models.CharField(max_length=9)
    about = models.CharField(max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.APPROVED)
    operation = models.OneToOneField(PaymentOperation, null=True, on_delete=models.PROTECT, related_name="refund")
    line_id = models.CharField(max_length=255, blank=True)
    failed_line_id = models.CharField(max_length=255, blank=True)
    problem = models.CharField(max_length=60, blank=True)
    sent_journal = models.UUIDField(null=True, unique=True)
    done_journal = models.UUIDField(null=True, unique=True)
    failed_journal = models.UUIDField(null=True, unique=True)
    approved_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="refund_pence_is_positive", condition=Q(pence__gt=0)),
            models.CheckConstraint(
                name="refund_sent_has_journal_and_operation",
                condition=~Q(state__in=("sent", "succeeded", "failed")) | Q(sent_journal__isnull=False, operation__isnull=False),
            ),
            models.CheckConstraint(name="refund_succeeded_has_its_journal", condition=~Q(state="succeeded") | Q(done_journal__isnull=False)),
            models.CheckConstraint(name="refund_failed_has_its_journal", condition=~Q(state="failed") | Q(failed_journal__isnull=False)),
        ]
        indexes = [models.Index(fields=["lot_owner"], name="refund_lot_owner"), models.Index(fields=["about"], name="refund_about")]

    def __str__(self) -> str:
        return f"refund {self.pk}"
