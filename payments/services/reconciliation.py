"""Stripe's balance, line by line, against the book: every line is exactly one journal, or it is waited for, or it rings.

Events may all be lost: reading the lines and asking after what is still open reaches the same state. Safe to run twice, side by side,
or to be killed anywhere.
"""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from audit.services import trail
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AnswerLost, Line, NotFound, PageOfLines, StripeIsBusy
from payments.models import OwedMove, Payment, ReconcileCursor, ReconcileRun, Refund, Remittance, StripeLine
from payments.services import alarms, arrivals, cash, copies, debits, disputes, floats, inbox, mandates, recoveries, refunds, two_people, unexplained
from people.models import Person

log = structlog.get_logger()
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did: lines read, matched to a journal, put to SUSPENSE, still waited for, and states taken over that no event had told."""

    read: int
    matched: int
    suspended: int
    waiting: int
    caught_up: int


@dataclass(frozen=True, slots=True)
class Ours:
    """What a line should be by our rows. `journal_key` None: not posted yet. `net_pence` signed as Stripe signs it."""

    journal_key: uuid.UUID | None
    pence: int
    fee_pence: int
    council_code: str


def run(*, at: datetime, by: Person | None = None) -> Report:
    """Reads what is new, asks after what is open, matches what can be. Not inside a transaction.

    `by`: the operator who asked for it now; who that was is written down, and the run kept, whatever it finds. Raises NotAllowed for others.

    Raises AnswerLost or StripeIsBusy when Stripe can't be reached; what was done until then stays, and the next run goes on.
    """
    kept = _asked_for(by, at) if by else None
    floats.check_own_payouts(at=at)
    copy = copies.copy_of_book()
    read = _read_new(at)
    caught_up = arrivals.refresh_open(at=at) + refunds.refresh_open(at=at) + disputes.refresh_open(see=inbox.see_dispute, at=at)
    caught_up += recoveries.look_for(at=at) + mandates.refresh_due(at=at) + cash.look_all(at=at)
    before = StripeLine.objects.filter(state="suspense").count()
    matched, is_whole = _match_all(at)
    suspended = StripeLine.objects.filter(state="suspense").count() - before
    # A book of which a line could not be looked at may be behind Stripe: it does not count as compared.
    ReconcileCursor.objects.filter(pk=1).update(read_at=at, **({"read_of": copy} if is_whole else {}))
    alarms.settle_behind(at=at)
    report = Report(read, matched, suspended, StripeLine.objects.filter(state="waiting").count(), caught_up)
    if kept is not None:
        ReconcileRun.objects.filter(pk=kept.pk).update(**asdict(report))
    elif report.read or report.matched or report.suspended or report.caught_up:
        ReconcileRun.objects.create(at=at, **asdict(report))
    floats.watch_all(at=at)
    log.info("reconciled", read=report.read, matched=report.matched, suspended=report.suspended, waiting=report.waiting)
    return report


def _asked_for(by: Person, at: datetime) -> ReconcileRun:
    """Written before Stripe is asked: it stays, with nothing found, where Stripe does not answer."""
    two_people.must_be_operator(by)
    nothing = Report(read=0, matched=0, suspended=0, waiting=StripeLine.objects.filter(state="waiting").count(), caught_up=0)
    with transaction.atomic():
        row = ReconcileRun.objects.create(at=at, **asdict(nothing))
        trail.write(by=by, verb="payments.check_stripe", about_kind="reconcile_run", about_id=row.pk, at=at)
    return row


def run_due(*, at: datetime) -> int:
    """Runs once an hour. Returns how many lines were matched and states taken over; 0 when it is not time, or Stripe can't be reached."""
    cursor, _ = ReconcileCursor.objects.get_or_create(pk=1)
    if cursor.read_at is not None and at < cursor.read_at + EVERY:
        return 0
    try:
        report = run(at=at)
    except (AnswerLost, StripeIsBusy):
        return 0
    return report.matched + report.caught_up


# --- reading ---


def _read_new(at: datetime) -> int:
    cursor, _ = ReconcileCursor.objects.get_or_create(pk=1)
    if not cursor.last_line_id:
        return _read_all()
    try:
        return _read_after(cursor.last_line_id)
    except NotFound:
        _ring_failed(cursor.last_line_id, at)
        return _read_all()


def _read_after(line_id: str) -> int:
    read = 0
    while True:
        page = gateway.lines_after(line_id)
        if page.lines:
            line_id = page.lines[-1].id
            read += _keep(page, line_id)
        if not page.has_more:
            return read


def _read_all() -> int:
    """The first time: from the newest back. The cursor moves only at the end, so that a run killed halfway begins again."""
    read, before, newest = 0, "", ""
    while True:
        page = gateway.lines_before(before)
        if page.lines:
            before, newest = page.lines[0].id, newest or page.lines[-1].id
            read += _keep(page, "" if page.has_more else newest)
        if not page.has_more:
            return read


def _keep(page: PageOfLines, cursor: str) -> int:
    """Stores a page's lines that are new, and moves the cursor, together."""
    with transaction.atomic():
        known = set(StripeLine.objects.filter(pk__in=[line.id for line in page.lines]).values_list("pk", flat=True))
        new = [row_of(line) for line in page.lines if line.id not in known]
        StripeLine.objects.bulk_create(new, ignore_conflicts=True)
        if cursor:
            ReconcileCursor.objects.filter(pk=1).update(last_line_id=cursor)
        return len(new)


def row_of(line: Line) -> StripeLine:
    """Our row of a line, not stored."""
    return StripeLine(
        id=line.id,
        kind=line.kind,
        source=line.source,
        pence=line.pence,
        fee_pence=line.fee_pence,
        net_pence=line.net_pence,
        currency=line.currency,
        is_available=line.is_available,
        available_on=line.available_on,
        created_at=line.created_at,
    )


def _waiting() -> list[str]:
    return list(StripeLine.objects.filter(state="waiting").order_by("created_at", "pk").values_list("pk", flat=True))


# --- matching ---


def _match_all(at: datetime) -> tuple[int, bool]:
    """How many lines matched, and whether all could be looked at. One that fails rings, and keeps no other waiting."""
    matched, is_whole = 0, True
    for line_id in _waiting():
        try:
            matched += _match(line_id, at)
        except (AnswerLost, StripeIsBusy):
            raise
        except Exception:
            _ring_failed(line_id, at)
            is_whole = False
        else:
            alarms.settle(kind="line_failed", about=f"line:{line_id}", at=at)
    return matched, is_whole


def _ring_failed(line_id: str, at: datetime) -> None:
    """In an `except`: this line could not be worked on, or Stripe does not know it any more."""
    log.exception("line_failed", line=line_id)
    sentence = f"Stripe's line {line_id} could not be worked on. Somebody who knows this software must find out why."
    alarms.ring(kind="line_failed", about=f"line:{line_id}", sentence=sentence, at=at, stops_releases=True)


def _match(line_id: str, at: datetime) -> bool:
    """True when the line became exactly one journal (its own, or one in SUSPENSE), or its own and what that differs by in SUSPENSE."""
    line = StripeLine.objects.get(pk=line_id)
    if not line.is_available and line.available_on <= at and gateway.line(line_id).is_available:
        line.is_available = True
        line.save(update_fields=["is_available"])
    ours = what_it_is(line)
    if ours is None or ours.journal_key is None:
        _catch_up(line, at)
        ours = what_it_is(line)
    if ours is None:
        return not recoveries.may_be(pence=line.pence) and unexplained.suspend(line, at)
    if (ours.pence, ours.fee_pence) != (line.pence, line.fee_pence) or line.currency != "gbp":
        return unexplained.suspend_rest(line, ours.journal_key, ours.council_code, f"{ours.pence}p less {ours.fee_pence}p", at)
    if ours.journal_key is None or not line.is_available:
        return False
    final = {"state": StripeLine.State.MATCHED, "journal_key": ours.journal_key, "council_code": ours.council_code}
    with transaction.atomic():
        done = StripeLine.objects.filter(pk=line.pk, state="waiting").update(**final)
    alarms.settle_line(line.pk, at=at)
    return bool(done)


def what_it_is(line: StripeLine) -> Ours | None:
    """Which of our rows a line is; None when none of ours explains it. Asks nobody but our own rows."""
    if (move := OwedMove.objects.filter(line_id=line.pk).select_related("dispute", "recovery").first()) is not None:
        of = move.dispute or move.recovery
        return Ours(move.journal_key, -move.pence, move.fee_pence, of.council_code if of else unexplained.NO_COUNCIL)
    kind = line.source.partition("_")[0]
    if kind in ("ch", "py", "tu"):
        payment = Payment.objects.filter(charge_id=line.source).first()
        if payment is not None and payment.failure_line_id and payment.state == "failed":
            return _bounced(payment, line)
        if payment is not None and (line.kind, line.pence) == ("topup_reversal", -payment.pence):
            return Ours(payment.failed_journal, -payment.pence, 0, payment.council_code)
        # Other lines may name the same charge (a dispute's, a fee's): only its own first line is the payment.
        if payment is None or line.kind not in ("charge", "payment", "topup"):
            return None
        fee = line.fee_pence if payment.fee_pence is None else payment.fee_pence
        return Ours(payment.available_journal, payment.pence, fee, payment.council_code)
    if kind == "tr" and line.kind == "transfer":
        remittance = Remittance.objects.filter(operation__stripe_id=line.source).first()
        return Ours(remittance.paid_journal, -remittance.pence, 0, remittance.council_code) if remittance else None
    if kind in ("re", "pyr"):
        refund = Refund.objects.filter(operation__stripe_id=line.source).first()
        return _refund_line(refund, line) if refund else None
    return None


def _bounced(payment: Payment, line: StripeLine) -> Ours | None:
    """A Direct Debit that the bank refused has a line in and a line out again."""
    if line.pk == payment.line_id:
        return Ours(payment.bounced_in_journal, payment.pence, line.fee_pence, payment.council_code)
    if line.pk == payment.failure_line_id:
        return Ours(payment.bounced_out_journal, -payment.pence, line.fee_pence, payment.council_code)
    return None


def _refund_line(refund: Refund, line: StripeLine) -> Ours:
    """A refund has one line going out, and a second one if the bank sends it back."""
    if line.net_pence > 0 or "failure" in line.kind:
        return Ours(refund.failed_journal, refund.pence, 0, refund.council_code)
    return Ours(refund.done_journal, -refund.pence, 0, refund.council_code)


def _catch_up(line: StripeLine, at: datetime) -> None:
    """Our side has not heard of it: what an event would have told is fetched now."""
    verbs = {
        "ch": inbox.see_charge,
        "py": inbox.see_charge,
        "tu": inbox.see_top_up,
        "tr": inbox.see_transfer,
        "re": inbox.see_refund,
        "pyr": inbox.see_refund,
        "du": inbox.see_dispute,
        "dp": inbox.see_dispute,
    }
    see = verbs.get(line.source.partition("_")[0])
    if see is None:
        return
    try:
        thing = see(line.source, at)
    except NotFound:
        return
    if isinstance(thing, Payment) and thing.kind == Payment.Kind.TOP_UP and floats.take_back(payment_id=thing.pk, at=at):
        return
    if isinstance(thing, Payment) and thing.failure_line_id:
        debits.bounce(payment_id=thing.pk, at=at)
    elif isinstance(thing, Payment) and line.is_available and line.kind in ("charge", "payment", "topup"):
        arrivals.clear(payment=thing, line=gateway.line(line.pk), at=at)
