"""The 90-day clock of each lot, from its charge, wherever what is left of it lies (money.md 4): notices, two people's decisions, an alarm.

What happens at day 88 moves money of the rooms above: they ask `due` here, and do it. The book keeps accounts by owner and uses the oldest
lots first, so what is left of an owner's oldest lots is what is still there.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from audit.clock import LONDON, london_date
from audit.errors import Refusal
from audit.models import Fact
from audit.services import facts, trail
from payments.models import Alarm, LotDecision, LotNotice, Payment
from payments.services import alarms, two_people
from payments.services.one_by_one import one_by_one
from people.models import Person
from people.services import approvals

NOTICE_DAYS = (60, 75, 85)
DECISION_DAY = 88
LAST_DAY = 90
LONGEST_KEPT_DAYS = 90
ALARM = "lot_too_old"
DECIDE = "lot.decide"
"""What a second person's yes is called in `people.Approval`; about ("payment", its id)."""


class LotIsYoung(Refusal):
    """Less than 60 days from its charge, or nothing is left of it."""

    code = "lot_is_young"
    sentence = "There is nothing to decide about this money yet: it is decided from day 60 on, while some of it is still here."


class DayDoesNotFit(Refusal):
    """Not in the future, or more than 90 days away."""

    code = "day_does_not_fit"
    sentence = f"Pick a day from tomorrow on, at most {LONGEST_KEPT_DAYS} days away."
    field = "until"


class AdviceIsMissing(Refusal):
    """Money is kept longer only on somebody's written word."""

    code = "advice_missing"
    sentence = "Write whose advice this is, and its date."
    field = "advice"


@dataclass(frozen=True, slots=True)
class Wish:
    """What one of two people proposes for the rest of a lot. `until` and `advice`: for keeping it, and only then."""

    kind: str
    reason: str
    until: date | None = None
    advice: str = ""


def age_days(payment: Payment, at: datetime) -> int:
    """Whole days in London since the charge; 0 before there is one."""
    return (london_date(at) - london_date(payment.charged_at)).days if payment.charged_at else 0


def last_day(payment: Payment) -> int:
    """How old this lot is on the day on which what is left of it goes home: 88 days, or the day after the last on which two people let it stay."""
    decision = decided_last(payment)
    if decision is None or decision.until is None or payment.charged_at is None:
        return DECISION_DAY
    return max(DECISION_DAY, (decision.until - london_date(payment.charged_at)).days + 1)


def charged_until(days: int, at: datetime) -> datetime:
    """Every lot charged before this moment, and no other, is at least so many days old: a midnight in London, for not every day has 24 hours."""
    return datetime.combine(london_date(at) - timedelta(days=days - 1), time.min, LONDON)


def advance_due(*, at: datetime) -> int:
    """Tells of lots that have reached a day, once each; rings for those over 90 days without a decision. Returns how many it told or rang of."""
    rows = Payment.objects.charged_before(charged_until(NOTICE_DAYS[0], at))
    return one_by_one([payment.pk for payment in rows], lambda pk: _tell(pk, at)) + _ring(at)


@transaction.atomic
def _tell(pk: UUID, at: datetime) -> int:
    """The latest day it has reached, if nobody was told of that one: days passed over while nothing ran are not told afterwards.

    28, 13 and 3 days before what is left goes home, and that day; so what two people kept longer is told of anew, and not on days that mean nothing.
    """
    payment = Payment.objects.locked().get(pk=pk)
    last = last_day(payment)
    reached = [day for day in (*(last - DECISION_DAY + one for one in NOTICE_DAYS), last) if day <= age_days(payment, at)]
    if not reached or not payment.free_pence or payment.notices.filter(day__gte=reached[-1]).exists():
        return 0
    LotNotice.objects.create(payment=payment, day=reached[-1], pence=payment.free_pence, at=at)
    detail = {"day": reached[-1], "pence": payment.free_pence}
    council = payment.council_code
    trail.write(by=None, verb="payments.lot_aged", about_kind="payment", about_id=payment.pk, at=at, council_code=council, detail=detail)
    ends_on = london_date(at) + timedelta(days=last - age_days(payment, at))
    payload = {"payment": str(payment.pk), "lot_owner": payment.lot_owner, "ends_on": ends_on.isoformat(), **detail}
    facts.record(kind="payments.lot_aged", subject=f"lot:{payment.pk}", payload=payload, at=at, council_code=council)
    return 1


def _ring(at: datetime) -> int:
    """An alarm for each lot over 90 days that nobody decided to keep; closed by itself once nothing is left of it or it may stay."""
    old = {f"payment:{payment.pk}": payment for payment in too_old(at)}
    ringing = set(Alarm.objects.open().filter(kind=ALARM).values_list("about", flat=True))
    for about in old.keys() - ringing:
        sentence = f"Money paid in {age_days(old[about], at)} days ago is still here: {old[about].free_pence}p. {_what_is_to_do(old[about])}"
        alarms.ring(kind=ALARM, about=about, sentence=sentence, at=at, council_code=old[about].council_code)
    for about in ringing - old.keys():
        alarms.settle(kind=ALARM, about=about, at=at)
    return len(old.keys() ^ ringing)


def _what_is_to_do(payment: Payment) -> str:
    if is_paid_on(payment):
        return "Two people decided that it is paid on, and it can't be yet. See to what it waits for, or let two people decide something else."
    return "Two people must say what happens to it."


def due(*, at: datetime) -> list[Payment]:
    """Lots of 88 days and more that nobody decided to keep today, oldest first: what is free of them goes home, the rest is ended."""
    return _past(DECISION_DAY, at)


def too_old(at: datetime) -> list[Payment]:
    """Lots over 90 days that nobody decided to keep: must never be, but for what two people decided is paid on, and that waits for somebody else."""
    return _past(LAST_DAY + 1, at)


def _past(days: int, at: datetime) -> list[Payment]:
    rows = Payment.objects.charged_before(charged_until(days, at))
    kept = LotDecision.objects.keeping(london_date(at)).values("payment_id")
    return list(rows.exclude(pk__in=kept))


def decided_last(payment: Payment) -> LotDecision | None:
    """What two people decided about this lot, and nothing else since."""
    return LotDecision.objects.standing().filter(payment=payment).first()


def is_paid_on(payment: Payment) -> bool:
    """Two people decided that what was agreed is paid from it: that stands, however old it grows before it can be."""
    decision = decided_last(payment)
    return decision is not None and decision.kind == LotDecision.Kind.PAY_ON


def prove() -> list[str]:
    """No lot is over 90 days without a decision, as of the newest thing that anybody was told of (a proof reads no clock)."""
    newest = Fact.objects.order_by("-pk").first()
    if newest is None:
        return []
    at = newest.effective_at
    undecided = [row for row in too_old(at) if not is_paid_on(row)]
    return [f"{row} is {age_days(row, at)} days old, {row.free_pence}p of it is here, and nobody decided about it." for row in undecided]


# --- two people ---


@transaction.atomic
def propose(*, payment: Payment, wish: Wish, by: Person, at: datetime) -> LotDecision:
    """The first of two operators says what should happen to the rest of a lot. Nothing moves yet.

    Another proposal while one is open takes its place, and needs a yes of its own. Raises NotAllowed, LotIsYoung, DayDoesNotFit,
    AdviceIsMissing, ReasonIsMissing, NeedsApproval (somebody else's is open).
    """
    row = Payment.objects.locked().select_related("payer").get(pk=payment.pk)
    two_people.must_have_no_interest(row, by=by)
    if age_days(row, at) < NOTICE_DAYS[0] or not row.free_pence:
        raise LotIsYoung
    if wish.kind == LotDecision.Kind.KEEP:
        _must_be_advised(wish, at)
    council = row.council_code
    two_people.first_anew(what=DECIDE, about_kind="payment", about_id=row.pk, reason=wish.reason, by=by, at=at, council_code=council)
    keeps = wish.kind == LotDecision.Kind.KEEP
    more = {"until": wish.until if keeps else None, "advice": wish.advice.strip() if keeps else ""}
    decision = LotDecision.objects.create(payment=row, kind=wish.kind, council_code=council, proposed_by=by, proposed_at=at, **more)
    detail = {"kind": wish.kind, "pence": row.free_pence}
    trail.write(by=by, verb="payments.propose_lot_decision", about_kind="payment", about_id=row.pk, at=at, council_code=council, detail=detail)
    return decision


@transaction.atomic
def decide(*, payment: Payment, by: Person, at: datetime) -> LotDecision:
    """Carries out what was proposed last, with the second person's yes that was just given. Raises NotAllowed, NeedsApproval.

    The rooms above are told (`payments.lot_decided`) and move the money.
    """
    row = Payment.objects.locked().select_related("payer").get(pk=payment.pk)
    two_people.must_have_no_interest(row, by=by)
    approvals.require(what=DECIDE, about_kind="payment", about_id=row.pk, at=at)
    decision = LotDecision.objects.locked().filter(payment=row, decided_at=None).latest("pk")
    decision.decided_by, decision.decided_at = by, at
    decision.save(update_fields=["decided_by", "decided_at"])
    detail, council = {"kind": decision.kind, "pence": row.free_pence}, row.council_code
    trail.write(by=by, verb="payments.decide_lot", about_kind="payment", about_id=row.pk, at=at, council_code=council, detail=detail)
    payload = {"payment": str(row.pk), "lot_owner": row.lot_owner, **detail}
    facts.record(kind="payments.lot_decided", subject=f"lot:{row.pk}", payload=payload, at=at, council_code=council)
    return decision


def _must_be_advised(wish: Wish, at: datetime) -> None:
    today = london_date(at)
    if wish.until is None or not today < wish.until <= today + timedelta(days=LONGEST_KEPT_DAYS):
        raise DayDoesNotFit
    if not wish.advice.strip():
        raise AdviceIsMissing
