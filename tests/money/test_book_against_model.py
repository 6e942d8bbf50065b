"""Random histories, played to the book and to a small model in Python: every outcome and every balance must agree."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.errors import Refusal
from ledger import models
from ledger.codes import CODES, Kind, natural
from ledger.selectors import balance_as_of
from ledger.services import upkeep
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Posted, Refused, Transfer, post, post_many
from ledger.services.periods import close_period
from ledger.services.proof import prove
from tests.ledger.book import AT, BANK, CLEAR, FLOAT, LAMBETH, OUT, SOUTHWARK, A, B, hold, make_lazy, share

ACCOUNTS = [
    BANK, CLEAR, OUT, FLOAT, share(A), share(B), hold(A), Account("SUSPENSE", SOUTHWARK), Account("RECEIVABLE", SOUTHWARK, A),
    Account("BANK", LAMBETH), share(A, LAMBETH), Account("TIME_ISSUED", SOUTHWARK, "", "TIME"), Account("TIME", SOUTHWARK, "person:1", "TIME"),
]  # fmt: skip
LONDON = ZoneInfo("Europe/London")
DAYS = [AT.date() - timedelta(days=n) for n in (0, 1, 2, 41)]
KEYS = [uuid.UUID(int=n) for n in range(1, 13)]
LIKELY = [(BANK, share(A)), (share(A), hold(A)), (hold(A), share(A)), (share(A), BANK), (BANK, FLOAT), (FLOAT, BANK)]


@dataclass
class Model:
    """The book, told in twenty lines: balances are credits less debits."""

    balances: dict[Account, int] = field(default_factory=dict)
    versions: dict[Account, int] = field(default_factory=dict)
    asked: dict[uuid.UUID, tuple[object, ...]] = field(default_factory=dict)
    moved: dict[uuid.UUID, tuple[Transfer, ...]] = field(default_factory=dict)
    takes_back: dict[uuid.UUID, uuid.UUID | None] = field(default_factory=dict)
    happened: dict[uuid.UUID, datetime] = field(default_factory=dict)
    closed: dict[str, datetime] = field(default_factory=dict)

    def why_not(self, journal: Journal) -> str | None:
        """Applies the journal, or says why not and changes nothing."""
        before = dict(self.balances), dict(self.versions)
        why = None if journal.transfers else "empty"
        if not why and journal.reverses:
            why = self._taken_back(journal)
        for moved in journal.transfers:
            why = why or self._move(moved, journal)
        if why:
            self.balances, self.versions = before
        return why

    def _taken_back(self, journal: Journal) -> str | None:
        if journal.reverses not in self.asked:
            return "reverses_unknown"
        earlier = [key for key, original in self.takes_back.items() if original == journal.reverses]
        for pair in dict.fromkeys((t.debit, t.credit) for t in journal.transfers):
            there = [t.pence for t in self.moved[journal.reverses] if (t.credit, t.debit) == pair]
            if not there:
                return "not_a_reversal"
            back = [t.pence for key in earlier for t in self.moved[key] if (t.debit, t.credit) == pair]
            # as the book reads an amount too large for it
            asked = [t.pence if t.pence < 2**63 else 0 for t in journal.transfers if (t.debit, t.credit) == pair]
            if sum(back) + sum(asked) > sum(there):
                return "over_reversed"
        return None

    def _move(self, moved: Transfer, journal: Journal) -> str | None:
        council = journal.council
        floor = CODES[moved.debit.code].floor
        left = self.balances.get(moved.debit, 0) - moved.pence
        if not 1 <= moved.pence <= 10**12:
            return "amount"
        if moved.debit == moved.credit:
            return "same_account"
        if {moved.debit.council, moved.credit.council} != {council}:
            return "council"
        if moved.debit.unit != moved.credit.unit:
            return "unit"
        if council in self.closed and journal.effective_at < self.closed[council]:
            return "period_closed"
        if floor is not None and left < floor:
            return "not_enough"
        for account, change in ((moved.debit, -moved.pence), (moved.credit, moved.pence)):
            self.balances[account] = self.balances.get(account, 0) + change
            self.versions[account] = self.versions.get(account, 0) + 1
        return None

    def post(self, journal: Journal) -> str:
        content = (journal.kind, journal.council, journal.transfers, journal.about, journal.reverses)
        if journal.key in self.asked and journal.transfers:
            return "replayed" if self.asked[journal.key] == content else "key_reused"
        why = self.why_not(journal)
        if why is None:
            self.asked[journal.key] = content
            self.moved[journal.key] = journal.transfers
            self.takes_back[journal.key] = journal.reverses
            self.happened[journal.key] = journal.effective_at
        return why or "posted"

    def post_set(self, journals: list[Journal], linked: bool) -> list[str]:
        kept = dict(self.balances), dict(self.versions), dict(self.asked), dict(self.moved), dict(self.takes_back)
        # In a set only what was in the book before it can be taken back.
        known = set(self.asked)
        outcomes = []
        for journal in journals:
            blind = journal.reverses in self.asked and journal.reverses not in known and journal.key not in self.asked and journal.transfers
            outcomes.append("reverses_unknown" if blind else self.post(journal))
        if linked and set(outcomes) - {"posted", "replayed"}:
            self.balances, self.versions, self.asked, self.moved, self.takes_back = kept
            fell = [o == "posted" or (o == "replayed" and j.key not in known) for o, j in zip(outcomes, journals, strict=True)]
            return ["linked" if down else outcome for down, outcome in zip(fell, outcomes, strict=True)]
        return outcomes

    def on(self, account: Account, day: date) -> int:
        """What the account held at the end of that day, by when things happened."""
        return sum(
            (t.credit == account) * t.pence - (t.debit == account) * t.pence
            for key, moves in self.moved.items()
            if self.happened[key].astimezone(LONDON).date() <= day
            for t in moves
        )

    def uncovered(self) -> int:
        """How many councils' people are owed more than is at Stripe or on its way."""
        return sum(self._owed(council) > -self._sum(council, lambda code: code in {"BANK", "CLEAR", "OUT"}) for council in (SOUTHWARK, LAMBETH))

    def _sum(self, council, fits) -> int:
        return sum(held for account, held in self.balances.items() if (account.council, account.unit) == (council, "GBP") and fits(account.code))

    def _owed(self, council: str) -> int:
        return self._sum(council, lambda code: CODES[code].kind is Kind.LIABILITY) + max(0, self._sum(council, lambda code: code == "SUSPENSE"))

    def close(self, council: str, through: date) -> str:
        until = datetime.combine(through + timedelta(days=1), time(), LONDON)
        if until <= self.closed.get(council, AT - timedelta(days=9999)):
            return "period_closed_already"
        if through >= AT.astimezone(LONDON).date():
            return "period_not_over"
        self.closed[council] = until
        return "closed"


@dataclass(frozen=True)
class Close:
    council: str
    through: date


@dataclass(frozen=True)
class Upkeep:
    lines: int


pairs = st.one_of(st.sampled_from(LIKELY), st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)))
amounts = st.one_of(st.integers(1, 500), st.sampled_from([0, -1, 1, 499, 10**12, 10**12 + 1, 2**63]))
transfers = st.builds(lambda pair, pence: Transfer(*pair, pence), pairs, amounts)
journals = st.builds(
    lambda key, council, moves, about, reverses, days: Journal(
        key=key, kind="play", council=council, transfers=tuple(moves), effective_at=AT - timedelta(days=days), about=about, reverses=reverses
    ),
    st.sampled_from(KEYS),
    st.sampled_from([SOUTHWARK] * 5 + [LAMBETH]),
    st.lists(transfers, min_size=0, max_size=4),
    st.sampled_from(["", "hold:1"]),
    st.one_of(st.none(), st.none(), st.none(), st.sampled_from(KEYS)),
    st.sampled_from([0, 0, 0, 1, 2, 40]),
)
closings = st.builds(Close, st.sampled_from([SOUTHWARK, LAMBETH]), st.sampled_from([AT.date() - timedelta(days=n) for n in (0, 1, 2, 3, 50)]))
# Something posted earlier taken back, all or a part: (which, how much less, under which key)
backs = st.tuples(st.integers(0, 11), st.integers(-1, 250), st.sampled_from(KEYS))
steps = st.one_of(
    journals, journals, st.tuples(st.lists(journals, min_size=1, max_size=8), st.booleans()), backs, closings, st.builds(Upkeep, st.integers(1, 4))
)


def outcome(result: Posted | Refused) -> str:
    return result.reason if isinstance(result, Refused) else ("replayed" if result.replayed else "posted")


def play(step) -> list[str]:
    if isinstance(step, Journal):
        try:
            return [outcome(post(step))]
        except Refused as refused:
            return [refused.reason]
    if isinstance(step, Close):
        try:
            close_period(council=step.council, through=step.through, by="operator:1", at=AT)
        except Refusal as refused:
            return [refused.code]
        return ["closed"]
    if isinstance(step, Upkeep):
        upkeep.roll_up(at=AT, most=step.lines)
        upkeep.keep_days(at=AT, fewest=1, most=step.lines)
        return []
    return [outcome(result) for result in post_many(step[0], linked=step[1])]


def told(model: Model, step) -> tuple[object, list[str]]:
    """The step as it is played, and what must come of it."""
    if isinstance(step, Close):
        return step, [model.close(step.council, step.through)]
    if isinstance(step, Upkeep):
        return step, []
    if isinstance(step, tuple) and isinstance(step[0], int):
        which, less, key = step
        original = list(model.asked)[which % len(model.asked)] if model.asked else KEYS[0]
        back = tuple(Transfer(t.credit, t.debit, t.pence - less) for t in model.moved.get(original, ()))
        council = back[0].debit.council if back else SOUTHWARK
        step = Journal(key=key, kind="back", council=council, transfers=back, effective_at=AT, reverses=original)
    return step, [model.post(step)] if isinstance(step, Journal) else model.post_set(*step)


def play_and_compare(history) -> None:
    """Plays the history in a transaction that is then undone; every outcome, balance and day must be the model's."""
    model = Model()
    with transaction.atomic():
        for step in history:
            step, expected = told(model, step)
            assert play(step) == expected
        rows = {row.pk: (row.balance, row.version) for row in models.Standing.objects.all()}
        for account in ACCOUNTS:
            assert rows.get(account.number, (0, 0)) == (model.balances.get(account, 0), model.versions.get(account, 0)), account
            for day in DAYS:
                assert balance_as_of(account, effective_on=day) == natural(account.code, model.on(account, day)), (account, day)
        assert set(models.Journal.objects.values_list("key", flat=True)) == set(model.asked)
        found = prove("default")
        assert len(found) == model.uncovered(), found
        assert all(sentence.startswith("In ") for sentence in found)
        transaction.set_rollback(True)
    assert sum(natural("SHARE", held) for held in model.balances.values()) == 0


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(steps, max_size=12))
def test_the_book_and_the_model_agree_on_every_outcome_and_every_balance(history):
    play_and_compare(history)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, max_size=12))
def test_they_agree_where_the_platforms_accounts_are_lazy(owner_cursor, history):
    if not models.Account.objects.filter(mode=1).exists():
        make_lazy(owner_cursor, BANK, CLEAR, OUT, Account("SUSPENSE", SOUTHWARK), Account("BANK", LAMBETH))
    play_and_compare(history)
