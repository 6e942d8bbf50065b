"""Papers: the provider says what they have, an operator without any link to them sees the original and says so; who somebody is, two operators."""

from datetime import date, datetime

from django.db import transaction

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from people.models import Person
from providers.models import Check, Enterprise, Listing, Worker
from providers.policies import may_judge_check, may_show_paper
from providers.rules import CHECK, OF_THE_WORKER, last_day, needs_two
from providers.services import search_rows


class DateIsWrong(Refusal):
    code = "date_is_wrong"
    sentence = "Write the date on the paper. It can't be later than today."
    field = "issued_on"


class LastDayIsMissing(Refusal):
    code = "last_day_is_missing"
    sentence = "Write the last day of your insurance. It is on the paper, often called “expires”."
    field = "expires_on"


class PaperHasRunOut(Refusal):
    code = "paper_has_run_out"
    sentence = "This paper no longer counts. Send a newer one."
    field = "expires_on"


class WorkerIsMissing(Refusal):
    code = "worker_is_missing"
    sentence = "Say whose paper this is."
    field = "worker"


class LastFourAreWrong(Refusal):
    code = "last_four_are_wrong"
    sentence = "Write only the last 4 letters or numbers of the paper's number."
    field = "reference_last4"


class AlreadyWaiting(Refusal):
    code = "already_waiting"
    sentence = "We are looking at this one now. You will hear from us."


class HowIsMissing(Refusal):
    code = "how_is_missing"
    sentence = "Say how you saw the original. For example: held the paper at the hub, or asked the DBS Update Service."
    field = "how_seen"


class ReasonIsMissing(Refusal):
    code = "reason_is_missing"
    sentence = "Say why not, and what would put it right. The provider will read it."
    field = "reason"


class CheckIsOver(Refusal):
    code = "check_is_over"
    sentence = "Somebody has already answered this."


class FirstCannotBeSecond(Refusal):
    code = "first_cannot_be_second"
    sentence = "You were the first to see it. Another person who runs this site must see it too."
    field = "how_seen"


class DatesDiffer(Refusal):
    code = "dates_differ"
    sentence = "The first person read another date on it. Look at it together, or say that it is not right."
    field = "issued_on"


def ask(
    *,
    enterprise: Enterprise,
    kind: str,
    issued_on: date,
    by: Person,
    at: datetime,
    worker: Worker | None = None,
    expires_on: date | None = None,
    reference_last4: str = "",
) -> Check:
    """Says that there is a paper, for an operator to look at. For a person's own paper without `worker`: the only one who works there.

    Raises NotAllowed, WorkerIsMissing, DateIsWrong, LastDayIsMissing, PaperHasRunOut, LastFourAreWrong, AlreadyWaiting.
    """
    whose = _whose(enterprise, Check.Kind(kind), worker)
    if not may_show_paper(by=by, enterprise=enterprise, worker=whose):
        raise NotAllowed
    until = _dates(kind, issued_on, expires_on, london_date(at))
    last4 = reference_last4.strip()
    if last4 and not (len(last4) <= 4 and last4.isalnum()):
        raise LastFourAreWrong
    with transaction.atomic():
        locked = Enterprise.objects.locked().get(pk=enterprise.pk)
        if Check.objects.waiting().filter(enterprise=locked, kind=kind, worker=whose).exists():
            raise AlreadyWaiting
        check = Check.objects.create(
            enterprise=locked, worker=whose, kind=kind, issued_on=issued_on, expires_on=until, reference_last4=last4, asked_at=at, asked_by=by
        )
        _note(check, "ask_check", by, at)
    return check


def confirm(*, check: Check, how_seen: str, by: Person, at: datetime, issued_on: date | None = None, expires_on: date | None = None) -> Check:
    """An operator saw the original, or asked its source, and writes how; dates are what the operator read. Never somebody linked to the provider.

    The first time that we see who somebody is, one operator is not enough: the first only makes it `seen_once`, another must see the same.
    Raises NotAllowed, FirstCannotBeSecond, HowIsMissing, CheckIsOver, DateIsWrong, DatesDiffer, LastDayIsMissing, PaperHasRunOut.
    """
    if not how_seen.strip():
        raise HowIsMissing
    with transaction.atomic():
        row = _open(check, by, "confirm")
        if row.seen_by_id == by.pk:
            raise FirstCannotBeSecond
        _read(row, issued_on, expires_on, london_date(at))
        if row.seen_at is None and needs_two(row.kind, seen_before=_seen_before(row)):
            row.seen_by, row.seen_at, row.seen_how = by, at, how_seen.strip()
            row.save()
            _note(row, "see_check", by, at)
            return row
        row.confirmed_by, row.confirmed_at, row.how_seen = by, at, how_seen.strip()
        row.save()
        search_rows.refresh(listings=Listing.objects.filter(enterprise=row.enterprise))
        _note(row, "confirm_check", by, at)
        payload = {"check": row.pk, "enterprise": row.enterprise_id, "kind": row.kind}
        subject, council = f"enterprise:{row.enterprise_id}", row.enterprise.council_code
        facts.record(kind="providers.check_confirmed", subject=subject, payload=payload, at=at, council_code=council)
    return row


def refuse(*, check: Check, reason: str, by: Person, at: datetime) -> Check:
    """It is not right, with the reason and what would put it right. Raises NotAllowed, ReasonIsMissing, CheckIsOver."""
    if not reason.strip():
        raise ReasonIsMissing
    with transaction.atomic():
        row = _open(check, by, "refuse")
        row.refused_by, row.refused_at, row.refused_reason = by, at, reason.strip()
        row.save()
        _note(row, "refuse_check", by, at)
    return row


def _whose(enterprise: Enterprise, kind: str, worker: Worker | None) -> Worker | None:
    if kind not in OF_THE_WORKER:
        return None
    if worker is not None:
        if worker.enterprise_id != enterprise.pk:
            raise NotAllowed
        return worker
    workers = list(Worker.objects.filter(enterprise=enterprise).active()[:2])
    if len(workers) != 1:
        raise WorkerIsMissing
    return workers[0]


def _dates(kind: str, issued_on: date, stated: date | None, today: date) -> date | None:
    """The last day the paper counts; refuses dates that can't be right."""
    if issued_on > today:
        raise DateIsWrong
    if kind == Check.Kind.INSURANCE and stated is None:
        raise LastDayIsMissing
    until = last_day(kind, issued_on, stated)
    if until is not None and (until < today or until <= issued_on):
        raise PaperHasRunOut
    return until


def _open(check: Check, by: Person, verb: str) -> Check:
    row = Check.objects.locked().select_related("enterprise").get(pk=check.pk)
    if not may_judge_check(by=by, check=row):
        raise NotAllowed("Somebody who runs this site and has no link to this provider must look at it.")
    if (row.state, verb) not in CHECK:
        raise CheckIsOver
    return row


def _read(row: Check, issued_on: date | None, expires_on: date | None, today: date) -> None:
    """The dates this operator read. A second reader does not overwrite the first: if they differ, one of them saw something else."""
    issued = issued_on or row.issued_on
    until = _dates(row.kind, issued, expires_on or row.expires_on, today)
    if row.seen_at is not None and (issued, until) != (row.issued_on, row.expires_on):
        raise DatesDiffer
    row.issued_on, row.expires_on = issued, until


def _seen_before(row: Check) -> bool:
    return Check.objects.filter(worker=row.worker, kind=row.kind, confirmed_at__isnull=False).exists()


def _note(check: Check, verb: str, by: Person, at: datetime) -> None:
    detail = {"enterprise": check.enterprise_id, "kind": check.kind, "worker": check.worker_id}
    trail.write(
        by=by,
        verb=f"providers.{verb}",
        about_kind="check",
        about_id=check.pk,
        at=at,
        council_code=check.enterprise.council_code,
        detail=detail,
    )
