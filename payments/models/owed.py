"""What is owed to us: by a payer whose bank took a payment back, by a provider who was paid too much. The book's RECEIVABLE, row by row."""

from django.db import models
from django.db.models import Q

from payments.models.money_in import Payment
from payments.models.money_out import Payee, Refund, Remittance
from payments.models.operations import PaymentOperation
from payments.models.stripe_side import StripeLine
from payments.querysets import DisputeQuerySet, OperatorsQuerySet, RecoveryQuerySet


class Dispute(models.Model):
    """Money of a payment that left Stripe without our asking: a payer's bank took it back, or somebody sent it back by hand.

    `withdrawn_pence` is what left and did not come back. The payer owes it, less what was taken from their own money here, repaid, or written
    off by two people. `stripe_id` is Stripe's dispute, or the refund made by hand.
    """

    class Kind(models.TextChoices):
        CHARGEBACK = "chargeback", "taken back by the payer's bank"
        BY_HAND = "by_hand", "sent back by hand at Stripe"

    class State(models.TextChoices):
        INQUIRY = "inquiry", "the bank asks; no money has moved"
        OPEN = "open", "the money is gone, and Stripe's answer is still to come"
        WON = "won", "the money came back"
        LOST = "lost", "the money stays away; the payer owes it"
        SETTLED = "settled", "nothing is owed any more"
        CLOSED = "closed", "the bank asked, and took nothing"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CHARGEBACK)
    stripe_id = models.CharField(max_length=255, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    lot_owner = models.CharField(max_length=100)
    council_code = models.CharField(max_length=9)
    pence = models.BigIntegerField()
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=7, choices=State)
    withdrawn_pence = models.BigIntegerField(default=0)
    taken_pence = models.BigIntegerField(default=0)
    repaid_pence = models.BigIntegerField(default=0)
    written_off_pence = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    respond_by = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="dispute_pence_is_positive", condition=Q(pence__gt=0)),
            models.CheckConstraint(
                name="dispute_sums_are_not_below_nothing",
                condition=Q(withdrawn_pence__gte=0, taken_pence__gte=0, repaid_pence__gte=0, written_off_pence__gte=0),
            ),
            # A state that says the money is gone, or back, agrees with what Stripe's lines moved.
            models.CheckConstraint(name="dispute_gone_is_withdrawn", condition=~Q(state__in=("open", "lost")) | Q(withdrawn_pence__gt=0)),
            models.CheckConstraint(name="dispute_untouched_moved_nothing", condition=~Q(state__in=("inquiry", "closed")) | Q(withdrawn_pence=0)),
        ]
        indexes = [
            models.Index(fields=["lot_owner"], name="dispute_lot_owner"),
            models.Index(fields=["payment"], name="dispute_unended", condition=Q(state__in=("inquiry", "open"))),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"

    @property
    def owed_pence(self) -> int:
        """What the payer owes; below zero what is theirs to have back."""
        return self.withdrawn_pence - self.taken_pence - self.repaid_pence - self.written_off_pence


class LotLoss(models.Model):
    """How much of a lot went to pay for a dispute: the disputed payment itself, or another of the same owner's."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="losses")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="losses")
    pence = models.BigIntegerField()

    objects = OperatorsQuerySet["LotLoss"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="lotloss_pence_is_not_below_nothing", condition=Q(pence__gte=0)),
            models.UniqueConstraint(name="lotloss_is_one_per_lot", fields=["dispute", "payment"]),
        ]

    def __str__(self) -> str:
        return f"{self.pence}p of {self.payment_id} lost"


class Recovery(models.Model):
    """Money back from somebody who was paid, out of one remittance (none: a transfer made by hand at Stripe).

    `credited_pence` is what the payer has been given back; `reversed`, `set_off`, `repaid` and `written_off` are how it came from the payee.
    """

    class State(models.TextChoices):
        REVERSING = "reversing", "Stripe is asked to take it back"
        OWED = "owed", "their account at Stripe is short, or it was never sent: kept back from what they are paid next"
        RECOVERED = "recovered", "it came back, or two people wrote it off"

    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="recoveries")
    remittance = models.ForeignKey(Remittance, null=True, on_delete=models.PROTECT, related_name="recoveries")
    pence = models.BigIntegerField()
    council_code = models.CharField(max_length=9)
    lot_owner = models.CharField(max_length=100, blank=True)
    about = models.CharField(max_length=60)
    state = models.CharField(max_length=9, choices=State)
    operation = models.OneToOneField(PaymentOperation, null=True, on_delete=models.PROTECT, related_name="recovery")
    problem = models.CharField(max_length=60, blank=True)
    credited_pence = models.BigIntegerField(default=0)
    reversed_pence = models.BigIntegerField(default=0)
    set_off_pence = models.BigIntegerField(default=0)
    repaid_pence = models.BigIntegerField(default=0)
    written_off_pence = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "recoveries"
        constraints = [
            models.CheckConstraint(name="recovery_pence_is_positive", condition=Q(pence__gt=0)),
            # Never more from a payee than they owe, never more to a payer than was taken back.
            models.CheckConstraint(
                name="recovery_takes_no_more_than_it_is",
                condition=Q(credited_pence__gte=0, reversed_pence__gte=0, set_off_pence__gte=0, repaid_pence__gte=0, written_off_pence__gte=0)
                & Q(credited_pence__lte=models.F("pence"))
                & Q(pence__gte=models.F("reversed_pence") + models.F("set_off_pence") + models.F("repaid_pence") + models.F("written_off_pence")),
            ),
            models.CheckConstraint(name="recovery_asked_has_its_operation", condition=~Q(state="reversing") | Q(operation__isnull=False)),
            models.CheckConstraint(
                name="recovery_recovered_is_whole",
                condition=~Q(state="recovered")
                | Q(pence=models.F("reversed_pence") + models.F("set_off_pence") + models.F("repaid_pence") + models.F("written_off_pence")),
            ),
        ]
        indexes = [
            models.Index(fields=["payee", "opened_at"], name="recovery_owed", condition=Q(state="owed")),
            models.Index(fields=["about"], name="recovery_about"),
        ]

    def __str__(self) -> str:
        return f"recovery {self.pk}"

    @property
    def come_pence(self) -> int:
        """What came from the payee, or was written off."""
        return self.reversed_pence + self.set_off_pence + self.repaid_pence + self.written_off_pence

    @property
    def left_pence(self) -> int:
        """What is still to come from the payee."""
        return self.pence - self.come_pence


class OwedMove(models.Model):
    """One movement of RECEIVABLE, with its journal: every penny of what is owed to us can be counted again. `pence` is signed: plus, more is owed."""

    class Kind(models.TextChoices):
        WITHDRAWN = "withdrawn", "left Stripe by a dispute"
        REINSTATED = "reinstated", "came back to Stripe by a dispute"
        TAKEN = "taken", "out of the payer's own money here"
        GIVEN_BACK = "given_back", "into the payer's own money here"
        CREDITED = "credited", "the payer has it, the payee owes it"
        REVERSED = "reversed", "Stripe took a transfer back"
        SET_OFF = "set_off", "kept back from what the payee is paid"
        REPAID = "repaid", "paid to us"
        WRITTEN_OFF = "written_off", "the platform bears it"
        UNWRITTEN = "unwritten", "written off before, and came after all"
        BY_HAND = "by_hand", "made by hand at Stripe"

    dispute = models.ForeignKey(Dispute, null=True, on_delete=models.PROTECT, related_name="moves")
    recovery = models.ForeignKey(Recovery, null=True, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=11, choices=Kind)
    pence = models.BigIntegerField()
    fee_pence = models.BigIntegerField(default=0)
    line_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001 - null: no line of Stripe's, and it is unique
    journal_key = models.UUIDField(unique=True)
    at = models.DateTimeField()

    objects = OperatorsQuerySet["OwedMove"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="owedmove_is_a_payers_or_a_payees",
                condition=Q(dispute__isnull=False, recovery__isnull=True) | Q(dispute__isnull=True, recovery__isnull=False),
            ),
            models.CheckConstraint(name="owedmove_moves_something", condition=~Q(pence=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pence}p"


class Explanation(models.Model):
    """What a line in SUSPENSE was, as two people say. `about` names the row it is about: "payment:…", "payee:4", "refund:7", "dispute:2"."""

    class Kind(models.TextChoices):
        REFUND_BY_HAND = "refund_by_hand", "a payment sent back by hand"
        TRANSFER_BY_HAND = "transfer_by_hand", "a provider paid by hand"
        FAILED_REFUND_PAID = "failed_refund_paid", "a refund that could not go back, paid by hand"
        CAME_BACK = "came_back", "a payment sent back by hand, which the bank did not take"
        REPAYMENT = "repayment", "somebody paid back what they owe, or has back what they owed no more"
        FEE = "fee", "a fee of Stripe's"
        PAYOUT = "payout", "the platform's own money, taken out by hand"
        TOP_UP = "top_up", "the platform's own money, put in by hand"
        LOSS = "loss", "nobody knows, and the platform bears it"
        OURS = "ours", "our own refund or payment to a provider, made before a backup was put back"
        NOTHING = "nothing", "it came to nothing, or is no pounds and gone from Stripe"

    line = models.ForeignKey(StripeLine, on_delete=models.PROTECT, related_name="explanations")
    kind = models.CharField(max_length=18, choices=Kind)
    about = models.CharField(max_length=60, blank=True)
    council_code = models.CharField(max_length=9)
    proposed_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    # In the line's own council, and, where the money belongs to another, the second journal there. `ours`: what took the line out of
    # SUSPENSE again, and what had put it there; the line is then matched like any other.
    journal_key = models.UUIDField(null=True, unique=True)
    second_journal_key = models.UUIDField(null=True, unique=True)

    objects = OperatorsQuerySet["Explanation"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="explanation_is_one_at_a_time", fields=["line"], condition=Q(refused_at__isnull=True)),
            models.CheckConstraint(
                name="explanation_agreed_has_two_people_and_a_journal",
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True, journal_key__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False)
                & (Q(journal_key__isnull=False) | Q(kind="nothing"))
                & ~Q(agreed_by=models.F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} explains {self.line_id}"


class Reroute(models.Model):
    """A refund that could not go back the way it came, to be paid by hand to its owner, or to the account its funder gives. Two people."""

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="reroute")
    to_owner = models.CharField(max_length=60)
    # Who gave the account, when and on which paper. Never an account number.
    reference = models.CharField(max_length=200)
    asked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    paid_journal = models.UUIDField(null=True, unique=True)
    paid_at = models.DateTimeField(null=True)

    objects = OperatorsQuerySet["Reroute"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="reroute_says_on_which_paper", condition=~Q(reference="")),
            models.CheckConstraint(name="reroute_is_agreed_by_another", condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=models.F("asked_by"))),
            models.CheckConstraint(
                name="reroute_paid_is_agreed_and_has_its_journal",
                condition=Q(paid_at__isnull=True, paid_journal__isnull=True)
                | Q(paid_at__isnull=False, paid_journal__isnull=False, agreed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund} by hand"
