"""What each row of an operator's lists says: in one line, and on a page of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from audit.clock import london_date
from audit.models import Delivery
from frontend import words
from frontend.presenters.alarm_words import meaning
from marketplace.models import Milestone, MilestoneShare
from payments.models import (
    Alarm,
    Dispute,
    LotDecision,
    Payee,
    Payment,
    PaymentOperation,
    ReconcileRun,
    Recovery,
    Refund,
    Remittance,
    StripeLine,
    WebhookEvent,
)
from payments.services import ages, fitting, restored
from pooling.models import Hold

Rows = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a list. `since`: how long it has been in trouble. `about`: what the audit trail calls it."""

    pk: Any
    title: str
    stands: str
    since: datetime | None
    about: tuple[str, str]
    pence: int | None = None
    late: bool = False
    last: str = ""


def _days(since: datetime, at: datetime) -> int:
    return (london_date(at) - london_date(since)).days


def operation(row: PaymentOperation, at: datetime) -> Line:
    kind, _, number = row.reference.partition(":")
    late = row.state in ("sent", "unknown") and row.first_sent_at is not None and at - row.first_sent_at > timedelta(minutes=5)
    return Line(
        row.pk,
        f"{row.kind.replace('_', ' ').capitalize()} for {row.reference}",
        row.state,
        row.first_sent_at or row.planned_at,
        (kind, number),
        row.pence,
        late,
    )


def operation_details(row: PaymentOperation, at: datetime) -> Rows:
    rows: Rows = [("What it means", row.get_state_display()), ("Tries", row.tries), ("Attempt", row.attempt)]
    return [*rows, ("At Stripe", row.stripe_id or "nothing seen yet"), ("Error", row.error)]


def event(row: WebhookEvent, at: datetime) -> Line:
    return Line(row.pk, f"{row.kind}: {row.object_id or row.pk}", row.state, row.received_at, ("event", row.pk), None, row.state == "parked")


def event_details(row: WebhookEvent, at: datetime) -> Rows:
    return [("What it means", row.get_state_display()), ("Tries", row.tries), ("Came by", row.endpoint), ("Error", row.error)]


def stripe_line(row: StripeLine, at: datetime) -> Line:
    return Line(row.pk, f"{row.kind} {row.pk}", row.state, row.created_at, ("stripe_line", row.pk), row.net_pence, row.state == "suspense")


def stripe_line_details(row: StripeLine, at: datetime) -> Rows:
    told = row.explanations.filter(refused_at=None).first()
    said = f"{told.get_kind_display()} {told.about}" if told else "nobody has said yet"
    rows: Rows = [("What it means", row.get_state_display()), ("At Stripe it names", row.source), ("Council", row.council_code), ("It was", said)]
    if row.ours_pence:
        rows.append(("Of it nobody knows", words.pounds(row.unknown_pence)))
    if row.touched:
        rows.insert(2, ("Stripe says it is about", whose(row.touched)))
    if row.lost_operation:
        rows.append(("Our own software made it", "before a backup was put back"))
        rows += [("Choose “our own”, and say", restored.about(one)) for one in restored.candidates(row)] if told is None else []
    elif told is None and row.state == StripeLine.State.SUSPENSE:
        rows += [("If it paid what was given up, say", whose(f"remittance:{one.pk}")) for one in fitting.given_up_for(row)]
    return rows


def whose(about: str) -> str:
    """A payment or a provider that a line is about, so that a person knows whose; anything else as it is named."""
    what, _, number = about.partition(":")
    if what == "remittance":
        sent = Remittance.objects.select_related("payee").get(pk=int(number))
        return f"{about}, {words.pounds(sent.pence)} to {sent.payee.owner}, for {sent.about}"
    if what == "payee":
        return f"{about}, {Payee.objects.get(pk=int(number)).owner}"
    if what != "payment":
        return about
    payment = Payment.objects.get(pk=number)
    return f"{about}, {words.pounds(payment.pence)} of {payment.lot_owner or 'our own'}, {words.day(payment.charged_at or payment.started_at)}"


def hold(row: Hold, at: datetime) -> Line:
    questioned, days = row.disputed_pence > 0, _days(row.placed_at, at)
    title = f"{row.membership.person.full_name}, {row.membership.cluster.name}"
    pence = row.held_pence + row.disputed_pence
    return Line(row.pk, title, "questioned" if questioned else "held", row.placed_at, (row.about_kind, str(row.about_id)), pence, days > 60)


def hold_details(row: Hold, at: datetime) -> Rows:
    sums = {"Held now": row.held_pence, "Questioned": row.disputed_pence, "Paid on": row.released_pence, "Given back": row.returned_pence}
    week = Milestone.objects.select_related("agreement").filter(pk=row.about_id).first() if row.about_kind == "milestone" else None
    what = f"{week.agreement.title}, {words.which_week(week)}" if week else f"{row.about_kind} {row.about_id}"
    return [("For", what), ("Days", _days(row.placed_at, at)), *((name, words.pounds(sum_)) for name, sum_ in sums.items())]


def lot(row: Payment, at: datetime) -> Line:
    age = ages.age_days(row, at)
    return Line(
        row.pk, f"Paid in {age} days ago, of {row.lot_owner}", f"day {age}", row.charged_at, ("payment", str(row.pk)), row.free_pence, age > 85
    )


def lot_details(row: Payment, at: datetime) -> Rows:
    made = [f"{one.get_kind_display()}{' until ' + words.day_year(one.until) if one.until else ''}" for one in row.decisions.exclude(decided_at=None)]
    asked: LotDecision | None = row.decisions.filter(decided_at=None).last()
    told = ", ".join(str(one.day) for one in row.notices.all())
    rows: Rows = [("Paid in", words.pounds(row.pence)), ("Told on day", told or "nobody yet"), ("Decided", "; ".join(made) or "nothing yet")]
    return [*rows, ("Proposed last", asked.get_kind_display() if asked else ""), ("On whose advice", asked.advice if asked else "")]


def run(row: ReconcileRun, at: datetime) -> Line:
    said = f"{row.read} read, {row.matched} matched, {row.caught_up} caught up, {row.waiting} waited for"
    return Line(row.pk, said, f"{row.suspended} unexplained", row.at, ("reconcile_run", str(row.pk)), None, row.suspended > 0)


def dispute(row: Dispute, at: datetime) -> Line:
    late = row.state in ("inquiry", "open") and row.respond_by is not None
    return Line(row.pk, f"{row.lot_owner}: {row.reason or row.kind}", row.state, row.opened_at, ("dispute", str(row.pk)), row.pence, late)


def dispute_details(row: Dispute, at: datetime) -> Rows:
    rows: Rows = [("What it means", row.get_state_display()), ("At Stripe", row.stripe_id), ("Council", row.council_code)]
    if row.respond_by:
        rows.append(("Answer the bank by", words.day_year(row.respond_by)))
    return [
        *rows,
        ("Gone from Stripe", words.pounds(row.withdrawn_pence)),
        ("The payer owes", words.pounds(max(0, row.owed_pence))),
        ("They paid back", words.pounds(row.repaid_pence)),
    ]


def recovery(row: Recovery, at: datetime) -> Line:
    return Line(row.pk, f"{row.payee.owner}: {row.about}", row.state, row.opened_at, ("recovery", str(row.pk)), row.pence, row.state == "owed")


def recovery_details(row: Recovery, at: datetime) -> Rows:
    come = {
        "Taken back": row.reversed_pence,
        "Kept back from pay": row.set_off_pence,
        "Paid back": row.repaid_pence,
        "Written off": row.written_off_pence,
    }
    return [("What it means", row.get_state_display()), *((name, words.pounds(sum_)) for name, sum_ in come.items()), ("Problem", row.problem)]


def alarm(row: Alarm, at: datetime) -> Line:
    stands = "closed" if row.closed_at else "stops payments" if row.stops_releases else "open"
    is_bad = row.closed_at is None and row.stops_releases
    return Line(row.pk, words.in_pounds(row.sentence), stands, row.raised_at, ("alarm", str(row.pk)), None, is_bad)


def alarm_details(row: Alarm, at: datetime) -> Rows:
    return [("What it means", meaning(row.kind)), ("About", row.about), ("Council", row.council_code or "every council")]


def news(row: Delivery, at: datetime) -> Line:
    return Line(row.pk, f"{row.fact.kind} to {row.consumer}", row.state, row.fact.recorded_at, ("delivery", str(row.pk)), None, row.state == "parked")


def news_details(row: Delivery, at: datetime) -> Rows:
    return [("About", row.subject), ("Tries", row.tries), ("Error", row.last_error)]


def refund(row: Refund, at: datetime) -> Line:
    return Line(
        row.pk, f"To {row.lot_owner}", row.state, row.finished_at or row.approved_at, ("refund", str(row.pk)), row.pence, row.state == "failed"
    )


def refund_details(row: Refund, at: datetime) -> Rows:
    payer = row.payment.payer.owner if row.payment.payer else ""
    return [("What it means", row.get_state_display()), ("For", row.about), ("It came from", payer), ("The bank said", row.problem)]


def paid_week(row: MilestoneShare, at: datetime) -> Line:
    title = f"{row.payer.person.full_name}: {row.milestone.agreement.title}, {words.which_week(row.milestone)}"
    late = row.state == "queried_late"
    return Line(row.pk, title, row.state.replace("_", " "), row.late_at or row.released_at, ("milestoneshare", str(row.pk)), row.paid_pence, late)


def paid_week_details(row: MilestoneShare, at: datetime) -> Rows:
    rows: Rows = [("What it means", row.get_state_display()), ("Paid to", row.milestone.agreement.enterprise.name)]
    sums = [("Asked back", words.pounds(row.recover_pence)), ("Came back", words.pounds(row.recovered_pence))]
    return [*rows, ("Paid without an answer", "yes" if row.by_silence else "no"), ("What was wrong", row.late_words), *sums]
