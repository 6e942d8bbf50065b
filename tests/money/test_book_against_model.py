"""Random histories, played to the book and to a small model in Python: every outcome and every balance must agree."""

import uuid
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import models
from ledger.codes import CODES, Kind, natural
from ledger.services.accounts import Account, number
from ledger.services.journals import Journal, Posted, Refused, Transfer, post, post_many
from ledger.services.proof import prove
from tests.ledger.book import AT, BANK, CLEAR, FLOAT, LAMBETH, OUT, SOUTHWARK, A, B, hold, share

ACCOUNTS = [
    BANK, CLEAR, OUT, FLOAT, share(A), share(B), hold(A), Account("SUSPENSE", SOUTHWARK), Account("RECEIVABLE", SOUTHWARK, A),
    Account("BANK", LAMBETH), share(A, LAMBETH), Account("TIME_ISSUED", SOUTHWARK, "", "TIME"), Account("TIME", SOUTHWARK, "person:1", "TIME"),
]  # fmt: skip
KEYS = [uuid.UUID(int=n) for n in range(1, 13)]
LIKELY = [(BANK, share(A)), (share(A), hold(A)), (hold(A), share(A)), (share(A), BANK), (BANK, FLOAT), (FLOAT, BANK)]


@dataclass
class Model:
    """The book, told in twenty lines: balances are credits less debits."""

    balances: dict[Account, int] = field(default_factory=dict)
    versions: dict[Account, int] = field(default_factory=dict)
    asked: dict[uuid.UUID, tuple[object, ...]] = field(default_factory=dict)

    def why_not(self, journal: Journal) -> str | None:
        """Applies the journal, or says why not and changes nothing."""
        before = dict(self.balances), dict(self.versions)
        why = None if journal.transfers else "empty"
        if not why and journal.reverses and journal.reverses not in self.asked:
            why = "reverses_unknown"
        for moved in journal.transfers:
            why = why or self._move(moved, journal.council)
        if why:
            self.balances, self.versions = before
        return why

    def _move(self, moved: Transfer, council: str) -> str | None:
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
        return why or "posted"

    def post_set(self, journals: list[Journal], linked: bool) -> list[str]:
        kept = dict(self.balances), dict(self.versions), dict(self.asked)
        # In a set only what was in the book before it can be taken back.
        known = set(self.asked)
        outcomes = []
        for journal in journals:
            blind = journal.reverses in self.asked and journal.reverses not in known and journal.key not in self.asked and journal.transfers
            outcomes.append("reverses_unknown" if blind else self.post(journal))
        if linked and set(outcomes) - {"posted", "replayed"}:
            self.balances, self.versions, self.asked = kept
            fell = [o == "posted" or (o == "replayed" and j.key not in known) for o, j in zip(outcomes, journals, strict=True)]
            return ["linked" if down else outcome for down, outcome in zip(fell, outcomes, strict=True)]
        return outcomes

    def uncovered(self) -> int:
        """How many councils' people are owed more than is at Stripe or on its way."""
        return sum(self._owed(council) > -self._sum(council, lambda code: code in {"BANK", "CLEAR", "OUT"}) for council in (SOUTHWARK, LAMBETH))

    def _sum(self, council, fits) -> int:
        return sum(held for account, held in self.balances.items() if (account.council, account.unit) == (council, "GBP") and fits(account.code))

    def _owed(self, council: str) -> int:
        return self._sum(council, lambda code: CODES[code].kind is Kind.LIABILITY) + max(0, self._sum(council, lambda code: code == "SUSPENSE"))


pairs = st.one_of(st.sampled_from(LIKELY), st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)))
amounts = st.one_of(st.integers(1, 500), st.sampled_from([0, -1, 1, 499, 10**12, 10**12 + 1, 2**63]))
transfers = st.builds(lambda pair, pence: Transfer(*pair, pence), pairs, amounts)
journals = st.builds(
    lambda key, council, moves, about, reverses: Journal(
        key=key, kind="play", council=council, transfers=tuple(moves), effective_at=AT, about=about, reverses=reverses
    ),
    st.sampled_from(KEYS),
    st.sampled_from([SOUTHWARK] * 5 + [LAMBETH]),
    st.lists(transfers, min_size=0, max_size=4),
    st.sampled_from(["", "hold:1"]),
    st.one_of(st.none(), st.none(), st.none(), st.sampled_from(KEYS)),
)
steps = st.one_of(journals, st.tuples(st.lists(journals, min_size=1, max_size=8), st.booleans()))


def outcome(result: Posted | Refused) -> str:
    return result.reason if isinstance(result, Refused) else ("replayed" if result.replayed else "posted")


def play(step) -> list[str]:
    if isinstance(step, Journal):
        try:
            return [outcome(post(step))]
        except Refused as refused:
            return [refused.reason]
    return [outcome(result) for result in post_many(step[0], linked=step[1])]


@pytest.mark.django_db
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(steps, max_size=12))
def test_the_book_and_the_model_agree_on_every_outcome_and_every_balance(history):
    model = Model()
    with transaction.atomic():
        for step in history:
            expected = [model.post(step)] if isinstance(step, Journal) else model.post_set(*step)
            assert play(step) == expected
        rows = {row.pk: (row.balance, row.version) for row in models.Account.objects.all()}
        for account in ACCOUNTS:
            assert rows.get(number(account), (0, 0)) == (model.balances.get(account, 0), model.versions.get(account, 0)), account
        assert set(models.Journal.objects.values_list("key", flat=True)) == set(model.asked)
        found = prove("default")
        assert len(found) == model.uncovered(), found
        assert all(sentence.startswith("In ") for sentence in found)
        transaction.set_rollback(True)
    assert sum(natural("SHARE", held) for held in model.balances.values()) == 0
