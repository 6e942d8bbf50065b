"""An agreement's life: proposed, active or void, suspended, over (state-machines.md 8). Writing one is `proposing`, signing it `signing`."""

from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db.models import Q

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Agreement, SuspendedFor
from marketplace.rules.dates import LONDON, SIGN_WORKING_DAYS, answer_by
from marketplace.rules.tables import AGREEMENT, NotNow, after
from marketplace.selectors.checking import category_of
from marketplace.services import awarding, booking_states, keep_going, needs
from marketplace.services.plans import make_weeks
from marketplace.services.proposing import ServiceIsNotOnSale, WishIsNotComplete, propose
from marketplace.services.writing import log, tell
from payments.services.one_by_one import one_by_one
from people.models import Person
from places.calendar import add_working_days
from pooling.services import earmarks, memberships
from pooling.services.transactions import all_or_nothing
from providers.selectors import checks_live

__all__ = ["ReasonIsMissing", "ServiceIsNotOnSale", "WishIsNotComplete", "advance_due", "make_active", "make_void", "propose", "resume", "suspend"]


def make_active(*, agreement: Agreement, by: Person | None, at: datetime) -> None:
    """Both sides have signed this version: plans every week. Called by `signing`, in its transaction, with the agreement locked."""
    agreement.active_at = at
    agreement.save(update_fields=["state", "active_at", "provider_signed_by", "provider_signed_at", "provider_signed_version"])
    make_weeks(agreement=agreement, at=at)
    _carry_rounding(agreement, at)
    needs.fulfil_for(agreement=agreement, at=at)
    awarding.came_about(agreement=agreement, at=at)
    booking_states.came_about(agreement=agreement, by=by, at=at)
    log(by=by, verb="make_active", row=agreement, at=at, version=agreement.version)
    tell(kind="agreement_active", row=agreement, at=at)


def make_void(*, agreement: Agreement, verb: str, reason: str, by: Person | None, at: datetime) -> None:
    """It never came about: what was kept for it is free again. The agreement is locked by the caller."""
    awarding.lock_brief(agreement=agreement)
    agreement.state = after(AGREEMENT, agreement.state, verb)
    agreement.ended_at, agreement.ended_reason = at, reason
    agreement.save(update_fields=["state", "ended_at", "ended_reason"])
    earmarks.drop(about_kind="agreement", about_id=agreement.pk, at=at)
    needs.give_up_for(agreement=agreement, at=at)
    awarding.fell_through(agreement=agreement, at=at)
    booking_states.fell_through(agreement=agreement, verb=verb, by=by, at=at)
    log(by=by, verb=verb, row=agreement, at=at)
    tell(kind="agreement_void", row=agreement, at=at)


def _carry_rounding(agreement: Agreement, at: datetime) -> None:
    """What splitting to the penny owes each payer after this agreement is the start of their next split (state-machines.md S1)."""
    payers = list(agreement.payers.signed().select_related("membership").order_by("pk"))
    if not agreement.together:
        return
    exact = Fraction(agreement.visit_pence * agreement.visits_per_week * agreement.weeks, len(payers))
    for payer in payers:
        debt = payer.membership.rounding_debt + exact - payer.ceiling_pence
        memberships.set_rounding_debt(membership=payer.membership, debt=debt, at=at)


class ReasonIsMissing(Refusal):
    """Everybody in it reads why there are no new visits."""

    code = "reason_is_missing"
    sentence = "Write why. Everybody in it reads it, so name nobody."
    field = "reason"


@all_or_nothing
def suspend(*, agreement: Agreement, reason: str, by: Person | None, at: datetime, why: str = SuspendedFor.SAFEGUARDING) -> Agreement:
    """No new visits until somebody resumes it; what was done is still paid. `by` None: a check ran out. `why`: of `SuspendedFor`.

    A worry about what is stopped for a check takes the check's place. Raises NotAllowed, NotNow, ReasonIsMissing.
    """
    row = Agreement.objects.locked().select_related("enterprise", "cluster").get(pk=agreement.pk)
    if by is not None and not policies.may_manage(by=by, agreement=row, at=at):
        raise NotAllowed("Only who looks after the money of somebody who pays, or who runs this site, can do this. Nobody who has a part in it.")
    state = after(AGREEMENT, row.state, "suspend")
    if row.state == Agreement.State.SUSPENDED and (by is None or row.suspended_for != SuspendedFor.CHECK):
        raise NotNow("It is stopped already.")
    if not reason.strip() or why not in SuspendedFor.values or why in {SuspendedFor.NOT_NOW, SuspendedFor.CHECK if by else ""}:
        raise ReasonIsMissing
    row.state, row.ended_reason, row.suspended_for, row.suspended_by = state, reason.strip(), why, by
    row.save(update_fields=["state", "ended_reason", "suspended_for", "suspended_by"])
    log(by=by, verb="suspend", row=row, at=at, why=why)
    tell(kind="agreement_suspended", row=row, at=at)
    keep_going.start(agreement=row, why="suspended", at=at)
    return row


@all_or_nothing
def resume(*, agreement: Agreement, by: Person | None, at: datetime) -> Agreement:
    """Visits go on, once the checks are live again: an operator, or the organisation that stopped it. `by` None: only a check was missing.

    Raises NotAllowed, NotNow, ServiceIsNotOnSale (a check is missing still).
    """
    row = Agreement.objects.locked().select_related("enterprise", "cluster").get(pk=agreement.pk)
    if by is not None and not policies.may_resume(by=by, agreement=row, at=at):
        raise NotAllowed("Only who stopped it, or who runs this site, can let it go on.")
    row.state = after(AGREEMENT, row.state, "resume")
    if _checks_missing(row, at):
        raise ServiceIsNotOnSale("A check they need is still not live.")
    row.ended_reason, row.suspended_for, row.suspended_by = "", SuspendedFor.NOT_NOW, None
    row.save(update_fields=["state", "ended_reason", "suspended_for", "suspended_by"])
    log(by=by, verb="resume", row=row, at=at)
    tell(kind="agreement_resumed", row=row, at=at)
    return row


def _checks_missing(agreement: Agreement, at: datetime) -> list[str]:
    """What stops new visits: kinds of checks that are not live, or the provider being stopped as a whole."""
    if agreement.enterprise.state == "suspended":
        return ["suspended"]
    today = at.astimezone(LONDON).date()
    return list(checks_live(enterprise=agreement.enterprise, worker=None, category=category_of(agreement), on=today))


def advance_due(*, at: datetime) -> int:
    """Ends what nobody signed in time, suspends where a check ran out until it is good again, completes what is over. Returns how many moved."""
    today = at.astimezone(LONDON).date()
    late = Q(starts_on__lte=today) | Q(sent_at__lte=at - timedelta(days=SIGN_WORKING_DAYS))
    unsigned = Agreement.objects.open_to_sign().filter(late).order_by("pk").values_list("pk", flat=True)
    moved = one_by_one(unsigned, lambda pk: _time_out(pk, today, at))
    stopped = Agreement.objects.filter(state=Agreement.State.SUSPENDED, suspended_for=SuspendedFor.CHECK)
    moved += one_by_one(stopped.order_by("pk").values_list("pk", flat=True), lambda pk: _resume_after_checks(pk, at))
    moved += one_by_one(_with_checks_missing(at), lambda pk: _suspend_for_checks(pk, at))
    return moved + one_by_one(Agreement.objects.over().order_by("pk").values_list("pk", flat=True), lambda pk: _finish(pk, at))


def _with_checks_missing(at: datetime) -> list[int]:
    """Running agreements of providers that lack a check for that kind of work today: each provider and kind is looked up once."""
    lacks: dict[tuple[int, str], bool] = {}
    found = []
    for row in Agreement.objects.filter(state=Agreement.State.ACTIVE).select_related("enterprise").order_by("pk"):
        key = (row.enterprise_id, row.category)
        if key not in lacks:
            lacks[key] = bool(_checks_missing(row, at))
        if lacks[key]:
            found.append(row.pk)
    return found


@all_or_nothing
def _time_out(pk: int, today: date, at: datetime) -> int:
    row = Agreement.objects.locked().get(pk=pk)
    if not row.is_open_to_sign or row.sent_at is None:
        return 0
    late = at >= answer_by(asked_at=row.sent_at, working_days=SIGN_WORKING_DAYS, add_working_days=add_working_days)
    if not late and today < row.starts_on:
        return 0
    make_void(agreement=row, verb="time_out", reason="Not everybody signed in time.", by=None, at=at)
    return 1


@all_or_nothing
def _suspend_for_checks(pk: int, at: datetime) -> int:
    row = Agreement.objects.locked().select_related("enterprise").get(pk=pk)
    if row.state != Agreement.State.ACTIVE or not _checks_missing(row, at):
        return 0
    suspend(agreement=row, reason="A check they need is not live.", by=None, at=at, why=SuspendedFor.CHECK)
    return 1


@all_or_nothing
def _resume_after_checks(pk: int, at: datetime) -> int:
    row = Agreement.objects.locked().select_related("enterprise").get(pk=pk)
    if row.state != Agreement.State.SUSPENDED or row.suspended_for != SuspendedFor.CHECK or _checks_missing(row, at):
        return 0
    resume(agreement=row, by=None, at=at)
    return 1


@all_or_nothing
def _finish(pk: int, at: datetime) -> int:
    row = Agreement.objects.locked().get(pk=pk)
    verb = {"active": "finish", "ending": "close_out"}.get(row.state)
    if verb is None:
        return 0
    row.state = after(AGREEMENT, row.state, verb)
    row.ended_at = at
    row.save(update_fields=["state", "ended_at"])
    earmarks.drop(about_kind="agreement", about_id=row.pk, at=at)
    log(by=None, verb=verb, row=row, at=at)
    tell(kind="agreement_over", row=row, at=at)
    return 1
