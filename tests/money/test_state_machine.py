"""Hypothesis looks for the shortest history in which the book or the lots differ from the simulator's model."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from config.simulation import reading
from config.simulation.model import minutes
from config.simulation.model import people as must
from config.simulation.model.book import Entry, Key, Move
from config.simulation.model.state import Model
from config.simulation.model.things import Payment as Lot
from config.simulation.model.things import Purse
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Refused, Transfer, post
from ledger.services.proof import prove
from payments.models import Payee, Payer, Payment, PaymentOperation
from payments.services import refunds, remittances
from payments.services.remittances import LotsFallShort

AT, COUNCIL, OTHER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "E09000028", "E09000022"
KEYS = [uuid.UUID(int=n) for n in range(1, 7)]
TIMED = [Key("TIME_ISSUED", COUNCIL), Key("TIME", COUNCIL, "person:1"), Key("TIME", COUNCIL, "person:2"), Key("TIME", OTHER, "person:1")]
moves = st.builds(Move, st.sampled_from(TIMED), st.sampled_from(TIMED), st.sampled_from([0, 1, 5, 60, 10**12 + 1]))


def account(key: Key) -> Account:
    return Account(key.code, key.council, key.owner, "TIME" if key.code.startswith("TIME") else "GBP")


class BookAndLots(RuleBasedStateMachine):
    """One payer's lots, and minutes of three people. Everything is undone at the end of each history."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.model, self.lots = Model(now=int(AT.timestamp())), 0
        self.purse = Purse(1, 1, COUNCIL, 1, 1, 1)

    def teardown(self) -> None:
        assert prove("default") == []
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def somebody_is_paid(self) -> None:
        self.payer = Payer.objects.create(owner="person:1", council_code=COUNCIL)
        self.payee = Payee.objects.create(owner="enterprise:1", council_code=COUNCIL)

    @rule(key=st.sampled_from(KEYS), council=st.sampled_from([COUNCIL, COUNCIL, OTHER]), asked=st.lists(moves, min_size=1, max_size=3))
    def somebody_posts(self, key: uuid.UUID, council: str, asked: list[Move]) -> None:
        entry = Entry(minutes.KIND, council, tuple(asked))
        plan = minutes.post(self.model, key, entry)
        transfers = tuple(Transfer(account(move.debit), account(move.credit), move.pence) for move in asked)
        posted, reason = None, ""
        try:
            posted = post(Journal(key, entry.kind, council, transfers, AT))
        except Refused as no:
            reason = no.reason
        assert reason == plan.reason
        if posted is not None:
            self.model.enter(plan.apply(posted))

    @rule(pence=st.integers(1, 500), later=st.integers(0, 3))
    def money_comes(self, pence: int, later: int) -> None:
        """A lot: paid, available, in its payer's SHARE."""
        self.lots += 1
        key, at = uuid.uuid4(), datetime.fromtimestamp(self.model.now + later, UTC)
        entry = Entry("test_pay_in", COUNCIL, (Move(Key("BANK", COUNCIL), self.purse.key("SHARE"), pence),))
        post(Journal(key, entry.kind, COUNCIL, tuple(Transfer(account(m.debit), account(m.credit), m.pence) for m in entry.moves), at))
        self.model.enter([entry])
        row = self._row(pence, key, at)
        self.purse.lots.append(Lot(str(row.pk), "card", pence, COUNCIL, self.purse, state="available", taken_at=int(at.timestamp())))

    def _row(self, pence: int, key: uuid.UUID, at: datetime) -> Payment:
        operation = PaymentOperation.objects.create(kind="checkout_session", reference="t", idempotency_key=str(key), planned_at=at)
        journals = {"clearing_journal": key, "available_journal": key}
        charge = {"charge_id": f"ch_{key.hex}", "line_id": f"txn_{key.hex}", "fee_pence": 0, "available_on": at, "charged_at": at}
        owner = {"lot_owner": self.purse.owner, "credit_code": "SHARE", "credit_owner": self.purse.owner, "council_code": COUNCIL}
        return Payment.objects.create(
            kind="card", state="available", pence=pence, payer=self.payer, operation=operation, started_at=at, **journals, **charge, **owner
        )

    @rule(pence=st.integers(-1, 700))
    def some_is_owed_to_a_provider(self, pence: int) -> None:
        rows = self._leaves(pence, lambda: remittances.owe(payee_id=self.payee.pk, about=self._about(), **self._of(pence)))
        if rows:
            must.name_lots(self.model, self.purse, pence, rows, "owed", "payee:1", newest=False)
            self._moves("SHARE", Key("DUE", COUNCIL, f"payee:{self.payee.pk}"), pence)

    @rule(pence=st.integers(-1, 700))
    def some_goes_home(self, pence: int) -> None:
        rows = self._leaves(pence, lambda: refunds.approve(about=self._about(), by=None, **self._of(pence)))
        if rows:
            must.name_lots(self.model, self.purse, pence, rows, "home", self.purse.owner, newest=True)
            self._moves("SHARE", self.purse.key("REFUND"), pence)

    def _about(self) -> str:
        return f"thing:{len(self.model.refunds) + len(self.model.remittances)}"

    def _of(self, pence: int) -> dict[str, Any]:
        return {"lot_owner": self.purse.owner, "pence": pence, "council_code": COUNCIL, "at": AT}

    def _leaves(self, pence: int, ask: Any) -> list[tuple[int, str, int]]:
        """The rows that name lots; none when there is too little, exactly where the model says so."""
        there = sum(lot.free for lot in self.purse.lots)
        try:
            with transaction.atomic():
                rows = ask()
        except LotsFallShort:
            assert pence < 1 or pence > there
            return []
        assert 1 <= pence <= there
        return [(row.pk, str(row.payment_id), row.pence) for row in rows]

    def _moves(self, code: str, credit: Key, pence: int) -> None:
        entry = Entry("test_move", COUNCIL, (Move(self.purse.key(code), credit, pence),))
        post(Journal(uuid.uuid4(), entry.kind, COUNCIL, tuple(Transfer(account(m.debit), account(m.credit), m.pence) for m in entry.moves), AT))
        self.model.enter([entry])

    @invariant()
    def every_balance_is_the_models(self) -> None:
        there = {key: balance for key, balance in reading.all_balances().items() if balance}
        assert there == {key: balance for key, balance in self.model.book.balances.items() if balance}

    @invariant()
    def every_lot_is_the_models(self) -> None:
        rows = {str(pk): (used, back) for pk, used, back in Payment.objects.values_list("pk", "used_pence", "refunded_pence")}
        wanted = {lot.id: (lot.used, lot.refunded) for lot in self.purse.lots}
        assert {pk: rows[pk] for pk in wanted} == wanted
        assert sum(lot.free for lot in self.purse.lots) == self.model.book.balances[self.purse.key("SHARE")]


@pytest.mark.django_db
def test_no_history_of_postings_and_lots_differs_from_the_model() -> None:
    calm = settings(max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    run_state_machine_as_test(BookAndLots, settings=calm)
