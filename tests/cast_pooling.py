"""Budgets, groups, promises and paid-in money for the cast, made through services. What Stripe would say is played with the gateway's own shapes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from audit.services.deliveries import deliver_due
from payments.gateways.shapes import Charge, DisputeSeen, Intent, Line
from payments.models import Dispute, Payment
from payments.services import arrivals, disputes, taking
from people.models import Organisation, Person
from pooling.models import Budget, Call, Cluster, Earmark, Membership, Pledge, Portion
from pooling.services import budgets, calls, clusters, earmarks, memberships, pledges


def monday_after(at: datetime) -> date:
    """The next Monday: when weekly visits begin."""
    return at.date() + timedelta(days=7 - at.date().weekday())


def budget_of(
    person: Person,
    route: str,
    *,
    at: datetime,
    vouched_by: Person | None = None,
    level: str = "",
    holder: Organisation | None = None,
    weekly_pence: int = 20_000,
    elsewhere_pence: int = 0,
    kind: str = "agreed",
    categories: Sequence[str] = (),
) -> Portion:
    """One budget with one portion, a year long from four weeks ago, vouched for if somebody is named."""
    own = route in ("self_funded", "top_up")
    budget = budgets.record(
        person=person,
        kind=kind,
        amounts=budgets.Amounts(weekly_pence, weekly_pence if own else 0, 0 if own else weekly_pence),
        period=budgets.Period(at.date() - timedelta(days=28), at.date() + timedelta(days=364), at.date() + timedelta(days=180)),
        portions=[
            budgets.PortionDraft(
                route=route,
                weekly_pence=weekly_pence,
                funder_name="Their own" if own else "Southwark Council",
                holder=holder,
                spent_elsewhere_weekly_pence=elsewhere_pence,
                categories=categories,
            )
        ],
        by=person,
        at=at,
    )
    if vouched_by is not None:
        budgets.vouch(budget=budget, level=level or "seen", by=vouched_by, at=at)
    return budget.portions.select_related("budget__person", "holder").get()


def direct_payment(person: Person, *, seen_by: Person, at: datetime, weekly_pence: int = 20_000) -> Portion:
    """A direct payment whose letter a facilitator saw."""
    return budget_of(person, "direct_payment", at=at, vouched_by=seen_by, level="seen", weekly_pence=weekly_pence)


def isf(person: Person, *, holder: Organisation, confirmed_by: Person, at: datetime, weekly_pence: int = 20_000) -> Portion:
    """An Individual Service Fund that the organisation looking after it confirmed."""
    return budget_of(person, "isf", at=at, vouched_by=confirmed_by, level="confirmed", holder=holder, weekly_pence=weekly_pence)


def council_managed(person: Person, *, council: Organisation, confirmed_by: Person, at: datetime, weekly_pence: int = 20_000) -> Portion:
    """Council-managed money that the council confirmed."""
    return budget_of(person, "council_managed", at=at, vouched_by=confirmed_by, level="confirmed", holder=council, weekly_pence=weekly_pence)


def group(
    founder: Person, *others: Person, at: datetime, facilitator: Person | None = None, settled: bool = True
) -> tuple[Cluster, list[Membership]]:
    """A group that `founder` started and `others` joined by everybody's yes; `settled`: their first days are over by everybody's welcome."""
    cluster = clusters.start(
        name="Help at home, Peckham",
        purpose="help_at_home",
        outcode="SE15",
        who_comes="People who like the cooking of home",
        cost_rule="equal",
        decision_rule="everyone",
        notice_days=28,
        by=founder,
        at=at,
    )
    if facilitator is not None:
        clusters.ask_facilitator(cluster=cluster, facilitator=facilitator, by=founder, at=at)
    for person in others:
        joined(cluster, person, by=founder, at=at)
        if settled:
            newest = cluster.memberships.get(person=person, state="trial")
            for member in cluster.memberships.filter(state="active").select_related("person"):
                memberships.confirm(membership=newest, by=member.person, at=at)
    cluster.refresh_from_db()
    return cluster, [cluster.memberships.inside().select_related("person", "cluster").get(person=person) for person in (founder, *others)]


def joined(cluster: Cluster, person: Person, *, by: Person, at: datetime) -> Membership:
    """Invited by `by`, welcomed by everybody in, and signed."""
    membership = memberships.invite(cluster=cluster, person=person, by=by, at=at)
    for voter in cluster.memberships.inside().exclude(person=by).select_related("person"):
        memberships.answer(membership=membership, yes=True, by=voter.person, at=at)
    return memberships.accept_charter(membership=membership, by=person, at=at)


def promised(membership: Membership, portion: Portion, *, at: datetime, weekly_pence: int = 6_000, weeks: int = 12) -> Pledge:
    """A promise from next Monday."""
    return pledges.promise(
        membership=membership, portion=portion, weekly_pence=weekly_pence, weeks=weeks, starts_on=monday_after(at), by=membership.person, at=at
    )


def earmarked(pledge: Pledge, *, at: datetime, agreement: int = 1, pence: int | None = None) -> Earmark:
    """All of the promise, or so much of it, kept for an agreement."""
    return earmarks.earmark(
        pledge=pledge, about_kind="agreement", about_id=agreement, pence=pence or pledge.pence, by=pledge.membership.person, at=at
    )


def called(earmark: Earmark, *, share: int, pence: int, at: datetime, due_on: date | None = None) -> Call:
    """The call for one share."""
    return calls.open_call(
        earmark=earmark, about_kind="milestone_share", about_id=share, pence=pence, due_on=due_on or at.date() + timedelta(days=7), at=at
    )


@dataclass(frozen=True)
class Bank:
    """What Stripe and the payer's bank do, played with the gateway's own shapes: money comes, then it is available; the fee is nothing."""

    at: datetime

    def takes(self, payment: Payment) -> Payment:
        """The payer paid; the money is on its way."""
        number = secrets.token_hex(8)
        charge = Charge(f"ch_{number}", payment.pence, "gbp", True, f"pi_{number}", self.at, self._line(payment, number, False))
        with transaction.atomic():
            row = Payment.objects.locked().get(pk=payment.pk)
            arrivals.see_intent(row, Intent(f"pi_{number}", "succeeded", str(payment.pk), charge), self.at)
        self.tell()
        row.refresh_from_db()
        return row

    def clears(self, payment: Payment) -> Payment:
        """The money is available."""
        payment = Payment.objects.get(pk=payment.pk)
        number = payment.charge_id.removeprefix("ch_")
        assert taking.clear(payment_id=payment.pk, line=self._line(payment, number, True), at=self.at)
        self.tell()
        payment.refresh_from_db()
        return payment

    def fails(self, payment: Payment) -> Payment:
        """The bank takes it back before it is available."""
        with transaction.atomic():
            row = Payment.objects.locked().get(pk=payment.pk)
            taking.end(row, "fail" if row.state == "clearing" else "expire" if row.state == "open" else "refuse", self.at)
        self.tell()
        return row

    def pays(self, payment: Payment) -> Payment:
        return self.clears(self.takes(payment))

    def takes_back(self, payment: Payment, pence: int | None = None, *, ends: str = "needs_response") -> Dispute:
        """The payer's bank takes a payment back, or part of it; with `ends` "won" it gives it up later, with "lost" it keeps it."""
        payment = Payment.objects.get(pk=payment.pk)
        number, pence = payment.charge_id.removeprefix("ch_"), pence or payment.pence
        gone = Line(f"txn_gone_{number}", "adjustment", f"du_{number}", -pence, 0, -pence, "gbp", True, self.at, self.at)
        back = Line(f"txn_back_{number}", "adjustment", f"du_{number}", pence, 0, pence, "gbp", True, self.at, self.at)
        lines = (gone, back) if ends == "won" else (gone,)
        thing = DisputeSeen(f"du_{number}", ends, pence, payment.charge_id, "general", self.at, None, lines)
        row = disputes.take_over(payment_id=payment.pk, thing=thing, at=self.at)
        self.tell()
        row.refresh_from_db()
        return row

    def tell(self) -> None:
        """Facts reach their consumers."""
        while deliver_due(at=self.at):
            pass

    def _line(self, payment: Payment, number: str, is_available: bool) -> Line:
        return Line(f"txn_{number}", "charge", f"ch_{number}", payment.pence, 0, payment.pence, "gbp", is_available, self.at, self.at)


def paid_in(membership: Membership, portion: Portion, *, pence: int, at: datetime, share: int = 9_000, agreement: int = 900) -> None:
    """So much of a portion's own money is here and free: called, paid by its payer, and then not needed after all."""
    weekly = -(-pence // 4)
    pledge = promised(membership, portion, at=at, weekly_pence=weekly, weeks=4)
    earmark = earmarked(pledge, at=at, agreement=agreement)
    call = calls.open_call(earmark=earmark, about_kind="practice", about_id=share, pence=pence, due_on=at.date(), at=at)
    payment = calls.pay_by_card(call=call, success_url="http://127.0.0.1/a", cancel_url="http://127.0.0.1/b", by=membership.person, at=at)
    Bank(at).pays(payment)
    calls.drop_call(call=call, at=at)
    earmarks.drop(about_kind="agreement", about_id=agreement, at=at)
    pledges.cancel(pledge=pledge, by=membership.person, at=at)


def current_budget(portion: Portion) -> Budget:
    """The budget a portion belongs to now."""
    return Budget.objects.get(pk=Portion.objects.values_list("budget_id", flat=True).get(pk=portion.pk))
