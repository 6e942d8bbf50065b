"""Accounts, journals and transfers. Read here; written only by the SQL functions in `ledger/sql/`.

Balances are stored one way for every account: credits less debits, so that all balances of a unit sum to zero and a floor
is one comparison. `ledger.codes.natural` turns them round for people. No foreign keys point at accounts: checking one
would touch the busiest rows of the database again for every transfer; `ledger.services.proof` checks instead.
"""

from django.db import models
from django.db.models import F, Q

# £10 billion a transfer and a balance a thousand times that: far above any use, far below where bigint overflows.
MOST_PENCE = 10**12
MOST_BALANCE = 10**18


class Account(models.Model):
    """One balance. Its number is made from its name, so the same name has the same number in every database."""

    id = models.BigIntegerField(primary_key=True)
    code = models.TextField()
    council = models.TextField()
    # "C" lets a prefix of an owner be looked up by the index in any database, whatever its language.
    owner = models.TextField(db_collation="C", blank=True)
    unit = models.TextField(default="GBP")
    balance = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(null=True)
    # 0: balance kept on every post. Other modes come with the function that keeps them.
    mode = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        indexes = [models.Index(fields=["council", "code"], name="ledger_account_council_code")]
        # PostgreSQL reads every check anew for each update: only those that stand behind a moving balance are here. Name, unit and mode
        # are set once, by ledger_open, and can't be changed afterwards.
        constraints = [
            # A name has one account. Owner first: statements look accounts up by their owner.
            models.UniqueConstraint(fields=["owner", "code", "council", "unit"], name="ledger_account_name_is_unique"),
            # A floor that breaks here was missed by the posting function: a bug, never a person's mistake.
            models.CheckConstraint(condition=Q(floor=None) | Q(balance__gte=F("floor")), name="ledger_account_keeps_its_floor"),
            models.CheckConstraint(condition=Q(balance__gte=-MOST_BALANCE, balance__lte=MOST_BALANCE), name="ledger_account_is_within_limits"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.council} {self.owner}".strip()


class Journal(models.Model):
    """One event. Its key is made by whoever posts it, before posting, so other rows can point at it by that key."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    # What was asked, hashed: the same key with another hash is a mistake, not a repeat.
    request_hash = models.BinaryField()
    kind = models.TextField()
    council = models.TextField()
    actor = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    about = models.TextField(blank=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reverses = models.UUIDField(null=True)
    group_key = models.UUIDField(null=True)

    class Meta:
        default_permissions = ("view",)
        indexes = [models.Index(fields=["about"], condition=~Q(about=""), name="ledger_journal_about")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Transfer(models.Model):
    """One movement: so much from the debit account's side to the credit account's, with what each then held."""

    pk = models.CompositePrimaryKey("journal_id", "line")
    journal = models.ForeignKey(Journal, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    line = models.SmallIntegerField()
    debit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="credits")
    pence = models.BigIntegerField()
    debit_after = models.BigIntegerField()
    debit_version = models.BigIntegerField()
    credit_after = models.BigIntegerField()
    credit_version = models.BigIntegerField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["debit", "debit_version"], name="ledger_transfer_debit_version"),
            models.UniqueConstraint(fields=["credit", "credit_version"], name="ledger_transfer_credit_version"),
            models.CheckConstraint(condition=Q(pence__gte=1, pence__lte=MOST_PENCE), name="ledger_transfer_amount_is_sane"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_moves_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.pence} from {self.debit_id} to {self.credit_id}"
