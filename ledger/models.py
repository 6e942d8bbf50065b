"""Accounts, journals, transfers and what is summed from them. Read here; written only by the SQL functions in `ledger/sql/`.

Balances are stored one way for every account: credits less debits, so that all balances of a unit sum to zero and a floor
is one comparison. `ledger.codes.natural` turns them round for people. No foreign keys point at accounts: checking one
would touch the busiest rows of the database again for every transfer; `ledger.services.proof` checks instead.
"""

from django.db import models
from django.db.models import F, Q

# A lazy account's line has no version yet: its place is this, and its journal's number and its line in it. Versions never come so far.
FIRST_POSITION = 2**62


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
    # 0, locked: the balance is kept on every post. 1, lazy: lines are only written, and `ledger_roll_up` adds them up to `rolled_to` later;
    # what it holds now is in the view ledger_standing.
    mode = models.SmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    rolled_to = models.BigIntegerField(null=True)
    # When its newest line was recorded: no later line is recorded before that.
    last_at = models.DateTimeField(null=True)
    # Its council's days before this moment are closed: what happened then can't be written down any more.
    closed_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        indexes = [models.Index(fields=["council", "code"], name="ledger_account_council_code")]
        # PostgreSQL reads every check anew for each statement that writes: only the floor's is here. The limits of balances and amounts
        # are those of their types, ledger_balance and ledger_amount; name and unit are set once, by ledger_open; triggers say so.
        constraints = [
            # A name has one account. Owner first: statements look accounts up by their owner.
            models.UniqueConstraint(fields=["owner", "code", "council", "unit"], name="ledger_account_name_is_unique"),
            # A floor that breaks here was missed by the posting function: a bug, never a person's mistake. Where there is no floor the
            # answer is unknown, which is no breach; PostgreSQL reads these words again for every post, so they are few.
            models.CheckConstraint(condition=Q(balance__gte=F("floor")), name="ledger_account_keeps_its_floor"),
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
        indexes = [
            models.Index(fields=["about"], condition=~Q(about=""), name="ledger_journal_about"),
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="ledger_journal_reverses"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Transfer(models.Model):
    """One movement: so much from the debit account's side to the credit account's, with what each then held.

    The side of a lazy account has no balance, and its place (FIRST_POSITION and on) instead of a version.
    """

    pk = models.CompositePrimaryKey("journal_id", "line")
    journal = models.ForeignKey(Journal, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    line = models.SmallIntegerField()
    debit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="credits")
    pence = models.BigIntegerField()
    debit_after = models.BigIntegerField(null=True)
    debit_version = models.BigIntegerField()
    credit_after = models.BigIntegerField(null=True)
    credit_version = models.BigIntegerField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["debit", "debit_version"], name="ledger_transfer_debit_version"),
            models.UniqueConstraint(fields=["credit", "credit_version"], name="ledger_transfer_credit_version"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_moves_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.pence} from {self.debit_id} to {self.credit_id}"


class Seal(models.Model):
    """A closed range of journals and its hash, which holds the one before. `leaves`: see ledger_seal_leaves.sql. Written only by ledger_seal."""

    number = models.BigIntegerField(primary_key=True)
    # Every journal belongs to one range for good: each begins where the last one ended, whatever numbers were drawn and never used.
    first_journal = models.BigIntegerField()
    last_journal = models.BigIntegerField()
    journals = models.IntegerField()
    transfers = models.IntegerField()
    leaves = models.BinaryField()
    content = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            # One chain: no two seals follow the same one, and no two end at the same journal.
            models.UniqueConstraint(fields=["previous"], name="ledger_seal_has_one_follower"),
            models.UniqueConstraint(fields=["last_journal"], name="ledger_seal_has_its_own_end"),
            models.CheckConstraint(condition=Q(last_journal__gte=F("first_journal")), name="ledger_seal_range_is_in_order"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class Checkpoint(models.Model):
    """Where a lazy account stood once its lines up to `position` were added up: `lines` of them moved `net`. Append-only.

    Between an account's locked lines it stands in their order of versions. `at`: a moment at which exactly those lines had been
    recorded; null where a batch stopped short. `lines` is 0 where the account changed its mode.
    """

    pk = models.CompositePrimaryKey("account_id", "position")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    position = models.BigIntegerField()
    version = models.BigIntegerField()
    balance = models.BigIntegerField()
    net = models.BigIntegerField()
    lines = models.BigIntegerField()
    at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.account_id} to {self.position}"


class Day(models.Model):
    """What an account's lines of one London day (by effective_at) come to, as far as its mark says. Final once the day is closed."""

    pk = models.CompositePrimaryKey("account_id", "day")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    day = models.DateField()
    net = models.BigIntegerField()
    lines = models.BigIntegerField()

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}"


class DayMark(models.Model):
    """How far an account's lines are in its days: up to this version and this position, `counted` lines in all."""

    account = models.OneToOneField(Account, on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True)
    version = models.BigIntegerField()
    position = models.BigIntegerField()
    counted = models.BigIntegerField()

    class Meta:
        db_table = "ledger_day_mark"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.account_id} to {self.version}"


class Standing(models.Model):
    """A view: every account as it stands, lazy lines not yet rolled up added to its balance and version."""

    id = models.BigIntegerField(primary_key=True)
    code = models.TextField()
    council = models.TextField()
    owner = models.TextField(blank=True)
    unit = models.TextField()
    floor = models.BigIntegerField(null=True)
    mode = models.SmallIntegerField()
    balance = models.BigIntegerField()
    version = models.BigIntegerField()

    class Meta:
        managed = False
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.code} {self.council} {self.owner}".strip()


class Period(models.Model):
    """A council's days up to and with `through` are closed. Append-only, in order; nothing opens them again.

    `closed_at`: when, by whoever closed it; `recorded_at`: by the database's clock, after every earlier line of the council.
    """

    pk = models.CompositePrimaryKey("council", "through")
    council = models.TextField()
    through = models.DateField()
    actor = models.TextField()
    closed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.council} through {self.through}"
