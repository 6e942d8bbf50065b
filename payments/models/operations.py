"""Every call to Stripe that makes or changes something is a row here before it is a call."""

import uuid

from django.db import models
from django.db.models import Q

from payments.querysets import OperationQuerySet, OperatorsQuerySet


class PaymentOperation(models.Model):
    """One intended effect at Stripe. At most one object at Stripe belongs to it, whatever happens on the way.

    `params` are fixed when first sent and never rebuilt under the same key; `params_hash` is their SHA-256. `after` must succeed first.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer", "somebody who pays by bank transfer"
        CHECKOUT_SESSION = "checkout_session", "a page at Stripe where a card pays"
        PAYMENT_INTENT = "payment_intent", "a bank transfer waited for"
        TOP_UP = "top_up", "the platform's own money in"
        ACCOUNT = "account", "somebody who is paid"
        ACCOUNT_LINK = "account_link", "a page at Stripe where they give their bank details; used once"
        TRANSFER = "transfer", "money to somebody who is paid"
        REFUND = "refund", "money back to where it came from"
        REVERSAL = "reversal", "a transfer taken back"
        SETUP_SESSION = "setup_session", "a page at Stripe where a Direct Debit is set up"
        CASH_REFUND = "cash_refund", "money nobody asked for, back to its sender"
        EXPIRE_SESSION = "expire_session", "a card page closed"
        CANCEL_INTENT = "cancel_intent", "a bank transfer no longer waited for"

    class State(models.TextChoices):
        PLANNED = "planned", "written down; nothing sent under its present key"
        SENT = "sent", "a worker is calling, or died while calling"
        UNKNOWN = "unknown", "called, and the answer was lost: it may or may not have happened"
        SUCCEEDED = "succeeded", "Stripe has done it and we have written it down"
        REFUSED = "refused", "Stripe said no for good, or it was taken back before it was sent"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    reference = models.CharField(max_length=60)
    council_code = models.CharField(max_length=9, blank=True)
    pence = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="gbp")
    params = models.JSONField(default=dict)
    params_hash = models.CharField(max_length=64, blank=True)
    attempt = models.PositiveIntegerField(default=1)
    idempotency_key = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    stripe_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001 - null: none yet, and it is unique
    after = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    tries = models.PositiveIntegerField(default=0)
    planned_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="operation_pence_is_positive", condition=Q(pence__isnull=True) | Q(pence__gt=0)),
            # What was sent can be proved later: a key that went out has its parameters' hash.
            models.CheckConstraint(name="operation_sent_has_hash", condition=Q(first_sent_at__isnull=True) | ~Q(params_hash="")),
            models.CheckConstraint(
                name="operation_seen_says_when_sent", condition=~Q(state__in=("sent", "unknown")) | Q(first_sent_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="operation_open", condition=Q(state__in=("planned", "sent", "unknown"))),
            models.Index(fields=["reference"], name="operation_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PaymentUse(models.Model):
    """Which lot a penny that leaves comes from."""

    payment = models.ForeignKey("payments.Payment", on_delete=models.PROTECT, related_name="uses")
    operation = models.ForeignKey(PaymentOperation, on_delete=models.PROTECT, related_name="uses")
    pence = models.BigIntegerField()

    objects = OperatorsQuerySet["PaymentUse"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="paymentuse_pence_is_positive", condition=Q(pence__gt=0)),
            # One operation takes from a lot once.
            models.UniqueConstraint(name="paymentuse_is_once_per_operation", fields=["payment", "operation"]),
        ]

    def __str__(self) -> str:
        return f"{self.pence}p of {self.payment_id}"
